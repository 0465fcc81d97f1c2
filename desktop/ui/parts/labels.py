"""Labels, chips, buttons and frames with a look, so that no screen writes style of its own."""

import re
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.parts.shapes import Mark, Shape
from desktop.ui.tokens import Space, Tone


def label(text: str = "", look: str = "", *, wraps: bool = False, tone: Tone | None = None) -> QLabel:
    """A label of plain text: what people typed is never markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    if look:
        made.setProperty("look", look)
    if tone is not None:
        made.setProperty("tone", tone.value)
    if wraps:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return made


class Elided(QLabel):
    """One line that ends in an ellipsis where there is no room; the whole text is its tool tip."""

    def __init__(self, text: str = "", look: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if look:
            self.setProperty("look", look)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._hint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hint()

    def _hint(self) -> None:
        is_cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
        self.setToolTip(self.text() if is_cut else "")

    def minimumSizeHint(self) -> QSize:
        return QSize(20, super().minimumSizeHint().height())

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        # Names written from right to left still stand at the left, in line with the others.
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, flags, shown)
        painter.end()


class Chip(QFrame):
    """A state: ground, shape and word."""

    def __init__(self, shape: Shape, text: str, tone: Tone = Tone.NEUTRAL) -> None:
        super().__init__()
        self.setProperty("look", "chip")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.TIGHT + 2, Space.HAIR, Space.SMALL, Space.HAIR)
        row.setSpacing(Space.TIGHT + 1)
        self._mark = Mark(shape, tone, 12)
        self._text = label()
        row.addWidget(self._mark)
        row.addWidget(self._text)
        self.show_as(shape, text, tone)

    def show_as(self, shape: Shape, text: str, tone: Tone) -> None:
        self._mark.show_as(shape, tone)
        self._text.setText(text)
        self.setAccessibleName(text)
        for widget in (self, self._text):
            widget.setProperty("tone", tone.value)
            repolish(widget)

    @property
    def text(self) -> str:
        return self._text.text()


class Band(QFrame):
    """A message across the page: shape, sentence, and room for buttons."""

    def __init__(self, shape: Shape, text: str, tone: Tone) -> None:
        super().__init__()
        self.setProperty("look", "band")
        self.setProperty("tone", tone.value)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(Space.USUAL, Space.SMALL, Space.USUAL, Space.SMALL)
        self._row.setSpacing(Space.SMALL)
        self._mark = Mark(shape, tone, 18)
        self._row.addWidget(self._mark)
        self._text = label(text, wraps=True)
        self._row.addWidget(self._text, 1)

    def say(self, text: str) -> None:
        self._text.setText(text)
        self.setAccessibleName(text)

    @property
    def text(self) -> str:
        return self._text.text()

    def add(self, widget: QWidget) -> None:
        self._row.addWidget(widget)


def button(text: str, does: Callable[[], object], look: str = "", *, name: str = "") -> QPushButton:
    """A button. `name` tells a screen reader what the text alone does not."""
    made = QPushButton(text)
    if look:
        made.setProperty("look", look)
    made.setAccessibleName(name or without_mnemonic(text))
    made.setAutoDefault(False)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.clicked.connect(lambda _: does())
    return made


def without_mnemonic(text: str) -> str:
    """A button's text as it is read: `&Save` is Save; scripts without our letters put them behind, as in `저장(&S)`."""
    return re.sub(r"\(&.\)", "", text).replace("&", "")


def card(*, margin: int = Space.WIDE, spacing: int = Space.SMALL) -> tuple[QFrame, QVBoxLayout]:
    """A framed surface and its column."""
    frame = QFrame()
    frame.setProperty("look", "card")
    column = QVBoxLayout(frame)
    column.setContentsMargins(margin, margin, margin, margin)
    column.setSpacing(spacing)
    return frame, column


def rule() -> QFrame:
    """A thin line."""
    line = QFrame()
    line.setProperty("look", "rule")
    return line


def empty_state(shape: Shape, heading: str, text: str, does: QPushButton | None = None, *, width: int = 420) -> QWidget:
    """What stands where there is nothing yet: why, and what to do, perhaps by a button."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setAlignment(Qt.AlignmentFlag.AlignCenter)
    column.setSpacing(Space.SMALL)
    column.addWidget(Mark(shape, Tone.NEUTRAL, 40), 0, Qt.AlignmentFlag.AlignHCenter)
    head = label(heading, "heading")
    head.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    column.addWidget(head)
    body = label(text, "muted", wraps=True)
    body.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    body.setFixedWidth(width)
    column.addWidget(body, 0, Qt.AlignmentFlag.AlignHCenter)
    if does is not None:
        column.addWidget(does, 0, Qt.AlignmentFlag.AlignHCenter)
    return whole


def repolish(widget: QWidget) -> None:
    """Apply the style sheet again after a property changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def clear(layout: QVBoxLayout | QHBoxLayout) -> None:
    """Take everything out of a row or column."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
