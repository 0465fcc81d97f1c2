"""What the events of sales at the door make of rows: the sale, its till, the seats, and the order as it stands.

The rows of an order are written without reading others, so that a desk which sees no orders does this as the server.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, assert_never

from shared.kernel.decider import Changes, Found, Key, put
from shared.kernel.ids import DeviceId, OrderId, SeatTypeId
from shared.registration.allotments import Allotment
from shared.registration.assignments import Assignments, SeatAssignment, seat_id
from shared.registration.door_sale import (
    DoorSale,
    DoorSaleRecorded,
    DoorSaleRepeated,
    DoorSaleVoided,
    DoorSeat,
    DoorSeatsCancelled,
    DoorSeatsGiven,
    DoorTicket,
    Event,
    SoldSeat,
    Source,
    Takings,
    TillCount,
    TillCounted,
    TillCountRepeated,
    Void,
    payment_of,
)
from shared.registration.order_state import Order, OrderState
from shared.registration.pricing import Line, total_granted
from shared.registration.receipts import Attention, Method, Receipt, Task
from shared.registration.seats import Reservation, Sales, SeatsOfType, add, reservation_of

Origin = tuple[SeatTypeId, Source, str | None]
"""Where a seat comes from or goes back to: of which type, and in which allotment if it is in one."""


def evolve(found: Found, event: Event) -> Changes:
    match event:
        case DoorSaleRecorded():
            return _evolve_sale(event, found)
        case DoorSaleVoided(order=order):
            sale = _sale(order, found)
            seats = tuple(replace(one, is_cancelled=True) for one in sale.seats)
            void = Void(by=event.by, at=event.at, returned=event.returned)
            voided = put(replace(sale, seats=seats, void=void), order)
            back = tuple((one.seat_type, one.to, one.allotment) for one in event.seats)
            # Nothing of the order is left, so what it had sold is known without reading it.
            nothing = put(Reservation(held={}, sold={}, is_committed=True), order)
            return {**voided, **nothing, **_moved(back, found, -1), **_give_back(event, found)}
        case DoorSeatsCancelled(order=order, positions=positions):
            sale = _sale(order, found)
            return put(replace(sale, seats=_without(sale.seats, positions)), order)
        case DoorSeatsGiven(order=order):
            return _given(_sale(order, found), event, found)
        case TillCounted(till=till):
            takings = found.get(Takings, till) or _new_till(event.desk)
            count = TillCount(
                currency=event.currency,
                opening=event.opening,
                expected=event.expected,
                counted=event.counted,
                counted_at=event.counted_at,
            )
            return put(replace(takings, counts=(*takings.counts, count)), till)
        case DoorSaleRepeated() | TillCountRepeated():
            return {}
        case _:
            assert_never(event)


def _sale(order: OrderId, found: Found) -> DoorSale:
    sale = found.get(DoorSale, order)
    assert sale is not None, "every other event follows the sale"
    return sale


def _new_till(desk: DeviceId) -> Takings:
    return Takings(desk=desk, taken={}, given_back={})


def _evolve_sale(event: DoorSaleRecorded, found: Found) -> Changes:
    order, sales = event.order, found.get(Sales)
    seats = tuple(
        DoorSeat(
            seat_type=one.seat_type,
            price=one.price,
            source=one.source,
            allotment=one.allotment,
            ticket=one.ticket,
        )
        for one in event.seats
    )
    sale = DoorSale(
        sale=event.sale,
        till=event.till,
        desk=event.desk,
        seats=seats,
        method=event.method,
        currency=event.currency,
        sold_at=event.sold_at,
    )
    taken_from = tuple((one.seat_type, one.source, one.allotment) for one in event.seats)
    takings = found.get(Takings, event.till) or _new_till(event.desk)
    taken = _plus(takings.taken, event.method, event.currency, sale.charged)
    changes: dict[Key, Any] = {} if sales is None else put(replace(sales, orders=event.number))
    changes |= put(sale, order) | put(replace(takings, sales=takings.sales + 1, taken=taken), event.till)
    for position, one in enumerate(event.seats):
        changes |= put(DoorTicket(order=order, position=position), one.ticket)
    return {**changes, **_moved(taken_from, found, 1), **_order_rows(event)}


def _moved(seats: Sequence[Origin], found: Found, sold: int) -> dict[Key, Any]:
    """The counters of types and allotments after seats were sold (1) or came back (-1)."""
    changes: dict[Key, Any] = {}
    for seat_type in dict.fromkeys(seat_type for seat_type, _, _ in seats):
        of_type = found.get(SeatsOfType, seat_type)
        if of_type is not None:
            sources = Counter(source for one, source, _ in seats if one == seat_type)
            leased, free = sold * sources[Source.ALLOTMENT], sold * sources[Source.AVAILABLE]
            after = replace(
                of_type,
                allotted=of_type.allotted - leased,
                available=of_type.available - free,
                sold=of_type.sold + leased + free,
            )
            changes |= put(after, seat_type)
    return changes | _moved_in_leases(seats, found, sold)


def _moved_in_leases(seats: Sequence[Origin], found: Found, sold: int) -> dict[Key, Any]:
    changes: dict[Key, Any] = {}
    for id, quantity in Counter(id for _, source, id in seats if source is Source.ALLOTMENT).items():
        assert id is not None, "a seat of an allotment names it"
        allotment = found.get(Allotment, id)
        assert allotment is not None, "seats come from allotments that there are"
        changes |= put(replace(allotment, sold=allotment.sold + sold * quantity), id)
    return changes


def _order_rows(event: DoorSaleRecorded) -> dict[Key, Any]:
    """The order as it stands from now on, with its seats and whoever has them. All of it is new."""
    order, seats = event.order, event.seats
    sold = Counter(one.seat_type for one in seats if one.source is not Source.LACKING)
    rows = put(_order(event), order)
    rows |= put(Reservation(held={}, sold=dict(sold), is_committed=True), order)
    rows |= put(Assignments(locator=event.locator, seats=tuple(one.seat_type for one in seats), cancelled=()), order)
    for position, one in enumerate(seats):
        seat = SeatAssignment(
            order=order,
            position=position,
            ticket=one.ticket,
            version=1,
            attendee=one.attendee,
            first_name=one.first_name,
            last_name=one.last_name,
            email=one.email,
            company=one.company,
        )
        rows |= put(seat, seat_id(order, position))
    return rows


def _order(event: DoorSaleRecorded) -> Order:
    """Confirmed; its money is recorded as any other. The total covers the seats that there are."""
    lines = tuple(_line(one, event.seats) for one in dict.fromkeys(one.seat_type for one in event.seats))
    order = Order(
        number=event.number,
        locator=event.locator,
        state=OrderState.CONFIRMED,
        lines=lines,
        total=total_granted(lines),
        currency=event.currency,
        placed_at=event.recorded_at,
        expires_at=event.recorded_at,
        language=event.language,
        tasks=_tasks(event),
        desk=event.desk,
    )
    payer = next(iter(event.seats), None)
    if payer is None:
        return order
    return replace(
        order,
        registrant=payer.attendee,
        first_name=payer.first_name,
        last_name=payer.last_name,
        email=payer.email,
    )


def _line(seat_type: SeatTypeId, seats: Sequence[SoldSeat]) -> Line:
    """Seats of one type; where they did not cost the same, those that cost less are reduced."""
    sold = [one for one in seats if one.seat_type == seat_type]
    price = max(one.price for one in sold)
    seated = [one for one in sold if one.source is not Source.LACKING]
    return Line(
        seat_type=seat_type,
        name=sold[0].name,
        price=price,
        quantity=len(sold),
        granted=len(seated),
        reduction=sum(price - one.price for one in seated),
    )


def _tasks(event: DoorSaleRecorded) -> tuple[Task, ...]:
    """What is not about money: seats that do not exist and cost nothing, and tickets that are somebody else's.

    Where money was paid for a seat that does not exist, the money's own task says so.
    """
    payment = payment_of(event.order)
    nothing = Receipt(payment=payment, reference=payment, amount=0, currency=event.currency, method=event.method)
    prices = [one.price for one in event.seats if one.source is Source.LACKING]
    lacking = (Task(reason=Attention.SEAT_LACKING, receipt=nothing),) if prices and not any(prices) else ()
    refused = (one.ticket for one in event.seats if one.refused_blank is not None)
    own = (Task(reason=Attention.TICKET_REFUSED, receipt=replace(nothing, reference=one)) for one in refused)
    return (*lacking, *own)


def _given(sale: DoorSale, event: DoorSeatsGiven, found: Found) -> Changes:
    order, places = event.order, event.positions
    seats = tuple(
        replace(one, source=Source.AVAILABLE) if place in places else one for place, one in enumerate(sale.seats)
    )
    moved = tuple((sale.seats[place].seat_type, Source.AVAILABLE, None) for place in places)
    reservation = reservation_of(order, found)
    sold = add(reservation.sold, Counter(seat_type for seat_type, _, _ in moved))
    rows = put(replace(sale, seats=seats), order) | put(replace(reservation, sold=sold), order)
    return {**rows, **_moved(moved, found, 1)}


def _give_back(event: DoorSaleVoided, found: Found) -> dict[Key, Any]:
    takings = found.get(Takings, event.till)
    assert takings is not None, "whatever was sold is in a till"
    given_back = _plus(takings.given_back, event.method, event.currency, event.returned)
    return put(replace(takings, voids=takings.voids + 1, given_back=given_back), event.till)


def _plus(
    sums: dict[Method, dict[str, int]], method: Method, currency: str, amount: int
) -> dict[Method, dict[str, int]]:
    of_method = sums.get(method, {})
    return {**sums, method: {**of_method, currency: of_method.get(currency, 0) + amount}} if amount else sums


def _without(seats: tuple[DoorSeat, ...], positions: Sequence[int]) -> tuple[DoorSeat, ...]:
    """The seats with these cancelled. Whoever had none takes that of whoever goes, as in the reservation."""
    left = [replace(one, is_cancelled=one.is_cancelled or place in positions) for place, one in enumerate(seats)]
    for freed in (seats[place] for place in positions if seats[place].source is not Source.LACKING):
        for place, one in enumerate(left):
            if not one.is_cancelled and one.source is Source.LACKING and one.seat_type == freed.seat_type:
                left[place] = replace(one, source=freed.source, allotment=freed.allotment)
                break
    return tuple(left)
