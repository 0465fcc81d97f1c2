"""The money of a conference: balances that must agree, a book of what came and went, and what a human must look at.

At every position captured − refunded = recorded, for each order and for the conference. Captured and refunded is what
payments say; recorded is what the orders themselves say, and the money of which nobody knows what it is for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from shared.kernel.decider import Changes, Found, Key, Recorded, View, drop, key, members, put
from shared.kernel.ids import OrderId, PaymentId, derived_id
from shared.kernel.messages import row, value
from shared.payments import invoice as invoices
from shared.payments import payment as payments
from shared.payments.invoice import Invoice, OrderInvoices, invoice_id
from shared.payments.payment import Method, Payment, RefundState
from shared.registration import order as orders
from shared.registration.door_sale import DoorSaleRecorded
from shared.registration.order_state import Order

CONFERENCE: Final = "conference"
UNKNOWN: Final = "unknown"

# Balances


@row("payments.balances")
class Balance:
    """Sums by currency; its id is `conference`, `unknown`, or `balance_id` of an order."""

    captured: dict[str, int] = field(default_factory=dict)
    refunded: dict[str, int] = field(default_factory=dict)
    recorded: dict[str, int] = field(default_factory=dict)
    """What came and was not given back, as the orders say."""

    @property
    def differences(self) -> dict[str, int]:
        """By currency what payments say beyond what the orders say; empty where the balance adds up."""
        by_currency = {
            one: self.captured.get(one, 0) - self.refunded.get(one, 0) - self.recorded.get(one, 0)
            for one in sorted(self.captured.keys() | self.refunded.keys() | self.recorded.keys())
        }
        return {one: amount for one, amount in by_currency.items() if amount}


def balance_id(order: OrderId | None) -> str:
    """The id of an order's balance; None is for money of which nobody knows what it is for."""
    return UNKNOWN if order is None else f"order:{order}"


class _Posting(NamedTuple):
    """What one event adds to the balance of an order."""

    order: OrderId | None
    currency: str
    captured: int = 0
    refunded: int = 0
    recorded: int = 0


MoneyCame = payments.PaymentCaptured | payments.UnexpectedCapture | payments.PaymentRecorded
BalanceEvent = (
    MoneyCame
    | payments.UnknownPaymentCaptured
    | payments.PaymentDisowned
    | payments.RefundPaid
    | orders.MoneyReceived
    | orders.MoneyReturned
)


def _postings(event: BalanceEvent) -> Sequence[_Posting]:
    match event:
        case payments.UnknownPaymentCaptured(amount=amount, currency=currency):
            return [_Posting(None, currency, captured=amount, recorded=amount)]
        case payments.PaymentDisowned(order=order, captures=captures):
            return [
                posting
                for one in captures
                for posting in (
                    _Posting(order, one.currency, captured=-one.amount),
                    _Posting(None, one.currency, captured=one.amount, recorded=one.amount),
                )
            ]
        case payments.RefundPaid(order=order, amount=amount, currency=currency):
            # An order says itself that money went back.
            return [_Posting(order, currency, refunded=amount, recorded=-amount if order is None else 0)]
        case orders.MoneyReceived(order=order, receipt=receipt):
            return [_Posting(order, receipt.currency, recorded=receipt.amount)]
        case orders.MoneyReturned(order=order, amount=amount, currency=currency):
            return [_Posting(order, currency, recorded=-amount)]
        case _:
            return [_Posting(event.order, event.currency, captured=event.amount)]


def _balance_needs(event: BalanceEvent, found: Found) -> Iterable[Key]:
    yield key(Balance, CONFERENCE)
    yield from (key(Balance, balance_id(posting.order)) for posting in _postings(event))


def _fold_balances(event: BalanceEvent, found: Found, recorded: Recorded) -> Changes:
    changed: dict[str, Balance] = {}
    for posting in _postings(event):
        for id in (balance_id(posting.order), CONFERENCE):
            before = changed.get(id) or found.get(Balance, id) or Balance()
            changed[id] = _posted(before, posting)
    return {key(Balance, id): balance for id, balance in changed.items()}


