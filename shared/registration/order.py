"""Order: its commands, its events and its state. The rules are in `order_rules.py`."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from shared.kernel.ids import OrderId, PaymentId, PersonId, SeatTypeId
from shared.kernel.messages import message, row, value
from shared.kernel.personal import OfRegistrant
from shared.registration.pricing import Line, Wanted


@value
class Receipt:
    """Money that was captured."""

    payment: PaymentId
    reference: str
    """The provider's own name of the capture; one is counted once."""
    amount: int
    currency: str


class Attention(StrEnum):
    """Why a human must look at money: it paid for nothing."""

    WRONG_AMOUNT = "wrong_amount"
    WRONG_ORDER = "wrong_order"
    """The provider says that it is for another order."""
    PAID_TWICE = "paid_twice"
    LATE = "late"
    """Paid after the order expired, and its seats were gone."""
    CANCELLED = "cancelled"


@value
class Task:
    """Money to refund, or to settle otherwise."""

    reason: Attention
    receipt: Receipt


# Commands


@message("registration.place_order")
class PlaceOrder:
    """The registrant's details may come with it, or later."""

    order: OrderId
    lines: tuple[Wanted, ...]
    registrant: PersonId | None = None
    first_name: OfRegistrant = ""
    last_name: OfRegistrant = ""
    email: OfRegistrant = ""


@message("registration.update_order")
class UpdateOrder:
    order: OrderId
    lines: tuple[Wanted, ...]


@message("registration.assign_registrant_details")
class AssignRegistrantDetails:
    order: OrderId
    registrant: PersonId
    first_name: OfRegistrant
    last_name: OfRegistrant
    email: OfRegistrant


@message("registration.mark_seats_reserved")
class MarkSeatsReserved:
    order: OrderId
    granted: dict[SeatTypeId, int]


@message("registration.start_payment")
class StartPayment:
    """Accepts a partial reservation, too."""

    order: OrderId
    payment: PaymentId


@message("registration.end_payment")
class EndPayment:
    """The payment was rejected or cancelled; another may be started."""

    order: OrderId
    payment: PaymentId


@message("registration.receive_money")
class ReceiveMoney:
    """From the process, when a payment was captured in whatever way. With a doubt it pays for nothing."""

    order: OrderId
    receipt: Receipt
    doubt: Attention | None = None


@message("registration.confirm_free_order")
class ConfirmFreeOrder:
    """Accepts a partial reservation, too."""

    order: OrderId


@message("registration.expire_order")
class ExpireOrder:
    order: OrderId


@message("registration.cancel_order")
class CancelOrder:
    order: OrderId


@message("registration.resolve_task")
class ResolveTask:
    """The organizer refunded the money, or settled the matter otherwise."""

    order: OrderId
    task: Task


Command = (
    PlaceOrder
    | UpdateOrder
    | AssignRegistrantDetails
    | MarkSeatsReserved
    | StartPayment
    | EndPayment
    | ReceiveMoney
    | ConfirmFreeOrder
    | ExpireOrder
    | CancelOrder
    | ResolveTask
)

# Events


@message("registration.order_placed")
class OrderPlaced:
    order: OrderId
    number: int
    locator: str | None
    """None until the server has it."""
    lines: tuple[Line, ...]
    total: int
    currency: str
    placed_at: datetime
    expires_at: datetime


@message("registration.order_updated")
class OrderUpdated:
    order: OrderId
    lines: tuple[Line, ...]
    total: int


@message("registration.registrant_assigned")
class RegistrantAssigned:
    order: OrderId
    registrant: PersonId
    first_name: OfRegistrant
    last_name: OfRegistrant
    email: OfRegistrant
    is_new_address: bool


@message("registration.order_reserved")
class OrderReserved:
    """Every line is granted."""

    order: OrderId
    lines: tuple[Line, ...]
    total: int


@message("registration.order_partially_reserved")
class OrderPartiallyReserved:
    """Lines are short, or all of them empty; the total covers what is granted."""

    order: OrderId
    lines: tuple[Line, ...]
    total: int


@message("registration.payment_started")
class PaymentStarted:
    order: OrderId
    payment: PaymentId
    amount: int
    currency: str
    expires_at: datetime


@message("registration.payment_ended")
class PaymentEnded:
    order: OrderId
    payment: PaymentId


@message("registration.money_received")
class MoneyReceived:
    order: OrderId
    receipt: Receipt


@message("registration.seats_reclaimed")
class SeatsReclaimed:
    """The right money came late: the order is confirmed if all its seats can be had again."""

    order: OrderId
    receipt: Receipt


@message("registration.order_confirmed")
class OrderConfirmed:
    """`paid_by` is None for a free order."""

    order: OrderId
    paid_by: Receipt | None = None


@message("registration.order_expired")
class OrderExpired:
    order: OrderId


@message("registration.order_cancelled")
class OrderCancelled:
    order: OrderId


@message("registration.order_needs_attention")
class OrderNeedsAttention:
    order: OrderId
    task: Task


@message("registration.task_resolved")
class TaskResolved:
    order: OrderId
    task: Task


Change = (
    OrderUpdated
    | RegistrantAssigned
    | OrderReserved
    | OrderPartiallyReserved
    | PaymentStarted
    | PaymentEnded
    | MoneyReceived
    | SeatsReclaimed
    | OrderConfirmed
    | OrderExpired
    | OrderCancelled
    | OrderNeedsAttention
    | TaskResolved
)
Event = OrderPlaced | Change

# State


class OrderState(StrEnum):
    RESERVING = "reserving"
    """Its seats are asked for; on a server only within one commit."""
    RESERVED = "reserved"
    PARTIALLY_RESERVED = "partially_reserved"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


LIVE: Final = frozenset({OrderState.RESERVING, OrderState.RESERVED, OrderState.PARTIALLY_RESERVED})


@row("registration.orders")
class Order:
    number: int
    locator: str | None
    state: OrderState
    lines: tuple[Line, ...]
    total: int
    currency: str
    placed_at: datetime
    expires_at: datetime
    deadline_was_extended: bool = False
    registrant: PersonId | None = None
    first_name: OfRegistrant = ""
    last_name: OfRegistrant = ""
    email: OfRegistrant = ""
    payment: PaymentId | None = None
    """The payment that was started and has neither ended nor brought money."""
    reclaiming: Receipt | None = None
    """The late money whose seats are asked for again; only within one commit."""
    receipts: tuple[Receipt, ...] = ()
    paid_by: Receipt | None = None
    tasks: tuple[Task, ...] = ()
    """Why the order needs attention."""

    @property
    def seats(self) -> dict[SeatTypeId, int]:
        """What is granted, by type in line order."""
        return {line.seat_type: line.granted for line in self.lines if line.granted}
