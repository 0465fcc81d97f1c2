"""Orders and money in words: states, reasons, ways to pay."""

from collections.abc import Mapping
from typing import Final

from desktop.ui import words
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Tone
from desktop.ui.translation import QT_TRANSLATE_NOOP
from shared.payments.payment import RefundState
from shared.payments.views import INVOICE_OVERDUE, REFUND_BY_HAND, REFUND_FAILED, UNKNOWN_PAYMENT
from shared.registration.order_list import Listing, listing_of
from shared.registration.order_state import Order
from shared.registration.receipts import Attention, Method

LISTINGS: Final[Mapping[Listing, tuple[str, Shape, Tone]]] = {
    Listing.RESERVED: (QT_TRANSLATE_NOOP("words", "Reserved"), Shape.CLOCK, Tone.ACCENT),
    Listing.PARTIAL: (QT_TRANSLATE_NOOP("words", "Partly reserved"), Shape.CLOCK, Tone.CAUTION),
    Listing.CONFIRMED: (QT_TRANSLATE_NOOP("words", "Confirmed"), Shape.CHECK, Tone.GOOD),
    Listing.UNPAID: (QT_TRANSLATE_NOOP("words", "On invoice, unpaid"), Shape.INFO, Tone.CAUTION),
    Listing.EXPIRED: (QT_TRANSLATE_NOOP("words", "Expired"), Shape.RING, Tone.NEUTRAL),
    Listing.CANCELLED: (QT_TRANSLATE_NOOP("words", "Cancelled"), Shape.CROSS, Tone.NEUTRAL),
}

_REASONS: Final[Mapping[str, str]] = {
    Attention.WRONG_AMOUNT: QT_TRANSLATE_NOOP("words", "The amount that came is not what was to be paid"),
    Attention.WRONG_ORDER: QT_TRANSLATE_NOOP("words", "The provider says that the money is for another order"),
    Attention.PAID_TWICE: QT_TRANSLATE_NOOP("words", "Paid although nothing was owed"),
    Attention.LATE: QT_TRANSLATE_NOOP("words", "Paid after the order expired, and its seats were gone"),
    Attention.CANCELLED: QT_TRANSLATE_NOOP("words", "The order was cancelled, and its money is still here"),
    Attention.REFUND_RETURNED: QT_TRANSLATE_NOOP("words", "A refund that was made came back"),
    Attention.SEATS_CANCELLED: QT_TRANSLATE_NOOP("words", "Seats that were paid for were cancelled"),
    Attention.SEAT_LACKING: QT_TRANSLATE_NOOP("words", "Paid at the door for a seat that does not exist"),
    Attention.TICKET_REFUSED: QT_TRANSLATE_NOOP("words", "Given somebody else’s ticket at the door"),
    UNKNOWN_PAYMENT: QT_TRANSLATE_NOOP("words", "Money of which nobody here knows what it is for"),
    REFUND_BY_HAND: QT_TRANSLATE_NOOP("words", "A refund is to be paid out by hand"),
    INVOICE_OVERDUE: QT_TRANSLATE_NOOP("words", "The last reminder of an invoice brought no money, or not all of it"),
    REFUND_FAILED: QT_TRANSLATE_NOOP("words", "A refund failed"),
}

_REFUNDS: Final[Mapping[RefundState, str]] = {
    RefundState.REQUESTED: QT_TRANSLATE_NOOP("words", "on its way"),
    RefundState.PAID: QT_TRANSLATE_NOOP("words", "paid back"),
    RefundState.FAILED: QT_TRANSLATE_NOOP("words", "failed"),
}


def listing(order: Order) -> tuple[str, Shape, Tone]:
    """What an order is called, with its shape and tone."""
    name, shape, tone = LISTINGS[listing_of(order)]
    return words.say(name), shape, tone


def reason(code: str) -> str:
    """Why a human must look at money; a reason of a newer server is named as it is."""
    return words.say(_REASONS[code]) if code in _REASONS else code


def method(which: str) -> str:
    """How money came; payments and registration have the same words for it."""
    return words.method(Method(which))


def refund(state: RefundState) -> str:
    return words.say(_REFUNDS[state])


def registrant(order: Order) -> str:
    """Who placed the order."""
    return words.full_name(order.first_name, order.last_name) or words.say("No name yet")
