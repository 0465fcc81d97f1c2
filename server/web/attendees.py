"""An attendee's own ticket, for whoever shows the secret of its present version. The name may be corrected, the e-mail
address never.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from server.links import is_ticket_secret
from server.tickets import seats_of, tickets_of
from server.web.conferences import space_of
from server.web.errors import Problem
from server.web.files import PDF, tickets_file, tickets_of_order
from server.web.orders import nfc, private
from server.web.registration import Opened, change_id
from server.web.seats import Position, ShownTicket, shown_ticket
from server.web.services import services_of
from shared.kernel.ids import OrderId
from shared.registration.assignments import AssignSeat, SeatAssignment

router = APIRouter(prefix="/api/v1/conferences/{slug}/tickets/{order}/{position}", tags=["attendees"])


class NameBody(BaseModel):
    first_name: str = ""
    last_name: str
    company: str = ""


@dataclass(frozen=True, slots=True)
class OwnSeat:
    """A seat whose attendee showed the secret of the ticket."""

    opened: Opened
    position: int
    holder: SeatAssignment


async def own_seat(opened: Opened, position: int, shown: str, request: Request) -> OwnSeat:
    """The seat whose ticket's secret this is; Problem for every miss, and another one if it was once."""
    services, space = opened.services, opened.space
    seats = await services.read(lambda conn: seats_of(conn, space, opened.order))
    holder = seats[position].holder if position < len(seats) else None
    version = 0 if holder is None else holder.version
    secret = services.secrets.of(space).secret
    fits = is_ticket_secret(secret, opened.order, shown, position=position, version=version)
    if holder is not None and fits:
        return OwnSeat(opened, position, holder)
    for earlier in range(1, version):
        if is_ticket_secret(secret, opened.order, shown, position=position, version=earlier):
            raise Problem("link_replaced")
    services.attempts.wrong_secret(request, space)
    raise Problem("unknown_order")


async def seat_of_request(slug: str, order: str, position: Position, request: Request) -> OwnSeat:
    """The seat of the path, if the request shows its ticket's secret."""
    services = services_of(request)
    opened = Opened(services, await space_of(services, slug), slug, OrderId(nfc(order)))
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    return await own_seat(opened, position, shown if scheme.lower() == "bearer" else "", request)


AnOwnSeat = Annotated[OwnSeat, Depends(seat_of_request)]


@router.get("", response_model=ShownTicket)
async def show_own_ticket(seat: AnOwnSeat) -> Response:
    """The ticket, with the signed text of its code."""
    return private(await _ticket(seat))


@router.put("", response_model=ShownTicket)
async def correct_own_name(seat: AnOwnSeat, body: NameBody, request: Request) -> Response:
    """Correct the own name and company. The ticket stays the same."""
    command = correction(seat, body)
    await seat.opened.run(command, change_id(request, seat.opened.services, command))
    return private(await _ticket(seat))


@router.get("/ticket.pdf", response_class=Response, responses={200: {"content": {PDF: {}}}})
async def show_own_ticket_file(seat: AnOwnSeat) -> Response:
    """The ticket to print."""
    tickets = [one for one in await tickets_of_order(seat.opened) if one.position == seat.position]
    return await tickets_file(tickets, (await seat.opened.row()).language, "ticket.pdf")


def correction(seat: OwnSeat, body: NameBody) -> AssignSeat:
    """The command that corrects the name of whoever sits there already."""
    assert seat.holder.attendee is not None, "somebody sits there"
    return AssignSeat(
        order=seat.opened.order,
        position=seat.position,
        attendee=seat.holder.attendee,
        first_name=nfc(body.first_name),
        last_name=nfc(body.last_name),
        email=seat.holder.email,
        company=nfc(body.company),
    )


async def _ticket(seat: OwnSeat) -> ShownTicket:
    opened = seat.opened
    secret = opened.services.secrets.of(opened.space)
    tickets = await opened.services.read(lambda conn: tickets_of(conn, secret, opened.space, opened.order))
    found = next((one for one in tickets if one.position == seat.position), None)
    if found is None:  # it was taken back at this moment
        raise Problem("unknown_order")
    return shown_ticket(found)
