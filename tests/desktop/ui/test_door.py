"""What the door shows: verdicts, the card and its basis, override, search, late news."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.tokens import Tone
from shared.checkin.admission import Action, RecordScan
from shared.checkin.verdict import Finding, Pass
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, FULL, Stage, StagedDesk, code_of
from tests.sync.world import Desktop


@pytest.fixture
def west(stage: Stage) -> Desktop:
    made = stage.desktop("gate-west")
    made.sync()
    return made


def _door(window: MainWindow) -> DoorScreen:
    window.open_conference(CONFERENCE, "door")
    assert window.screens is not None
    return window.screens.made("door", DoorScreen)


def _row(device: Desktop, last_name: str) -> Pass:
    found = device.workspace.rows(Pass).values()
    return next(one for one in found if one.last_name == last_name and one.seat_type == FULL)


def test_the_card_names_further_seats_and_what_the_verdict_rests_on(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    door.scan(code_of(_row(west, "Wiśniewska")))
    assert door.card.name.text() == "Łucja Wiśniewska"
    assert door.card.text("further") == "Workshop: proofs by hand"
    assert "Decided on this device" in door.card.basis.text
    west.sync()
    door.refresh()
    assert door.card.basis.text == "The server has this scan"


def test_a_second_entry_tells_when_and_where_the_first_was(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    door.scan(code_of(_row(west, "Li")))
    door.scan(code_of(_row(west, "Li")))
    assert door.verdict.look is not None
    assert (door.verdict.look.word, door.verdict.look.tone) == ("Already inside", Tone.CAUTION)
    assert "gate West, this device" in door.card.text("entry")
    assert door.counters.text("admitted") == "1 of 3"


def test_an_override_is_a_second_scan_with_its_reason(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    door.scan(code_of(_row(west, "Li")))
    door.scan(code_of(_row(west, "Li")))
    QTest.keyClicks(door.card.reason, "He went out for a call")
    QTest.keyClick(door.card.reason, Qt.Key.Key_Return)
    last = west.workspace.pending[-1].command
    assert isinstance(last, RecordScan)
    assert (last.action, last.reason) == (Action.OVERRIDDEN, "He went out for a call")
    assert door.verdict.look is not None
    assert door.verdict.look.word == "Overridden"


def test_a_foreign_code_in_the_field_is_recorded_as_no_ticket(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    QTest.keyClicks(door.field, "https://example.org/badge/17")
    QTest.keyClick(door.field, Qt.Key.Key_Return)
    assert door.card.scanned is not None
    assert door.card.scanned.finding is Finding.UNREADABLE


def test_enter_never_takes_the_first_of_those_found(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    door.field.setText("lucja")
    assert door.results.count() == 2
    QTest.keyClick(door.field, Qt.Key.Key_Down)
    assert door.strip.scans == []
    full = next(at for at in range(2) if "Full" in door.results.item(at).text())
    door.results.setCurrentRow(full)
    QTest.keyClick(door.results, Qt.Key.Key_Return)
    assert door.card.scanned is not None
    assert door.card.scanned.finding is Finding.ADMIT
    assert door.field.text() == ""


def test_a_double_admission_at_two_gates_shows_later_at_the_strip(
    stage: Stage, west: Desktop, open_window: Open
) -> None:
    east = stage.desktop("gate-east")
    east.sync()
    window = open_window(StagedDesk(east))
    door = _door(window)
    door.scan(code_of(_row(east, "Li")))
    late = StagedDesk(west)
    first = _door(open_window(late))
    first.scan(code_of(_row(west, "Li")))
    west.sync()
    east.sync()
    door.refresh()
    item = door.strip.list.item(0)
    assert item is not None
    assert "already inside" in item.text()


def test_without_a_gate_nothing_is_scanned(west: Desktop, open_window: Open) -> None:
    window = open_window(StagedDesk(west))
    door = _door(window)
    door.gate.gate.clear()
    door.gate.gate.editingFinished.emit()
    assert not window.scanner.is_active
    door.scan("anything")
    assert not west.workspace.pending
