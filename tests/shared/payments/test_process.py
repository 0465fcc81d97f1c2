"""PaymentsProcess: documents follow orders, missing callbacks are asked after, refunds are carried out."""

from datetime import timedelta

from shared.conference.conference import EditConference
from shared.execute import gather
from shared.kernel.decider import Call, Mail
from shared.kernel.edits import Edit
from shared.kernel.ids import OrderId, PaymentId, PersonId
from shared.payments import process
from shared.payments.invoice import Invoice, InvoiceKind, OrderInvoices
from shared.payments.payment import (
    CancelPayment,
    CheckPayment,
    Method,
    Payment,
    PaymentState,
    RecordPayment,
    RecordRefund,
    RecordRejection,
    RequestRefund,
)
from shared.registration.assignments import CancelSeats
from shared.registration.order import (
    CancelOrder,
    ConfirmOnInvoice,
    OrderPaid,
    RequestInvoice,
    SeatsCredited,
    StartPayment,
)
from tests.shared.registration.world import VIP, World
from tests.spec import NOW

ORDER, P1, ANN = OrderId("o1"), PaymentId("payment"), PersonId("person of o1")


def invoicing() -> World:
    world = World()
    world.send(EditConference(invoice_prefix=Edit(seen="", new="PC")))
    return world


def on_invoice() -> World:
    """An order of 300 that is confirmed on invoice."""
    world = invoicing()
    world.place("o1", vip=2, day=1)
    world.send(ConfirmOnInvoice(order=ORDER, registrant=ANN, address="1 Road"))
    return world


def document(world: World, number: int = 1) -> Invoice:
    row = world.memory.get(Invoice, str(number))
    assert row is not None
    return row


def transfer(world: World, amount: int, payment: str = "transfer", order: str = "o1") -> None:
    world.send(
        RecordPayment(
            payment=PaymentId(payment), order=OrderId(order), method=Method.TRANSFER, amount=amount, currency="EUR"
        )
    )


def mails(world: World, template: str) -> list[str]:
    return [one.about for one in world.mail if one.template == template]


# Invoices


def test_an_order_on_invoice_has_one_with_its_lines_and_a_due_date() -> None:
    world = on_invoice()
    invoice = document(world)
    assert (invoice.label, invoice.total, invoice.address, invoice.last_name) == ("PC00001", 300, "1 Road", "Lee")
    assert [(line.name, line.quantity, line.price, line.total) for line in invoice.lines] == [
        ("Seat", 2, 100, 200),
        ("Seat", 1, 100, 100),
    ]
    assert invoice.due_at == NOW + timedelta(days=14)
    assert mails(world, "invoice") == ["1"]
    assert world.deadlines["invoice:1"].due == invoice.due_at


def test_an_invoice_for_a_paid_order_is_paid_and_never_reminded_of() -> None:
    world = invoicing()
    world.place("o1", vip=1)
    world.pay("o1")
    world.send(RequestInvoice(order=ORDER, registrant=ANN, address="1 Road"))
    assert document(world).is_paid
    assert world.deadlines == {}


def test_money_settles_the_invoice_when_all_of_it_is_there() -> None:
    world = on_invoice()
    transfer(world, 100, "t1")
    assert not document(world).is_paid
    transfer(world, 200, "t2")
    assert document(world).is_paid
    assert world.deadlines == {}


def test_reminders_come_at_the_due_date_and_weekly_and_stop_after_three() -> None:
    world = on_invoice()
    for days, sent in ((13, 0), (1, 1), (6, 1), (1, 2), (7, 3), (7, 3), (70, 3)):
        world.wait(minutes=days * 24 * 60)
        assert len(mails(world, "invoice_reminder")) == sent
    assert world.deadlines == {}


def test_of_an_invoice_that_is_due_at_once_one_is_reminded_a_day_later() -> None:
    world = invoicing()
    world.send(EditConference(invoice_days=Edit(seen=14, new=0)))
    world.place("o1", vip=2, day=1)
    world.send(ConfirmOnInvoice(order=ORDER, registrant=ANN, address="1 Road"))
    assert document(world).due_at == NOW
    for hours, sent in ((0, 0), (23, 0), (1, 1), (7 * 24, 2)):
        world.wait(minutes=hours * 60)
        assert len(mails(world, "invoice_reminder")) == sent


def test_reminders_stop_when_the_invoice_is_paid() -> None:
    world = on_invoice()
    world.wait(minutes=14 * 24 * 60)
    transfer(world, 300)
    world.wait(minutes=70 * 24 * 60)
    assert mails(world, "invoice_reminder") == ["1"]


def test_cancelled_seats_are_credited() -> None:
    world = on_invoice()
    world.send(CancelSeats(order=ORDER, positions=(0,)))
    note = document(world, 2)
    assert (note.kind, note.total, note.corrects, note.label) == (InvoiceKind.CREDIT_NOTE, 100, 1, "PC00002")
    assert [(line.seat_type, line.quantity) for line in note.lines] == [(VIP, 1)]
    assert mails(world, "credit_note") == ["2"]
    assert "invoice:1" in world.deadlines
    transfer(world, 200)
    assert document(world).is_paid


