"""Pictures of one laptop's windows, as its user sees them, without a display: a process of its own, with Qt in it.

    python -m demo.shots office|door PROFILE FOLDER [AREA GATE CODE]

The door scans the code first, so that its picture shows a verdict.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QLocale, QSettings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.app import ProfileDesk
from desktop.profile import Profile
from desktop.sync.worker import Worker
from desktop.ui.attendees.attendees_screen import AttendeesScreen
from desktop.ui.desk import Line
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.theme import Theme
from desktop.ui.tokens import DARK, LIGHT

_SETTLE_MS: Final = 260
_WAIT_S: Final = 15.0
_SIZE: Final = (1280, 800)


def main() -> int:
    """The exit code."""
    kind, profile_folder, folder, *scan = sys.argv[1:]
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    app = QApplication(sys.argv[:1])
    Theme.use(app, LIGHT if kind == "office" else DARK)
    profile = Profile.open(Path(profile_folder), passphrase=lambda _: os.environ.get("LANYARD_PASSPHRASE"))
    worker = Worker(profile)
    try:
        settings = QSettings(str(profile.folder / "window.ini"), QSettings.Format.IniFormat)
        settings.remove("window")
        desk = ProfileDesk(profile, worker)
        conference = next(iter(desk.workspaces()))
        if scan:
            for name, text in zip(("area", "gate", "operator"), (*scan[:2], "Maya"), strict=True):
                settings.setValue(f"door/{conference}/{name}", text)
        window = MainWindow(desk, settings, profile.identity.server_url)
        window.resize(*_SIZE)
        window.show()
        worker.start()
        _until(lambda: desk.connection(conference).line is Line.SERVER)
        shots = _office(window, conference) if kind == "office" else _door(window, conference, scan[2])
        for name in shots:
            QTest.qWait(_SETTLE_MS)
            if not window.grab().save(str(Path(folder) / f"{profile.folder.name}-{name}.png")):
                return 1
        _until(lambda: not desk.workspaces()[conference].is_pending)
        window.close()
    finally:
        worker.close()
        profile.close()
    return 0


def _office(window: MainWindow, conference: str) -> Iterator[str]:
    """The organizer's places, each shown when its name is asked for."""
    window.go("home")
    yield "home"
    window.open_conference(conference)
    yield "conference"
    window.go("attendees")
    assert window.screens is not None
    attendees = window.screens.made("attendees", AttendeesScreen)
    _until(lambda: attendees.model.rowCount() > 0)
    attendees.table.selectRow(0)
    yield "attendees"
    for place in ("problems", "activity"):
        window.go(place)
        yield place


def _door(window: MainWindow, conference: str, code: str) -> Iterator[str]:
    window.open_conference(conference, "door")
    assert window.screens is not None
    window.screens.made("door", DoorScreen).scan(code)
    yield "door"
    window.go("problems")
    yield "problems"


def _until(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + _WAIT_S
    while not is_so():
        if time.monotonic() > give_up:
            raise TimeoutError("the window did not come so far")
        QTest.qWait(20)


if __name__ == "__main__":
    sys.exit(main())
