"""The organizer's orders: found, looked at, and put right, with and without the server."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.main_window import MainWindow
from desktop.ui.orders.facts import facts_of
from desktop.ui.orders.history import history_of
from desktop.ui.orders.order_page import OrderPage
from desktop.ui.orders.orders_screen import OrdersScreen
from desktop.ui.orders.people import Person
from desktop.ui.parts.amounts import Amount
from shared.access.access import EnrolDevice
from shared.kernel.decider import Actor, Role
from shared.kernel.ids import DeviceId, OrderId
from shared.payments.invoice import REMINDERS_MOST, RemindOfInvoice
from shared.payments.payment import Payment, RefundState
from shared.registration.assignments import SeatAssignment, UnassignSeat, seat_id
from shared.registration.order import CancelOrder
from shared.registration.order_state import Order, OrderState
from tests.desktop.ui import money_stage
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, FULL, PEOPLE, Stage, StagedDesk

Show = Callable[[OrderId], OrderPage]


@pytest.fixture
def window(stage: Stage, open_window: Open) -> MainWindow:
    made = open_window(StagedDesk(stage.laptop))
    made.open_conference(CONFERENCE, "orders")
    return made


@pytest.fixture
def orders(window: MainWindow) -> OrdersScreen:
    assert window.screens is not None
    return window.screens.made("orders", OrdersScreen)


@pytest.fixture
def show(stage: Stage, orders: OrdersScreen) -> Show:
    """Shows an order as the laptop knows it after a sync."""

    def show_it(order: OrderId) -> OrderPage:
        stage.laptop.sync()
        orders.open_order(order)
        return orders.page

    return show_it


def press(whole: QWidget, name: str) -> None:
    """The first button whose name for screen readers begins like this."""
    found = [one for one in whole.findChildren(QPushButton) if one.accessibleName().startswith(name)]
    assert found, name
    found[0].click()


def opened(whole: QWidget) -> QDialog:
    return next(one for one in whole.findChildren(QDialog) if one.isVisible())


def order(stage: Stage, id: OrderId) -> Order:
    row = stage.laptop.workspace.get(Order, id)
    assert row is not None
    return row


# The list


def test_orders_are_found_by_name_address_locator_and_code(stage: Stage, orders: OrdersScreen, qtbot: QtBot) -> None:
    made = money_stage.discounted(stage)
    stage.laptop.sync()
    model = orders.list.model
    qtbot.waitUntil(lambda: model.rowCount() == 4)
    locator = order(stage, made).locator or ""
    for text in ("김지우", f"buyer-{made[-4:]}", locator.lower(), "early"):
        orders.list.search.setText(text)
        qtbot.waitUntil(lambda: model.rowCount() == 1)
        assert model.row_at(0) == (made, order(stage, made)), text
        orders.list.search.clear()
        qtbot.waitUntil(lambda: model.rowCount() == 4)
    orders.list.search.setText("nobody at all")
    qtbot.waitUntil(lambda: orders.list.stack.currentIndex() == 2)


def test_the_newest_order_stands_first(stage: Stage, orders: OrdersScreen, qtbot: QtBot) -> None:
    newest = money_stage.place(stage, PEOPLE[2], {FULL: 1})
    stage.laptop.sync()
    qtbot.waitUntil(lambda: orders.list.model.rowCount() == 4)
    first = orders.list.model.row_at(0)
    assert first is not None
    assert first[0] == newest


def test_orders_are_filtered_by_what_they_are_called(stage: Stage, orders: OrdersScreen, qtbot: QtBot) -> None:
    made = money_stage.busy(stage)
    stage.laptop.sync()
    listed = {
        "reserved": 3,
        "partial": 1,
        "confirmed": 4,
        "unpaid": 1,
        "expired": 1,
        "cancelled": 1,
        "attention": 2,
        "": 11,
    }
    for group, number in listed.items():
        orders.list.choose(group)
        assert orders.list.model.rowCount() == number, group
    orders.list.choose("unpaid")
    first = orders.list.model.row_at(0)
    assert first is not None
    assert first[0] == made["invoiced"]
    orders.list.choose("attention")
    orders.list.search.setText("buyer")
    qtbot.waitUntil(lambda: orders.list.model.rowCount() == 2)


def test_an_order_moves_to_its_new_state_before_the_server_knows(stage: Stage, orders: OrdersScreen) -> None:
    made = money_stage.place(stage, PEOPLE[2], {FULL: 1})
    stage.laptop.sync()
    stage.laptop.workspace.issue(CancelOrder(order=made))
    orders.list.choose("cancelled")
    assert orders.list.model.rowCount() == 1
    assert orders.list.model.row_at(0) == (made, order(stage, made))


# One order


def test_cancelling_an_order_leaves_its_money_to_be_refunded(stage: Stage, show: Show, qtbot: QtBot) -> None:
    made = money_stage.discounted(stage)
    page = show(made)
    assert page.tasks.isHidden()
    page.cancel.click()
    press(opened(page), "Cancel the order")
    qtbot.waitUntil(lambda: not page.tasks.isHidden())
    assert order(stage, made).state is OrderState.CANCELLED
    assert not page.cancel.isEnabled()
    facts = facts_of(stage.laptop.workspace, made)
    assert facts is not None
    assert facts.is_waiting
    stage.laptop.sync()
    assert order(stage, made).tasks


def test_a_refund_is_asked_for_and_a_larger_one_is_refused_at_its_field(stage: Stage, show: Show, qtbot: QtBot) -> None:
    made = money_stage.late(stage)
    page = show(made)
    press(page.tasks, "Refund")
    dialog = opened(page)
    amount = dialog.findChild(Amount)
    assert isinstance(amount, Amount)
    assert amount.minor == 90_00
    amount.show_minor(91_00)
    press(dialog, "Refund")
    assert dialog.fields["amount"].complaint.startswith("This is more than can be refunded")  # type: ignore[attr-defined]
    amount.show_minor(90_00)
    press(dialog, "Refund")
    assert not dialog.isVisible()
    payment = stage.laptop.workspace.get(Payment, order(stage, made).receipts[0].payment)
    assert payment is not None
    assert [(one.amount, one.state) for one in payment.refunds] == [(90_00, RefundState.REQUESTED)]


def test_a_refund_that_was_paid_by_hand_is_recorded(stage: Stage, show: Show) -> None:
    made = money_stage.cancelled(stage)
    page = show(made)
    press(page.tasks, "It was paid out…")
    press(opened(page), "Record the refund")
    stage.laptop.sync()
    payment = stage.laptop.workspace.get(Payment, order(stage, made).receipts[0].payment)
    assert payment is not None
    assert [(one.id, one.state) for one in payment.refunds] == [("refund-1", RefundState.PAID)]
    assert [one.to_refund for one in order(stage, made).tasks] == [140_00]


def test_more_than_came_is_recorded_as_paid_back_only_when_it_is_said_twice(stage: Stage, show: Show) -> None:
    made = money_stage.late(stage)
    page = show(made)
    press(page.money, "Refund of")
    dialog = opened(page)
    amount = dialog.findChild(Amount)
    assert isinstance(amount, Amount)
    dialog.how.show_value("paid")  # type: ignore[attr-defined]
    amount.show_minor(0)
    press(dialog, "Refund")
    assert dialog.isVisible()
    amount.show_minor(100_00)
    press(dialog, "Refund")
    assert dialog.isVisible()
    press(dialog, "Refund")
    assert not dialog.isVisible()
    assert [one.amount for one in order(stage, made).returned] == [100_00]


def test_a_bank_transfer_pays_an_invoice(stage: Stage, show: Show) -> None:
    made = money_stage.invoiced(stage)
    page = show(made)
    press(page.money, "Record a payment")
    dialog = opened(page)
    amount = dialog.findChild(Amount)
    assert isinstance(amount, Amount)
    assert amount.minor == 720_00
    amount.show_minor(0)
    press(dialog, "Record the payment")
    assert dialog.isVisible()
    amount.show_minor(720_00)
    press(dialog, "Record the payment")
    stage.laptop.sync()
    assert order(stage, made).owed == 0
    facts = facts_of(stage.laptop.workspace, made)
    assert facts is not None
    assert [one.is_paid for one in facts.invoices] == [True]
    told = [one.what for one in history_of(stage.laptop.workspace, facts)]
    assert "720.00 EUR came (Bank transfer)" in told
    assert "Invoice GS26-00001 was issued" in told
    assert "Order confirmed, to be paid on invoice" in told
    assert "Everything is paid" in told
    assert told[-1] == "Order placed"


def test_the_history_says_who_did_what_from_which_device(stage: Stage, show: Show) -> None:
    made = money_stage.discounted(stage)
    workspace = stage.laptop.workspace
    stage.run(EnrolDevice(device=DeviceId("office"), label="Office computer", role=Role.ORGANIZER))
    person = Person(id=money_stage.buyer_of(made), first_name="지우", last_name="김", email="jiwoo@example.org")
    stage.run(person.seated(made, 0), actor=money_stage.OFFICE)
    page = show(made)
    workspace.issue(person.seated(made, 1))
    workspace.issue(UnassignSeat(order=made, position=0))
    page.refresh()

    def told() -> list[tuple[str, str, str]]:
        facts = facts_of(workspace, made)
        assert facts is not None
        return [(one.what, one.who, one.outcome) for one in history_of(workspace, facts)]

    assert told()[:3] == [
        ("Seat 1 was taken back from 지우 김", "this device", "waiting for the server"),
        ("Seat 2 was given to 지우 김", "this device", "waiting for the server"),
        ("Seat 1 was given to 지우 김", "Office computer", ""),
    ]
    assert told()[-1] == ("Order placed", "the registrant", "")
    stage.laptop.sync()
    assert {outcome for _, _, outcome in told()} == {""}
    stage.run(CancelOrder(order=made), actor=money_stage.OFFICE)
    workspace.issue(person.seated(made, 2))
    stage.laptop.sync()
    (refused,) = [one for one in told() if one[2]]
    assert refused[1] == "this device"
    assert refused[2].startswith("refused: ")


def test_an_invoice_that_nobody_pays_is_told_until_it_is_paid(stage: Stage, show: Show, qtbot: QtBot) -> None:
    made = money_stage.invoiced(stage)
    for _ in range(REMINDERS_MOST):
        stage.clock.now += timedelta(days=30)
        stage.run(RemindOfInvoice(number=1))
    page = show(made)
    told = [one.text() for one in page.tasks.findChildren(QLabel)]
    assert "The last reminder of an invoice brought no money, or not all of it: 720.00 EUR" in told
    press(page.money, "Record a payment")
    press(opened(page), "Record the payment")
    qtbot.waitUntil(page.tasks.isHidden)


def test_late_money_gets_its_seats_when_there_are_some_again(stage: Stage, show: Show) -> None:
    made = money_stage.late(stage)
    page = show(made)
    press(page.tasks, "Give the seats again")
    assert page.tasks.error.text() == "No seats of this type are left."
    assert not page.tasks.error.isHidden()
    money_stage.more_dinners(stage, seen=0, new=5)
    stage.laptop.sync()
    press(page.tasks, "Give the seats again")
    stage.laptop.sync()
    assert order(stage, made).state is OrderState.CONFIRMED
    assert not order(stage, made).tasks


def test_a_task_is_settled_otherwise(stage: Stage, show: Show, qtbot: QtBot) -> None:
    made = money_stage.late(stage)
    page = show(made)
    press(page.tasks, "Settled otherwise")
    qtbot.waitUntil(page.tasks.isHidden)
    stage.laptop.sync()
    assert not order(stage, made).tasks


def test_a_seat_is_assigned_handed_on_taken_back_and_cancelled(stage: Stage, show: Show, qtbot: QtBot) -> None:
    made = money_stage.discounted(stage)
    page = show(made)
    for name in ("Nari", "Goran"):
        page.seats.assign_asked.emit(0)
        dialog = opened(page)
        for field, text in (("first_name", name), ("last_name", "Kim"), ("email", name)):
            dialog.fields[field].show_value(text)  # type: ignore[attr-defined]
        dialog.save()  # type: ignore[attr-defined]
        assert dialog.fields["email"].complaint == "Email is not an e-mail address."  # type: ignore[attr-defined]
        dialog.fields["email"].show_value(f"{name}@example.org")  # type: ignore[attr-defined]
        dialog.save()  # type: ignore[attr-defined]
        qtbot.waitUntil(lambda dialog=dialog: not dialog.isVisible())  # type: ignore[misc]
    seat = stage.laptop.workspace.get(SeatAssignment, seat_id(made, 0))
    assert seat is not None
    assert (seat.first_name, seat.version) == ("Goran", 2)
    page.refresh()
    press(page.seats, "Take back")
    seat = stage.laptop.workspace.get(SeatAssignment, seat_id(made, 0))
    assert seat is not None
    assert seat.attendee is None
    page.seats.cancel_asked.emit(0)
    press(opened(page), "Cancel the seat")
    page.refresh()
    stage.laptop.sync()
    assert order(stage, made).seats[FULL] == 1


def test_what_a_screen_did_keeps_the_focus_near(stage: Stage, show: Show, qtbot: QtBot) -> None:
    page = show(money_stage.late(stage))
    button = next(one for one in page.tasks.findChildren(QPushButton) if one.accessibleName() == "Give the seats again")
    button.setFocus()
    actor = Actor(role=Role.ORGANIZER, id="office")
    other = next(id for id, one in stage.laptop.workspace.rows(Order).items() if one.last_name == "Li")
    stage.run(UnassignSeat(order=OrderId(other), position=0), actor=actor)
    stage.laptop.sync()
    page.refresh()
    assert button.hasFocus(), "another order is no reason to fill this one anew"


def test_an_order_opens_with_enter_and_the_list_comes_back(stage: Stage, orders: OrdersScreen, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: orders.list.model.rowCount() == 3)
    orders.list.table.activated.emit(orders.list.model.index(0, 0))
    assert orders.currentWidget() is orders.page
    orders.page.back.click()
    assert orders.currentWidget() is orders.list


def test_what_is_found_is_shown_from_its_top(stage: Stage, orders: OrdersScreen, qtbot: QtBot) -> None:
    for person in PEOPLE * 3:
        money_stage.place(stage, person, {FULL: 1})
    stage.laptop.sync()
    listed = orders.list
    qtbot.waitUntil(lambda: listed.model.rowCount() > len(PEOPLE) * 3)
    listed.table.scrollToBottom()
    assert listed.table.verticalScrollBar().value() > 0
    listed.search.setText("buyer")
    qtbot.waitUntil(lambda: listed.model.rowCount() == len(PEOPLE) * 3)
    assert listed.table.verticalScrollBar().value() == 0