def _posted(balance: Balance, posting: _Posting) -> Balance:
    return Balance(
        captured=_plus(balance.captured, posting.currency, posting.captured),
        refunded=_plus(balance.refunded, posting.currency, posting.refunded),
        recorded=_plus(balance.recorded, posting.currency, posting.recorded),
    )


def _plus(sums: dict[str, int], currency: str, amount: int) -> dict[str, int]:
    return {**sums, currency: sums.get(currency, 0) + amount} if amount else sums


balances: Final = View(row=Balance, events=members(BalanceEvent), needs=_balance_needs, fold=_fold_balances)

# The book


class EntryKind(StrEnum):
    CAPTURED = "captured"
    REFUNDED = "refunded"


@row("payments.ledger")
class Entry:
    """Money that came or went, once; its id says nothing."""

    kind: EntryKind
    amount: int
    currency: str
    order: OrderId | None
    payment: PaymentId
    reference: str
    method: Method
    is_unexpected: bool
    at: datetime
    """When it was recorded here."""


EntryEvent = MoneyCame | payments.UnknownPaymentCaptured | payments.PaymentDisowned | payments.RefundPaid


def entry_id(kind: EntryKind, payment: PaymentId, reference: str) -> str:
    """The id of the entry of a capture or a refund, by its reference."""
    # Derived, because a reference may be longer than an id.
    return derived_id(kind, payment, reference)


def _entry_needs(event: EntryEvent, found: Found) -> Iterable[Key]:
    yield key(Payment, event.payment)
    if isinstance(event, payments.PaymentDisowned):
        yield from (key(Entry, one) for one in _captured_ids(event))


def _captured_ids(event: payments.PaymentDisowned) -> Sequence[str]:
    return [entry_id(EntryKind.CAPTURED, event.payment, one.reference) for one in event.captures]


def _fold_entries(event: EntryEvent, found: Found, recorded: Recorded) -> Changes:
    if isinstance(event, payments.PaymentDisowned):
        known = {id: found.get(Entry, id) for id in _captured_ids(event)}
        return {
            key(Entry, id): replace(one, order=None, is_unexpected=True) for id, one in known.items() if one is not None
        }
    payment = found.get(Payment, event.payment)
    assert payment is not None, "money that comes or goes is put down in its payment"
    is_refund = isinstance(event, payments.RefundPaid)
    kind = EntryKind.REFUNDED if is_refund else EntryKind.CAPTURED
    entry = Entry(
        kind=kind,
        amount=event.amount,
        currency=event.currency,
        order=payment.order,
        payment=event.payment,
        reference=event.reference,
        method=payment.method,
        is_unexpected=_is_unexpected(event),
        at=recorded.at,
    )
    return put(entry, entry_id(kind, event.payment, event.reference))


def _is_unexpected(event: MoneyCame | payments.UnknownPaymentCaptured | payments.RefundPaid) -> bool:
    match event:
        case payments.RefundPaid():
            return event.is_unexpected
        case payments.PaymentRecorded():
            return event.recorded_as is not None
        case _:
            return not isinstance(event, payments.PaymentCaptured)


ledger: Final = View(row=Entry, events=members(EntryEvent), needs=_entry_needs, fold=_fold_entries)

# What a human must look at

UNKNOWN_PAYMENT: Final = "unknown_payment"
REFUND_BY_HAND: Final = "refund_by_hand"
REFUND_FAILED: Final = "refund_failed"
INVOICE_OVERDUE: Final = "invoice_overdue"
"""The last reminder brought no money, or not all of it."""


@value
class OpenTask:
    reason: str
    """One of registration's `Attention`, or of the four above."""
    amount: int
    """For an invoice what is still to be paid."""
    currency: str
    payment: PaymentId | None = None
    """None where it is about money that did not come."""
    refund: str | None = None
    invoice: int | None = None


