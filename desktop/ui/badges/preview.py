"""The badge as it will be printed, as large as there is room. A click chooses a field, and dragging moves it."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.badges.paint import Face, paint_badge
from desktop.ui.theme import Theme
from desktop.ui.tokens import Tone
from shared.checkin.badges import BadgeLayout

_GRID: Final = 5  # tenths of a millimetre
_MARGIN: Final = 12


class Preview(QWidget):
    """Emits `chosen` with a field's place, and `moved` with its place, left and top."""

    chosen = Signal(int)
    moved = Signal(int, int, int)

    def __init__(self) -> None:
        super().__init__()
        self._layout: BadgeLayout | None = None
        self._face: Face | None = None
        self._marked = -1
        self._grip: QPointF | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self.setAccessibleName(self.tr("Preview of the badge"))

    def sizeHint(self) -> QSize:
        return QSize(440, 280)

    def show_badge(self, layout: BadgeLayout | None, face: Face, marked: int) -> None:
        self._layout, self._face, self._marked = layout, face, marked
        self.update()

    def _scale(self) -> float:
        assert self._layout is not None, "something is shown"
        room = self.size() - QSize(2 * _MARGIN, 2 * _MARGIN)
        return min(room.width() / self._layout.page_width, room.height() / self._layout.page_height)

    def _corner(self) -> QPointF:
        assert self._layout is not None, "something is shown"
        scale = self._scale()
        return QPointF(
            (self.width() - self._layout.page_width * scale) / 2, (self.height() - self._layout.page_height * scale) / 2
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        layout, face = self._layout, self._face
        if layout is None or face is None:
            return
        colours = Theme.now()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.translate(self._corner())
        painter.scale(self._scale(), self._scale())
        page = QRectF(0, 0, layout.page_width, layout.page_height)
        painter.fillRect(page, Qt.GlobalColor.white)
        painter.save()
        painter.setClipRect(page)
        paint_badge(painter, layout, face)
        painter.restore()
        for place, field in enumerate(layout.fields):
            is_marked = place == self._marked
            pen = QPen(QColor(colours.strong[Tone.ACCENT] if is_marked else "#b0b6bf"), 2 if is_marked else 1)
            pen.setCosmetic(True)
            pen.setStyle(Qt.PenStyle.SolidLine if is_marked else Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.drawRect(QRectF(field.left, field.top, field.width, field.height))
        painter.end()

    def _at(self, event: QMouseEvent) -> QPointF:
        return (event.position() - self._corner()) / self._scale()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._layout is None:
            return
        at = self._at(event)
        for place, field in reversed(list(enumerate(self._layout.fields))):
            if QRectF(field.left, field.top, field.width, field.height).contains(at):
                self._grip = at - QPointF(field.left, field.top)
                self._marked = place
                self.chosen.emit(place)
                return

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None or self._layout is None or not 0 <= self._marked < len(self._layout.fields):
            return
        field = self._layout.fields[self._marked]
        to = self._at(event) - self._grip
        left = _snapped(to.x(), self._layout.page_width - field.width)
        top = _snapped(to.y(), self._layout.page_height - field.height)
        if (left, top) != (field.left, field.top):
            self.moved.emit(self._marked, left, top)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None


def _snapped(to: float, most: int) -> int:
    """On the grid, and on the page."""
    return max(0, min(round(to / _GRID) * _GRID, most))


def with_field(layout: BadgeLayout, place: int, **changed: object) -> BadgeLayout:
    """The layout with a field changed."""
    fields = list(layout.fields)
    fields[place] = replace(fields[place], **changed)  # type: ignore[arg-type]  # by name, from the form
    return replace(layout, fields=tuple(fields))
