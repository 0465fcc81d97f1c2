"""The state of an order, and what each event makes of it."""

from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

from shared.kernel.decider import Changes, Found, put
from shared.kernel.ids import DeviceId, PaymentId, PersonId, SeatTypeId
from shared.kernel.messages import row
from shared.kernel.personal import OfRegistrant
from shared.registration.codes import with_uses
from shared.registration.order import (
    Change,
    CodesChanged,
    Event,
    ExpiryWarned,
    InvoiceAsked,
    LackingSeatsGranted,
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
    OrderReserved,
    OrderUpdated,
    PaymentEnded,
    PaymentStarted,
    RegistrantAssigned,
    SeatsCredited,
    SeatsReclaimed,
    TaskResolved,
)
from shared.registration.pricing import Line, Use
from shared.registration.receipts import Receipt, Returned, Task
from shared.registration.seats import Sales


class OrderState(StrEnum):
    RESERVING = "reserving"
    """Its seats are asked for; on a server only within one commit."""
    RESERVED = "reserved"
    PARTIALLY_RESERVED = "partially_reserved"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


LIVE: Final = frozenset({OrderState.RESERVING, OrderState.RESERVED, OrderState.PARTIALLY_RESERVED})


@row("registration.orders", version=2)
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
    was_warned: bool = False
    language: str = "en"
    registrant: PersonId | None = None
    first_name: OfRegistrant = ""
    last_name: OfRegistrant = ""
    email: OfRegistrant = ""
    codes: tuple[str, ...] = ()
    """The discount codes that were entered and fit."""
    uses: tuple[Use, ...] = ()
    """Those that make seats cheaper. They count as used while the order is live or confirmed."""
    dropped: dict[str, str] = field(default_factory=dict)
    """Codes that the last update dropped, each with the reason."""
    offer_of: str | None = None
    """The entry of the wait list that it was made for."""
    payment: PaymentId | None = None
    """The payment that was started and has neither ended nor brought money."""
    reclaiming: Receipt | None = None
    """The late money whose seats are asked for again; only within one commit."""
    receipts: tuple[Receipt, ...] = ()
    returned: tuple[Returned, ...] = ()
    waived: int = 0
    """What was given back although it was owed: the order does not cost it any more."""
    paid_by: Receipt | None = None
    on_invoice: bool = False
    has_invoice: bool = False
    credited: tuple[int, ...] = ()
    """Positions that were cancelled after the confirmation, and cost nothing any more."""
    tasks: tuple[Task, ...] = ()
    """Why the order needs attention."""
    desk: DeviceId | None = None
    """Who sold it at the door. What its lines have beyond the seats that there were is `quantity` and not `granted`."""

    @property
    def seats(self) -> dict[SeatTypeId, int]:
        """What is granted, by type in line order."""
        return {line.seat_type: line.granted for line in self.lines if line.granted}

    @property
    def kept(self) -> int:
        """What was paid for the order and not given back, without what tasks are about."""
        received = sum(one.amount for one in self.receipts if one.currency == self.currency)
        returned = sum(one.amount for one in self.returned if one.currency == self.currency)
        return received - returned - sum(one.to_refund for one in self.tasks if one.receipt.currency == self.currency)

    @property
    def owed(self) -> int:
        """What is still to be paid; below 0 what was paid in excess and nobody is asked to give back."""
        due = self.total - self.waived if self.state in (*LIVE, OrderState.CONFIRMED) else 0
        return due - self.kept


def evolve(found: Found, event: Event) -> Changes:
    if isinstance(event, OrderPlaced):
        sales = found.get(Sales)
        assert sales is not None, "orders are placed in sales that were opened"
        order = new_order(event)
        counted = replace(sales, orders=event.number)
        return {**put(order, event.order), **put(counted), **with_uses(found, (), order.uses)}
    before = found.get(Order, event.order)
    assert before is not None, "every other event follows its placing"
    after = _changed(before, event)
    return {**put(after, event.order), **with_uses(found, _counted(before), _counted(after))}


def _counted(order: Order) -> tuple[Use, ...]:
    """The uses of codes that count: they return when the order is over."""
    return order.uses if order.state in LIVE or order.state is OrderState.CONFIRMED else ()


def new_order(event: OrderPlaced) -> Order:
    return Order(
        number=event.number,
        locator=event.locator,
        state=OrderState.RESERVING,
        lines=event.lines,
        total=event.total,
        currency=event.currency,
        placed_at=event.placed_at,
        expires_at=event.expires_at,
        language=event.language,
        codes=event.codes,
        uses=event.uses,
        offer_of=event.offer_of,
    )


def _changed(order: Order, event: Change) -> Order:
    match event:
        case OrderUpdated(lines=lines, total=total):
            return replace(
                order,
                state=OrderState.RESERVING,
                lines=lines,
                total=total,
                codes=event.codes,
                uses=event.uses,
                dropped=event.dropped,
            )
        case CodesChanged(lines=lines, total=total):
            return replace(order, lines=lines, total=total, codes=event.codes, uses=event.uses, dropped=event.dropped)
        case OrderReserved(lines=lines, total=total, uses=uses):
            return replace(order, state=OrderState.RESERVED, lines=lines, total=total, uses=uses)
        case OrderPartiallyReserved(lines=lines, total=total, uses=uses):
            return replace(order, state=OrderState.PARTIALLY_RESERVED, lines=lines, total=total, uses=uses)
        case RegistrantAssigned():
            return replace(
                order,
                registrant=event.registrant,
                first_name=event.first_name,
                last_name=event.last_name,
                email=event.email,
            )
        case PaymentStarted():
            return replace(order, payment=event.payment, expires_at=event.expires_at, deadline_was_extended=True)
        case PaymentEnded():
            return replace(order, payment=None)
        case MoneyReceived(receipt=receipt):
            still_open = None if order.payment == receipt.payment else order.payment
            return replace(order, receipts=(*order.receipts, receipt), payment=still_open)
        case MoneyReturned():
            returned = Returned(
                payment=event.payment, refund=event.refund, amount=event.amount, currency=event.currency
            )
            return replace(order, returned=(*order.returned, returned), waived=order.waived + event.waived)
        case SeatsReclaimed(receipt=receipt):
            return replace(order, state=OrderState.EXPIRED, reclaiming=receipt)
        case OrderConfirmed(paid_by=paid_by, on_invoice=on_invoice):
            return replace(order, state=OrderState.CONFIRMED, paid_by=paid_by, on_invoice=on_invoice, reclaiming=None)
        case InvoiceAsked():
            return replace(order, has_invoice=True)
        case OrderPaid():
            return replace(order, paid_by=order.receipts[-1] if order.receipts else None)
        case SeatsCredited(lines=lines, total=total, uses=uses, positions=positions):
            credited = (*order.credited, *positions)
            return replace(order, lines=lines, total=total, uses=uses, credited=credited)
        case LackingSeatsGranted(lines=lines, total=total):
            return replace(order, lines=lines, total=total)
        case LinkAsked():
            return order
        case ExpiryWarned():
            return replace(order, was_warned=True)
        case OrderExpired():
            return replace(order, state=OrderState.EXPIRED)
        case OrderCancelled():
            return replace(order, state=OrderState.CANCELLED)
        case OrderNeedsAttention(task=task):
            return replace(order, tasks=(*order.tasks, task), reclaiming=None)
        case TaskResolved(task=task):
            # One of those that look alike: each is about money of its own.
            at = order.tasks.index(task) if task in order.tasks else len(order.tasks)
            return replace(order, tasks=order.tasks[:at] + order.tasks[at + 1 :])
        case _:
            assert_never(event)
