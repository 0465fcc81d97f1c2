"""The sale at the door: leases, walk-in, further seats, voiding, the till and its count."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.attention.attention_screen import AttentionScreen
from desktop.ui.badges.printing import Paper
from desktop.ui.desk import Line
from desktop.ui.main_window import MainWindow
from desktop.ui.orders.orders_screen import OrdersScreen
from desktop.ui.parts.amounts import Amount
from desktop.ui.parts.paper import Sheet
from desktop.ui.problems.problems_screen import ProblemsScreen
from desktop.ui.sale.sale_screen import SaleScreen
from desktop.ui.unsaved_dialog import UnsavedDialog
from shared.checkin.verdict import Attendee, Pass
from shared.conference.seat_types import EditSeatType
from shared.kernel.decider import Actor, Role
from shared.kernel.edits import Edit
from shared.kernel.ids import OrderId, PersonId, SeatTypeId
from shared.registration.allotments import WriteOffAllotment
from shared.registration.door_sale import (
    DoorSale,
    RecordDoorSale,
    RecordTillCount,
    Source,
    Takings,
    VoidDoorSale,
    order_of,
)
from shared.registration.receipts import Method
from shared.registration.seats import SeatsOfType
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, FULL, WORKSHOP, Stage, StagedDesk
from tests.sync.world import Desktop


class PaperTray:
    """A press that keeps what it was given."""

    is_slow = False

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []

    def names(self) -> list[str]:
        return ["Label printer"]

    def print(self, sheets: Sequence[Sheet], printer: str) -> None:
        self.sheets += sheets


@pytest.fixture
def west(stage: Stage) -> Desktop:
    made = stage.desktop("gate-west")
    made.sync()
    return made


def _sale(window: MainWindow) -> SaleScreen:
    window.open_conference(CONFERENCE, "sale")
    assert window.screens is not None
    return window.screens.made("sale", SaleScreen)


def _lease(sale: SaleScreen, west: Desktop, *seat_types: str) -> None:
    for one in seat_types:
        sale.till_page.seat_type.setCurrentIndex(sale.till_page.seat_type.findData(one))
        sale.till_page.quantity.setValue(3)
        sale.till_page.lease.click()
    west.sync()
    sale.refresh()


def _fill(sale: SaleScreen, first: str, last: str, *seat_types: SeatTypeId) -> None:
    for name, text in (("first_name", first), ("last_name", last)):
        sale.counter.person.fields[name].show_value(text)
    sale.counter.seats.choose(seat_types)


def _void(sale: SaleScreen) -> None:
    order, sold = sale._till.sales()[0]
    sale.till_page.ask_void(order, sold)


def _said(dialog: QWidget) -> str:
    return "\n".join(one.text() for one in dialog.findChildren(QLabel))


def _command(west: Desktop) -> RecordDoorSale:
    command = west.workspace.pending[-1].command
    assert isinstance(command, RecordDoorSale)
    return command


def test_nothing_is_sold_before_the_server_granted_a_lease(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    counter = sale.counter
    assert not counter._nothing.isHidden()
    assert [row.box.isEnabled() for row in counter.seats.rows] == [False, False, False]
    sale.till_page.seat_type.setCurrentIndex(sale.till_page.seat_type.findData(FULL))
    sale.till_page.lease.click()
    sale.refresh()
    assert not any(row.box.isEnabled() for row in counter.seats.rows), "it waits for the server"
    west.sync()
    sale.refresh()
    assert [row.stock.left for row in counter.seats.rows] == [10, 0, 0]
    assert counter._nothing.text.startswith("None left here: Workshop: proofs by hand, Dinner.")


def test_seats_are_leased_only_while_the_server_answers(west: Desktop, open_window: Open) -> None:
    desk = StagedDesk(west)
    desk.line = replace(desk.line, line=Line.ALONE)
    sale = _sale(open_window(desk))
    assert not sale.till_page.lease.isEnabled()
    desk.line = replace(desk.line, line=Line.SERVER)
    sale.refresh()
    assert sale.till_page.lease.isEnabled()


def test_a_walk_in_pays_cash_and_gets_change_a_ticket_and_a_receipt(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL, WORKSHOP)
    counter = sale.counter
    _fill(sale, "소연", "김", FULL, WORKSHOP)
    assert counter.payment.total.text() == "300.00 EUR"
    counter.payment.given.setValue(250)
    assert counter.payment.change.text() == "50.00 EUR missing"
    assert not counter.payment.sell.isEnabled()
    counter.payment.given.setValue(320)
    assert counter.payment.change.text() == "Change: 20.00 EUR"
    counter.payment.sell.click()
    command = _command(west)
    assert [one.price for one in command.seats] == [240_00, 60_00]
    assert len({one.attendee for one in command.seats}) == 1
    assert command.method is Method.CASH
    assert counter.currentIndex() == 1
    assert "300.00 EUR" in counter.sold.text
    assert "소연 김" in counter.sold.text
    assert "Change  20.00 EUR" in counter.sold.text
    assert counter.sold.state._text.text() == "waiting for the server"
    row = west.workspace.get(Pass, command.seats[0].ticket or "")
    assert row is not None
    assert row.last_name == "김"
    west.sync()
    sale.refresh()
    assert counter.sold.state._text.text() == "The server has it"
    sold = next(iter(west.workspace.rows(DoorSale).values()))
    assert {one.source for one in sold.seats} == {Source.ALLOTMENT}
    assert "Order " in counter.sold.text
    counter.sold.next.click()
    assert counter.person.is_empty
    assert [row.stock.left for row in counter.seats.rows] == [2, 2, 0]


def test_a_missing_name_and_a_wrong_address_are_said_at_their_fields(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    counter = sale.counter
    _fill(sale, "Ana", "", FULL)
    counter.payment.sell.click()
    assert counter.person.fields["last_name"].complaint
    counter.person.fields["last_name"].show_value("Costa")
    counter.person.fields["email"].show_value("ana at home")
    counter.payment.sell.click()
    assert counter.person.fields["email"].complaint
    assert not counter.person.fields["last_name"].complaint
    assert not west.workspace.pending


def test_one_pays_for_two_with_the_terminal(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    counter = sale.counter
    _fill(sale, "Ana", "Costa", FULL)
    counter.another.click()
    _fill(sale, "Ben", "Costa", FULL)
    counter.payment.card.click()
    assert counter.payment.total.text() == "480.00 EUR"
    counter.payment.sell.click()
    command = _command(west)
    assert command.method is Method.TERMINAL
    assert [one.first_name for one in command.seats] == ["Ana", "Ben"]
    assert len({one.attendee for one in command.seats}) == 2


def test_a_walk_in_may_be_free(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    _fill(sale, "Ana", "Costa", FULL)
    sale.counter.payment.is_free.click()
    assert sale.counter.payment.total.text() == "0.00 EUR"
    sale.counter.payment.sell.click()
    assert [one.price for one in _command(west).seats] == [0]


def test_a_seat_that_is_in_the_sale_is_not_offered_to_the_next_person_of_it(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    counter = sale.counter
    for name in ("One", "Two", "Three"):
        _fill(sale, name, "Costa", FULL)
        counter.another.click()
    assert not counter.seats.rows[0].box.isEnabled()
    assert counter._nothing.text.startswith("None left here"), "those who are in the sale have theirs"
    _fill(sale, "Four", "Costa", FULL)
    assert counter.payment.total.text() == "720.00 EUR", "nobody pays for a seat that this desk does not have"
    counter.payment.sell.click()
    assert counter.payment.error.text() == "Choose at least one seat."
    assert not west.workspace.pending
    counter._remove(0)
    assert [row.stock.left for row in counter.seats.rows] == [1, 0, 0]


def test_what_changed_since_the_total_was_told_is_told_before_anything_is_sold(
    stage: Stage, west: Desktop, open_window: Open
) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    counter = sale.counter
    _fill(sale, "Ana", "Costa", FULL)
    counter.payment.card.click()
    stage.run(EditSeatType(seat_type=FULL, price=Edit(seen=240_00, new=260_00)))
    west.sync()
    counter.payment.sell.click()
    assert not west.workspace.pending
    assert counter.payment.total.text() == "260.00 EUR"
    assert counter.payment.error.text() == "The total was 240.00 EUR before: prices or seats changed meanwhile."
    stage.run(WriteOffAllotment(allotment=sale._till.leases()[0].id))
    west.sync()
    sale.refresh()
    assert counter.payment.error.text() == "The total was 260.00 EUR before: prices or seats changed meanwhile."
    _lease(sale, west, FULL)
    _fill(sale, "Ana", "Costa", FULL)
    counter.payment.sell.click()
    assert [one.price for one in _command(west).seats] == [260_00]


def test_an_earlier_receipt_leads_back_to_what_is_typed(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    counter = sale.counter
    _fill(sale, "Ana", "Costa", FULL)
    counter.payment.sell.click()
    counter.sold.next.click()
    _fill(sale, "Ben", "Costa", FULL)
    counter.another.click()
    _fill(sale, "Cleo", "Da", FULL)
    sale.till_page.chosen.emit(sale._till.sales()[0][0])
    assert counter.sold.next.accessibleName() == "Back to the open sale"
    counter.sold.next.click()
    assert counter.currentIndex() == 0
    assert counter.payment.total.text() == "480.00 EUR"
    counter.payment.sell.click()
    assert [one.first_name for one in _command(west).seats] == ["Ben", "Cleo"]
    assert counter.sold.next.accessibleName() == "Next customer"


def test_a_further_seat_waits_for_the_sale_that_is_open(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL, WORKSHOP)
    counter = sale.counter
    row = next(one for one in west.workspace.rows(Pass).values() if one.last_name == "Li")
    _fill(sale, "Ana", "Costa", FULL)
    sale.start_for(row)
    assert counter._after.text == "This sale is not finished. After it: a further seat for Bo Li."
    counter.payment.sell.click()
    assert [one.first_name for one in _command(west).seats] == ["Ana"]
    counter.sold.next.click()
    assert counter.person.known == row
    assert counter._after.isHidden()
    counter.seats.choose((WORKSHOP,))
    sale.start_for(row)
    assert counter.seats.chosen == (WORKSHOP,), "it is open for them already"
    counter.over.click()
    assert counter.person.is_empty
    assert counter.over.isHidden()


def test_closing_over_an_open_sale_asks(west: Desktop, open_window: Open, qtbot: QtBot) -> None:
    window = open_window(StagedDesk(west))
    sale = _sale(window)
    _lease(sale, west, FULL)
    _fill(sale, "Ana", "Costa", FULL)
    assert not window.close()
    asked = window._leaving.dialog
    assert isinstance(asked, UnsavedDialog)
    assert "In: Gathering of Sciences 2026 · On-site sale" in _said(asked)
    assert asked.save.isHidden(), "a sale is finished or dropped"
    asked.keep.click()
    assert sale.counter.person.fields["last_name"].value == "Costa"
    sale.counter.payment.sell.click()
    with qtbot.waitSignal(window.closed):
        assert window.close()


def test_a_double_click_leases_once(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    for _ in range(2):
        sale.till_page.lease.click()
    assert len(sale._till.leases()) == 1
    sale.till_page.seat_type.setCurrentIndex(1)
    assert sale.till_page.lease.isEnabled(), "another type may be leased"
    west.sync()
    sale.refresh()
    sale.till_page.seat_type.setCurrentIndex(0)
    assert sale.till_page.lease.isEnabled()


@pytest.mark.parametrize(
    ("currency", "minor", "text"),
    [
        ("KRW", 48_000_000, "48,000,000 KRW"),
        ("EUR", 48_000_000, "480,000.00 EUR"),
        ("KWD", 48_000_001, "48,000.001 KWD"),
    ],
)
def test_a_till_of_a_busy_day_can_be_counted_in_any_currency(
    qtbot: QtBot, currency: str, minor: int, text: str
) -> None:
    amount = Amount(currency)
    qtbot.addWidget(amount)
    amount.show_minor(minor)
    assert (amount.minor, amount.text()) == (minor, text)


@pytest.mark.parametrize("language", [QLocale.Language.English, QLocale.Language.German])
@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("240.50", 240_50),
        ("240,5", 240_50),
        ("24.5", 24_50),
        ("1234.5", 1234_50),
        ("240", 240_00),
    ],
)
def test_cents_are_typed_with_a_point_or_a_comma_in_every_language(
    qtbot: QtBot, language: QLocale.Language, typed: str, minor: int
) -> None:
    amount = Amount("EUR")
    amount.setLocale(QLocale(language))
    qtbot.addWidget(amount)
    amount.selectAll()
    QTest.keyClicks(amount, typed)
    amount.interpretText()
    assert amount.minor == minor


def test_a_further_seat_goes_to_the_same_attendee(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, WORKSHOP)
    row = next(one for one in west.workspace.rows(Pass).values() if one.last_name == "Li")
    sale.start_for(row)
    sale.counter.seats.choose((WORKSHOP,))
    sale.counter.payment.sell.click()
    command = _command(west)
    assert command.seats[0].attendee == row.attendee
    held = west.workspace.get(Attendee, row.attendee or "")
    assert held is not None
    assert len(held.tickets) == 2


def test_a_voided_sale_gives_back_money_and_seat(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    _fill(sale, "Ana", "Costa", FULL)
    sale.counter.payment.sell.click()
    assert sale._till.takings.in_till("EUR") == 240_00
    order, _ = sale._till.sales()[0]
    _void(sale)
    assert sale._till.takings.in_till("EUR") == 240_00, "nothing happens before it is confirmed"
    asked = sale.till_page.dialog
    assert asked is not None
    assert asked.windowTitle() == "Void the sale to Ana Costa?"
    assert "Give 240.00 EUR in cash back to Ana Costa." in _said(asked)
    asked.accept_button.click()
    assert sale._till.takings.in_till("EUR") == 0
    assert sale._till.sale(order).is_voided  # type: ignore[union-attr]
    sale.counter.sold.refresh()
    assert "This sale was voided." in sale.counter.sold.text
    west.sync()
    sale.refresh()
    assert west.workspace.problems() == []
    assert sale._till.stock()[0].left == 2, "the seat is back, its ticket is not used again"


@pytest.mark.parametrize(
    ("method", "advice"),
    [
        (Method.CASH, "ask the buyer for 240.00 EUR, or the till lacks it at the closing count."),
        (Method.TERMINAL, "ask the buyer to pay 240.00 EUR again."),
    ],
)
def test_money_that_may_have_gone_back_twice_is_told_with_what_to_do(
    stage: Stage, west: Desktop, open_window: Open, method: Method, advice: str
) -> None:
    window = open_window(StagedDesk(west))
    sale = _sale(window)
    _lease(sale, west, FULL)
    _fill(sale, "Ana", "Costa", FULL)
    sale.counter.payment.sell.click()
    west.workspace.issue(replace(_command(west), sale="another", method=method))
    west.sync()
    order = next(OrderId(id) for id, one in west.workspace.rows(DoorSale).items() if one.sale == "another")
    stage.run(VoidDoorSale(order=order), actor=Actor(role=Role.ORGANIZER, id="office"))
    west.workspace.issue(VoidDoorSale(order=order))
    west.sync()
    window.go("problems")
    assert window.screens is not None
    (card,) = window.screens.made("problems", ProblemsScreen).cards
    said = _said(card)
    assert "This sale was voided already. Do not give its money back again." in said
    assert "was voided by office." in said
    assert advice in said
    assert sale._till.takings.in_till("EUR") == 240_00, "only the other sale's"


def test_whoever_got_anothers_ticket_is_told_to_the_organizer_with_what_to_do(
    stage: Stage, west: Desktop, open_window: Open, qtbot: QtBot
) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    _fill(sale, "Ana", "Costa", FULL)
    sale.counter.payment.sell.click()
    sold = _command(west)
    copy = replace(
        sold.seats[0], attendee=PersonId("second"), first_name="Bea", last_name="Ito", email="bea@example.org"
    )
    second = replace(sold, sale="of the copied laptop", seats=(copy,))
    west.workspace.issue(second)
    west.sync()
    stage.laptop.sync()
    window = open_window(StagedDesk(stage.laptop))
    window.open_conference(CONFERENCE, "attention")
    assert window.screens is not None
    table = window.screens.made("attention", AttentionScreen).table
    listed = [table.item(0, column) for column in range(2)]
    assert [one and one.text() for one in listed] == ["Given somebody else’s ticket at the door", "–"]
    orders = window.screens.made("orders", OrdersScreen)
    window.go("orders")
    orders.open_order(order_of(second))
    tasks = orders.page.tasks
    said = _said(tasks)
    assert "Given somebody else’s ticket at the door: Bea Ito" in said
    assert "print it at the desk that sold it" in said
    assert "The mail of the sale to bea@example.org has the new ticket, too." in said
    (done,) = tasks.findChildren(QPushButton)
    assert done.accessibleName() == "They have the new ticket, Bea Ito"
    done.click()
    qtbot.waitUntil(tasks.isHidden)


def test_a_seat_that_was_paid_for_and_did_not_exist_is_given_from_its_task(
    stage: Stage, west: Desktop, open_window: Open, qtbot: QtBot
) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    _fill(sale, "Ana", "Costa", FULL)
    sale.counter.payment.sell.click()
    sold = _command(west)
    free = stage.laptop.workspace.get(SeatsOfType, WORKSHOP)
    assert free is not None
    seats = (replace(sold.seats[0], seat_type=WORKSHOP, ticket=None, price=60_00),)
    lacking = replace(sold, sale="too many", seats=seats * (free.available + 1))
    west.workspace.issue(lacking)
    west.sync()
    stage.laptop.sync()
    window = open_window(StagedDesk(stage.laptop))
    window.open_conference(CONFERENCE, "orders")
    assert window.screens is not None
    orders = window.screens.made("orders", OrdersScreen)
    orders.open_order(order_of(lacking))
    tasks = orders.page.tasks
    again = "Give the seats again"
    next(one for one in tasks.findChildren(QPushButton) if one.accessibleName() == again).click()
    assert tasks.error.text() == "No seats of this type are left."
    stage.laptop.workspace.issue(EditSeatType(seat_type=WORKSHOP, quota=Edit(seen=free.quota, new=free.quota + 1)))
    stage.laptop.sync()
    next(one for one in tasks.findChildren(QPushButton) if one.accessibleName() == again).click()
    qtbot.waitUntil(tasks.isHidden)
    stage.laptop.sync()
    west.sync()
    sold_now = west.workspace.get(DoorSale, order_of(lacking))
    assert sold_now is not None
    assert {one.source for one in sold_now.seats} == {Source.AVAILABLE}


def test_the_focus_stays_at_the_row_of_a_sale_while_the_till_is_shown_anew(west: Desktop, open_window: Open) -> None:
    window = open_window(StagedDesk(west))
    sale = _sale(window)
    _lease(sale, west, FULL)
    for _ in range(2):
        _fill(sale, "Ana", "Costa", FULL)
        sale.counter.payment.sell.click()
        sale.counter.sold.next.click()
    sale._stack.setCurrentWidget(sale.till_page)
    page = sale.till_page
    order = sale._till.sales()[1][0]

    def focused() -> str:
        return window.focusWidget().objectName()

    def put(name: str) -> None:
        next(one for one in page.row_buttons() if one.objectName() == name).setFocus()

    page.refresh()
    put(f"{order} void")
    assert focused() == f"{order} void"
    page.refresh()
    assert focused() == f"{order} void"
    west.workspace.issue(VoidDoorSale(order=order))
    page.refresh()
    assert focused() == f"{order} receipt"
    lease = sale._till.leases()[0].id
    put(f"{lease} return")
    page.refresh()
    assert focused() == f"{lease} return"


def test_the_closing_count_says_the_difference_and_opens_a_new_till(west: Desktop, open_window: Open) -> None:
    window = open_window(StagedDesk(west))
    sale = _sale(window)
    _lease(sale, west, FULL)
    _fill(sale, "Ana", "Costa", FULL)
    sale.counter.payment.sell.click()
    first = sale._till.till
    page = sale.till_page
    page.opening.setValue(50)
    page.counted.setValue(280)
    assert page.difference.text() == "Expected: 290.00 EUR · difference −10.00 EUR"
    page.count.click()
    assert page.dialog is not None
    assert "expected 290.00 EUR: a difference of −10.00 EUR." in _said(page.dialog)
    assert not west.workspace.get(Takings, first).counts  # type: ignore[union-attr]
    page.dialog.accept_button.click()
    count = west.workspace.pending[-1].command
    assert isinstance(count, RecordTillCount)
    assert (count.till, count.opening, count.counted) == (first, 50_00, 280_00)
    assert sale._till.till != first
    assert "−10.00 EUR" in page.last.text()
    assert (page.opening.minor, page.counted.minor) == (0, 0)
    assert window.screens is not None
    tray = PaperTray()
    window.screens.badges.spool.press = tray
    page.print_count.click()
    assert [one.title for one in tray.sheets] == ["Closing count"]
    _void(sale)
    page.dialog.accept_button.click()
    assert page.dialog.error.text() == "The till was counted after this sale. Ask an organizer to void it."
    west.sync()
    assert west.workspace.problems() == []


def test_a_lease_is_returned(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    page = sale.till_page
    page.ask_return(sale._till.leases()[0])
    assert page.dialog is not None
    assert page.dialog.windowTitle() == "Return 3 seats of Full conference?"
    assert len(sale._till.leases()) == 1
    page.dialog.accept_button.click()
    assert sale._till.leases() == []
    west.sync()
    assert west.workspace.problems() == []


def test_the_receipt_is_written_as_pdf_and_the_tickets_are_printed(
    west: Desktop, open_window: Open, tmp_path: Path
) -> None:
    window = open_window(StagedDesk(west))
    sale = _sale(window)
    _lease(sale, west, FULL)
    _fill(sale, "Ana", "Costa", FULL)
    sale.counter.payment.sell.click()
    sold = sale.counter.sold
    file = tmp_path / "receipt.pdf"
    sold._ask_file = lambda _parent, _name: file
    sold.save_receipt()
    assert file.read_bytes().startswith(b"%PDF")
    assert sold.told.text() == "Written to receipt.pdf."
    sold.print_badges()
    assert sold.told.text().endswith("There is no badge layout yet. An organizer makes one under Badges.")
    assert window.screens is not None
    tray = PaperTray()
    window.screens.badges.spool.press = tray
    sold.print_receipt()
    sold.print_tickets()
    assert [one.title for one in tray.sheets] == ["Receipt", "Ticket"]


def _type(sale: SaleScreen, text: str, *keys: Qt.Key) -> None:
    QTest.keyClicks(_focus(sale), text)
    for key in keys:
        QTest.keyClick(_focus(sale), key)


def _focus(sale: SaleScreen) -> QWidget:
    found = sale.window().focusWidget()
    assert found is not None
    return found


def test_a_walk_in_is_served_by_keyboard_alone_in_few_keys(west: Desktop, open_window: Open, qtbot: QtBot) -> None:
    window = open_window(StagedDesk(west))
    qtbot.waitUntil(window.isActiveWindow)
    sale = _sale(window)
    _lease(sale, west, FULL, WORKSHOP)
    counter = sale.counter
    counter.start()
    qtbot.waitUntil(counter.seats.rows[0].box.isVisible)
    QTest.keyClick(_focus(sale), Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    _type(sale, "Ana", Qt.Key.Key_Tab)
    _type(sale, "Costa", Qt.Key.Key_Return)
    assert _focus(sale) is counter.payment.given
    _type(sale, "300", Qt.Key.Key_Return)
    assert [one.seat_type for one in _command(west).seats] == [FULL]
    assert counter.sold.change.text() == "Change: 60.00 EUR"
    assert _focus(sale) is counter.sold.next
    QTest.keyClick(counter.sold.next, Qt.Key.Key_Space)
    assert _focus(sale) is counter.person.fields["first_name"].control
    assert counter.seats.chosen == ()


def test_the_only_type_that_is_left_is_chosen_for_each_customer(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    sale.counter.start()
    assert sale.counter.seats.chosen == (FULL,)
    said = sale.counter._nothing.text
    assert "None left here: Workshop: proofs by hand, Dinner." in said
    _type(sale, "Ana", Qt.Key.Key_Tab)
    _type(sale, "Costa", Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert [one.price for one in _command(west).seats] == [240_00], "nothing typed is the exact amount"


def test_what_the_desk_prints_after_a_sale_comes_by_itself(west: Desktop, open_window: Open, qtbot: QtBot) -> None:
    window = open_window(StagedDesk(west))
    sale = _sale(window)
    _lease(sale, west, FULL)
    assert window.screens is not None
    badges, tray = window.screens.badges, PaperTray()
    badges.spool.press = tray
    for paper in (Paper.RECEIPT, Paper.BADGE):
        badges.print_after_sale(paper, does=True)
    _fill(sale, "Ana", "Costa", FULL)
    sale.counter.payment.sell.click()
    qtbot.waitUntil(lambda: bool(sale.counter.sold.told.text()))
    assert [one.title for one in tray.sheets] == ["Receipt"]
    assert sale.counter.sold.told.text() == (
        "The receipt is at the printer.\nThere is no badge layout yet. An organizer makes one under Badges."
    )


def test_an_organizer_sees_all_tills_and_writes_off_the_lease_of_a_desk_that_is_away(
    west: Desktop, open_window: Open, stage: Stage
) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    assert sale.all_desks.isHidden()
    _lease(sale, west, FULL)
    _fill(sale, "Ana", "Costa", FULL)
    sale.counter.payment.sell.click()
    sale.till_page.counted.setValue(230)
    sale.till_page.count.click()
    assert sale.till_page.dialog is not None
    sale.till_page.dialog.accept_button.click()
    west.sync()
    stage.laptop.sync()
    laptop = _sale(open_window(StagedDesk(stage.laptop)))
    laptop.all_desks.click()
    page = laptop.desks_page
    shown = _said(page)
    assert "West tablet" in shown
    assert "Cash 240.00 EUR" in shown
    assert "counted, difference −10.00 EUR" in shown
    assert "2 left of 3" in shown
    write_off = next(one for one in page.findChildren(QPushButton) if one.text() == "Write off…")
    write_off.click()
    assert page.dialog is not None
    assert page.dialog.windowTitle() == "Write off 2 seats of Full conference?"
    assert "What West tablet sold of them" in _said(page.dialog)
    page.dialog.accept_button.click()
    stage.laptop.sync()
    assert stage.laptop.workspace.problems() == []
    west.sync()
    sale.refresh()
    assert [row.stock.left for row in sale.counter.seats.rows] == [0, 0, 0]
