"""What a gate holds, and what follows from it for one scan: the door asks before it acts, the server when it records.

The first entry by position is a ticket's effective admission. Whether another one is double is a matter of claimed
times: it is, unless somebody left in between. So the passages are kept, and the doubles recomputed with each new one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from shared.checkin.areas import Area
from shared.checkin.ticket_code import Evidence, proof_of
from shared.kernel.codec import AwareTime
from shared.kernel.decider import Found, Key, key
from shared.kernel.ids import AreaId, DeviceId, PersonId, SeatTypeId, TicketId
from shared.kernel.messages import row, value
from shared.kernel.personal import OfAttendee

MOST_PASSAGES: Final = 50  # of one ticket at one area; nobody goes in and out more often, but a scanner may be stuck


class Direction(StrEnum):
    ENTRY = "entry"
    EXIT = "exit"


class Finding(StrEnum):
    """What the rules say of a scan."""

    ADMIT = "admit"
    UNLISTED = "unlisted"
    """Admit: a genuine code of a ticket, or of a version of it, that these rows do not know yet."""
    LEAVE = "leave"
    ALREADY_INSIDE = "already_inside"
    WRONG_AREA = "wrong_area"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    """The code of an earlier version: the seat is somebody else's now."""
    NOT_ASSIGNED = "not_assigned"
    UNKNOWN = "unknown"
    UNKNOWN_AREA = "unknown_area"
    FORGED = "forged"
    OUT_OF_TIME = "out_of_time"
    OTHER_CONFERENCE = "other_conference"
    UNREADABLE = "unreadable"


MAY_PASS: Final = frozenset({Finding.ADMIT, Finding.UNLISTED, Finding.LEAVE})
NO_CONTRADICTION: Final = MAY_PASS | {Finding.ALREADY_INSIDE}
"""Findings that are nothing to tell of a scan that was let through; double admissions are told of their own."""
# Evidence that names no ticket of this conference, whatever the code says.
_WITHOUT_TICKET: Final = {
    Evidence.FORGED: Finding.FORGED,
    Evidence.OTHER_CONFERENCE: Finding.OTHER_CONFERENCE,
    Evidence.UNREADABLE: Finding.UNREADABLE,
}


@value
class Seen:
    """What a gate saw. Ticket, version and seat type are those of the code, or the ticket that was found by search."""

    area: AreaId
    gate: str
    direction: Direction
    evidence: Evidence
    ticket: TicketId | None = None
    version: int | None = None
    seat_type: SeatTypeId | None = None
    proof: str = ""
    """Of a badge's code: see `ticket_code.proof_of`. Kept with the scan, so that the server compares it again."""
    scanned_at: AwareTime
    """By the gate's clock: evidence, never an ordering of commands."""


@value
class Passage:
    """One entry or exit of a ticket at an area."""

    scan: str
    direction: Direction
    gate: str
    device: DeviceId
    at: datetime


@value
class Verdict:
    finding: Finding
    ticket: TicketId | None = None
    """Whose admission it is: the attendee's ticket for the area, which need not be the one that was shown."""
    seat_type: SeatTypeId | None = None
    entered: Passage | None = None
    """Already inside: when, by which gate and device."""


# Rows. `views.py` folds passes and attendees from registration; admissions are the state of `admission.py`.


@row("checkin.passes")
class Pass:
    """What a gate may know of a ticket, by its id: no e-mail address and no amounts."""

    ticket: TicketId
    locator: str | None
    position: int
    seat_type: SeatTypeId
    version: int
    attendee: PersonId | None
    """None, and no names, while nobody has the seat."""
    first_name: OfAttendee
    last_name: OfAttendee
    company: str
    is_cancelled: bool


@row("checkin.attendees")
class Attendee:
    """The tickets of one attendee, by the person's id."""

    tickets: tuple[TicketId, ...]


@row("checkin.admissions")
class Admission:
    """A ticket at an area, by `admission_id`. Passages are in the order of their positions."""

    area: AreaId
    ticket: TicketId
    seat_type: SeatTypeId | None
    passages: tuple[Passage, ...]


def admission_id(area: AreaId, ticket: TicketId) -> str:
    return f"{area}:{ticket}"


# Passages


def effective(passages: Sequence[Passage]) -> Passage | None:
    """The admission that counts: the first entry by position."""
    return next((one for one in passages if one.direction == Direction.ENTRY), None)


def is_inside(passages: Sequence[Passage]) -> bool:
    """Whether the latest passage by claimed time is an entry."""
    latest = max(reversed(passages), key=_claimed, default=None)
    return latest is not None and latest.direction == Direction.ENTRY


def doubles(passages: Sequence[Passage]) -> dict[str, Passage]:
    """Double admissions by their scan's id, each with the first by position of the entries it has no exit from."""
    if len(passages) < 2:  # almost all tickets, almost always
        return {}
    runs: list[list[Passage]] = [[]]
    for passage in sorted(passages, key=_claimed):
        if passage.direction == Direction.EXIT:
            runs.append([])
        else:
            runs[-1].append(passage)
    place_by_scan = {one.scan: place for place, one in enumerate(passages)}
    found: dict[str, Passage] = {}
    for run in runs:
        run.sort(key=lambda one: place_by_scan[one.scan])
        found |= {one.scan: run[0] for one in run[1:]}
    return found


