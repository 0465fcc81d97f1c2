"""The rules of an order: what a registrant may do when, what money does to it, and when it is over.

An order past its deadline is expired for every rule, even before the deadline's own command ran. Money is never
refused and never lost: what does not pay for the order as it stands is recorded, and the order needs attention.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, assert_never

from shared.kernel import checks
from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, Role, key, members, put
from shared.kernel.ids import locator
from shared.registration.order import (
    LIVE,
    AssignRegistrantDetails,
    Attention,
    CancelOrder,
    Change,
    Command,
    ConfirmFreeOrder,
    EndPayment,
    Event,
    ExpireOrder,
    MarkSeatsReserved,
    MoneyReceived,
    Order,
    OrderCancelled,
    OrderConfirmed,
    OrderExpired,
    OrderNeedsAttention,
    OrderPartiallyReserved,
    OrderPlaced,
    OrderReserved,
    OrderState,
    OrderUpdated,
    PaymentEnded,
    PaymentStarted,
    PlaceOrder,
    Receipt,
    ReceiveMoney,
    RegistrantAssigned,
    ResolveTask,
    SeatsReclaimed,
    StartPayment,
    Task,
    TaskResolved,
    UpdateOrder,
)
from shared.registration.pricing import needs_prices, priced, total_granted, total_wanted, with_granted
from shared.registration.seats import Sales

TIME_TO_PAY: Final = timedelta(minutes=10)


def needs(command: Command, found: Found) -> Iterable[Key]:
    yield key(Order, command.order)
    if isinstance(command, PlaceOrder | UpdateOrder):
        yield from needs_prices(command.lines)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    order = found.get(Order, command.order)
    if isinstance(command, PlaceOrder):
        return _place(command, order, found, context)
    if isinstance(command, MarkSeatsReserved):
        return _mark(command, order)
    if order is None:
        raise Rejected("unknown_order", order=command.order)
    match command:
        case UpdateOrder():
            return _update(command, order, found, context)
        case AssignRegistrantDetails():
            if order.state != OrderState.CONFIRMED:
                _check_live(order, context)
            return _assign(command, order)
        case StartPayment():
            return _start_payment(command, order, context)
        case EndPayment(order=id, payment=payment):
            return [PaymentEnded(order=id, payment=payment)] if order.payment == payment else []
        case ReceiveMoney():
            return _receive(command, order, context)
        case ConfirmFreeOrder():
            return _confirm_free(command, order, context)
        case ExpireOrder(order=id):
            is_due = order.state in LIVE and context.now >= order.expires_at
            return [OrderExpired(order=id)] if is_due else []
        case CancelOrder():
            return _cancel(command, order, context)
        case ResolveTask(order=id, task=task):
            return [TaskResolved(order=id, task=task)] if task in order.tasks else []
        case _:
            assert_never(command)


def _check_live(order: Order, context: Context) -> None:
    if order.state not in LIVE:
        raise Rejected(f"order_{order.state}")
    if context.now >= order.expires_at:
        raise Rejected("order_expired")


def _place(command: PlaceOrder, order: Order | None, found: Found, context: Context) -> Sequence[Event]:
    if order is not None:
        raise Rejected("order_exists", order=command.order)
    sales = found.get(Sales)
    if sales is None or not sales.is_open:
        raise Rejected("sales_closed")
    lines, number = priced(command.lines, sales, found), sales.orders + 1
    placed = OrderPlaced(
        order=command.order,
        number=number,
        locator=None if context.secret is None else locator(context.secret, number),
        lines=lines,
        total=total_wanted(lines),
        currency=sales.currency,
        placed_at=context.now,
        expires_at=context.now + timedelta(seconds=sales.hold_s),
    )
    if command.registrant is None:
        return [placed]
    details = AssignRegistrantDetails(
        order=command.order,
        registrant=command.registrant,
        first_name=command.first_name,
        last_name=command.last_name,
        email=command.email,
    )
    return [placed, *_assign(details, _placed(placed))]


def _update(command: UpdateOrder, order: Order, found: Found, context: Context) -> Sequence[Event]:
    _check_live(order, context)
    if order.payment is not None:
        raise Rejected("payment_initiated", payment=order.payment)
    sales = found.get(Sales)
    assert sales is not None, "orders are placed in sales that were opened"
    lines = priced(command.lines, sales, found)
    return [OrderUpdated(order=command.order, lines=lines, total=total_wanted(lines))]


def _assign(command: AssignRegistrantDetails, order: Order) -> Sequence[Event]:
    checks.person("registrant", command.registrant)
    checks.text("first_name", command.first_name, most=100)
    checks.text("last_name", command.last_name, least=1, most=100)
    checks.email("email", command.email)
    # The registrant's id is left out: whoever has the same name and address is not news.
    new = (command.first_name, command.last_name, command.email)
    if new == (order.first_name, order.last_name, order.email):
        return []
    return [
        RegistrantAssigned(
            order=command.order,
            registrant=command.registrant,
            first_name=command.first_name,
            last_name=command.last_name,
            email=command.email,
            is_new_address=command.email != order.email,
        )
    ]


def _mark(command: MarkSeatsReserved, order: Order | None) -> Sequence[Event]:
    if order is None:
        return []
    lines = with_granted(order.lines, command.granted)
    if order.reclaiming is not None:
        if lines == order.lines:
            return [OrderConfirmed(order=command.order, paid_by=order.reclaiming)]
        return [OrderNeedsAttention(order=command.order, task=Task(reason=Attention.LATE, receipt=order.reclaiming))]
    if order.state != OrderState.RESERVING:
        return []
    is_whole = all(line.granted == line.quantity for line in lines)
    marked = OrderReserved if is_whole else OrderPartiallyReserved
    return [marked(order=command.order, lines=lines, total=total_granted(lines))]


def _start_payment(command: StartPayment, order: Order, context: Context) -> Sequence[Event]:
    _check_live(order, context)
    if order.payment == command.payment:
        return []
    if order.payment is not None:
        raise Rejected("payment_initiated", payment=order.payment)
    _check_confirmable(order)
    if order.total == 0:
        raise Rejected("nothing_to_pay")
    at_least = order.expires_at if order.deadline_was_extended else context.now + TIME_TO_PAY
    return [
        PaymentStarted(
            order=command.order,
            payment=command.payment,
            amount=order.total,
            currency=order.currency,
            expires_at=max(order.expires_at, at_least),
        )
    ]


def _confirm_free(command: ConfirmFreeOrder, order: Order, context: Context) -> Sequence[Event]:
    if order.state == OrderState.CONFIRMED:
        return []
    _check_live(order, context)
    _check_confirmable(order)
    if order.total:
        raise Rejected("payment_required", amount=order.total, currency=order.currency)
    return [OrderConfirmed(order=command.order)]


def _check_confirmable(order: Order) -> None:
    if not order.seats:
        raise Rejected("no_seats_granted")
    if order.registrant is None:
        raise Rejected("registrant_missing")


def _receive(command: ReceiveMoney, order: Order, context: Context) -> Sequence[Event]:
    id, receipt = command.order, command.receipt
    if (receipt.payment, receipt.reference) in ((one.payment, one.reference) for one in order.receipts):
        return []
    received = MoneyReceived(order=id, receipt=receipt)
    reason = command.doubt or _misfit(receipt, order)
    if reason is not None:
        return [received, OrderNeedsAttention(order=id, task=Task(reason=reason, receipt=receipt))]
    if order.state == OrderState.EXPIRED or context.now >= order.expires_at:
        return [received, SeatsReclaimed(order=id, receipt=receipt)]
    return [received, OrderConfirmed(order=id, paid_by=receipt)]


def _misfit(receipt: Receipt, order: Order) -> Attention | None:
    """Why the money does not pay for the order as it stands; None if it does."""
    if order.state == OrderState.CANCELLED:
        return Attention.CANCELLED
    if order.state == OrderState.CONFIRMED:
        return Attention.PAID_TWICE
    is_right = bool(order.seats) and (receipt.amount, receipt.currency) == (order.total, order.currency)
    return None if is_right else Attention.WRONG_AMOUNT


def _cancel(command: CancelOrder, order: Order, context: Context) -> Sequence[Event]:
    if order.state == OrderState.CANCELLED:
        return []
    if order.state != OrderState.CONFIRMED or context.actor.role == Role.REGISTRANT:
        _check_live(order, context)
    cancelled = OrderCancelled(order=command.order)
    if order.paid_by is None:
        return [cancelled]
    to_refund = Task(reason=Attention.CANCELLED, receipt=order.paid_by)
    return [cancelled, OrderNeedsAttention(order=command.order, task=to_refund)]


def evolve(found: Found, event: Event) -> Changes:
    if isinstance(event, OrderPlaced):
        sales = found.get(Sales)
        assert sales is not None, "orders are placed in sales that were opened"
        return put(_placed(event), event.order) | put(replace(sales, orders=event.number))
    order = found.get(Order, event.order)
    assert order is not None, "every other event follows its placing"
    return put(_changed(order, event), event.order)


def _placed(event: OrderPlaced) -> Order:
    return Order(
        number=event.number,
        locator=event.locator,
        state=OrderState.RESERVING,
        lines=event.lines,
        total=event.total,
        currency=event.currency,
        placed_at=event.placed_at,
        expires_at=event.expires_at,
    )


def _changed(order: Order, event: Change) -> Order:
    match event:
        case OrderUpdated(lines=lines, total=total):
            return replace(order, state=OrderState.RESERVING, lines=lines, total=total)
        case OrderReserved(lines=lines, total=total):
            return replace(order, state=OrderState.RESERVED, lines=lines, total=total)
        case OrderPartiallyReserved(lines=lines, total=total):
            return replace(order, state=OrderState.PARTIALLY_RESERVED, lines=lines, total=total)
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
        case SeatsReclaimed(receipt=receipt):
            return replace(order, state=OrderState.EXPIRED, reclaiming=receipt)
        case OrderConfirmed(paid_by=paid_by):
            return replace(order, state=OrderState.CONFIRMED, paid_by=paid_by, reclaiming=None)
        case OrderExpired():
            return replace(order, state=OrderState.EXPIRED)
        case OrderCancelled():
            return replace(order, state=OrderState.CANCELLED)
        case OrderNeedsAttention(task=task):
            return replace(order, tasks=(*order.tasks, task), reclaiming=None)
        case TaskResolved(task=task):
            return replace(order, tasks=tuple(one for one in order.tasks if one != task))
        case _:
            assert_never(event)


decider: Decider[Command, Event] = Decider(
    name="orders",
    commands=members(Command),
    events=members(Event),
    rows=(Order,),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
