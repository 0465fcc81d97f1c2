"""The wait list in any order of anything: no seat is offered twice, and nobody who fits is left waiting."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from shared.access.access import ErasePerson
from shared.conference.conference import PublishConference, UnpublishConference
from shared.conference.seat_types import EditSeatType
from shared.kernel.decider import Recorded
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId, OrderId, PersonId, SeatTypeId
from shared.kernel.personal import Erased
from shared.registration.allotments import LeaseAllotment, WriteOffAllotment
from shared.registration.assignments import CancelSeats
from shared.registration.order import CancelOrder, ConfirmFreeOrder, PlaceOrder, UpdateOrder
from shared.registration.order_state import Order, OrderState
from shared.registration.pricing import Wanted
from shared.registration.seats import Reservation, Sales, SeatsOfType
from shared.registration.waitlist import (
    EntryState,
    JoinWaitList,
    LeaveWaitList,
    OfferToWaiting,
    WaitEntry,
    Waiting,
    WaitList,
    WaitListOffered,
    WaitPage,
    page_of,
)
from shared.replay import Replay, is_same, without
from tests.shared.registration.world import DAY, VIP, World

DAY_M = 24 * 60


class Line:
    """Runs a script of joins, orders and returns over too few seats, and looks for anybody who was cheated."""

    def __init__(self) -> None:
        self.world = World(vip=4, day=3, price=0)
        self.replay = Replay()
        self.position = 0
        self.joined = 0
        self.placed = 0
        self.seen = 0
        self.run("place", 0, 3, 0)
        self.run("place", 0, 0, 3)
        self.run("confirm", 2, 0, 0)

    def attempt(self, command: Any) -> None:
        """Run a command; refused or not, the list is as it should be."""
        self.world.attempt(command)
        if isinstance(command, ErasePerson):
            self.world.memory.update(without(self.world.memory.rows, command.person))
        self.check()

    def run(self, step: str, number: int, vip: int, day: int) -> None:
        world, order = self.world, self.order(number)
        lines = (Wanted(seat_type=VIP, quantity=vip), Wanted(seat_type=DAY, quantity=day))
        match step:
            case "join":
                self.joined += 1
                self.attempt(self.join(f"e{self.joined}", lines))
            case "leave":
                self.attempt(LeaveWaitList(entry=f"e{number}"))
            case "place":
                self.placed += 1
                self.attempt(PlaceOrder(order=OrderId(f"o{self.placed}"), lines=lines))
            case "update":
                self.attempt(UpdateOrder(order=order, lines=lines))
            case "confirm":
                self.attempt(ConfirmFreeOrder(order=order))
            case "cancel":
                self.attempt(CancelOrder(order=order))
            case "cancel seats":
                self.attempt(CancelSeats(order=order, positions=(vip,)))
            case "lease":
                self.attempt(
                    LeaseAllotment(allotment=f"a{number % 2}", desk=DeviceId("d"), seat_type=VIP, quantity=vip)
                )
            case "return":
                self.attempt(WriteOffAllotment(allotment=f"a{number % 2}"))
            case "quota":
                self.attempt(EditSeatType(seat_type=DAY, quota=Edit(seen=world.seats(DAY).quota, new=vip + day)))
            case "erase":
                self.attempt(ErasePerson(person=PersonId(f"person of e{min(number, self.joined)}")))
            case "close":
                self.attempt(UnpublishConference())
            case "open":
                self.attempt(PublishConference())
            case "search":
                self.attempt(OfferToWaiting())
            case _:
                self.wait(number)

    def join(self, entry: str, lines: tuple[Wanted, ...]) -> JoinWaitList:
        return JoinWaitList(
            entry=entry,
            lines=lines,
            registrant=PersonId(f"person of {entry}"),
            first_name="Bo",
            last_name="Kim",
            email="bo@example.org",
        )

    def order(self, number: int) -> OrderId:
        """An order that was placed, for an even number, else one that was offered."""
        entry = self.world.memory.get(WaitEntry, f"e{number // 2 + 1}")
        offered = None if entry is None else entry.offer
        return offered if number % 2 and offered is not None else OrderId(f"o{(number + 1) // 2}")

    def wait(self, number: int) -> None:
        """Let the time to the next deadline, or a bit, pass, and each deadline come in a commit of its own."""
        world = self.world
        world.wait(minutes=(10, 20, DAY_M)[number % 3], run_deadlines=False)
        while due := [one for one in world.deadlines.values() if one.due is not None and one.due <= world.context.now]:
            del world.deadlines[due[0].key]
            self.attempt(due[0].command)

    def check(self) -> None:
        """What must be so after every commit, and of the events that are new."""
        events, self.seen = self.world.events[self.seen :], len(self.world.events)
        self.position += 1
        recorded = Recorded(at=self.world.context.now, actor=self.world.context.actor, command_id="command-1")
        self.replay.commit(self.position, events, recorded)
        self.check_seats()
        waiting = self.check_pages()
        self.check_offers(events, waiting)
        self.check_nobody_fits(waiting)

    def check_seats(self) -> None:
        memory = self.world.memory
        for seat_type, seats in memory.all(SeatsOfType).items():
            parts = (seats.available, seats.held, seats.sold, seats.allotted)
            assert sum(parts) == seats.quota
            assert min(parts) >= 0
            reserved = memory.all(Reservation).values()
            assert seats.held == sum(one.held.get(SeatTypeId(seat_type), 0) for one in reserved)
            assert seats.sold == sum(one.sold.get(SeatTypeId(seat_type), 0) for one in reserved)

    def check_pages(self) -> list[Waiting]:
        """Who waits, in order."""
        memory = self.world.memory
        pages = {int(number): page.entries for number, page in memory.all(WaitPage).items()}
        waiting = [one for number in sorted(pages) for one in pages[number]]
        assert [page_of(one.number) for one in waiting] == [n for n in sorted(pages) for _ in pages[n]]
        assert all(pages.values()), "an empty page is dropped"
        entries = memory.all(WaitEntry)
        there = sorted((one.number, id) for id, one in entries.items() if one.state == EntryState.WAITING)
        assert [(one.number, one.entry) for one in waiting] == there
        for one in waiting:
            assert one.wanted == {line.seat_type: line.quantity for line in entries[one.entry].lines}
        head = memory.get(WaitList)
        if head is None:
            assert not entries
            return []
        wanted = Counter(seat_type for one in waiting for seat_type in one.wanted)
        assert (head.joined, head.waiting, head.wanted) == (len(entries), len(waiting), dict(wanted))
        assert tuple(sorted(pages)) == head.pages
        return waiting

    def check_offers(self, events: list[Any], waiting: list[Waiting]) -> None:
        memory, reasons = self.world.memory, dict[str, dict[SeatTypeId, int]]()
        for event in [one for one in events if isinstance(one, WaitListOffered)]:
            reasons |= dict.fromkeys(event.passed_over, event.free)
            entry, order = memory.get(WaitEntry, event.entry), memory.get(Order, event.order)
            assert entry is not None
            assert order is not None
            assert (order.offer_of, order.state, order.seats) == (event.entry, OrderState.RESERVED, event.seats)
            assert not isinstance(entry.email, Erased)
            for one in waiting:
                if one.number < entry.number and one.wanted.keys() & event.seats.keys():
                    free = reasons[one.entry]
                    assert any(free[seat_type] < quantity for seat_type, quantity in one.wanted.items())
                    assert one.passed_over is not None
                    assert one.passed_over.at == self.world.context.now
        for id, entry in memory.all(WaitEntry).items():
            order = None if entry.offer is None else memory.get(Order, entry.offer)
            is_open = order is not None and order.state in {OrderState.RESERVED, OrderState.PARTIALLY_RESERVED}
            assert (entry.state == EntryState.OFFERED) == is_open, id

    def check_nobody_fits(self, waiting: list[Waiting]) -> None:
        """Whoever could have seats that are free was offered them."""
        sales = self.world.memory.get(Sales)
        assert sales is not None
        free = {id: seats.available for id, seats in self.world.memory.all(SeatsOfType).items()}
        for one in waiting if sales.is_open else ():
            entry = self.world.memory.get(WaitEntry, one.entry)
            assert entry is not None
            fits = all(free[seat_type] >= quantity for seat_type, quantity in one.wanted.items())
            assert isinstance(entry.email, Erased) or not fits, one


STEPS = st.sampled_from(
    (
        *("join", "join", "join", "leave", "place", "place", "update", "confirm", "cancel", "cancel seats", "wait"),
        *("lease", "return", "quota", "erase", "close", "open", "search"),
    )
)
SCRIPTS = st.lists(st.tuples(STEPS, st.integers(1, 7), st.integers(0, 3), st.integers(0, 2)), max_size=40)


@settings(max_examples=300)
@for_all(script=SCRIPTS)
def test_no_seat_is_offered_twice_and_nobody_who_fits_is_left_waiting(script: list[tuple[str, int, int, int]]) -> None:
    line = Line()
    for step in script:
        line.run(*step)
    rebuilt = {at: row for at, row in line.replay.rows.items() if row is not None}
    assert rebuilt.keys() == line.world.memory.rows.keys()
    assert [at for at, row in rebuilt.items() if not is_same(row, line.world.memory.rows[at])] == []


@pytest.mark.parametrize("waiting", [1, 51, 101])
def test_everybody_gets_a_turn_across_pages(waiting: int) -> None:
    line = Line()
    line.run("place", 0, 1, 0)
    for _ in range(waiting):
        line.run("join", 0, 1, 0)
    line.attempt(CancelOrder(order=OrderId("o1")))
    while line.check_pages():
        line.run("wait", 2, 0, 0)
    assert line.world.memory.all(WaitPage) == {}
    offers = [one.entry for one in line.world.events if isinstance(one, WaitListOffered)]
    assert offers == [f"e{number}" for number in range(1, waiting + 1)]
