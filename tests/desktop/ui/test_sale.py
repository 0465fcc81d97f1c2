"""The sale at the door: leases, walk-in, further seats, voiding, the till and its count."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.ui.desk import Line
from desktop.ui.main_window import MainWindow
from desktop.ui.parts.paper import Sheet
from desktop.ui.sale.sale_screen import SaleScreen
from shared.checkin.verdict import Attendee, Pass
from shared.kernel.ids import SeatTypeId
from shared.registration.door_sale import DoorSale, RecordDoorSale, RecordTillCount, Source
from shared.registration.receipts import Method
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, FULL, WORKSHOP, Stage, StagedDesk
from tests.sync.world import Desktop


class PaperTray:
    """A press that keeps what it was given."""

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
    assert counter._nothing.isHidden()


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


def test_more_than_the_lease_is_refused_with_a_sentence(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    counter = sale.counter
    for name in ("One", "Two", "Three"):
        _fill(sale, name, "Costa", FULL)
        counter.another.click()
    _fill(sale, "Four", "Costa", FULL)
    counter.payment.sell.click()
    assert counter.payment.error.text() == "No seats of this type are left."
    assert not west.workspace.pending


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
    sale.till_page._do(lambda: sale._till.void(order))
    assert sale._till.takings.in_till("EUR") == 0
    assert sale._till.sale(order).is_voided  # type: ignore[union-attr]
    sale.counter.sold.refresh()
    assert "This sale was voided." in sale.counter.sold.text
    west.sync()
    sale.refresh()
    assert west.workspace.problems() == []
    assert sale._till.stock()[0].left == 2, "the seat is back, its ticket is not used again"


def test_the_closing_count_says_the_difference_and_opens_a_new_till(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    _fill(sale, "Ana", "Costa", FULL)
    sale.counter.payment.sell.click()
    first = sale._till.till
    page = sale.till_page
    page.opening.setValue(50)
    page.counted.setValue(280)
    assert page.difference.text() == "Expected: 290.00 EUR · difference −10.00 EUR"
    page.count.click()
    count = west.workspace.pending[-1].command
    assert isinstance(count, RecordTillCount)
    assert (count.till, count.opening, count.counted) == (first, 50_00, 280_00)
    assert sale._till.till != first
    assert "−10.00 EUR" in page.last.text()
    order, _ = sale._till.sales()[0]
    page._do(lambda: sale._till.void(order))
    assert page.error.text() == "The till was counted after this sale. Ask an organizer to void it."
    west.sync()
    assert west.workspace.problems() == []


def test_a_lease_is_returned(west: Desktop, open_window: Open) -> None:
    sale = _sale(open_window(StagedDesk(west)))
    _lease(sale, west, FULL)
    page = sale.till_page
    page._do(lambda: sale._till.give_back(sale._till.leases()[0].id))
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
    assert sold.told.text() == "There is no badge layout yet. An organizer makes one under Badges."
    assert window.screens is not None
    tray = PaperTray()
    window.screens.badges.press = tray
    sold.print_receipt()
    sold.print_tickets()
    assert [one.title for one in tray.sheets] == ["Receipt", "Ticket"]
