"""The window as a whole: names for screen readers, the status bar, enrolment, the long table."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QDialog, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import ProfileDesk
from desktop.door import Door
from desktop.profile import LOG_FILE
from desktop.sync.worker import Worker
from desktop.ui.attendees.attendees_screen import AttendeesScreen
from desktop.ui.desk import Line, Refused
from desktop.ui.editor.area_dialog import AreaDialog
from desktop.ui.editor.seat_type_dialog import SeatTypeDialog
from desktop.ui.home.conference_card import summary
from desktop.ui.home.create_dialog import CreateDialog
from desktop.ui.tokens import DARK, LIGHT, LOUD, PLAIN_DARK, PLAIN_LIGHT, Colours, Space, Tone
from shared.checkin.verdict import Direction, Pass
from shared.conference.conference import EditConference
from shared.kernel.edits import Edit
from shared.kernel.ids import AreaId, SeatTypeId
from tests.desktop.fakes import MemoryKeyring, open_profile
from tests.desktop.test_worker import WorldLink
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, DOOR, ROOM, Stage, StagedDesk
from tests.sync.world import Clock, Server, creation

PLACES = (
    "home",
    "conference",
    "sale",
    "badges",
    "orders",
    "attention",
    "money",
    "discounts",
    "waitlist",
    "attendees",
    "door",
    "problems",
    "activity",
    "devices",
    "dashboard",
)


def _nameless(whole: QWidget) -> list[str]:
    """The controls that take the focus and have no name for a screen reader."""
    return [
        f"{type(one).__name__} in {type(one.parent()).__name__}"
        for one in whole.findChildren(QWidget)
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and not one.accessibleName() and not _is_part(one)
    ]


def _is_part(one: QWidget) -> bool:
    """The field inside a spin box or a choice speaks with the name of the whole."""
    return isinstance(one, QLineEdit) and isinstance(one.parent(), QAbstractSpinBox | QComboBox)


@pytest.mark.parametrize("place", PLACES)
def test_every_control_has_a_name_for_screen_readers(stage: Stage, open_window: Open, place: str) -> None:
    window = open_window(StagedDesk(stage.laptop))
    window.open_conference(CONFERENCE, place)
    assert window.place == place
    assert _nameless(window) == []


def test_every_control_of_the_dialogs_has_a_name(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    desk = StagedDesk(stage.laptop)
    window = open_window(desk)
    window.open_conference(CONFERENCE)
    window.show_connection()
    workspace = stage.laptop.workspace
    dialogs = [
        *window.findChildren(QDialog),
        CreateDialog(desk),
        SeatTypeDialog(workspace, SeatTypeId("new")),
        AreaDialog(workspace, AreaId("new")),
    ]
    assert len(dialogs) == 4
    for dialog in dialogs:
        qtbot.addWidget(dialog)
        assert _nameless(dialog) == []
    window.enrol()
    assert window.enrolment is not None
    assert _nameless(window.enrolment) == []


def test_the_status_bar_tells_what_waits(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    desk = StagedDesk(stage.laptop)
    desk.line = replace(desk.line, line=Line.ALONE, heard_at=stage.clock.now, is_equal=True)
    window = open_window(desk)
    window.open_conference(CONFERENCE)
    assert window.status.line.text() == "Alone"
    assert window.status.equal.text() == "was the same as the server", "alone, it is a claim about the past"
    assert window.status.equal.property("muted") is True
    assert window.status.pending.text() == "nothing waiting"
    stage.laptop.workspace.issue(EditConference(location=Edit(seen="Łódź", new="Wrocław")))
    qtbot.waitUntil(lambda: window.status.pending.text() == "1 waiting")
    window.show_connection()
    dialog = next(one for one in window.findChildren(QDialog) if one.isVisible())
    dialog.sync.click()  # type: ignore[attr-defined]
    assert desk.syncs == 1
    qtbot.waitUntil(lambda: window.status.pending.text() == "nothing waiting")


def test_an_enrolment_refused_says_so_at_the_field(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    desk = StagedDesk(stage.laptop, is_empty=True, may_create=False)
    window = open_window(desk)
    form = window.enrolment
    assert form is not None, "a device without conferences is asked to enrol"
    form._ask()
    assert form.server.complaint == "Server address is missing."
    for field in (form.server, form.conference, form.owner_email, form.access_code):
        field.show_value("x")
    desk.refusal = Refused("These details do not allow it.", "access_code")
    form._ask()
    qtbot.waitUntil(lambda: form.access_code.complaint == "These details do not allow it.")
    desk.refusal = None
    form._ask()
    qtbot.waitUntil(lambda: window.enrolment is None)
    assert window.place == "conference"


def test_the_attendees_are_found_without_accents(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    window = open_window(StagedDesk(stage.laptop))
    window.open_conference(CONFERENCE, "attendees")
    assert window.screens is not None
    screen = window.screens.made("attendees", AttendeesScreen)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 4)
    screen.search.setText("wisniewska")
    qtbot.waitUntil(lambda: screen.model.rowCount() == 2)
    screen.table.selectRow(0)
    assert screen.panel.row is not None
    assert screen.panel.row.last_name == "Wiśniewska"
    screen.search.setText("wisniewska workshop")
    qtbot.waitUntil(lambda: screen.model.rowCount() == 1)
    shown = screen.model.index(0, 3).data()
    screen.search.setText("")
    qtbot.waitUntil(lambda: screen.model.rowCount() == 4)
    screen.search.setText(shown)  # as the table shows the seat
    qtbot.waitUntil(lambda: screen.model.rowCount() == 1)
    assert screen.model.index(0, 3).data() == shown


def test_a_small_window_leaves_room_for_the_codes_of_orders(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    window = open_window(StagedDesk(stage.laptop))
    window.resize(1024, 640)
    window.open_conference(CONFERENCE, "attendees")
    assert window.screens is not None
    screen = window.screens.made("attendees", AttendeesScreen)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 4)
    seat = str(screen.model.index(0, 3).data())
    needed = screen.table.fontMetrics().horizontalAdvance(seat)
    qtbot.waitUntil(lambda: screen.table.columnWidth(3) > needed + 2 * Space.USUAL)


def test_the_window_remembers_its_place(stage: Stage, open_window: Open) -> None:
    desk = StagedDesk(stage.laptop)
    window = open_window(desk)
    window.open_conference(CONFERENCE, "problems")
    window.close()
    assert open_window(desk).place == "problems"


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [PLAIN_LIGHT, PLAIN_DARK])
def test_high_contrast_is_high(colours: Colours) -> None:
    for ground in (colours.window, colours.surface, colours.sunken):
        assert _contrast(colours.text, ground) >= 7
        assert _contrast(colours.muted, ground) >= 7
        assert _contrast(colours.control_line, ground) >= 7
    for tone in Tone:
        assert _contrast(colours.strong[tone], colours.soft[tone]) >= 7
        assert _contrast(colours.strong[tone], colours.surface) >= 7
        assert _contrast(colours.text, colours.soft[tone]) >= 7


@pytest.mark.parametrize("colours", [LIGHT, DARK, PLAIN_LIGHT, PLAIN_DARK])
def test_texts_have_contrast(colours: Colours) -> None:
    for ground in (colours.window, colours.surface, colours.sunken):
        assert _contrast(colours.text, ground) >= 4.5
        assert _contrast(colours.muted, ground) >= 4.5
    for tone in Tone:
        assert _contrast(colours.strong[tone], colours.soft[tone]) >= 4.5
        assert _contrast(colours.strong[tone], colours.surface) >= 4.5
        assert _contrast(colours.text, colours.soft[tone]) >= 4.5
    assert _contrast(colours.control_line, colours.surface) >= 3
    assert _contrast(colours.on_strong, colours.strong[Tone.ACCENT]) >= 4.5
    for ground, ink in LOUD.values():
        assert _contrast(ground, ink) >= 4.5


def test_the_status_bar_is_green_only_while_the_server_answers(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    desk = StagedDesk(stage.laptop)
    desk.line = replace(desk.line, line=Line.SERVER, heard_at=stage.clock.now, is_equal=True)
    window = open_window(desk)
    window.open_conference(CONFERENCE)
    assert window.status.equal.text() == "same as the server"
    assert window.status.equal.property("muted") is False
    green = QColor(LIGHT.strong[Tone.GOOD])
    assert _has(window.status.equal, green)
    desk.line = replace(desk.line, line=Line.ALONE)
    for listener in desk.listeners:
        listener()
    qtbot.waitUntil(lambda: window.status.line.text() == "Alone")
    assert not any(_has(part, green) for part in (window.status.line, window.status.pending, window.status.equal))


def _has(part: QPushButton, colour: QColor) -> bool:
    """Whether the part's icon is drawn in the colour."""
    image = part.icon().pixmap(14, 14).toImage()
    return any(
        image.pixelColor(x, y).rgb() == colour.rgb() for x in range(image.width()) for y in range(image.height())
    )


