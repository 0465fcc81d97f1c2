"""Sales at the door: recorded whatever they contradict, decided alike by a desk without a network and by the server."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.checkin.verdict import Attendee, Pass
from shared.checkin.views import Expected
from shared.conference.seat_types import EditSeatType
from shared.domain import DOMAIN
from shared.execute import Execution, Undecided, execute
from shared.kernel.decider import Actor, Key, Mail, Rejected, Role, key
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId, OrderId, PersonId, SeatTypeId
from shared.payments.payment import Method as PaidBy
from shared.payments.payment import Payment, RecordPayment, RecordRefund, RequestRefund
from shared.payments.views import Balance, OpenTasks, balance_id
from shared.registration import door_sale_rules
from shared.registration.allotments import Allotment, LeaseAllotment, ReturnAllotment, WriteOffAllotment, blank_ids
from shared.registration.assignments import Assignments, AssignSeat, CancelSeats, SeatAssignment, seat_id, ticket_id
from shared.registration.door_sale import (
    DoorSale,
    DoorSaleRecorded,
    DoorSaleRepeated,
    DoorTicket,
    NoteSeatsCancelled,
    RecordDoorSale,
    RecordTillCount,
    SeatAtDoor,
    Source,
    Takings,
    TillCounted,
    TillCountRepeated,
    VoidDoorSale,
    order_of,
    payment_of,
)
from shared.registration.order import CancelOrder, ReseatOrder, ResolveTask
from shared.registration.order_state import OrderState
from shared.registration.pricing import Wanted
from shared.registration.receipts import Attention, Method
from shared.registration.seats import Reservation, Sales, SeatsOfType
from shared.registration.views import OrderByLocator
from shared.registration.waitlist import JoinWaitList
from tests.shared.registration.world import DAY, VIP, World
from tests.spec import CONTEXT, DOOR, NOW, ORGANIZER, Memory, given

DESK = DeviceId(DOOR.id)
TILL = "till-1"
BLANKS = blank_ids("a1", 5)


def a_seat(
    seat_type: SeatTypeId = VIP, *, price: int = 100, who: str = "bo", blank: int | None = None, **other: Any
) -> SeatAtDoor:
    fields: dict[str, Any] = {
        "seat_type": seat_type,
        "price": price,
        "allotment": "a1",
        "ticket": None if blank is None else BLANKS[blank],
        "attendee": PersonId(who),
        "first_name": who.title(),
        "last_name": "Li",
    }
    return SeatAtDoor(**fields | other)


def sale(*seats: SeatAtDoor, id: str = "s1", method: Method = Method.CASH, **other: Any) -> RecordDoorSale:
    fields: dict[str, Any] = {"sale": id, "desk": DESK, "till": TILL, "currency": "EUR", "sold_at": NOW}
    return RecordDoorSale(seats=seats, method=method, **fields | other)


def desk(leased: int = 3, *, vip: int = 5) -> World:
    """A conference with one desk that leased seats."""
    world = World(vip=vip)
    if leased:
        lease = LeaseAllotment(allotment="a1", desk=DESK, seat_type=VIP, quantity=leased)
        world.send(lease, DOOR)
    return world


def sell(world: World, *seats: SeatAtDoor, **other: Any) -> OrderId:
    sold = sale(*seats, **other)
    world.send(sold, DOOR)
    return order_of(sold)


def row(world: World, kind: Any, id: str = "") -> Any:
    found = world.memory.get(kind, id)
    assert found is not None, key(kind, id)
    return found


def refusal(world: World, command: Any, actor: Actor = DOOR, **context: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Rejected) as refused:
        execute(command, replace(world.context, actor=actor, **context), world.memory)
    return refused.value.code, refused.value.values


# A sale


def test_a_sale_is_a_confirmed_and_paid_order_with_its_seats_and_tickets() -> None:
    world = desk()
    order = sell(world, a_seat(blank=0, company="Acme"), a_seat(who="cy", blank=1))
    sold = world.order(order)
    assert (sold.state, sold.total, sold.owed, sold.tasks) == (OrderState.CONFIRMED, 200, 0, ())
    assert sold.paid_by is not None
    assert sold.paid_by.method is Method.CASH
    assert (sold.registrant, sold.first_name, sold.desk) == ("bo", "Bo", DESK)
    assert row(world, OrderByLocator, sold.locator or "").order == order
    assert world.reservation(order).sold == {VIP: 2}
    assert row(world, Assignments, order).seats == (VIP, VIP)
    assert row(world, SeatAssignment, seat_id(order, 1)).ticket == BLANKS[1]
    assert row(world, Pass, BLANKS[0]).company == "Acme"
    assert row(world, Pass, BLANKS[0]).locator == sold.locator
    assert row(world, Attendee, "cy").tickets == (BLANKS[1],)
    assert row(world, Expected, VIP).tickets == 2
    assert row(world, DoorTicket, BLANKS[1]).position == 1
    assert row(world, Payment, payment_of(order)).method is PaidBy.CASH
    assert row(world, Balance, balance_id(order)).recorded == {"EUR": 200}
    assert row(world, Takings, TILL).taken == {Method.CASH: {"EUR": 200}}
    seats = world.seats()
    assert (seats.allotted, seats.sold, seats.available) == (1, 2, 2)
    assert row(world, Allotment, "a1").left == 1
    assert Mail(template="confirmation", about=order) in world.mail


def test_a_repeated_sale_changes_nothing() -> None:
    world = desk()
    sell(world, a_seat(blank=0))
    before = dict(world.memory.rows)
    done = world.send(sale(a_seat(blank=0)), DOOR)
    assert [type(one) for one in done.events] == [DoorSaleRepeated]
    assert world.memory.rows == before


def test_another_sale_under_a_known_id_is_another_order() -> None:
    world = desk()
    first, second = sell(world, a_seat(blank=0)), sell(world, a_seat(who="cy", blank=1))
    assert first != second
    assert row(world, Takings, TILL).sales == 2


def test_a_further_seat_goes_to_the_same_attendee() -> None:
    world = desk()
    sell(world, a_seat(blank=0))
    order = sell(world, a_seat(DAY, allotment=None), a_seat(DAY, allotment=None), id="s2")
    further = [ticket_id(order, position) for position in range(2)]
    assert row(world, Attendee, "bo").tickets == (BLANKS[0], *further)


def test_a_walk_in_without_payment_gets_a_ticket_and_no_payment() -> None:
    world = desk()
    order = sell(world, a_seat(price=0, blank=0))
    assert world.memory.get(Payment, payment_of(order)) is None
    assert (world.order(order).owed, world.order(order).tasks) == (0, ())
    assert row(world, Takings, TILL).taken == {}


def test_a_sale_of_nothing_is_recorded() -> None:
    world = desk()
    order = sell(world)
    assert (world.order(order).lines, world.order(order).registrant) == ((), None)


def test_seats_of_one_type_at_different_prices_cost_what_was_charged() -> None:
    world = desk()
    order = sell(world, a_seat(blank=0), a_seat(price=60, who="cy", blank=1), a_seat(price=-5, who="di"))
    line = world.order(order).lines[0]
    assert (line.price, line.quantity, line.reduction) == (100, 3, 140)
    assert (world.order(order).total, world.order(order).owed) == (160, 0)


# What a sale may contradict


def test_a_sale_says_what_the_seat_would_have_cost_here() -> None:
    world = desk()
    world.send(EditSeatType(seat_type=VIP, price=Edit(seen=100, new=150)))
    done = world.send(sale(a_seat(blank=0)), DOOR)
    recorded = next(one for one in done.events if isinstance(one, DoorSaleRecorded))
    assert [(one.price, one.listed) for one in recorded.seats] == [(100, 150)]


def test_a_sale_beyond_the_lease_takes_what_is_available_and_then_needs_attention() -> None:
    world = desk(1, vip=2)
    order = sell(world, *(a_seat(who=f"p{number}") for number in range(3)))
    sources = [one.source for one in row(world, DoorSale, order).seats]
    assert sources == [Source.ALLOTMENT, Source.AVAILABLE, Source.LACKING]
    sold = world.order(order)
    assert [(task.reason, task.to_refund) for task in sold.tasks] == [(Attention.SEAT_LACKING, 100)]
    assert (sold.total, sold.owed) == (200, 0)
    assert world.reservation(order).sold == {VIP: 2}
    assert [one.reason for one in row(world, OpenTasks, f"order:{order}").tasks] == ["seat_lacking"]


def test_all_the_money_is_to_refund_where_no_seat_exists() -> None:
    world = desk(0, vip=0)
    order = sell(world, a_seat(SeatTypeId("gone"), allotment=None))
    assert [(task.amount, task.to_refund) for task in world.order(order).tasks] == [(None, 100)]
    assert (world.order(order).lines[0].name, world.reservation(order).sold) == ("", {})


def test_a_free_seat_that_does_not_exist_needs_attention_too() -> None:
    world = desk(0, vip=0)
    order = sell(world, a_seat(price=0, allotment=None))
    (task,) = world.order(order).tasks
    assert (task.reason, task.to_refund) == (Attention.SEAT_LACKING, 0)
    assert row(world, OpenTasks, f"order:{order}").tasks[0].reason == "seat_lacking"
    world.send(ResolveTask(order=order, task=task), ORGANIZER)
    assert world.memory.get(OpenTasks, f"order:{order}") is None


def test_a_seat_that_was_paid_for_and_did_not_exist_is_given_when_there_is_one() -> None:
    world = desk(1, vip=1)
    order = sell(world, a_seat(), a_seat(who="cy", price=80), a_seat(who="di"), a_seat(DAY, allotment=None))
    (task,) = world.order(order).tasks
    again = ReseatOrder(order=order, task=task)
    for quota in (1, 2):
        world.send(EditSeatType(seat_type=VIP, quota=Edit(seen=world.seats().quota, new=quota)))
        assert refusal(world, again, ORGANIZER) == ("no_seats_left", {"seat_type": VIP})
    world.send(EditSeatType(seat_type=VIP, quota=Edit(seen=2, new=4)))
    world.send(again, ORGANIZER)
    assert [one.source for one in row(world, DoorSale, order).seats] == [Source.ALLOTMENT, *[Source.AVAILABLE] * 3]
    assert (world.seats().sold, world.seats().available) == (3, 1)
    assert world.reservation(order).sold == {VIP: 3, DAY: 1}
    given = world.order(order)
    assert (given.tasks, given.total, given.owed) == ((), 380, 0)
    assert world.memory.get(OpenTasks, f"order:{order}") is None
    assert refusal(world, again, ORGANIZER) == ("task_is_done", {})
    world.send(VoidDoorSale(order=order), DOOR)
    assert (world.seats().sold, world.reservation(order).sold, world.order(order).owed) == (0, {}, 0)


def test_no_seat_is_given_of_a_type_that_is_gone_or_for_money_that_is() -> None:
    world = desk(0, vip=0)
    gone = sell(world, a_seat(SeatTypeId("gone"), allotment=None))
    assert refusal(world, ReseatOrder(order=gone, task=world.order(gone).tasks[0]), ORGANIZER)[0] == "no_seats_left"
    order = sell(world, a_seat(allotment=None), id="s2")
    refund: Any = {"refund": "r1", "payment": payment_of(order), "amount": 60, "currency": "EUR"}
    world.send(RequestRefund(**refund), ORGANIZER)
    world.send(RecordRefund(**refund), ORGANIZER)
    world.send(EditSeatType(seat_type=VIP, quota=Edit(seen=0, new=1)))
    (task,) = world.order(order).tasks
    assert refusal(world, ReseatOrder(order=order, task=task), ORGANIZER) == ("cannot_reseat", {})


def test_no_seat_is_given_to_whoever_has_that_of_whoever_left() -> None:
    world = desk(0, vip=1)
    order = sell(world, a_seat(allotment=None), a_seat(who="cy", allotment=None))
    world.send(CancelSeats(order=order, positions=(0,)))
    task = next(one for one in world.order(order).tasks if one.reason is Attention.SEAT_LACKING)
    assert refusal(world, ReseatOrder(order=order, task=task), ORGANIZER) == ("cannot_reseat", {})


def test_a_blank_is_used_once() -> None:
    world = desk()
    sell(world, a_seat(blank=0))
    order = sell(world, a_seat(who="cy", blank=0), a_seat(who="di", blank=1), a_seat(who="ed", blank=1), id="s2")
    tickets = [one.ticket for one in row(world, DoorSale, order).seats]
    assert tickets == [ticket_id(order, 0), BLANKS[1], ticket_id(order, 2)]
    assert row(world, Pass, BLANKS[0]).attendee == "bo"


def test_whoever_walks_around_with_another_ticket_is_somebodys_task_until_they_have_their_own() -> None:
    world = desk()
    sell(world, a_seat(blank=0))
    assert world.memory.get(OpenTasks, f"order:{order_of(sale(a_seat(blank=0)))}") is None
    order = sell(world, a_seat(who="cy", blank=0), a_seat(who="di", blank=1), a_seat(who="ed", blank=1), id="s2")
    tasks = world.order(order).tasks
    assert [(one.reason, one.receipt.reference, one.to_refund) for one in tasks] == [
        (Attention.TICKET_REFUSED, ticket_id(order, 0), 0),
        (Attention.TICKET_REFUSED, ticket_id(order, 2), 0),
    ]
    assert [one.reason for one in row(world, OpenTasks, f"order:{order}").tasks] == ["ticket_refused"] * 2
    refund: Any = {"refund": "r1", "payment": payment_of(order), "amount": 60, "currency": "EUR"}
    world.send(RequestRefund(**refund), ORGANIZER)
    world.send(RecordRefund(**refund), ORGANIZER)
    assert world.order(order).tasks == tasks, "no money settles it"
    world.send(CancelSeats(order=order, positions=(0,)))
    left = [one for one in world.order(order).tasks if one.reason is Attention.TICKET_REFUSED]
    assert left == [tasks[1]], "nobody has the seat any more"
    world.send(ResolveTask(order=order, task=tasks[1]), ORGANIZER)
    assert tasks[1] not in world.order(order).tasks


def test_a_void_ends_the_task_of_a_ticket_that_was_another() -> None:
    world = desk()
    sell(world, a_seat(blank=0))
    order = sell(world, a_seat(who="cy", blank=0), id="s2")
    world.send(VoidDoorSale(order=order), DOOR)
    assert world.order(order).tasks == ()
    assert world.memory.get(OpenTasks, f"order:{order}") is None


def test_a_ticket_that_is_no_blank_of_the_allotment_is_replaced() -> None:
    world = desk()
    theirs = blank_ids("a2", 1)[0]
    order = sell(world, a_seat(ticket=theirs), a_seat(ticket=BLANKS[0], allotment=None))
    assert [one.ticket for one in row(world, DoorSale, order).seats] == [ticket_id(order, 0), ticket_id(order, 1)]


def test_blanks_of_a_lease_that_a_restored_server_lost_are_the_tickets_all_the_same() -> None:
    world = desk(0)
    order = sell(world, a_seat(blank=2))
    seat = row(world, DoorSale, order).seats[0]
    assert (seat.ticket, seat.source) == (BLANKS[2], Source.AVAILABLE)


def test_an_allotment_of_another_type_gives_no_seat() -> None:
    world = desk(5)
    order = sell(world, a_seat(DAY))
    assert row(world, DoorSale, order).seats[0].source is Source.AVAILABLE


def test_a_sale_before_sales_were_opened_is_recorded() -> None:
    world = World(is_published=False)
    order = sell(world, a_seat(allotment=None))
    assert (world.order(order).number, world.order(order).locator) == (0, None)
    assert world.memory.get(Sales) is None
    assert row(world, Balance, balance_id(order)).recorded == {"EUR": 100}


def test_other_money_for_the_order_is_too_much() -> None:
    world = desk()
    order = sell(world, a_seat(blank=0))
    other: Any = {"order": order, "method": PaidBy.CASH, "amount": 100, "currency": "EUR"}
    world.send(RecordPayment(payment=payment_of(OrderId("other")), **other), DOOR)
    assert [task.reason for task in world.order(order).tasks] == [Attention.PAID_TWICE]


def test_a_seat_of_the_door_keeps_its_ticket_when_it_is_given_to_another_attendee() -> None:
    world = desk()
    order = sell(world, a_seat(blank=0))
    names: Any = {"first_name": "Di", "last_name": "Oh", "email": "di@example.org"}
    world.send(AssignSeat(order=order, position=0, attendee=PersonId("di"), **names))
    assert (row(world, Pass, BLANKS[0]).attendee, row(world, Pass, BLANKS[0]).version) == ("di", 2)


# Voids


def test_a_void_returns_seats_tickets_and_money() -> None:
    world = desk()
    order = sell(world, a_seat(blank=0), a_seat(DAY, allotment=None))
    world.send(VoidDoorSale(order=order), DOOR)
    assert (world.seats().allotted, world.seats().sold, row(world, Allotment, "a1").left) == (3, 0, 3)
    assert (world.seats(DAY).available, world.seats(DAY).sold) == (5, 0)
    assert row(world, Pass, BLANKS[0]).is_cancelled
    assert world.memory.get(Attendee, "bo") is None
    assert row(world, Expected, VIP).tickets == 0
    assert world.reservation(order).sold == {}
    assert (world.order(order).total, world.order(order).owed, world.order(order).tasks) == (0, 0, ())
    assert row(world, Balance, "conference").recorded == {"EUR": 0}
    takings = row(world, Takings, TILL)
    assert (takings.voids, takings.given_back, takings.in_till("EUR")) == (1, {Method.CASH: {"EUR": 200}}, 0)


@pytest.mark.parametrize("first", [ORGANIZER, DOOR])
def test_a_void_of_what_was_voided_already_is_told_so_that_no_money_goes_back_twice(first: Actor) -> None:
    world = desk()
    order = sell(world, a_seat(blank=0))
    world.send(VoidDoorSale(order=order), first)
    taken = row(world, Takings, TILL)
    told = {"by": first.id, "at": NOW.isoformat(), "returned": 100, "currency": "EUR"}
    for actor in (DOOR, ORGANIZER):
        assert refusal(world, VoidDoorSale(order=order), actor) == ("already_voided", told)
    laptop = AtTheDoor(world.memory)
    with pytest.raises(Rejected, match="already_voided"):
        laptop.issue(VoidDoorSale(order=order))
    assert row(world, Takings, TILL) == taken


def test_a_void_of_before_its_time_was_kept_is_told_without_it() -> None:
    world = desk()
    order = sell(world, a_seat(blank=0))
    world.send(VoidDoorSale(order=order), DOOR)
    sold = row(world, DoorSale, order)
    world.memory.rows[key(DoorSale, order)] = replace(sold, void=replace(sold.void, at=None))
    assert refusal(world, VoidDoorSale(order=order))[1]["at"] is None


def test_a_void_of_a_free_sale_gives_nothing_back() -> None:
    world = desk()
    order = sell(world, a_seat(price=0, blank=0))
    world.send(VoidDoorSale(order=order), DOOR)
    assert row(world, Takings, TILL).given_back == {}
    assert row(world, Allotment, "a1").left == 3


@pytest.mark.parametrize("end", [ReturnAllotment(allotment="a1"), WriteOffAllotment(allotment="a1")])
def test_a_void_after_the_lease_makes_the_seat_available(end: Any) -> None:
    world = desk()
    order = sell(world, a_seat(blank=0))
    world.send(end, DOOR if isinstance(end, ReturnAllotment) else ORGANIZER)
    world.send(VoidDoorSale(order=order), DOOR)
    assert (world.seats().available, world.seats().allotted) == (5, 0)


def test_a_void_of_a_seat_that_never_was_returns_none() -> None:
    world = desk(1, vip=1)
    order = sell(world, a_seat(), a_seat(who="cy"), a_seat(SeatTypeId("gone")))
    world.send(VoidDoorSale(order=order), DOOR)
    assert (world.seats().allotted, world.seats().available) == (1, 0)
    assert (world.order(order).tasks, world.order(order).owed) == ((), 0)
    assert row(world, Balance, "conference").refunded == {"EUR": 300}


def test_a_void_offers_its_seat_to_whoever_waits() -> None:
    world = desk(0, vip=1)
    order = sell(world, a_seat(allotment=None))
    joined: Any = {"registrant": PersonId("di"), "first_name": "Di", "last_name": "Oh", "email": "di@example.org"}
    world.send(JoinWaitList(entry="w1", lines=(Wanted(seat_type=VIP, quantity=1),), **joined))
    world.send(VoidDoorSale(order=order), DOOR)
    assert [one.template for one in world.mail if one.about != order][-1] == "waitlist_offer"


def test_only_its_own_desk_voids_a_sale_and_an_organizer_any() -> None:
    world = desk()
    order = sell(world, a_seat(blank=0))
    void = VoidDoorSale(order=order)
    assert refusal(world, void, replace(DOOR, id="desk-2")) == ("sale_of_another_desk", {"desk": DESK})
    assert refusal(world, VoidDoorSale(order=OrderId("o9"))) == ("unknown_door_sale", {"order": "o9"})
    assert refusal(world, void, issued_at=NOW + timedelta(hours=25)) == ("void_too_late", {"hours": 24})
    world.send(void, ORGANIZER)
    assert row(world, DoorSale, order).is_voided


def test_a_desk_voids_nothing_that_was_counted() -> None:
    world = desk()
    order = sell(world, a_seat(blank=0))
    world.send(count(), DOOR)
    assert refusal(world, VoidDoorSale(order=order)) == ("till_was_counted", {})
    world.send(VoidDoorSale(order=order), ORGANIZER)


def test_money_that_went_back_already_is_not_given_back_again() -> None:
    world = desk()
    order = sell(world, a_seat(blank=0))
    refund: Any = {"refund": "r1", "payment": payment_of(order), "amount": 60, "currency": "EUR"}
    world.send(RequestRefund(**refund), ORGANIZER)
    world.send(RecordRefund(**refund), ORGANIZER)
    assert refusal(world, VoidDoorSale(order=order))[0] == "refund_too_large"


# Cancelled elsewhere


def test_a_void_gives_back_only_what_was_not_cancelled_before() -> None:
    world = desk()
    order = sell(world, a_seat(blank=0), a_seat(who="cy", blank=1))
    world.send(CancelSeats(order=order, positions=(0,)))
    assert row(world, DoorSale, order).charged == 100
    world.send(VoidDoorSale(order=order), DOOR)
    assert (world.seats().sold, world.seats().allotted, world.seats().available) == (0, 2, 3)
    assert [task.to_refund for task in world.order(order).tasks] == [100]
    assert row(world, Takings, TILL).given_back == {Method.CASH: {"EUR": 100}}


def test_whoever_had_no_seat_gets_that_of_whoever_cancels() -> None:
    world = desk(2, vip=2)
    order = sell(world, *(a_seat(who=f"p{number}") for number in range(3)), a_seat(DAY, allotment=None))
    world.send(CancelSeats(order=order, positions=(0,)))
    seats = row(world, DoorSale, order).seats
    assert [one.source for one in seats if not one.is_cancelled] == [
        Source.ALLOTMENT,
        Source.ALLOTMENT,
        Source.AVAILABLE,
    ]
    assert (world.seats().sold, world.reservation(order).sold) == (2, {VIP: 2, DAY: 1})
    sold = world.order(order)
    assert (sold.total, sold.owed, [task.to_refund for task in sold.tasks]) == (300, 0, [100])
    world.send(CancelSeats(order=order, positions=(1, 3)))
    assert (world.seats().sold, world.order(order).total) == (1, 100)
    world.send(VoidDoorSale(order=order), DOOR)
    assert (world.seats().sold, world.reservation(order).sold) == (0, {})


def test_a_cancelled_order_has_nothing_left_to_void() -> None:
    world = desk()
    order = sell(world, a_seat(blank=0))
    world.send(CancelOrder(order=order), ORGANIZER)
    assert refusal(world, VoidDoorSale(order=order)) == ("order_cancelled", {})
    cancelled = NoteSeatsCancelled(order=order, positions=(0,))
    assert world.send(cancelled).events == []
    assert world.send(replace(cancelled, order=OrderId("o9"))).events == []


# The till


def count(counted: int = 350, **other: Any) -> RecordTillCount:
    fields: dict[str, Any] = {"till": TILL, "currency": "EUR", "opening": 200, "counted_at": NOW}
    return RecordTillCount(counted=counted, **fields | other)


def test_a_closing_count_keeps_its_difference() -> None:
    world = desk()
    sell(world, a_seat(blank=0))
    sell(world, a_seat(who="cy", blank=1), id="s2", method=Method.TERMINAL)
    sell(world, a_seat(who="di", blank=2), id="s3")
    world.send(VoidDoorSale(order=order_of(sale(a_seat(who="di", blank=2), id="s3"))), DOOR)
    world.send(count(), DOOR)
    takings = row(world, Takings, TILL)
    assert (takings.sales, takings.voids) == (3, 1)
    assert takings.taken == {Method.CASH: {"EUR": 200}, Method.TERMINAL: {"EUR": 100}}
    assert [(one.expected, one.difference) for one in takings.counts] == [(300, 50)]
    sell(world, a_seat(DAY, allotment=None), id="s4")
    assert [one.difference for one in row(world, Takings, TILL).counts] == [50]


def test_a_count_of_a_till_without_sales_is_recorded_once() -> None:
    counted = TillCounted(till=TILL, desk=DESK, currency="EUR", opening=200, expected=200, counted=200, counted_at=NOW)
    state = given(door_sale_rules.decider, context=replace(CONTEXT, actor=DOOR)).when(count(200)).then(counted)
    state.when(count(200)).then(TillCountRepeated(till=TILL))
    assert len(state.when(count(190)).state.row(Takings, TILL).counts) == 2


# A door laptop without a network


class AtTheDoor:
    """The rows that a door role's device holds, with what it decided itself on top."""

    def __init__(self, memory: Memory) -> None:
        views = DOMAIN.views_of(Role.DOOR)
        self.held = Memory({one: held for one, held in memory.rows.items() if one.view in views})
        self._views = views
        self._own: dict[Key, Any] = {}

    def fetch(self, keys: Iterable[Key]) -> Mapping[Key, Any]:
        asked = list(keys)
        if any(one.view not in self._views and one not in self._own for one in asked):
            raise Undecided
        return {one: self._own[one] if one in self._own else self.held.rows.get(one) for one in asked}

    def issue(self, command: Any) -> Execution:
        context = replace(CONTEXT, actor=DOOR, secret=None)
        done = execute(command, context, self, speculative=True)
        self._own.update(done.changes)
        return done

    def see(self, kind: type, id: str = "") -> Any:
        return self.fetch([key(kind, id)])[key(kind, id)]


