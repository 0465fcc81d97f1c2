"""Invoices and their credit notes, in one sequence of numbers without a gap.

An order has one invoice at most. What it no longer has to pay for is taken back by credit notes, never by a change:
a document that was issued stays as it is, and only what became of it is noted beside.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, key, members, put
from shared.kernel.ids import OrderId, PersonId, SeatTypeId
from shared.kernel.messages import message, row, value
from shared.kernel.personal import OfRegistrant

REMINDERS_MOST: Final = 3
_DIGITS: Final = 5


@value
class InvoiceLine:
    """Seats of a type. On a credit note those taken back, with what they cost; none where they just cost less."""

    seat_type: SeatTypeId
    name: str
    quantity: int
    price: int
    """Of one seat, before discounts."""
    total: int
    """What all of them cost, after discounts."""


# Commands


@message("payments.issue_invoice")
class IssueInvoice:
    order: OrderId
    prefix: str
    registrant: PersonId
    first_name: OfRegistrant
    last_name: OfRegistrant
    email: OfRegistrant
    address: OfRegistrant
    lines: tuple[InvoiceLine, ...]
    currency: str
    due_at: datetime | None
    """None for an order that is paid already."""
    issuer: str = ""
    """Who sells, as it stands on the paper: whatever changes later, what was issued stays."""
    conference: str = ""
    """The conference's name."""


@message("payments.issue_credit_note")
class IssueCreditNote:
    """Takes back what was invoiced, and is not among the lines."""

    order: OrderId
    prefix: str
    lines: tuple[InvoiceLine, ...]
    """What the order still has to pay for, or paid for."""


@message("payments.settle_invoice")
class SettleInvoice:
    order: OrderId


@message("payments.remind_of_invoice")
class RemindOfInvoice:
    number: int


Command = IssueInvoice | IssueCreditNote | SettleInvoice | RemindOfInvoice

# Events


@message("payments.invoice_issued")
class InvoiceIssued:
    number: int
    label: str
    order: OrderId
    registrant: PersonId
    first_name: OfRegistrant
    last_name: OfRegistrant
    email: OfRegistrant
    address: OfRegistrant
    lines: tuple[InvoiceLine, ...]
    total: int
    currency: str
    issued_at: datetime
    due_at: datetime | None
    """None if it is paid already."""
    issuer: str = ""
    conference: str = ""


@message("payments.credit_note_issued")
class CreditNoteIssued:
    number: int
    label: str
    order: OrderId
    corrects: int
    lines: tuple[InvoiceLine, ...]
    total: int
    issued_at: datetime
    is_whole: bool
    """Nothing of the invoice is left."""


@message("payments.invoice_settled")
class InvoiceSettled:
    number: int
    order: OrderId
    paid_at: datetime


@message("payments.invoice_reminded")
class InvoiceReminded:
    number: int
    order: OrderId
    reminder: int
    """Counts from 1."""


Event = InvoiceIssued | CreditNoteIssued | InvoiceSettled | InvoiceReminded

# State


class InvoiceKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


@row("payments.invoice_book")
class InvoiceBook:
    last: int
    """The number that was given last."""


@row("payments.order_invoices")
class OrderInvoices:
    """The documents of an order; its id is the order's."""

    numbers: tuple[int, ...]
    """The invoice, then its credit notes."""


@row("payments.invoices")
class Invoice:
    """An invoice or a credit note; its id is `invoice_id`."""

    kind: InvoiceKind
    number: int
    label: str
    order: OrderId
    corrects: int | None
    """The number of the invoice that a credit note is about."""
    registrant: PersonId
    first_name: OfRegistrant
    last_name: OfRegistrant
    email: OfRegistrant
    address: OfRegistrant
    lines: tuple[InvoiceLine, ...]
    total: int
    currency: str
    issued_at: datetime
    due_at: datetime | None
    issuer: str = ""
    conference: str = ""
    paid_at: datetime | None = None
    uncredited: tuple[InvoiceLine, ...] = ()
    """What no credit note took back."""
    reminders: int = 0

    @property
    def is_paid(self) -> bool:
        return self.paid_at is not None

    @property
    def left(self) -> int:
        """What no credit note took back, as an amount."""
        return sum(line.total for line in self.uncredited)

    @property
    def credited(self) -> int:
        return self.total - self.left if self.kind is InvoiceKind.INVOICE else 0


def invoice_id(number: int) -> str:
    """The id of the row of the document with this number."""
    return str(number)


# Rules


def needs(command: Command, found: Found) -> Iterable[Key]:
    if isinstance(command, RemindOfInvoice):
        yield key(Invoice, invoice_id(command.number))
        return
    yield key(OrderInvoices, command.order)
    if isinstance(command, IssueInvoice | IssueCreditNote):
        yield key(InvoiceBook)
    documents = found.get(OrderInvoices, command.order) if found.has(OrderInvoices, command.order) else None
    if documents is not None:
        yield key(Invoice, invoice_id(documents.numbers[0]))


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    match command:
        case IssueInvoice(order=order):
            return [_issue(command, found, context)] if found.get(OrderInvoices, order) is None else []
        case IssueCreditNote(order=order):
            return _credit(command, _invoice_of(order, found), found, context)
        case SettleInvoice(order=order):
            invoice = _invoice_of(order, found)
            if invoice is None or invoice.is_paid:
                return []
            return [InvoiceSettled(number=invoice.number, order=order, paid_at=context.now)]
        case RemindOfInvoice(number=number):
            invoice = found.get(Invoice, invoice_id(number))
            if invoice is None:
                raise Rejected("unknown_invoice", number=number)
            is_open = invoice.due_at is not None and not invoice.is_paid and invoice.left > 0
            if not is_open or invoice.reminders >= REMINDERS_MOST:
                return []
            return [InvoiceReminded(number=number, order=invoice.order, reminder=invoice.reminders + 1)]
        case _:
            assert_never(command)


