"""A seat of an order that can be dragged onto somebody, and takes somebody who is dropped on it."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from desktop.ui.orders.dragging import PERSON, SEAT, dragged, dropped


class SeatRow(QFrame):
    """`person_dropped` tells the position and the person's id."""

    person_dropped = Signal(int, str)

    def __init__(self, position: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.position = position
        self._pressed = QPoint()
        self.setProperty("look", "seat")
        self.setAcceptDrops(True)
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        moved = (event.position().toPoint() - self._pressed).manhattanLength()
        if not event.buttons() & Qt.MouseButton.LeftButton or moved < QApplication.startDragDistance():
            return
        drag = QDrag(self)
        drag.setMimeData(dragged(SEAT, str(self.position)))
        drag.setPixmap(self.grab())
        drag.exec(Qt.DropAction.CopyAction)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        is_person = dropped(PERSON, event.mimeData()) is not None
        event.setAccepted(is_person)
        self._light(is_lit=is_person)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light(is_lit=False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._light(is_lit=False)
        if (id := dropped(PERSON, event.mimeData())) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.person_dropped.emit(self.position, id)

    def _light(self, *, is_lit: bool) -> None:
        """Show that the person would come here."""
        self.setProperty("lit", "true" if is_lit else "false")
        self.style().unpolish(self)
        self.style().polish(self)
