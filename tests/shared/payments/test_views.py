"""What organizers read about money: the book, and what is to be done."""

from datetime import timedelta

import pytest

from shared.conference.conference import EditConference
from shared.kernel.edits import Edit
from shared.kernel.ids import OrderId, PaymentId, PersonId
from shared.payments.payment import (
    Method,
    RecordCapture,
    RecordPayment,
    RecordRefund,
    RecordRefundFailure,
    RequestRefund,
)
from shared.payments.views import Balance, Entry, EntryKind, OpenTask, OpenTasks
from shared.registration.assignments import CancelSeats
from shared.registration.order import CancelOrder, ConfirmOnInvoice, ResolveTask
from tests.shared.registration.world import World
from tests.spec import NOW

ORDER, P1 = OrderId("o1"), PaymentId("payment")
LONG = "x" * 5_000


def paid() -> World:
    world = World()
    world.place("o1", vip=2)
    world.pay("o1")
    return world


def by_hand(world: World, payment: str, order: str, amount: int = 200) -> None:
    world.send(
        RecordPayment(
            payment=PaymentId(payment), order=OrderId(order), method=Method.CASH, amount=amount, currency="EUR"
        )
    )


def entries(world: World) -> list[tuple[EntryKind, str | None, int, Method, bool]]:
    return [
        (one.kind, one.order, one.amount, one.method, one.is_unexpected) for one in world.memory.all(Entry).values()
    ]


def tasks(world: World, id: str) -> list[tuple[str, int, str | None]]:
    row = world.memory.get(OpenTasks, id)
    return [] if row is None else [(one.reason, one.amount, one.refund) for one in row.tasks]


# The book


def test_the_book_has_a_line_for_what_came_and_one_for_what_went() -> None:
    world = paid()
    world.wait(minutes=60)
    world.send(RecordRefund(refund="r1", payment=P1, amount=50, currency="EUR", reference="re1"))
    assert entries(world) == [
        (EntryKind.CAPTURED, "o1", 200, Method.PROVIDER, False),
        (EntryKind.REFUNDED, "o1", 50, Method.PROVIDER, True),
    ]
    assert [one.at for one in world.memory.all(Entry).values()] == [NOW, NOW + timedelta(minutes=60)]
    balance = world.memory.get(Balance, "order:o1")
    assert balance == Balance(captured={"EUR": 200}, refunded={"EUR": 50}, recorded={"EUR": 150})


def test_what_was_not_expected_is_marked() -> None:
    world = paid()
    world.capture(P1, "c2", 70)
    world.capture("unknown", "c1", 80)
    by_hand(world, "cash", "o1")
    by_hand(world, "cash", "o1", 90)
    by_hand(world, "lost", "nowhere")
    assert entries(world) == [
        (EntryKind.CAPTURED, "o1", 200, Method.PROVIDER, False),
        (EntryKind.CAPTURED, "o1", 70, Method.PROVIDER, True),
        (EntryKind.CAPTURED, None, 80, Method.PROVIDER, True),
        (EntryKind.CAPTURED, "o1", 200, Method.CASH, False),
        (EntryKind.CAPTURED, "o1", 90, Method.CASH, True),
        (EntryKind.CAPTURED, None, 200, Method.CASH, True),
    ]


def test_a_reference_of_any_length_is_taken() -> None:
    world = World()
    world.send(RecordCapture(payment=P1, reference=LONG, amount=10, currency="EUR"))
    world.send(RecordRefund(refund="r1", payment=P1, amount=10, currency="EUR", reference=LONG))
    assert [one.reference for one in world.memory.all(Entry).values()] == [LONG, LONG]


# What is to be done


def test_an_order_that_needs_attention_is_listed_until_it_is_settled() -> None:
    world = paid()
    world.send(CancelOrder(order=ORDER))
    assert world.memory.get(OpenTasks, "order:o1") == OpenTasks(
        order=ORDER, tasks=(OpenTask(reason="cancelled", amount=200, currency="EUR", payment=P1),)
    )
    world.send(ResolveTask(order=ORDER, task=world.order("o1").tasks[0]))
    assert world.memory.all(OpenTasks) == {}


def test_money_that_belongs_to_nobody_is_listed_until_it_went_back() -> None:
    world = World()
    world.capture("unknown", "c1", 80)
    assert tasks(world, "payment:unknown") == [("unknown_payment", 80, None)]
    refund = RecordRefund(refund="r1", payment=PaymentId("unknown"), amount=30, currency="EUR", reference="re1")
    world.send(refund)
    assert tasks(world, "payment:unknown") == [("unknown_payment", 50, None)]
    world.send(RequestRefund(refund="r2", payment=PaymentId("unknown"), amount=50))
    assert tasks(world, "payment:unknown") == []
    by_hand(world, "lost", "nowhere")
    assert tasks(world, "payment:lost") == [("unknown_payment", 200, None)]