def test_a_desk_without_a_network_sees_its_sale_at_once() -> None:
    laptop = AtTheDoor(desk().memory)
    sold = sale(a_seat(blank=0), a_seat(who="cy", blank=1))
    laptop.issue(sold)
    assert laptop.see(Allotment, "a1").left == 1
    assert laptop.see(Pass, BLANKS[0]).first_name == "Bo"
    assert laptop.see(Pass, BLANKS[0]).locator is None
    assert laptop.see(Attendee, "cy").tickets == (BLANKS[1],)
    assert laptop.see(Takings, TILL).in_till("EUR") == 200
    assert laptop.see(SeatsOfType, VIP).sold == 2


def test_a_desk_without_a_network_voids_its_sale() -> None:
    laptop = AtTheDoor(desk(5).memory)
    sold = sale(a_seat(blank=0))
    laptop.issue(sold)
    laptop.issue(VoidDoorSale(order=order_of(sold)))
    assert laptop.see(Allotment, "a1").left == 5
    assert laptop.see(Pass, BLANKS[0]).is_cancelled
    assert laptop.see(Takings, TILL).in_till("EUR") == 0


def test_a_desk_voids_without_a_network_what_the_server_has_already() -> None:
    world = desk(5)
    order = sell(world, a_seat(blank=0))
    laptop = AtTheDoor(world.memory)
    laptop.issue(VoidDoorSale(order=order))
    assert (laptop.see(Allotment, "a1").left, laptop.see(Pass, BLANKS[0]).is_cancelled) == (5, True)
    assert laptop.see(Reservation, order).sold == {}
