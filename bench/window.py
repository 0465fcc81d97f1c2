"""The real desktop in a process of its own, without a display: driven as its user would, it prints what it took.

    python -m bench.window PROFILE STARTED CODES

STARTED is the parent's monotonic clock when it started this process, CODES a file of ticket codes. What is measured is
on the thread of the windows: an act, and all that is painted for it.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from itertools import cycle
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QTableView

from bench.changes import change_of
from bench.empty_window import memory_mb
from bench.figures import Latencies
from desktop import app as desktop_app
from desktop.promptness import be_prompt
from desktop.sync.session import Staging
from desktop.ui.attendees.attendees_screen import AttendeesScreen
from desktop.ui.dashboard.dashboard_screen import DashboardScreen
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.orders.orders_screen import OrdersScreen
from desktop.ui.parts.paged import PagedModel
from desktop.ui.screens import Screens
from shared.kernel.codec import from_json, to_json
from shared.sync.protocol import Page

PASSPHRASE: Final = "a passphrase for the bench"
TYPED: Final = ("k", "ki", "kim", "kim 9", "kim 99", "t", "ta", "tan", "tanaka", "o", "co", "comp", "company 12")
_CHANGED: Final = 10_000
_SCANS: Final = 200
_WAIT_S: Final = 120.0
_LINGER_S: Final = 3.0
_PLACES: Final = 100


class Drive(QObject):
    """Waits for the first picture of a door that is ready, then measures everything and quits."""

    def __init__(self, app: QApplication, started: float, codes: Iterable[str]) -> None:
        super().__init__(app)
        self._app, self._started, self._codes = app, started, cycle(codes)
        self.measured: dict[str, float] = {}
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and isinstance(watched, DoorScreen) and watched.field.isEnabled():
            self.measured["start_s"] = time.monotonic() - self._started
            self.measured["start_rss_mb"] = memory_mb("VmRSS")
            self._app.removeEventFilter(self)
            QTimer.singleShot(500, self, self._measure)
        return False

    def _measure(self) -> None:
        window = next(one for one in self._app.topLevelWidgets() if isinstance(one, MainWindow))
        screens = window.screens
        assert screens is not None
        door = screens.made("door", DoorScreen)
        self._tell("verdict", [self._act(lambda: door.scan(next(self._codes))) for _ in range(_SCANS)])
        self._tell("door_search", [self._found_at(door, text) for text in TYPED])
        door.field.clear()
        started = time.perf_counter()
        window.go("dashboard")
        dashboard = screens.made("dashboard", DashboardScreen)
        self._until(lambda: dashboard.counting.is_complete)
        self.measured["dashboard_s"] = time.perf_counter() - started
        self._tables(window, screens)
        window.go("door")
        self._beside_a_change(screens, door)
        self.measured["peak_rss_mb"] = memory_mb("VmHWM")
        self.measured["settled_rss_mb"] = memory_mb("VmRSS")
        self._app.processEvents()
        self._app.exit()  # closing the window would ask about the scans that no server has

    def _tables(self, window: MainWindow, screens: Screens) -> None:
        self.measured["attendees_ms"] = 1000 * self._act(lambda: window.go("attendees"))
        attendees = screens.made("attendees", AttendeesScreen)
        self._tell("attendees_search", [self._found(attendees.model, text) for text in TYPED])
        attendees.model.search("")
        self._scroll("attendees_scroll", attendees.table)
        self.measured["orders_ms"] = 1000 * self._act(lambda: window.go("orders"))
        orders = screens.made("orders", OrdersScreen).list
        self._tell("orders_search", [self._found(orders.model, text) for text in TYPED])
        orders.model.search("")
        self._scroll("orders_scroll", orders.table)

    def _scroll(self, name: str, table: QTableView) -> None:
        bar = table.verticalScrollBar()
        places = [bar.maximum() * number // _PLACES for number in range(_PLACES)]
        self._tell(name, [self._act(lambda to=to: bar.setValue(to)) for to in places])  # type: ignore[misc]

    def _beside_a_change(self, screens: Screens, door: DoorScreen) -> None:
        """Verdicts, searches and turns of the event loop while the sync of a change goes on in its thread."""
        workspace = screens.workspace
        document = change_of(workspace, "Changed", _CHANGED)
        done = threading.Event()

        def sync() -> None:
            Staging(workspace).take(from_json(Page, document))
            done.set()

        verdicts, searches, away = [], [], []
        typed = cycle(TYPED)
        thread = threading.Thread(target=sync)
        started = time.perf_counter()
        thread.start()
        until = started + _WAIT_S
        while time.perf_counter() < until:
            if done.is_set():
                self.measured.setdefault("change_s", time.perf_counter() - started)
                until = min(until, started + self.measured["change_s"] + _LINGER_S)  # what screens do with it
            away += [self._act(lambda: None) for _ in range(20)]
            verdicts.append(self._act(lambda: door.scan(next(self._codes))))
            away += [self._act(lambda: time.sleep(0.001)) - 0.001 for _ in range(20)]
            searches.append(self._found_at(door, next(typed)))
        thread.join()
        self._tell("busy_verdict", verdicts)
        self._tell("busy_search", searches)
        self._tell("busy_away", away)
        self.measured["busy_away_most_ms"] = max(away) * 1000

    def _act(self, act: Callable[[], object]) -> float:
        """Seconds until it is done and everything that waits was handled and painted."""
        started = time.perf_counter()
        act()
        self._app.processEvents()
        return time.perf_counter() - started

    def _found(self, model: PagedModel[Any], text: str) -> float:
        """Seconds until what was found is painted."""
        started = time.perf_counter()
        model.search(text)
        self._until(lambda: not model._searching.is_busy)
        self._app.processEvents()
        return time.perf_counter() - started

    def _found_at(self, door: DoorScreen, text: str) -> float:
        """Seconds until those found at the door are painted."""
        started = time.perf_counter()
        door.field.setText(text)
        self._until(lambda: not door.results.is_searching)
        self._app.processEvents()
        return time.perf_counter() - started

    def _tell(self, name: str, seconds: list[float]) -> None:
        took = Latencies.of(seconds)
        self.measured |= {f"{name}_p50_ms": took.p50, f"{name}_p99_ms": took.p99}

    def _until(self, is_so: Callable[[], bool]) -> None:
        give_up = time.monotonic() + _WAIT_S
        while not is_so() and time.monotonic() < give_up:
            self._app.processEvents()
            time.sleep(0.001)


def main() -> int:
    """The exit code."""
    profile, started, codes = Path(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]).read_text().split()
    be_prompt()
    app = QApplication(sys.argv[:1])
    drive = Drive(app, started, codes)
    code = desktop_app.run(app, profile, None, PASSPHRASE)
    print(to_json(drive.measured).decode())
    return code


if __name__ == "__main__":
    sys.exit(main())