def _invoice_of(order: OrderId, found: Found) -> Invoice | None:
    documents = found.get(OrderInvoices, order)
    return None if documents is None else found.get(Invoice, invoice_id(documents.numbers[0]))


def _next_number(found: Found) -> int:
    book = found.get(InvoiceBook)
    return 1 if book is None else book.last + 1


def _label(prefix: str, number: int) -> str:
    return f"{prefix}{number:0{_DIGITS}}"


def _issue(command: IssueInvoice, found: Found, context: Context) -> InvoiceIssued:
    number = _next_number(found)
    return InvoiceIssued(
        number=number,
        label=_label(command.prefix, number),
        order=command.order,
        registrant=command.registrant,
        first_name=command.first_name,
        last_name=command.last_name,
        email=command.email,
        address=command.address,
        lines=command.lines,
        total=sum(line.total for line in command.lines),
        currency=command.currency,
        issued_at=context.now,
        due_at=command.due_at,
        issuer=command.issuer,
        conference=command.conference,
    )


def _credit(
    command: IssueCreditNote, invoice: Invoice | None, found: Found, context: Context
) -> Sequence[CreditNoteIssued]:
    if invoice is None:
        return []
    lines = _minus(invoice.uncredited, command.lines)
    total = sum(line.total for line in lines)
    if total == 0:
        return []
    number = _next_number(found)
    return [
        CreditNoteIssued(
            number=number,
            label=_label(command.prefix, number),
            order=command.order,
            corrects=invoice.number,
            lines=lines,
            total=total,
            issued_at=context.now,
            is_whole=total == invoice.left,
        )
    ]


def _minus(lines: Iterable[InvoiceLine], other: Iterable[InvoiceLine]) -> tuple[InvoiceLine, ...]:
    """What the lines have above the other ones, by seat type; never less than nothing."""
    others: Mapping[SeatTypeId, InvoiceLine] = {line.seat_type: line for line in other}
    rest = []
    for line in lines:
        less = others.get(line.seat_type)
        if less is not None:
            quantity, total = max(0, line.quantity - less.quantity), max(0, line.total - less.total)
            line = replace(line, quantity=quantity, total=total)  # noqa: PLW2901 - the rest of it
        if line.quantity or line.total:
            rest.append(line)
    return tuple(rest)


def evolve(found: Found, event: Event) -> Changes:
    match event:
        case InvoiceIssued(number=number, order=order):
            documents = OrderInvoices(numbers=(number,))
            return put(_issued(event), invoice_id(number)) | put(documents, order) | put(InvoiceBook(last=number))
        case CreditNoteIssued():
            return _credited(event, found)
        case InvoiceSettled(number=number, paid_at=paid_at):
            return put(replace(_known(number, found), paid_at=paid_at), invoice_id(number))
        case InvoiceReminded(number=number, reminder=reminder):
            return put(replace(_known(number, found), reminders=reminder), invoice_id(number))
        case _:
            assert_never(event)


def _known(number: int, found: Found) -> Invoice:
    invoice = found.get(Invoice, invoice_id(number))
    assert invoice is not None, "every other event follows its issue"
    return invoice


def _issued(event: InvoiceIssued) -> Invoice:
    return Invoice(
        kind=InvoiceKind.INVOICE,
        number=event.number,
        label=event.label,
        order=event.order,
        corrects=None,
        registrant=event.registrant,
        first_name=event.first_name,
        last_name=event.last_name,
        email=event.email,
        address=event.address,
        lines=event.lines,
        total=event.total,
        currency=event.currency,
        issued_at=event.issued_at,
        due_at=event.due_at,
        issuer=event.issuer,
        conference=event.conference,
        paid_at=event.issued_at if event.due_at is None else None,
        uncredited=event.lines,
    )


def _credited(event: CreditNoteIssued, found: Found) -> Changes:
    invoice, documents = _known(event.corrects, found), found.get(OrderInvoices, event.order)
    assert documents is not None, "the invoice is one of them"
    note = replace(
        invoice,
        kind=InvoiceKind.CREDIT_NOTE,
        number=event.number,
        label=event.label,
        corrects=event.corrects,
        lines=event.lines,
        total=event.total,
        issued_at=event.issued_at,
        due_at=None,
        paid_at=None,
        uncredited=(),
        reminders=0,
    )
    left = replace(invoice, uncredited=_minus(invoice.uncredited, event.lines))
    return (
        put(note, invoice_id(event.number))
        | put(left, invoice_id(event.corrects))
        | put(OrderInvoices(numbers=(*documents.numbers, event.number)), event.order)
        | put(InvoiceBook(last=event.number))
    )


decider: Decider[Command, Event] = Decider(
    name="invoices",
    commands=members(Command),
    events=members(Event),
    rows=(InvoiceBook, OrderInvoices, Invoice),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
