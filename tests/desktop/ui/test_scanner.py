"""The scanner is heard whatever has the focus, and typing stays typing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.store.log import Log
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.door.scanner import GAP_S, Scanner
from desktop.workspace import Workspace
from shared.checkin.admission import RecordScan
from shared.checkin.ticket_code import PREFIX
from shared.checkin.verdict import Finding, Pass
from tests.desktop.ui.conftest import KeyTime, Open
from tests.desktop.ui.stage import CONFERENCE, FULL, Stage, StagedDesk, code_of
from tests.sync.world import FILE_KEY

CODE = PREFIX + "ABCDEFGH234567" * 14


class Bench:
    """A scanner and a field that has the focus."""

    def __init__(self, qtbot: QtBot) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.time = KeyTime()
        self.window = QWidget()
        self.scanner = Scanner(app, self.window, self.time)
        self.scanner.is_active = True
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
    Scanner(app, window).is_active = True
    window.deleteLater()
    qtbot.waitUntil(lambda: not shiboken6.isValid(window))
    qtbot.addWidget(field)
    QTest.keyClicks(field, CODE)
    assert field.text() == CODE


def test_an_inactive_scanner_hears_nothing(bench: Bench) -> None:
    bench.scanner.is_active = False
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


@pytest.mark.parametrize("where", ["another field", "a dialog"])
def test_a_scan_reaches_the_door_whatever_has_the_focus(
    stage: Stage, open_window: Open, qtbot: QtBot, where: str
) -> None:
    west = stage.desktop("gate-west")
    west.sync()
    window = open_window(StagedDesk(west))
    window.open_conference(CONFERENCE, "door")
    assert window.screens is not None
    door = window.screens.made("door", DoorScreen)
    row = next(one for one in west.workspace.rows(Pass).values() if one.last_name == "Li")
    if where == "a dialog":
        window.show_connection()
        target: QWidget = next(one for one in window.findChildren(QDialog) if one.isVisible())
    else:
        window.go("attendees")
        found = window.stack.currentWidget()
        assert found is not None
        target = found.findChildren(QLineEdit)[0]
        target.setFocus()
    window.scanner._clock = KeyTime()
    QTest.keyClicks(target, code_of(row))
    QTest.keyClick(target, Qt.Key.Key_Return)
    assert window.place == "door"
    assert door.verdict.look is not None
    assert door.card.scanned is not None
    assert door.card.scanned.finding is Finding.ADMIT
    assert target.isVisible() == (where == "a dialog")


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
