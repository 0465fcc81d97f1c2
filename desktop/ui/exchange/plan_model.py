"""The rows of a file with what becomes of each; texts are made when they are looked at."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from desktop.exchange.importing import Kind, Part, Planned
from desktop.ui import words
from desktop.ui.exchange.reasons import MARKS, reason
from desktop.ui.parts.shapes import icon
from desktop.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
RESULT = 4


class PlanModel(QAbstractTableModel):
    """Errors first, so that nobody has to look for them; within, the order of the file."""

    def __init__(self) -> None:
        super().__init__()
        self._heads = [self.tr("Row"), self.tr("Name"), self.tr("E-mail"), self.tr("Order"), self.tr("Result")]
        self.rows: list[Planned] = []

    def show_rows(self, rows: Sequence[Planned]) -> None:
        self.beginResetModel()
        self.rows = sorted(rows, key=lambda one: (one.kind is not Kind.ERROR, one.line))
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return self._heads[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(row, index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        if index.column() == RESULT and role == Qt.ItemDataRole.DecorationRole:
            return icon(*MARKS[row.kind], 16)
        if index.column() == RESULT and role == Qt.ItemDataRole.ForegroundRole:
            return QColor(Theme.now().strong[MARKS[row.kind][1]])
        return None

    def _text(self, row: Planned, column: int) -> str:
        values = row.values
        match column:
            case 0:
                return words.count(row.line)
            case 1:
                return words.full_name(values.get(Part.FIRST_NAME, ""), values.get(Part.LAST_NAME, ""))
            case 2:
                return values.get(Part.EMAIL, "")
            case 3:
                return values.get(Part.ORDER, "")
            case _:
                return reason(row)
