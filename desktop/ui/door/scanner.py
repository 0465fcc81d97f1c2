"""A keyboard-wedge scanner, heard whatever has the focus. Format and timing of its keys tell a code from typing.

Keys that could be of a code are held back for a moment. If they do not become one, they go where they were for: a code
is heard whole or typed whole.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Final

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from shared.checkin.ticket_code import PREFIX

GAP_S: Final = 0.06  # scanners send a key every 1 to 20 ms; people hardly type two within this
QUICK_S: Final = 0.035  # without our format to tell it, only what nobody types is a code
_TAIL_S: Final = 0.2  # what comes this soon after a code belongs to it: its ending, or its further lines
_LEAST: Final = len(PREFIX) + 8
_LEAST_FOREIGN: Final = 6
_TERMINATORS: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_MODIFIERS: Final = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_AltGr})
_ALT_GR: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_COMMANDS: Final = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


class Hears(StrEnum):
    """What scans are for somebody now."""

    NOTHING = "nothing"
    TICKETS = "tickets"
    """Codes of our format; all others are typed."""
    ALL = "all"
    """Whatever a scanner sends, as where the door is in front."""


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
    """Emits `scanned` with the text of a code. Codes end with Enter, Tab or nothing.

    `hears` is asked at each key. It goes with its owner: one that outlived its window would swallow the keys of the
    next.
    """

    scanned = Signal(str)

    def __init__(
        self, app: QApplication, owner: QObject, hears: Callable[[], Hears], clock: Callable[[], float] = monotonic
    ) -> None:
        super().__init__(owner)
        self._app, self._hears, self._clock = app, hears, clock
        self._held: list[_Held] = []
        self._target: QObject | None = None
        self._last = self._began = self._ended = -1.0
        self._passed: tuple[QWidget, int] | None = None
        self._is_replaying = False
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._on_idle)
        app.installEventFilter(self)

    def close(self) -> None:
        """Stop listening for good."""
        self._idle.stop()
        self._app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or self._is_replaying:
            return False
        if not isinstance(watched, QWidget) or not isinstance(event, QKeyEvent) or self._is_propagated(watched, event):
            return False
        self._passed = watched, event.timestamp()
        hears = self._hears()
        if hears is Hears.NOTHING:
            self._give_back()
            return False
        return self._hear(watched, event, hears)

    def _is_propagated(self, watched: QWidget, event: QKeyEvent) -> bool:
        """A key that a widget did not want goes on to its parents, and was heard before."""
        if self._passed is None or self._passed[1] != event.timestamp():
            return False
        first = self._passed[0]
        return first is not watched and shiboken6.isValid(first) and watched.isAncestorOf(first)

    def _hear(self, watched: QWidget, event: QKeyEvent, hears: Hears) -> bool:
        """Whether the key is kept from whom it is for."""
        now = pressed_at(event, self._clock)
        is_late = now - self._last > self._patience_s
        if event.key() in _TERMINATORS:
            self._last = now
            return self._end(now, is_late=is_late)
        if event.key() in _MODIFIERS:
            return False  # scanners press Shift for capitals
        if not _is_letter(event):
            self._give_back()  # before this one, as they were pressed
            return False
        self._last = now
        if self._held and is_late:
            self._end_or_give_back()
        if not self._may_be_of_a_code(event, hears):
            self._give_back()
            return False
        if not self._held:
            self._target, self._began = watched, now
        self._held.append(_Held(event.key(), event.modifiers(), event.text()))
        self._idle.start(int(self._patience_s * 1000))
        return True

    def _end(self, now: float, *, is_late: bool) -> bool:
        """Enter or Tab: the end of a code, what comes after one, or a key like any other."""
        if self._is_ticket or (self._is_foreign and not is_late):
            self._finish(now)
            return True
        self._give_back()
        return now - self._ended < _TAIL_S

    def _may_be_of_a_code(self, event: QKeyEvent, hears: Hears) -> bool:
        if _fits(self._text + event.text()):
            return True
        # A key that is held down repeats as quickly as a scanner; a blank presses the button that has the focus.
        return hears is Hears.ALL and not event.isAutoRepeat() and bool(self._held or event.text().strip())

    @property
    def _text(self) -> str:
        return "".join(one.text for one in self._held)

    @property
    def _patience_s(self) -> float:
        """How long to wait for the next key."""
        return GAP_S if _fits(self._text) else QUICK_S

    @property
    def _is_ticket(self) -> bool:
        return len(self._held) >= _LEAST and _fits(self._text)

    @property
    def _is_foreign(self) -> bool:
        """Quicker than anybody types; keys are only held beyond our format where all codes are heard."""
        return len(self._held) >= _LEAST_FOREIGN and not _fits(self._text)

    @property
    def _is_of_the_last(self) -> bool:
        """Whether these keys began so soon after a code that they are more of it."""
        return self._began - self._ended < _TAIL_S

    def _finish(self, now: float) -> None:
        self._idle.stop()
        text, is_further_line = self._text, self._is_foreign and self._is_of_the_last
        self._ended = now
        self._held.clear()
        if not is_further_line:
            self.scanned.emit(text)

    def _on_idle(self) -> None:
        # Keys that queued up while this thread was busy come first.
        QTimer.singleShot(0, self, self._look_again)

    def _look_again(self) -> None:
        if not self._idle.isActive():
            self._end_or_give_back()

    def _end_or_give_back(self) -> None:
        """No key came any more: a code that ends with nothing, or typing."""
        if self._is_ticket or self._is_foreign:
            self._finish(self._last)
        else:
            self._give_back()

    def _give_back(self) -> None:
        """It was typing: let the keys go on to the widget they were for."""
        self._idle.stop()
        held, self._held = self._held, []
        target = self._target
        if not held or self._is_of_the_last or target is None or not shiboken6.isValid(target):
            return
        self._is_replaying = True
        try:
            for one in held:
                QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyPress, one.key, one.modifiers, one.text))
        finally:
            self._is_replaying = False


def _is_letter(event: QKeyEvent) -> bool:
    """Whether a key writes something, and is no command. Some systems report AltGr as Ctrl and Alt together."""
    is_command = event.modifiers() & _COMMANDS and event.modifiers() & _ALT_GR != _ALT_GR
    return bool(event.text()) and event.text().isprintable() and not is_command


def _fits(text: str) -> bool:
    """Whether it is of our format, as far as it goes."""
    upper = text.upper()
    if len(upper) <= len(PREFIX):
        return PREFIX.startswith(upper)
    return upper.startswith(PREFIX) and upper[len(PREFIX) :].isalnum() and upper.isascii()
