"""An attendee's own page: to correct the own name and fetch the ticket. Its link is of one version of the ticket."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from server.documents.qr import qr_svg
from server.documents.tickets import TicketDocument
from server.web.attendees import NameBody, OwnSeat, correction, own_seat
from server.web.errors import Problem, status_of
from server.web.files import drawn, tickets_file, tickets_of_order
from server.web.pages.failures import PageRoute
from server.web.pages.forms import Form, check_token, command_id, fields_of, missing, refused
from server.web.pages.render import page, see, words_for
from server.web.pages.visits import KEPT_S, at_order, remember, token_for
from server.web.seats import Position
from shared.conference.conference import Conference
from shared.kernel.decider import Rejected, key

router: Final = APIRouter(route_class=PageRoute, prefix="/{slug}/tickets/{order}/{position}")
_COOKIE: Final = "ticket_key"


@dataclass(frozen=True, slots=True)
class Attendee:
    """Whoever holds the link to the ticket of a seat."""

    seat: OwnSeat
    secret: str

    @property
    def path(self) -> str:
        """The page, which is the cookie's path, too."""
        return f"/{self.seat.opened.slug}/tickets/{self.seat.opened.order}/{self.seat.position}"


async def attending(slug: str, order: str, position: Position, request: Request) -> Attendee:
    """The attendee whose link, or cookie, it is; Problem for everybody else, whether or not there is such a seat."""
    opened = await at_order(slug, order, request)
    shown = request.query_params.get("key") or request.cookies.get(_COOKIE)
    if shown is None:
        raise Problem("unknown_order")
    return Attendee(await own_seat(opened, position, shown, request), shown)


AnAttendee = Annotated[Attendee, Depends(attending)]


@router.get("")
async def attendee_page(attendee: AnAttendee, request: Request) -> Response:
    """The ticket and the form to correct the name; the key of the link becomes a cookie first."""
    if "key" in request.query_params:
        response = see(attendee.path)
        remember(response, request, name=_COOKIE, value=attendee.secret, path=attendee.path, max_age_s=KEPT_S)
        return response
    return await _shown(attendee, request, None)


@router.post("")
async def correct(attendee: AnAttendee, request: Request) -> Response:
    """Correct the own name. The ticket stays the same."""
    values, _ = await fields_of(request), words_for(request)
    check_token(values, token_for(attendee.secret))
    values = {
        name: text.strip() for name, text in ({"first_name": "", "last_name": "", "company": ""} | values).items()
    }
    mistakes = missing(values, {"last_name": _("Enter your last name.")})
    if mistakes:
        return await _shown(attendee, request, Form(values=values, mistakes=mistakes), status=422)
    body = NameBody(
        first_name=values["first_name"].strip(),
        last_name=values["last_name"].strip(),
        company=values["company"].strip(),
    )
    try:
        command = correction(attendee.seat, body)
        await attendee.seat.opened.run(command, command_id(values, command))
    except Rejected as error:
        return await _shown(attendee, request, refused("", values, error, _), status=status_of(error.code))
    return see(f"{attendee.path}?notice=corrected")


@router.get("/ticket.pdf")
async def ticket_file(attendee: AnAttendee, request: Request) -> Response:
    """The ticket to print."""
    ticket = await _ticket(attendee)
    return await tickets_file([ticket], words_for(request).language, "ticket.pdf")


async def _shown(attendee: Attendee, request: Request, form: Form | None, *, status: int = 200) -> Response:
    opened, holder = attendee.seat.opened, attendee.seat.holder
    ticket = await _ticket(attendee)
    conference = (await opened.services.rows(opened.space, [key(Conference)])).get(Conference)
    assert conference is not None, "a slug is a conference's"
    known = {"first_name": holder.first_name, "last_name": holder.last_name, "company": holder.company}
    return page(
        request,
        "attendee.html",
        status=status,
        slug=opened.slug,
        path=attendee.path,
        conference=conference,
        ticket=ticket,
        code=await drawn(lambda: qr_svg(ticket.code)),
        token=token_for(attendee.secret),
        request_id=opened.services.new_id(),
        form=form or Form(values={name: text for name, text in known.items() if isinstance(text, str)}),
        notice=request.query_params.get("notice", ""),
    )


async def _ticket(attendee: Attendee) -> TicketDocument:
    tickets = await tickets_of_order(attendee.seat.opened)
    found = next((one for one in tickets if one.position == attendee.seat.position), None)
    if found is None:  # it was taken back at this moment
        raise Problem("unknown_order")
    return found
