"""What money does to an order: how it is confirmed, what is owed, and when a human must look.

Money is never refused and never lost: what does not pay for the order as it stands is recorded, and the order needs
attention.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Final

from shared.kernel import checks
from shared.kernel.decider import Context, Found, Rejected
from shared.kernel.ids import OrderId, SeatTypeId
from shared.kernel.money import times
from shared.registration.assignments import ticket_id
from shared.registration.codes import has_room
from shared.registration.door_sale import DoorSale, Source, payment_of
from shared.registration.order import (
    CancelOrder,
    ConfirmFreeOrder,
    ConfirmOnInvoice,
    CreditSeats,
    Event,
    InvoiceAsked,
    LackingSeatsGranted,
    MoneyReceived,
    MoneyReturned,
    OrderCancelled,
    OrderConfirmed,
    OrderNeedsAttention,
    OrderPaid,
    PaymentStarted,
    ReceiveMoney,
    RequestInvoice,
    ReseatOrder,
    ResolveTask,
    ReturnMoney,
    SeatsCredited,
    SeatsReclaimed,
    StartPayment,
    TaskResolved,
)
from shared.registration.order_state import Order, OrderState
from shared.registration.pricing import Line, Use, total_granted
from shared.registration.receipts import Attention, Receipt, Task
from shared.registration.seats import Sales

TIME_TO_PAY: Final = timedelta(minutes=10)
ADDRESS_MOST: Final = 500


def start_payment(command: StartPayment, order: Order, context: Context) -> Sequence[Event]:
    """The first payment gives time to pay, once."""
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


def confirm_free(command: ConfirmFreeOrder, order: Order) -> Sequence[Event]:
    """Without payment, because there is nothing to pay."""
    _check_confirmable(order)
    if order.total:
        raise Rejected("payment_required", amount=order.total, currency=order.currency)
    return [OrderConfirmed(order=command.order)]


def confirm_on_invoice(command: ConfirmOnInvoice, order: Order, found: Found) -> Sequence[Event]:
    """Confirmed at once, and paid later."""
    _check_invoices(command, order, found)
    if order.payment is not None:
        raise Rejected("payment_initiated", payment=order.payment)
    _check_confirmable(order)
    confirmed = OrderConfirmed(order=command.order, on_invoice=True)
    return [
        confirmed,
        InvoiceAsked(order=command.order, registrant=command.registrant, address=command.address),
    ]


def request_invoice(command: RequestInvoice, order: Order, found: Found) -> Sequence[Event]:
    """An invoice for an order that was paid in another way; one for an order."""
    if order.state is not OrderState.CONFIRMED:
        raise Rejected("order_not_confirmed")
    if order.has_invoice:
        return []
    _check_invoices(command, order, found)
    return [InvoiceAsked(order=command.order, registrant=command.registrant, address=command.address)]


def _check_invoices(command: ConfirmOnInvoice | RequestInvoice, order: Order, found: Found) -> None:
    sales = found.get(Sales)
    if sales is None or not sales.invoice_prefix:
        raise Rejected("no_invoices")
    if order.total <= order.waived:
        raise Rejected("nothing_to_pay")
    if order.registrant is None:
        raise Rejected("registrant_missing")
    if command.registrant != order.registrant:
        # The invoice names the order's registrant; under another's key that would never be erased with them.
        raise Rejected("changed_meanwhile", fields=["registrant"])
    checks.text("address", command.address, least=1, most=ADDRESS_MOST)


def _check_confirmable(order: Order) -> None:
    if not order.seats:
        raise Rejected("no_seats_granted")
    if order.registrant is None:
        raise Rejected("registrant_missing")


def receive(command: ReceiveMoney, order: Order, context: Context) -> Sequence[Event]:
    """Money came. It confirms the order, pays its invoice, asks for its seats again, or needs attention."""
    id, receipt = command.order, command.receipt
    if (receipt.payment, receipt.reference) in ((one.payment, one.reference) for one in order.receipts):
        return []
    received = MoneyReceived(order=id, receipt=receipt)
    is_of_door_sale = receipt.payment == payment_of(id)
    reason = command.doubt or (None if is_of_door_sale else _misfit(receipt, order))
    if reason is not None:
        return [received, OrderNeedsAttention(order=id, task=Task(reason=reason, receipt=receipt))]
    if order.state is OrderState.CONFIRMED:
        return [received, *_pay_invoice(command, order)]
    if order.state is OrderState.EXPIRED or context.now >= order.expires_at:
        return [received, SeatsReclaimed(order=id, receipt=receipt)]
    return [received, OrderConfirmed(order=id, paid_by=receipt)]


def _misfit(receipt: Receipt, order: Order) -> Attention | None:
    """Why the money does not pay for the order as it stands; None if it does."""
    if order.state is OrderState.CANCELLED:
        return Attention.CANCELLED
    if order.state is OrderState.CONFIRMED:
        if not order.on_invoice or order.owed <= 0:
            return Attention.PAID_TWICE
        return None if receipt.currency == order.currency else Attention.WRONG_AMOUNT
    is_right = bool(order.seats) and (receipt.amount, receipt.currency) == (order.total, order.currency)
    return None if is_right else Attention.WRONG_AMOUNT


def _pay_invoice(command: ReceiveMoney, order: Order) -> Sequence[Event]:
    """An invoice may be paid in parts; what is too much goes back. At the door, that was for seats that are lacking."""
    id, receipt, excess = command.order, command.receipt, command.receipt.amount - order.owed
    if excess < 0:
        return []
    paid = OrderPaid(order=id)
    if excess == 0:
        return [paid]
    reason = Attention.SEAT_LACKING if receipt.payment == payment_of(id) else Attention.WRONG_AMOUNT
    too_much = Task(reason=reason, receipt=receipt, amount=None if excess == receipt.amount else excess)
    return [paid, OrderNeedsAttention(order=id, task=too_much)]


def cancel(command: CancelOrder, order: Order) -> Sequence[Event]:
    """The order is over; what was paid for it is to be refunded."""
    cancelled = OrderCancelled(order=command.order)
    # What an organizer chose to keep beside the price, stays kept.
    amount = min(order.kept, order.total - order.waived) if order.state is OrderState.CONFIRMED else order.kept
    return [cancelled, *_refunds(command.order, order, amount, Attention.CANCELLED)]


def credit(command: CreditSeats, order: Order) -> Sequence[Event]:
    """The order costs less, by what was paid for the seats that are gone."""
    if order.state is not OrderState.CONFIRMED or set(command.positions) <= set(order.credited):
        return []
    gone = command.seats
    if order.desk is not None:
        # Whoever had no seat takes that of whoever goes.
        lacking = {
            line.seat_type: min(line.quantity - line.granted, gone.get(line.seat_type, 0)) for line in order.lines
        }
        fewer = tuple(replace(line, quantity=line.quantity - lacking[line.seat_type]) for line in order.lines)
        order = replace(order, lines=fewer)
        gone = {one: quantity - lacking[one] for one, quantity in gone.items()}
    lines = tuple(_without(line, gone.get(line.seat_type, 0)) for line in order.lines)
    total = total_granted(lines)
    amount = order.total - total
    credited = SeatsCredited(
        order=command.order,
        positions=command.positions,
        seats=command.seats,
        lines=lines,
        uses=_covered(order.uses, {line.seat_type: line.granted for line in lines}),
        amount=amount,
        total=total,
    )
    owed = order.owed - amount
    is_paid_now = order.on_invoice and owed <= 0 < order.owed and total > 0
    paid = [OrderPaid(order=command.order)] if is_paid_now else []
    refunds = _refunds(command.order, order, min(-owed, amount), Attention.SEATS_CANCELLED)
    return [credited, *paid, *_needless(command, order), *refunds]


def _needless(command: CreditSeats, order: Order) -> Sequence[TaskResolved]:
    """Nobody has to get the ticket of a seat that is gone."""
    gone = {ticket_id(command.order, position) for position in command.positions}
    return [
        TaskResolved(order=command.order, task=task)
        for task in order.tasks
        if task.reason is Attention.TICKET_REFUSED and task.receipt.reference in gone
    ]


def _without(line: Line, gone: int) -> Line:
    """The line with fewer seats; each of those left costs as much as before, on the average."""
    if not gone:
        return line
    left = max(0, line.granted - gone)
    before = times(line.price, line.granted)
    share = Fraction((before - line.reduction) * left, line.granted)
    return replace(line, quantity=left, granted=left, reduction=times(line.price, left) - round(share))


def _covered(uses: tuple[Use, ...], granted: dict[SeatTypeId, int]) -> tuple[Use, ...]:
    """The uses, of no more seats than there are."""
    fewer = (
        replace(use, seats={one: min(most, granted.get(one, 0)) for one, most in use.seats.items() if granted.get(one)})
        for use in uses
    )
    return tuple(use for use in fewer if use.seats)


def _refunds(id: OrderId, order: Order, amount: int, reason: Attention) -> Sequence[OrderNeedsAttention]:
    """Tasks to refund this much beside what is to be refunded already, of the newest receipts first."""
    returned = Counter[str]()
    for one in order.returned:
        returned[one.payment] += one.amount
    events = []
    left = amount
    for receipt in reversed(order.receipts):
        gone = min(receipt.amount, returned[receipt.payment])
        returned[receipt.payment] -= gone
        open_tasks = sum(task.to_refund for task in order.tasks if task.receipt == receipt)
        part = min(left, receipt.amount - gone - open_tasks)
        if part > 0 and receipt.currency == order.currency:
            left -= part
            is_whole = part == receipt.amount
            task = Task(reason=reason, receipt=receipt, amount=None if is_whole else part)
            events.append(OrderNeedsAttention(order=id, task=task))
    return events


def return_money(command: ReturnMoney, order: Order) -> Sequence[Event]:
    """A refund was made. It does what the tasks of its payment ask for; with what is more, the order costs less."""
    if command.refund in (one.refund for one in order.returned if one.payment == command.payment):
        return []
    left = command.amount
    done: list[Event] = []
    for task in order.tasks:
        is_its = task.receipt.payment == command.payment and task.receipt.currency == command.currency
        if is_its and task.to_refund and left > 0:
            done.append(TaskResolved(order=command.order, task=task))
            if task.to_refund > left:
                rest = replace(task, amount=task.to_refund - left)
                done.append(OrderNeedsAttention(order=command.order, task=rest))
            left -= min(left, task.to_refund)
    is_owed = order.state is OrderState.CONFIRMED and command.currency == order.currency
    returned = MoneyReturned(
        order=command.order,
        payment=command.payment,
        refund=command.refund,
        amount=command.amount,
        currency=command.currency,
        waived=max(0, left - max(0, -order.owed)) if is_owed else 0,
    )
    return [returned, *done]


def resolve(command: ResolveTask, order: Order) -> Sequence[Event]:
    """Settled without a refund: what it was about counts as paid."""
    if command.task not in order.tasks:
        return []
    resolved = TaskResolved(order=command.order, task=command.task)
    kept = command.task.to_refund if command.task.receipt.currency == order.currency else 0
    is_paid_now = order.on_invoice and order.owed - kept <= 0 < order.owed
    return [resolved, OrderPaid(order=command.order)] if is_paid_now else [resolved]


def reseat(command: ReseatOrder, order: Order, found: Found) -> Sequence[Event]:
    """Ask once more for the seats that late money was to pay for, or that were sold at the door and did not exist."""
    task = command.task
    if task not in order.tasks:
        raise Rejected("task_is_done")
    if task.reason is Attention.SEAT_LACKING:
        return _grant_lacking(command, order, found.get(DoorSale, command.order))
    # Of money that went back in part not enough is left.
    is_whole = task.reason is Attention.LATE and task.amount is None
    if not is_whole or order.state is not OrderState.EXPIRED or _misfit(task.receipt, order) is not None:
        raise Rejected("cannot_reseat")
    return [SeatsReclaimed(order=command.order, receipt=task.receipt)]


def _grant_lacking(command: ReseatOrder, order: Order, sale: DoorSale | None) -> Sequence[Event]:
    """All of them, or none: `door_sale_rules` refuses where there are not enough."""
    assert sale is not None, "seats are lacking only where they were sold at the door"
    lacking = {
        position: one
        for position, one in enumerate(sale.seats)
        if one.source is Source.LACKING and not one.is_cancelled
    }
    is_paid = command.task.to_refund == sum(one.price for one in lacking.values())
    # An invoice is of what the order cost before, and whoever cancelled may have left a seat to whoever had none.
    if order.has_invoice or not lacking or not is_paid:
        raise Rejected("cannot_reseat")
    lines = tuple(
        _granted(line, [one.price for one in lacking.values() if one.seat_type == line.seat_type])
        for line in order.lines
    )
    granted = LackingSeatsGranted(
        order=command.order, positions=tuple(lacking), lines=lines, total=total_granted(lines)
    )
    return [granted, TaskResolved(order=command.order, task=command.task)]


def _granted(line: Line, prices: Sequence[int]) -> Line:
    """The line with seats at these prices beside those that it had."""
    reduction = line.reduction + sum(line.price - one for one in prices)
    return replace(line, granted=line.granted + len(prices), reduction=reduction)


def reclaim(id: OrderId, order: Order, receipt: Receipt, lines: tuple[Line, ...], found: Found) -> Sequence[Event]:
    """What came of asking for the seats again: all of them, with the discounts that were had, or none."""
    task = Task(reason=Attention.LATE, receipt=receipt)
    is_asked = task in order.tasks
    if lines == order.lines and has_room(found, order.uses):
        confirmed = OrderConfirmed(order=id, paid_by=receipt)
        return [confirmed, TaskResolved(order=id, task=task)] if is_asked else [confirmed]
    if is_asked:
        raise Rejected("no_seats_left")
    return [OrderNeedsAttention(order=id, task=task)]
