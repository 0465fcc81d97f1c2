"""A conference with a main door and a workshop, and scans at their gates."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.checkin.admission import Action, RecordScan
from shared.checkin.areas import Area
from shared.checkin.ticket_code import Evidence
from shared.checkin.verdict import Attendee, Direction, Pass, Passage, Seen
from shared.kernel.decider import Actor, Context, Key, Role, put
from shared.kernel.ids import AreaId, DeviceId, PersonId, SeatTypeId, TicketId
from tests.spec import CONTEXT

Rows = dict[Key, Any]

NINE: Final = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
DOOR, WORKSHOP = AreaId("door"), AreaId("workshop")
FULL, LESSON = SeatTypeId("full"), SeatTypeId("lesson")
BO, CY = PersonId("bo"), PersonId("cy")
BADGE, SEAT, OTHER = TicketId("badge"), TicketId("seat"), TicketId("other")
WEST, EAST = DeviceId("tablet-west"), DeviceId("tablet-east")


def minute(number: float) -> datetime:
    """So many minutes after nine."""
    return NINE + timedelta(minutes=number)


def issued_by(device: str, at: float = 0, role: Role = Role.DOOR) -> Context:
    """The context of a command that a device issued so many minutes after nine, and that synced hours later."""
    return replace(CONTEXT, actor=Actor(role=role, id=device), issued_at=minute(at), now=minute(at + 300))


def pass_of(ticket: TicketId, seat_type: SeatTypeId = FULL, attendee: PersonId | None = BO, **other: Any) -> Pass:
    fields: dict[str, Any] = {
        "ticket": ticket,
        "locator": "ABC123",
        "position": 0,
        "seat_type": seat_type,
        "version": 2,
        "attendee": attendee,
        "first_name": "Bo",
        "last_name": "Li",
        "company": "",
        "is_cancelled": False,
    }
    return Pass(**fields | other)


AREAS: Final[Rows] = put(Area(area=DOOR, name="Main door", seat_types=(FULL,), edited_by={}), DOOR) | put(
    Area(area=WORKSHOP, name="Workshop", seat_types=(LESSON,), edited_by={}), WORKSHOP
)
BOS: Final[Rows] = (
    AREAS
    | put(pass_of(BADGE), BADGE)
    | put(pass_of(SEAT, LESSON, position=1), SEAT)
    | put(Attendee(tickets=(BADGE, SEAT)), BO)
)
"""Bo has a seat at the conference, whose code is on the badge, and one in the workshop."""


def seen(at: float = 0, area: AreaId = DOOR, gate: str = "west", **other: Any) -> Seen:
    """The badge, shown so many minutes after nine."""
    fields: dict[str, Any] = {
        "direction": Direction.ENTRY,
        "evidence": Evidence.GENUINE,
        "ticket": BADGE,
        "version": 2,
        "seat_type": FULL,
    }
    return Seen(area=area, gate=gate, scanned_at=minute(at), **fields | other)


def scan(scan: str, at: float = 0, action: Action = Action.ADMITTED, reason: str = "", **other: Any) -> RecordScan:
    return RecordScan(scan=scan, seen=seen(at, **other), action=action, reason=reason)


def passage(
    scan: str, at: float = 0, gate: str = "west", device: DeviceId = WEST, direction: Direction = Direction.ENTRY
) -> Passage:
    return Passage(scan=scan, direction=direction, gate=gate, device=device, at=minute(at))
