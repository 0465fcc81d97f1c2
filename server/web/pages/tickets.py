"""The tickets of an order, to show at the door or to print, and the conference for a calendar."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from server.documents.qr import qr_svg
from server.documents.tickets import TicketDocument
from server.web.conferences import space_of
from server.web.errors import Problem
from server.web.files import calendar_of, drawn, tickets_file, tickets_of_order
from server.web.pages.failures import PageRoute
from server.web.pages.orders import read_known
from server.web.pages.render import page
from server.web.pages.visits import AVisit, Visit
from server.web.services import services_of

router: Final = APIRouter(route_class=PageRoute)


@router.get("/{slug}/calendar.ics")
async def calendar(slug: str, request: Request) -> Response:
    """The conference for a calendar."""
    services = services_of(request)
    return await calendar_of(services, await space_of(services, slug), slug)


@router.get("/{slug}/orders/{order}/tickets")
async def tickets_page(visit: AVisit) -> Response:
    """Each ticket with its code, large enough to be scanned from a telephone."""
    opened = visit.opened
    tickets = await _tickets(visit)
    known = await opened.services.read(lambda conn: read_known(conn, opened))
    return page(
        visit.request,
        "tickets.html",
        visit=visit,
        slug=opened.slug,
        conference=known.conference,
        tickets=await drawn(lambda: [(one, qr_svg(one.code)) for one in tickets]),
    )


@router.get("/{slug}/orders/{order}/tickets.pdf")
async def all_tickets(visit: AVisit) -> Response:
    """All tickets in one file, a page each."""
    return await tickets_file(await _tickets(visit), visit.words.language, "tickets.pdf")


@router.get("/{slug}/orders/{order}/tickets/{position}.pdf")
async def one_ticket(visit: AVisit, position: Annotated[int, Path(ge=0)]) -> Response:
    """One ticket."""
    tickets = [one for one in await _tickets(visit) if one.position == position]
    return await tickets_file(tickets, visit.words.language, f"ticket-{position + 1}.pdf")


async def _tickets(visit: Visit) -> list[TicketDocument]:
    """The tickets of the order, for whoever may change it: with a code anybody comes in."""
    if not visit.may_change:
        raise Problem("link_needed")
    return await tickets_of_order(visit.opened)
