"""Sums of orders and admissions as they are seen here, in a thread: what the base keeps, and what waits on top."""

import threading
from collections.abc import Collection
from queue import SimpleQueue
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from desktop.store.tally import parts_of
from desktop.ui.dashboard.tally import Tally
from desktop.workspace import Workspace
from shared.checkin.verdict import Admission
from shared.kernel.decider import Key
from shared.kernel.messages import wire_of
from shared.registration.order_state import Order

_KINDS: Final = (Order, Admission)
_AT_ONCE: Final = 100  # a few milliseconds, for which a screen may have to wait
_CHANGED = dict[str, set[str]]


class Counting(QObject):
    """`counted` tells that there is more to show."""

    counted = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._asked: SimpleQueue[_CHANGED | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = {kind: Tally() for kind in _KINDS}
        self._sums: dict[type, dict[int, dict[str, int]]] = {}
        self._is_over = threading.Event()
        self.destroyed.connect(self._is_over.set)
        self._thread: threading.Thread | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything was counted once."""
        return len(self._sums) == len(_KINDS)

    def start(self) -> None:
        """Count what there is, and from then on what changes; once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._count, daemon=True, name="counting")
            self._thread.start()

    def changed(self, keys: set[Key]) -> None:
        """These rows are different now."""
        by_view = {name: {at.id for at in keys if at.view == name} for name in map(_name, _KINDS)}
        if self._thread is not None and any(by_view.values()):
            self._asked.put(by_view)

    def by_bucket(self, kind: type) -> dict[int, dict[str, int]]:
        """The sums of a row class; nothing before they were read."""
        with self._lock:
            return self._sums.get(kind, {})

    def close(self) -> None:
        """End the thread."""
        self._is_over.set()
        self._asked.put(None)

    def _count(self) -> None:
        asked: _CHANGED | None = {_name(kind): set(self._workspace.waiting(kind)) for kind in _KINDS}
        while asked is not None and not self._is_over.is_set():
            for kind in _KINDS:
                if not self.is_complete or asked[_name(kind)]:
                    self._show(kind, asked[_name(kind)])
            asked = self._asked.get()

    def _show(self, kind: type[Any], ids: Collection[str]) -> None:
        waiting, listed = self._waiting[kind], list(ids)
        for start in range(0, len(listed), _AT_ONCE):
            if self._is_over.is_set():
                return
            for id, before, after in self._workspace.compared(kind, listed[start : start + _AT_ONCE]):
                lost = [(bucket, name, -number) for bucket, name, number in parts_of(before)]
                waiting.put(id, [] if before == after else [*lost, *parts_of(after)])
        # Read last: what was settled meanwhile is told again, and then counts only here.
        sums = waiting.on(self._workspace.tally(kind, self._is_over.is_set))
        if self._is_over.is_set():
            return
        with self._lock:
            self._sums[kind] = sums
        try:
            self.counted.emit()
        except RuntimeError:
            self._is_over.set()  # the window is gone


def _name(kind: type) -> str:
    return wire_of(kind).name