def test_a_refund_that_is_to_be_paid_out_by_hand_is_listed_until_it_is() -> None:
    world = World()
    world.place("o1", vip=2)
    by_hand(world, "cash", "o1")
    world.send(RequestRefund(refund="r1", payment=PaymentId("cash"), amount=50))
    assert tasks(world, "payment:cash") == [("refund_by_hand", 50, "r1")]
    world.send(RecordRefund(refund="r1", payment=PaymentId("cash"), amount=50, currency="EUR"))
    assert tasks(world, "payment:cash") == []


def test_a_refund_that_failed_is_listed_until_another_is_asked_for() -> None:
    world = paid()
    world.send(RequestRefund(refund="r1", payment=P1, amount=50))
    assert tasks(world, "payment:payment") == []
    world.send(RequestRefund(refund="r2", payment=P1, amount=20))
    world.send(RecordRefundFailure(refund="r1", payment=P1, code="card_expired"))
    assert tasks(world, "payment:payment") == [("refund_failed", 50, "r1")]
    world.send(RecordRefund(refund="r2", payment=P1, amount=20, currency="EUR", reference="re2"))
    assert tasks(world, "payment:payment") == [("refund_failed", 50, "r1")]
    world.send(RequestRefund(refund="r3", payment=P1, amount=50))
    assert tasks(world, "payment:payment") == []


def test_a_balance_names_the_currencies_in_which_it_does_not_add_up() -> None:
    balance = Balance(captured={"EUR": 500, "USD": 70}, refunded={"EUR": 200}, recorded={"EUR": 300, "JPY": 5})
    assert balance.differences == {"JPY": -5, "USD": 70}
    assert not Balance().differences


# Invoices that are not paid


def overdue(reminders: int = 3) -> World:
    """An order of 200 on invoice, reminded of so often."""
    world = World()
    world.send(EditConference(invoice_prefix=Edit(seen="", new="PC")))
    world.place("o1", vip=2)
    world.send(ConfirmOnInvoice(order=ORDER, registrant=PersonId("person of o1"), address="1 Road"))
    for day in (14, 7, 7)[:reminders]:
        world.wait(minutes=day * 24 * 60)
    return world


def test_an_invoice_is_listed_after_the_last_reminder() -> None:
    assert overdue(reminders=2).memory.all(OpenTasks) == {}
    assert overdue().memory.all(OpenTasks) == {
        "order:o1": OpenTasks(
            order=ORDER, tasks=(OpenTask(reason="invoice_overdue", amount=200, currency="EUR", invoice=1),)
        )
    }


def test_an_overdue_invoice_is_listed_with_what_is_still_to_be_paid() -> None:
    world = overdue()
    by_hand(world, "t1", "o1", 30)
    assert tasks(world, "order:o1") == [("invoice_overdue", 170, None)]
    world.send(RecordRefund(refund="r1", payment=PaymentId("t1"), amount=10, currency="EUR"))
    assert tasks(world, "order:o1") == [("invoice_overdue", 170, None)], "what was given back is not asked for"
    world.send(CancelSeats(order=ORDER, positions=(0,)))
    assert tasks(world, "order:o1") == [("invoice_overdue", 70, None)]
    by_hand(world, "t2", "o1", 70)
    assert world.memory.all(OpenTasks) == {}


@pytest.mark.parametrize("seats", [(0, 1), ()], ids=["every seat is cancelled", "the order is cancelled"])
def test_an_overdue_invoice_that_is_wholly_credited_is_not_listed_any_more(seats: tuple[int, ...]) -> None:
    world = overdue()
    world.send(CancelSeats(order=ORDER, positions=seats) if seats else CancelOrder(order=ORDER))
    assert world.memory.all(OpenTasks) == {}


def test_an_overdue_invoice_stands_beside_what_else_is_to_be_done() -> None:
    world = overdue()
    world.capture("unknown", "c1", 80)
    by_hand(world, "t1", "o1", 250)
    assert tasks(world, "order:o1") == [(world.order("o1").tasks[0].reason, 50, None)]
    assert tasks(world, "payment:unknown") == [("unknown_payment", 80, None)]


def test_the_money_of_an_order_with_an_invoice_to_come_is_listed_as_of_any_other() -> None:
    world = overdue(reminders=0)
    by_hand(world, "t1", "o1", 30)
    assert world.memory.all(OpenTasks) == {}
