"""The list of conferences, and a conference's page, where seats are chosen and an order is placed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from server.links import order_secret
from server.web.availability import Seats, Shown
from server.web.conferences import published, space_of
from server.web.errors import Problem, status_of
from server.web.limits import address_of
from server.web.orders import LINES_MOST, OrderRequest, nfc, place
from server.web.pages.failures import PageRoute
from server.web.pages.forms import Form, fields_of, form_id, refused
from server.web.pages.render import page, see, words_for
from server.web.pages.visits import KEPT_S, KEY_COOKIE, order_path, remember
from server.web.services import Services, services_of
from shared.kernel.decider import Rejected, key
from shared.kernel.ids import SeatTypeId, derived_id
from shared.registration.order_state import LIVE, Order
from shared.registration.pricing import Wanted

router: Final = APIRouter(route_class=PageRoute)
_UNDER_WAY_COOKIE: Final = "order_under_way"
_QUANTITY: Final = "seats-"


@dataclass(frozen=True, slots=True)
class Choice:
    """A seat type with the field that says how many of it."""

    seats: Seats
    field: str
    most: int
    """What one order may ask for. Of what is left, it gets what there is."""


@router.get("/")
async def list_page(request: Request) -> Response:
    """The published conferences: those to come, the next one first, and then those that are over."""
    services = services_of(request)
    listed = sorted(await services.read(published), key=lambda one: one.place)
    today = services.clock().date()
    return page(
        request,
        "conferences.html",
        coming=[one for one in listed if one.ends_on >= today],
        over=[one for one in reversed(listed) if one.ends_on < today],
    )


@router.get("/{slug}")
async def conference_page(slug: str, request: Request) -> Response:
    """A published conference with its prices, what is left, and the form to order."""
    return await _shown(slug, request, Form(values=dict(request.query_params)))


@router.post("/{slug}")
async def place_order(slug: str, request: Request) -> Response:
    """Place an order, and go on to its page."""
    services, values = services_of(request), await fields_of(request)
    space = await space_of(services, slug)
    try:
        lines = wanted(values)
        asked = OrderRequest(lines=lines, language=words_for(request).language, codes=codes_in(values))
        id = derived_id("place", form_id(values), *(f"{one.seat_type}={one.quantity}" for one in lines), *asked.codes)
        order, row = await place(services, space, asked, command_id=id, address=address_of(request))
    except (Rejected, Problem) as error:
        return await _shown(slug, request, refused_quantities(values, error, request), status=status_of(error.code))
    path = order_path(slug, order)
    secret = order_secret(services.secrets.of(space).secret, order)
    response = see(path)
    remember(response, request, name=KEY_COOKIE, value=secret, path=path, max_age_s=KEPT_S)
    left_s = max(1, int((row.expires_at - services.clock()).total_seconds()))
    remember(response, request, name=_UNDER_WAY_COOKIE, value=order, path=f"/{slug}", max_age_s=left_s)
    return response


def wanted(values: Mapping[str, str]) -> tuple[Wanted, ...]:
    """The seats that a form asks for; Rejected with the form's own field for what is no number."""
    lines = []
    for name, value in values.items():
        seat_type = name.removeprefix(_QUANTITY)
        if seat_type == name or not value.strip():
            continue
        if not value.strip().isascii() or not value.strip().isdigit() or len(value.strip()) > len("100000"):
            raise Rejected("invalid_field", field=name, rule="whole_number")
        if int(value):
            lines.append(Wanted(seat_type=SeatTypeId(nfc(seat_type)), quantity=int(value)))
    if len(lines) > LINES_MOST:
        raise Rejected("invalid_field", field="lines", rule="too_many", most=LINES_MOST)
    return tuple(lines)


def codes_in(values: Mapping[str, str]) -> tuple[str, ...]:
    """The discount code that a form holds, if any."""
    code = values.get("code", "").strip()
    return (code,) if code else ()


def refused_quantities(values: Mapping[str, str], error: Rejected | Problem, request: Request, name: str = "") -> Form:
    """The form again, with the message beside the seat type or the code that is at fault."""
    at = str(error.values.get("field", f"{_QUANTITY}{error.values.get('seat_type')}"))
    is_quantity = at.startswith(_QUANTITY) and at in values
    said = error.values | {"field": "quantity"} if is_quantity else error.values
    message = words_for(request).sentence(error.code, said)
    if is_quantity:
        return Form(name=name, values=values, mistakes={at: message})
    if "discount_code" in error.values and "code" in values:
        return Form(name=name, values=values, mistakes={"code": message})
    return refused(name, values, error, words_for(request))


def choices(shown: Shown) -> list[Choice]:
    """The quantity fields of a conference's seat types."""
    return [Choice(one, f"{_QUANTITY}{one.seat_type}", shown.seats_per_order) for one in shown.seats]


async def _shown(slug: str, request: Request, form: Form, *, status: int = 200) -> Response:
    services = services_of(request)
    space = await space_of(services, slug)
    shown = (await services.availability.of(space)).conference
    return page(
        request,
        "conference.html",
        status=status,
        at=f"/{slug}" if request.method == "POST" else None,
        slug=slug,
        conference=shown,
        form=form,
        choices=choices(shown),
        under_way=await _under_way(services, space, slug, request),
        request_id=services.new_id(),
        is_over=shown.ends_on < services.clock().date(),
    )


async def _under_way(services: Services, space: str, slug: str, request: Request) -> str | None:
    """The page of the order that this browser placed last and that still holds seats."""
    id = request.cookies.get(_UNDER_WAY_COOKIE)
    if id is None or "\x00" in id:
        return None
    order = (await services.rows(space, [key(Order, id)])).get(Order, id)
    is_live = order is not None and order.state in LIVE and services.clock() < order.expires_at
    return order_path(slug, id) if is_live else None
