"""Invoices and credit notes as PDF. All amounts are those of the record; nothing is calculated here but a line's."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from server.documents.press import press
from server.language import Words, words
from server.lookup import look_up
from server.tickets import full_name
from server.time_zones import zone
from shared.conference.conference import Conference
from shared.kernel.decider import key
from shared.kernel.money import times
from shared.payments.invoice import Invoice, InvoiceKind, invoice_id
from shared.registration.order_state import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """A line. On a credit note, what is given back; never negative."""

    name: str
    quantity: int
    price: int
    amount: int
    """What the line costs after discounts."""

    @property
    def reduction(self) -> int:
        """What discounts took off."""
        return times(self.price, self.quantity) - self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDocument:
    """What stands on an invoice, or on a credit note. `issuer` and `address` have lines."""

    kind: InvoiceKind
    label: str
    """Its number, with the conference's prefix."""
    corrects: str | None
    """The label of the invoice that a credit note takes from."""
    issuer: str
    name: str
    address: str
    conference: str
    starts_on: date
    ends_on: date
    location: str
    locator: str
    issued_on: date
    due_on: date | None
    """None where nothing is to be paid."""
    paid_on: date | None
    lines: tuple[InvoiceLine, ...]
    total: int
    credited: int = 0
    """What credit notes took off an invoice since."""
    currency: str


def invoice_document(conn: Connection, space: str, number: int) -> InvoiceDocument | None:
    """The invoice or credit note of this number with the conference of now; None if there is none."""
    found = look_up(conn, space, [key(Conference), key(Invoice, invoice_id(number))])
    conference, invoice = found.get(Conference), found.get(Invoice, invoice_id(number))
    if conference is None or invoice is None:
        return None
    others = [key(Order, invoice.order)]
    if invoice.corrects is not None:
        others.append(key(Invoice, invoice_id(invoice.corrects)))
    found = look_up(conn, space, others)
    order = found.get(Order, invoice.order)
    corrected = None if invoice.corrects is None else found.get(Invoice, invoice_id(invoice.corrects))

    def day(moment: datetime | None) -> date | None:
        return None if moment is None else moment.astimezone(zone(conference.time_zone)).date()

    return InvoiceDocument(
        kind=invoice.kind,
        label=invoice.label,
        corrects=None if corrected is None else corrected.label,
        issuer=invoice.issuer,
        name=full_name(invoice.first_name, invoice.last_name),
        address=invoice.address if isinstance(invoice.address, str) else "",
        conference=invoice.conference,
        starts_on=conference.starts_on,
        ends_on=conference.ends_on,
        location=conference.location,
        locator=(order.locator if order is not None else None) or "",
        issued_on=invoice.issued_at.astimezone(zone(conference.time_zone)).date(),
        due_on=day(invoice.due_at),
        paid_on=day(invoice.paid_at),
        lines=tuple(
            InvoiceLine(name=line.name, quantity=line.quantity, price=line.price, amount=line.total)
            for line in invoice.lines
        ),
        total=invoice.total,
        credited=invoice.credited,
        currency=invoice.currency,
    )


def invoice_pdf(invoice: InvoiceDocument, language: str) -> bytes:
    """As many A4 pages as its lines need, in the reader's language."""
    return press().pdf("invoice", invoice_content(invoice, language), language)


def invoice_content(invoice: InvoiceDocument, language: str) -> dict[str, Any]:
    """What the template reads."""
    _ = words(language)
    title = _("Credit note") if invoice.kind is InvoiceKind.CREDIT_NOTE else _("Invoice")
    has_reduction = any(line.reduction > 0 for line in invoice.lines)
    return {
        "title": f"{title} {invoice.label}",
        "page": _("Page {page} of {pages}"),
        "issuer": invoice.issuer.strip(),
        "recipient": invoice.name,
        "address": invoice.address.strip(),
        "facts": [{"label": label, "text": text} for label, text in _facts(invoice, _)],
        "conference": invoice.conference,
        "occasion": " · ".join(filter(None, (_.days(invoice.starts_on, invoice.ends_on), invoice.location))),
        "head": [_("Item"), _("Quantity"), _("Price"), *([_("Discount")] if has_reduction else []), _("Amount")],
        "lines": [_cells(line, invoice.currency, _, has_reduction=has_reduction) for line in invoice.lines],
        "total": {
            "label": _("Credit") if invoice.kind is InvoiceKind.CREDIT_NOTE else _("Total"),
            "text": _.money(invoice.total, invoice.currency),
        },
        "closing": _closing(invoice, _),
        "issuer_label": _("Issued by"),
    }


def _facts(invoice: InvoiceDocument, _: Words) -> list[tuple[str, str]]:
    facts = [(_("Number"), invoice.label), (_("Date"), _day(invoice.issued_on, _))]
    if invoice.corrects:
        facts.append((_("For invoice"), invoice.corrects))
    if invoice.paid_on is not None:
        facts.append((_("Paid on"), _day(invoice.paid_on, _)))
    elif invoice.due_on is not None:
        facts.append((_("Due on"), _day(invoice.due_on, _)))
    return [*facts, (_("Order"), invoice.locator)]


def _cells(line: InvoiceLine, currency: str, _: Words, *, has_reduction: bool) -> list[str]:
    """An amount that goes with no seats, as a credit note has when only a price fell, stands alone."""
    reduction = [_.money(-line.reduction, currency) if line.reduction > 0 else ""] if has_reduction else []
    seats = [str(line.quantity), _.money(line.price, currency)] if line.quantity else ["", ""]
    return [line.name, *seats, *reduction, _.money(line.amount, currency)]


def _closing(invoice: InvoiceDocument, _: Words) -> list[str]:
    """What the reader is to do."""
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        if invoice.corrects is None:
            return []
        return [_("This credit note lowers the amount of invoice {label}.", label=invoice.corrects)]
    if invoice.paid_on is not None or invoice.due_on is None or invoice.credited >= invoice.total:
        return [_("Nothing is left to be paid.")]
    asked = {"amount": _.money(invoice.total - invoice.credited, invoice.currency), "day": _day(invoice.due_on, _)}
    credited = _("Credit notes took {amount} off this invoice.", amount=_.money(invoice.credited, invoice.currency))
    return [
        *([credited] if invoice.credited else []),
        _("Please transfer {amount} by {day} to the account named below.", **asked),
        _("Give the number {label} as the reference, so that your payment is found.", label=invoice.label),
    ]


def _day(day: date, _: Words) -> str:
    return _.days(day, day)
