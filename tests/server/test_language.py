"""What is said to a reader: money with as many digits as its currency has here."""

import pytest

from server.language import words


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (12_50, "EUR", ("€12.50", "12,50 €", "€12.50")),
        (1_250, "KRW", ("₩1,250", "1.250 ₩", "₩1,250")),
        (12_500, "KWD", ("KWD12.500", "12,500 KWD", "KWD12.500")),
        (-3_10, "EUR", ("-€3.10", "-3,10 €", "-€3.10")),
        # Of these nobody uses coins any more, but a price may have them: it is not rounded.
        (12_50, "RSD", ("RSD12.50", "12,50 RSD", "RSD12.50")),
        (1_200_75, "ALL", ("ALL1,200.75", "1.200,75 ALL", "ALL1,200.75")),
    ],
)
def test_an_amount_is_said_to_the_last_digit(amount: int, currency: str, said: tuple[str, str, str]) -> None:
    assert tuple(words(one).money(amount, currency).replace("\u00a0", " ") for one in ("en", "de", "ko")) == said
