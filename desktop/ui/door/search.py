"""Find somebody without a code: from the first letter, chosen by keyboard. Enter never takes the first of several."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem

from desktop.ui import words
from desktop.ui.door.lookup import Candidate, look_up
from desktop.ui.parts.latest import Latest
from desktop.ui.parts.shapes import Shape, icon
from desktop.ui.parts.two_lines import TwoLines
from desktop.ui.tokens import Tone
from desktop.workspace import Workspace
from shared.kernel.ids import AreaId

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
    """Those found. Emits `chosen` with the ticket's row when Enter is pressed on one, or one is clicked.

    Found in a thread: until `found` tells how many there are, nobody who was found before can be chosen.
    """

    chosen = Signal(object)
    left = Signal()
    found = Signal(int)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._is_awaited = False
        self._latest = Latest(self)
        self._latest.done.connect(self._show)
        self.setAccessibleName(self.tr("People found"))
        self.setItemDelegate(TwoLines(self))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemActivated.connect(self._choose)
        self.itemClicked.connect(self._choose)

    @property
    def is_searching(self) -> bool:
        """Whether those shown, if any, were found for an earlier text."""
        return self._latest.is_busy

    def look_for(self, text: str, area: AreaId | None) -> None:
        """Find whom the text means; nobody for an empty one."""
        self._is_awaited = False
        workspace = self._workspace
        if text.strip():
            self._latest.ask(lambda is_over: look_up(workspace, text, area, is_over))
        else:
            self._latest.forget()
            self.clear()

    def _show(self, found: Sequence[Candidate]) -> None:
        self.clear()
        for one in found:
            self.addItem(self._item(one))
        self.found.emit(len(found))
        if self._is_awaited:
            self.enter()

    def _item(self, one: Candidate) -> QListWidgetItem:
        row = one.row
        parts = [words.seat_type(self._workspace, row.seat_type), words.seat(row), row.company]
        item = QListWidgetItem(f"{words.holder(row)}\n{' · '.join(part for part in parts if part)}")
        if row.is_cancelled:
            item.setIcon(icon(Shape.CROSS, Tone.BAD, 22))
        elif one.is_inside:
            item.setIcon(icon(Shape.CHECK, Tone.GOOD, 22))
        else:
            item.setIcon(icon(Shape.RING, Tone.NEUTRAL, 22))
        item.setToolTip(item.text())
        item.setData(Qt.ItemDataRole.UserRole, row)
        return item

    def enter(self) -> None:
        """Go to the first one, once they were found; it takes another Enter to choose it."""
        self._is_awaited = self.is_searching
        if self.count() and not self._is_awaited:
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
        if not self.is_searching:
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))
