"""The wait list end to end: seats that come free become offers, offers become orders, and nobody is cheated."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.access.access import ErasePerson
from shared.conference.conference import PER_ORDER_USUAL, EditConference, PublishConference, UnpublishConference
from shared.conference.seat_types import EditSeatType
from shared.execute import Execution, gather
from shared.kernel.decider import Deadline, Mail
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId, OrderId, PersonId
from shared.registration import waitlist_process
from shared.registration.allotments import LeaseAllotment, ReturnAllotment
from shared.registration.assignments import CancelSeats
from shared.registration.order import CancelOrder, ConfirmFreeOrder, UpdateOrder
from shared.registration.order_state import Order, OrderState
from shared.registration.pricing import Wanted
from shared.registration.waitlist import (
    EntryState,
    JoinWaitList,
    LeaveWaitList,
    OfferToWaiting,
    WaitEntry,
    WaitList,
    WaitListOffered,
)
from tests.shared.registration.world import DAY, VIP, World
from tests.spec import DOOR, NOW, REGISTRANT

DAY_M = 24 * 60


def join(world: World, entry: str, *, vip: int = 0, day: int = 0) -> Execution:
    lines = (Wanted(seat_type=VIP, quantity=vip), Wanted(seat_type=DAY, quantity=day))
    return world.send(
        JoinWaitList(
            entry=entry,
            lines=lines,
            registrant=PersonId(f"person of {entry}"),
            first_name="Bo",
            last_name="Kim",
            email="bo@example.org",
            language="ko",
        ),
        REGISTRANT,
    )


def entry_of(world: World, entry: str) -> WaitEntry:
    row = world.memory.get(WaitEntry, entry)
    assert row is not None
    return row


def offered_order(world: World, entry: str) -> tuple[OrderId, Order]:
    id = entry_of(world, entry).offer
    assert id is not None
    return id, world.order(id)


def sold_out(**kwargs: Any) -> World:
    """Order o1 holds all five seats of type VIP."""
    world = World(**kwargs)
    world.place("o1", vip=5)
    return world


# From seats to offers


def test_whoever_joins_is_told_by_mail() -> None:
    world = sold_out()
    done = join(world, "e1", vip=2)
    assert done.effects == [Mail(template="waitlist_joined", about="e1")]


def test_while_sales_are_closed_seats_are_kept_until_they_open_again() -> None:
    world = sold_out()
    join(world, "e1", vip=2)
    world.send(UnpublishConference())
    world.send(CancelOrder(order=OrderId("o1")))
    assert entry_of(world, "e1").state == EntryState.WAITING
    world.send(PublishConference())
    order, row = offered_order(world, "e1")
    assert (row.state, row.seats) == (OrderState.RESERVED, {VIP: 2})
    assert world.mail[-1] == Mail(template="waitlist_offer", about=order)


def test_an_offered_order_has_what_the_entry_says_and_the_offers_own_deadline() -> None:
    world = sold_out()
    world.send(EditConference(offer_s=Edit(seen=86_400, new=7200)))
    join(world, "e1", vip=2, day=1)
    world.send(CancelOrder(order=OrderId("o1")))
    entry = entry_of(world, "e1")
    _, order = offered_order(world, "e1")
    assert (order.state, order.seats, order.total) == (OrderState.RESERVED, {VIP: 2, DAY: 1}, 300)
    assert (order.registrant, order.last_name, order.language) == ("person of e1", "Kim", "ko")
    assert (order.offer_of, order.expires_at) == ("e1", entry.offered_until)
    assert (order.expires_at - world.context.now).total_seconds() == 7200


def test_two_offers_of_one_search_hold_two_seats_each_exactly() -> None:
    world = sold_out()
    for entry in ("e1", "e2", "e3"):
        join(world, entry, vip=2)
    world.send(CancelOrder(order=OrderId("o1")))
    assert [offered_order(world, entry)[1].seats for entry in ("e1", "e2")] == [{VIP: 2}, {VIP: 2}]
    assert entry_of(world, "e3").state == EntryState.WAITING
    assert (world.seats().available, world.seats().held) == (1, 4)


def confirmed(**kwargs: Any) -> World:
    world = sold_out(price=0, **kwargs)
    world.send(ConfirmFreeOrder(order=OrderId("o1")))
    return world


WAYS = {
    "fewer are wanted": UpdateOrder(order=OrderId("o1"), lines=(Wanted(seat_type=VIP, quantity=3),)),
    "others are wanted": UpdateOrder(order=OrderId("o1"), lines=(Wanted(seat_type=DAY, quantity=1),)),
    "the order is cancelled": CancelOrder(order=OrderId("o1")),
    "the quota grows": EditSeatType(seat_type=VIP, quota=Edit(seen=5, new=7)),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_seats_that_come_free_are_offered_at_once(way: Any) -> None:
    world = sold_out()
    join(world, "e1", vip=2)
    world.send(way)
    assert entry_of(world, "e1").state == EntryState.OFFERED


def test_seats_of_an_order_that_expires_are_offered_at_once() -> None:
    world = sold_out()
    join(world, "e1", vip=2)
    expire(world)
    assert world.order("o1").state == OrderState.EXPIRED
    assert entry_of(world, "e1").state == EntryState.OFFERED


def expire(world: World, minutes: float = 15) -> None:
    """Let so much time pass; the warning's deadline is followed by the order's own."""
    world.wait(minutes=minutes)
    world.wait(minutes=0)


def test_cancelled_seats_are_offered() -> None:
    world = confirmed()
    join(world, "e1", vip=2)
    world.send(CancelSeats(order=OrderId("o1"), positions=(1, 3)))
    assert entry_of(world, "e1").state == EntryState.OFFERED


def test_what_a_desk_gives_back_is_offered() -> None:
    world = World()
    world.send(LeaseAllotment(allotment="a1", desk=DeviceId(DOOR.id), seat_type=VIP, quantity=5), DOOR)
    join(world, "e1", vip=2)
    world.send(ReturnAllotment(allotment="a1"), DOOR)
    assert entry_of(world, "e1").state == EntryState.OFFERED


# Many offers


def crowd(waiting: int) -> World:
    """So many wait for one of the seats that o1 holds."""
    world = World(vip=300)
    world.send(EditConference(seats_per_order=Edit(seen=PER_ORDER_USUAL, new=300)))
    world.place("o1", vip=300)
    for number in range(waiting):
        join(world, f"e{number}", vip=1)
    return world


def offered_now(world: World) -> int:
    return sum(isinstance(one, WaitListOffered) for one in world.events)


@pytest.mark.parametrize("way", ["a command", "a deadline"])
def test_many_offers_are_made_fifty_a_commit_until_all_are_made(way: str) -> None:
    world, made = crowd(120), []
    if way == "a command":
        world.send(CancelOrder(order=OrderId("o1")))
    else:
        expire(world)
    for _ in range(4):
        made.append(offered_now(world))
        world.wait(minutes=0.1)
    assert made == [50, 100, 120, 120]
    assert "wait list" not in world.deadlines
    head = world.memory.get(WaitList)
    assert head is not None
    assert (head.waiting, head.pages) == (0, ())


def test_what_goes_on_is_due_at_once_and_after_the_deadline_that_brought_it_also_when_the_clock_stands_still() -> None:
    world = crowd(120)
    world.send(CancelOrder(order=OrderId("o1")))
    first = world.deadlines["wait list"]
    assert first.due is not None
    assert first == Deadline(key="wait list", due=first.due, command=OfferToWaiting())
    world.context = replace(world.context, now=first.due)
    world.send(first.command)
    second = world.deadlines["wait list"].due
    assert second is not None
    assert NOW < first.due < second < NOW + timedelta(seconds=1)


def test_a_search_that_comes_twice_offers_nothing_twice() -> None:
    world = crowd(70)
    world.send(CancelOrder(order=OrderId("o1")))
    for _ in range(3):
        world.send(OfferToWaiting())
    assert offered_now(world) == 70
    world.wait(minutes=0.1)
    offered = [one.entry for one in world.events if isinstance(one, WaitListOffered)]
    assert offered == [f"e{number}" for number in range(70)]


# From offers to their ends


def offer(**kwargs: Any) -> tuple[World, OrderId]:
    """Two wait for what is not there, and the first is offered it."""
    world = sold_out(**kwargs)
    join(world, "e1", vip=5)
    join(world, "e2", vip=4)
    world.send(CancelOrder(order=OrderId("o1")))
    return world, offered_order(world, "e1")[0]


def test_an_offer_that_lapses_goes_to_the_next() -> None:
    world, order = offer()
    world.wait(minutes=DAY_M - 1)
    assert entry_of(world, "e1").state == EntryState.OFFERED
    expire(world, 1)
    assert world.order(order).state == OrderState.EXPIRED
    assert (entry_of(world, "e1").state, entry_of(world, "e2").state) == (EntryState.LAPSED, EntryState.OFFERED)


def test_an_offer_that_is_declined_by_cancelling_or_by_leaving_goes_to_the_next() -> None:
    world, order = offer()
    world.send(CancelOrder(order=order), REGISTRANT)
    left, other = offer()
    left.send(LeaveWaitList(entry="e1"), REGISTRANT)
    assert left.order(other).state == OrderState.CANCELLED
    for one in (world, left):
        assert (entry_of(one, "e1").state, entry_of(one, "e2").state) == (EntryState.DECLINED, EntryState.OFFERED)


def test_to_leave_after_the_deadline_and_before_its_command_lets_the_order_expire() -> None:
    world, order = offer()
    world.wait(minutes=DAY_M + 1, run_deadlines=False)
    world.send(LeaveWaitList(entry="e1"), REGISTRANT)
    assert world.order(order).state == OrderState.EXPIRED
    assert entry_of(world, "e2").state == EntryState.OFFERED


def test_an_offer_that_is_confirmed_is_accepted() -> None:
    world, order = offer(price=0)
    world.send(ConfirmFreeOrder(order=order), REGISTRANT)
    assert entry_of(world, "e1").state == EntryState.ACCEPTED
    assert world.reservation(order).sold == {VIP: 5}
    world.send(CancelOrder(order=order))
    assert (entry_of(world, "e1").state, entry_of(world, "e2").state) == (EntryState.ACCEPTED, EntryState.OFFERED)


def test_after_an_offer_lapsed_one_may_join_again() -> None:
    world, _ = offer()
    expire(world, DAY_M)
    join(world, "e1 again", vip=5)
    expire(world, DAY_M)
    assert offered_order(world, "e1 again")[1].seats == {VIP: 5}


def test_every_event_that_comes_again_changes_nothing() -> None:
    world, order = offer()
    join(world, "e3", vip=5)
    world.send(LeaveWaitList(entry="e1"))
    world.send(ErasePerson(person=PersonId("person of e3")))
    before, events = dict(world.memory.rows), list(world.events)
    assert world.order(order).state == OrderState.CANCELLED
    for event in events:
        if type(event) in waitlist_process.process.events:
            found = gather(lambda got, event=event: waitlist_process.needs(event, got), world.memory)  # type: ignore[misc]
            for step in waitlist_process.react(event, found, world.context):
                if not isinstance(step, Mail):
                    world.send(step)
    assert world.memory.rows == before


def test_the_end_of_an_offer_whose_order_is_not_there_asks_for_nothing() -> None:
    """A desktop may lack it, or make it later."""
    world, order = offer()
    world.send(LeaveWaitList(entry="e1"))
    event = next(one for one in world.events if type(one).__name__ == "OfferEnded")
    world.memory.rows = {at: row for at, row in world.memory.rows.items() if at.id != order}
    found = gather(lambda got: waitlist_process.needs(event, got), world.memory)
    assert waitlist_process.react(event, found, world.context) == []


# The cost


def cost(waiting: int) -> tuple[int, int]:
    """How many rows an order of seats that are left reads and writes while so many wait for others."""
    world = sold_out(day=100)
    for number in range(waiting):
        join(world, f"e{number}", vip=1)
    before = world.memory.fetched
    done = world.place("o2", day=1)
    return world.memory.fetched - before, len(done.changes)


def test_an_order_costs_the_same_however_many_wait() -> None:
    assert cost(0) == cost(1) == cost(120)
