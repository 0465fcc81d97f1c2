"""The thread of the windows is never away for long, told without a clock on the wall.

Work is compared with a yardstick of the same test, so that a slow or busy machine is slow for both: seconds are the
business of `make bench`. Waits are not measured but forbidden: what an ordinary action may not touch at all.
"""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from time import thread_time
from typing import Any, Final

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFormLayout, QLabel, QLineEdit

from desktop.ui.attendees.attendees_screen import AttendeesScreen
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.orders.orders_screen import OrdersScreen
from shared.checkin.verdict import Pass
from shared.conference.conference import Conference, EditConference
from shared.kernel.edits import Edit
from tests.desktop.ui import money_stage, walk
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, Stage, StagedDesk, code_of

Act = Callable[[], object]
TIMES: Final = 3
FIELDS: Final = 60
FORMS_MOST: Final = 2.0
"""The most work for one action: what it takes to build and show so many plain forms of as many fields."""
SETTLED_MS: Final = 260
"""Longer than screens wait before they show many changes at once."""
STATEMENTS_MOST: Final = 100
WAITS: Final = ("open", "socket.connect", "socket.getaddrinfo", "time.sleep", "subprocess.Popen")
CODE: Final = (".py", ".pyc")


@pytest.fixture
def window(stage: Stage, open_window: Open) -> MainWindow:
    money_stage.busy(stage)
    stage.laptop.sync()
    made = open_window(StagedDesk(stage.laptop))
    made.open_conference(CONFERENCE)
    for _ in walk.screens(made):
        QTest.qWait(1)  # each is made at the first visit
    return made


@pytest.fixture
def actions(window: MainWindow, stage: Stage) -> dict[str, Act]:
    """What people do all day, by name."""
    workspace, screens = stage.laptop.workspace, window.screens
    assert screens is not None
    door, orders = screens.made("door", DoorScreen), screens.made("orders", OrdersScreen)
    attendees = screens.made("attendees", AttendeesScreen)
    codes = [code_of(row) for row in workspace.rows(Pass).values()]
    names = iter(f"Place {number}" for number in range(100))
    letters = iter("abcdefghijklmnop" * 10)

    def edit() -> None:
        conference = workspace.get(Conference)
        assert conference is not None
        workspace.issue(EditConference(location=Edit(seen=conference.location, new=next(names))))

    return {
        "a scan": lambda: door.scan(codes[0]),
        "a letter in the door’s search": lambda: door.field.setText(next(letters)),
        "a letter in the attendees’ search": lambda: attendees.search.setText(next(letters)),
        "a letter in the orders’ search": lambda: orders.list.search.setText(next(letters)),
        "a change of a conference": edit,
        **{f"going to {place}": partial(window.go, place) for place, _ in walk.screens(window)},
        "the settings": window.show_settings,
        "the keys": window.show_keys,
    }


class Watchdog(QObject):
    """`worked_s` is the longest stretch of the thread's own work between two turns of its event loop."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.worked_s = 0.0
        self._since = thread_time()
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._come_back)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _come_back(self) -> None:
        now = thread_time()
        self.worked_s = max(self.worked_s, now - self._since)
        self._since = now


def test_no_ordinary_action_is_much_work_at_once(window: MainWindow, actions: dict[str, Act]) -> None:
    """The least of several counts: what the machine did beside it is not the program's."""
    worked: dict[str, list[float]] = {name: [] for name in actions}
    forms: list[float] = []
    for _ in range(TIMES):  # in turns, so that what slows the machine down slows all of them
        forms += [_work(window, lambda: _plain_form(window)) for _ in range(TIMES)]
        for name, act in actions.items():
            worked[name].append(_work(window, act))
    most = FORMS_MOST * median(forms)
    much = {name: f"{min(some) / median(forms):.1f} forms" for name, some in worked.items() if min(some) > most}
    assert not much


def _work(window: MainWindow, act: Act) -> float:
    watchdog = Watchdog(window)
    _do(window, act)
    watchdog.stop()
    watchdog.deleteLater()
    return watchdog.worked_s


def _do(window: MainWindow, act: Act) -> None:
    """The action and all that follows from it; dialogs are closed again."""
    QTimer.singleShot(0, window, act)
    QTest.qWait(SETTLED_MS)
    for dialog in window.findChildren(QDialog):
        dialog.close()


def _plain_form(window: MainWindow) -> None:
    dialog = QDialog(window)
    rows = QFormLayout(dialog)
    for number in range(FIELDS):
        rows.addRow(QLabel(f"Field {number}"), QLineEdit(str(number)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


@dataclass
class Ear:
    """Hears on one thread, while `is_open`, what Python tells of files, sockets and sleep."""

    heard: list[str] = field(default_factory=list)
    is_open: bool = False
    thread: int = field(default_factory=threading.get_ident)

    def hear(self, event: str, about: tuple[Any, ...]) -> None:
        if self.is_open and event in WAITS and threading.get_ident() == self.thread:
            if event == "open" and str(about[0]).endswith(CODE):
                return
            self.heard.append(f"{event} {about[0]}")


@contextmanager
def _listening(ear: Ear) -> Iterator[None]:
    ear.is_open = True
    try:
        yield
    finally:
        ear.is_open = False


def test_no_ordinary_action_waits_for_a_file_or_the_network(window: MainWindow, actions: dict[str, Act]) -> None:
    ear = Ear()
    sys.addaudithook(ear.hear)  # for as long as the process lives, which is why it can be closed
    with _listening(ear):
        for act in actions.values():
            _do(window, act)
    assert not ear.heard


def test_no_ordinary_action_asks_the_store_too_often(window: MainWindow, actions: dict[str, Act], stage: Stage) -> None:
    connection = stage.laptop.workspace._base.shown._connection
    asked: Counter[str] = Counter()
    for name, act in actions.items():
        connection.set_trace_callback(partial(_count, asked, name))
        _do(window, act)
    connection.set_trace_callback(None)
    assert asked["a scan"], "the statements were counted"
    assert {name: number for name, number in asked.items() if number > STATEMENTS_MOST} == {}, asked


def _count(asked: Counter[str], name: str, _statement: str) -> None:
    asked[name] += 1
