"""The keys of the screen in front, and those that hold everywhere. F1 opens it, and closes it again."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.keys.keymap import Key
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space

_COLUMN_WIDTH = 380
_HEIGHT = 520


class CheatSheet(QDialog):
    """`groups` are the keys by the name of where they hold."""

    def __init__(self, groups: Mapping[str, Sequence[Key]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        column.addWidget(label(self.tr("Keys"), "title"))
        inside = QWidget()
        inside.setProperty("look", "page")
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, Space.SMALL, 0)
        row.setSpacing(Space.ROOMY)
        for name, keys in groups.items():
            if keys:
                row.addLayout(_group(name, keys))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        area.setAccessibleName(self.tr("Keys"))
        column.addWidget(area, 1)
        close = button(self.tr("Close"), self.accept, "primary")
        close.setDefault(True)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        QShortcut(QKeySequence.StandardKey.HelpContents, self, self.accept)
        self.resize(_COLUMN_WIDTH * len(groups) + 2 * Space.ROOMY, _HEIGHT)
        close.setFocus()


def _group(name: str, keys: Sequence[Key]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(Space.SMALL)
    column.addWidget(label(name, "heading"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(Space.USUAL)
    grid.setVerticalSpacing(Space.SMALL)
    grid.setColumnStretch(1, 1)
    for row, key in enumerate(keys):
        grid.addWidget(label(key.keys, "key"), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(key.does, wraps=True), row, 1)
    column.addLayout(grid)
    column.addStretch(1)
    return column
