"""What discounts do to a price: the best for the registrant, exact, and the same whatever was entered first."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from itertools import chain, combinations, product
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from shared.kernel.ids import SeatTypeId
from shared.registration.pricing import (
    WHOLE,
    CodeTerms,
    Discounted,
    Line,
    Use,
    discounted,
    fit,
    total_granted,
    total_wanted,
    with_granted,
)
from tests.spec import NOW

VIP, DAY, DINNER = SeatTypeId("vip"), SeatTypeId("day"), SeatTypeId("dinner")
HALF, FREE = CodeTerms(percentage=50_00), CodeTerms(percentage=100_00)
TYPES = (VIP, DAY, DINNER)
Seat = tuple[SeatTypeId, Fraction]


def line(seat_type: SeatTypeId = VIP, price: int = 100, quantity: int = 1) -> Line:
    return Line(seat_type=seat_type, name="Seat", price=price, quantity=quantity)


def with_codes(lines: tuple[Line, ...], **codes: CodeTerms | None) -> Discounted:
    """The wanted seats with the codes entered, at the usual time."""
    return discounted(lines, {one.seat_type: one.quantity for one in lines}, codes, NOW)


def total(lines: tuple[Line, ...], **codes: CodeTerms | None) -> int:
    return total_wanted(with_codes(lines, **codes).lines)


# Whether a code fits


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        (None, "code_unknown"),
        (HALF, None),
        (replace(HALF, valid_from=NOW), None),
        (replace(HALF, valid_from=NOW + timedelta(seconds=1)), "code_not_yet_valid"),
        (replace(HALF, valid_until=NOW + timedelta(seconds=1)), None),
        (replace(HALF, valid_until=NOW), "code_expired"),
        (replace(HALF, seat_types=(DAY, VIP)), None),
        (replace(HALF, seat_types=(DAY,)), "code_out_of_scope"),
        (replace(HALF, quota=1), None),
        (replace(HALF, quota=0), "code_used_up"),
        (replace(HALF, quota=0, seat_types=(DAY,)), "code_out_of_scope"),
    ],
)
def test_a_code_fits_or_there_is_a_reason(terms: CodeTerms | None, reason: str | None) -> None:
    assert fit(terms, [line(VIP)], NOW) == reason
    dropped = {} if reason is None else {"ONE": reason}
    assert with_codes((line(VIP),), ONE=terms).dropped == dropped


def test_a_code_that_does_not_fit_takes_nothing_off_and_leaves_the_others_alone() -> None:
    best = with_codes((line(),), OLD=replace(FREE, valid_until=NOW), HALF=HALF)
    assert best.dropped == {"OLD": "code_expired"}
    assert best.uses == (Use(code="HALF", seats={VIP: 1}),)


def test_without_codes_nothing_is_taken_off_any_more() -> None:
    reduced = replace(line(), reduction=30)
    assert with_codes((reduced,)) == Discounted(lines=(line(),), uses=(), dropped={})


# One code


def test_a_percentage_is_of_the_list_price_and_an_amount_off_each_seat() -> None:
    lines = (line(VIP, 200, 2), line(DAY, 30, 3))
    half = with_codes(lines, HALF=HALF)
    assert [one.reduction for one in half.lines] == [200, 45]
    assert half.uses == (Use(code="HALF", seats={VIP: 2, DAY: 3}),)
    assert [one.reduction for one in with_codes(lines, OFF=CodeTerms(amount=25)).lines] == [50, 75]


def test_an_amount_never_makes_a_seat_cost_less_than_nothing() -> None:
    assert total((line(VIP, 200), line(DAY, 30)), OFF=CodeTerms(amount=50)) == 150


def test_only_seats_in_its_scope_get_cheaper() -> None:
    best = with_codes((line(VIP), line(DAY)), ONE=replace(HALF, seat_types=(DAY,)))
    assert [one.reduction for one in best.lines] == [0, 50]
    assert best.uses == (Use(code="ONE", seats={DAY: 1}),)


def test_a_limited_code_covers_the_dearest_seats() -> None:
    best = with_codes((line(DAY, 100, 2), line(VIP, 200, 2)), ONE=replace(HALF, quota=3))
    assert [one.reduction for one in best.lines] == [50, 200]
    assert best.uses == (Use(code="ONE", seats={VIP: 2, DAY: 1}),)


def test_seats_that_cost_nothing_do_not_use_a_code_up() -> None:
    best = with_codes((line(VIP, 0), line(DAY)), ONE=replace(HALF, quota=1))
    assert best.uses == (Use(code="ONE", seats={DAY: 1}),)
    assert with_codes((line(VIP, 0),), ONE=HALF) == Discounted(lines=(line(VIP, 0),), uses=(), dropped={})


@pytest.mark.parametrize(
    ("price", "quantity", "percentage", "pays"),
    [(5, 1, 50_00, 2), (7, 1, 50_00, 4), (333, 3, 50_00, 500), (333, 3, 33_33, 666), (999, 1, 1, 999)],
)
def test_a_line_is_rounded_half_even_once(price: int, quantity: int, percentage: int, pays: int) -> None:
    assert total((line(VIP, price, quantity),), ONE=CodeTerms(percentage=percentage)) == pays


def test_a_code_that_takes_off_less_than_can_be_paid_is_not_used() -> None:
    assert with_codes((line(VIP, 10),), ONE=CodeTerms(percentage=1)).uses == ()


def test_a_hundred_percent_make_a_free_order() -> None:
    assert total((line(VIP, 99, 7),), FREE=FREE) == 0


def test_discounts_are_off_the_seats_that_the_total_covers() -> None:
    lines = with_granted((line(VIP, 100, 5), line(DAY, 100, 5)), {VIP: 2})
    best = discounted(lines, {VIP: 2}, {"HALF": HALF}, NOW)
    assert (total_granted(best.lines), best.uses) == (100, (Use(code="HALF", seats={VIP: 2}),))


def test_a_code_stays_although_none_of_its_seats_were_granted() -> None:
    lines = with_granted((line(VIP), line(DAY)), {DAY: 1})
    best = discounted(lines, {DAY: 1}, {"ONE": replace(HALF, seat_types=(VIP,))}, NOW)
    assert (total_granted(best.lines), best.uses, best.dropped) == (100, (), {})


# Several codes


def test_of_codes_that_exclude_each_other_the_better_one_counts_and_the_other_stays() -> None:
    best = with_codes((line(),), HALF=HALF, LESS=CodeTerms(percentage=10_00))
    assert best.uses == (Use(code="HALF", seats={VIP: 1}),)
    assert (total_wanted(best.lines), best.dropped) == (50, {})


def test_codes_combine_when_either_names_the_other() -> None:
    ten = CodeTerms(percentage=10_00)
    assert total((line(),), HALF=replace(HALF, combines_with=("TEN",)), TEN=ten) == 40
    assert total((line(),), HALF=HALF, TEN=replace(ten, combines_with=("HALF",))) == 40
    assert total((line(),), HALF=HALF, TEN=replace(ten, combines_with=("OTHER",))) == 50


def test_of_three_codes_every_two_must_combine() -> None:
    ten = CodeTerms(percentage=10_00)
    middle = replace(ten, combines_with=("LEFT", "RIGHT"))
    assert total((line(),), LEFT=ten, MIDDLE=middle, RIGHT=ten) == 80
    assert total((line(),), LEFT=replace(ten, combines_with=("RIGHT",)), MIDDLE=middle, RIGHT=ten) == 70


def test_percentages_are_of_the_list_price_and_amounts_come_after_them() -> None:
    amount = CodeTerms(amount=40, combines_with=("HALF", "TEN"))
    ten = CodeTerms(percentage=10_00, combines_with=("HALF",))
    assert total((line(VIP, 200),), AMOUNT=amount, HALF=HALF, TEN=ten) == 40


def test_a_limited_code_is_not_wasted_on_seats_that_are_free_already() -> None:
    free = replace(FREE, quota=2, combines_with=("OFF",))
    best = with_codes((line(VIP, 100, 4),), FREE=free, OFF=CodeTerms(amount=30, quota=2))
    assert total_wanted(best.lines) == 140
    assert best.uses == (Use(code="FREE", seats={VIP: 2}), Use(code="OFF", seats={VIP: 2}))


def test_of_two_codes_for_one_seat_the_first_to_choose_is_the_one_that_leaves_the_better_price() -> None:
    ten = CodeTerms(percentage=10_00, quota=1, combines_with=("OFF",))
    best = with_codes((line(VIP, 100_00), line(DAY, 95_00)), TEN=ten, OFF=CodeTerms(amount=100_00, quota=1))
    assert total_wanted(best.lines) == 85_50
    assert best.uses == (Use(code="OFF", seats={VIP: 1}), Use(code="TEN", seats={DAY: 1}))


def test_a_limited_code_goes_where_the_codes_for_every_seat_leave_most_to_take() -> None:
    fifth = CodeTerms(percentage=20_00, quota=1, combines_with=("OFF",))
    best = with_codes((line(VIP, 150), line(DAY, 140)), FIFTH=fifth, OFF=CodeTerms(amount=140, seat_types=(VIP,)))
    assert (total_wanted(best.lines), [one.reduction for one in best.lines]) == (122, [140, 28])


def test_codes_that_change_nothing_are_left_out_of_the_best() -> None:
    off = CodeTerms(amount=30, combines_with=("FREE",))
    assert with_codes((line(),), FREE=FREE, OFF=off).uses == (Use(code="FREE", seats={VIP: 1}),)


def test_of_codes_that_are_worth_the_same_the_first_by_name_counts() -> None:
    for codes in ({"A": HALF, "B": HALF}, {"B": HALF, "A": HALF}):
        assert with_codes((line(),), **codes).uses == (Use(code="A", seats={VIP: 1}),)


def test_of_codes_that_are_worth_the_same_the_one_that_is_used_for_fewer_seats_counts() -> None:
    best = with_codes((line(VIP, 100, 2),), A=HALF, B=replace(FREE, quota=1))
    assert best.uses == (Use(code="B", seats={VIP: 1}),)


# Whatever codes there are

CODES = ("A", "B", "C", "D", "E")
LINES = st.lists(
    st.builds(line, st.sampled_from(TYPES), st.integers(0, 1000), st.integers(1, 6)),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one.seat_type,
).map(tuple)
REDUCTIONS = st.fixed_dictionaries({"percentage": st.integers(1, WHOLE)}) | st.fixed_dictionaries(
    {"amount": st.integers(1, 1200)}
)
TERMS = st.builds(
    lambda reduction, **others: CodeTerms(**reduction, **others),
    REDUCTIONS,
    seat_types=st.lists(st.sampled_from(TYPES), max_size=2, unique=True).map(tuple),
    quota=st.none() | st.integers(0, 8),
    combines_with=st.lists(st.sampled_from(CODES), max_size=5, unique=True).map(tuple),
)
ENTERED = st.dictionaries(st.sampled_from(CODES), st.none() | TERMS, max_size=5)


@for_all(lines=LINES, codes=ENTERED)
def test_no_line_costs_less_than_nothing_or_more_than_its_list_price(lines: tuple[Line, ...], codes: Any) -> None:
    for one in with_codes(lines, **codes).lines:
        assert 0 <= one.reduction <= one.price * one.quantity


@for_all(lines=LINES, codes=ENTERED, draw=st.data())
def test_the_price_is_the_same_whatever_the_order_of_entry(lines: tuple[Line, ...], codes: Any, draw: Any) -> None:
    shuffled = dict(draw.draw(st.permutations(list(codes.items()))))
    turned = tuple(draw.draw(st.permutations(lines)))
    best, other = with_codes(lines, **codes), with_codes(turned, **shuffled)
    assert set(best.lines) == set(other.lines)
    assert (best.uses, best.dropped) == (other.uses, other.dropped)


@for_all(lines=LINES, codes=ENTERED, more=ENTERED)
def test_more_codes_never_make_it_dearer(lines: tuple[Line, ...], codes: Any, more: Any) -> None:
    assert total(lines, **(more | codes)) <= total(lines, **codes)


@for_all(lines=LINES, codes=ENTERED)
def test_codes_are_used_for_seats_that_there_are_and_no_more_than_are_left(lines: tuple[Line, ...], codes: Any) -> None:
    wanted = {one.seat_type: one.quantity for one in lines}
    best = with_codes(lines, **codes)
    for use in best.uses:
        terms = codes[use.code]
        assert use.code not in best.dropped
        assert terms.quota is None or sum(use.seats.values()) <= terms.quota
        assert set(use.seats) <= set(terms.seat_types or TYPES)
        assert all(0 < seats <= wanted[one] for one, seats in use.seats.items())
    for one, other in combinations([use.code for use in best.uses], 2):
        assert one in codes[other].combines_with or other in codes[one].combines_with


@for_all(lines=LINES, codes=ENTERED)
def test_the_price_is_that_of_a_reckoning_seat_by_seat(lines: tuple[Line, ...], codes: Any) -> None:
    fitting = {code: terms for code, terms in codes.items() if fit(terms, lines, NOW) is None}
    sets = chain.from_iterable(combinations(fitting, size) for size in range(len(fitting) + 1))
    allowed = [
        {code: fitting[code] for code in chosen}
        for chosen in sets
        if all(
            other in fitting[one].combines_with or one in fitting[other].combines_with
            for one, other in combinations(chosen, 2)
        )
    ]
    assert total(lines, **codes) == min(reckoned(lines, chosen) for chosen in allowed)


def reckoned(lines: tuple[Line, ...], chosen: Mapping[str, CodeTerms]) -> int:
    """The total with exactly these codes, each seat by itself."""
    percentages = sorted(code for code, terms in chosen.items() if terms.percentage is not None)
    ordered = [*percentages, *sorted(chosen.keys() - set(percentages))]
    short = [code for code in ordered if is_short(chosen[code], lines)]
    enough = [code for code in ordered if code not in short]
    return min(reckoned_in_order(lines, [chosen[code] for code in enough + last]) for last in (short, short[::-1]))


def is_short(terms: CodeTerms, lines: tuple[Line, ...]) -> bool:
    covered = [one.quantity for one in lines if not terms.seat_types or one.seat_type in terms.seat_types]
    return terms.quota is not None and terms.quota < sum(covered)


def reckoned_in_order(lines: tuple[Line, ...], codes: list[CodeTerms]) -> int:
    prices = {one.seat_type: one.price for one in lines}
    seats = [(one.seat_type, Fraction(one.price)) for one in lines for _ in range(one.quantity)]
    for terms in codes:
        seats = taken_off(terms, seats, prices)
    sums = [sum((cost for of, cost in seats if of == one), Fraction(0)) for one in prices]
    exact = [Decimal(one.numerator) / Decimal(one.denominator) for one in sums]
    return sum(int(one.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)) for one in exact)


def taken_off(terms: CodeTerms, seats: list[Seat], prices: Mapping[SeatTypeId, int]) -> list[Seat]:
    def off(seat: Seat) -> Fraction:
        seat_type, cost = seat
        if terms.seat_types and seat_type not in terms.seat_types:
            return Fraction(0)
        if terms.amount is not None:
            return min(cost, Fraction(terms.amount))
        return min(cost, Fraction(prices[seat_type] * (terms.percentage or 0), WHOLE))

    order = sorted(seats, key=lambda seat: (-off(seat), -seat[1], seat[0]))
    most = len(order) if terms.quota is None else terms.quota
    return [(seat[0], seat[1] - off(seat)) if place < most else seat for place, seat in enumerate(order)]


@for_all(
    lines=st.lists(
        st.builds(line, st.sampled_from(TYPES), st.integers(0, 9).map(lambda n: n * 100), st.integers(1, 3)),
        min_size=1,
        max_size=3,
        unique_by=lambda one: one.seat_type,
    ).map(tuple),
    terms=st.builds(CodeTerms, percentage=st.integers(1, 100).map(lambda n: n * 100), quota=st.integers(1, 9))
    | st.builds(CodeTerms, amount=st.integers(1, 900), quota=st.integers(1, 9)),
)
def test_no_other_seats_would_have_made_a_limited_code_worth_more(lines: tuple[Line, ...], terms: CodeTerms) -> None:
    offs = [
        min(one.price, terms.amount or one.price * (terms.percentage or 0) // WHOLE)
        for one in lines
        for _ in range(one.quantity)
    ]
    most = min(len(offs), terms.quota or 0)
    best = max(sum(chosen) for chosen in combinations(offs, most))
    assert total(lines) - total(lines, ONE=terms) == best


# The cheapest choice of seats, where it is promised. All amounts are whole, so that nothing is rounded.


def reductions(*, percent_most: int = 100, amount_most: int = 900) -> st.SearchStrategy[dict[str, int]]:
    percentages = st.integers(1, percent_most).map(lambda n: n * 100)
    return st.fixed_dictionaries({"percentage": percentages}) | st.fixed_dictionaries(
        {"amount": st.integers(1, amount_most)}
    )


def combined(reduction: Any, quotas: Any) -> st.SearchStrategy[CodeTerms]:
    scopes = st.lists(st.sampled_from(TYPES), max_size=2, unique=True).map(tuple)
    together = st.just(CODES)
    return st.builds(
        lambda reduced, **others: CodeTerms(**reduced, **others),
        reduction,
        quota=quotas,
        seat_types=scopes,
        combines_with=together,
    )


def few(least: int) -> st.SearchStrategy[tuple[Line, ...]]:
    """Lines of six seats at most, each of a price in hundreds."""
    prices = st.integers(least, 9).map(lambda n: n * 100)
    return st.lists(
        st.builds(line, st.sampled_from(TYPES), prices, st.integers(1, 2)),
        min_size=1,
        max_size=3,
        unique_by=lambda one: one.seat_type,
    ).map(tuple)


FOR_ALL = combined(reductions(), st.none())
ONE_SHORT = st.fixed_dictionaries(
    {"A": combined(reductions(), st.integers(1, 6))}, optional=dict.fromkeys("BC", FOR_ALL)
)
ONE_SEAT_EACH = st.fixed_dictionaries(
    {one: combined(reductions(), st.just(1)) for one in "AB"}, optional=dict.fromkeys("CD", FOR_ALL)
)
SMALL = combined(reductions(percent_most=30, amount_most=100), st.integers(1, 3))
EVERY_CASE = st.one_of(
    st.tuples(few(0), ONE_SHORT),
    st.tuples(few(0), ONE_SEAT_EACH),
    st.tuples(few(3), st.dictionaries(st.sampled_from("ABC"), SMALL, max_size=3)),
)


@for_all(case=EVERY_CASE)
def test_no_choice_of_seats_is_cheaper_where_that_is_promised(case: tuple[tuple[Line, ...], Any]) -> None:
    lines, codes = case
    fitting = {code: terms for code, terms in codes.items() if fit(terms, lines, NOW) is None}
    assert total(lines, **codes) == cheapest(lines, list(fitting.values()))


def cheapest(lines: tuple[Line, ...], codes: list[CodeTerms]) -> int:
    """The lowest total of all choices of seats for these codes."""
    prices = [(one.seat_type, one.price) for one in lines for _ in range(one.quantity)]
    choices = []
    for terms in codes:
        scope = [at for at, (one, _) in enumerate(prices) if not terms.seat_types or one in terms.seat_types]
        choices.append(list(combinations(scope, min(len(scope), terms.quota or len(scope)))))
    totals = []
    for chosen in product(*choices):
        off = [0] * len(prices)
        for terms, seats in zip(codes, chosen, strict=True):
            for at in seats:
                off[at] += terms.amount or prices[at][1] * (terms.percentage or 0) // WHOLE
        totals.append(sum(max(0, price - less) for (_, price), less in zip(prices, off, strict=True)))
    return min(totals)