def _claimed(passage: Passage) -> datetime:
    return passage.at


def remembered(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """The passages with room for one more: the effective one and the newest by position."""
    if len(passages) < MOST_PASSAGES:
        return passages
    newest = passages[2 - MOST_PASSAGES :]
    first = effective(passages)
    return newest if first is None or first in newest else (first, *newest)


# The verdict


def needs(seen: Seen, found: Found) -> Iterable[Key]:
    """The rows a verdict is made of: the area, the pass and its admission, and the attendee's others where it must."""
    yield key(Area, seen.area)
    if seen.ticket is None:
        return
    yield key(Pass, seen.ticket)
    yield key(Admission, admission_id(seen.area, seen.ticket))
    if not found.has(Pass, seen.ticket):
        return
    area, shown = found.get(Area, seen.area), found.get(Pass, seen.ticket)
    if area is None or shown is None or shown.attendee is None or shown.seat_type in area.seat_types:
        return
    yield key(Attendee, shown.attendee)
    if found.has(Attendee, shown.attendee):
        for ticket in _tickets_of(shown.attendee, found):
            yield key(Pass, ticket)
            yield key(Admission, admission_id(seen.area, ticket))


def verdict(seen: Seen, found: Found) -> Verdict:
    """What the rules say of a scan, given the rows that `needs` names."""
    if seen.ticket is None or seen.evidence in _WITHOUT_TICKET:
        return Verdict(finding=_WITHOUT_TICKET.get(seen.evidence, Finding.UNKNOWN))
    area, shown = found.get(Area, seen.area), found.get(Pass, seen.ticket)
    if shown is not None and _is_invented(seen, shown):
        return Verdict(finding=Finding.FORGED)
    problem = _problem(seen, shown)
    seat_type = seen.seat_type if shown is None else shown.seat_type
    ticket = seen.ticket
    if area is None:
        problem = Finding.UNKNOWN_AREA
    elif problem is None and seat_type not in area.seat_types:
        other = _other_pass(area, shown, found)
        if other is None:
            problem = Finding.WRONG_AREA
        else:
            ticket, seat_type = other.ticket, other.seat_type
    if seen.direction == Direction.EXIT:
        return Verdict(finding=Finding.LEAVE, ticket=ticket, seat_type=seat_type)
    if problem is not None:
        return Verdict(finding=problem, ticket=ticket, seat_type=seat_type)
    entered = _entered(seen, found.get(Admission, admission_id(seen.area, ticket)))
    if entered is not None:
        finding = Finding.ALREADY_INSIDE
    elif shown is None or _is_newer(seen, shown):
        finding = Finding.UNLISTED
    else:
        finding = Finding.ADMIT
    return Verdict(finding=finding, ticket=ticket, seat_type=seat_type, entered=entered)


def _problem(seen: Seen, shown: Pass | None) -> Finding | None:
    if seen.evidence == Evidence.OUT_OF_TIME:
        return Finding.OUT_OF_TIME
    if shown is None:
        return None if seen.evidence == Evidence.GENUINE else Finding.UNKNOWN
    if shown.is_cancelled:
        return Finding.CANCELLED
    if seen.version is not None and seen.version < shown.version:
        return Finding.REVOKED
    if seen.evidence == Evidence.BADGE and seen.version != shown.version:
        return Finding.UNKNOWN  # printed by a desk that knows more than these rows, or invented: nothing here tells
    return Finding.NOT_ASSIGNED if shown.attendee is None and not _is_newer(seen, shown) else None


def _is_invented(seen: Seen, shown: Pass) -> bool:
    """A badge's code of the version that these rows know, made by somebody who does not know the attendee."""
    if seen.evidence != Evidence.BADGE or seen.version != shown.version or shown.attendee is None:
        return False
    return seen.proof != proof_of(shown.ticket, shown.version, shown.attendee)


def _is_newer(seen: Seen, shown: Pass) -> bool:
    """A genuine code of a later version than these rows know: the rows are old, and the signature is the server's."""
    return seen.evidence == Evidence.GENUINE and seen.version is not None and seen.version > shown.version


def _other_pass(area: Area, shown: Pass | None, found: Found) -> Pass | None:
    """The pass that admits the holder of the one shown, which does not."""
    if shown is None or shown.attendee is None:
        return None
    passes = (found.get(Pass, ticket) for ticket in _tickets_of(shown.attendee, found))
    return next((one for one in passes if one and not one.is_cancelled and one.seat_type in area.seat_types), None)


def _tickets_of(attendee: PersonId, found: Found) -> tuple[TicketId, ...]:
    known = found.get(Attendee, attendee)
    return () if known is None else known.tickets


def _entered(seen: Seen, admission: Admission | None) -> Passage | None:
    """The entry that one at this time would double."""
    if admission is None:
        return None
    probe = Passage(scan="", direction=Direction.ENTRY, gate=seen.gate, device=DeviceId(""), at=seen.scanned_at)
    return doubles((*admission.passages, probe)).get(probe.scan)
