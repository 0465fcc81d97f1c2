"""Seats of one type as a bar: sold is solid, held is hatched, what is left is the ground."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.dashboard.figures import OfType
from desktop.ui.theme import Theme
from desktop.ui.tokens import Tone

_HEIGHT = 14


class SeatBar(QWidget):
    """The words beside it say the same."""

    def __init__(self, of_type: OfType) -> None:
        super().__init__()
        self._of_type = of_type
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: object) -> None:
        colours, seats = Theme.now(), self._of_type
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        outline = QPainterPath()
        outline.addRoundedRect(room, 3, 3)
        painter.setClipPath(outline)
        painter.fillRect(room, QColor(colours.sunken))
        whole = max(seats.sold + seats.held + seats.left, seats.quota, 1)
        sold, held = room.width() * seats.sold / whole, room.width() * seats.held / whole
        accent = QColor(colours.strong[Tone.ACCENT])
        painter.fillRect(QRectF(room.left(), room.top(), sold, room.height()), accent)
        painter.fillRect(
            QRectF(room.left() + sold, room.top(), held, room.height()), QBrush(accent, Qt.BrushStyle.BDiagPattern)
        )
        painter.setClipping(False)
        painter.setPen(QPen(QColor(colours.control_line), 1))
        painter.drawPath(outline)
        painter.end()
