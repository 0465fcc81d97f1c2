"""The organizer's money, discount codes, wait list, and what needs attention."""

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.ui.attention.attention_screen import AttentionScreen
from desktop.ui.discounts.discounts_screen import DiscountsScreen
from desktop.ui.discounts.reading import codes_of, moment_of, shown_moment, zone_of
from desktop.ui.main_window import MainWindow
from desktop.ui.money.money_screen import MoneyScreen
from desktop.ui.orders.orders_screen import OrdersScreen
from desktop.ui.parts.amounts import Amount
from desktop.ui.parts.form_dialog import ConfirmDialog
from desktop.ui.parts.labels import Band
from desktop.ui.waitlist.waitlist_screen import WaitListScreen
from shared.discounts.discount import Discount, EditDiscount
from shared.kernel.edits import Edit
from shared.payments.payment import Payment, RefundState
from shared.payments.views import Balance
from shared.registration.order import CancelOrder
from shared.registration.order_state import Order
from shared.registration.waitlist import EntryState, WaitEntry
from tests.desktop.ui import money_stage
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.money_stage import OFFICE
from tests.desktop.ui.stage import CONFERENCE, FULL, PEOPLE, Stage, StagedDesk
from tests.desktop.ui.test_orders import opened, press

OFFICE_PLACES = ("orders", "attention", "money", "discounts", "waitlist")


@pytest.fixture
def window(stage: Stage, open_window: Open) -> MainWindow:
    made = open_window(StagedDesk(stage.laptop))
    made.open_conference(CONFERENCE)
    return made


def discounts(window: MainWindow) -> DiscountsScreen:
    assert window.screens is not None
    window.go("discounts")
    return window.screens.made("discounts", DiscountsScreen)


def column(screen: DiscountsScreen | AttentionScreen, number: int) -> list[str]:
    cells = (screen.table.item(place, number) for place in range(screen.table.rowCount()))
    return [cell.text() for cell in cells if cell is not None]


# Who sees what


def test_door_staff_have_no_places_for_money(stage: Stage, open_window: Open) -> None:
    gate = stage.desktop("gate-west")
    gate.sync()
    window = open_window(StagedDesk(gate, may_create=False))
    window.open_conference(CONFERENCE, "orders")
    assert window.place == "conference"
    assert [name for name in OFFICE_PLACES if window.navigation.has(name)] == []
    assert window.navigation.has("door")


def test_organizers_have_them(window: MainWindow) -> None:
    assert [name for name in OFFICE_PLACES if not window.navigation.has(name)] == []


# What needs attention


def test_what_needs_attention_opens_its_order(stage: Stage, window: MainWindow, qtbot: QtBot) -> None:
    made = money_stage.late(stage)
    money_stage.unknown_money(stage)
    stage.laptop.sync()
    assert window.screens is not None
    window.go("attention")
    screen = window.screens.made("attention", AttentionScreen)
    assert column(screen, 0) == [
        "Money of which nobody here knows what it is for",
        "Paid after the order expired, and its seats were gone",
    ]
    qtbot.waitUntil(lambda: window.navigation.buttons["attention"].text() == "Attention  (2)")
    screen.table.selectRow(1)
    press(screen, "Open the order")
    assert window.place == "orders"
    assert window.screens.made("orders", OrdersScreen).page.order == made


def test_money_of_nobody_goes_back_from_the_list(stage: Stage, window: MainWindow, qtbot: QtBot) -> None:
    assert window.screens is not None
    window.go("attention")
    screen = window.screens.made("attention", AttentionScreen)
    assert screen.stack.currentIndex() == 1
    money_stage.unknown_money(stage)
    stage.laptop.sync()
    qtbot.waitUntil(lambda: screen.table.rowCount() == 1)
    screen.table.selectRow(0)
    press(screen, "Open the order")
    press(screen, "Refund")
    press(opened(screen), "Refund")
    payment = stage.laptop.workspace.get(Payment, "nobody-knows")
    assert payment is not None
    assert [(one.amount, one.state) for one in payment.refunds] == [(12_34, RefundState.REQUESTED)]
    qtbot.waitUntil(lambda: screen.stack.currentIndex() == 1)


