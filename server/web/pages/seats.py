"""Giving the seats of a confirmed order to people, taking them back, and cancelling them where the rules allow it."""

from typing import Annotated, Final

from fastapi import APIRouter, Path
from starlette.responses import Response

from server.tickets import Seat, seats_of
from server.web.errors import Problem, status_of
from server.web.pages.failures import PageRoute
from server.web.pages.forms import Form, command_id, form_id, missing, refused
from server.web.pages.orders import show
from server.web.pages.visits import AVisit, Visit
from server.web.seats import AttendeeBody, seat_assignment
from shared.kernel.decider import Rejected
from shared.kernel.ids import derived_id
from shared.registration.assignments import CancelSeats, UnassignSeat

router: Final = APIRouter(route_class=PageRoute, prefix="/{slug}/orders/{order}/seats/{position}")
Position = Annotated[int, Path(ge=0)]
_FIELDS: Final = ("first_name", "last_name", "email", "company")


@router.post("")
async def give(visit: AVisit, position: Position) -> Response:
    """Give a seat to an attendee, or correct what is said of them. Another e-mail address is another attendee."""
    values, _, name = await visit.fields(), visit.words, f"seat-{position}"
    values = dict.fromkeys(_FIELDS, "") | values
    if values.get("who") == "me":
        row = await visit.opened.row()
        own = {one: getattr(row, one) for one in ("first_name", "last_name", "email")}
        values |= {one: text for one, text in own.items() if isinstance(text, str)}
    mistakes = missing(
        values, {"last_name": _("Enter the last name."), "email": _("Enter the e-mail address for the ticket.")}
    )
    if mistakes:
        return await show(visit, form=Form(name=name, values=values, mistakes=mistakes), status=422)
    try:
        await _give(visit, position, {one: values[one].strip() for one in _FIELDS}, form_id(values))
    except (Rejected, Problem) as error:
        return await show(visit, form=refused(name, values, error, _), status=status_of(error.code))
    return visit.see("seat_given", name)


@router.post("/take-back")
async def take_back(visit: AVisit, position: Position) -> Response:
    """Take a seat back from its attendee; their ticket is revoked."""
    return await _change(visit, position, UnassignSeat(order=visit.opened.order, position=position), "seat_taken_back")


@router.post("/cancel")
async def cancel(visit: AVisit, position: Position) -> Response:
    """Cancel a seat for good. What was paid for it is refunded by the organizer."""
    command = CancelSeats(order=visit.opened.order, positions=(position,))
    return await _change(visit, position, command, "seat_cancelled")


async def _change(visit: Visit, position: int, command: UnassignSeat | CancelSeats, notice: str) -> Response:
    values = await visit.fields()
    try:
        await visit.opened.run(command, command_id(values, command))
    except (Rejected, Problem) as error:
        form = refused(f"seat-{position}", values, error, visit.words)
        return await show(visit, form=form, status=status_of(error.code))
    return visit.see(notice, f"seat-{position}")


async def _give(visit: Visit, position: int, values: dict[str, str], form: str) -> None:
    opened = visit.opened
    seats = await opened.services.read(lambda conn: seats_of(conn, opened.space, opened.order))
    body = AttendeeBody(**values, attendee=_known(seats, values["email"]))
    id = derived_id("form", form, "give", str(position), *values.values())
    await opened.run(await seat_assignment(opened, position, body, id), id)


def _known(seats: list[Seat], email: str) -> str | None:
    """Who has a seat of this order under the address already: then any of their tickets finds all their seats."""
    for holder in (seat.holder for seat in seats):
        if holder is not None and isinstance(holder.email, str) and holder.email.casefold() == email.casefold():
            return holder.attendee
    return None
