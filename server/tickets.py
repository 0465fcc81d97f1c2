"""The seats of an order, who sits there, and their tickets, made from the rows of now.

A ticket is signed anew whenever it is shown: the signature is the same for the same version, so none is stored.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import Connection

from server.lookup import look_up
from server.secrets import ConferenceSecret
from server.time_zones import zone
from shared.checkin.ticket_code import TicketCode, issue, key_id
from shared.conference.conference import Conference
from shared.kernel.decider import key
from shared.kernel.ids import ConferenceId, OrderId, SeatTypeId, TicketId
from shared.kernel.personal import PersonalText
from shared.registration.assignments import Assignments, SeatAssignment, seat_id

# A ticket is genuine from the day before the conference, when badges are fetched, to the day after.
_VALID_AROUND: Final = timedelta(days=1)
_FAMILY_NAME_FIRST: Final = re.compile("[\u3005-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]+")
"""Kana, Han and Hangul."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A purchased seat. `holder` is None while nobody sits there."""

    position: int
    seat_type: SeatTypeId
    is_cancelled: bool
    holder: SeatAssignment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The ticket of a seat that somebody has. `code` is the text of its QR code, in the alphanumeric mode."""

    position: int
    seat_type: SeatTypeId
    ticket: TicketId
    version: int
    first_name: PersonalText
    last_name: PersonalText
    email: PersonalText
    company: str
    code: str


def seats_of(conn: Connection, space: str, order: str) -> list[Seat]:
    """Every purchased seat in the order of its position; none until the order is confirmed."""
    known = look_up(conn, space, [key(Assignments, order)]).get(Assignments, order)
    if known is None:
        return []
    cancelled = frozenset(known.cancelled)
    ids = [seat_id(OrderId(order), position) for position in range(len(known.seats))]
    found = look_up(conn, space, [key(SeatAssignment, id) for id in ids])
    return [
        Seat(
            position=position,
            seat_type=seat_type,
            is_cancelled=position in cancelled,
            holder=one if one is not None and one.attendee else None,
        )
        for position, seat_type in enumerate(known.seats)
        for one in (found.get(SeatAssignment, ids[position]),)
    ]


def tickets_of(conn: Connection, secret: ConferenceSecret, space: str, order: str) -> list[Ticket]:
    """A ticket for each seat of the order that somebody has."""
    conference = look_up(conn, space, [key(Conference)]).get(Conference)
    assert conference is not None, "a conference with orders exists"
    return list(_tickets(seats_of(conn, space, order), secret, space, conference))


def full_name(first: PersonalText, last: PersonalText) -> str:
    """A name as its bearer writes it: Łukasz Kowalski, 王伟, 김민준. Nothing where the person was erased."""
    if not isinstance(first, str) or not isinstance(last, str):
        return ""
    if _FAMILY_NAME_FIRST.fullmatch(first) and _FAMILY_NAME_FIRST.fullmatch(last):
        return last + first
    return f"{first} {last}".strip()


def _tickets(seats: list[Seat], secret: ConferenceSecret, space: str, conference: Conference) -> Iterator[Ticket]:
    public_key = base64.b64decode(secret.public_ticket_key)
    for seat in seats:
        if seat.holder is None:
            continue
        code = TicketCode(
            conference=ConferenceId(space),
            ticket=seat.holder.ticket,
            version=seat.holder.version,
            seat_type=seat.seat_type,
            valid_from=_midnight(conference.starts_on - _VALID_AROUND, conference.time_zone),
            valid_until=_midnight(conference.ends_on + _VALID_AROUND + timedelta(days=1), conference.time_zone),
            key_id=key_id(public_key),
        )
        yield Ticket(
            position=seat.position,
            seat_type=seat.seat_type,
            ticket=seat.holder.ticket,
            version=seat.holder.version,
            first_name=seat.holder.first_name,
            last_name=seat.holder.last_name,
            email=seat.holder.email,
            company=seat.holder.company,
            code=issue(code, secret.sign),
        )


def _midnight(day: date, time_zone: str) -> datetime:
    return datetime.combine(day, time(), zone(time_zone))
