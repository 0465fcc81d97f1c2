"""The shapes that stand beside every colour: drawn, so that they scale and follow the scheme."""

import math
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPixmapCache, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.theme import Theme
from desktop.ui.tokens import Tone


class Shape(StrEnum):
    CHECK = "check"
    CROSS = "cross"
    OUT = "out"
    WARNING = "warning"
    CLOCK = "clock"
    INFO = "info"
    DOT = "dot"
    RING = "ring"
    HOME = "home"
    CONFERENCE = "conference"
    PEOPLE = "people"
    DOOR = "door"
    INBOX = "inbox"
    LIST = "list"
    RECEIPT = "receipt"
    FLAG = "flag"
    COINS = "coins"
    PERCENT = "percent"
    QUEUE = "queue"
    DEVICE = "device"
    CHART = "chart"
    TILL = "till"
    BADGE = "badge"


_FILLED: Final = frozenset({Shape.CHECK, Shape.CROSS, Shape.OUT, Shape.WARNING, Shape.INFO, Shape.DOT})


def draw(painter: QPainter, shape: Shape, box: QRectF, colour: QColor, ground: QColor) -> None:
    """Draw a shape into a square. Filled ones carry their sign in the colour of the ground."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / 24, box.height() / 24)
    is_filled = shape in _FILLED
    pen = QPen(ground if is_filled else colour, 2.0 if not is_filled else 2.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if is_filled:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        _ground(painter, shape)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    _sign(painter, shape)
    painter.restore()


def _ground(painter: QPainter, shape: Shape) -> None:
    match shape:
        case Shape.CROSS:
            corners = [math.radians(22.5 + 45 * turn) for turn in range(8)]
            painter.drawPolygon(QPolygonF([QPointF(12 + 11.5 * math.cos(a), 12 + 11.5 * math.sin(a)) for a in corners]))
        case Shape.WARNING:
            painter.drawPolygon(QPolygonF([QPointF(12, 1.5), QPointF(23.2, 21.5), QPointF(0.8, 21.5)]))
        case Shape.DOT:
            painter.drawEllipse(QRectF(6, 6, 12, 12))
        case _:
            painter.drawEllipse(QRectF(1, 1, 22, 22))


def _sign(painter: QPainter, shape: Shape) -> None:
    match shape:
        case Shape.CHECK:
            painter.drawPolyline([QPointF(7, 12.4), QPointF(10.6, 16), QPointF(17.2, 8.6)])
        case Shape.OUT:
            painter.drawLine(QPointF(6.5, 12), QPointF(17, 12))
            painter.drawPolyline([QPointF(12.8, 7.8), QPointF(17, 12), QPointF(12.8, 16.2)])
        case Shape.CROSS:
            painter.drawLine(QPointF(8, 8), QPointF(16, 16))
            painter.drawLine(QPointF(16, 8), QPointF(8, 16))
        case Shape.WARNING:
            painter.drawLine(QPointF(12, 8.5), QPointF(12, 14))
            painter.drawPoint(QPointF(12, 17.8))
        case Shape.INFO:
            painter.drawLine(QPointF(12, 11.5), QPointF(12, 17))
            painter.drawPoint(QPointF(12, 7.4))
        case Shape.CLOCK:
            painter.drawEllipse(QRectF(2, 2, 20, 20))
            painter.drawPolyline([QPointF(12, 6.5), QPointF(12, 12), QPointF(15.5, 14)])
        case Shape.RING:
            painter.drawEllipse(QRectF(5, 5, 14, 14))
        case Shape.HOME:
            painter.drawPolyline([QPointF(3, 11), QPointF(12, 3.5), QPointF(21, 11)])
            painter.drawPolyline([QPointF(5.5, 10), QPointF(5.5, 20), QPointF(18.5, 20), QPointF(18.5, 10)])
        case Shape.CONFERENCE:
            painter.drawRoundedRect(QRectF(3, 5, 18, 16), 2, 2)
            painter.drawLine(QPointF(3, 10), QPointF(21, 10))
            painter.drawLine(QPointF(8, 2.5), QPointF(8, 6.5))
            painter.drawLine(QPointF(16, 2.5), QPointF(16, 6.5))
        case Shape.PEOPLE:
            painter.drawEllipse(QRectF(5, 4, 7.5, 7.5))
            painter.drawArc(QRectF(2, 14, 13.5, 13), 0, 180 * 16)
            painter.drawArc(QRectF(13, 4.5, 6.5, 6.5), -100 * 16, 200 * 16)
            painter.drawArc(QRectF(10.5, 14, 11.5, 13), 0, 75 * 16)
        case Shape.DOOR:
            painter.drawPolyline([QPointF(6, 21), QPointF(6, 3), QPointF(18, 3), QPointF(18, 21)])
            painter.drawLine(QPointF(3, 21), QPointF(21, 21))
            painter.drawPoint(QPointF(14.5, 12.5))
        case Shape.INBOX:
            painter.drawPolyline([QPointF(3, 13), QPointF(6, 4), QPointF(18, 4), QPointF(21, 13)])
            painter.drawPolyline([QPointF(3, 13), QPointF(3, 20), QPointF(21, 20), QPointF(21, 13)])
            painter.drawPolyline(
                [
                    QPointF(3, 13),
                    QPointF(8.5, 13),
                    QPointF(9.5, 16),
                    QPointF(14.5, 16),
                    QPointF(15.5, 13),
                    QPointF(21, 13),
                ]
            )
        case Shape.LIST:
            for line in (6.0, 12.0, 18.0):
                painter.drawPoint(QPointF(4, line))
                painter.drawLine(QPointF(9, line), QPointF(21, line))
        case Shape.TILL:
            painter.drawRoundedRect(QRectF(2.5, 6, 19, 13), 2, 2)
            painter.drawEllipse(QRectF(9.25, 9.75, 5.5, 5.5))
            painter.drawPoint(QPointF(6, 12.5))
            painter.drawPoint(QPointF(18, 12.5))
        case Shape.BADGE:
            painter.drawRoundedRect(QRectF(4, 5, 16, 17), 2, 2)
            painter.drawLine(QPointF(10, 2), QPointF(14, 2))
            painter.drawEllipse(QRectF(9.25, 8.5, 5.5, 5.5))
            painter.drawLine(QPointF(8, 18), QPointF(16, 18))
        case Shape.DEVICE:
            painter.drawRoundedRect(QRectF(4.5, 4, 15, 11.5), 1.5, 1.5)
            painter.drawLine(QPointF(2, 19.5), QPointF(22, 19.5))
        case Shape.CHART:
            painter.drawPolyline([QPointF(3, 3), QPointF(3, 21), QPointF(21, 21)])
            painter.drawPolyline([QPointF(7, 16), QPointF(11.5, 10.5), QPointF(15, 13.5), QPointF(20, 6)])
        case Shape.RECEIPT:
            painter.drawPolyline([QPointF(5, 21), QPointF(5, 3), QPointF(19, 3), QPointF(19, 21)])
            painter.drawPolyline([QPointF(5, 21), QPointF(9.6, 18), QPointF(14.4, 21), QPointF(19, 18)])
            painter.drawLine(QPointF(9, 8), QPointF(15, 8))
            painter.drawLine(QPointF(9, 12.5), QPointF(15, 12.5))
        case Shape.FLAG:
            painter.drawLine(QPointF(5, 3), QPointF(5, 22))
            painter.drawPolyline([QPointF(5, 4), QPointF(19, 4), QPointF(15.5, 9), QPointF(19, 14), QPointF(5, 14)])
        case Shape.COINS:
            painter.drawEllipse(QRectF(3, 3, 18, 7))
            painter.drawArc(QRectF(3, 8.5, 18, 7), 180 * 16, 180 * 16)
            painter.drawArc(QRectF(3, 14, 18, 7), 180 * 16, 180 * 16)
        case Shape.PERCENT:
            painter.drawLine(QPointF(5, 19), QPointF(19, 5))
            painter.drawEllipse(QRectF(3.5, 3.5, 6.5, 6.5))
            painter.drawEllipse(QRectF(14, 14, 6.5, 6.5))
        case Shape.QUEUE:
            for left in (2.5, 9.75, 17.0):
                painter.drawEllipse(QRectF(left, 6, 4.5, 4.5))
                painter.drawArc(QRectF(left - 0.75, 13, 6, 8), 0, 180 * 16)
        case Shape.DOT:
            pass


class Mark(QWidget):
    """One shape in the colour of a tone."""

    def __init__(self, shape: Shape, tone: Tone = Tone.NEUTRAL, size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape, self._tone, self._size = shape, tone, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(size, size)

    def show_as(self, shape: Shape, tone: Tone) -> None:
        self._shape, self._tone = shape, tone
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, event: object) -> None:
        colours = Theme.now()
        painter = QPainter(self)
        box = QRectF(0, 0, self._size, self._size)
        draw(painter, self._shape, box, QColor(colours.strong[self._tone]), QColor(colours.surface))
        painter.end()


def icon(shape: Shape, tone: Tone = Tone.NEUTRAL, size: int = 18) -> QIcon:
    """The shape as an icon in the scheme in use; ask for it again when the scheme changes."""
    colours = Theme.now()
    colour, ground = colours.strong[tone], colours.surface
    name = f"lanyard:{shape}:{size}:{colour}:{ground}"
    pixmap = QPixmap()
    if not QPixmapCache.find(name, pixmap):  # lists ask for the same few with every row
        pixmap = _drawn(shape, size, QColor(colour), QColor(ground))
        QPixmapCache.insert(name, pixmap)
    return QIcon(pixmap)


def _drawn(shape: Shape, size: int, colour: QColor, ground: QColor) -> QPixmap:
    ratio = 2
    pixmap = QPixmap(size * ratio, size * ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw(painter, shape, QRectF(0, 0, size * ratio, size * ratio), colour, ground)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
