"""Allotments: seats that a desk at the door leases while it is online, and sells while it is not.

A lease takes its seats out of what is available, so a desk cannot oversell. A sale beyond the lease happened all the
same: it is recorded, takes a seat if there is one, and says how many are lacking if there is none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final, assert_never

from shared.kernel import checks
from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, key, members, put
from shared.kernel.ids import DeviceId, OrderId, SeatTypeId, TicketId, derived_id
from shared.kernel.messages import message, row
from shared.registration.seats import Reservation, SeatsOfType, add, move, reservation_of

LEASE_MOST: Final = 200
"""Seats in one lease: it brings as many signed tickets, and a desk that needs more leases again."""

# Commands


@message("registration.lease_allotment")
class LeaseAllotment:
    """Ask for seats to sell at a desk; it gets what is left, at most so many."""

    allotment: str
    desk: DeviceId
    seat_type: SeatTypeId
    quantity: int


@message("registration.record_allotment_sale")
class RecordAllotmentSale:
    """A desk sold seats. The type is named, because the allotment may be over, or unknown here."""

    allotment: str
    reservation: OrderId
    seat_type: SeatTypeId
    quantity: int


@message("registration.return_allotment")
class ReturnAllotment:
    """The desk gives back what it did not sell."""

    allotment: str


@message("registration.write_off_allotment")
class WriteOffAllotment:
    """End the lease of a desk that does not come back. What it sold meanwhile is recorded when it does."""

    allotment: str


Command = LeaseAllotment | RecordAllotmentSale | ReturnAllotment | WriteOffAllotment

# Events


@message("registration.allotment_leased")
class AllotmentLeased:
    allotment: str
    desk: DeviceId
    seat_type: SeatTypeId
    quantity: int


@message("registration.allotment_sold")
class AllotmentSold:
    """Where the seats of a door sale came from. `lacking` people paid for a seat that does not exist."""

    allotment: str
    reservation: OrderId
    seat_type: SeatTypeId
    from_allotment: int
    from_available: int
    lacking: int


@message("registration.allotment_ended")
class AllotmentEnded:
    allotment: str
    returned: int
    is_written_off: bool


Event = AllotmentLeased | AllotmentSold | AllotmentEnded

# State


class AllotmentState(StrEnum):
    LEASED = "leased"
    RETURNED = "returned"
    WRITTEN_OFF = "written_off"


@row("registration.allotments")
class Allotment:
    desk: DeviceId
    seat_type: SeatTypeId
    leased: int
    sold: int
    returned: int
    state: AllotmentState

    @property
    def left(self) -> int:
        """How many may still be sold from it."""
        return self.leased - self.sold - self.returned


def blank_ids(allotment: str, quantity: int) -> tuple[TicketId, ...]:
    """The ids of a lease's blank tickets, which are never those of other tickets."""
    return tuple(TicketId(derived_id("blank", allotment, str(number))) for number in range(quantity))


# Rules


def needs(command: Command, found: Found) -> Iterable[Key]:
    yield key(Allotment, command.allotment)
    match command:
        case LeaseAllotment():
            yield key(SeatsOfType, command.seat_type)
        case RecordAllotmentSale():
            yield key(SeatsOfType, command.seat_type)
            yield key(Reservation, command.reservation)
        case ReturnAllotment() | WriteOffAllotment():
            known = found.get(Allotment, command.allotment) if found.has(Allotment, command.allotment) else None
            if known is not None:
                yield key(SeatsOfType, known.seat_type)
        case _:
            assert_never(command)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    allotment = found.get(Allotment, command.allotment)
    match command:
        case LeaseAllotment():
            return _lease(command, allotment, found)
        case RecordAllotmentSale():
            return _sell(command, allotment, found)
        case ReturnAllotment():
            if allotment is not None and allotment.desk != context.actor.id:
                raise Rejected("allotment_of_another_desk", desk=allotment.desk)
            return _end(command, allotment)
        case WriteOffAllotment():
            return _end(command, allotment)
        case _:
            assert_never(command)


def _lease(command: LeaseAllotment, allotment: Allotment | None, found: Found) -> Sequence[Event]:
    if allotment is not None:
        raise Rejected("allotment_exists", allotment=command.allotment)
    checks.number("quantity", command.quantity, least=1, most=LEASE_MOST)
    seats = found.get(SeatsOfType, command.seat_type)
    if seats is None:
        raise Rejected("unknown_seat_type", seat_type=command.seat_type)
    granted = min(command.quantity, seats.available)
    if granted == 0:
        raise Rejected("no_seats_left", seat_type=command.seat_type)
    return [
        AllotmentLeased(allotment=command.allotment, desk=command.desk, seat_type=command.seat_type, quantity=granted)
    ]


def _sell(command: RecordAllotmentSale, allotment: Allotment | None, found: Found) -> Sequence[Event]:
    seats = found.get(SeatsOfType, command.seat_type)
    fits = allotment is not None and allotment.seat_type == command.seat_type
    wanted = max(command.quantity, 0)
    leased = min(wanted, allotment.left) if allotment is not None and fits else 0
    available = 0 if seats is None else min(wanted - leased, seats.available)
    return [
        AllotmentSold(
            allotment=command.allotment,
            reservation=command.reservation,
            seat_type=command.seat_type,
            from_allotment=leased,
            from_available=available,
            lacking=wanted - leased - available,
        )
    ]


def _end(command: ReturnAllotment | WriteOffAllotment, allotment: Allotment | None) -> Sequence[Event]:
    if allotment is None:
        raise Rejected("unknown_allotment", allotment=command.allotment)
    if allotment.state != AllotmentState.LEASED:
        return []
    is_written_off = isinstance(command, WriteOffAllotment)
    return [AllotmentEnded(allotment=command.allotment, returned=allotment.left, is_written_off=is_written_off)]


def evolve(found: Found, event: Event) -> Changes:
    allotment = found.get(Allotment, event.allotment)
    match event:
        case AllotmentLeased(seat_type=seat_type, quantity=quantity):
            leased = Allotment(
                desk=event.desk,
                seat_type=seat_type,
                leased=quantity,
                sold=0,
                returned=0,
                state=AllotmentState.LEASED,
            )
            return put(leased, event.allotment) | move({seat_type: quantity}, found, "available", "allotted")
        case AllotmentSold():
            return _evolve_sale(event, allotment, found)
        case AllotmentEnded(returned=returned):
            assert allotment is not None, "only a lease ends"
            state = AllotmentState.WRITTEN_OFF if event.is_written_off else AllotmentState.RETURNED
            return put(replace(allotment, returned=returned, state=state), event.allotment) | move(
                {allotment.seat_type: returned}, found, "allotted", "available"
            )
        case _:
            assert_never(event)


def _evolve_sale(event: AllotmentSold, allotment: Allotment | None, found: Found) -> Changes:
    seats = found.get(SeatsOfType, event.seat_type)
    if seats is None:
        return {}
    before = reservation_of(event.reservation, found)
    seated = event.from_allotment + event.from_available
    after = replace(
        seats,
        allotted=seats.allotted - event.from_allotment,
        available=seats.available - event.from_available,
        sold=seats.sold + seated,
    )
    bought = replace(before, sold=add(before.sold, {event.seat_type: seated}), is_committed=True)
    changes = put(after, event.seat_type) | put(bought, event.reservation)
    if allotment is not None and event.from_allotment:
        changes |= put(replace(allotment, sold=allotment.sold + event.from_allotment), event.allotment)
    return changes


decider: Decider[Command, Event] = Decider(
    name="allotments",
    commands=members(Command),
    events=members(Event),
    rows=(Allotment,),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