@row("payments.tasks")
class OpenTasks:
    """What is to be done about the money of an order or of a payment; no row where there is nothing."""

    order: OrderId | None
    tasks: tuple[OpenTask, ...]


OrderTaskEvent = (
    orders.OrderNeedsAttention
    | orders.TaskResolved
    | orders.MoneyReceived
    | orders.MoneyReturned
    | DoorSaleRecorded
    | invoices.CreditNoteIssued
    | invoices.InvoiceSettled
    | invoices.InvoiceReminded
)
PaymentTaskEvent = (
    payments.UnknownPaymentCaptured
    | payments.PaymentDisowned
    | payments.RefundRequested
    | payments.RefundPaid
    | payments.RefundFailed
)
TaskEvent = OrderTaskEvent | PaymentTaskEvent


def _task_needs(event: TaskEvent, found: Found) -> Iterable[Key]:
    if not isinstance(event, OrderTaskEvent):
        yield key(Payment, event.payment)
        return
    yield key(Order, event.order)
    order = found.get(Order, event.order) if found.has(Order, event.order) else None
    if order is not None and order.has_invoice:
        yield key(OrderInvoices, event.order)
        documents = found.get(OrderInvoices, event.order) if found.has(OrderInvoices, event.order) else None
        yield from () if documents is None else (key(Invoice, invoice_id(documents.numbers[0])),)


def _fold_tasks(event: TaskEvent, found: Found, recorded: Recorded) -> Changes:
    order: OrderId | None
    if isinstance(event, OrderTaskEvent):
        order, id = event.order, f"order:{event.order}"
        known = found.get(Order, event.order)
        tasks = () if known is None else (*_of_order(known), *_of_invoice(event.order, known, found))
    else:
        payment = found.get(Payment, event.payment)
        assert payment is not None, "its events follow the payment"
        order, id, tasks = payment.order, f"payment:{event.payment}", tuple(_of_payment(event.payment, payment))
    return put(OpenTasks(order=order, tasks=tasks), id) if tasks else drop(OpenTasks, id)


def _of_order(order: Order) -> Iterable[OpenTask]:
    for task in order.tasks:
        receipt = task.receipt
        yield OpenTask(reason=task.reason, amount=task.to_refund, currency=receipt.currency, payment=receipt.payment)


def _of_invoice(id: OrderId, order: Order, found: Found) -> Iterable[OpenTask]:
    documents = found.get(OrderInvoices, id) if order.has_invoice else None
    invoice = None if documents is None else found.get(Invoice, invoice_id(documents.numbers[0]))
    if invoice is None or invoice.is_paid or invoice.reminders < invoices.REMINDERS_MOST or order.owed <= 0:
        return
    yield OpenTask(reason=INVOICE_OVERDUE, amount=order.owed, currency=order.currency, invoice=invoice.number)


def _of_payment(id: PaymentId, payment: Payment) -> Iterable[OpenTask]:
    if payment.order is None:
        for currency in dict.fromkeys(one.currency for one in payment.captures):
            left = payment.refundable(currency)
            if left > 0:
                yield OpenTask(reason=UNKNOWN_PAYMENT, amount=left, currency=currency, payment=id)
    for number, refund in enumerate(payment.refunds, start=1):
        is_by_hand = refund.state is RefundState.REQUESTED and payment.method is not Method.PROVIDER
        # Whatever is asked for after a failure stands behind it, and settles it.
        has_failed = refund.state is RefundState.FAILED and number == len(payment.refunds)
        if is_by_hand or has_failed:
            reason = REFUND_BY_HAND if is_by_hand else REFUND_FAILED
            yield OpenTask(reason=reason, amount=refund.amount, currency=refund.currency, payment=id, refund=refund.id)


tasks: Final = View(row=OpenTasks, events=members(TaskEvent), needs=_task_needs, fold=_fold_tasks)
