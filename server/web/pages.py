"""Two pages for people: a conference, and an order, which a script reads by the public API.

The secret of an order is in the link's fragment, which no server sees: neither page has anything personal in it.
"""

from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from server.web.conferences import conference_with_seats, space_of
from server.web.errors import Problem
from server.web.services import services_of
from shared.conference.conference import Conference
from shared.kernel.decider import key
from shared.kernel.money import Money

router: Final = APIRouter(include_in_schema=False)
_FOLDER: Final = Path(__file__).parent
static: Final = Mount("/static", StaticFiles(directory=_FOLDER / "static"))

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_templates: Final = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@router.get("/{slug}")
async def conference_page(slug: str, request: Request) -> Response:
    """A published conference with its prices and what is left."""
    services = services_of(request)
    try:
        space = await space_of(services, slug)
        shown = await services.read(lambda conn: conference_with_seats(conn, space))
    except Problem:
        return _page("conference.html", 404, conference=None)
    prices = {one.seat_type: Money(amount=one.price, currency=shown.currency) for one in shown.seats}
    return _page("conference.html", conference=shown, prices=prices, url=services.settings.url)


@router.get("/{slug}/orders/{order}")
async def order_page(slug: str, request: Request) -> Response:
    """The same page for every order of a conference that is or was published; its script shows which one it is."""
    services = services_of(request)
    try:
        space = await space_of(services, slug)
    except Problem:
        return _page("conference.html", 404, conference=None)
    conference = (await services.rows(space, [key(Conference)])).get(Conference)
    assert conference is not None, "a slug is a conference's"
    return _page("order.html", conference=conference, has_returned="returned" in request.query_params)


def _page(template: str, status: int = 200, /, **values: Any) -> Response:
    return HTMLResponse(_templates.get_template(template).render(values), status, _HEADERS)
