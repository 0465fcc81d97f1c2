"""The form of an area, new or known: its name, and which seat types it admits."""

from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.parts.field import Field, line
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space
from desktop.ui.words import sentence
from desktop.workspace import Workspace
from shared.checkin.areas import Area, DefineArea, EditArea
from shared.conference.conference import Conference
from shared.kernel.decider import Rejected
from shared.kernel.edits import Edit
from shared.kernel.ids import AreaId, SeatTypeId


class AreaDialog(QDialog):
    """Issues the command itself; a refusal stands in the form."""

    def __init__(self, workspace: Workspace, area: AreaId, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._id = workspace, area
        self._seen = workspace.get(Area, area)
        title = self.tr("New area") if self._seen is None else self.tr("Area")
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self.area_name = Field(self.tr("Name"), line("" if self._seen is None else self._seen.name))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        column.addWidget(label(title, "title"))
        column.addWidget(self.area_name)
        column.addWidget(label(self.tr("Admits"), "caption"))
        self.admits: dict[SeatTypeId, QCheckBox] = {}
        conference = workspace.get(Conference)
        for one in () if conference is None else conference.seat_types:
            box = QCheckBox(words.seat_type(workspace, one).replace("&", "&&"))
            box.setAccessibleName(words.seat_type(workspace, one))
            box.setChecked(self._seen is not None and one in self._seen.seat_types)
            self.admits[one] = box
            column.addWidget(box)
        self._error = label("", "error", wraps=True)
        column.addWidget(self._error)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(button(self.tr("Cancel"), self.reject))
        save = button(self.tr("&Save"), self._save, "primary")
        save.setDefault(True)
        row.addWidget(save)
        column.addLayout(row)

    def _save(self) -> None:
        self.area_name.complain("")
        self._error.setText("")
        name, seen = self.area_name.value, self._seen
        admitted = tuple(one for one, box in self.admits.items() if box.isChecked())
        command: DefineArea | EditArea
        if seen is None:
            command = DefineArea(area=self._id, name=name, seat_types=admitted)
        else:
            command = EditArea(
                area=self._id,
                name=None if name == seen.name else Edit(seen=seen.name, new=name),
                seat_types=None if set(admitted) == set(seen.seat_types) else Edit(seen=seen.seat_types, new=admitted),
            )
        try:
            self._workspace.issue(command)
        except Rejected as refusal:
            if refusal.values.get("field") == "seat_types":
                self._error.setText(self.tr("Choose at least one seat type that the area admits."))
            elif refusal.values.get("field") == "name":
                self.area_name.complain(sentence(refusal.code, refusal.values))
            else:
                self._error.setText(sentence(refusal.code, refusal.values))
            return
        self.accept()
