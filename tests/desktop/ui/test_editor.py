"""The editor: what waits is marked, a conflict shows theirs and mine, and every way out of it works."""

from datetime import timedelta

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QSpinBox

from desktop.ui import words
from desktop.ui.editor.editor_screen import EditorScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.problems.cards import IncidentCard, ProblemCard
from desktop.ui.problems.problems_screen import ProblemsScreen
from shared.access.access import EnrolDevice
from shared.checkin.areas import Area
from shared.conference.conference import ChangeOwner, Conference, EditConference, Owner
from shared.conference.seat_types import SeatType
from shared.kernel.decider import Actor, Role
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, DOOR, FULL, Stage, StagedDesk


def _editor(window: MainWindow) -> EditorScreen:
    window.open_conference(CONFERENCE)
    assert window.screens is not None
    return window.screens.made("conference", EditorScreen)


def _type(editor: EditorScreen, field: str, text: str) -> None:
    control = editor.form.fields[field].control
    assert isinstance(control, QLineEdit)
    control.selectAll()
    QTest.keyClicks(control, text)


def _is_waiting(editor: EditorScreen, field: str) -> bool:
    return editor.form.fields[field].is_marked_waiting


def _press(within: object, text: str) -> None:
    assert hasattr(within, "findChildren")
    found = [one for one in within.findChildren(QPushButton) if one.text().replace("&", "") == text]
    found[0].click()


def _office_edits(stage: Stage, tagline: str) -> None:
    stage.run(EnrolDevice(device=DeviceId("office"), label="Office computer", role=Role.ORGANIZER))
    edit = EditConference(tagline=Edit(seen="Three days of open questions", new=tagline))
    stage.run(edit, actor=Actor(role=Role.ORGANIZER, id="office"))


def test_a_saved_field_is_marked_waiting_until_the_server_has_it(stage: Stage, open_window: Open) -> None:
    editor = _editor(open_window(StagedDesk(stage.laptop)))
    _type(editor, "location", "Gdansk")
    assert not _is_waiting(editor, "location")
    editor.save()
    assert _is_waiting(editor, "location")
    assert not _is_waiting(editor, "name")
    stage.laptop.sync()
    assert not _is_waiting(editor, "location")
    assert editor.form.fields["location"].value == "Gdansk"


def test_what_is_typed_survives_a_sync_of_other_fields(stage: Stage, open_window: Open) -> None:
    editor = _editor(open_window(StagedDesk(stage.laptop)))
    _type(editor, "location", "Gdansk")
    _office_edits(stage, "From the office")
    stage.laptop.sync()
    assert editor.form.fields["location"].value == "Gdansk"
    assert editor.form.fields["tagline"].value == "From the office"
    editor.save()
    stage.laptop.sync()
    conference = stage.laptop.workspace.get(Conference)
    assert conference is not None
    assert (conference.location, conference.tagline) == ("Gdansk", "From the office")


def test_a_refusal_stands_at_its_field(stage: Stage, open_window: Open) -> None:
    editor = _editor(open_window(StagedDesk(stage.laptop)))
    _type(editor, "time_zone", "Nowhere at all")
    editor.save()
    assert "time zone" in editor.form.fields["time_zone"].complaint.lower()
    assert not stage.laptop.workspace.pending


@pytest.fixture
def conflict(stage: Stage, open_window: Open) -> MainWindow:
    """A tagline changed here and at the office, and the refusal has come down."""
    window = open_window(StagedDesk(stage.laptop))
    editor = _editor(window)
    _type(editor, "tagline", "Mine")
    editor.save()
    _office_edits(stage, "Theirs")
    stage.laptop.sync()
    return window


def _tagline(stage: Stage) -> str:
    stage.laptop.sync()
    conference = stage.laptop.workspace.get(Conference)
    assert conference is not None
    return conference.tagline


def test_a_conflict_shows_theirs_and_mine_and_who(stage: Stage, conflict: MainWindow) -> None:
    (card,) = _editor(conflict).conflicts
    assert card.texts == ("Theirs", "Mine")
    assert "Office computer" in card.accessibleName()
    issued_at = words.moment(stage.laptop.workspace.problems()[0].logged.issued_at)
    assert f"Mine, of {issued_at}" in {one.text() for one in card.findChildren(QLabel)}


