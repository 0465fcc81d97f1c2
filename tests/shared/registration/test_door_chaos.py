"""Desks that sell offline and sync late, twice, in any order and beyond their leases: seats and money add up."""

from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from shared.checkin.verdict import Attendee, Pass
from shared.checkin.views import Expected
from shared.conference.seat_types import EditSeatType, SeatType
from shared.kernel.decider import Actor, Rejected, Role
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId, OrderId, PersonId, SeatTypeId
from shared.payments.payment import Payment, RefundState
from shared.payments.views import Balance
from shared.registration.allotments import Allotment, LeaseAllotment, ReturnAllotment, WriteOffAllotment, blank_ids
from shared.registration.assignments import Assignments, CancelSeats, SeatAssignment
from shared.registration.door_sale import (
    DoorSale,
    RecordDoorSale,
    RecordTillCount,
    SeatAtDoor,
    Source,
    Takings,
    TillCount,
    VoidDoorSale,
    order_of,
)
from shared.registration.order import CancelOrder, ReseatOrder
from shared.registration.order_state import Order
from shared.registration.receipts import Attention, Method
from shared.registration.seats import Reservation, SeatsOfType
from tests.shared.registration.world import DAY, VIP, World
from tests.spec import NOW

GONE: Final = SeatTypeId("gone")
METHODS: Final = (Method.CASH, Method.TERMINAL)


