"""What a registrant does with an order before it is confirmed: other seats, details, codes, an end to it."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from server.web.availability import read_shown
from server.web.codes import with_code
from server.web.errors import Problem, status_of
from server.web.limits import address_of
from server.web.orders import nfc
from server.web.pages.conferences import choices, refused_quantities, wanted
from server.web.pages.failures import PageRoute
from server.web.pages.forms import Form, command_id, missing, refused
from server.web.pages.orders import read_known, show
from server.web.pages.render import page
from server.web.pages.visits import AVisit, Visit
from server.web.registration import registrant_of, update
from shared.kernel.decider import Rejected
from shared.registration.order import ApplyCode, CancelOrder, ConfirmFreeOrder, RemoveCode, UpdateOrder

router: Final = APIRouter(route_class=PageRoute, prefix="/{slug}/orders/{order}")


@router.get("/lines")
async def lines_page(visit: AVisit) -> Response:
    """The form to choose other seats."""
    if not visit.may_change:
        raise Problem("link_needed")
    return await _lines(visit, None)


@router.post("/lines")
async def change_lines(visit: AVisit) -> Response:
    """Order other seats; what is held already stays held as far as it is still wanted."""
    values = await visit.fields()
    try:
        command = UpdateOrder(order=visit.opened.order, lines=wanted(values))
        id = command_id(values, command)
        await update(visit.opened, command, id, address=address_of(visit.request))
    except (Rejected, Problem) as error:
        return await _lines(visit, refused_quantities(values, error, visit.request), status=status_of(error.code))
    return visit.see("lines")


async def _lines(visit: Visit, form: Form | None, *, status: int = 200) -> Response:
    opened = visit.opened
    known = await opened.services.read(lambda conn: read_known(conn, opened))
    # Not from what is published: an unpublished conference takes no new orders, and those that there are go on.
    conference, _ = await opened.services.read(
        lambda conn: read_shown(conn, opened.space, known.conference, known.sales)
    )
    offered = choices(conference)
    ordered = {f"seats-{line.seat_type}": str(line.quantity) for line in known.order.lines}
    granted = {f"seats-{line.seat_type}": line.granted for line in known.order.lines}
    return page(
        visit.request,
        "lines.html",
        status=status,
        visit=visit,
        slug=opened.slug,
        conference=conference,
        choices=offered,
        granted=granted,
        has_codes=bool(known.order.codes),
        form=form or Form(values=ordered),
        request_id=opened.services.new_id(),
    )


@router.post("/details")
async def give_details(visit: AVisit) -> Response:
    """Say who orders, or correct it. With a new address, the order's link is mailed to it."""
    values, _ = await visit.fields(), visit.words
    values = {name: values.get(name, "").strip() for name in ("first_name", "last_name", "email")} | values
    mistakes = missing(values, {"last_name": _("Enter your last name."), "email": _("Enter your e-mail address.")})
    if mistakes:
        return await show(visit, form=Form(name="details", values=values, mistakes=mistakes), status=422)
    try:
        is_corrected = (await visit.opened.row()).registrant is not None
        command = await registrant_of(
            visit.opened, values["first_name"].strip(), values["last_name"].strip(), values["email"].strip()
        )
        await visit.opened.run(command, command_id(values, command))
    except (Rejected, Problem) as error:
        return await show(visit, form=refused("details", values, error, _), status=status_of(error.code))
    return visit.see("details" if is_corrected else "", "next")


@router.post("/codes")
async def apply_code(visit: AVisit) -> Response:
    """Use a discount code."""
    values, _ = await visit.fields(), visit.words
    code = values.get("code", "").strip()
    if not code:
        form = Form(name="codes", values=values, mistakes={"code": _("Enter a discount code.")})
        return await show(visit, form=form, status=422)
    try:
        command = ApplyCode(order=visit.opened.order, code=nfc(code))
        await with_code(visit.opened, command, command_id(values, command), address=address_of(visit.request))
    except (Rejected, Problem) as error:
        form = Form(name="codes", values=values, mistakes={"code": _.sentence(error.code, error.values)})
        return await show(visit, form=form, status=status_of(error.code))
    return visit.see("code")


@router.post("/codes/remove")
async def remove_code(visit: AVisit) -> Response:
    """Use a discount code no longer."""
    values = await visit.fields()
    command = RemoveCode(order=visit.opened.order, code=values.get("remove", ""))
    return await _run(visit, "codes", values, command, "code_removed")


@router.post("/confirm")
async def confirm(visit: AVisit) -> Response:
    """Confirm an order that costs nothing; it accepts a partial reservation, too."""
    return await _run(visit, "next", await visit.fields(), ConfirmFreeOrder(order=visit.opened.order), "")


@router.post("/cancel")
async def cancel(visit: AVisit) -> Response:
    """Cancel the order; its seats are released."""
    return await _run(visit, "cancel", await visit.fields(), CancelOrder(order=visit.opened.order), "")


async def _run(visit: Visit, name: str, values: dict[str, str], command: Any, notice: str) -> Response:
    """Run a command of a form; refused, its message stands beside the form's first field or above the page."""
    try:
        await visit.opened.run(command, command_id(values, command))
    except Rejected as error:
        form = refused_quantities(values, error, visit.request, name)
        return await show(visit, form=form, status=status_of(error.code))
    return visit.see(notice)