def test_mine_can_be_reapplied(stage: Stage, conflict: MainWindow) -> None:
    (card,) = _editor(conflict).conflicts
    _press(card, "Reapply mine")
    assert not _editor(conflict).conflicts
    assert _tagline(stage) == "Mine"
    assert not stage.laptop.workspace.problems()


def test_theirs_can_be_kept(stage: Stage, conflict: MainWindow) -> None:
    (card,) = _editor(conflict).conflicts
    _press(card, "Keep theirs")
    assert not _editor(conflict).conflicts
    assert _tagline(stage) == "Theirs"


def test_the_refused_value_can_be_edited(stage: Stage, conflict: MainWindow) -> None:
    editor = _editor(conflict)
    (card,) = editor.conflicts
    _press(card, "Edit")
    assert editor.form.fields["tagline"].value == "Mine"
    _type(editor, "tagline", "Ours")
    editor.save()
    assert _tagline(stage) == "Ours"


def test_the_inbox_shows_the_refusal_and_it_can_be_dropped(stage: Stage, conflict: MainWindow) -> None:
    conflict.go("problems")
    assert conflict.screens is not None
    screen = conflict.screens.made("problems", ProblemsScreen)
    (card,) = screen.cards
    assert isinstance(card, ProblemCard)
    assert card.heading.text() == "Change tagline"
    _press(card, "Drop")
    screen.refresh()
    assert not screen.cards


def test_the_days_move_together(stage: Stage, open_window: Open) -> None:
    editor = _editor(open_window(StagedDesk(stage.laptop)))
    conference = stage.laptop.workspace.get(Conference)
    assert conference is not None
    for name in ("starts_on", "ends_on"):
        editor.form.fields[name].show_value(getattr(conference, name) + timedelta(days=30))
    editor.save()
    assert len(stage.laptop.workspace.pending) == 1
    stage.laptop.sync()
    moved = stage.laptop.workspace.get(Conference)
    assert moved is not None
    assert moved.starts_on == conference.starts_on + timedelta(days=30)


def test_a_seat_type_that_was_published_cannot_be_deleted(stage: Stage, open_window: Open) -> None:
    editor = _editor(open_window(StagedDesk(stage.laptop)))
    editor.seat_types.table.selectRow(0)
    assert editor.seat_types.chosen == FULL
    assert not editor.seat_types._delete.isEnabled()
    assert stage.laptop.workspace.get(SeatType, FULL) is not None


def test_a_double_admission_names_both_gates(stage: Stage, open_window: Open) -> None:
    from desktop.door import Door
    from shared.checkin.verdict import Direction, Pass

    for name in ("gate-west", "gate-east"):
        stage.desktop(name).sync()
    for name in ("gate-west", "gate-east"):
        device = stage.desktop(name)
        row = next(one for one in device.workspace.rows(Pass).values() if one.last_name == "Li")
        gate = Door(device.workspace, area="area-door", gate=name.title(), direction=Direction.ENTRY)
        seen = gate.found(row.ticket)
        gate.record(seen, gate.verdict(seen))
    for name in ("gate-west", "gate-east"):
        stage.desktop(name).sync()
    stage.laptop.sync()
    window = open_window(StagedDesk(stage.laptop))
    window.open_conference(CONFERENCE, "problems")
    assert window.screens is not None
    (card,) = window.screens.made("problems", ProblemsScreen).cards
    assert isinstance(card, IncidentCard)
    assert card.heading.text() == "The ticket of Bo Li was let in twice at Main door"


def _type_owner(editor: EditorScreen, field: str, text: str) -> None:
    control = editor.owner.fields[field].control
    assert isinstance(control, QLineEdit)
    control.selectAll()
    QTest.keyClicks(control, text)


def _waits(editor: EditorScreen, field: str) -> bool:
    return editor.owner.fields[field].is_marked_waiting