class Doors:
    """Two desks, each with a lease and a queue of what it did without a network; the server, and web orders beside."""

    def __init__(self) -> None:
        self.world = World(vip=3, day=2)
        self.desks = [Actor(role=Role.DOOR, id=f"desk-{number}") for number in range(2)]
        self.queues: list[list[Any]] = [[], []]
        self.sent: list[tuple[int, Any]] = []
        self.sold: list[list[RecordDoorSale]] = [[], []]
        self.web = 0
        self.late_leases = [0, 0]
        self.counted: dict[str, tuple[TillCount, ...]] = {}
        for number in range(2):
            self.lease(number, 2)

    def lease(self, desk: int, quantity: int) -> None:
        command = LeaseAllotment(
            allotment=f"a{desk}", desk=DeviceId(self.desks[desk].id), seat_type=VIP, quantity=quantity
        )
        self.attempt(command, desk)

    def attempt(self, command: Any, desk: int) -> None:
        """Facts are never refused; what else may be, is not done."""
        with nullcontext() if isinstance(command, RecordDoorSale | RecordTillCount) else suppress(Rejected):
            self.world.send(command, self.desks[desk])

    def run(self, step: str, desk: int, which: int) -> None:
        world = self.world
        match step:
            case "sell":
                self.sell(desk, which)
            case "sell now":
                self.sell(desk, which)
                self.sync(desk)
            case "void":
                if self.sold[desk]:
                    self.queues[desk].append(
                        VoidDoorSale(order=order_of(self.sold[desk][which % len(self.sold[desk])]))
                    )
            case "void by the organizer":
                for sale in self.sold[desk][:which]:
                    world.attempt(VoidDoorSale(order=order_of(sale)))
            case "lease late":
                self.late_leases[desk] += 1
                command = LeaseAllotment(
                    allotment=self.allotment(desk), desk=DeviceId(self.desks[desk].id), seat_type=VIP, quantity=which
                )
                self.queues[desk].append(command)
            case "count":
                till = f"till-{desk}"
                self.queues[desk].append(
                    RecordTillCount(till=till, currency="EUR", opening=50, counted=which * 100, counted_at=NOW)
                )
            case "return":
                self.queues[desk].append(ReturnAllotment(allotment=f"a{desk}"))
            case "write off":
                world.attempt(WriteOffAllotment(allotment=f"a{desk}"))
            case "quota":
                known = world.memory.get(SeatType, VIP)
                assert known is not None
                world.attempt(EditSeatType(seat_type=VIP, quota=Edit(seen=known.quota, new=which * 2)))
            case "sell on a copy":
                self.sell_on_a_copy(desk)
            case "sync":
                self.sync(desk)
            case "sync again":
                for sender, command in self.sent[-which:]:
                    self.attempt(command, sender)
            case "order":
                self.web += 1
                order = f"web-{self.web}"
                world.place(order, vip=which, day=1)
                if world.order(order).total:
                    world.pay(order, f"payment of {order}")
            case "reseat":
                for sale in self.sold[desk]:
                    sold = world.memory.get(Order, order_of(sale))
                    for task in () if sold is None else sold.tasks:
                        world.attempt(ReseatOrder(order=order_of(sale), task=task))
            case "cancel seat":
                for sale in self.sold[desk][-which:]:
                    world.attempt(CancelSeats(order=order_of(sale), positions=(which % 2,)))
            case _:
                for sale in self.sold[desk][:1]:
                    world.attempt(CancelOrder(order=order_of(sale)))

    def sell(self, desk: int, which: int) -> None:
        number = len(self.sold[desk])
        allotment = self.allotment(desk)
        blanks = blank_ids(allotment, 3)
        types = (VIP, VIP, (VIP, DAY, GONE)[which - 1])[:which]
        seats = tuple(
            SeatAtDoor(
                seat_type=seat_type,
                price=(100, 60, 0)[(number + place) % 3],
                allotment=None if which == 2 else allotment,
                ticket=blanks[(number + place) % 3] if number < 4 else None,
                attendee=PersonId(f"person {desk} {number % 2}"),
                first_name="Bo",
                last_name="Li",
            )
            for place, seat_type in enumerate(types)
        )
        sale = RecordDoorSale(
            sale=f"s{number}",
            desk=DeviceId(self.desks[desk].id),
            till=f"till-{desk}",
            seats=seats,
            method=METHODS[number % 2],
            currency="EUR",
            sold_at=NOW,
        )
        self.sold[desk].append(sale)
        self.queues[desk].append(sale)

    def sell_on_a_copy(self, desk: int) -> None:
        """A copy of the desk's files, on another laptop, sells the seats and blanks of its last sale to others."""
        for sale in self.sold[desk][-1:]:
            number = len(self.sold[desk])
            seats = tuple(replace(one, attendee=PersonId(f"person of a copy {number}")) for one in sale.seats)
            copied = replace(sale, seats=seats)
            self.sold[desk].append(copied)
            self.queues[desk].append(copied)

    def allotment(self, desk: int) -> str:
        """The latest lease, also one that the server has not heard of yet."""
        return f"a{desk}" if not self.late_leases[desk] else f"late-{desk}-{self.late_leases[desk]}"

    def sync(self, desk: int) -> None:
        for command in self.queues[desk]:
            self.attempt(command, desk)
            self.sent.append((desk, command))
            self.check_counts()
        self.queues[desk].clear()

    # What must be so

    def check(self) -> None:
        self.check_seats()
        self.check_money()
        self.check_counts()
        for id, sale in self.world.memory.all(DoorSale).items():
            self.check_sale(OrderId(id), sale)
        self.check_passes()

    def check_seats(self) -> None:
        memory = self.world.memory
        for id, seats in memory.all(SeatsOfType).items():
            parts = (seats.available, seats.held, seats.sold, seats.allotted)
            assert sum(parts) == seats.quota
            assert min(parts) >= 0
            assert seats.sold == sum(one.sold.get(SeatTypeId(id), 0) for one in memory.all(Reservation).values())
            leases = [one for one in memory.all(Allotment).values() if one.seat_type == id]
            assert seats.allotted == sum(one.left for one in leases)
            assert all(one.left >= 0 for one in leases)

    def check_money(self) -> None:
        memory = self.world.memory
        payments = memory.all(Payment).values()
        came = sum(one.amount for payment in payments for one in payment.captures)
        went = sum(one.amount for payment in payments for one in payment.refunds if one.state is RefundState.PAID)
        balance = memory.get(Balance, "conference") or Balance()
        assert (balance.captured.get("EUR", 0), balance.refunded.get("EUR", 0)) == (came, went)
        assert balance.recorded.get("EUR", 0) == came - went
        web = sum(payment.amount for id, payment in memory.all(Payment).items() if id.startswith("payment of"))
        tills = memory.all(Takings).values()
        assert sum(amount for till in tills for sums in till.taken.values() for amount in sums.values()) == came - web
        assert sum(amount for till in tills for sums in till.given_back.values() for amount in sums.values()) == went

    def check_counts(self) -> None:
        """A count stays as it was, whatever is voided or comes late afterwards."""
        for till, takings in self.world.memory.all(Takings).items():
            before = self.counted.get(till, ())
            assert takings.counts[: len(before)] == before
            for count in takings.counts[len(before) :]:
                assert count.expected == count.opening + takings.in_till("EUR")
            self.counted[till] = takings.counts

    def check_sale(self, id: OrderId, sale: DoorSale) -> None:
        memory = self.world.memory
        order, reservation, known = memory.get(Order, id), memory.get(Reservation, id), memory.get(Assignments, id)
        assert order is not None
        assert reservation is not None
        assert known is not None
        left = [one for one in sale.seats if not one.is_cancelled]
        seated: dict[str, int] = {}
        for one in left:
            if one.source is not Source.LACKING:
                seated[one.seat_type] = seated.get(one.seat_type, 0) + 1
        assert reservation.sold == seated
        assert {place for place, one in enumerate(sale.seats) if one.is_cancelled} == set(known.cancelled)
        lacking = [task for task in order.tasks if task.reason is Attention.SEAT_LACKING]
        assert lacking or all(one.source is not Source.LACKING for one in left)
        assert order.owed <= 0

    def check_passes(self) -> None:
        memory = self.world.memory
        held = [one for one in memory.all(SeatAssignment).values() if one.attendee is not None]
        passes = memory.all(Pass)
        assert sorted(one.ticket for one in held) == sorted(one.ticket for one in passes.values() if one.attendee)
        assert sum(one.tickets for one in memory.all(Expected).values()) == len(held)
        assert sum(len(one.tickets) for one in memory.all(Attendee).values()) == len(held)


