"""SeatAssignments: who sits where. Positions count from 0, in the order of an order's lines.

The e-mail address decides: another one gives the seat to another attendee, with a new version of its ticket, so that
the old code no longer opens a door. What a door must know is in rows of its own, without e-mail addresses.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import assert_never

from shared.kernel import checks
from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, key, members, put
from shared.kernel.ids import OrderId, PersonId, SeatTypeId, TicketId, derived_id
from shared.kernel.messages import message, row
from shared.kernel.personal import OfAttendee
from shared.registration.seats import Sales, check_cancellable

# Commands


@message("registration.create_seat_assignments")
class CreateSeatAssignments:
    order: OrderId
    locator: str | None
    seats: tuple[SeatTypeId, ...]
    """The seat type of each position."""


@message("registration.assign_seat")
class AssignSeat:
    order: OrderId
    position: int
    attendee: PersonId
    first_name: OfAttendee
    last_name: OfAttendee
    email: OfAttendee
    company: str = ""


@message("registration.unassign_seat")
class UnassignSeat:
    order: OrderId
    position: int


@message("registration.update_attendee")
class UpdateAttendee:
    """From the door, which knows no e-mail address: another spelling of whoever has the seat."""

    order: OrderId
    position: int
    attendee: PersonId
    first_name: OfAttendee
    last_name: OfAttendee
    company: str


@message("registration.cancel_seats")
class CancelSeats:
    """These seats are no longer the order's. Whoever sat there has no ticket any more."""

    order: OrderId
    positions: tuple[int, ...]


Command = CreateSeatAssignments | AssignSeat | UpdateAttendee | UnassignSeat | CancelSeats

# Events


@message("registration.seat_assignments_created")
class SeatAssignmentsCreated:
    order: OrderId
    locator: str | None
    seats: tuple[SeatTypeId, ...]


@message("registration.seat_assigned")
class SeatAssigned:
    """Version 1 is the first ticket for this position; every later one revokes the one before."""

    order: OrderId
    position: int
    seat_type: SeatTypeId
    ticket: TicketId
    version: int
    attendee: PersonId
    first_name: OfAttendee
    last_name: OfAttendee
    email: OfAttendee
    company: str
    previous: PersonId | None
    """Who had the seat until now."""


@message("registration.attendee_updated")
class AttendeeUpdated:
    order: OrderId
    position: int
    ticket: TicketId
    attendee: PersonId
    first_name: OfAttendee
    last_name: OfAttendee
    company: str


@message("registration.seat_unassigned")
class SeatUnassigned:
    order: OrderId
    position: int
    ticket: TicketId
    attendee: PersonId


@message("registration.seats_cancelled")
class SeatsCancelled:
    order: OrderId
    positions: tuple[int, ...]
    seats: dict[SeatTypeId, int]


Event = SeatAssignmentsCreated | SeatAssigned | AttendeeUpdated | SeatUnassigned | SeatsCancelled

# State


@row("registration.assignments")
class Assignments:
    """The positions of an order; its id is the order's."""

    locator: str | None
    seats: tuple[SeatTypeId, ...]
    cancelled: tuple[int, ...]

    @property
    def left(self) -> dict[SeatTypeId, int]:
        """How many positions of each type are not cancelled."""
        gone = frozenset(self.cancelled)
        return dict(Counter(one for place, one in enumerate(self.seats) if place not in gone))


@row("registration.seat_assignments")
class SeatAssignment:
    """Who sits at a position; there is none before the first who did. Its id is `seat_id`."""

    order: OrderId
    position: int
    ticket: TicketId
    version: int
    """Of the ticket: a code of another version was revoked. Kept while nobody sits there."""
    attendee: PersonId | None
    first_name: OfAttendee
    last_name: OfAttendee
    email: OfAttendee
    company: str


def seat_id(order: OrderId, position: int) -> str:
    """The id of a position's SeatAssignment."""
    return f"{order}:{position}"


def ticket_id(order: OrderId, position: int) -> TicketId:
    """The ticket of a position, whoever sits there."""
    return TicketId(derived_id(order, str(position)))


# Rules


def needs(command: Command, found: Found) -> Iterable[Key]:
    yield key(Assignments, command.order)
    match command:
        case CreateSeatAssignments():
            pass
        case AssignSeat() | UpdateAttendee() | UnassignSeat():
            yield key(SeatAssignment, seat_id(command.order, command.position))
        case CancelSeats():
            yield key(Sales)
            yield from (key(SeatAssignment, seat_id(command.order, position)) for position in command.positions)
        case _:
            assert_never(command)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    assignments = found.get(Assignments, command.order)
    if isinstance(command, CreateSeatAssignments):
        if assignments is not None:
            return []
        return [SeatAssignmentsCreated(order=command.order, locator=command.locator, seats=command.seats)]
    if assignments is None:
        raise Rejected("no_seat_assignments", order=command.order)
    match command:
        case AssignSeat():
            _check_position(command.position, assignments)
            return _assign(command, assignments, found)
        case UpdateAttendee(order=order, position=position):
            before = found.get(SeatAssignment, seat_id(order, position))
            is_theirs = before is not None and before.attendee == command.attendee
            return _update(command, before) if before is not None and is_theirs else []
        case UnassignSeat(order=order, position=position):
            _check_position(position, assignments)
            return _unassign(order, position, found)
        case CancelSeats(order=order):
            check_cancellable(found.get(Sales), context)
            return _cancel(command, assignments, found)
        case _:
            assert_never(command)


