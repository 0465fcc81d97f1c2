"""Paying on invoice, and the invoices of an order, for whoever shows its secret."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.responses import Response

from server.documents.invoices import invoice_document, invoice_pdf
from server.lookup import look_up
from server.web.errors import Problem
from server.web.files import PDF, download, drawn
from server.web.orders import ShownOrder, command_id_of, nfc, private
from server.web.registration import AnOrder, Opened
from shared.kernel.decider import Rejected, key
from shared.kernel.messages import value
from shared.payments.invoice import Invoice, InvoiceKind, OrderInvoices, invoice_id
from shared.registration.order import ConfirmOnInvoice, RequestInvoice
from shared.registration.order_state import Order, OrderState

router = APIRouter(prefix="/api/v1/conferences/{slug}/orders/{order}", tags=["invoices"])


class AddressBody(BaseModel):
    address: str


@value
class ShownInvoice:
    """An invoice or a credit note. Amounts are in minor units, and those of a credit note are given back."""

    number: int
    label: str
    kind: InvoiceKind
    corrects: int | None
    """The number of the invoice that a credit note takes from."""
    total: int
    credited: int
    """What credit notes took off an invoice."""
    currency: str
    issued_at: datetime
    due_at: datetime | None
    paid_at: datetime | None


@router.post("/invoice", response_model=ShownOrder)
async def ask_for_invoice(order: AnOrder, body: AddressBody, request: Request) -> Response:
    """Confirm the order on invoice; or, if it is paid already, have an invoice of it. The address is printed on it."""
    command = invoice_request(order, await order.row(), body.address)
    receipt = await order.run(command, command_id_of(request))
    row = await order.row(receipt.changes)
    if not row.has_invoice:
        raise Problem("id_reused")
    return order.answer(row)


@router.get("/invoices", response_model=list[ShownInvoice])
async def show_invoices(order: AnOrder) -> Response:
    """The order's invoice and its credit notes, in the order of their numbers."""
    return private([_shown(one) for one in await invoices_of(order)])


@router.get("/invoices/{number}.pdf", response_class=Response, responses={200: {"content": {PDF: {}}}})
async def show_invoice_file(order: AnOrder, number: Annotated[int, Path(ge=1, lt=2**31)]) -> Response:
    """An invoice or credit note of this order, to print."""
    return await invoice_file(order, number, (await order.row()).language)


def invoice_request(order: Opened, row: Order, address: str) -> ConfirmOnInvoice | RequestInvoice:
    """The command that asks for an invoice, the same one again when it is repeated."""
    if row.registrant is None:
        raise Rejected("registrant_missing")
    kind = RequestInvoice if row.state is OrderState.CONFIRMED and not row.on_invoice else ConfirmOnInvoice
    return kind(order=order.order, registrant=row.registrant, address=nfc(address))


async def invoices_of(order: Opened) -> list[Invoice]:
    """The order's invoice, then its credit notes."""
    return await order.services.read(lambda conn: _invoices(conn, order))


async def invoice_file(order: Opened, number: int, language: str) -> Response:
    """The file of one of the order's invoices; Problem if it is not this order's."""
    found = next((one for one in await invoices_of(order) if one.number == number), None)
    document = None
    if found is not None:
        document = await order.services.read(lambda conn: invoice_document(conn, order.space, number))
    if found is None or document is None:
        raise Problem("unknown_invoice")
    pdf = await drawn(lambda: invoice_pdf(document, language))
    return download(pdf, PDF, f"{found.label}.pdf")


def _invoices(conn: Connection, order: Opened) -> list[Invoice]:
    known = look_up(conn, order.space, [key(OrderInvoices, order.order)]).get(OrderInvoices, order.order)
    ids = [] if known is None else [invoice_id(one) for one in known.numbers]
    found = look_up(conn, order.space, [key(Invoice, id) for id in ids])
    return [one for id in ids if (one := found.get(Invoice, id)) is not None]


def _shown(invoice: Invoice) -> ShownInvoice:
    return ShownInvoice(
        number=invoice.number,
        label=invoice.label,
        kind=invoice.kind,
        corrects=invoice.corrects,
        total=invoice.total,
        credited=invoice.credited,
        currency=invoice.currency,
        issued_at=invoice.issued_at,
        due_at=invoice.due_at,
        paid_at=invoice.paid_at,
    )
