"""Errors of any thread and of Qt: written to a file in the profile, then told to the user.

Where the disk is in the way it is said in words; an error of ours is told with its details.

What is written names places in the code and kinds of errors. Never values: they may be of people.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)

from desktop.store.files import Damaged, EnvironmentProblem
from desktop.ui import words
from desktop.ui.crash_dialog import CrashDialog

FILE: Final = "errors.log"
_MOST_BYTES: Final = 1_000_000


class Crashes(QObject):
    """Says after an error what is safe. One dialog at a time, on the UI thread, whichever thread failed."""

    restart_asked = Signal()
    _happened = Signal(str, str)

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._file = folder / FILE
        self._writing = threading.Lock()
        self._damaged: set[Path] = set()
        self._is_written = False
        self.dialog: CrashDialog | None = None
        self._happened.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def catch_all(self) -> None:
        """Hear of every error from now on."""
        sys.excepthook = self.hook
        sys.unraisablehook = lambda said: self.hook(said.exc_type, said.exc_value, said.exc_traceback)
        threading.excepthook = lambda said: self.hook(said.exc_type, said.exc_value, said.exc_traceback)
        qInstallMessageHandler(self._hear_qt)
        logging.getLogger().addHandler(_Noted(self._note))

    def hook(self, kind: type[BaseException], error: BaseException | None, at: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        told = _told(kind, error, at)
        self._write(told)
        if isinstance(error, EnvironmentProblem):
            self._say(error, told)
            return
        traceback.print_exception(kind, error, at)
        self._happened.emit(told, "")

    def _note(self, error: BaseException, told: str) -> None:
        """Write down what our code went on after. A damaged file stays so, and the user should know."""
        self._write(told)
        if isinstance(error, Damaged):
            self._say(error, told)

    def _say(self, problem: EnvironmentProblem, told: str) -> None:
        """Say what is in the way; of a damaged file once, for whatever reads it meets it again."""
        if isinstance(problem, Damaged):
            if problem.path in self._damaged:
                return
            self._damaged.add(problem.path)
        self._happened.emit(told, words.problem(problem))

    def _hear_qt(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        sys.stderr.write(f"{text}\n")
        if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
            self._write(f"Qt: {context.category} {context.file}:{context.line}\n")

    def _write(self, told: str) -> None:
        """Append; an old file of a megabyte is begun anew, its end kept beside it."""
        stamp = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            with self._writing:
                if self._file.exists() and self._file.stat().st_size > _MOST_BYTES:
                    self._file.replace(self._file.with_suffix(".old.log"))
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(f"{stamp}\n{told}\n")
            self._is_written = True
        except OSError as problem:
            self._is_written = False
            sys.stderr.write(f"the error was not written down: {problem}\n")

    def _show(self, told: str, in_the_way: str) -> None:
        if self.dialog is not None:
            return
        file = str(self._file) if self._is_written else ""
        self.dialog = CrashDialog(told, file, in_the_way=in_the_way)
        self.dialog.restart_asked.connect(self.restart_asked)
        self.dialog.finished.connect(self._forget)
        self.dialog.open()

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


class _Noted(logging.Handler):
    """Writes down the errors that our own code caught and went on after, without values as the others."""

    def __init__(self, note: Callable[[BaseException, str], None]) -> None:
        super().__init__(logging.ERROR)
        self._note = note

    def emit(self, record: logging.LogRecord) -> None:
        kind, error, at = record.exc_info or (None, None, None)
        if kind is not None and error is not None:
            traceback.print_exception(kind, error, at)
            self._note(error, _told(kind, error, at))


def _told(kind: type[BaseException], error: BaseException | None, at: TracebackType | None) -> str:
    """The error and those before it, without what they say: only kinds and places."""
    told = "".join([*traceback.format_tb(at), f"{kind.__module__}.{kind.__qualname__}\n"])
    before = None if error is None else error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told if before is None else f"{_told(type(before), before, before.__traceback__)}\n{told}"
