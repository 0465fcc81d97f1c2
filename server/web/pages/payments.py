"""To the payment provider's page and back. Only the provider's own message confirms an order, not the coming back."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from server.web.errors import Problem, status_of
from server.web.pages.failures import PageRoute
from server.web.pages.forms import command_id, form_id, refused
from server.web.pages.orders import show
from server.web.pages.render import see
from server.web.pages.visits import AVisit
from server.web.seats import payment_cancellation, payment_page, started_payment
from shared.kernel.decider import Rejected, key
from shared.kernel.ids import derived_id
from shared.payments.payment import Payment

router: Final = APIRouter(route_class=PageRoute, prefix="/{slug}/orders/{order}/payment")


@router.post("")
async def pay(visit: AVisit) -> Response:
    """Start a payment, or go back to the one that is under way; then on to the provider's page."""
    values, opened = await visit.fields(), visit.opened
    try:
        row = await opened.row()
        if row.payment is not None:
            found = await opened.services.rows(opened.space, [key(Payment, row.payment)])
            under_way = found.get(Payment, row.payment)
            if under_way is not None:
                return see(await payment_page(opened, row, row.payment, under_way))
        started = await started_payment(opened, derived_id("form", form_id(values), "pay", opened.order))
    except (Rejected, Problem) as error:
        return await show(visit, form=refused("next", values, error, visit.words), status=status_of(error.code))
    return see(started.redirect_url)


@router.post("/cancel")
async def cancel_payment(visit: AVisit) -> Response:
    """Cancel the payment that is under way, to change the order or to pay in another way."""
    values, opened = await visit.fields(), visit.opened
    payment = (await opened.row()).payment
    if payment is None:
        return visit.see()
    try:
        command = await payment_cancellation(opened, payment)
        await opened.run(command, command_id(values, command))
    except Rejected as error:
        return await show(visit, form=refused("next", values, error, visit.words), status=status_of(error.code))
    return visit.see("payment_cancelled", "next")
