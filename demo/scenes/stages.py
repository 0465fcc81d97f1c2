"""The invented conference in the states that pictures need, and windows on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic
from typing import Final

from PySide6.QtCore import QSettings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.ui.main_window import MainWindow
from desktop.ui.screens import Screens
from shared.access.access import EnrolDevice
from shared.checkin.verdict import Pass
from shared.kernel.decider import Role
from shared.kernel.ids import DeviceId
from tests.desktop.ui.stage import DINNER, DOOR, FULL, PEOPLE, WORKSHOP, Stage, StagedDesk
from tests.sync.world import Clock

Pictures = Iterator[tuple[str, QWidget]]
"""Widgets to be drawn by the names of their pictures; each is there until the next is asked for."""
_FIRST: Final = ("Ana", "Ben", "Chiara", "Dmitri", "Emma", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kofi", "Linh")
_LAST: Final = (
    *("Abebe", "Brandt", "Costa", "Dubois", "Eriksen", "Fischer", "García", "Haddad", "Ito", "Jansen", "Kovač"),
)
_COMPANIES: Final = ("", "", "Northern Tools", "Studio Fünf")
_MORE: Final = 70
_SETTLE_MS: Final = 260
_WAIT_S: Final = 60.0


def on_the_first_day(folder: Path) -> Stage:
    """The conference with some eighty people in it, and a second organizer's device."""
    now = datetime.now(UTC)
    stage = founded(folder)
    random = Random(31)
    for person in PEOPLE:
        stage.sell(person, *((FULL, WORKSHOP, DINNER) if person[1] in ("Wiśniewska", "王") else (FULL,)))
    for _ in range(_MORE):
        person = (random.choice(_FIRST), random.choice(_LAST), random.choice(_COMPANIES))
        stage.sell(person, *random.choice(((FULL,), (FULL, DINNER), (FULL, WORKSHOP), (WORKSHOP,))))
    stage.run(EnrolDevice(device=DeviceId("office"), label="Office computer", role=Role.ORGANIZER))
    stage.laptop.sync()
    stage.clock.now = now
    return stage


def founded(folder: Path) -> Stage:
    """The conference with nobody in it, five hours ago."""
    now = datetime.now(UTC)
    stage = Stage(folder, Clock(now - timedelta(hours=5)))
    stage.found(now.date())
    return stage


def settings_in(folder: Path) -> QSettings:
    """What windows remember, without anything in it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    made.clear()
    return made


def stand_at(settings: QSettings, conference: str, gate: str) -> None:
    """The device stands at a gate of the main door."""
    for name, text in (("gate", gate), ("area", DOOR), ("operator", "Maya")):
        settings.setValue(f"door/{conference}/{name}", text)


@contextmanager
def shown(desk: StagedDesk, settings: QSettings) -> Iterator[MainWindow]:
    """A window of the usual size on what the desk has."""
    settings.remove("window")
    window = MainWindow(desk, settings)
    window.resize(1280, 800)
    window.show()
    settle()
    try:
        yield window
    finally:
        window.close()
        window.deleteLater()
        settle()


def screens(window: MainWindow) -> Screens:
    """The screens of the conference that is open."""
    assert window.screens is not None
    return window.screens


def ticket_of(rows: dict[str, Pass], last_name: str) -> Pass:
    """Somebody's ticket for the whole conference."""
    return next(one for one in rows.values() if one.last_name == last_name and one.seat_type == FULL)


def settle() -> None:
    """Longer than screens wait before they show changes."""
    QTest.qWait(_SETTLE_MS)


def until(is_so: Callable[[], bool]) -> None:
    """Go on once it is so."""
    give_up = monotonic() + _WAIT_S
    while not is_so():
        if monotonic() > give_up:
            raise TimeoutError("the window did not come so far")
        QTest.qWait(20)
