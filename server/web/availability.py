"""Published conferences with what is left of their seats, served from memory and right to the last seat.

What was read of a conference holds until its head moves. The drain tells of this process's own commits before it
answers them, so that whoever was answered finds it here; other processes' are noticed within 100 ms.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, Engine

from server.feed import Feed
from server.store.engine import reading
from server.store.rows import StoredRow, read_rows
from server.web.errors import Problem
from server.web.tagged import Tagged
from shared.conference.conference import Conference
from shared.conference.seat_types import SeatType
from shared.domain import CODEC
from shared.kernel.decider import Found, Key, key
from shared.kernel.messages import value
from shared.registration.seats import Sales, SeatsOfType

_CONFERENCES_MOST: Final = 256


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


@value
class SeatsLeft:
    """What is left of a seat type."""

    seat_type: str
    remaining: int


@value
class Left:
    """What is left of a conference's seats. `position` is that of the last change, and grows with each."""

    takes_orders: bool
    position: int
    seats: list[SeatsLeft]


@dataclass(frozen=True, slots=True)
class Published:
    """A published conference as it was read, and the answers that say so."""

    conference: Shown
    whole: Tagged
    left: Tagged


class Availability:
    """The published conferences that were asked for, each read again by whoever asks first after its head moved."""

    def __init__(self, engine: Engine, feed: Feed, *, conferences_most: int = _CONFERENCES_MOST) -> None:
        self._engine = engine
        self._feed = feed
        self._kept: dict[str, _Kept] = {}
        self._conferences_most = conferences_most

    async def of(self, space: str) -> Published:
        """The conference as it is now; Problem if it is not published."""
        kept = self._kept.get(space)
        if kept is None:
            kept = self._keep(space)
        published = await kept.now()
        if published is None:
            raise Problem("unknown_conference")
        return published

    def _keep(self, space: str) -> "_Kept":
        if len(self._kept) >= self._conferences_most:
            oldest = next(iter(self._kept))
            self._feed.unlisten(oldest, self._kept.pop(oldest))
        kept = self._kept[space] = _Kept(lambda: self._read(space))
        self._feed.listen(space, kept)
        return kept

    def _read(self, space: str) -> Published | None:
        with reading(self._engine).begin() as conn:
            return read_published(conn, space)


class _Kept:
    """One conference. Reads never overlap, and one read answers all who waited for it to begin."""

    def __init__(self, read: Callable[[], Published | None]) -> None:
        self._read = read
        self._published: Published | None = None
        self._is_stale = True
        self._reading: asyncio.Task[None] | None = None

    def hear(self) -> None:
        """The head moved: what is here, or is being read, may be from before."""
        self._is_stale = True

    async def now(self) -> Published | None:
        """What was read after the last move of the head that came before this call."""
        reading = self._reading
        if reading is not None and self._is_stale:
            await asyncio.wait([reading])
        if self._reading is None and self._is_stale:
            self._is_stale = False
            self._reading = asyncio.create_task(self._renew())
        if self._reading is not None:
            await asyncio.shield(self._reading)  # one who goes away leaves the others their answer
        return self._published

    async def _renew(self) -> None:
        try:
            self._published = await asyncio.to_thread(self._read)
        except BaseException:
            self._is_stale = True
            raise
        finally:
            self._reading = None


def read_published(conn: Connection, space: str) -> Published | None:
    """A conference and what is left, read anew; None if it is not published."""
    position, found = _rows(conn, space, [key(Conference), key(Sales)])
    conference, sales = found.get(Conference), found.get(Sales)
    if conference is None or not conference.is_published:
        return None
    shown, changed_at = read_shown(conn, space, conference, sales)
    left_now = Left(
        takes_orders=shown.takes_orders,
        position=max(position, changed_at),
        seats=[SeatsLeft(seat_type=one.seat_type, remaining=one.remaining) for one in shown.seats],
    )
    return Published(shown, Tagged.of(shown), Tagged.of(left_now))


def read_shown(conn: Connection, space: str, conference: Conference, sales: Sales | None) -> tuple[Shown, int]:
    """A conference with what is left, published or not, and where the last of its seats changed."""
    ids = conference.seat_types
    changed_at, found = _rows(conn, space, [key(kind, one) for kind in (SeatType, SeatsOfType) for one in ids])
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
    shown = Shown(
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
    return shown, changed_at


def _rows(conn: Connection, space: str, keys: list[Key]) -> tuple[int, Found]:
    """These rows, and where the last of them changed."""
    stored: dict[Key, StoredRow] = read_rows(conn, space, keys)
    found = Found()
    for one in keys:
        body = stored[one].body if one in stored else None
        found.rows[one] = None if body is None else CODEC.decode_row(one.view, body)
    return max((one.position for one in stored.values()), default=0), found
