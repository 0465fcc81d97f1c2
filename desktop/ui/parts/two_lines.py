"""Paints a list's rows as shape, name, and a line below; names of every direction stand at the left."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.ui.theme import Theme
from desktop.ui.tokens import Size, Space, Tone

HEIGHT: Final = 50
ICON: Final = 22


class TwoLines(QStyledItemDelegate):
    """The item's text has two lines; the first is the name."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colours = Theme.now()
        box: QRect = option.rect
        font: QFont = option.font
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(colours.soft[Tone.ACCENT]))
        painter.setPen(QColor(colours.line))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(icon, QIcon):
            icon.paint(painter, QRect(box.left() + Space.USUAL, box.center().y() - ICON // 2, ICON, ICON))
        left = box.left() + Space.USUAL * 2 + ICON
        room = QRect(left, box.top() + 6, box.right() - left - Space.SMALL, 19)
        first, _, second = str(index.data(Qt.ItemDataRole.DisplayRole)).partition("\n")
        painter.setPen(QColor(colours.text))
        self._write(painter, font, room, first)
        small = QFont(font)
        small.setPointSizeF(Size.SMALL)
        painter.setPen(QColor(colours.muted))
        self._write(painter, small, room.translated(0, 19), second)
        painter.restore()

    def _write(self, painter: QPainter, font: QFont, room: QRect, text: str) -> None:
        painter.setFont(font)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(room, flags, shown)