# Money


def test_the_balance_adds_up_and_says_so_when_it_does_not(stage: Stage, window: MainWindow, qtbot: QtBot) -> None:
    order = money_stage.discounted(stage)
    money_stage.unknown_money(stage)
    stage.laptop.sync()
    assert window.screens is not None
    window.go("money")
    screen = window.screens.made("money", MoneyScreen)
    (band,) = screen.findChildren(Band)
    assert band.text.startswith("It adds up")
    texts = [one.text() for one in screen.findChildren(QLabel)]
    assert "12.34 EUR" in texts
    assert screen.model.rowCount() == 5
    screen.search.setText("unknown")
    qtbot.waitUntil(lambda: screen.model.rowCount() == 1)
    screen.search.setText("of no entry")
    qtbot.waitUntil(lambda: screen.stack.currentIndex() == 2)
    screen.search.setText(order[-4:])
    qtbot.waitUntil(lambda: screen.model.rowCount() == 1)
    screen.table.activated.emit(screen.model.index(0, 0))
    assert window.screens.made("orders", OrdersScreen).page.order == order
    wrong = screen._verdict(Balance(captured={"EUR": 5}))
    assert isinstance(wrong, Band)
    assert "differ by 0.05 EUR" in wrong.text


# Discount codes


def test_a_code_is_defined_used_edited_and_withdrawn(stage: Stage, window: MainWindow, qtbot: QtBot) -> None:
    screen = discounts(window)
    assert screen.stack.currentIndex() == 1
    dialog = screen.open_form("")
    dialog.fields["code"].show_value("early")
    dialog.save()
    assert dialog.fields["percentage"].complaint == "Percentage must be between 1 and 10000."
    dialog.fields["percentage"].show_value(20.0)
    dialog.fields["valid_until"].show_value("whenever")
    dialog.save()
    assert dialog.fields["valid_until"].complaint
    dialog.fields["valid_until"].show_value("2030-01-02 18:00")
    dialog.fields["quota"].show_value(1000)
    dialog.save()
    assert dialog.fields["quota"].complaint.startswith("There are only 550 seats")
    dialog.fields["quota"].show_value(3)
    dialog.scope.boxes[FULL].setChecked(True)
    dialog.save()
    row = stage.laptop.workspace.get(Discount, "EARLY")
    assert row is not None
    assert (row.percentage, row.seat_types, row.quota) == (20_00, (FULL,), 3)
    assert row.valid_until == datetime(2030, 1, 2, 17, 0, tzinfo=UTC)
    qtbot.waitUntil(lambda: column(screen, 5) == ["waiting"])
    stage.laptop.sync()
    money_stage.place(stage, PEOPLE[2], {FULL: 2}, ("EARLY",))
    stage.laptop.sync()
    qtbot.waitUntil(lambda: column(screen, 3) == ["2 of 3"])
    screen.table.selectRow(0)
    press(screen, "Withdraw")
    stage.laptop.sync()
    qtbot.waitUntil(lambda: column(screen, 5) == ["Withdrawn"])
    screen.table.selectRow(0)
    again = screen.open_form("EARLY")
    assert again.fields["code"].isEnabled()
    again.fields["valid_until"].show_value("")
    again.save()
    row = stage.laptop.workspace.get(Discount, "EARLY")
    assert row is not None
    assert (row.is_withdrawn, row.valid_until) == (False, None)


def test_a_code_that_exists_is_said_at_its_field(stage: Stage, window: MainWindow) -> None:
    money_stage.discounted(stage)
    stage.laptop.sync()
    dialog = discounts(window).open_form("")
    dialog.fields["code"].show_value("EARLY")
    dialog.kind.show_value("amount")
    dialog.findChildren(Amount)[0].show_minor(10_00)
    dialog.save()
    assert dialog.fields["code"].complaint == "This discount code exists already."


