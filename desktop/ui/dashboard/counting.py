"""Counts orders and admissions in a thread of its own: all of them once, then those that change."""

import threading
from queue import SimpleQueue
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from desktop.reading import each
from desktop.ui.dashboard.tally import TALLIED, Tally
from desktop.workspace import Workspace
from shared.kernel.decider import Key
from shared.kernel.messages import wire_of

_KIND_BY_VIEW: Final = {wire_of(kind).name: kind for kind in TALLIED}
_TOLD_EVERY: Final = 5000


class Counting(QObject):
    """`counted` tells that there is more to show."""

    counted = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._asked: SimpleQueue[set[Key] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._tallies = {kind: Tally() for kind in TALLIED}
        self._is_over = threading.Event()
        self.destroyed.connect(self._is_over.set)
        self._thread: threading.Thread | None = None
        self.is_complete = False
        """Whether every row was counted once."""

    def start(self) -> None:
        """Count what there is, and from then on what changes; once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._count, daemon=True, name="counting")
            self._thread.start()

    def changed(self, keys: set[Key]) -> None:
        """These rows are different now."""
        if self._thread is not None and (told := {at for at in keys if at.view in _KIND_BY_VIEW}):
            self._asked.put(told)

    def by_bucket(self, kind: type) -> dict[int, dict[str, int]]:
        """The sums of a row class as far as it was counted."""
        with self._lock:
            return self._tallies[kind].by_bucket()

    def close(self) -> None:
        """End the thread."""
        self._is_over.set()
        self._asked.put(None)

    def _count(self) -> None:
        kind: type[Any]
        for kind in TALLIED:
            for number, (id, row) in enumerate(each(self._workspace, kind), start=1):
                if self._is_over.is_set():
                    return
                self._put(kind, id, row)
                if number % _TOLD_EVERY == 0:
                    self._tell()
        self.is_complete = True
        self._tell()
        while (keys := self._asked.get()) is not None and not self._is_over.is_set():
            for view, id in keys:
                self._put(_KIND_BY_VIEW[view], id, self._workspace.get(_KIND_BY_VIEW[view], id))
            if self._asked.empty():
                self._tell()

    def _put(self, kind: type, id: str, row: Any) -> None:
        with self._lock:
            self._tallies[kind].put(id, TALLIED[kind](row))

    def _tell(self) -> None:
        try:
            self.counted.emit()
        except RuntimeError:
            self._is_over.set()  # the window is gone
