"""A stage, dressed widgets, and windows that close after their test."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.main_window import MainWindow
from desktop.ui.theme import Theme
from desktop.ui.tokens import LIGHT
from tests.desktop.ui.stage import DOOR, FULL, PEOPLE, WORKSHOP, Stage, StagedDesk
from tests.sync.world import Clock

# No test prints on the printers of whoever runs it, or depends on their names: nobody listens there.
os.environ["CUPS_SERVER"] = "127.0.0.1:1"

Open = Callable[[StagedDesk], MainWindow]


class KeyTime:
    """The clock of whatever tells a scanner from typing: keys come as far apart as the test says."""

    def __init__(self) -> None:
        self.now, self.apart = 0.0, 0.005

    def __call__(self) -> float:
        self.now += self.apart
        return self.now


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A published conference with three people in it."""
    now = datetime.now(UTC)
    made = Stage(tmp_path, Clock(now))
    made.found(now.date())
    made.sell(PEOPLE[0], FULL, WORKSHOP)
    made.sell(PEOPLE[1], FULL)
    made.sell(PEOPLE[7], FULL)
    made.laptop.sync()
    return made


@pytest.fixture
def settings(tmp_path: Path, stage: Stage) -> QSettings:
    made = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made.setValue(f"door/{stage.server.conference}/gate", "West")
    made.setValue(f"door/{stage.server.conference}/area", DOOR)
    return made


@pytest.fixture
def open_window(qtbot: QtBot, settings: QSettings) -> Iterator[Open]:
    """Opens the window of a desk, dressed as a user sees it."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    Theme.use(app, LIGHT)
    opened: list[MainWindow] = []

    def open_it(desk: StagedDesk) -> MainWindow:
        window = MainWindow(desk, settings)
        opened.append(window)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        return window

    yield open_it
    for window in opened:
        window.scanner.close()  # one at a kiosk, or with something unsaved, refuses to close
    app.setStyleSheet("")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform warns of what only a window manager can do; no display does."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))
