"""Published conferences, and a conference with its seats and prices. Anyone may read them."""

import base64
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from server.lookup import look_up
from server.store.rows import rows_of_every_space
from server.web.availability import Shown
from server.web.errors import Problem
from server.web.services import Services, services_of
from server.web.tagged import Tagged
from shared.conference.conference import SLUG, Conference, SlugClaim
from shared.domain import CODEC
from shared.kernel.codec import Undecodable, from_json, to_json
from shared.kernel.decider import Rejected, key
from shared.kernel.messages import value

router = APIRouter(prefix="/api/v1/conferences", tags=["conferences"])

_PAGE: Final = 50
_PAGE_MOST: Final = 100


@value
class Place:
    """Where a page of the list ended."""

    starts_on: date
    name: str
    slug: str


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

    @property
    def place(self) -> tuple[date, str, str]:
        """By this the list is in order."""
        return self.starts_on, self.name, self.slug


@router.get("", response_model=list[Listed])
async def list_conferences(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=_PAGE_MOST, description="How many at most.")] = _PAGE,
    cursor: Annotated[
        str | None, Query(max_length=1_000, description="Where to go on: from the link to the next page.")
    ] = None,
) -> Response:
    """The published conferences, those that start first in front. The header Link leads to the next page."""
    services = services_of(request)
    after = None if cursor is None else _place(cursor)
    listed = sorted(await services.read(published), key=lambda one: one.place)
    rest = listed if after is None else [one for one in listed if one.place > (after.starts_on, after.name, after.slug)]
    page, headers = rest[:limit], {}
    if len(rest) > limit:
        following = f"{services.settings.url}/api/v1/conferences?limit={limit}&cursor={_cursor(page[-1])}"
        headers["Link"] = f'<{following}>; rel="next"'
    return Tagged(to_json(page), headers=headers).answer(request)


@router.get("/{slug}", response_model=Shown)
async def show_conference(slug: str, request: Request) -> Response:
    """A published conference with its seat types and the seats that remain."""
    services = services_of(request)
    return (await services.availability.of(await space_of(services, slug))).whole.answer(request)


async def show_availability(request: Request) -> Response:
    """GET /api/v1/conferences/{slug}/availability: the seats that remain; a plain route, from memory."""
    services = services_of(request)
    space = await space_of(services, request.path_params["slug"])
    return (await services.availability.of(space)).left.answer(request)


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


def published(conn: Connection) -> list[Listed]:
    """The published conferences, in no order."""
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


def _space(conn: Connection, slug: str) -> str | None:
    claim = look_up(conn, "", [key(SlugClaim, slug.lower())]).get(SlugClaim, slug.lower())
    if claim is None:
        return None
    conference = look_up(conn, claim.conference, [key(Conference)]).get(Conference)
    was_published = conference is not None and conference.was_published
    return claim.conference if was_published else None


def _cursor(last: Listed) -> str:
    return (
        base64.urlsafe_b64encode(to_json(Place(starts_on=last.starts_on, name=last.name, slug=last.slug)))
        .decode()
        .rstrip("=")
    )


def _place(cursor: str) -> Place:
    try:
        return from_json(Place, base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, Undecodable):
        raise Rejected("invalid_field", field="cursor", rule="invalid_value") from None