def test_the_owner_is_corrected_and_waits_for_the_server(stage: Stage, open_window: Open) -> None:
    editor = _editor(open_window(StagedDesk(stage.laptop)))
    assert editor.owner.fields["name"].value == "Ada Example"
    _type_owner(editor, "email", "ada@example.net")
    assert editor.is_unsaved
    editor.save()
    assert isinstance(stage.laptop.workspace.pending[-1].command, ChangeOwner)
    assert _waits(editor, "email")
    assert editor.unsaved.isHidden()
    stage.laptop.sync()
    assert not _waits(editor, "email")
    owner = stage.laptop.workspace.get(Owner)
    assert owner is not None
    assert (owner.name, owner.email) == ("Ada Example", "ada@example.net")


def test_a_wrong_address_of_the_owner_is_refused_at_its_field(stage: Stage, open_window: Open) -> None:
    editor = _editor(open_window(StagedDesk(stage.laptop)))
    _type_owner(editor, "email", "nowhere")
    editor.save()
    assert editor.owner.fields["email"].complaint
    assert editor.owner.fields["email"].value == "nowhere"
    assert editor.is_unsaved
    assert not stage.laptop.workspace.pending


def test_the_access_code_is_copied(stage: Stage, open_window: Open) -> None:
    editor = _editor(open_window(StagedDesk(stage.laptop)))
    owner = stage.laptop.workspace.get(Owner)
    assert owner is not None
    assert owner.access_code is not None
    assert editor.owner.access_code.text() == owner.access_code
    editor.owner.copy.click()
    assert QGuiApplication.clipboard().text() == owner.access_code


def test_door_staff_see_neither_owner_nor_access_code(stage: Stage, open_window: Open) -> None:
    west = stage.desktop("gate-west")
    west.sync()
    editor = _editor(open_window(StagedDesk(west)))
    assert editor.owner.isHidden()
    assert editor.owner.access_code.text() == ""


def test_typing_is_marked_until_it_is_saved_wherever_one_goes(stage: Stage, open_window: Open) -> None:
    window = open_window(StagedDesk(stage.laptop))
    editor = _editor(window)
    assert editor.unsaved.isHidden()
    _type(editor, "location", "Gdansk")
    assert not editor.unsaved.isHidden()
    window.go("attendees")
    assert window.navigation.buttons["conference"].text().endswith("●")
    assert window.navigation.buttons["conference"].accessibleName() == "Conference, not saved"
    assert window.isWindowModified()
    window.go("conference")
    assert editor.form.fields["location"].value == "Gdansk"
    editor.save()
    assert editor.unsaved.isHidden()
    assert window.navigation.buttons["conference"].accessibleName() == "Conference"
    assert not window.isWindowModified()


def test_numbers_are_seen_in_their_fields(stage: Stage, open_window: Open) -> None:
    editor = _editor(open_window(StagedDesk(stage.laptop)))
    for name, digits in (("hold_s", "15"), ("seats_per_order", "20")):
        control = editor.form.fields[name].control
        assert isinstance(control, QSpinBox)
        shown = control.lineEdit()
        assert digits in shown.text()
        assert shown.height() >= shown.fontMetrics().height()
        assert shown.width() >= shown.fontMetrics().horizontalAdvance(shown.text())


def test_an_area_that_was_removed_comes_back(stage: Stage, open_window: Open) -> None:
    editor, workspace = _editor(open_window(StagedDesk(stage.laptop))), stage.laptop.workspace
    before = workspace.get(Area, DOOR)
    assert before is not None
    assert editor.areas.undo.isHidden()
    remove = next(
        one
        for one in editor.areas.findChildren(QPushButton)
        if one.accessibleName() == f"Remove the area {before.name}"
    )
    remove.click()
    assert workspace.get(Area, DOOR) is None
    assert editor.areas.undo.told.text() == f"The area {before.name} was removed."
    editor.areas.undo.button.click()
    assert workspace.get(Area, DOOR) == before
    assert editor.areas.undo.isHidden()
    stage.laptop.sync()
    assert workspace.get(Area, DOOR) == before