def test_a_cancelled_order_is_credited_whole_and_nobody_is_reminded_any_more() -> None:
    world = on_invoice()
    world.send(CancelSeats(order=ORDER, positions=(0,)))
    world.send(CancelOrder(order=ORDER))
    assert document(world, 3).total == 200
    assert document(world).left == 0
    assert mails(world, "credit_note") == ["2", "3"]
    assert world.deadlines == {}


def test_money_that_was_owed_and_is_given_back_is_credited() -> None:
    world = on_invoice()
    transfer(world, 300)
    world.send(RecordRefund(refund="r1", payment=PaymentId("transfer"), amount=70, currency="EUR"))
    note = document(world, 2)
    assert [(line.quantity, line.total) for line in note.lines] == [(0, 70)]
    assert document(world).left == 230
    world.send(CancelSeats(order=ORDER, positions=(0, 1)))
    assert document(world, 3).total == 200 - 70 + 70
    assert document(world).left == 30


def test_money_that_was_paid_in_excess_and_is_given_back_is_not_credited() -> None:
    world = on_invoice()
    transfer(world, 370)
    world.send(RecordRefund(refund="r1", payment=PaymentId("transfer"), amount=70, currency="EUR"))
    assert document(world).left == 300
    assert len(world.memory.all(Invoice)) == 1


def test_orders_without_an_invoice_have_no_documents() -> None:
    world = invoicing()
    world.place("o1", vip=2)
    world.pay("o1")
    world.send(CancelSeats(order=ORDER, positions=(0,)))
    world.send(CancelOrder(order=ORDER))
    assert world.memory.all(OrderInvoices) == {}


def test_what_happened_to_an_order_that_is_late_or_comes_twice_issues_nothing_again() -> None:
    world = on_invoice()
    world.send(CancelSeats(order=ORDER, positions=(0,)))
    transfer(world, 200)
    before = dict(world.memory.rows)
    asked = [one for one in world.events if type(one).__name__ in {"InvoiceAsked", "SeatsCredited", "OrderPaid"}]
    assert {type(one) for one in asked} >= {SeatsCredited, OrderPaid}
    for event in asked:
        found = gather(lambda got: process.needs(event, got), world.memory)  # noqa: B023 - called before the next turn
        for command in process.react(event, found, world.context):
            world.send(command)
    assert world.memory.rows == before


# Payments


def started() -> World:
    world = World()
    world.place("o1", vip=2)
    world.send(StartPayment(order=ORDER, payment=P1))
    return world


def test_a_missing_callback_is_asked_after_five_times_in_a_day() -> None:
    world = started()
    asked = []
    for minutes in (5, 25, 90, 600, 720, 1440):
        world.wait(minutes=minutes)
        asked.append(world.calls.count(Call(service="ask_payment", about=P1)))
    assert asked == [1, 2, 3, 4, 5, 5]
    assert "payment:payment" not in world.deadlines


def test_nothing_is_asked_after_what_came() -> None:
    world = started()
    world.capture(P1)
    assert world.deadlines == {}
    world.send(CheckPayment(payment=P1, attempt=1))
    assert world.calls == []


def test_a_rejected_payment_is_not_asked_after() -> None:
    world = started()
    world.send(RecordRejection(payment=P1))
    assert "payment:payment" not in world.deadlines


def test_a_cancelled_payment_is_closed_with_the_provider_and_still_asked_after() -> None:
    world = started()
    world.send(CancelPayment(payment=P1))
    assert world.calls == [Call(service="close_payment", about=P1)]
    world.wait(minutes=5)
    assert world.calls[-1] == Call(service="ask_payment", about=P1)
    world.capture(P1)
    assert "payment:payment" not in world.deadlines


# Refunds


def test_a_refund_through_the_provider_is_asked_of_it_and_told_when_it_is_made() -> None:
    world = started()
    world.capture(P1)
    world.send(RequestRefund(refund="r1", payment=P1, amount=50))
    assert world.calls == [Call(service="refund", about="payment:r1")]
    assert mails(world, "refund") == []
    world.send(RecordRefund(refund="r1", payment=P1, amount=50, currency="EUR", reference="re1"))
    assert world.mail[-1] == Mail(template="refund", about="payment:r1")
    assert [one.amount for one in world.order("o1").returned] == [50]


def test_a_refund_of_cash_is_paid_out_by_hand() -> None:
    world = World()
    world.place("o1", vip=2)
    transfer(world, 200, "cash")
    world.send(RequestRefund(refund="r1", payment=PaymentId("cash"), amount=50))
    assert world.calls == []
    world.send(RecordRefund(refund="r1", payment=PaymentId("cash"), amount=50, currency="EUR"))
    assert mails(world, "refund") == ["cash:r1"]


def test_money_for_an_order_that_there_is_not_belongs_to_nobody() -> None:
    world = World()
    transfer(world, 200, "lost", order="never placed")
    payment = world.memory.get(Payment, "lost")
    assert payment is not None
    assert (payment.order, payment.state) == (None, PaymentState.UNKNOWN)
    world.send(RecordRefund(refund="r1", payment=PaymentId("lost"), amount=200, currency="EUR"))
    assert mails(world, "refund") == []


# The cost of an order


def test_placing_an_order_reads_no_row_for_payments() -> None:
    world = World()
    done = world.place("o1", vip=2)
    heard = [one for one in done.events if type(one) in process.process.events]
    assert heard == []
