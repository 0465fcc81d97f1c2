"""The verdict, readable at two metres: colour, shape and word fill the panel. The next scan replaces it."""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QFont, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.door.findings import Look
from desktop.ui.parts.shapes import Shape, draw
from desktop.ui.theme import Theme
from desktop.ui.tokens import LOUD, Size, Space

TALL: Final = 190
SHORT: Final = 150
"""Where the screen has little room."""
_SHAPE: Final = 116


class VerdictPanel(QWidget):
    """Paints itself, so that it is on the screen with the next frame."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(TALL)
        self.look: Look | None = None
        self._below = ""
        self._idle = self.tr("Ready to scan")
        self._idle_hint = self.tr("Scan a ticket, whatever is open, or type a name.")
        self.setAccessibleName(self._idle)

    def ready(self, text: str, hint: str) -> None:
        """What stands there while nothing was scanned."""
        self.look, self._idle, self._idle_hint = None, text, hint
        self.setAccessibleName(text)
        self.update()

    def show_verdict(self, look: Look, name: str, detail: str = "") -> None:
        """`detail` tells more than the sentence that the verdict has anyway."""
        self.look = look
        self._below = " · ".join(part for part in (name, detail or look.sentence) if part)
        said = ". ".join(part for part in (look.word, name, detail) if part)
        self.setAccessibleName(said)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))
        self.update()

    def paintEvent(self, event: object) -> None:
        colours = Theme.now()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        loud = (colours.sunken, colours.muted) if self.look is None else LOUD[self.look.tone]
        ground, ink = QColor(loud[0]), QColor(loud[1])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, Space.RADIUS, Space.RADIUS)
        side = _SHAPE if self.look is not None else 64
        left = Space.ROOMY + (_SHAPE - side) / 2
        shape = Shape.DOOR if self.look is None else self.look.shape
        draw(painter, shape, QRectF(left, (box.height() - side) / 2, side, side), ink, ground)
        text_box = box.adjusted(Space.ROOMY * 2 + _SHAPE, Space.SMALL, -Space.WIDE, -Space.SMALL)
        word = self._idle if self.look is None else self.look.word
        below = self._idle_hint if self.look is None else self._below
        painter.setPen(ink)
        self._write(painter, text_box, word, below)
        painter.end()

    def _write(self, painter: QPainter, box: QRectF, word: str, below: str) -> None:
        big = QFont(self.font())
        big.setWeight(QFont.Weight.Bold)
        big.setPointSizeF(Size.VERDICT if self.look is not None else Size.TITLE + 6)
        while big.pointSizeF() > Size.TITLE:
            painter.setFont(big)
            if painter.fontMetrics().horizontalAdvance(word) <= box.width():
                break
            big.setPointSizeF(big.pointSizeF() - 2)
        painter.setFont(big)
        word_height = painter.fontMetrics().height()
        small = QFont(self.font())
        small.setPointSizeF(Size.HEADING + (2 if self.look is not None else 0))
        painter.setFont(small)
        flags = (
            Qt.AlignmentFlag.AlignLeft
            | Qt.AlignmentFlag.AlignTop
            | Qt.AlignmentFlag.AlignAbsolute
            | Qt.TextFlag.TextWordWrap
        )
        room = box.height() - word_height
        while small.pointSizeF() > Size.BODY and painter.boundingRect(box, flags, below).height() > room:
            small.setPointSizeF(small.pointSizeF() - 1)
            painter.setFont(small)
        needed = painter.boundingRect(box, flags, below).height() if below else 0.0
        top = box.top() + max((box.height() - word_height - needed) / 2, 0)
        painter.setFont(big)
        painter.drawText(QRectF(box.left(), top, box.width(), word_height), flags, word)
        painter.setFont(small)
        rest = QRectF(box.left(), top + word_height, box.width(), box.bottom() - top - word_height)
        painter.drawText(rest, flags, below)
