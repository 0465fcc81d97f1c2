"""RegistrationProcess: the whole way of an order, and everything that may come in between."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from shared.conference import conference as conferences
from shared.conference import seat_types
from shared.conference.conference import EditConference, PublishConference
from shared.conference.seat_types import EditSeatType
from shared.discounts.discount import DefineDiscount
from shared.execute import gather
from shared.kernel.decider import Mail, Rejected
from shared.kernel.edits import Edit
from shared.kernel.ids import OrderId, PaymentId, PersonId, SeatTypeId
from shared.payments.payment import (
    CancelPayment,
    Method,
    Payment,
    PaymentState,
    RecordCapture,
    RecordPayment,
    RecordRefund,
    RecordRefundFailure,
    RecordRejection,
    RequestRefund,
)
from shared.payments.views import Balance
from shared.registration import process
from shared.registration.allotments import AllotmentSold, RecordAllotmentSale
from shared.registration.assignments import Assignments, CancelSeats
from shared.registration.codes import Code
from shared.registration.order import (
    ApplyCode,
    CancelOrder,
    ConfirmFreeOrder,
    ConfirmOnInvoice,
    ReseatOrder,
    SendLink,
    StartPayment,
    UpdateOrder,
)
from shared.registration.order_state import Order, OrderState
from shared.registration.pricing import Wanted, total_granted
from shared.registration.receipts import Attention
from shared.registration.seats import Reservation, Sales, SeatsOfType
from shared.registration.waitlist import JoinWaitList
from tests.shared.registration.world import DAY, DINNER, VIP, World
from tests.spec import REGISTRANT, Memory

ORDER = OrderId("o1")
P1 = PaymentId("payment")


# Registration learns of the conference


def test_seat_types_are_announced_at_the_first_publish_and_later_ones_at_once() -> None:
    world = World(is_published=False)
    assert world.memory.get(SeatsOfType, VIP) is None
    world.send(EditConference(hold_s=Edit(seen=900, new=60)))
    world.send(EditSeatType(seat_type=VIP, quota=Edit(seen=5, new=7)))
    assert world.memory.get(Sales) is None
    world.send(PublishConference())
    assert world.seats().quota == 7
    sales = world.memory.get(Sales)
    assert sales is not None
    assert (sales.hold_s, sales.currency) == (60, "EUR")
    world.add(DINNER, 9)
    assert world.seats(DINNER).available == 9


def test_edits_reach_registration_at_once() -> None:
    world = World()
    world.send(EditConference(hold_s=Edit(seen=900, new=60), seats_per_order=Edit(seen=20, new=2)))
    world.send(EditSeatType(seat_type=VIP, price=Edit(seen=100, new=150)))
    sales = world.memory.get(Sales)
    assert sales is not None
    assert (sales.hold_s, sales.seats_per_order) == (60, 2)
    assert world.seats().price == 150


def test_a_quota_that_is_too_small_refuses_the_edit() -> None:
    world = World()
    world.place("o1", vip=3)
    with pytest.raises(Rejected) as refused:
        world.send(EditSeatType(seat_type=VIP, quota=Edit(seen=5, new=2)))
    assert (refused.value.code, refused.value.values) == ("quota_too_small", {"least": 3, "seat_type": VIP})


def test_an_unpublished_conference_sells_nothing_until_it_is_published_again() -> None:
    world = World()
    world.send(conferences.UnpublishConference())
    with pytest.raises(Rejected, match="sales_closed"):
        world.place("o1", vip=1)
    world.send(PublishConference())
    world.place("o1", vip=1)


# The way of an order


def test_an_order_is_priced_and_reserved_in_the_answer_to_its_placing() -> None:
    world = World()
    world.place("o1", vip=2, day=1)
    order = world.order("o1")
    assert (order.state, order.total) == (OrderState.RESERVED, 300)
    assert world.deadlines["order:o1"].due == order.expires_at - timedelta(minutes=5), "first comes a warning"
    assert world.mail[-1] == Mail(template="order_link", about="o1")


def test_the_link_can_be_mailed_again() -> None:
    world = World()
    world.place("o1", vip=1)
    world.mail.clear()
    world.send(SendLink(order=ORDER))
    assert world.mail == [Mail(template="order_link", about="o1")]


def test_a_paid_order_is_confirmed_committed_and_has_its_positions() -> None:
    world = World()
    world.place("o1", day=1, vip=2)
    world.pay("o1")
    assert world.order("o1").state == OrderState.CONFIRMED
    assert (world.seats().sold, world.seats().held) == (2, 0)
    positions = world.memory.get(Assignments, "o1")
    assert positions is not None
    assert positions.seats == (DAY, VIP, VIP)
    assert positions.locator == world.order("o1").locator
    assert world.deadlines == {}
    assert world.mail[-1] == Mail(template="confirmation", about="o1")


def test_a_free_order_is_confirmed_without_a_payment() -> None:
    world = World(price=0)
    world.place("o1", vip=2)
    world.send(ConfirmFreeOrder(order=ORDER), REGISTRANT)
    assert world.reservation("o1").sold == {VIP: 2}


def test_an_updated_order_is_reserved_again() -> None:
    world = World(vip=2)
    world.place("o1", vip=5)
    assert (world.order("o1").state, world.order("o1").total) == (OrderState.PARTIALLY_RESERVED, 200)
    world.send(UpdateOrder(order=ORDER, lines=(Wanted(seat_type=VIP, quantity=1), Wanted(seat_type=DAY, quantity=1))))
    assert (world.order("o1").state, world.order("o1").total) == (OrderState.RESERVED, 200)
    assert (world.seats().available, world.seats(DAY).held) == (1, 1)


def test_an_expired_order_gives_its_seats_back_and_closes_its_payment() -> None:
    world = World()
    world.place("o1", vip=2)
    world.send(StartPayment(order=ORDER, payment=P1))
    world.wait(minutes=15)
    assert world.order("o1").state == OrderState.EXPIRED
    assert world.seats().available == 5
    assert payment_state(world) == PaymentState.CANCELLED


def payment_state(world: World, payment: str = "payment") -> PaymentState:
    row = world.memory.get(Payment, payment)
    assert row is not None
    return row.state


def test_the_first_payment_moves_the_deadline() -> None:
    world = World()
    world.place("o1", vip=1)
    world.wait(minutes=14)
    world.send(StartPayment(order=ORDER, payment=P1))
    world.wait(minutes=5)
    assert world.order("o1").state == OrderState.RESERVED
    world.wait(minutes=5)
    assert world.order("o1").state == OrderState.EXPIRED


def test_after_a_rejected_or_cancelled_payment_another_may_be_started() -> None:
    world = World()
    world.place("o1", vip=1)
    world.send(StartPayment(order=ORDER, payment=P1))
    world.send(RecordRejection(payment=P1))
    world.send(StartPayment(order=ORDER, payment=PaymentId("p2")))
    world.send(CancelPayment(payment=PaymentId("p2")))
    world.pay("o1", "p3")
    assert world.order("o1").state == OrderState.CONFIRMED


def test_a_payment_that_is_over_cannot_be_started_again() -> None:
    world = World()
    world.place("o1", vip=1)
    start = StartPayment(order=ORDER, payment=P1)
    world.send(start)
    world.send(CancelPayment(payment=P1))
    assert world.attempt(start) == "payment_exists"
    assert world.order("o1").payment is None


def test_late_money_confirms_if_all_seats_are_still_there() -> None:
    for runs in (True, False):
        world = World(vip=2)
        world.place("o1", vip=2)
        world.send(StartPayment(order=ORDER, payment=P1))
        world.wait(minutes=30, run_deadlines=runs)
        world.capture("payment")
        assert world.order("o1").state == OrderState.CONFIRMED
        assert world.seats().sold == 2
        assert world.deadlines == {}


def test_late_money_for_seats_that_are_gone_needs_attention() -> None:
    world = World(vip=2)
    world.place("o1", vip=2)
    world.send(StartPayment(order=ORDER, payment=P1))
    world.wait(minutes=30)
    world.place("o2", vip=1)
    world.capture("payment")
    order = world.order("o1")
    assert order.state == OrderState.EXPIRED
    assert [(task.reason, task.receipt.amount) for task in order.tasks] == [(Attention.LATE, 200)]
    assert (world.seats().held, world.seats().available) == (1, 1), "none of its seats is taken"


def test_money_of_a_payment_that_was_cancelled_confirms_and_closes_the_payment_after_it() -> None:
    world = World()
    world.place("o1", vip=1)
    world.send(StartPayment(order=ORDER, payment=P1))
    world.send(CancelPayment(payment=P1))
    world.send(StartPayment(order=ORDER, payment=PaymentId("p2")))
    world.capture("payment")
    assert world.order("o1").state == OrderState.CONFIRMED
    assert (payment_state(world, "p2"), world.order("o1").payment) == (PaymentState.CANCELLED, None)


def test_a_cancelled_order_gives_back_sold_seats_and_asks_for_the_refund() -> None:
    world = World()
    world.place("o1", vip=2)
    world.pay("o1")
    world.send(CancelOrder(order=ORDER))
    assert world.seats().available == 5
    assert [task.reason for task in world.order("o1").tasks] == [Attention.CANCELLED]
    world.place("o2", vip=1)
    world.send(CancelOrder(order=OrderId("o2")))
    assert world.seats().available == 5


def test_a_cancelled_seat_can_be_sold_again() -> None:
    world = World(vip=2)
    world.place("o1", vip=2)
    world.pay("o1")
    world.send(CancelSeats(order=ORDER, positions=(1,)))
    assert (world.seats().available, world.reservation("o1").sold) == (1, {VIP: 1})


def test_an_oversold_door_sale_is_an_event_and_takes_no_seat_from_anyone() -> None:
    world = World(vip=1)
    world.place("o1", vip=1)
    sale = RecordAllotmentSale(allotment="a1", reservation=OrderId("door-1"), seat_type=VIP, quantity=1)
    (event,) = world.send(sale).events
    assert isinstance(event, AllotmentSold)
    assert event.lacking == 1


def test_late_money_whose_discount_others_used_up_leaves_its_seats_to_others() -> None:
    world = World(price=100)
    world.send(DefineDiscount(code="HALF", percentage=5_000, quota=2))
    for order in ("late", "other"):
        world.place(order, vip=2)
        world.send(ApplyCode(order=OrderId(order), code="HALF"))
        if order == "late":
            world.send(StartPayment(order=OrderId(order), payment=P1))
            world.wait(minutes=20)
    assert world.order("late").state == OrderState.EXPIRED
    world.capture(P1)
    assert [one.reason for one in world.order("late").tasks] == [Attention.LATE]
    assert world.reservation("late").held == {}
    assert (world.seats().available, world.seats().held) == (3, 2)


# Every message may come twice, late, or out of order


def settle(world: World, event: Any) -> None:
    """Let the processes react to an event (again), and run what they ask for."""
    for one in (process.sales_process, process.order_process):
        if type(event) in one.events:
            found = gather(lambda got, one=one: one.needs(event, got), world.memory)  # type: ignore[misc]
            for step in one.react(event, found, world.context):
                if type(step).__module__ != "shared.kernel.decider":
                    world.send(step)


def busy_world() -> World:
    """A world in which everything happened once."""
    world = World(vip=9)
    for order in ("paid", "late", "expired", "cancelled", "refunded"):
        world.place(order, vip=1)
    world.pay("paid", "p1")
    world.pay("refunded", "p2")
    world.send(StartPayment(order=OrderId("late"), payment=PaymentId("p3")))
    world.send(CancelOrder(order=OrderId("cancelled")))
    world.send(CancelOrder(order=OrderId("refunded")))
    world.send(CancelSeats(order=OrderId("paid"), positions=(0,)))
    world.wait(minutes=20)
    world.capture("p3")
    world.add(DINNER, 3)
    world.send(EditSeatType(seat_type=VIP, price=Edit(seen=100, new=150)))
    world.send(EditConference(hold_s=Edit(seen=900, new=60)))
    world.send(conferences.UnpublishConference())
    world.send(PublishConference())
    return world


def test_every_event_that_comes_again_and_late_changes_nothing() -> None:
    world = busy_world()
    events, before = list(world.events), dict(world.memory.rows)
    for event in [*events, *reversed(events)]:
        settle(world, event)
        assert world.memory.rows == before, event
    world.send(conferences.UnpublishConference())
    before = dict(world.memory.rows)
    for event in events:
        settle(world, event)
        assert world.memory.rows == before, event


@pytest.mark.parametrize(
    "event",
    [
        conferences.ConferencePublished(is_first=True),
        seat_types.SeatTypeEdited(seat_type=VIP, by="laptop-1", quota=1),
    ],
)
def test_news_of_a_conference_that_is_not_there_asks_for_nothing(event: Any) -> None:
    found = gather(lambda got: process.sales_process.needs(event, got), Memory())
    assert process.sales_process.react(event, found, World().context) == []


def test_news_of_a_seat_type_that_is_gone_asks_for_nothing() -> None:
    world = World()
    settle(world, seat_types.SeatTypeEdited(seat_type=SeatTypeId("gone"), by="laptop-1", quota=1))
    assert world.memory.get(SeatsOfType, "gone") is None


def test_seats_are_not_given_again_for_money_that_is_on_its_way_back() -> None:
    world = World(vip=2)
    world.place("o1", vip=2)
    world.send(StartPayment(order=ORDER, payment=P1))
    world.wait(minutes=20)
    world.place("o2", vip=2)
    world.capture(P1, amount=200)
    task = world.order("o1").tasks[0]
    world.send(CancelOrder(order=OrderId("o2")))
    world.send(RequestRefund(refund="r1", payment=P1, amount=100))
    assert world.attempt(ReseatOrder(order=ORDER, task=task)) == "refund_under_way"
    world.send(RecordRefundFailure(refund="r1", payment=P1, code="no_account"))
    assert world.attempt(ReseatOrder(order=ORDER, task=task)) is None
    assert world.order("o1").state == OrderState.CONFIRMED


# Any order of anything


class Chaos:
    """Runs a script of steps over three orders, each with two payments, for more seats than there are."""

    def __init__(self) -> None:
        self.world = World(vip=3)
        self.world.send(EditConference(invoice_prefix=Edit(seen="", new="PC-")))
        quota = DefineDiscount(code="HALF", percentage=5_000, quota=2)
        self.world.send(quota)
        self.references, self.numbers = count(2), count(4)
        for number in range(1, 4):
            self.world.place(f"o{number}", vip=number)

    def run(self, step: str, number: int, which: int) -> None:
        world, order, payment = self.world, OrderId(f"o{number}"), PaymentId(f"p{number}{which}")
        match step:
            case "place":
                world.place(f"o{next(self.numbers)}", vip=which, day=1)
            case "update":
                world.attempt(UpdateOrder(order=order, lines=(Wanted(seat_type=VIP, quantity=which),)))
            case "code":
                world.attempt(ApplyCode(order=order, code="HALF"))
            case "start":
                world.attempt(StartPayment(order=order, payment=payment))
            case "invoice":
                confirm = ConfirmOnInvoice(order=order, registrant=PersonId("ann"), address="Main Street 1")
                world.attempt(confirm)
            case "cancel":
                world.attempt(CancelOrder(order=order))
            case "cancel seat":
                world.attempt(CancelSeats(order=order, positions=(which - 1,)))
            case "cancel payment":
                world.attempt(CancelPayment(payment=payment))
            case "reject":
                world.send(RecordRejection(payment=payment))
            case "capture":
                world.capture(payment)
            case "capture again":
                world.capture(payment, f"c{next(self.references)}")
            case "capture another amount":
                world.capture(payment, f"c{next(self.references)}", amount=40 * which)
            case "transfer":
                self.transfer(order, 50 * which)
            case "refund":
                self.refund(order, which)
            case "reseat":
                for task in world.order(order).tasks:
                    world.attempt(ReseatOrder(order=order, task=task))
            case "wait list":
                self.join(which)
            case "be slow":
                world.wait(minutes=16, run_deadlines=False)
            case _:
                world.wait(minutes=16)

    def transfer(self, order: OrderId, amount: int) -> None:
        payment = PaymentId(f"transfer-{next(self.references)}")
        self.world.money += amount
        self.world.send(
            RecordPayment(payment=payment, order=order, method=Method.TRANSFER, amount=amount, currency="EUR")
        )

    def refund(self, order: OrderId, which: int) -> None:
        """What a task asks for, or a part of it."""
        world = self.world
        for task in world.order(order).tasks[:1]:
            refund, payment = f"r{next(self.references)}", task.receipt.payment
            amount = task.to_refund // which
            if amount and world.attempt(RequestRefund(refund=refund, payment=payment, amount=amount)) is None:
                world.send(
                    RecordRefund(refund=refund, payment=payment, amount=amount, currency="EUR", reference=refund)
                )

    def join(self, quantity: int) -> None:
        self.world.attempt(
            JoinWaitList(
                entry=f"w{next(self.numbers)}",
                lines=(Wanted(seat_type=VIP, quantity=quantity),),
                registrant=PersonId("bo"),
                first_name="Bo",
                last_name="Li",
                email="bo@example.org",
            )
        )

    def check(self) -> None:
        memory = self.world.memory
        for seats in memory.all(SeatsOfType).values():
            parts = (seats.available, seats.held, seats.sold, seats.allotted)
            assert sum(parts) == seats.quota
            assert min(parts) >= 0
        captures = [one.amount for payment in memory.all(Payment).values() for one in payment.captures]
        assert sum(captures) == self.world.money
        unknown = [
            one.amount for payment in memory.all(Payment).values() if payment.order is None for one in payment.captures
        ]
        orders = memory.all(Order)
        assert sum(receipt.amount for order in orders.values() for receipt in order.receipts) + sum(unknown) == sum(
            captures
        )
        counted = [use for order in orders.values() if order.state in COUNTED for use in order.uses]
        used = sum(sum(use.seats.values()) for use in counted)
        assert memory.all(Code)["HALF"].used == used <= 2
        balance = memory.get(Balance, "conference")
        assert (
            balance is None
            or {one: balance.captured.get(one, 0) - balance.refunded.get(one, 0) for one in balance.captured}
            == balance.recorded
        )
        for id, order in orders.items():
            self.check_order(id, order)

    def check_order(self, id: str, order: Order) -> None:
        reservation = self.world.memory.get(Reservation, id)
        assert reservation is not None
        match order.state:
            case OrderState.RESERVED | OrderState.PARTIALLY_RESERVED:
                assert (reservation.held, reservation.sold) == (order.seats, {})
                due = self.world.deadlines.get(f"order:{id}")
                assert due is not None, "an order that holds seats has a deadline"
                assert due.due is not None
                assert due.due == order.expires_at or (due.due < order.expires_at and not order.was_warned)
                assert order.kept == 0
            case OrderState.CONFIRMED:
                assert (reservation.held, reservation.sold) == ({}, order.seats)
                assert order.owed >= 0 if order.on_invoice else order.owed == 0
            case _:
                assert (reservation.held, reservation.sold) == ({}, {})
                assert order.kept == 0, "what was paid for nothing is in a task"
        assert order.total == total_granted(order.lines)
        assert order.reclaiming is None
        assert order.payment is None or order.state in {OrderState.RESERVED, OrderState.PARTIALLY_RESERVED}
        assert order.state != OrderState.RESERVING


COUNTED = {OrderState.RESERVED, OrderState.PARTIALLY_RESERVED, OrderState.CONFIRMED}
STEPS = st.sampled_from(
    (
        *("place", "update", "code", "start", "invoice", "cancel", "cancel seat", "cancel payment", "reject"),
        *("capture", "capture again", "capture another amount", "transfer", "refund", "reseat"),
        *("wait list", "be slow", "wait"),
    )
)
SCRIPTS = st.lists(st.tuples(STEPS, st.integers(1, 3), st.integers(1, 2)), max_size=40)


@settings(max_examples=300)
@for_all(script=SCRIPTS)
def test_seats_are_conserved_no_order_is_in_limbo_and_no_money_is_lost(script: list[tuple[str, int, int]]) -> None:
    chaos = Chaos()
    for step, number, which in script:
        chaos.run(step, number, which)
        chaos.check()
    for _ in range(3):  # an offer that lapses goes to the next who waits
        chaos.world.wait(minutes=24 * 60)
        chaos.world.wait(minutes=6 * 60)
        chaos.check()
    over = {OrderState.CONFIRMED, OrderState.EXPIRED, OrderState.CANCELLED}
    orders = [order for order in chaos.world.memory.all(Order).values() if order.offer_of is None]
    assert {order.state for order in orders} <= over, "sooner or later each is settled"


# The cost of an order


def cost_of_an_order(world: World, order: str) -> tuple[int, int]:
    """How many rows are read and written from placing an order to cancelling it, when it was paid."""
    before = world.memory.fetched
    done = [
        world.place(order, vip=2, day=1),
        world.send(StartPayment(order=OrderId(order), payment=PaymentId(order))),
        world.send(RecordCapture(payment=PaymentId(order), reference="c1", amount=300, currency="EUR")),
        world.send(CancelOrder(order=OrderId(order))),
    ]
    return world.memory.fetched - before, sum(len(one.changes) for one in done)


def test_the_cost_of_an_order_does_not_grow_with_their_number() -> None:
    world = World(vip=100_000, day=100_000)
    for number in range(10):
        world.place(f"o{number}", vip=2, day=1)
    after_10 = cost_of_an_order(world, "after 10")
    for number in range(10, 1000):
        world.place(f"o{number}", vip=2, day=1)
    assert cost_of_an_order(world, "after 1000") == after_10
