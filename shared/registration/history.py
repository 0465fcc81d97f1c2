"""What happened to an order, who did it and when: a read model of facts without names, which the screens say in words.

No personal data: a person is an id, a device is an id, and what was typed is not kept.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from shared.kernel.decider import Changes, Found, Key, Recorded, Role, View, key, members, put
from shared.kernel.ids import OrderId
from shared.kernel.messages import row, value, wire_of
from shared.payments.invoice import CreditNoteIssued, InvoiceIssued, InvoiceReminded
from shared.payments.payment import RefundFailed, RefundRequested
from shared.registration.assignments import AttendeeUpdated, SeatAssigned, SeatsCancelled, SeatUnassigned
from shared.registration.door_sale import DoorSaleRecorded, DoorSaleVoided
from shared.registration.order import (
    CodesChanged,
    ExpiryWarned,
    LinkAsked,
    MoneyReceived,
    MoneyReturned,
    OrderCancelled,
    OrderConfirmed,
    OrderExpired,
    OrderNeedsAttention,
    OrderPaid,
    OrderPartiallyReserved,
    OrderPlaced,
    OrderUpdated,
    PaymentStarted,
    RegistrantAssigned,
    TaskResolved,
)

HAPPENINGS_MOST: Final = 200
"""So many are kept of an order, the first and the newest: what a command costs does not grow without end."""

Event = (
    OrderPlaced
    | OrderUpdated
    | CodesChanged
    | RegistrantAssigned
    | OrderPartiallyReserved
    | PaymentStarted
    | MoneyReceived
    | MoneyReturned
    | OrderConfirmed
    | OrderPaid
    | OrderExpired
    | OrderCancelled
    | ExpiryWarned
    | LinkAsked
    | OrderNeedsAttention
    | TaskResolved
    | SeatAssigned
    | AttendeeUpdated
    | SeatUnassigned
    | SeatsCancelled
    | DoorSaleRecorded
    | DoorSaleVoided
    | RefundRequested
    | RefundFailed
    | InvoiceIssued
    | CreditNoteIssued
    | InvoiceReminded
)


@value
class Happening:
    """One event. `what` is its name, which never changes; `details` has only what its sentence needs."""

    what: str
    at: datetime
    role: Role
    by: str
    """The id of the device or account that did it, or had it done."""
    details: dict[str, int | str]


@row("registration.histories")
class OrderHistory:
    """By the order's id, in the order in which it happened."""

    happenings: tuple[Happening, ...]


def _needs(event: Event, _found: Found) -> Iterable[Key]:
    if event.order is not None:
        yield key(OrderHistory, event.order)


def _fold(event: Event, found: Found, recorded: Recorded) -> Changes:
    order: OrderId | None = event.order
    if order is None:
        return {}
    before = found.get(OrderHistory, order)
    happening = Happening(
        what=wire_of(event).name,
        at=recorded.at,
        role=recorded.actor.role,
        by=recorded.actor.id,
        details=_details(event),
    )
    happenings = (*(() if before is None else before.happenings), happening)
    if len(happenings) > HAPPENINGS_MOST:
        happenings = (happenings[0], *happenings[2:])
    return put(OrderHistory(happenings=happenings), order)


def _details(event: Event) -> dict[str, int | str]:
    match event:
        case MoneyReceived(receipt=receipt):
            return {"amount": receipt.amount, "currency": receipt.currency, "method": receipt.method.value}
        case OrderNeedsAttention(task=task) | TaskResolved(task=task):
            return {"amount": task.to_refund, "currency": task.receipt.currency, "reason": task.reason.value}
        case OrderConfirmed():
            return {"on_invoice": int(event.on_invoice)}
        case OrderPlaced():
            return {"is_offer": int(event.offer_of is not None)}
        case CodesChanged():
            return {"codes": ", ".join(event.codes)}
        case SeatAssigned() | AttendeeUpdated() | SeatUnassigned():
            return {"seat": event.position + 1, "person": event.attendee}
        case SeatsCancelled():
            return {"seats": ", ".join(str(one + 1) for one in event.positions)}
        case DoorSaleVoided():
            return {"amount": event.returned, "currency": event.currency}
        case MoneyReturned() | RefundRequested() | RefundFailed() | PaymentStarted():
            return {"amount": event.amount, "currency": event.currency}
        case InvoiceIssued() | CreditNoteIssued():
            return {"number": event.label}
        case _:
            return {}


histories: Final = View(row=OrderHistory, events=members(Event), needs=_needs, fold=_fold)
