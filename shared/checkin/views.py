"""Check-in's read models: what gates hold of tickets (from registration's events), arrivals and incidents (from scans).

A plain good entry costs one row here, its area's numbers.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar, assert_never

from shared.checkin.admission import (
    Action,
    AdmissionUndone,
    DoubleAdmissionFound,
    DoubleAdmissionWithdrawn,
    ScanContradicted,
    ScanRecorded,
)
from shared.checkin.areas import Arrivals
from shared.checkin.correction import AttendeeCorrected
from shared.checkin.verdict import Attendee, Direction, Finding, Pass, Passage
from shared.kernel.decider import Changes, Found, Key, Recorded, View, drop, key, members, put
from shared.kernel.ids import AreaId, PersonId, SeatTypeId, TicketId
from shared.kernel.messages import row
from shared.registration.assignments import (
    Assignments,
    AttendeeUpdated,
    SeatAssigned,
    SeatAssignment,
    SeatsCancelled,
    SeatUnassigned,
    seat_id,
)
from shared.registration.door_sale import DoorSaleRecorded, DoorSaleVoided

K = TypeVar("K")

# Passes and attendees

PassEvent = (
    SeatAssigned
    | AttendeeUpdated
    | AttendeeCorrected
    | SeatUnassigned
    | SeatsCancelled
    | DoorSaleRecorded
    | DoorSaleVoided
)


def _seat_ids(event: SeatsCancelled) -> list[str]:
    return [seat_id(event.order, position) for position in event.positions]


def _passes_needs(event: PassEvent, found: Found) -> Iterable[Key]:
    match event:
        case SeatAssigned():
            yield key(Assignments, event.order)
        case AttendeeUpdated() | AttendeeCorrected() | SeatUnassigned():
            yield key(Pass, event.ticket)
        case SeatsCancelled():
            for id in _seat_ids(event):
                yield key(SeatAssignment, id)
                seat = found.get(SeatAssignment, id) if found.has(SeatAssignment, id) else None
                yield from () if seat is None else [key(Pass, seat.ticket)]
        case DoorSaleRecorded():
            pass
        case DoorSaleVoided():
            yield from (key(Pass, one.ticket) for one in event.seats)
        case _:
            assert_never(event)


def _fold_passes(event: PassEvent, found: Found, _recorded: Recorded) -> Changes:
    match event:
        case SeatAssigned():
            return put(_new_pass(event, found.get(Assignments, event.order)), event.ticket)
        case AttendeeUpdated() | AttendeeCorrected():
            known = _pass(event.ticket, found)
            named = replace(known, first_name=event.first_name, last_name=event.last_name, company=event.company)
            return put(named, event.ticket)
        case SeatUnassigned():
            known = _pass(event.ticket, found)
            return put(replace(known, attendee=None, first_name="", last_name="", company=""), event.ticket)
        case SeatsCancelled():
            seats = (found.get(SeatAssignment, id) for id in _seat_ids(event))
            return _cancelled((seat.ticket for seat in seats if seat is not None), found)
        case DoorSaleRecorded():
            return _sold_passes(event)
        case DoorSaleVoided():
            return _cancelled((one.ticket for one in event.seats), found)
        case _:
            assert_never(event)


def _new_pass(event: SeatAssigned, assignments: Assignments | None) -> Pass:
    assert assignments is not None, "seats are assigned once there are some"
    return Pass(
        ticket=event.ticket,
        locator=assignments.locator,
        position=event.position,
        seat_type=event.seat_type,
        version=event.version,
        attendee=event.attendee,
        first_name=event.first_name,
        last_name=event.last_name,
        company=event.company,
        is_cancelled=False,
    )


def _sold_passes(event: DoorSaleRecorded) -> dict[Key, Any]:
    return {
        key(Pass, one.ticket): Pass(
            ticket=one.ticket,
            locator=event.locator,
            position=position,
            seat_type=one.seat_type,
            version=1,
            attendee=one.attendee,
            first_name=one.first_name,
            last_name=one.last_name,
            company=one.company,
            is_cancelled=False,
        )
        for position, one in enumerate(event.seats)
    }


def _cancelled(tickets: Iterable[TicketId], found: Found) -> dict[Key, Any]:
    return {key(Pass, ticket): replace(_pass(ticket, found), is_cancelled=True) for ticket in tickets}


def _pass(ticket: TicketId, found: Found) -> Pass:
    known = found.get(Pass, ticket)
    assert known is not None, "an assigned seat has a pass"
    return known


passes: Final = View(row=Pass, events=members(PassEvent), needs=_passes_needs, fold=_fold_passes)

SeatEvent = SeatAssigned | SeatUnassigned | DoorSaleRecorded


def _attendees_needs(event: SeatEvent, _found: Found) -> Iterable[Key]:
    if isinstance(event, DoorSaleRecorded):
        yield from (key(Attendee, one.attendee) for one in event.seats)
        return
    yield key(Attendee, event.attendee)
    if isinstance(event, SeatAssigned) and event.previous is not None:
        yield key(Attendee, event.previous)


def _fold_attendees(event: SeatEvent, found: Found, _recorded: Recorded) -> Changes:
    if isinstance(event, DoorSaleRecorded):
        new: dict[PersonId, tuple[TicketId, ...]] = {}
        for one in event.seats:
            held = new.get(one.attendee) or _others(one.attendee, one.ticket, found)
            new[one.attendee] = (*held, one.ticket)
        return {change: row for person, held in new.items() for change, row in _holding(person, held).items()}
    if isinstance(event, SeatUnassigned):
        return _holding(event.attendee, _others(event.attendee, event.ticket, found))
    left = {} if event.previous is None else _holding(event.previous, _others(event.previous, event.ticket, found))
    return left | _holding(event.attendee, (*_others(event.attendee, event.ticket, found), event.ticket))


def _others(attendee: PersonId, ticket: TicketId, found: Found) -> tuple[TicketId, ...]:
    known = found.get(Attendee, attendee)
    return () if known is None else tuple(one for one in known.tickets if one != ticket)


def _holding(attendee: PersonId, tickets: tuple[TicketId, ...]) -> dict[Key, Any]:
    return put(Attendee(tickets=tickets), attendee) if tickets else drop(Attendee, attendee)


attendees: Final = View(row=Attendee, events=members(SeatEvent), needs=_attendees_needs, fold=_fold_attendees)

# Expected


@row("checkin.expected")
class Expected:
    """How many tickets of a seat type somebody has, by the seat type's id."""

    tickets: int


