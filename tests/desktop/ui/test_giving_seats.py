"""Seats are given by dragging somebody onto them, or them onto somebody, and by keys alone."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.orders.dragging import PERSON, SEAT, dragged
from desktop.ui.orders.order_page import OrderPage
from desktop.ui.orders.orders_screen import OrdersScreen
from desktop.ui.orders.seat_row import SeatRow
from shared.kernel.ids import OrderId
from shared.registration.assignments import SeatAssignment, seat_id
from tests.desktop.ui import money_stage
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, Stage, StagedDesk


@pytest.fixture
def made(stage: Stage) -> OrderId:
    """Three paid seats of one registrant; nobody has them yet."""
    order = money_stage.discounted(stage)
    stage.laptop.sync()
    return order


@pytest.fixture
def page(stage: Stage, made: OrderId, open_window: Open) -> OrderPage:
    window = open_window(StagedDesk(stage.laptop))
    window.open_conference(CONFERENCE, "orders")
    assert window.screens is not None
    screen = window.screens.made("orders", OrdersScreen)
    screen.open_order(made)
    return screen.page


def _seat(stage: Stage, made: OrderId, position: int) -> SeatAssignment | None:
    return stage.laptop.workspace.get(SeatAssignment, seat_id(made, position))


def _names(page: OrderPage) -> list[str]:
    people = page.people.list
    return [people.item(place).text().partition("\n")[0] for place in range(people.count())]


def _drop(target: QWidget, mime: QMimeData, at: QPoint) -> bool:
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at, copy, mime, left, none)
    QApplication.sendEvent(target, enter)
    move = QDragMoveEvent(at, copy, mime, left, none)
    QApplication.sendEvent(target, move)
    drop = QDropEvent(QPointF(at), copy, mime, left, none)
    QApplication.sendEvent(target, drop)
    return drop.isAccepted()


def _row(page: OrderPage, position: int) -> SeatRow:
    return next(one for one in page.seats.findChildren(SeatRow) if one.position == position and one.isVisible())


def _person(page: OrderPage) -> QMimeData:
    return dragged(PERSON, page.people.list.current)


def test_somebody_dragged_onto_a_free_seat_has_it(stage: Stage, made: OrderId, page: OrderPage) -> None:
    assert _names(page) == ["지우 김"]
    row = _row(page, 1)
    assert _drop(row, _person(page), row.rect().center())
    seat = _seat(stage, made, 1)
    assert seat is not None
    assert (seat.first_name, seat.email) == ("지우", f"buyer-{made[-4:]}@example.org")
    assert seat.attendee == money_stage.buyer_of(made), "the person that is known, not another one of the same name"


def test_a_seat_dragged_onto_somebody_is_theirs(stage: Stage, made: OrderId, page: OrderPage, qtbot: QtBot) -> None:
    page.people.search.setText("wisniewska")
    qtbot.waitUntil(lambda: _names(page) == ["Łucja Wiśniewska"])
    people = page.people.list
    at = people.visualItemRect(people.item(0)).center()
    assert _drop(people.viewport(), dragged(SEAT, "0"), at)
    seat = _seat(stage, made, 0)
    assert seat is not None
    assert (seat.last_name, seat.company) == ("Wiśniewska", "Politechnika Łódzka")


def test_what_is_neither_is_not_taken(stage: Stage, made: OrderId, page: OrderPage) -> None:
    text = QMimeData()
    text.setText("a file from elsewhere")
    row, people = _row(page, 0), page.people.list
    _drop(row, text, row.rect().center())
    _drop(people.viewport(), text, QPoint(5, 5))
    _drop(people.viewport(), dragged(SEAT, "0"), people.viewport().rect().bottomLeft())
    assert _seat(stage, made, 0) is None
    mime = _person(page)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(row, QDragEnterEvent(QPoint(1, 1), copy, mime, left, none))
    assert row.property("lit") == "true"
    QApplication.sendEvent(row, QDragLeaveEvent())
    assert row.property("lit") == "false"


def test_handing_a_seat_on_is_asked_back(stage: Stage, made: OrderId, page: OrderPage, qtbot: QtBot) -> None:
    _drop(_row(page, 0), _person(page), QPoint(5, 5))
    page.refresh()
    page.people.search.setText("Bo Li")
    qtbot.waitUntil(lambda: _names(page) == ["Bo Li"])
    _drop(_row(page, 0), _person(page), QPoint(5, 5))
    dialog = next(one for one in page.findChildren(QDialog) if one.isVisible())
    assert dialog.windowTitle() == "Hand seat 1 on?"
    before = _seat(stage, made, 0)
    assert before is not None
    assert before.first_name == "지우", "nothing was done before the answer"
    dialog.save()  # type: ignore[attr-defined]
    after = _seat(stage, made, 0)
    assert after is not None
    assert (after.last_name, after.version) == ("Li", 2)


def test_keys_alone_give_a_seat(stage: Stage, made: OrderId, page: OrderPage, qtbot: QtBot) -> None:
    page.people.list.setFocus()
    QTest.keyClick(page.people.list, Qt.Key.Key_Return)
    menu = next(one for one in page.people.findChildren(QMenu) if one.isVisible())
    assert [one.text().partition(":")[0] for one in menu.actions()] == ["Seat 1", "Seat 2", "Seat 3"]
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: _seat(stage, made, 1) is not None)


def test_an_empty_search_lists_those_of_the_order(page: OrderPage, qtbot: QtBot) -> None:
    page.people.search.setText("nobody at all")
    qtbot.waitUntil(lambda: _names(page) == [])
    assert not page.people.give.isEnabled()
    page.people.search.clear()
    qtbot.waitUntil(lambda: _names(page) == ["지우 김"])