STEPS: Final = (
    "sell",
    "sell now",
    "sell now",
    "void",
    "void by the organizer",
    "lease late",
    "quota",
    "reseat",
    "sell on a copy",
    "count",
    "cancel seat",
    "return",
    "write off",
    "sync",
    "sync again",
    "order",
    "cancel seat",
    "cancel",
)


@settings(max_examples=150)
@for_all(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 1), st.integers(1, 3)), max_size=16))
def test_seats_and_money_add_up_whatever_desks_do(script: list[tuple[str, int, int]]) -> None:
    doors = Doors()
    for step, desk, which in script:
        doors.run(step, desk, which)
        doors.check()
    for desk in range(2):
        doors.sync(desk)
        doors.check()
    assert len(doors.world.memory.all(DoorSale)) == sum(map(len, doors.sold))


@pytest.mark.parametrize("again", [1, 3])
def test_a_sale_beyond_two_leases_and_all_seats_is_kept_however_often_it_syncs(again: int) -> None:
    doors = Doors()
    for desk in (0, 1, 0, 1):
        doors.run("sell", desk, 3)
    for _ in range(again):
        sent = [list(queue) for queue in doors.queues]
        doors.sync(0)
        doors.sync(1)
        doors.queues = sent
        doors.check()
    lacking = [one for sale in doors.world.memory.all(DoorSale).values() for one in sale.seats]
    assert sum(one.source is Source.LACKING for one in lacking) == 12 - 3
    assert doors.world.seats().available == 0


def test_a_void_after_the_count_is_refused_to_the_desk_and_allowed_to_the_organizer() -> None:
    doors = Doors()
    for step in ("sell", "count", "void", "sync"):
        doors.run(step, 0, 1)
        doors.check()
    (sale,) = doors.world.memory.all(DoorSale).values()
    assert not sale.is_voided
    doors.run("void by the organizer", 0, 1)
    doors.check()
    (sale,) = doors.world.memory.all(DoorSale).values()
    assert sale.is_voided
    takings = doors.world.memory.get(Takings, "till-0")
    assert takings is not None
    assert (takings.in_till("EUR"), takings.counts[0].expected) == (0, 150)


def test_a_lease_that_syncs_after_another_desk_took_the_last_seats_sells_none_twice() -> None:
    doors = Doors()  # of three seats, two are leased by the first desk, and one by the other
    doors.run("lease late", 1, 3)
    for _ in range(2):
        doors.run("sell", 1, 1)
    doors.sync(1)
    doors.check()
    sources = [one.source for sale in doors.world.memory.all(DoorSale).values() for one in sale.seats]
    assert sources == [Source.LACKING, Source.LACKING], "the lease was refused, and what it sold needs attention"


def test_a_copied_laptop_that_sells_the_last_seat_again_gives_nobody_the_ticket_of_another() -> None:
    doors = Doors()  # the second desk has a lease of one seat, and nothing is available
    for step in ("sell", "sell on a copy", "sync"):
        doors.run(step, 1, 1)
        doors.check()
    first, again = (doors.world.memory.get(DoorSale, order_of(one)) for one in doors.sold[1])
    assert first is not None
    assert again is not None
    assert [one.source for one in first.seats + again.seats] == [Source.ALLOTMENT, Source.LACKING]
    assert first.seats[0].ticket == doors.sold[1][0].seats[0].ticket
    assert again.seats[0].ticket != first.seats[0].ticket