def _expected_needs(event: SeatEvent, found: Found) -> Iterable[Key]:
    if isinstance(event, DoorSaleRecorded):
        yield from (key(Expected, one.seat_type) for one in event.seats)
    elif isinstance(event, SeatAssigned):
        yield key(Expected, event.seat_type)
    else:
        yield key(Pass, event.ticket)
        if found.has(Pass, event.ticket):
            yield key(Expected, _pass(event.ticket, found).seat_type)


def _fold_expected(event: SeatEvent, found: Found, _recorded: Recorded) -> Changes:
    if isinstance(event, DoorSaleRecorded):
        sold = Counter(one.seat_type for one in event.seats)
        known = {one: found.get(Expected, one) or Expected(tickets=0) for one in sold}
        return {key(Expected, one): Expected(tickets=known[one].tickets + more) for one, more in sold.items()}
    if isinstance(event, SeatAssigned):
        seat_type, change = event.seat_type, int(event.previous is None)
    else:
        seat_type, change = _pass(event.ticket, found).seat_type, -1
    before = found.get(Expected, seat_type) or Expected(tickets=0)
    return put(Expected(tickets=before.tickets + change), seat_type) if change else {}


expected: Final = View(row=Expected, events=members(SeatEvent), needs=_expected_needs, fold=_fold_expected)

