"""Published conferences, and a conference with its seats and prices. Anyone may read them."""

from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from server.store.rows import rows_of_every_space
from server.web.errors import Problem
from server.web.services import Services, look_up, services_of
from shared.conference.conference import SLUG, Conference, SlugClaim
from shared.conference.seat_types import SeatType
from shared.domain import CODEC
from shared.kernel.codec import to_json
from shared.kernel.decider import key
from shared.kernel.messages import value
from shared.registration.seats import Sales, SeatsOfType

router = APIRouter(prefix="/api/v1/conferences", tags=["conferences"])
JSON: Final = "application/json"


@value
class Listed:
    """A conference in the list."""

    slug: str
    name: str
    tagline: str
    location: str
    time_zone: str
    starts_on: date
    ends_on: date


@value
class Seats:
    """A seat type with its price in minor units and what is left at this moment."""

    seat_type: str
    name: str
    description: str
    price: int
    remaining: int


@value
class Shown:
    """A conference with its seats."""

    slug: str
    name: str
    tagline: str
    description: str
    location: str
    links: str
    time_zone: str
    currency: str
    starts_on: date
    ends_on: date
    takes_orders: bool
    seats_per_order: int
    seats: list[Seats]


@router.get("", response_model=list[Listed])
async def list_conferences(request: Request) -> Response:
    """The published conferences, those that start first in front."""
    services = services_of(request)
    listed = await services.read(_published)
    return Response(to_json(sorted(listed, key=lambda one: (one.starts_on, one.name))), media_type=JSON)


@router.get("/{slug}", response_model=Shown)
async def show_conference(slug: str, request: Request) -> Response:
    """A published conference with its seat types and the seats that remain."""
    services = services_of(request)
    space = await space_of(services, slug)
    return Response(to_json(await services.read(lambda conn: conference_with_seats(conn, space))), media_type=JSON)


async def space_of(services: Services, slug: str) -> str:
    """The id of the conference with this slug, if it is or was published; Problem otherwise."""
    known = services.published.get(slug.lower())
    if known is not None:
        return known
    space = await services.read(lambda conn: _space(conn, slug)) if SLUG.fullmatch(slug) else None
    if space is None:
        raise Problem("unknown_conference")
    services.published[slug.lower()] = space
    return space


def _space(conn: Connection, slug: str) -> str | None:
    claim = look_up(conn, "", [key(SlugClaim, slug.lower())]).get(SlugClaim, slug.lower())
    if claim is None:
        return None
    conference = look_up(conn, claim.conference, [key(Conference)]).get(Conference)
    was_published = conference is not None and conference.was_published
    return claim.conference if was_published else None


def _published(conn: Connection) -> list[Listed]:
    at = key(Conference)
    conferences: list[Conference] = [CODEC.decode_row(at.view, body) for body in rows_of_every_space(conn, at)]
    return [
        Listed(
            slug=one.slug,
            name=one.name,
            tagline=one.tagline,
            location=one.location,
            time_zone=one.time_zone,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
        )
        for one in conferences
        if one.is_published
    ]


def conference_with_seats(conn: Connection, space: str) -> Shown:
    """A published conference as it is now; Problem if it is not published."""
    found = look_up(conn, space, [key(Conference), key(Sales)])
    conference, sales = found.get(Conference), found.get(Sales)
    if conference is None or not conference.is_published:
        raise Problem("unknown_conference")
    ids = conference.seat_types
    found = look_up(conn, space, [key(kind, one) for kind in (SeatType, SeatsOfType) for one in ids])
    seats = []
    for one in ids:
        seat_type, left = found.get(SeatType, one), found.get(SeatsOfType, one)
        if seat_type is not None and left is not None:
            seats.append(
                Seats(
                    seat_type=one,
                    name=left.name,
                    description=seat_type.description,
                    price=left.price,
                    remaining=max(left.available, 0),
                )
            )
    return Shown(
        slug=conference.slug,
        name=conference.name,
        tagline=conference.tagline,
        description=conference.description,
        location=conference.location,
        links=conference.links,
        time_zone=conference.time_zone,
        currency=conference.currency,
        starts_on=conference.starts_on,
        ends_on=conference.ends_on,
        takes_orders=sales is not None and sales.is_open,
        seats_per_order=conference.seats_per_order,
        seats=seats,
    )
