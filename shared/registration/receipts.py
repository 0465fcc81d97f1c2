"""Money of an order as registration knows it: what came, what went back, and what a human must look at."""

from enum import StrEnum

from shared.kernel.ids import PaymentId
from shared.kernel.messages import value


class Method(StrEnum):
    """How money came."""

    PROVIDER = "provider"
    TRANSFER = "transfer"
    CASH = "cash"
    TERMINAL = "terminal"


@value
class Receipt:
    """Money that was captured."""

    payment: PaymentId
    reference: str
    """The provider's own name of the capture; one is counted once."""
    amount: int
    currency: str
    method: Method = Method.PROVIDER


@value
class Returned:
    """Money that went back to whoever paid it."""

    payment: PaymentId
    refund: str
    amount: int
    currency: str


class Attention(StrEnum):
    """Why a human must look at an order: mostly at money, that paid for nothing or for more than there is."""

    WRONG_AMOUNT = "wrong_amount"
    WRONG_ORDER = "wrong_order"
    """The provider says that it is for another order."""
    PAID_TWICE = "paid_twice"
    LATE = "late"
    """Paid after the order expired, and its seats were gone."""
    CANCELLED = "cancelled"
    REFUND_RETURNED = "refund_returned"
    """A refund that was made came back."""
    SEATS_CANCELLED = "seats_cancelled"
    """Seats that were paid for were cancelled."""
    SEAT_LACKING = "seat_lacking"
    """Somebody paid at the door for a seat that does not exist."""
    TICKET_REFUSED = "ticket_refused"
    """Somebody got another's ticket at the door, and walks around with it. Their own is the receipt's reference."""


@value
class Task:
    """Money to refund, or something to settle otherwise."""

    reason: Attention
    receipt: Receipt
    amount: int | None = None
    """The part of the receipt that it is about; None for all of it."""

    @property
    def to_refund(self) -> int:
        """The amount that the task is about."""
        return self.receipt.amount if self.amount is None else self.amount
