"""The scanner is heard whatever has the focus, and typing stays typing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import shiboken6
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu, QMessageBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.store.log import Log
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.door.scanner import GAP_S, QUICK_S, Hears, Scanner
from desktop.ui.kiosk.pin_dialog import ChoosePinDialog
from desktop.ui.main_window import MainWindow
from desktop.workspace import Workspace
from shared.checkin.admission import RecordScan
from shared.checkin.ticket_code import PREFIX
from shared.checkin.verdict import Finding, Pass
from tests.desktop.ui.conftest import KeyTime, Open
from tests.desktop.ui.stage import CONFERENCE, FULL, OTHER, Stage, StagedDesk, code_of
from tests.sync.world import FILE_KEY

CODE = PREFIX + "ABCDEFGH234567" * 14


class Bench:
    """A scanner and a field that has the focus."""

    def __init__(self, qtbot: QtBot) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.time = KeyTime()
        self.window = QWidget()
        self.hears = Hears.TICKETS
        self.scanner = Scanner(app, self.window, lambda: self.hears, self.time)
        self.heard: list[str] = []
        self.scanner.scanned.connect(self.heard.append)
        self.field, self.other = QLineEdit(), QLineEdit()
        column = QVBoxLayout(self.window)
        column.addWidget(self.field)
        column.addWidget(self.other)
        qtbot.addWidget(self.window)
        self.window.show()
        self.field.setFocus()


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qtbot)
    yield made
    made.scanner.close()


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_a_code_that_ends_with_a_key_is_heard_and_not_typed(bench: Bench, end: Qt.Key) -> None:
    QTest.keyClicks(bench.field, CODE)
    QTest.keyClick(bench.field, end)
    assert bench.heard == [CODE]
    assert bench.field.text() == ""
    assert QApplication.focusWidget() in (bench.field, None), "the ending Tab does not move the focus"


def test_a_code_that_ends_with_nothing_is_heard(bench: Bench, qtbot: QtBot) -> None:
    QTest.keyClicks(bench.field, CODE)
    qtbot.waitUntil(lambda: bench.heard == [CODE])
    assert bench.field.text() == ""


def test_a_second_ending_belongs_to_the_code(bench: Bench) -> None:
    QTest.keyClicks(bench.field, CODE.lower())
    pressed: list[bool] = []
    bench.field.returnPressed.connect(lambda: pressed.append(True))
    QTest.keyClick(bench.field, Qt.Key.Key_Return)
    QTest.keyClick(bench.field, Qt.Key.Key_Return)
    assert bench.heard == [CODE.lower()]
    assert not pressed


def test_words_that_begin_like_a_code_are_typed(bench: Bench, qtbot: QtBot) -> None:
    QTest.keyClicks(bench.field, "Lanyards")
    assert bench.field.text() == "Lanyards"
    QTest.keyClicks(bench.field, " la")
    qtbot.waitUntil(lambda: bench.field.text() == "Lanyards la")
    assert not bench.heard


def test_a_code_typed_slowly_by_hand_is_typed(bench: Bench, qtbot: QtBot) -> None:
    bench.time.apart = GAP_S * 2
    QTest.keyClicks(bench.field, "LANYARD.ABCDEFGHIJ")
    QTest.keyClick(bench.field, Qt.Key.Key_Return)
    assert bench.field.text() == "LANYARD.ABCDEFGHIJ"
    assert not bench.heard


def test_keys_that_queued_up_are_told_apart_by_when_they_were_pressed(bench: Bench) -> None:
    for typed, apart_ms in (("LANYARD.ABCDEFGHIJ", 180), (CODE, 4)):
        bench.field.clear()
        for number, letter in enumerate(typed, start=1):
            key = QKeyEvent(QEvent.Type.KeyPress, ord(letter), Qt.KeyboardModifier.NoModifier, letter)
            key.setTimestamp(number * apart_ms)
            QApplication.sendEvent(bench.field, key)
        QTest.keyClick(bench.field, Qt.Key.Key_Return)
        assert bench.field.text() == ("" if typed == CODE else typed)
    assert bench.heard == [CODE]


def test_a_scanner_does_not_outlive_its_window(qtbot: QtBot) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    window, field = QWidget(), QLineEdit()
    Scanner(app, window, lambda: Hears.TICKETS)
    window.deleteLater()
    qtbot.waitUntil(lambda: not shiboken6.isValid(window))
    qtbot.addWidget(field)
    QTest.keyClicks(field, CODE)
    assert field.text() == CODE


def test_an_inactive_scanner_hears_nothing(bench: Bench) -> None:
    bench.hears = Hears.NOTHING
    QTest.keyClicks(bench.field, CODE)
    assert bench.field.text() == CODE
    assert not bench.heard


def _log_of(workspace: Workspace, folder: Path) -> list[object]:
    """The scans in the log file, read by a connection of its own."""
    log = Log(folder / "log.db", FILE_KEY)
    try:
        return [one.command() for one in log.commands(workspace.conference) if one.wire.name == "checkin.record_scan"]
    finally:
        log.close()


def _door_of(window: MainWindow) -> DoorScreen:
    window.open_conference(CONFERENCE, "door")
    window.scanner._clock = KeyTime()
    assert window.screens is not None
    return window.screens.made("door", DoorScreen)


def _attendees_search(window: MainWindow, qtbot: QtBot) -> QWidget:
    window.go("attendees")
    found = window.stack.currentWidget()
    assert found is not None
    field = found.findChildren(QLineEdit)[0]
    field.setFocus()
    return field


def _dialog(window: MainWindow, qtbot: QtBot) -> QWidget:
    window.show_connection()
    return next(one for one in window.findChildren(QDialog) if one.isVisible())


def _field_of_a_dialog(window: MainWindow, qtbot: QtBot) -> QWidget:
    window.kiosk.ask_to_begin()
    assert isinstance(window.kiosk.dialog, ChoosePinDialog)
    return window.kiosk.dialog.pin.control


def _message(window: MainWindow, qtbot: QtBot) -> QWidget:
    box = QMessageBox(window)
    box.setText("Really?")
    box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
    box.finished.connect(box.deleteLater)
    box.open()
    return box


def _menu(window: MainWindow, qtbot: QtBot) -> QWidget:
    menu = QMenu(window)
    menu.addAction("&Leave the conference")
    menu.addAction("&Another")
    menu.popup(window.rect().center())
    qtbot.waitUntil(menu.isVisible)
    return menu


def _choice(window: MainWindow, qtbot: QtBot) -> QWidget:
    door = window.screens.door if window.screens is not None else None
    assert door is not None
    door.gate.area.showPopup()
    qtbot.waitUntil(door.gate.area.view().isVisible)
    return door.gate.area.view()


ENDS: Final = {"Enter": Qt.Key.Key_Return, "Tab": Qt.Key.Key_Tab, "nothing": None}
PLACES: Final = {
    "another field": _attendees_search,
    "a dialog": _dialog,
    "a dialog's field": _field_of_a_dialog,
    "a message box": _message,
    "an open menu": _menu,
    "an open choice": _choice,
}


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("end", ENDS)
def test_a_scan_reaches_the_door_whatever_has_the_focus(
    stage: Stage, open_window: Open, qtbot: QtBot, where: str, end: str
) -> None:
    west = stage.desktop("gate-west")
    west.sync()
    window = open_window(StagedDesk(west))
    door = _door_of(window)
    row = next(one for one in west.workspace.rows(Pass).values() if one.last_name == "Li")
    target = PLACES[where](window, qtbot)
    QTest.keyClicks(target, code_of(row))
    if (key := ENDS[end]) is not None:
        QTest.keyClick(target, key)
    qtbot.waitUntil(lambda: door.card.scanned is not None)
    assert window.place == "door"
    assert door.card.scanned is not None
    assert door.card.scanned.finding is Finding.ADMIT
    assert len(west.workspace.pending) == 1
    assert QApplication.activePopupWidget() is None, "what was open over the verdict is closed"
    assert target.isVisible() == ("dialog" in where or "box" in where)
    assert not isinstance(target, QLineEdit) or target.text() == ""


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("text", ["https://example.org/badge/17?x=1", "00417733"])
def test_a_foreign_code_at_the_door_is_recorded_and_not_typed_even_in_part(
    stage: Stage, open_window: Open, qtbot: QtBot, text: str, end: str
) -> None:
    west = stage.desktop("gate-west")
    west.sync()
    window = open_window(StagedDesk(west))
    door = _door_of(window)
    door.scan(code_of(next(one for one in west.workspace.rows(Pass).values() if one.last_name == "Li")))
    door.card.reason.setFocus()
    before = len(west.workspace.pending)
    QTest.keyClicks(door.card.reason, text)
    if (key := ENDS[end]) is not None:
        QTest.keyClick(door.card.reason, key)
    qtbot.waitUntil(lambda: len(west.workspace.pending) > before)
    assert door.card.scanned is not None
    assert door.card.scanned.finding is Finding.UNREADABLE
    assert len(west.workspace.pending) == before + 1
    assert door.card.reason.text() == ""


def test_a_foreign_code_elsewhere_is_typed_whole(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    west = stage.desktop("gate-west")
    west.sync()
    window = open_window(StagedDesk(west))
    _door_of(window)
    field = _attendees_search(window, qtbot)
    QTest.keyClicks(field, "https://example.org/badge/17")
    assert isinstance(field, QLineEdit)
    assert field.text() == "https://example.org/badge/17"
    assert not west.workspace.pending


def test_a_code_of_several_lines_is_one_scan(bench: Bench) -> None:
    bench.hears = Hears.ALL
    for line in ("BEGIN:VCARD", "VERSION:4.0", "FN:Bo Li of a company with a name that takes a while", "END"):
        QTest.keyClicks(bench.field, line)
        QTest.keyClick(bench.field, Qt.Key.Key_Return)
    assert bench.heard == ["BEGIN:VCARD"]
    assert bench.field.text() == ""
    bench.time.now += 1.0
    QTest.keyClicks(bench.field, "00417733")
    QTest.keyClick(bench.field, Qt.Key.Key_Return)
    assert bench.heard == ["BEGIN:VCARD", "00417733"]


def test_a_name_typed_by_a_quick_hand_is_typed(bench: Bench, qtbot: QtBot) -> None:
    bench.hears = Hears.ALL
    bench.time.apart = QUICK_S * 1.5
    QTest.keyClicks(bench.field, "Wisniewska, Lucja")
    qtbot.waitUntil(lambda: bench.field.text() == "Wisniewska, Lucja")
    pressed: list[bool] = []
    bench.field.returnPressed.connect(lambda: pressed.append(True))
    QTest.keyClick(bench.field, Qt.Key.Key_Return)
    assert pressed
    assert not bench.heard


def test_keys_come_in_the_order_in_which_they_were_pressed(bench: Bench, qtbot: QtBot) -> None:
    bench.hears = Hears.ALL
    QTest.keyClicks(bench.field, "Lix")
    QTest.keyClick(bench.field, Qt.Key.Key_Backspace)
    assert bench.field.text() == "Li"
    QTest.keyClick(bench.field, Qt.Key.Key_Shift)
    QTest.keyClicks(bench.field, " A")
    qtbot.waitUntil(lambda: bench.field.text() == "Li A")


def test_a_code_with_a_letter_of_alt_gr_is_whole(bench: Bench) -> None:
    bench.hears = Hears.ALL
    QTest.keyClicks(bench.field, "ada")
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    QApplication.sendEvent(bench.field, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_At, held, "@"))
    QTest.keyClicks(bench.field, "example.org")
    QTest.keyClick(bench.field, Qt.Key.Key_Return)
    assert bench.heard == ["ada@example.org"]
    assert bench.field.text() == ""


def test_a_key_that_is_held_down_is_no_code(bench: Bench) -> None:
    bench.hears = Hears.ALL
    for _ in range(20):
        key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "a", True)
        QApplication.sendEvent(bench.field, key)
    assert bench.field.text() == "a" * 20
    assert not bench.heard


def test_a_scan_is_for_the_conference_that_is_worked_on(stage: Stage, open_window: Open) -> None:
    west = stage.desktop("gate-west")
    west.sync()
    other = Stage(stage.folder / "other", stage.clock, conference=OTHER)
    other.found(stage.clock.now.date())
    desk = StagedDesk(west)
    desk.others = {OTHER: other.laptop.workspace}
    window = open_window(desk)
    door = _door_of(window)
    window.open_conference(OTHER, "door")
    assert window.screens is not None
    elsewhere = window.screens.made("door", DoorScreen)
    elsewhere.gate.gate.setText("North")
    elsewhere.gate.gate.editingFinished.emit()
    row = next(iter(west.workspace.rows(Pass).values()))
    QTest.keyClicks(elsewhere.field, code_of(row))
    QTest.keyClick(elsewhere.field, Qt.Key.Key_Return)
    assert elsewhere.card.scanned is not None
    assert elsewhere.card.scanned.finding is Finding.OTHER_CONFERENCE
    assert door.card.scanned is None
    assert not west.workspace.pending


def test_a_scan_is_in_the_log_file_before_the_verdict_shows(
    stage: Stage, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    west = stage.desktop("gate-west")
    west.sync()
    window = open_window(StagedDesk(west))
    window.open_conference(CONFERENCE, "door")
    assert window.screens is not None
    door = window.screens.made("door", DoorScreen)
    kept_when_shown: list[list[object]] = []
    show = door.verdict.show_verdict

    def watched(*given: object) -> None:
        kept_when_shown.append(_log_of(west.workspace, west.folder))
        show(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(door.verdict, "show_verdict", watched)
    row = next(one for one in west.workspace.rows(Pass).values() if one.last_name == "王" and one.seat_type == FULL)
    door.scan(code_of(row))
    assert len(kept_when_shown) == 1
    (kept,) = kept_when_shown[0]
    assert isinstance(kept, RecordScan)
    assert kept.seen.ticket == row.ticket
