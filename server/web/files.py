"""What a registrant keeps: tickets and invoices as PDF, the conference for a calendar. No cache keeps any of it."""

from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from server.documents.calendar_file import conference_event, conference_ics
from server.documents.tickets import TicketDocument, ticket_documents, tickets_pdf
from server.web.conferences import space_of
from server.web.errors import Problem
from server.web.registration import AnOrder, Opened
from server.web.seats import Position
from server.web.services import Services, services_of

router = APIRouter(prefix="/api/v1/conferences/{slug}", tags=["files"])

PDF: Final = "application/pdf"
CALENDAR: Final = "text/calendar"
_AT_ONCE: Final = CapacityLimiter(2)

T = TypeVar("T")


@router.get("/calendar.ics", response_class=Response, responses={200: {"content": {CALENDAR: {}}}})
async def show_calendar(slug: str, request: Request) -> Response:
    """The conference as a file for a calendar."""
    services = services_of(request)
    return await calendar_of(services, await space_of(services, slug), slug)


@router.get("/orders/{order}/tickets.pdf", response_class=Response, responses={200: {"content": {PDF: {}}}})
async def show_tickets_file(order: AnOrder) -> Response:
    """The tickets of all seats that somebody has, a page each."""
    language = (await order.row()).language
    return await tickets_file(await tickets_of_order(order), language, "tickets.pdf")


@router.get(
    "/orders/{order}/seats/{position}/ticket.pdf", response_class=Response, responses={200: {"content": {PDF: {}}}}
)
async def show_ticket_file(order: AnOrder, position: Position) -> Response:
    """The ticket of one seat."""
    language = (await order.row()).language
    tickets = [one for one in await tickets_of_order(order) if one.position == position]
    return await tickets_file(tickets, language, f"ticket-{position + 1}.pdf")


async def calendar_of(services: Services, space: str, slug: str) -> Response:
    """The conference as a file for a calendar."""
    event = await services.read(lambda conn: conference_event(conn, space, services.settings.url))
    assert event is not None, "a slug is a conference's"
    return download(conference_ics(event, services.clock()), f"{CALENDAR}; charset=utf-8", f"{slug.lower()}.ics")


async def tickets_of_order(order: Opened) -> list[TicketDocument]:
    """What stands on the tickets of an order."""
    secret = order.services.secrets.of(order.space)
    return await order.services.read(lambda conn: ticket_documents(conn, secret, order.space, order.order))


async def tickets_file(tickets: list[TicketDocument], language: str, name: str) -> Response:
    """The tickets as a file; Problem if there is none."""
    if not tickets:
        raise Problem("no_tickets")
    return download(await drawn(lambda: tickets_pdf(tickets, language)), PDF, name)


async def drawn(draw: Callable[[], T]) -> T:
    """What is drawn, in a thread of the few that do: it takes long, and must keep no order waiting."""
    return await to_thread.run_sync(draw, limiter=_AT_ONCE)


def download(content: bytes, media_type: str, name: str) -> Response:
    """A file that no cache keeps, and that a browser runs nothing of."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }
    return Response(content, 200, headers, media_type=media_type)