def _check_position(position: int, assignments: Assignments) -> None:
    _check_exists(position, assignments)
    if position in assignments.cancelled:
        raise Rejected("seat_cancelled", position=position)


def _check_exists(position: int, assignments: Assignments) -> None:
    if not 0 <= position < len(assignments.seats):
        raise Rejected("unknown_position", position=position)


def _assign(command: AssignSeat, assignments: Assignments, found: Found) -> Sequence[Event]:
    checks.person("attendee", command.attendee)
    checks.text("first_name", command.first_name, most=100)
    checks.text("last_name", command.last_name, least=1, most=100)
    checks.email("email", command.email)
    checks.text("company", command.company, most=200)
    order, position = command.order, command.position
    before = found.get(SeatAssignment, seat_id(order, position))
    if before is None or before.attendee is None or before.email != command.email:
        return [
            SeatAssigned(
                order=order,
                position=position,
                seat_type=assignments.seats[position],
                # A ticket that was sold at the door has the id of the blank that it was made of.
                ticket=ticket_id(order, position) if before is None else before.ticket,
                version=1 if before is None else before.version + 1,
                attendee=command.attendee,
                first_name=command.first_name,
                last_name=command.last_name,
                email=command.email,
                company=command.company,
                previous=None if before is None else before.attendee,
            )
        ]
    return _update(command, before)


def _update(command: AssignSeat | UpdateAttendee, before: SeatAssignment) -> Sequence[Event]:
    assert before.attendee is not None, "somebody sits there"
    new = (command.first_name, command.last_name, command.company)
    if new == (before.first_name, before.last_name, before.company):
        return []
    return [
        AttendeeUpdated(
            order=command.order,
            position=command.position,
            ticket=before.ticket,
            # The address did not change, so it is the same person, whatever id the command made for them.
            attendee=before.attendee,
            first_name=command.first_name,
            last_name=command.last_name,
            company=command.company,
        )
    ]


def _unassign(order: OrderId, position: int, found: Found) -> Sequence[SeatUnassigned]:
    before = found.get(SeatAssignment, seat_id(order, position))
    if before is None or before.attendee is None:
        return []
    return [SeatUnassigned(order=order, position=position, ticket=before.ticket, attendee=before.attendee)]


def _cancel(command: CancelSeats, assignments: Assignments, found: Found) -> Sequence[Event]:
    order = command.order
    gone = frozenset(assignments.cancelled)
    positions = tuple(one for one in dict.fromkeys(command.positions) if one not in gone)
    for position in positions:
        _check_exists(position, assignments)
    if not positions:
        return []
    seats = dict(Counter(assignments.seats[position] for position in positions))
    return [
        *(event for position in positions for event in _unassign(order, position, found)),
        SeatsCancelled(order=order, positions=positions, seats=seats),
    ]


def evolve(found: Found, event: Event) -> Changes:
    if isinstance(event, SeatAssignmentsCreated):
        return put(Assignments(locator=event.locator, seats=event.seats, cancelled=()), event.order)
    assignments = found.get(Assignments, event.order)
    assert assignments is not None, "positions are created first"
    match event:
        case SeatAssigned():
            return put(_seated(event), seat_id(event.order, event.position))
        case AttendeeUpdated(order=order, position=position):
            seat = _seat(order, position, found)
            named = replace(seat, first_name=event.first_name, last_name=event.last_name, company=event.company)
            return put(named, seat_id(order, position))
        case SeatUnassigned(order=order, position=position):
            seat = _seat(order, position, found)
            free = replace(seat, attendee=None, first_name="", last_name="", email="", company="")
            return put(free, seat_id(order, position))
        case SeatsCancelled(positions=positions):
            return put(replace(assignments, cancelled=(*assignments.cancelled, *positions)), event.order)
        case _:
            assert_never(event)


def _seated(event: SeatAssigned) -> SeatAssignment:
    return SeatAssignment(
        order=event.order,
        position=event.position,
        ticket=event.ticket,
        version=event.version,
        attendee=event.attendee,
        first_name=event.first_name,
        last_name=event.last_name,
        email=event.email,
        company=event.company,
    )


def _seat(order: OrderId, position: int, found: Found) -> SeatAssignment:
    seat = found.get(SeatAssignment, seat_id(order, position))
    assert seat is not None, "somebody sits there"
    return seat


decider: Decider[Command, Event] = Decider(
    name="assignments",
    commands=members(Command),
    events=members(Event),
    rows=(Assignments, SeatAssignment),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
