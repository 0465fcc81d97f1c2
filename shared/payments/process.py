"""PaymentsProcess: invoices follow orders, a missing callback is asked after, refunds are carried out, readers told.

What was not told by callback is asked at growing intervals for a day: also after a cancellation, because whoever was
on the provider's page may have paid meanwhile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, assert_never

from shared.conference.conference import Conference
from shared.kernel.decider import Call, Context, Deadline, Effect, Found, Key, Mail, Process, key, members
from shared.kernel.ids import PaymentId
from shared.kernel.money import times
from shared.payments import invoice as invoices
from shared.payments import payment as payments
from shared.registration import order as orders
from shared.registration.order_state import Order, OrderState
from shared.registration.seats import Sales

CHECK_WAITS: Final = (
    timedelta(minutes=5),
    timedelta(minutes=25),
    timedelta(minutes=90),
    timedelta(hours=10),
    timedelta(hours=12),
)
"""Before each check: after 5 and 30 minutes, 2, 12 and 24 hours in all."""
REMIND_EVERY: Final = timedelta(days=7)
REMIND_FIRST: Final = timedelta(days=1)
"""After the issue at the earliest, also where an invoice is due at once."""

OrderEvent = (
    orders.InvoiceAsked | orders.OrderPaid | orders.SeatsCredited | orders.MoneyReturned | orders.OrderCancelled
)
InvoiceEvent = invoices.InvoiceIssued | invoices.CreditNoteIssued | invoices.InvoiceSettled | invoices.InvoiceReminded
PaymentEvent = (
    payments.PaymentInitiated
    | payments.PaymentCheckDue
    | payments.PaymentCancelled
    | payments.PaymentCaptured
    | payments.UnexpectedCapture
    | payments.PaymentRejected
    | payments.PaymentRecorded
    | payments.RefundRequested
    | payments.RefundPaid
)
Event = OrderEvent | InvoiceEvent | PaymentEvent


def needs(event: Event, found: Found) -> Iterable[Key]:
    match event:
        case payments.PaymentRecorded():
            yield key(Order, event.order)
        case event if isinstance(event, OrderEvent):
            yield key(Order, event.order)
            yield key(Sales)
            if isinstance(event, orders.InvoiceAsked):
                yield key(Conference)
        case _:
            pass


def react(event: Event, found: Found, context: Context) -> Sequence[Any]:
    match event:
        case event if isinstance(event, OrderEvent):
            return _follow_order(event, found, context)
        case event if isinstance(event, InvoiceEvent):
            return _follow_invoice(event, context)
        case _:
            return _follow_payment(event, found, context)


# Invoices


def _follow_order(event: OrderEvent, found: Found, context: Context) -> Sequence[invoices.Command]:
    order = found.get(Order, event.order)
    assert order is not None, "what happened to an order follows its placing"
    if not order.has_invoice or (isinstance(event, orders.MoneyReturned) and not event.waived):
        return []
    if isinstance(event, orders.OrderPaid):
        return [invoices.SettleInvoice(order=event.order)]
    sales = found.get(Sales)
    assert sales is not None, "orders are placed in sales that were opened"
    if isinstance(event, orders.InvoiceAsked):
        conference = found.get(Conference)
        assert conference is not None, "there is no sale without a conference"
        invoice = _invoice(event, order, sales, context)
        return [replace(invoice, issuer=conference.invoice_from, conference=conference.name)]
    is_over = order.state is OrderState.CANCELLED
    lines = () if is_over else _lines(order)
    return [invoices.IssueCreditNote(order=event.order, prefix=sales.invoice_prefix, lines=lines)]


def _invoice(event: orders.InvoiceAsked, order: Order, sales: Sales, context: Context) -> invoices.IssueInvoice:
    return invoices.IssueInvoice(
        order=event.order,
        prefix=sales.invoice_prefix,
        registrant=event.registrant,
        first_name=order.first_name,
        last_name=order.last_name,
        email=order.email,
        address=event.address,
        lines=_lines(order),
        currency=order.currency,
        due_at=context.now + timedelta(days=sales.invoice_days) if order.owed > 0 else None,
    )


def _lines(order: Order) -> tuple[invoices.InvoiceLine, ...]:
    """What the order costs, line by line. What was given back although it was owed is off the first lines."""
    lines, waived = [], order.waived
    for line in order.lines:
        whole = times(line.price, line.granted) - line.reduction
        off = min(waived, whole)
        waived -= off
        if line.granted:
            lines.append(
                invoices.InvoiceLine(
                    seat_type=line.seat_type,
                    name=line.name,
                    quantity=line.granted,
                    price=line.price,
                    total=whole - off,
                )
            )
    return tuple(lines)


def _follow_invoice(event: InvoiceEvent, context: Context) -> Sequence[Effect]:
    match event:
        case invoices.InvoiceIssued(number=number, due_at=due_at):
            mail = Mail(template="invoice", about=invoices.invoice_id(number))
            return [mail] if due_at is None else [mail, _remind(number, max(due_at, event.issued_at + REMIND_FIRST))]
        case invoices.CreditNoteIssued(number=number):
            mail = Mail(template="credit_note", about=invoices.invoice_id(number))
            return [mail, _remind(event.corrects, None)] if event.is_whole else [mail]
        case invoices.InvoiceSettled(number=number):
            return [_remind(number, None)]
        case invoices.InvoiceReminded(number=number):
            mail = Mail(template="invoice_reminder", about=invoices.invoice_id(number))
            is_last = event.reminder >= invoices.REMINDERS_MOST
            return [mail] if is_last else [mail, _remind(number, context.now + REMIND_EVERY)]
        case _:
            assert_never(event)


def _remind(number: int, due: datetime | None) -> Deadline:
    return Deadline(key=f"invoice:{number}", due=due, command=invoices.RemindOfInvoice(number=number))


# Payments


def _follow_payment(event: PaymentEvent, found: Found, context: Context) -> Sequence[Effect | payments.Command]:
    id = event.payment
    match event:
        case payments.PaymentInitiated():
            return [_check(id, 1, context)]
        case payments.PaymentCheckDue(attempt=attempt):
            ask = Call(service="ask_payment", about=id)
            return [ask, _check(id, attempt + 1, context)] if attempt < len(CHECK_WAITS) else [ask]
        case payments.PaymentCancelled():
            return [Call(service="close_payment", about=id)]
        case payments.PaymentCaptured() | payments.UnexpectedCapture() | payments.PaymentRejected():
            return [Deadline(key=f"payment:{id}", due=None)]
        case payments.PaymentRecorded(order=order):
            return [payments.DisownPayment(payment=id)] if found.get(Order, order) is None else []
        case payments.RefundRequested(refund=refund, method=method):
            is_ours = method is payments.Method.PROVIDER
            return [Call(service="refund", about=f"{id}:{refund}")] if is_ours else []
        case payments.RefundPaid(order=order, refund=refund):
            return [] if order is None else [Mail(template="refund", about=f"{id}:{refund}")]
        case _:
            assert_never(event)


def _check(id: PaymentId, attempt: int, context: Context) -> Deadline:
    due = context.now + CHECK_WAITS[attempt - 1]
    return Deadline(key=f"payment:{id}", due=due, command=payments.CheckPayment(payment=id, attempt=attempt))


process = Process(name="payments", events=members(Event), needs=needs, react=react)
