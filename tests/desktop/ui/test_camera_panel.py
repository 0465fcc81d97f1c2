"""The camera at the door: from a picture to a recorded scan, and in words why there is none."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.devices.frames import FrameSource
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.main_window import MainWindow
from shared.checkin.admission import RecordScan
from shared.checkin.verdict import Finding, Pass
from tests.desktop.devices.pictures import BUILT_IN, STAND, Pictures, frame, scene
from tests.desktop.ui.stage import CONFERENCE, FULL, Stage, StagedDesk, code_of
from tests.sync.world import Desktop

pytestmark = pytest.mark.qt_log_ignore("qt.multimedia", "Couldn't load", "Couldn't resolve")
Open = Callable[[], tuple[MainWindow, DoorScreen, Pictures]]


@pytest.fixture
def west(stage: Stage) -> Desktop:
    made = stage.desktop("gate-west")
    made.sync()
    return made


@pytest.fixture
def open_door(west: Desktop, settings: QSettings, qtbot: QtBot) -> Open:
    def open_it() -> tuple[MainWindow, DoorScreen, Pictures]:
        pictures = Pictures()
        window = MainWindow(StagedDesk(west), settings, camera=lambda _: pictures)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow, timeout=30_000)
        window.open_conference(CONFERENCE, "door")
        assert window.screens is not None
        return window, window.screens.made("door", DoorScreen), pictures

    return open_it


def _row(device: Desktop, last_name: str) -> Pass:
    found = device.workspace.rows(Pass).values()
    return next(one for one in found if one.last_name == last_name and one.seat_type == FULL)


def _scans(device: Desktop) -> list[RecordScan]:
    return [one.command for one in device.workspace.pending if isinstance(one.command, RecordScan)]


def test_a_ticket_before_the_camera_is_one_scan(west: Desktop, open_door: Open, qtbot: QtBot) -> None:
    _, door, pictures = open_door()
    QTest.keyClick(door.field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert door.camera.is_on
    text = code_of(_row(west, "Li"))
    held = [frame(scene(text, turned=turned, light=0.6)) for turned in (0, 4, 8)]
    for one in held:
        pictures.hold(*[one] * 10)
        qtbot.waitUntil(lambda: not door.camera.is_reading, timeout=30_000)
    (scan,) = _scans(west)
    assert scan.seen.ticket == _row(west, "Li").ticket
    assert door.verdict.look is not None
    assert door.verdict.look.word == "Admit"
    assert door.camera.picture.isVisible()
    assert not door.camera.told.isVisible()


def test_a_foreign_code_before_the_camera_is_no_ticket(west: Desktop, open_door: Open, qtbot: QtBot) -> None:
    _, door, pictures = open_door()
    door.camera.switch.click()
    pictures.hold(frame(scene("https://example.org/badge/17")))
    qtbot.waitUntil(lambda: door.card.scanned is not None, timeout=30_000)
    assert door.card.scanned is not None
    assert door.card.scanned.finding is Finding.UNREADABLE


def test_two_tickets_at_once_are_no_scan_and_said(west: Desktop, open_door: Open, qtbot: QtBot) -> None:
    _, door, pictures = open_door()
    door.camera.switch.click()
    one, other = code_of(_row(west, "Li")), code_of(_row(west, "王"))
    pictures.hold(frame(scene(one, other)))
    qtbot.waitUntil(door.camera.told.isVisible, timeout=30_000)
    assert "one alone" in door.camera.told.text()
    assert not _scans(west)
    pictures.hold(frame(scene(other)))
    qtbot.waitUntil(lambda: len(_scans(west)) == 1, timeout=30_000)
    assert not door.camera.told.isVisible()


def test_the_camera_looks_only_while_the_door_is_in_front(open_door: Open) -> None:
    window, door, pictures = open_door()
    door.camera.switch.click()
    assert pictures.is_looking()
    window.go("attendees")
    assert not pictures.is_looking()
    window.go("door")
    assert pictures.is_looking()
    door.camera.switch.click()
    assert not pictures.is_looking()
    assert not door.camera.picture.isVisible()


def test_the_chosen_camera_is_remembered_and_on_after_a_restart(open_door: Open) -> None:
    window, door, pictures = open_door()
    assert not door.camera.choice.isVisible(), "nothing of it while it is off"
    door.camera.switch.click()
    assert [door.camera.choice.itemText(at) for at in range(2)] == [BUILT_IN.name, STAND.name]
    door.camera.choice.setCurrentIndex(1)
    door.camera.choice.activated.emit(1)
    assert pictures.started == STAND.id
    window.close()
    assert not pictures.is_looking()
    _, again, fresh = open_door()
    assert again.camera.is_on
    assert fresh.started == STAND.id
    assert again.camera.choice.currentText() == STAND.name


def test_why_there_is_no_picture_is_said(open_door: Open) -> None:
    _, door, pictures = open_door()
    pictures.plugged = []
    door.camera.switch.click()
    assert door.camera.told.text().startswith("There is no camera")
    pictures.plug_in()
    assert not door.camera.told.isVisible()
    pictures.pull_out()
    assert door.camera.told.text().startswith("The camera is gone")
    assert not door.camera.choice.isVisible()
    door.camera.switch.click()
    pictures.is_allowed = False
    door.camera.switch.click()
    assert door.camera.told.text().startswith("The system does not let")
    assert door.camera.told.isVisible()


def test_without_a_gate_a_code_before_the_camera_is_nothing(west: Desktop, open_door: Open, qtbot: QtBot) -> None:
    _, door, pictures = open_door()
    door.gate.gate.clear()
    door.gate.gate.editingFinished.emit()
    door.camera.switch.click()
    pictures.hold(frame(scene(code_of(_row(west, "Li")))))
    qtbot.waitUntil(lambda: not door.camera.is_reading, timeout=30_000)
    assert not _scans(west)


def test_a_system_that_knows_no_cameras_does_not_stop_the_door(
    west: Desktop, settings: QSettings, qtbot: QtBot
) -> None:
    def broken(_: QObject) -> FrameSource:
        raise ImportError("libpulse.so.0: cannot open shared object file")

    window = MainWindow(StagedDesk(west), settings, camera=broken)
    qtbot.addWidget(window)
    window.show()
    window.open_conference(CONFERENCE, "door")
    assert window.screens is not None
    door = window.screens.made("door", DoorScreen)
    door.camera.switch.click()
    assert door.camera.told.text().startswith("The camera gives no picture")
    door.scan(code_of(_row(west, "Li")))
    assert door.verdict.look is not None
    assert door.verdict.look.word == "Admit"
    window.go("attendees")
