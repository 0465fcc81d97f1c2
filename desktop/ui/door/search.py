"""Find somebody without a code: from the first letter, chosen by keyboard. Enter never takes the first of several."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem

from desktop.ui import words
from desktop.ui.parts.shapes import Shape, icon
from desktop.ui.parts.two_lines import TwoLines
from desktop.ui.tokens import Tone
from desktop.workspace import Workspace
from shared.checkin.verdict import Admission, Pass, admission_id, is_inside
from shared.kernel.ids import AreaId

_MOST: Final = 50
_TO_THE_FOUND: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_PageDown})


class SearchField(QLineEdit):
    """Takes names. What a scanner sends does not get here."""

    down_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setClearButtonEnabled(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _TO_THE_FOUND:
            self.down_pressed.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class Results(QListWidget):
    """Those found. Emits `chosen` with the ticket's row when Enter is pressed on one, or one is clicked."""

    chosen = Signal(object)
    left = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.setAccessibleName(self.tr("People found"))
        self.setItemDelegate(TwoLines(self))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemActivated.connect(self._choose)
        self.itemClicked.connect(self._choose)

    def look_for(self, text: str, area: AreaId | None) -> None:
        self.clear()
        for row in self._workspace.search(Pass, text, limit=_MOST).values():
            admission = None if area is None else self._workspace.get(Admission, admission_id(area, row.ticket))
            has_come = admission is not None and is_inside(admission.passages)
            parts = [words.seat_type(self._workspace, row.seat_type), row.locator or "–", row.company]
            item = QListWidgetItem(f"{words.holder(row)}\n{' · '.join(part for part in parts if part)}")
            if row.is_cancelled:
                item.setIcon(icon(Shape.CROSS, Tone.BAD, 22))
            elif has_come:
                item.setIcon(icon(Shape.CHECK, Tone.GOOD, 22))
            else:
                item.setIcon(icon(Shape.RING, Tone.NEUTRAL, 22))
            item.setToolTip(item.text())
            item.setData(Qt.ItemDataRole.UserRole, row)
            self.addItem(item)

    def enter(self) -> None:
        """Go to the first one; it takes another Enter to choose it."""
        if self.count():
            self.setCurrentRow(0)
            self.setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape or (event.key() == Qt.Key.Key_Up and self.currentRow() == 0):
            self.left.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self._choose(self.currentItem())
            return
        super().keyPressEvent(event)

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))
