"""Money: integer minor units with a currency."""

from decimal import ROUND_HALF_EVEN, Decimal

from shared.kernel.messages import value

# Digits after the point, where they are not two (ISO 4217).
_DIGITS = {
    "BHD": 3,
    "CLP": 0,
    "ISK": 0,
    "JOD": 3,
    "JPY": 0,
    "KRW": 0,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
    "VND": 0,
}


@value
class Money:
    """An amount in minor units (cents, sen, won) of a currency (three letters of ISO 4217)."""

    amount: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def __str__(self) -> str:
        digits = minor_digits(self.currency)
        return f"{Decimal(self.amount).scaleb(-digits):.{digits}f} {self.currency}"


def minor_digits(currency: str) -> int:
    """How many digits of this currency stand after the point."""
    return _DIGITS.get(currency, 2)


def times(price: int, quantity: int) -> int:
    """Price in minor units × quantity, rounded half even to the minor unit."""
    return int((Decimal(price) * quantity).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
