"""Amounts are the same money on both sides, in every kind of currency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.gateways.payments import ProviderRefused
from server.gateways.stripe_units import from_units, to_units


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        (120_00, "EUR", 120_00),
        (5_000, "JPY", 5_000),
        (50_000, "KRW", 50_000),
        (1_200, "ISK", 1_200_00),
        (12_500, "KWD", 12_500),
        (7_000_00, "UGX", 7_000_00),
        (9_000_00, "XAF", 9_000),
        (1_050_00, "HUF", 1_050_00),
    ],
)
def test_an_amount_has_its_own_units_at_stripe(amount: int, currency: str, units: int) -> None:
    assert to_units(amount, currency) == units
    assert from_units(units, currency) == amount


@pytest.mark.parametrize(("amount", "currency"), [(12_501, "KWD"), (7_000_50, "UGX"), (9_000_01, "XAF")])
def test_an_amount_that_stripe_cannot_say_is_refused_and_not_rounded(amount: int, currency: str) -> None:
    with pytest.raises(ProviderRefused, match="amount_not_payable"):
        to_units(amount, currency)


@given(st.integers(1, 2**40), st.sampled_from(["EUR", "JPY", "ISK", "UGX", "TND", "XOF", "MGA", "CLP"]))
def test_what_can_be_said_comes_back_the_same(amount: int, currency: str) -> None:
    try:
        units = to_units(amount, currency)
    except ProviderRefused:
        return
    assert from_units(units, currency) == amount
