"""A keyboard-wedge scanner, heard whatever has the focus. Format and timing of its keys tell a code from typing.

Keys that could begin a code are held back for a moment. If they do not become one, they go where they were for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from shared.checkin.ticket_code import PREFIX

GAP_S: Final = 0.06  # scanners send a key every 1 to 20 ms; people hardly type two within this
_TAIL_S: Final = 0.2  # a terminator that comes this soon after a code belongs to it
_LEAST: Final = len(PREFIX) + 8
_TERMINATORS: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_COMMANDS: Final = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


def pressed_at(event: QKeyEvent, clock: Callable[[], float]) -> float:
    """When a key was pressed, in seconds of a steady clock.

    The window system says it. When it was looked at tells nothing: keys queue up while the thread is busy, and then
    those of a person come as close together as a scanner's. Keys that no window system sent are timed by the clock.
    """
    return event.timestamp() / 1000 if event.timestamp() else clock()


@dataclass(frozen=True, slots=True)
class _Held:
    key: int
    modifiers: Qt.KeyboardModifier
    text: str


class Scanner(QObject):
    """Emits `scanned` with the text of a code. It listens while `is_active`. Codes end with Enter, Tab or nothing.

    It goes with its owner: one that outlived its window would swallow the keys of the next.
    """

    scanned = Signal(str)

    def __init__(self, app: QApplication, owner: QObject, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(owner)
        self.is_active = False
        self._app, self._clock = app, clock
        self._held: list[_Held] = []
        self._target: QObject | None = None
        self._last = self._ended = -1.0
        self._passed: tuple[QWidget, int] | None = None
        self._is_replaying = False
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(int(GAP_S * 1000))
        self._idle.timeout.connect(self._on_idle)
        app.installEventFilter(self)

    def close(self) -> None:
        """Stop listening for good."""
        self.is_active = False
        self._idle.stop()
        self._app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not self.is_active or self._is_replaying:
            return False
        if not isinstance(watched, QWidget) or not isinstance(event, QKeyEvent) or self._is_propagated(watched, event):
            return False
        self._passed = watched, event.timestamp()
        return self._hear(watched, event)

    def _is_propagated(self, watched: QWidget, event: QKeyEvent) -> bool:
        """A key that a widget did not want goes on to its parents, and was heard before."""
        if self._passed is None or self._passed[1] != event.timestamp():
            return False
        first = self._passed[0]
        return first is not watched and shiboken6.isValid(first) and watched.isAncestorOf(first)

    def _hear(self, watched: QWidget, event: QKeyEvent) -> bool:
        now = pressed_at(event, self._clock)
        is_late = now - self._last > GAP_S
        self._last = now
        if event.key() in _TERMINATORS:
            if self._is_code:
                self._finish(now)
                return True
            self._give_back()
            return now - self._ended < _TAIL_S
        if not event.text() or event.modifiers() & _COMMANDS or not event.text().isprintable():
            return False
        if self._held and is_late:
            self._give_back()
        if not self._fits(self._text + event.text()):
            self._give_back()
            return False
        if not self._held:
            self._target = watched
        self._held.append(_Held(event.key(), event.modifiers(), event.text()))
        self._idle.start()
        return True

    @staticmethod
    def _fits(text: str) -> bool:
        upper = text.upper()
        if len(upper) <= len(PREFIX):
            return PREFIX.startswith(upper)
        return upper.startswith(PREFIX) and upper[len(PREFIX) :].isalnum() and upper.isascii()

    @property
    def _text(self) -> str:
        return "".join(one.text for one in self._held)

    @property
    def _is_code(self) -> bool:
        return len(self._held) >= _LEAST

    def _finish(self, now: float) -> None:
        self._idle.stop()
        text, self._ended = self._text, now
        self._held.clear()
        self.scanned.emit(text)

    def _on_idle(self) -> None:
        # Keys that queued up while this thread was busy come first.
        QTimer.singleShot(0, self, self._end_or_give_back)

    def _end_or_give_back(self) -> None:
        if self._idle.isActive():
            return
        if self._is_code:
            self._finish(self._clock())
        else:
            self._give_back()

    def _give_back(self) -> None:
        """It was typing: let the keys go on to the widget they were for."""
        self._idle.stop()
        held, self._held = self._held, []
        target = self._target
        if not held or target is None or not shiboken6.isValid(target):
            return
        self._is_replaying = True
        try:
            for one in held:
                QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyPress, one.key, one.modifiers, one.text))
        finally:
            self._is_replaying = False
