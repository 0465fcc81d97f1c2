"""Money: minor units, one currency at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.money import Money, minor_digits, times


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (120_00, "EUR", "120.00 EUR"),
        (5, "EUR", "0.05 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (0, "USD", "0.00 USD"),
        (500, "JPY", "500 JPY"),
        (1234, "KWD", "1.234 KWD"),
        (10**15, "EUR", "10000000000000.00 EUR"),
    ],
)
def test_an_amount_is_written_in_its_currencys_digits(amount: int, currency: str, text: str) -> None:
    assert str(Money(amount=amount, currency=currency)) == text


def test_the_digits_of_currencies() -> None:
    assert [minor_digits(one) for one in ("EUR", "JPY", "BHD")] == [2, 0, 3]


@given(one=st.integers(), other=st.integers())
def test_amounts_of_one_currency_add_up(one: int, other: int) -> None:
    assert Money(amount=one, currency="EUR") + Money(amount=other, currency="EUR") == Money(
        amount=one + other, currency="EUR"
    )


def test_amounts_of_two_currencies_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="cannot add SEK to EUR"):
        Money(amount=1, currency="EUR") + Money(amount=1, currency="SEK")


@given(price=st.integers(0, 50_000_00), quantity=st.integers(0, 100_000))
def test_a_line_of_whole_minor_units_is_exact(price: int, quantity: int) -> None:
    assert times(price, quantity) == price * quantity
