"""The areas of a conference, where people are checked in."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.parts.form_dialog import attempt
from desktop.ui.parts.labels import Chip, button, clear, label
from desktop.ui.parts.shapes import Shape
from desktop.ui.parts.undo_bar import UndoBar
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.checkin.areas import Area, DefineArea, RemoveArea


class Areas(QWidget):
    """Asks for the form of an area by `edit_asked`; an empty id asks for a new one."""

    edit_asked = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.SMALL)
        row = QHBoxLayout()
        row.addWidget(label(self.tr("Check-in areas"), "heading"))
        row.addStretch(1)
        row.addWidget(button(self.tr("Add an a&rea"), lambda: self.edit_asked.emit("")))
        column.addLayout(row)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(Space.TIGHT)
        column.addLayout(self._lines)
        self._error = label("", "error", wraps=True)
        self._error.hide()
        column.addWidget(self._error)
        self.undo = UndoBar(self.tr("Removed area"))
        column.addWidget(self.undo)
        self._shown: dict[str, tuple[Area, bool]] | None = None
        self.refresh()

    def refresh(self) -> None:
        shown = {id: (area, self._workspace.is_waiting(Area, id)) for id, area in self._workspace.rows(Area).items()}
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._lines)
        for id, (area, is_waiting) in shown.items():
            self._lines.addWidget(self._line(id, area, is_waiting=is_waiting))
        if not shown:
            self._lines.addWidget(label(self.tr("Name at least one, so that gates know whom to admit."), "muted"))

    def _line(self, id: str, area: Area, *, is_waiting: bool) -> QWidget:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.SMALL)
        row.addWidget(label(area.name, "strong"))
        admitted = ", ".join(words.seat_type(self._workspace, one) for one in area.seat_types)
        row.addWidget(label(self.tr("admits {0}").format(admitted), "muted", wraps=True), 1)
        if is_waiting:
            row.addWidget(Chip(Shape.CLOCK, self.tr("waiting"), Tone.WAITING))
        edit = self.tr("Edit the area {0}").format(area.name)
        row.addWidget(button(self.tr("Edit"), lambda: self.edit_asked.emit(id), "quiet", name=edit))
        remove = self.tr("Remove the area {0}").format(area.name)
        row.addWidget(button(self.tr("Remove"), lambda: self._remove(area), "quiet", name=remove))
        return whole

    def _remove(self, area: Area) -> None:
        if attempt(self._workspace, RemoveArea(area=area.area), self._error):
            again = DefineArea(area=area.area, name=area.name, seat_types=area.seat_types)
            told = self.tr("The area {0} was removed.").format(area.name)
            self.undo.offer(told, lambda: attempt(self._workspace, again, self._error))
