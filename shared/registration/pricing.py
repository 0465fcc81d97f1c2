"""What an order's lines cost. Prices are those of the moment when it was placed or updated, and stay.

Discounts are exact until a line's total is rounded, once. Of the codes that were entered those count that together
make the order cheapest, so the order of entry never matters.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from itertools import combinations
from typing import Final, NamedTuple

from shared.kernel import checks
from shared.kernel.codec import AwareTime
from shared.kernel.decider import Found, Key, Rejected, key
from shared.kernel.ids import SeatTypeId
from shared.kernel.messages import value
from shared.kernel.money import times
from shared.registration.seats import QUANTITY_MOST, Sales, SeatsOfType

WHOLE: Final = 10_000
"""100 % in hundredths of a percent."""


@value
class Wanted:
    """A line as the registrant asks for it."""

    seat_type: SeatTypeId
    quantity: int


@value
class Line:
    """A line with its list price. `granted` of `quantity` seats are held for it."""

    seat_type: SeatTypeId
    name: str
    price: int
    quantity: int
    granted: int = 0
    reduction: int = 0
    """What discounts take off the price of the seats that the order's total covers."""


@value
class CodeTerms:
    """What a discount code gives: a percentage of the list price or an amount, off each seat in its scope."""

    percentage: int | None = None
    """In hundredths of a percent; either this or an amount."""
    amount: int | None = None
    """In minor units."""
    seat_types: tuple[SeatTypeId, ...] = ()
    """The scope; empty for all."""
    quota: int | None = None
    """How many seats it may make cheaper: in all orders or, where an order is priced, what is left for that one."""
    valid_from: AwareTime | None = None
    valid_until: AwareTime | None = None
    """From this moment on it is expired."""
    combines_with: tuple[str, ...] = ()
    """The codes that may be used beside it; so may those that name it."""


@value
class Use:
    """The seats that a discount code makes cheaper, by type."""

    code: str
    seats: dict[SeatTypeId, int]


class Discounted(NamedTuple):
    """Lines with their reductions, and what became of the codes that were entered.

    A code that fits but is not among those that give the best price has no use, and is not dropped either: after an
    update it may be the better one.
    """

    lines: tuple[Line, ...]
    uses: tuple[Use, ...]
    """By code."""
    dropped: dict[str, str]
    """The codes that do not fit, each with the reason: the code of a refusal."""


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


def fit(terms: CodeTerms | None, lines: Iterable[Line], now: datetime) -> str | None:
    """Why a code does not fit an order of these lines, as the code of a refusal; None if it fits.

    No terms: there is no such code, or it was withdrawn. What is granted does not matter, so that an order does not
    lose its code with the seats that it did not get.
    """
    if terms is None:
        return "code_unknown"
    if terms.valid_from is not None and now < terms.valid_from:
        return "code_not_yet_valid"
    if terms.valid_until is not None and now >= terms.valid_until:
        return "code_expired"
    if not any(_covers(terms, line.seat_type) for line in lines):
        return "code_out_of_scope"
    return "code_used_up" if terms.quota is not None and terms.quota <= 0 else None


def discounted(
    lines: Sequence[Line], quantities: Mapping[SeatTypeId, int], codes: Mapping[str, CodeTerms | None], now: datetime
) -> Discounted:
    """The best price that the codes entered give for so many seats of each line.

    Of all sets of fitting codes that may be combined the one with the lowest total counts; then the one that uses up
    fewer seats of the codes, then the first by code.

    Before rounding, no choice of seats for a set's codes is cheaper where at most one of their quotas is short of its
    seats, where two are and cover one seat each, or where the codes take no more off any seat than it costs. Else
    another choice may be: the search for it would grow with the seats.
    """
    dropped = {code: reason for code, terms in codes.items() if (reason := fit(terms, lines, now)) is not None}
    fitting = {code: terms for code, terms in sorted(codes.items()) if terms is not None and code not in dropped}
    ways = (way for chosen in _allowed(fitting) for way in _ways(chosen, quantities))
    best = min((_reduced(lines, quantities, way) for way in ways), key=_cost)
    reduced = tuple(
        replace(line, reduction=times(line.price, quantities.get(line.seat_type, 0)) - total)
        for line, total in zip(lines, best.totals, strict=True)
    )
    return Discounted(lines=reduced, uses=best.uses, dropped=dropped)


class _Block(NamedTuple):
    """Seats of one line that cost the same so far: `cost` each, in ten-thousandths of a minor unit and so exact."""

    line: Line
    cost: int
    seats: int


