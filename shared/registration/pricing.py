"""What an order's lines cost. Prices are those of the moment when it was placed or updated, and stay."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shared.kernel import checks
from shared.kernel.decider import Found, Key, Rejected, key
from shared.kernel.ids import SeatTypeId
from shared.kernel.messages import value
from shared.kernel.money import times
from shared.registration.seats import QUANTITY_MOST, Sales, SeatsOfType


@value
class Wanted:
    """A line as the registrant asks for it."""

    seat_type: SeatTypeId
    quantity: int


@value
class Line:
    """A line with its price. `granted` of `quantity` seats are held for it."""

    seat_type: SeatTypeId
    name: str
    price: int
    quantity: int
    granted: int = 0


def needs_prices(wanted: Sequence[Wanted]) -> Iterable[Key]:
    """The keys of what `priced` reads."""
    yield key(Sales)
    yield from (key(SeatsOfType, one.seat_type) for one in wanted)


def priced(wanted: Sequence[Wanted], sales: Sales, found: Found) -> tuple[Line, ...]:
    """The lines with today's names and prices, without empty ones; Rejected if they make no order."""
    lines: dict[SeatTypeId, Line] = {}
    for one in wanted:
        seats = found.get(SeatsOfType, one.seat_type)
        if seats is None:
            raise Rejected("unknown_seat_type", seat_type=one.seat_type)
        if one.seat_type in lines:
            raise Rejected("seat_type_twice", seat_type=one.seat_type)
        checks.number("quantity", one.quantity, least=0, most=QUANTITY_MOST)
        if one.quantity > sales.seats_per_order:
            raise Rejected("too_many_seats", seat_type=one.seat_type, most=sales.seats_per_order)
        lines[one.seat_type] = Line(seat_type=one.seat_type, name=seats.name, price=seats.price, quantity=one.quantity)
    some = tuple(line for line in lines.values() if line.quantity)
    if not some:
        raise Rejected("no_seats_wanted")
    return some


def total_wanted(lines: Iterable[Line]) -> int:
    """What the lines cost if every seat of them is granted: rounded line by line, then summed."""
    return sum(times(line.price, line.quantity) for line in lines)


def total_granted(lines: Iterable[Line]) -> int:
    """What the granted seats cost."""
    return sum(times(line.price, line.granted) for line in lines)


def with_granted(lines: Iterable[Line], granted: dict[SeatTypeId, int]) -> tuple[Line, ...]:
    """The lines with what the reservation holds for them."""
    return tuple(replace(line, granted=granted.get(line.seat_type, 0)) for line in lines)