def test_a_card_adds_up_no_areas(stage: Stage, open_window: Open) -> None:
    west = stage.desktop("gate-west")
    west.sync()
    row = next(one for one in west.workspace.rows(Pass).values() if one.last_name == "Wiśniewska")
    for area in (DOOR, ROOM):
        gate = Door(west.workspace, area=area, gate="West", direction=Direction.ENTRY)
        seen = gate.found(row.ticket)
        gate.record(seen, gate.verdict(seen))
    assert summary(west.workspace).admitted == 1
    west.sync()
    other = next(one for one in west.workspace.rows(Pass).values() if one.last_name == "Li")
    gate = Door(west.workspace, area=DOOR, gate="West", direction=Direction.ENTRY)
    seen = gate.found(other.ticket)
    gate.record(seen, gate.verdict(seen))
    numbers = summary(west.workspace)
    assert (numbers.admitted, numbers.area) == (2, "Main door")


def test_the_windows_take_the_passphrase_from_the_environment(tmp_path: Path, qtbot: QtBot) -> None:
    """Without it, the window would ask, and there would be no log yet."""
    environment = os.environ | {
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "LANYARD_PASSPHRASE": "open sesame",
        "QT_QPA_PLATFORM": "offscreen",
    }
    arguments = [sys.executable, "-m", "desktop", "--profile", str(tmp_path / "profile")]
    root = Path(__file__).parents[3]
    with subprocess.Popen(arguments, env=environment, cwd=root, stderr=subprocess.DEVNULL) as process:
        try:
            qtbot.waitUntil((tmp_path / "profile" / LOG_FILE).exists, timeout=20_000)
            assert process.poll() is None, "the window goes on"
        finally:
            process.kill()


def test_the_time_of_the_last_contact_survives_a_restart(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    profile = open_profile(tmp_path, keyring)
    profile.use_server("http://server.example")
    conference = profile.create_conference_id()
    server = Server(conference, Clock(), tmp_path)
    server.creators.add(profile.identity.device)
    profile.enrolled(token="token-1", may_create=True)
    worker = Worker(profile, connect=lambda *_: WorldLink(server, profile.identity.device))
    desk = ProfileDesk(profile, worker)
    assert desk.connection(conference).heard_at is None
    desk.workspaces()[conference].issue(creation())
    worker.sync_once(conference)
    heard_at = desk.connection(conference).heard_at
    assert heard_at is not None
    worker.close()
    profile.close()
    again = open_profile(tmp_path, keyring)
    later = Worker(again)
    connection = ProfileDesk(again, later).connection(conference)
    assert (connection.line, connection.heard_at) == (Line.ALONE, heard_at)
    later.close()
    again.close()
