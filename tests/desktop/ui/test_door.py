"""What the door shows: verdicts, the card and its basis, override, search, late news."""

import wave
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.door import Door
from desktop.ui import words
from desktop.ui.desk import Connection, Line
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.door.scanner import Hears
from desktop.ui.door.sounds import NOTES, Sounds, wave_of
from desktop.ui.main_window import MainWindow
from desktop.ui.problems import inbox
from desktop.ui.tokens import Tone
from shared.checkin.admission import Action, RecordScan, UndoAdmission
from shared.checkin.verdict import Admission, Direction, Finding, Pass, admission_id
from shared.checkin.views import Incident
from shared.kernel.ids import SeatTypeId
from tests.desktop.ui.conftest import KeyTime, Open
from tests.desktop.ui.stage import CONFERENCE, DOOR, FULL, ROOM, WORKSHOP, Stage, StagedDesk, code_of
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


def _row(device: Desktop, last_name: str, seat_type: SeatTypeId = FULL) -> Pass:
    found = device.workspace.rows(Pass).values()
    return next(one for one in found if one.last_name == last_name and one.seat_type == seat_type)


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
    assert "Gate: West · this device" in door.card.text("entry")
    assert door.counters.text("admitted") == "1 of 3"


def test_an_override_is_a_second_scan_with_its_reason(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    door.scan(code_of(_row(west, "Li")))
    door.scan(code_of(_row(west, "Li")))
    door.card.reason.setText("He went out for a call")
    QTest.keyClick(door.card.reason, Qt.Key.Key_Return)
    last = west.workspace.pending[-1].command
    assert isinstance(last, RecordScan)
    assert (last.action, last.reason) == (Action.OVERRIDDEN, "He went out for a call")
    assert door.verdict.look is not None
    assert door.verdict.look.word == "Overridden"


def test_a_foreign_code_in_the_field_is_recorded_as_no_ticket(west: Desktop, open_window: Open) -> None:
    window = open_window(StagedDesk(west))
    door = _door(window)
    window.scanner._clock = KeyTime()
    QTest.keyClicks(door.field, "https://example.org/badge/17")
    QTest.keyClick(door.field, Qt.Key.Key_Return)
    assert door.card.scanned is not None
    assert door.card.scanned.finding is Finding.UNREADABLE


def _search(door: DoorScreen, text: str, qtbot: QtBot) -> list[str]:
    """The seats found."""
    with qtbot.waitSignal(door.results.found):
        door.field.setText(text)
    rows = (door.results.item(at).data(Qt.ItemDataRole.UserRole) for at in range(door.results.count()))
    return [f"{row.last_name} {words.seat(row)}" for row in rows]


def test_enter_never_takes_the_first_of_those_found(west: Desktop, open_window: Open, qtbot: QtBot) -> None:
    door = _door(open_window(StagedDesk(west)))
    assert len(_search(door, "lucja", qtbot)) == 2
    QTest.keyClick(door.field, Qt.Key.Key_Down)
    assert door.strip.scans == []
    full = next(at for at in range(2) if "Full" in door.results.item(at).text())
    door.results.setCurrentRow(full)
    QTest.keyClick(door.results, Qt.Key.Key_Return)
    assert door.card.scanned is not None
    assert door.card.scanned.finding is Finding.ADMIT
    assert door.field.text() == ""


def test_nobody_is_chosen_while_others_are_searched_for(west: Desktop, open_window: Open, qtbot: QtBot) -> None:
    door = _door(open_window(StagedDesk(west)))
    _search(door, "lucja", qtbot)
    door.results.setCurrentRow(0)
    with qtbot.waitSignal(door.results.found):
        door.field.setText("li")
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            QTest.keyClick(door.results, key)
        QTest.mouseClick(
            door.results.viewport(),
            Qt.MouseButton.LeftButton,
            pos=door.results.visualItemRect(door.results.item(0)).center(),
        )
        assert door.results.count() == 2, "those found before stay until the others are there"
    assert door.strip.scans == []
    assert door.field.text() == "li"


def test_enter_before_anybody_was_found_goes_to_the_first_and_takes_nobody(
    west: Desktop, open_window: Open, qtbot: QtBot
) -> None:
    door = _door(open_window(StagedDesk(west)))
    with qtbot.waitSignal(door.results.found):
        door.field.setText("lucja")
        QTest.keyClick(door.field, Qt.Key.Key_Return)
        QTest.keyClick(door.field, Qt.Key.Key_Return)
        assert door.results.currentRow() == -1
    assert (door.results.currentRow(), door.strip.scans) == (0, [])
    with qtbot.waitSignal(door.results.found):
        door.field.setText("lucj")
        QTest.keyClick(door.field, Qt.Key.Key_Return)
        door.field.setText("luc")
    assert door.results.currentRow() == -1, "who types on is not called away"


def test_what_was_searched_for_last_is_not_shown_once_the_field_is_empty(
    west: Desktop, open_window: Open, qtbot: QtBot
) -> None:
    door = _door(open_window(StagedDesk(west)))
    with qtbot.assertNotEmitted(door.results.found, wait=50):
        door.field.setText("lucja")
        door.field.clear()
    assert door.strip.isVisible()
    assert not door.results.is_searching


def test_a_seat_and_its_type_narrow_a_search(west: Desktop, open_window: Open, qtbot: QtBot) -> None:
    door = _door(open_window(StagedDesk(west)))
    full, workshop = _row(west, "Wiśniewska"), _row(west, "Wiśniewska", WORKSHOP)
    assert full.locator is not None
    here = f"Wiśniewska {words.seat(full)}"
    assert _search(door, words.seat(full), qtbot) == [here]
    assert _search(door, f"{full.locator.lower()} {full.position + 1}", qtbot)[0] == here
    assert _search(door, "wisniewska full", qtbot) == [here]
    assert _search(door, "lucja workshop", qtbot) == [f"Wiśniewska {words.seat(workshop)}"]
    assert _search(door, f"{full.locator} 99", qtbot) == []


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
    assert door.hears is Hears.NOTHING
    door.scan("anything")
    assert not west.workspace.pending


def _enters(door: DoorScreen, device: Desktop, last_name: str) -> None:
    door.scan(code_of(_row(device, last_name)))


def _offers(door: DoorScreen) -> bool:
    """Whether an override or undo is offered."""
    return door.card.may_act


def _word(door: DoorScreen) -> str:
    """The verdict's, empty where none shows."""
    return "" if door.verdict.look is None else door.verdict.look.word


def test_an_admission_is_undone_with_a_reason_and_counts_no_more(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    _enters(door, west, "Li")
    assert (door.counters.text("admitted"), door.counters.text("rate")) == ("1 of 3", "0.2")
    assert _offers(door)
    assert not door.card.act.isEnabled(), "a reason is needed"
    door.card.reason.setText("It was his brother")
    door.card.act.click()
    last = west.workspace.pending[-1].command
    assert isinstance(last, UndoAdmission)
    assert last.reason == "It was his brother"
    assert _word(door) == ""
    assert door.card.isHidden()
    assert (door.counters.text("admitted"), door.counters.text("rate")) == ("0 of 3", "0")
    item = door.strip.list.item(0)
    assert item is not None
    assert "undone" in item.text()
    door.strip.chosen.emit(door.strip.scans[0])
    assert not _offers(door), "it is undone already"
    _enters(door, west, "Li")
    assert _word(door) == "Admit"


def test_the_undo_ends_after_ten_minutes(stage: Stage, west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    _enters(door, west, "Li")
    assert _offers(door)
    stage.clock.now += timedelta(minutes=11)
    door.refresh()
    assert not _offers(door)


@pytest.mark.parametrize("moved", ["direction", "gate", "area"])
def test_at_another_place_the_last_verdict_is_gone(west: Desktop, open_window: Open, moved: str) -> None:
    door = _door(open_window(StagedDesk(west)))
    _enters(door, west, "Li")
    door.gate.operator.setText("Maya")
    door.gate.operator.editingFinished.emit()
    assert _word(door) == "Admit", "another operator stands at the same place"
    match moved:
        case "direction":
            door.gate.exit.click()
        case "gate":
            door.gate.gate.setText("North")
            door.gate.gate.editingFinished.emit()
        case _:
            door.gate.area.setCurrentIndex(door.gate.area.findData(ROOM))
            door.gate.area.activated.emit(door.gate.area.currentIndex())
    assert _word(door) == ""
    assert door.verdict.accessibleName() == "Ready to scan"
    assert door.card.scanned is None
    assert door.card.isHidden()


def test_the_rate_is_right_after_a_restart(stage: Stage, west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    for last_name in ("Li", "Wiśniewska", "王"):
        _enters(door, west, last_name)
    _enters(door, west, "Li")  # inside already, and so turned away
    door.strip.chosen.emit(door.strip.scans[1])
    door.card.reason.setText("Wrong person")
    door.card.act.click()
    assert door.counters.text("rate") == "0.4"
    again = _door(open_window(StagedDesk(stage.desktop("gate-west"))))
    assert again.counters.text("rate") == "0.4"
    item = again.strip.list.item(1)
    assert item is not None
    assert "undone" in item.text()
    again.gate.area.setCurrentIndex(again.gate.area.findData(ROOM))
    again.gate.area.activated.emit(again.gate.area.currentIndex())
    assert again.counters.text("rate") == "0", "the entries were at another area"
    stage.clock.now += timedelta(minutes=6)
    again.gate.area.setCurrentIndex(again.gate.area.findData(DOOR))
    again.refresh()
    assert again.counters.text("rate") == "0"


def test_a_replaced_code_does_not_put_the_blame_on_the_holder_of_now(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    row = _row(west, "Wiśniewska")
    door.scan(code_of(row, version=row.version - 1))
    assert door.card.scanned is not None
    assert door.card.scanned.finding is Finding.REVOKED
    assert door.card.name.text() == "Earlier ticket, seat now of Łucja Wiśniewska"
    assert door.verdict.accessibleName().startswith("Revoked. Earlier ticket")
    assert door.card.text("further") == ""
    assert not door.card.company.isVisible()
    item = door.strip.list.item(0)
    assert item is not None
    assert item.text().startswith("Earlier ticket")


def test_a_code_newer_than_the_data_names_nobody(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    row = _row(west, "Li")
    door.scan(code_of(row, version=row.version + 1))
    assert door.card.scanned is not None
    assert door.card.scanned.finding is Finding.UNLISTED
    assert door.card.name.text() == "Newer ticket, holder not known here yet"


def test_the_strip_asks_only_about_its_own_scans(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    _enters(door, west, "Li")
    item = door.strip.list.item(0)
    assert item is not None
    assert "waiting" in item.text()
    west.sync()
    door.refresh()
    item = door.strip.list.item(0)
    assert item is not None
    assert "waiting" not in item.text()
    assert west.workspace.is_settled(door.strip.scans[0].command_id)


def test_the_basis_tells_the_age_kept_from_an_earlier_start(stage: Stage, west: Desktop, open_window: Open) -> None:
    desk = StagedDesk(west, line=Connection(line=Line.ALONE, heard_at=stage.clock.now - timedelta(hours=3)))
    door = _door(open_window(desk))
    _enters(door, west, "Li")
    assert door.card.basis.text == "Decided on this device, with data 3 hours old"


def test_each_verdict_sounds_unless_muted(west: Desktop, open_window: Open, settings: QSettings, qtbot: QtBot) -> None:
    window = open_window(StagedDesk(west))
    door = _door(window)
    heard: list[str] = []
    window.sounded.connect(heard.append)
    _enters(door, west, "Li")
    _enters(door, west, "Li")
    assert heard == ["admit", "care"]
    door.gate.sound.click()
    _enters(door, west, "王")
    assert heard == ["admit", "care"]
    window.close()
    muted = _door(open_window(StagedDesk(west)))
    assert not muted.gate.is_audible, "it stays muted after a restart"


def test_each_tone_is_a_short_sound_of_its_own(qtbot: QtBot) -> None:
    made = {one: wave_of(one) for one in NOTES}
    assert len(set(made.values())) == len(made) == 4
    for one in made.values():
        with wave.open(BytesIO(one)) as reading:
            assert 0.1 < reading.getnframes() / reading.getframerate() < 0.5
            assert any(reading.readframes(reading.getnframes()))
    parent = QObject()
    sounds = Sounds(parent)
    sounds.prepare()
    sounds.play("admit")  # nothing to play it on, and nothing to complain of


def test_an_exit_is_nothing_to_undo(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    _enters(door, west, "Li")
    door.gate.exit.click()
    _enters(door, west, "Li")
    assert door.card.scanned is not None
    assert door.card.scanned.seen.direction is Direction.EXIT
    assert not _offers(door)
    admission = west.workspace.get(Admission, admission_id(DOOR, _row(west, "Li").ticket))
    assert admission is not None
    assert len(admission.passages) == 2


def test_a_scan_that_cannot_be_kept_takes_the_last_verdict_away(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    _enters(door, west, "Li")
    assert _word(door) == "Admit"
    west.log._connection.execute("PRAGMA query_only = ON")  # as a disk that takes nothing any more
    _enters(door, west, "王")
    assert _word(door) == ""
    assert door.verdict.accessibleName() == "Not recorded"
    assert door.card.scanned is None
    assert len(door.strip.scans) == 1


def test_a_genuine_ticket_that_no_data_tells_of_is_let_in_and_recorded(
    stage: Stage, west: Desktop, open_window: Open
) -> None:
    stage.sell(("Ada", "Newcomer", ""), FULL)  # after the gate was last in touch
    stage.laptop.sync()
    row = _row(stage.laptop, "Newcomer")
    assert west.workspace.get(Pass, row.ticket) is None
    door = _door(open_window(StagedDesk(west)))
    door.scan(code_of(row))
    assert door.verdict.look is not None
    assert (door.verdict.look.word, door.verdict.look.tone) == ("Admit", Tone.GOOD)
    assert door.verdict.accessibleName().startswith("Admit")
    assert "not known on this device" in door.verdict.look.sentence
    (recorded,) = (one.command for one in west.workspace.pending)
    assert isinstance(recorded, RecordScan)
    assert recorded.seen.ticket == row.ticket
    west.sync()
    assert not west.workspace.pending


def test_who_is_inside_since_when_stands_in_the_verdict(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    _enters(door, west, "Li")
    _enters(door, west, "Li")
    assert "Bo Li" in door.verdict.accessibleName()
    assert "Gate: West" in door.verdict.accessibleName()


def test_numbers_that_a_late_sync_corrects_are_told_with_the_gates(
    stage: Stage, west: Desktop, open_window: Open
) -> None:
    door = _door(open_window(StagedDesk(west)))
    _enters(door, west, "Li")
    west.sync()
    door.refresh()
    assert door.counters.news.text() == "", "nothing came from elsewhere"
    east = stage.desktop("gate-east")
    east.sync()
    gate = Door(east.workspace, area=DOOR, gate="East", direction=Direction.ENTRY)
    seen = gate.see(code_of(_row(east, "王")))
    gate.record(seen, gate.verdict(seen))
    east.sync()
    west.sync()
    door.refresh()
    assert "+1 admitted, +1 inside" in door.counters.news.text()
    assert door.counters.parts.text() == "Entries: East 1, West 1"
    door.gate.area.setCurrentIndex(door.gate.area.findData(ROOM))
    door.gate.area.activated.emit(door.gate.area.currentIndex())
    assert door.counters.news.text() == "", "the news were of another area"


def test_a_walk_in_is_sold_a_seat_from_the_door(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    window = open_window(StagedDesk(stage.laptop))
    door = _door(window)
    assert not _search(door, "Nobody of this name", qtbot)
    assert door.walk_in.isVisible()
    door.walk_in.click()
    assert window.place == "sale"
    window.go("door")
    window.kiosk.begin("4711")
    assert not door.walk_in.isVisible(), "at a kiosk there is no way there"


def test_a_verdict_is_announced(west: Desktop, open_window: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: said.append(event.message()))
    door = _door(open_window(StagedDesk(west)))
    _enters(door, west, "Li")
    assert said == ["Admit. Bo Li"]


def test_a_double_admission_is_an_entry_of_both_inboxes_until_a_late_exit_explains_it(
    stage: Stage, west: Desktop
) -> None:
    east = stage.desktop("gate-east")
    gates = {
        (device.name, direction): Door(device.workspace, area=DOOR, gate=name, direction=direction)
        for device, name in ((west, "West"), (east, "East"))
        for direction in Direction
    }

    def scan(device: Desktop, direction: Direction, minutes: int, *, override: str = "") -> Finding:
        gate = gates[device.name, direction]
        seen = replace(gate.see(code), scanned_at=stage.clock.now + timedelta(minutes=minutes))
        return gate.record(seen, gate.verdict(seen), override=override).verdict.finding

    code = code_of(_row(west, "Li"))
    assert scan(west, Direction.ENTRY, 0) is Finding.ADMIT
    west.sync()
    east.sync()
    assert scan(west, Direction.EXIT, 5) is Finding.LEAVE  # nobody hears of it yet
    assert scan(east, Direction.ENTRY, 9, override="He says that he was out") is Finding.ALREADY_INSIDE
    east.sync()
    assert [type(entry) for _, entry in inbox.entries(east.workspace)] == [Incident]
    west.sync()
    east.sync()
    for device in (west, east):
        assert inbox.entries(device.workspace) == [], "the exit was between the two"


def test_a_double_admission_names_both_gates_devices_and_times(stage: Stage, west: Desktop) -> None:
    east = stage.desktop("gate-east")
    east.sync()
    for device, name in ((west, "West"), (east, "East")):
        gate = Door(device.workspace, area=DOOR, gate=name, direction=Direction.ENTRY)
        seen = gate.see(code_of(_row(device, "Li")))
        gate.record(seen, gate.verdict(seen))
    for device in (west, east, west):
        device.sync()
    for device in (west, east):
        ((_, incident),) = inbox.entries(device.workspace)
        assert isinstance(incident, Incident)
        assert incident.first is not None
        assert (incident.first.gate, incident.first.device) == ("West", "gate-west")
        assert (incident.second.gate, incident.second.device) == ("East", "gate-east")
        assert incident.first.at <= incident.second.at
