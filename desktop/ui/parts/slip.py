"""A slip for a roll of paper 72 mm wide, such as a receipt: its lines as text, and the same painted."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from desktop.ui.parts.paper import Sheet, font

_WIDTH: Final = 720
_MARGIN: Final = 40
_GAP: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A text at the left, perhaps an amount at the right."""

    text: str
    amount: str = ""
    is_strong: bool = False
    points: float = 9


def plain(lines: list[Line]) -> str:
    """The slip as text."""
    return "\n".join(f"{one.text}  {one.amount}".strip() if one.amount else one.text for one in lines)


def sheet(title: str, lines: list[Line]) -> Sheet:
    """The slip on paper, as long as it needs."""
    return Sheet(title=title, width=_WIDTH, height=_height(lines), paint=lambda painter: _paint(painter, lines))


def _height(lines: list[Line]) -> int:
    return round(sum(_box(one, 0).height() for one in lines)) + 2 * _MARGIN


def _amount_width(line: Line) -> float:
    metrics = QFontMetricsF(font(line.points, is_bold=line.is_strong))
    return metrics.horizontalAdvance(line.amount) + _GAP if line.amount else 0.0


def _box(line: Line, top: float) -> QRectF:
    """Where the text of a line stands; a long one takes several."""
    metrics = QFontMetricsF(font(line.points, is_bold=line.is_strong))
    room = QRectF(_MARGIN, top, _WIDTH - 2 * _MARGIN - _amount_width(line), 10_000)
    flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute) | int(Qt.TextFlag.TextWordWrap)
    needed = metrics.boundingRect(room, flags, line.text or " ")
    height = needed.height() if line.text else metrics.height() / 2
    return QRectF(_MARGIN, top, room.width(), height)


def _paint(painter: QPainter, lines: list[Line]) -> None:
    top = float(_MARGIN)
    for line in lines:
        box = _box(line, top)
        painter.setFont(font(line.points, is_bold=line.is_strong))
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(box, left, line.text)
        whole = QRectF(_MARGIN, top, _WIDTH - 2 * _MARGIN, box.height())
        painter.drawText(whole, int(Qt.AlignmentFlag.AlignRight), line.amount)
        top = box.bottom()
