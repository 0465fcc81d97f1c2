"""Long work beside the screens: it tells how far it is, and can be cancelled between two of its steps."""

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from desktop.store.files import EnvironmentProblem

T = TypeVar("T")
_TOLD_EVERY_S: Final = 0.05


class Cancelled(Exception):
    """Raised inside the work at its next step, so that it can leave things as it wants them."""


class Job(QObject):
    """Runs `work` in a thread. `ended` brings what it returned, or the Exception it raised, None where cancelled.

    An exception that is none of the environment's reaches the top handler too.
    """

    progressed = Signal(int)
    ended = Signal(object)
    _moved = Signal(int)
    _over = Signal(object)

    def __init__(self, work: Callable[["Job"], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._is_cancelled = threading.Event()
        # Heard on the thread that this object lives on, whatever listens to it.
        self._moved.connect(self._pass_on_progress, Qt.ConnectionType.QueuedConnection)
        self._over.connect(self._pass_on_end, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True, name="job").start()

    def cancel(self) -> None:
        """Ask it to stop; `ended` still comes."""
        self._is_cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        return self._is_cancelled.is_set()

    def each(self, steps: Iterable[T]) -> Iterator[T]:
        """The steps one by one, told as progress; raises Cancelled before the next where that is asked."""
        told = 0.0
        for number, step in enumerate(steps, start=1):
            if self.is_cancelled:
                raise Cancelled
            yield step
            if (at := time.monotonic()) - told >= _TOLD_EVERY_S:
                told = at
                self._tell(self._moved, number)

    def _run(self) -> None:
        try:
            result: object = self._work(self)
        except Cancelled:
            result = None
        except (EnvironmentProblem, OSError) as problem:
            result = problem
        except Exception as error:  # noqa: BLE001 - whoever waits for the end would wait for ever
            result = error
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
        self._tell(self._over, result)

    def _pass_on_progress(self, number: int) -> None:
        self.progressed.emit(number)

    def _pass_on_end(self, result: object) -> None:
        self.ended.emit(result)

    def _tell(self, signal: Any, what: object) -> None:
        try:
            signal.emit(what)
        except RuntimeError:
            self.cancel()  # whoever wanted it is gone