class _Reduced(NamedTuple):
    totals: tuple[int, ...]
    uses: tuple[Use, ...]


def _allowed(fitting: Mapping[str, CodeTerms]) -> Iterator[Mapping[str, CodeTerms]]:
    """Every set of codes that may be combined, the empty one first."""
    for size in range(len(fitting) + 1):
        for chosen in combinations(fitting, size):
            if all(
                one in fitting[other].combines_with or other in fitting[one].combines_with
                for one, other in combinations(chosen, 2)
            ):
                yield {code: fitting[code] for code in chosen}


def _ways(chosen: Mapping[str, CodeTerms], quantities: Mapping[SeatTypeId, int]) -> Iterator[Mapping[str, CodeTerms]]:
    """The codes in the orders in which they choose their seats: first those that have enough for all of theirs."""

    def is_short(terms: CodeTerms) -> bool:
        seats = sum(quantity for one, quantity in quantities.items() if _covers(terms, one))
        return terms.quota is not None and terms.quota < seats

    by_kind = sorted(chosen, key=lambda code: (chosen[code].percentage is None, code))
    short = [code for code in by_kind if is_short(chosen[code])]
    enough = [code for code in by_kind if code not in short]
    for last in (short, short[::-1]) if len(short) > 1 else (short,):
        yield {code: chosen[code] for code in (*enough, *last)}


def _cost(reduced: _Reduced) -> tuple[int, int, tuple[str, ...]]:
    used = sum(sum(use.seats.values()) for use in reduced.uses)
    return sum(reduced.totals), used, tuple(use.code for use in reduced.uses)


def _reduced(lines: Sequence[Line], quantities: Mapping[SeatTypeId, int], codes: Mapping[str, CodeTerms]) -> _Reduced:
    blocks = [_Block(line, line.price * WHOLE, quantities.get(line.seat_type, 0)) for line in lines]
    uses = {}
    for code, terms in codes.items():
        blocks, seats = _apply(terms, blocks)
        if seats:
            uses[code] = Use(code=code, seats=seats)
    exact = dict.fromkeys((line.seat_type for line in lines), 0)
    for block in blocks:
        exact[block.line.seat_type] += block.cost * block.seats
    totals = tuple(round(Fraction(cost, WHOLE)) for cost in exact.values())
    return _Reduced(totals=totals, uses=tuple(uses[code] for code in sorted(uses)))


def _apply(terms: CodeTerms, blocks: Sequence[_Block]) -> tuple[list[_Block], dict[SeatTypeId, int]]:
    """The blocks after a code, and the seats that it made cheaper: those first off which it takes most.

    These are the dearest seats, unless other codes left less of them than this one would take.
    """
    left = sum(block.seats for block in blocks) if terms.quota is None else terms.quota
    after, covered = [], dict[SeatTypeId, int]()
    ranked = sorted(
        ((_taken(terms, block), block) for block in blocks),
        key=lambda one: (-one[0], -one[1].cost, one[1].line.seat_type),
    )
    for taken, block in ranked:
        seats = min(block.seats, left) if taken else 0
        left -= seats
        if seats < block.seats:
            after.append(_Block(block.line, block.cost, block.seats - seats))
        if seats:
            after.append(_Block(block.line, block.cost - taken, seats))
            covered[block.line.seat_type] = covered.get(block.line.seat_type, 0) + seats
    return after, covered


def _taken(terms: CodeTerms, block: _Block) -> int:
    """What the code takes off each seat of the block; never more than it costs."""
    if not _covers(terms, block.line.seat_type):
        return 0
    return min(block.cost, block.line.price * (terms.percentage or 0) + (terms.amount or 0) * WHOLE)


def _covers(terms: CodeTerms, seat_type: SeatTypeId) -> bool:
    return not terms.seat_types or seat_type in terms.seat_types


def total_wanted(lines: Iterable[Line]) -> int:
    """What the lines cost if every seat of them is granted: rounded line by line, then summed."""
    return sum(times(line.price, line.quantity) - line.reduction for line in lines)


def total_granted(lines: Iterable[Line]) -> int:
    """What the granted seats cost."""
    return sum(times(line.price, line.granted) - line.reduction for line in lines)


def with_granted(lines: Iterable[Line], granted: dict[SeatTypeId, int]) -> tuple[Line, ...]:
    """The lines with what the reservation holds for them. Where that changes, `discounted` must follow."""
    return tuple(replace(line, granted=granted.get(line.seat_type, 0)) for line in lines)