# Arrivals

ArrivalsEvent = ScanRecorded | AdmissionUndone


def _area_of(event: ArrivalsEvent) -> AreaId:
    return event.seen.area if isinstance(event, ScanRecorded) else event.area


def _arrivals_needs(event: ArrivalsEvent, _found: Found) -> Iterable[Key]:
    yield key(Arrivals, _area_of(event))


def _fold_arrivals(event: ArrivalsEvent, found: Found, _recorded: Recorded) -> Changes:
    area = _area_of(event)
    before = found.get(Arrivals, area) or Arrivals(admitted={}, inside=0, entries={}, turned_away=0)
    turned_away = isinstance(event, ScanRecorded) and event.action == Action.TURNED_AWAY
    if isinstance(event, AdmissionUndone):
        gate, entries = event.passage.gate, -1
    else:
        gate, entries = event.seen.gate, int(event.seen.direction == Direction.ENTRY and not turned_away)
    after = Arrivals(
        admitted=_counted(before.admitted, event.seat_type or SeatTypeId(""), event.shift.admitted),
        inside=before.inside + event.shift.inside,
        entries=_counted(before.entries, gate, entries),
        turned_away=before.turned_away + turned_away,
    )
    return put(after, area)


def _counted(numbers: dict[K, int], of: K, change: int) -> dict[K, int]:
    return numbers | {of: numbers.get(of, 0) + change} if change else numbers


arrivals: Final = View(row=Arrivals, events=members(ArrivalsEvent), needs=_arrivals_needs, fold=_fold_arrivals)

# Incidents


@row("checkin.incidents")
class Incident:
    """A double admission or another contradiction, for the organizer and the gates of both passages."""

    finding: Finding
    """What speaks against it; `already_inside` is a double admission."""
    area: AreaId
    ticket: TicketId | None
    first: Passage | None
    """Of a double admission, the other one."""
    second: Passage
    reason: str
    since: datetime
    is_withdrawn: bool


IncidentEvent = ScanContradicted | DoubleAdmissionFound | DoubleAdmissionWithdrawn | AdmissionUndone


def _incident_id(event: IncidentEvent) -> str:
    """One scan may be both a double admission and, say, of a revoked ticket."""
    match event:
        case DoubleAdmissionFound():
            return f"double:{event.second.scan}"
        case DoubleAdmissionWithdrawn():
            return f"double:{event.scan}"
        case ScanContradicted() | AdmissionUndone():
            return f"contradiction:{event.passage.scan}"
        case _:
            assert_never(event)


def _incident_needs(event: IncidentEvent, _found: Found) -> Iterable[Key]:
    yield key(Incident, _incident_id(event))


def _fold_incidents(event: IncidentEvent, found: Found, recorded: Recorded) -> Changes:
    incident_id = _incident_id(event)
    match event:
        case DoubleAdmissionFound():
            incident = Incident(
                finding=Finding.ALREADY_INSIDE,
                area=event.area,
                ticket=event.ticket,
                first=event.first,
                second=event.second,
                reason=event.reason,
                since=recorded.at,
                is_withdrawn=False,
            )
            return put(incident, incident_id)
        case ScanContradicted():
            incident = Incident(
                finding=event.finding,
                area=event.area,
                ticket=event.ticket,
                first=None,
                second=event.passage,
                reason="",
                since=recorded.at,
                is_withdrawn=False,
            )
            return put(incident, incident_id)
        case DoubleAdmissionWithdrawn() | AdmissionUndone():
            known = found.get(Incident, incident_id)
            return {} if known is None else put(replace(known, is_withdrawn=True), incident_id)
        case _:
            assert_never(event)


incidents: Final = View(row=Incident, events=members(IncidentEvent), needs=_incident_needs, fold=_fold_incidents)