def test_what_somebody_else_changed_meanwhile_is_shown_at_the_field(stage: Stage, window: MainWindow) -> None:
    money_stage.discounted(stage)
    stage.laptop.sync()
    dialog = discounts(window).open_form("EARLY")
    dialog.fields["percentage"].show_value(30.0)
    dialog.fields["note"].show_value("Mine")
    stage.run(EditDiscount(code="EARLY", percentage=Edit(seen=20_00, new=25_00)), actor=OFFICE)
    stage.laptop.sync()
    dialog.save()
    assert "25 %" in dialog.fields["percentage"].complaint
    dialog.save()
    row = stage.laptop.workspace.get(Discount, "EARLY")
    assert row is not None
    assert (row.percentage, row.note) == (30_00, "Mine")


def test_saving_what_did_not_change_sends_nothing(stage: Stage, window: MainWindow) -> None:
    money_stage.discounted(stage)
    stage.laptop.sync()
    discounts(window).open_form("SPEAKER").save()
    assert not stage.laptop.workspace.pending


def test_moments_and_codes_are_read_as_they_are_typed() -> None:
    zone = zone_of("Europe/Warsaw")
    moment = datetime(2026, 7, 1, 16, 30, tzinfo=UTC)
    assert moment_of("2026-07-01 18:30", zone) == moment
    assert moment_of("2026-07-01T18:30 ", zone) == moment
    assert moment_of("2026-07-01", zone) == datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    assert moment_of(" ", zone) is None
    assert shown_moment(moment, zone) == "2026-07-01 18:30"
    assert zone_of("No/Where").key == "UTC"
    assert codes_of("early, Bird  x_1") == ("EARLY", "BIRD", "X_1")
    with pytest.raises(ValueError, match="soon"):
        moment_of("soon", zone)


# The wait list


def test_the_wait_list_shows_who_was_passed_over_and_who_has_an_offer(
    stage: Stage, window: MainWindow, qtbot: QtBot
) -> None:
    money_stage.waiting(stage)
    stage.laptop.sync()
    assert window.screens is not None
    window.go("waitlist")
    screen = window.screens.made("waitlist", WaitListScreen)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 3)
    assert [screen.model.row_at(place)[1].number for place in range(3)] == [1, 2, 3]  # type: ignore[index]
    screen.table.selectRow(0)
    press(screen, "Take off the list…")
    assert not stage.laptop.workspace.pending, "a slip of the mouse takes nobody's place"
    dialog = next(one for one in window.findChildren(ConfirmDialog) if one.isVisible())
    assert dialog.windowTitle().startswith("Take ")
    press(dialog, "Take off the list")
    qtbot.waitUntil(lambda: screen.model.data(screen.model.index(0, 3)) == "Left the list")
    stage.laptop.sync()
    last = next(id for id, one in stage.laptop.workspace.rows(Order).items() if one.state == "partially_reserved")
    stage.run(CancelOrder(order=last), actor=OFFICE)  # type: ignore[arg-type]
    stage.laptop.sync()
    entry = stage.laptop.workspace.get(WaitEntry, "entry-1")
    assert entry is not None
    assert entry.state is EntryState.OFFERED
    qtbot.waitUntil(lambda: screen.model.data(screen.model.index(1, 3)) == "Has an offer")
    screen.table.selectRow(1)
    assert screen.model.data(screen.model.index(1, 5))
    press(screen, "Open the offer")
    assert window.screens.made("orders", OrdersScreen).page.order == entry.offer


def test_every_dialog_of_money_has_names_for_screen_readers(stage: Stage, window: MainWindow) -> None:
    made = money_stage.late(stage)
    stage.laptop.sync()
    assert window.screens is not None
    window.screens.open_order(made)
    page = window.screens.made("orders", OrdersScreen).page
    press(page.money, "Record a payment")
    press(page.tasks, "Refund")
    page.seats.assign_asked.emit(0)
    page.seats.cancel_asked.emit(0)
    discounts(window).open_form("")
    dialogs = [one for one in window.findChildren(QDialog) if one.isVisible()]
    assert len(dialogs) == 5
    for dialog in dialogs:
        assert all(one.accessibleName() for one in dialog.findChildren(QPushButton))
