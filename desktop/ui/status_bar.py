"""The connection as a state: server, alone or not enrolled; what waits; the data's age; whether digests are equal."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from desktop.ui import words
from desktop.ui.desk import Connection, Line
from desktop.ui.parts.labels import button, repolish
from desktop.ui.parts.shapes import Shape, icon
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace

_AGING_MS: Final = 15_000
_MARKS: Final = {
    Line.SERVER: (Shape.CHECK, Tone.GOOD),
    Line.ALONE: (Shape.RING, Tone.CAUTION),
    Line.NOT_ENROLLED: (Shape.WARNING, Tone.BAD),
    Line.UPDATE_NEEDED: (Shape.WARNING, Tone.CAUTION),
}
_UNKNOWN: Final = (Shape.RING, Tone.NEUTRAL)
_EQUALITY: Final = {None: _UNKNOWN, True: (Shape.CHECK, Tone.GOOD), False: (Shape.WARNING, Tone.CAUTION)}


def line_name(line: Line) -> str:
    match line:
        case Line.SERVER:
            return words.say("Server")
        case Line.ALONE:
            return words.say("Alone")
        case Line.NOT_ENROLLED:
            return words.say("Not enrolled")
        case Line.UPDATE_NEEDED:
            return words.say("Update needed")


def equality(connection: Connection) -> str:
    """Whether this device has the same as the server, in words. Without the server it is a claim about the past."""
    if connection.is_equal is None:
        return words.say("not compared yet")
    if is_past(connection):
        same, other = words.say("was the same as the server"), words.say("differed from the server")
        return same if connection.is_equal else other
    return words.say("same as the server") if connection.is_equal else words.say("differs, being read again")


def is_past(connection: Connection) -> bool:
    """Whether what is known of the server was true once, and may not be any more."""
    return connection.line is not Line.SERVER


def data_age(connection: Connection, now: datetime) -> str:
    if connection.heard_at is None:
        return words.say("no data from the server yet")
    return words.say("data {age} old", age=words.age(now - connection.heard_at))


class StatusBar(QFrame):
    """Every part opens the details. There is no switch for being online."""

    details_asked = Signal()
    keys_asked = Signal()
    settings_asked = Signal()

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._workspace: Workspace | None = None
        self._connection = Connection(line=Line.ALONE)
        self.setProperty("look", "bar")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.SMALL, Space.TIGHT, Space.SMALL, Space.TIGHT)
        row.setSpacing(Space.SMALL)
        self.line = button("", self.details_asked.emit, "status")
        self.pending = button("", self.details_asked.emit, "status")
        self.age = button("", self.details_asked.emit, "status")
        for part in (self.line, self.pending, self.age):
            row.addWidget(part)
        row.addStretch(1)
        self.equal = button("", self.details_asked.emit, "status")
        row.addWidget(self.equal)
        self.keys = button("", self.keys_asked.emit, "status")
        self.settings = button("", self.settings_asked.emit, "status")
        row.addWidget(self.keys)
        row.addWidget(self.settings)
        self.stand(is_kiosk=False)
        aging = QTimer(self)
        aging.setInterval(_AGING_MS)
        aging.timeout.connect(self.refresh)
        aging.start()

    def stand(self, *, is_kiosk: bool) -> None:
        """Offer what the window can do: at a kiosk that is to leave it."""
        _name(self.keys, self.tr("Keys"), QKeySequence(QKeySequence.StandardKey.HelpContents))
        text = self.tr("Leave kiosk mode…") if is_kiosk else self.tr("Settings")
        _name(self.settings, text, QKeySequence("Ctrl+,"))

    def watch(self, workspace: Workspace | None, connection: Connection) -> None:
        self._workspace, self._connection = workspace, connection
        self.refresh()

    def refresh(self) -> None:
        connection = self._connection
        shape, tone = _MARKS[connection.line]
        self.line.setIcon(icon(shape, tone, 14))
        self.line.setText(line_name(connection.line))
        self.line.setToolTip(connection.detail)
        number = 0 if self._workspace is None else len(self._workspace.pending)
        waits, none = (Shape.CLOCK, Tone.WAITING), (Shape.CHECK, Tone.NEUTRAL)
        self.pending.setIcon(icon(*(waits if number else none), 14))
        told = self.tr("{0} waiting").format(words.count(number))
        self.pending.setText(told if number else self.tr("nothing waiting"))
        self.age.setText(data_age(connection, self._now()))
        self.equal.setText(equality(connection))
        self.equal.setIcon(icon(*(_UNKNOWN if is_past(connection) else _EQUALITY[connection.is_equal]), 14))
        if self.equal.property("muted") is not is_past(connection):
            self.equal.setProperty("muted", is_past(connection))
            repolish(self.equal)
        for part in (self.line, self.pending, self.age, self.equal):
            part.setAccessibleName(self.tr("Connection: {0}").format(part.text()))
        for part in (self.pending, self.age, self.equal):
            part.setVisible(self._workspace is not None)


def _name(which: QPushButton, text: str, keys: QKeySequence) -> None:
    which.setText(text)
    which.setShortcut(keys)  # after the text, which takes it away
    which.setAccessibleName(text)
    which.setToolTip(keys.toString(QKeySequence.SequenceFormat.NativeText))
