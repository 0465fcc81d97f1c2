"""WaitList: who waits, in what order, and who is offered the seats that come free."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.execute import gather
from shared.kernel.decider import Key, key, put
from shared.kernel.ids import OrderId, PersonId, SeatTypeId
from shared.kernel.personal import ERASED, erase
from shared.registration import waitlist_rules
from shared.registration.pricing import Wanted
from shared.registration.seats import Reservation, Sales, SeatsOfType
from shared.registration.waitlist import (
    PAGE,
    EndOffer,
    EntryState,
    JoinWaitList,
    LeaveWaitList,
    OfferEnded,
    OffersPaused,
    OfferToWaiting,
    Outcome,
    PassedOver,
    WaitEntry,
    Waiting,
    WaitList,
    WaitListJoined,
    WaitListLeft,
    WaitListOffered,
    WaitPage,
    page_of,
)
from tests.spec import CONTEXT, NOW, OFFLINE, SECRET, Given, Memory, given, later

VIP, DAY, DINNER = SeatTypeId("vip"), SeatTypeId("day"), SeatTypeId("dinner")
SALES = Sales(is_open=True, currency="EUR", hold_s=900, seats_per_order=9, orders=0, offer_s=3600)
ANN = PersonId("ann")


def free(**available: int) -> dict[Key, Any]:
    """Open sales, in which so many seats of each type are left of 20."""
    rows = put(SALES)
    for seat_type in (VIP, DAY, DINNER):
        left = available.get(seat_type, 0)
        rows |= put(
            SeatsOfType(name="Seat", price=100, quota=20, available=left, held=0, sold=20 - left, allotted=0), seat_type
        )
    return rows


def wanted(**quantities: int) -> tuple[Wanted, ...]:
    return tuple(Wanted(seat_type=SeatTypeId(one), quantity=quantity) for one, quantity in quantities.items())


def join(entry: str = "e1", **quantities: int) -> JoinWaitList:
    return JoinWaitList(
        entry=entry,
        lines=wanted(**quantities or {"vip": 2}),
        registrant=ANN,
        first_name="Ann",
        last_name="Lee",
        email="ann@example.org",
        language="ko",
    )


def joined(number: int, **quantities: int) -> WaitListJoined:
    return WaitListJoined(
        entry=f"e{number}",
        number=number,
        lines=wanted(**quantities),
        registrant=ANN,
        first_name="Ann",
        last_name="Lee",
        email="ann@example.org",
        language="ko",
        order=None,
        joined_at=NOW,
    )


def waiting(*groups: dict[str, int], rows: dict[Key, Any] | None = None) -> Given:
    """The groups on the list, e1 first."""
    events = [joined(number, **group) for number, group in enumerate(groups, 1)]
    return given(waitlist_rules.decider, *events, rows=free() if rows is None else rows)


def come_free(state: Given, **available: int) -> Given:
    """The same list, with so many seats left."""
    memory = Memory(state.memory.rows)
    memory.update(free(**available))
    return replace(state, memory=memory)


def offers(state: Given) -> tuple[Any, ...]:
    """What comes of a search."""
    return state.when(OfferToWaiting()).events


def offered(state: Given) -> list[str]:
    """To whom seats are offered in a search, in order."""
    return [one.entry for one in offers(state)]


def state_of(state: Given, entry: str) -> EntryState:
    return state.row(WaitEntry, entry).state


# To join


def test_whoever_joins_stands_at_the_end() -> None:
    state = (
        waiting().when(join(vip=2)).then(joined(1, vip=2)).when(join("e2", vip=1, day=3)).then(joined(2, vip=1, day=3))
    )
    assert state.row(WaitList) == WaitList(joined=2, waiting=2, wanted={VIP: 2, DAY: 1}, pages=(0,))
    assert state.row(WaitPage, "0").entries == (
        Waiting(number=1, entry="e1", wanted={VIP: 2}),
        Waiting(number=2, entry="e2", wanted={VIP: 1, DAY: 3}),
    )
    entry = state.row(WaitEntry, "e2")
    assert (entry.state, entry.number, entry.language) == (EntryState.WAITING, 2, "ko")


def test_lines_of_no_seat_are_left_out() -> None:
    waiting().when(join(vip=0, day=1)).then(joined(1, day=1))


def test_an_entry_is_made_once() -> None:
    waiting({"vip": 1}).when(join(vip=1)).refused("wait_entry_exists", entry="e1")


def test_nobody_waits_before_sales_are_opened_or_after_they_are_closed() -> None:
    rows = free()
    del rows[key(Sales)]
    waiting(rows=rows).when(join(vip=1)).refused("sales_closed")
    waiting(rows=free() | put(replace(SALES, is_open=False))).when(join(vip=1)).refused("sales_closed")


def test_nobody_waits_for_what_can_be_had() -> None:
    rows = free(vip=2, day=1)
    waiting(rows=rows).when(join(vip=2)).refused("seats_available")
    waiting(rows=rows).when(join(vip=1, day=1, dinner=0)).refused("seats_available")
    waiting(rows=rows).when(join(vip=2, day=2)).then(joined(1, vip=2, day=2))


def test_nobody_waits_for_nothing_or_for_what_no_order_takes() -> None:
    waiting().when(join(vip=0)).refused("no_seats_wanted")
    waiting().when(join(vip=10)).refused("too_many_seats", seat_type=VIP, most=9)
    waiting().when(join(bus=1)).refused("unknown_seat_type", seat_type="bus")
    twice = replace(join(), lines=(*wanted(vip=1), *wanted(vip=2)))
    waiting().when(twice).refused("seat_type_twice", seat_type=VIP)


def test_nobody_waits_for_more_seats_than_there_will_be() -> None:
    rows = free()
    rows[key(SeatsOfType, DAY)] = replace(rows[key(SeatsOfType, DAY)], quota=3, sold=3)
    waiting(rows=rows).when(join(vip=4, day=4)).refused("never_fits", seat_type=DAY, quota=3)
    waiting(rows=rows).when(join(vip=4, day=3)).then(joined(1, vip=4, day=3))


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"entry": " "}, "entry", "too_short"),
        ({"registrant": PersonId("")}, "registrant", "too_short"),
        ({"first_name": "x" * 101}, "first_name", "too_long"),
        ({"last_name": ""}, "last_name", "too_short"),
        ({"email": "ann"}, "email", "not_an_email_address"),
        ({"language": "Korean"}, "language", "language"),
    ],
)
def test_details_are_checked(changes: dict[str, Any], field: str, rule: str) -> None:
    outcome = waiting().when(replace(join(), **changes))
    assert outcome.rejected is not None
    assert (outcome.rejected.values["field"], outcome.rejected.values["rule"]) == (field, rule)


def test_the_order_that_fell_short_is_kept_and_must_exist() -> None:
    short = replace(join(vip=1), order=OrderId("o1"))
    waiting().when(short).refused("unknown_order", order="o1")
    there = waiting(rows=free() | {Key("registration.orders", "o1"): object()})
    assert there.when(short).then(replace(joined(1, vip=1), order=OrderId("o1"))).row(WaitEntry, "e1").order == "o1"


# Pages


def test_a_page_takes_fifty_and_joining_costs_the_same_however_many_wait() -> None:
    state = waiting(*[{"vip": 1}] * PAGE)
    after = state.when(join(f"e{PAGE + 1}", vip=1)).then(joined(PAGE + 1, vip=1))
    assert [len(page.entries) for page in after.memory.all(WaitPage).values()] == [PAGE, 1]
    assert (page_of(PAGE), page_of(PAGE + 1)) == (0, 1)
    read = [
        len(
            gather(lambda got: waitlist_rules.needs(join("new", vip=1), got), waiting(*[{"vip": 1}] * many).memory).rows
        )
        for many in (0, 1, 3 * PAGE)
    ]
    assert read == [5, 5, 5]


def test_an_empty_page_is_dropped() -> None:
    state = waiting(*[{"vip": 1}] * (PAGE + 2))
    for number in range(PAGE, 0, -1):
        state = state.when(LeaveWaitList(entry=f"e{number}")).then(WaitListLeft(entry=f"e{number}"))
    assert list(state.memory.all(WaitPage)) == ["1"]
    assert state.row(WaitList).waiting == 2
    assert state.row(WaitList).pages == (1,)
    after = come_free(state, vip=1).when(OfferToWaiting()).state
    assert (after.row(WaitList).pages, after.row(WaitList).waiting) == ((1,), 1)


def test_a_list_that_ran_empty_has_no_page_until_the_next_one_joins() -> None:
    state = waiting(*[{"vip": 1}] * PAGE)
    after = come_free(state, vip=9).when(OfferToWaiting()).state
    for number in range(10, PAGE):
        after = after.when(LeaveWaitList(entry=f"e{number}")).state
    assert len(after.row(WaitPage, "0").entries) == 1
    last = come_free(after, vip=1).when(OfferToWaiting()).state
    last.lacks(WaitPage, "0")
    assert last.row(WaitList) == WaitList(joined=PAGE, waiting=0, wanted={}, pages=())
    again = last.when(join(f"e{PAGE + 1}", vip=1)).then(joined(PAGE + 1, vip=1))
    assert [one.entry for one in again.row(WaitPage, "1").entries] == [f"e{PAGE + 1}"]
    assert again.row(WaitList).pages == (1,)


def test_pages_that_are_gone_between_others_are_passed() -> None:
    state = waiting({"vip": 9}, *[{"vip": 1}] * 2 * PAGE)
    for number in range(2, 2 * PAGE + 1):
        state = state.when(LeaveWaitList(entry=f"e{number}")).state
    assert list(state.memory.all(WaitPage)) == ["0", "2"]
    assert state.row(WaitList).pages == (0, 2)
    passed = come_free(state, vip=3).when(OfferToWaiting())
    assert [(one.entry, one.passed_over) for one in passed.events] == [(f"e{2 * PAGE + 1}", ("e1",))]
    assert passed.state.row(WaitList).pages == (0,)
    nobody_in_front = state.when(LeaveWaitList(entry="e1")).state
    assert nobody_in_front.row(WaitList).pages == (2,)
    assert offered(come_free(nobody_in_front, vip=3)) == [f"e{2 * PAGE + 1}"]


def test_a_page_on_which_nobody_is_passed_over_stays_as_it_is() -> None:
    state = waiting({"vip": 9}, *[{"dinner": 1}] * (2 * PAGE - 1), {"vip": 1})
    after = come_free(state, vip=1).when(OfferToWaiting()).state
    assert after.row(WaitPage, "0").entries[0].passed_over is not None
    assert after.row(WaitPage, "1") is state.row(WaitPage, "1")


def test_who_came_and_went_behind_an_old_entry_costs_a_search_nothing() -> None:
    def read(state: Given) -> int:
        free_now = come_free(state, vip=1).memory
        return len(gather(lambda got: waitlist_rules.needs(OfferToWaiting(), got), free_now).rows)

    state = old = waiting({"vip": 2})
    for number in range(2, 5 * PAGE):
        state = state.when(join(f"e{number}", vip=2)).state.when(LeaveWaitList(entry=f"e{number}")).state
    assert state.row(WaitList) == replace(old.row(WaitList), joined=5 * PAGE - 1)
    assert read(state) == read(old) == 4


# To leave


def test_whoever_leaves_is_offered_nothing() -> None:
    state = waiting({"vip": 1}, {"vip": 1}).when(LeaveWaitList(entry="e1")).then(WaitListLeft(entry="e1"))
    assert state_of(state, "e1") == EntryState.LEFT
    assert offered(come_free(state, vip=2)) == ["e2"]
    state.when(LeaveWaitList(entry="e1")).nothing()


def test_an_unknown_entry_cannot_leave() -> None:
    waiting().when(LeaveWaitList(entry="e1")).refused("unknown_wait_entry", entry="e1")


# Offers


def test_an_offer_holds_its_seats_until_its_deadline() -> None:
    state = come_free(waiting({"vip": 2, "day": 1}), vip=3, day=1)
    offer = WaitListOffered(
        entry="e1",
        order=order_of(state, "e1"),
        seats={VIP: 2, DAY: 1},
        offered_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        passed_over=(),
        free={},
    )
    after = state.when(OfferToWaiting()).then(offer)
    assert (after.row(SeatsOfType, VIP).available, after.row(SeatsOfType, VIP).held) == (1, 2)
    assert after.row(Reservation, offer.order).held == {VIP: 2, DAY: 1}
    entry = after.row(WaitEntry, "e1")
    assert (entry.state, entry.offer, entry.offered_until) == (EntryState.OFFERED, offer.order, offer.expires_at)
    after.when(OfferToWaiting()).nothing()


def order_of(state: Given, entry: str) -> OrderId:
    (order,) = [one.order for one in offers(state) if one.entry == entry]
    return OrderId(order)


def test_nobody_can_know_the_offered_order_beforehand() -> None:
    state = come_free(waiting({"vip": 1}), vip=1)
    other = replace(CONTEXT, secret=SECRET[::-1])
    assert order_of(state, "e1") == order_of(state, "e1") != order_of(state.at(other), "e1")


def test_a_desktop_makes_no_offer_because_it_cannot_know_the_order() -> None:
    come_free(waiting({"vip": 1}), vip=1).at(OFFLINE).when(OfferToWaiting()).nothing()


@pytest.mark.parametrize(("many", "first", "second"), [(50, 50, 0), (51, 50, 1), (103, 50, 50)])
def test_a_search_makes_fifty_offers_and_says_when_more_may_fit(many: int, first: int, second: int) -> None:
    state = waiting(*[{"vip": 1}] * many)
    rows = free(vip=1000)
    once = replace(state, memory=Memory({**state.memory.rows, **rows})).when(OfferToWaiting())
    assert [one.entry for one in once.events[:first]] == [f"e{number}" for number in range(1, first + 1)]
    assert list(once.events[first:]) == ([OffersPaused()] if many > first else [])
    again = once.state.when(OfferToWaiting())
    assert len([one for one in again.events if isinstance(one, WaitListOffered)]) == second
    entries = {at.id for at in gather(lambda got: waitlist_rules.needs(OfferToWaiting(), got), once.state.memory).rows}
    assert len(entries & {f"e{number}" for number in range(1, many + 1)}) == second


def test_a_search_that_ends_with_the_last_seat_is_over_after_fifty_offers() -> None:
    offers_made = offers(come_free(waiting(*[{"vip": 1}] * 51), vip=50))
    assert [type(one) for one in offers_made] == [WaitListOffered] * 50


def test_nothing_is_offered_when_nobody_waits_or_sales_are_closed() -> None:
    waiting(rows=free(vip=5)).when(OfferToWaiting()).nothing()
    given(waitlist_rules.decider).when(OfferToWaiting()).nothing()
    closed = waiting({"vip": 1}, rows=free(vip=5) | put(replace(SALES, is_open=False)))
    closed.when(OfferToWaiting()).nothing()


def test_a_list_that_everybody_left_is_not_searched() -> None:
    left = waiting({"vip": 1}).when(LeaveWaitList(entry="e1")).state
    come_free(left, vip=1).when(OfferToWaiting()).nothing()


def test_a_search_reads_no_page_when_nothing_that_is_wanted_is_free() -> None:
    state = come_free(waiting({"vip": 1}), day=5)
    found = gather(lambda got: waitlist_rules.needs(OfferToWaiting(), got), state.memory)
    assert set(found.rows) == {key(WaitList), key(Sales), key(SeatsOfType, VIP)}


def test_seats_go_to_those_in_front_as_long_as_there_are_any() -> None:
    assert offered(come_free(waiting({"vip": 2}, {"vip": 1}, {"vip": 1}), vip=3)) == ["e1", "e2"]


def test_a_group_gets_all_of_its_seats_of_all_types_or_none() -> None:
    state = waiting({"vip": 2, "day": 2})
    assert offered(come_free(state, vip=5, day=1)) == []
    assert offered(come_free(state, vip=2, day=2)) == ["e1"]


def test_whoever_is_passed_over_can_see_why() -> None:
    state = come_free(waiting({"vip": 4, "day": 1}, {"dinner": 1}, {"vip": 2}), vip=3, day=5)
    after = state.when(OfferToWaiting())
    (offer,) = after.events
    assert (offer.entry, offer.passed_over, offer.free) == ("e3", ("e1",), {VIP: 3, DAY: 5})
    first, second = after.state.row(WaitPage, "0").entries
    assert first.passed_over == PassedOver(free={VIP: 3, DAY: 5}, at=NOW, times=1)
    assert second.passed_over is None, "nobody got what it wants"


def test_a_later_search_counts_and_says_what_was_free_then() -> None:
    once = come_free(waiting({"vip": 4}, {"vip": 1}, {"vip": 1}), vip=1).when(OfferToWaiting()).state
    again = come_free(once, vip=2).at(later(hours=1)).when(OfferToWaiting()).state
    (front,) = again.row(WaitPage, "0").entries
    assert front.passed_over == PassedOver(free={VIP: 2}, at=NOW + timedelta(hours=1), times=2)


def test_in_one_search_each_is_passed_over_once() -> None:
    state = come_free(waiting({"vip": 9}, {"vip": 1}, {"vip": 5}, {"vip": 1}, {"day": 7}, {"day": 1}), vip=4, day=3)
    told = [(one.entry, one.passed_over, one.free) for one in offers(state)]
    assert told == [("e2", ("e1",), {VIP: 4}), ("e4", ("e3",), {VIP: 3}), ("e6", ("e5",), {DAY: 3})]


def test_whoever_waits_for_others_is_passed_over_later_or_not_at_all() -> None:
    state = come_free(waiting({"day": 7}, {"vip": 1}, {"dinner": 1}, {"day": 1}), vip=1, day=3)
    told = [(one.entry, one.passed_over, one.free) for one in offers(state)]
    assert told == [("e2", (), {}), ("e4", ("e1",), {DAY: 3})]


def test_those_behind_the_last_offer_are_not_passed_over() -> None:
    state = come_free(waiting({"vip": 1}, {"vip": 5}), vip=2)
    (behind,) = state.when(OfferToWaiting()).state.row(WaitPage, "0").entries
    assert behind.passed_over is None


def test_an_erased_person_leaves_when_their_turn_comes() -> None:
    state = waiting({"vip": 2}, {"vip": 3}, {"vip": 2})
    gone = erase(replace(state.row(WaitEntry, "e1"), registrant=PersonId("bo")), "bo")
    memory = Memory(state.memory.rows)
    memory.update(put(gone, "e1"))
    state = come_free(replace(state, memory=memory), vip=2)
    after = state.when(OfferToWaiting())
    assert after.events[0] == WaitListLeft(entry="e1")
    assert [(one.entry, one.passed_over) for one in after.events[1:]] == [("e3", ("e2",))]
    assert state_of(after.state, "e1") == EntryState.LEFT
    assert after.state.row(WaitEntry, "e1").email is ERASED
    assert [one.entry for one in after.state.row(WaitPage, "0").entries] == ["e2"]


# The end of an offer


def offer_open() -> Given:
    return come_free(waiting({"vip": 1}), vip=1).when(OfferToWaiting()).state


@pytest.mark.parametrize("outcome", Outcome)
def test_an_offer_ends_once(outcome: Outcome) -> None:
    state = offer_open()
    order = state.row(WaitEntry, "e1").offer
    assert order is not None
    end = EndOffer(entry="e1", order=order, outcome=outcome)
    ended = state.when(end).then(OfferEnded(entry="e1", outcome=outcome))
    assert state_of(ended, "e1") == EntryState(outcome.value)
    ended.when(LeaveWaitList(entry="e1")).nothing()
    if outcome != Outcome.LAPSED:
        ended.when(end).nothing()


def test_late_money_accepts_an_offer_that_lapsed() -> None:
    state = offer_open()
    order = state.row(WaitEntry, "e1").offer
    assert order is not None
    lapse = EndOffer(entry="e1", order=order, outcome=Outcome.LAPSED)
    accept = replace(lapse, outcome=Outcome.ACCEPTED)
    lapsed = state.when(lapse).state
    lapsed.when(lapse).nothing()
    accepted = lapsed.when(accept).then(OfferEnded(entry="e1", outcome=Outcome.ACCEPTED))
    accepted.when(lapse).nothing()


def test_another_order_or_entry_ends_no_offer() -> None:
    offer_open().when(EndOffer(entry="e1", order=OrderId("o1"), outcome=Outcome.ACCEPTED)).nothing()
    offer_open().when(EndOffer(entry="e2", order=OrderId("o1"), outcome=Outcome.ACCEPTED)).nothing()


def test_to_leave_with_an_open_offer_is_to_decline_it() -> None:
    state = offer_open().when(LeaveWaitList(entry="e1")).then(OfferEnded(entry="e1", outcome=Outcome.DECLINED))
    assert state_of(state, "e1") == EntryState.DECLINED
