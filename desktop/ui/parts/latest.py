"""Runs the newest of what it is asked in a thread: what was asked before is given up, and its result is not told."""

import sys
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

IsOver = Callable[[], bool]
"""Whether nobody wants the result any more."""
Work = Callable[[IsOver], Any]


class Latest(QObject):
    """`done` brings a result on the thread that this object lives on. Work must bear that rows change meanwhile."""

    done = Signal(object)
    _ended = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = _Runner(self._tell)
        self._ended.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)
        self.destroyed.connect(self._runner.close)

    @property
    def is_busy(self) -> bool:
        """Whether a result is still to come."""
        return self._runner.is_busy

    def ask(self, work: Work) -> None:
        """Run this instead of whatever is being run."""
        self._runner.ask(work)

    def forget(self) -> None:
        """Nobody wants a result any more."""
        self._runner.ask(None)

    def _tell(self, number: int, result: object) -> None:
        self._ended.emit(number, result)

    def _pass_on(self, number: int, result: object) -> None:
        if self._runner.is_newest(number):
            self._runner.ask(None)
            self.done.emit(result)


class _Runner:
    """The thread. `tell` raises RuntimeError once whoever wanted results is gone."""

    def __init__(self, tell: Callable[[int, object], None]) -> None:
        self._tell = tell
        self._news = threading.Condition()
        self._number = 0
        self._work: Work | None = None
        self._is_closed = False
        self._thread: threading.Thread | None = None
        self.is_busy = False

    def is_newest(self, number: int) -> bool:
        return number == self._number

    def ask(self, work: Work | None) -> None:
        with self._news:
            self._number += 1
            self._work, self.is_busy = work, work is not None
            self._news.notify()
        if work is not None and self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True, name="latest")
            self._thread.start()

    def close(self) -> None:
        with self._news:
            self._is_closed = True
            self._number += 1
            self._news.notify()

    def _run(self) -> None:
        while (taken := self._take()) is not None:
            number, work = taken
            try:
                result = work(lambda number=number: not self.is_newest(number))  # type: ignore[misc]
            except Exception:  # noqa: BLE001 - it is told of as any error is, and what is asked next is done
                self._give_up(number)
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
                continue
            try:
                self._tell(number, result)
            except RuntimeError:
                return

    def _give_up(self, number: int) -> None:
        with self._news:
            if self.is_newest(number):
                self.is_busy = False

    def _take(self) -> tuple[int, Work] | None:
        with self._news:
            self._news.wait_for(lambda: self._is_closed or self._work is not None)
            work, self._work = self._work, None
            return None if self._is_closed or work is None else (self._number, work)
