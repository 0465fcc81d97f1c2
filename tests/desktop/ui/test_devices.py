"""Devices: who may act, what each is, and what is said before that changes."""

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.devices.devices_screen import DevicesScreen
from desktop.ui.devices.listing import listing, set_up_at
from desktop.ui.main_window import MainWindow
from desktop.ui.parts.form_dialog import ConfirmDialog
from desktop.ui.parts.labels import Chip
from shared.access.access import ChangeDeviceRole, Device, EnrolDevice, HoldFact, RevokeDevice
from shared.kernel.decider import Role
from shared.kernel.ids import DeviceId, uuid7
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, Stage, StagedDesk

WEST = DeviceId("gate-west")


def _screen(window: MainWindow) -> DevicesScreen:
    window.open_conference(CONFERENCE, "devices")
    assert window.screens is not None
    return window.screens.made("devices", DevicesScreen)


def _texts(widget: QWidget) -> str:
    return " ".join(one.text() for one in widget.findChildren(QLabel))


def _chips(widget: QWidget) -> list[str]:
    return [one.text for one in widget.findChildren(Chip)]


def _press(widget: QWidget, text: str) -> None:
    next(one for one in widget.findChildren(QPushButton) if one.text().replace("&", "") == text).click()


def _dialog(window: MainWindow) -> ConfirmDialog:
    dialog = window.findChild(ConfirmDialog)
    assert dialog is not None
    return dialog


def test_the_own_device_comes_first_and_cannot_be_revoked_here(stage: Stage, open_window: Open) -> None:
    own, *others = _screen(open_window(StagedDesk(stage.laptop))).cards
    assert "This device" in _chips(own)
    assert own.findChildren(QPushButton) == []
    assert [_chips(one) for one in others] == [["Door staff"], ["Door staff"]]
    assert all(len(one.findChildren(QPushButton)) == 2 for one in others)


def test_revoking_says_first_what_follows_and_waits_for_the_server(
    stage: Stage, open_window: Open, qtbot: QtBot
) -> None:
    window = open_window(StagedDesk(stage.laptop))
    screen = _screen(window)
    west = next(one for one in screen.cards if one.listed.id == WEST)
    _press(west, "Revoke…")
    dialog = _dialog(window)
    assert dialog.windowTitle() == "Revoke “West tablet”?"
    assert "new access code" in _texts(dialog)
    assert "not sent yet are kept by the server" in _texts(dialog)
    assert stage.laptop.workspace.pending == []
    _press(dialog, "Revoke the device")
    assert [one.command for one in stage.laptop.workspace.pending] == [RevokeDevice(device=WEST)]
    qtbot.waitUntil(lambda: screen.cards[-1].listed.device.is_revoked)
    assert _chips(screen.cards[-1]) == ["Revoked", "waiting for the server"]
    stage.laptop.sync()
    qtbot.waitUntil(lambda: _chips(screen.cards[-1]) == ["Revoked"])
    assert screen.cards[-1].findChildren(QPushButton) == []


def test_a_way_back_leaves_the_device_as_it_was(stage: Stage, open_window: Open) -> None:
    window = open_window(StagedDesk(stage.laptop))
    _press(_screen(window).cards[1], "Revoke…")
    _press(_dialog(window), "Back")
    assert stage.laptop.workspace.pending == []


@pytest.mark.parametrize(
    ("before", "press", "accept", "after", "told"),
    [
        (Role.DOOR, "Make organizer", "Make organizer", Role.ORGANIZER, "It gets everything"),
        (Role.ORGANIZER, "Make door staff", "Make door staff", Role.DOOR, "are deleted on it"),
    ],
)
def test_a_role_is_changed_after_it_was_said_what_that_means(
    stage: Stage, open_window: Open, before: Role, press: str, accept: str, after: Role, told: str
) -> None:
    stage.run(EnrolDevice(device=DeviceId("office"), label="Office computer", role=before))
    stage.laptop.sync()
    window = open_window(StagedDesk(stage.laptop))
    card = next(one for one in _screen(window).cards if one.listed.id == "office")
    _press(card, press)
    assert told in _texts(_dialog(window))
    _press(_dialog(window), accept)
    stage.laptop.sync()
    row = stage.laptop.workspace.get(Device, "office")
    assert row is not None
    assert row.role is after


def test_a_device_of_door_staff_shows_no_actions(stage: Stage, open_window: Open) -> None:
    west = stage.desktop(WEST)
    west.sync()
    assert [one.findChildren(QPushButton) for one in _screen(open_window(StagedDesk(west))).cards] == [[], [], []]


def test_what_the_server_keeps_of_a_device_is_counted(stage: Stage) -> None:
    stage.run(HoldFact(held="held-1", device=WEST, name="checkin.record_scan", version=1, reason="device_revoked"))
    stage.laptop.sync()
    assert {one.id: one.held for one in listing(stage.laptop.workspace)} == {"laptop": 0, WEST: 1, "gate-east": 0}


def test_organizers_stand_before_door_staff_and_revoked_devices_last(stage: Stage) -> None:
    stage.run(EnrolDevice(device=DeviceId("office"), label="Zurich office", role=Role.ORGANIZER))
    stage.run(RevokeDevice(device=DeviceId("gate-east")))
    stage.run(ChangeDeviceRole(device=WEST, role=Role.ORGANIZER))
    stage.laptop.sync()
    assert [one.id for one in listing(stage.laptop.workspace)] == ["laptop", WEST, "office", "gate-east"]


def test_an_id_tells_when_its_device_was_set_up() -> None:
    at = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    assert set_up_at(uuid7(unix_ms=int(at.timestamp() * 1000), random=bytes(10))) == at
    assert set_up_at("gate-west") is None
    assert set_up_at("9a5d1b5e-4dd1-41b4-8b0a-6bd1c0f0f6c2") is None
