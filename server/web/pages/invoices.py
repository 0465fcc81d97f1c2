"""Paying on invoice, or asking for an invoice of what is paid; and the papers themselves."""

from typing import Annotated, Final

from fastapi import APIRouter, Path
from starlette.responses import Response

from server.web.errors import Problem, status_of
from server.web.invoices import invoice_file, invoice_request
from server.web.pages.failures import PageRoute
from server.web.pages.forms import Form, command_id, missing, refused
from server.web.pages.orders import show
from server.web.pages.visits import AVisit
from shared.kernel.decider import Rejected

router: Final = APIRouter(route_class=PageRoute, prefix="/{slug}/orders/{order}")


@router.post("/invoice")
async def ask_for_invoice(visit: AVisit) -> Response:
    """Confirm the order, to be paid on invoice; or the invoice of an order that is confirmed already."""
    values, _, opened = {"address": ""} | await visit.fields(), visit.words, visit.opened
    mistakes = missing(values, {"address": _("Enter the address for the invoice.")})
    if mistakes:
        return await show(visit, form=Form(name="invoice", values=values, mistakes=mistakes), status=422)
    try:
        address = values["address"].replace("\r\n", "\n").strip()
        command = invoice_request(opened, await opened.row(), address)
        await opened.run(command, command_id(values, command))
    except Rejected as error:
        return await show(visit, form=refused("invoice", values, error, _), status=status_of(error.code))
    return visit.see("invoice")


@router.get("/invoices/{number}.pdf")
async def invoice_paper(visit: AVisit, number: Annotated[int, Path(ge=1, lt=2**31)]) -> Response:
    """An invoice or a credit note of the order."""
    if not visit.may_change:
        raise Problem("link_needed")
    return await invoice_file(visit.opened, number, visit.words.language)
