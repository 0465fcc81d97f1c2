"""What is recorded of a sale at the door whatever it contradicts, and until when a desk may void it.

A seat comes from the allotment that the desk named, else from what is available, else it is lacking.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final, assert_never

from shared.kernel.decider import Context, Decider, Found, Key, Rejected, Role, key, members
from shared.kernel.ids import DeviceId, OrderId, TicketId, locator
from shared.registration.allotments import LEASE_MOST, Allotment, AllotmentState, blank_ids
from shared.registration.assignments import ticket_id
from shared.registration.door_sale import (
    Command,
    DoorSale,
    DoorSaleRecorded,
    DoorSaleRepeated,
    DoorSaleVoided,
    DoorSeat,
    DoorSeatsCancelled,
    DoorSeatsGiven,
    DoorTicket,
    Event,
    GiveDoorSeats,
    NoteSeatsCancelled,
    RecordDoorSale,
    RecordTillCount,
    ReturnedSeat,
    SeatAtDoor,
    SoldSeat,
    Source,
    Takings,
    TillCounted,
    TillCountRepeated,
    VoidDoorSale,
    order_of,
)
from shared.registration.door_sale_state import evolve
from shared.registration.seats import Reservation, Sales, SeatsOfType

VOID_WITHIN: Final = timedelta(hours=24)


def needs(command: Command, found: Found) -> Iterable[Key]:
    match command:
        case RecordDoorSale():
            yield key(DoorSale, order_of(command))
            yield key(Sales)
            yield key(Takings, command.till)
            for one in command.seats:
                yield key(SeatsOfType, one.seat_type)
                yield from () if one.allotment is None else [key(Allotment, one.allotment)]
                yield from () if one.ticket is None else [key(DoorTicket, one.ticket)]
        case VoidDoorSale(order=order) | NoteSeatsCancelled(order=order) | GiveDoorSeats(order=order):
            yield from [key(Reservation, order)] if isinstance(command, GiveDoorSeats) else []
            yield key(DoorSale, order)
            sale = found.get(DoorSale, order) if found.has(DoorSale, order) else None
            if sale is not None:
                yield key(Takings, sale.till)
                for seat in sale.seats:
                    yield key(SeatsOfType, seat.seat_type)
                    yield from () if seat.allotment is None else [key(Allotment, seat.allotment)]
        case RecordTillCount():
            yield key(Takings, command.till)
        case _:
            assert_never(command)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    match command:
        case RecordDoorSale():
            return [_sell(command, found, context)]
        case VoidDoorSale():
            return _void(command, found, context)
        case NoteSeatsCancelled(order=order):
            sale = found.get(DoorSale, order)
            if sale is None:
                return []
            positions = tuple(one for one in command.positions if not sale.seats[one].is_cancelled)
            return [DoorSeatsCancelled(order=order, positions=positions)] if positions else []
        case GiveDoorSeats():
            return [_give(command, found)]
        case RecordTillCount():
            return [_count(command, found, context)]
        case _:
            assert_never(command)


# Selling


def _sell(command: RecordDoorSale, found: Found, context: Context) -> DoorSaleRecorded | DoorSaleRepeated:
    order = order_of(command)
    if found.get(DoorSale, order) is not None:
        return DoorSaleRepeated(order=order)
    sales = found.get(Sales)
    number = 0 if sales is None else sales.orders + 1
    return DoorSaleRecorded(
        order=order,
        sale=command.sale,
        till=command.till,
        desk=command.desk,
        number=number,
        locator=None if context.secret is None or sales is None else locator(context.secret, number),
        seats=_seats(order, command.seats, found),
        method=command.method,
        currency=command.currency,
        language=command.language,
        sold_at=command.sold_at,
        recorded_at=context.now,
    )


def _seats(order: OrderId, wanted: Sequence[SeatAtDoor], found: Found) -> tuple[SoldSeat, ...]:
    sold: list[SoldSeat] = []
    for position, one in enumerate(wanted):
        seats = found.get(SeatsOfType, one.seat_type)
        ticket = _blank(one, sold, found)
        sold.append(
            SoldSeat(
                seat_type=one.seat_type,
                name="" if seats is None else seats.name,
                price=max(one.price, 0),
                listed=None if seats is None else seats.price,
                source=_source(one, sold, found),
                allotment=one.allotment,
                ticket=ticket_id(order, position) if ticket is None else ticket,
                refused_blank=one.ticket if ticket is None else None,
                attendee=one.attendee,
                first_name=one.first_name,
                last_name=one.last_name,
                company=one.company,
                email=one.email,
            )
        )
    return tuple(sold)


def _source(wanted: SeatAtDoor, sold: Sequence[SoldSeat], found: Found) -> Source:
    """Where the seat comes from, after those that were sold before it in the same sale."""
    seats = found.get(SeatsOfType, wanted.seat_type)
    if seats is None:
        return Source.LACKING
    allotment = None if wanted.allotment is None else found.get(Allotment, wanted.allotment)
    if allotment is not None and allotment.seat_type == wanted.seat_type:
        taken = sum(one.allotment == wanted.allotment for one in sold if one.source is Source.ALLOTMENT)
        if taken < allotment.left:
            return Source.ALLOTMENT
    taken = sum(one.seat_type == wanted.seat_type for one in sold if one.source is Source.AVAILABLE)
    return Source.AVAILABLE if taken < seats.available else Source.LACKING


def _blank(wanted: SeatAtDoor, sold: Sequence[SoldSeat], found: Found) -> TicketId | None:
    """The ticket that the attendee got, if it is a blank of that allotment and nobody else's.

    The allotment itself may be unknown to a server that was restored; its blanks are told by their ids.
    """
    if wanted.ticket is None or wanted.allotment is None:
        return None
    is_used = found.get(DoorTicket, wanted.ticket) is not None or any(one.ticket == wanted.ticket for one in sold)
    return wanted.ticket if not is_used and wanted.ticket in blank_ids(wanted.allotment, LEASE_MOST) else None


# Voiding, counting


def _void(command: VoidDoorSale, found: Found, context: Context) -> Sequence[DoorSaleVoided]:
    sale = found.get(DoorSale, command.order)
    if sale is None:
        raise Rejected("unknown_door_sale", order=command.order)
    if (void := sale.void) is not None:
        # Not accepted in silence: whoever asks again may have given the money back again.
        at = None if void.at is None else void.at.isoformat()
        raise Rejected("already_voided", by=void.by, at=at, returned=void.returned, currency=sale.currency)
    if context.actor.role is Role.DOOR:
        _check_desk(sale, found.get(Takings, sale.till), context)
    left = tuple((position, one) for position, one in enumerate(sale.seats) if not one.is_cancelled)
    if not left:
        raise Rejected("order_cancelled")
    seats = tuple(
        ReturnedSeat(
            position=position,
            seat_type=one.seat_type,
            ticket=one.ticket,
            to=_back_to(one, found),
            allotment=one.allotment,
        )
        for position, one in left
    )
    return [
        DoorSaleVoided(
            order=command.order,
            till=sale.till,
            by=DeviceId(context.actor.id),
            seats=seats,
            returned=sale.charged,
            method=sale.method,
            currency=sale.currency,
            at=context.now,
        )
    ]


def _check_desk(sale: DoorSale, takings: Takings | None, context: Context) -> None:
    if sale.desk != context.actor.id:
        raise Rejected("sale_of_another_desk", desk=sale.desk)
    if takings is not None and takings.counts:
        raise Rejected("till_was_counted")
    # By the desk's clock, as the sale: what it did in time may reach the server late.
    if context.issued_at - sale.sold_at > VOID_WITHIN:
        raise Rejected("void_too_late", hours=VOID_WITHIN // timedelta(hours=1))


def _give(command: GiveDoorSeats, found: Found) -> DoorSeatsGiven:
    sale = found.get(DoorSale, command.order)
    assert sale is not None, "the order's rules found it"
    for seat_type, quantity in Counter(sale.seats[one].seat_type for one in command.positions).items():
        seats = found.get(SeatsOfType, seat_type)
        if seats is None or seats.available < quantity:
            raise Rejected("no_seats_left", seat_type=seat_type)
    return DoorSeatsGiven(order=command.order, positions=command.positions)


def _back_to(seat: DoorSeat, found: Found) -> Source:
    if seat.source is not Source.ALLOTMENT or seat.allotment is None:
        return seat.source
    allotment = found.get(Allotment, seat.allotment)
    is_leased = allotment is not None and allotment.state is AllotmentState.LEASED
    return Source.ALLOTMENT if is_leased else Source.AVAILABLE


def _count(command: RecordTillCount, found: Found, context: Context) -> TillCounted | TillCountRepeated:
    takings = found.get(Takings, command.till)
    said = (command.currency, command.opening, command.counted, command.counted_at)
    known = () if takings is None else takings.counts
    if said in ((one.currency, one.opening, one.counted, one.counted_at) for one in known):
        return TillCountRepeated(till=command.till)
    cash = 0 if takings is None else takings.in_till(command.currency)
    return TillCounted(
        till=command.till,
        desk=DeviceId(context.actor.id),
        currency=command.currency,
        opening=command.opening,
        expected=command.opening + cash,
        counted=command.counted,
        counted_at=command.counted_at,
    )


decider: Decider[Command, Event] = Decider(
    name="door_sales",
    commands=members(Command),
    events=members(Event),
    rows=(DoorSale, DoorTicket, Takings),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
