"""What waits to be printed, one after the other, beside the screens: a printer that hangs stops no door."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import QObject

from desktop.store.files import EnvironmentProblem
from desktop.ui import words
from desktop.ui.parts.job import Job
from desktop.ui.parts.paper import Press, Sheet

Then = Callable[[str], None]
"""Told when it is at the printer: an empty text, or what was in the way, in words."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    sheets: Sequence[Sheet]
    printer: str
    owner: QObject
    then: Then


class Spool:
    """Results are told on the thread of the screens, and to nobody where `owner` is gone meanwhile."""

    def __init__(self, press: Press) -> None:
        self.press = press
        self._waiting: deque[_Waiting] = deque()
        self._job: Job | None = None

    def send(self, sheets: Sequence[Sheet], printer: str, owner: QObject, then: Then) -> None:
        self._waiting.append(_Waiting(sheets, printer, owner, then))
        self._next()

    def _next(self) -> None:
        if self._job is not None or not self._waiting:
            return
        one, press = self._waiting.popleft(), self.press
        if not press.is_slow:
            self._end(one, _printed(press, one))
            return
        self._job = Job(lambda _job: press.print(one.sheets, one.printer))
        self._job.ended.connect(lambda result: self._end(one, result))
        self._job.start()

    def _end(self, one: _Waiting, result: object) -> None:
        self._job = None
        told = words.problem(result) if isinstance(result, Exception) else ""
        if shiboken6.isValid(one.owner):
            one.then(told)
        self._next()


def _printed(press: Press, one: _Waiting) -> object:
    try:
        press.print(one.sheets, one.printer)
    except (EnvironmentProblem, OSError) as problem:
        return problem
    return None
