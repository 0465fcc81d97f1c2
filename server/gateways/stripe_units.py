"""Amounts as Stripe counts them, where that is not our minor unit (docs.stripe.com/currencies).

An amount that Stripe cannot take is refused and never rounded; what it has taken is a fact, and converted as it is.
"""

from typing import Final

from server.gateways.payments import ProviderRefused
from shared.kernel.money import minor_digits

_NO_DIGITS: Final = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
_THREE_DIGITS: Final = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
# Written with digits that must be zero: whole krónur and shillings, and three digits of which the last is none.
_STEPS: Final = {"ISK": 100, "UGX": 100} | dict.fromkeys(_THREE_DIGITS, 10)


def to_units(amount: int, currency: str) -> int:
    """What Stripe calls this amount; ProviderRefused where there is none."""
    shift = _digits(currency) - minor_digits(currency)
    units, rest = divmod(amount * _power(shift), _power(-shift))
    if rest or units % _STEPS.get(currency, 1):
        raise ProviderRefused("amount_not_payable")
    return units


def from_units(units: int, currency: str) -> int:
    """What we call an amount that Stripe took."""
    shift = _digits(currency) - minor_digits(currency)
    return units * _power(-shift) // _power(shift)


def _power(shift: int) -> int:
    """Ten to this, and 1 below zero."""
    return int(10 ** max(shift, 0))


def _digits(currency: str) -> int:
    """How many digits after the point Stripe's unit stands for."""
    if currency in _NO_DIGITS:
        return 0
    return 3 if currency in _THREE_DIGITS else 2
