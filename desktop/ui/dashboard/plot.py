"""Bars over time, stacked by what they count. Each part has a colour and a pattern; a sentence says the same."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QLocale, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.theme import Theme
from desktop.ui.tokens import Size, Space, Tone

PARTS_MOST: Final = 4
_TONES: Final = (Tone.ACCENT, Tone.GOOD, Tone.CAUTION, Tone.WAITING)
_PATTERNS: Final = (
    Qt.BrushStyle.SolidPattern,
    Qt.BrushStyle.BDiagPattern,
    Qt.BrushStyle.Dense4Pattern,
    Qt.BrushStyle.CrossPattern,
)
_HEIGHT: Final = 220
_LEFT, _TOP, _BELOW = 52, 8, 22
_BAR_MOST: Final = 44
_KEY: Final = 12
_LINES: Final = 4
_EXACT: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What is drawn: the bars in order, each with its parts by name, and the texts below some of them."""

    bars: Sequence[Mapping[str, float]] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """The parts in order from the ground, with what each is called."""
    marks: Mapping[int, str] = field(default_factory=dict)
    """What stands below a bar, by its place."""
    finest: float = 1
    """The smallest distance between lines of the axis."""

    @property
    def highest(self) -> float:
        return max((sum(bar.values()) for bar in self.bars), default=0)


def step_of(highest: float, finest: float = 1) -> float:
    """A round distance between the lines of an axis: 1, 2 or 5 times a power of ten, a few lines in all."""
    least = max(highest / _LINES, finest)
    power: float = 10 ** math.floor(math.log10(least))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= least * (1 - _EXACT))


def brush(place: int) -> QBrush:
    """How the part at this place is filled."""
    return QBrush(QColor(Theme.now().strong[_TONES[place % PARTS_MOST]]), _PATTERNS[place % PARTS_MOST])


class Plot(QWidget):
    """Bars with two axes. Its text for screen readers is set by whoever fills it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMinimumHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.series = Series()

    def show_series(self, series: Series, told: str) -> None:
        """Draw these bars. `told` is what a screen reader says of them."""
        self.series = series
        self.setAccessibleDescription(told)
        self.update()

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        font = self.font()
        font.setPointSizeF(Size.SMALL)
        painter.setFont(font)
        room = QRectF(_LEFT, _TOP, self.width() - _LEFT - Space.SMALL, self.height() - _TOP - _BELOW)
        step = step_of(self.series.highest, self.series.finest)
        top = max(math.ceil(self.series.highest / step), 1) * step
        self._lines(painter, room, step, top)
        if self.series.bars:
            self._bars(painter, room, top)
        painter.end()

    def _lines(self, painter: QPainter, room: QRectF, step: float, top: float) -> None:
        colours = Theme.now()
        for number in range(round(top / step) + 1):
            height = room.bottom() - room.height() * number * step / top
            painter.setPen(QPen(QColor(colours.control_line if number == 0 else colours.line), 1))
            painter.drawLine(int(room.left()), int(height), int(room.right()), int(height))
            painter.setPen(QColor(colours.muted))
            box = QRectF(0, height - 9, _LEFT - Space.SMALL, 18)
            painter.drawText(
                box,
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                QLocale().toString(float(number * step), "g", 6),
            )

    def _bars(self, painter: QPainter, room: QRectF, top: float) -> None:
        slot = room.width() / len(self.series.bars)
        width = max(min(slot - (2 if slot > 4 else 0), _BAR_MOST), 1)
        for place, bar in enumerate(self.series.bars):
            left, ground = room.left() + slot * place + (slot - width) / 2, room.bottom()
            for at, name in enumerate(self.series.names):
                height = room.height() * bar.get(name, 0) / top
                if height:
                    box = QRectF(left, ground - height, width, height)
                    painter.fillRect(box, QColor(Theme.now().surface))
                    painter.fillRect(box, brush(at))
                    ground -= height
            if place in self.series.marks:
                painter.setPen(QColor(Theme.now().muted))
                middle = left + width / 2
                label = self.series.marks[place]
                wide = painter.fontMetrics().horizontalAdvance(label) + 2
                start = min(max(middle - wide / 2, room.left()), room.right() - wide)
                box = QRectF(start, room.bottom() + 4, wide, _BELOW - 4)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)


class Key(QWidget):
    """The sign of one part, as it is filled in the bars."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self._place = place
        self.setFixedSize(_KEY, _KEY)

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), brush(self._place))
        painter.setPen(QColor(Theme.now().strong[_TONES[self._place % PARTS_MOST]]))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
