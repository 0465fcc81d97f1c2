"""Codes as registration knows them: offered, withdrawn, counted, and never used more often than they may be."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from shared.kernel.decider import Found, Rejected, key
from shared.kernel.ids import SeatTypeId
from shared.registration.codes import (
    CODES_MOST,
    Code,
    CodeOffered,
    CodeWithdrawn,
    OfferCode,
    WithdrawCode,
    decider,
    entered,
    has_room,
    needs_codes,
    terms_for,
    with_uses,
)
from shared.registration.pricing import CodeTerms, Line, Use, discounted
from tests.spec import NOW, Given, Memory, given

VIP, DAY = SeatTypeId("vip"), SeatTypeId("day")
SEATS = {VIP: 5, DAY: 20}
HALF = CodeTerms(percentage=50_00, quota=5)


def offer(terms: CodeTerms = HALF) -> OfferCode:
    return OfferCode(code="HALF", terms=terms, seats=SEATS)


def offered(terms: CodeTerms = HALF, *, used: int = 0) -> Given:
    """A code that is used for so many seats."""
    state = given(decider, CodeOffered(code="HALF", terms=terms))
    state.memory.update(with_uses(found(state.memory), (), (use(used),)))
    return state


def found(memory: Memory, code: str = "HALF") -> Found:
    return Found(dict(memory.fetch([key(Code, code)])))


def use(seats: int, code: str = "HALF") -> Use:
    return Use(code=code, seats={VIP: seats})


# What the organizer offers


def test_a_code_is_offered_and_then_on_other_terms() -> None:
    first = given(decider).when(offer()).then(CodeOffered(code="HALF", terms=HALF))
    first.when(offer()).nothing()
    more = replace(HALF, quota=25)
    second = first.when(offer(more)).then(CodeOffered(code="HALF", terms=more))
    assert second.row(Code, "HALF") == Code(terms=more)


def test_other_terms_leave_the_uses_as_they_are() -> None:
    more = replace(HALF, percentage=60_00)
    changed = offered(used=3).when(offer(more)).then(CodeOffered(code="HALF", terms=more))
    assert changed.row(Code, "HALF").used == 3


def test_a_scope_names_only_seat_types_that_there_are() -> None:
    terms = replace(HALF, seat_types=(VIP, SeatTypeId("dinner")))
    given(decider).when(offer(terms)).refused("unknown_seat_type", seat_type="dinner")


@pytest.mark.parametrize(("scope", "most"), [((), 25), ((VIP,), 5), ((DAY, VIP), 25)])
def test_a_quota_is_no_larger_than_the_seats_of_its_scope(scope: tuple[SeatTypeId, ...], most: int) -> None:
    terms = replace(HALF, seat_types=scope, quota=most)
    given(decider).when(offer(terms)).then(CodeOffered(code="HALF", terms=terms))
    given(decider).when(offer(replace(terms, quota=most + 1))).refused("quota_above_seats", most=most)


def test_a_quota_is_no_smaller_than_the_uses() -> None:
    state = offered(used=3)
    state.when(offer(replace(HALF, quota=2))).refused("quota_below_uses", least=3)
    state.when(offer(replace(HALF, quota=3))).then(CodeOffered(code="HALF", terms=replace(HALF, quota=3)))


def test_a_code_without_a_quota_is_limited_by_nothing() -> None:
    unlimited = replace(HALF, quota=None)
    offered(used=3).when(offer(unlimited)).then(CodeOffered(code="HALF", terms=unlimited))


def test_a_withdrawn_code_stays_with_its_uses_and_can_be_offered_again() -> None:
    state = offered(used=3).when(WithdrawCode(code="HALF")).then(CodeWithdrawn(code="HALF"))
    assert state.row(Code, "HALF") == Code(terms=HALF, used=3, is_withdrawn=True)
    state.when(WithdrawCode(code="HALF")).nothing()
    again = state.when(offer()).then(CodeOffered(code="HALF", terms=HALF))
    assert again.row(Code, "HALF") == Code(terms=HALF, used=3)


def test_a_code_that_was_never_offered_is_not_withdrawn() -> None:
    given(decider).when(WithdrawCode(code="HALF")).nothing()


# What registrants enter


def test_codes_are_entered_in_any_case_and_count_once() -> None:
    assert entered([" early-10", "Early-10", "SPEAKER_1"]) == ("EARLY-10", "SPEAKER_1")
    assert entered([]) == ()


def test_an_order_has_no_more_codes_than_can_be_tried() -> None:
    codes = [f"CODE{n}" for n in range(CODES_MOST)]
    assert len(entered(codes)) == CODES_MOST
    with pytest.raises(Rejected) as refused:
        entered([*codes, "ONEMORE"])
    assert (refused.value.code, refused.value.values) == ("too_many_codes", {"most": CODES_MOST})


@pytest.mark.parametrize("typed", ["", "A", "ann@example.org", "früh", "A" * 41])
def test_what_can_be_no_code_is_unknown_and_not_repeated(typed: str) -> None:
    assert list(needs_codes([typed])) == []
    with pytest.raises(Rejected) as refused:
        entered([typed])
    assert (refused.value.code, refused.value.values) == ("code_unknown", {})


def test_codes_that_are_entered_or_used_are_read() -> None:
    assert set(needs_codes(["half", "HALF"], [use(1, "OLD")])) == {key(Code, "HALF"), key(Code, "OLD")}
    assert len(list(needs_codes([f"CODE{n}" for n in range(99)]))) == CODES_MOST


# What is left for an order


def test_an_order_may_use_what_others_left_and_what_it_uses_itself() -> None:
    rows = found(offered(used=4).memory)
    assert terms_for(["HALF"], rows) == {"HALF": replace(HALF, quota=1)}
    assert terms_for(["HALF"], rows, [use(3)]) == {"HALF": replace(HALF, quota=4)}


def test_a_code_that_is_used_more_often_than_it_may_be_has_nothing_left() -> None:
    rows = found(offered(used=7).memory)
    assert terms_for(["HALF"], rows) == {"HALF": replace(HALF, quota=0)}


def test_a_code_without_a_quota_is_never_used_up() -> None:
    unlimited = replace(HALF, quota=None)
    rows = found(offered(unlimited, used=9).memory)
    assert terms_for(["HALF"], rows) == {"HALF": unlimited}
    assert has_room(rows, [use(1000)])


def test_a_code_that_is_unknown_or_withdrawn_has_no_terms() -> None:
    assert terms_for(["HALF"], found(Memory())) == {"HALF": None}
    withdrawn = offered().when(WithdrawCode(code="HALF")).then(CodeWithdrawn(code="HALF"))
    assert terms_for(["HALF"], found(withdrawn.memory), [use(1)]) == {"HALF": None}


def test_there_is_room_for_as_many_seats_as_are_left() -> None:
    rows = found(offered(used=3).memory)
    assert has_room(rows, [])
    assert has_room(rows, [use(2)])
    assert not has_room(rows, [use(3)])


def test_uses_move_by_the_difference() -> None:
    state = offered(used=3)
    rows = found(state.memory)
    assert with_uses(rows, [use(3)], [Use(code="HALF", seats={DAY: 2, VIP: 1})]) == {}
    assert with_uses(rows, [use(3)], [use(4)]) == {key(Code, "HALF"): Code(terms=HALF, used=4)}
    assert with_uses(rows, [use(3)], []) == {key(Code, "HALF"): Code(terms=HALF, used=0)}
    assert with_uses(rows, [use(9)], []) == {key(Code, "HALF"): Code(terms=HALF, used=0)}


CODES = ("HALF", "ONCE", "OFF")
STEPS = st.tuples(
    st.sampled_from(["o1", "o2", "o3"]),
    st.integers(0, 5),
    st.lists(st.sampled_from(CODES), unique=True, max_size=3),
)


@for_all(script=st.lists(STEPS, max_size=20))
def test_whatever_orders_do_every_use_is_counted_and_none_is_one_too_many(script: list[Any]) -> None:
    memory = given(
        decider,
        CodeOffered(code="HALF", terms=HALF),
        CodeOffered(code="ONCE", terms=CodeTerms(percentage=100_00, quota=1, combines_with=("HALF", "OFF"))),
        CodeOffered(code="OFF", terms=CodeTerms(amount=30)),
    ).memory
    uses: dict[str, tuple[Use, ...]] = {}
    for order, quantity, codes in script:
        before = uses.get(order, ())
        rows = Found(dict(memory.fetch(needs_codes(codes, before))))
        line = Line(seat_type=VIP, name="Seat", price=100, quantity=quantity)
        best = discounted((line,), {VIP: quantity}, terms_for(codes, rows, before), NOW)
        assert has_room(rows, best.uses) or before
        memory.update(with_uses(rows, before, best.uses))
        uses[order] = best.uses
        for code, row in memory.all(Code).items():
            used = [sum(one.seats.values()) for each in uses.values() for one in each if one.code == code]
            assert row.used == sum(used)
            assert row.terms.quota is None or row.used <= row.terms.quota
