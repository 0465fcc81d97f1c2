"""The colour of each attendee type, and the mark that stands on a badge for a further seat of it."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QGridLayout, QLineEdit, QPushButton, QWidget

from desktop.ui.parts.labels import Elided, button, label
from desktop.ui.tokens import Space
from shared.checkin.badges import MARK_MOST
from shared.kernel.ids import SeatTypeId


class TypeTable(QWidget):
    """Emits `changed` when a colour or mark was edited."""

    changed = Signal()

    def __init__(self, names: Mapping[SeatTypeId, str]) -> None:
        super().__init__()
        self.colours: dict[SeatTypeId, str] = {}
        self._buttons: dict[SeatTypeId, QPushButton] = {}
        self._marks: dict[SeatTypeId, QLineEdit] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.SMALL)
        grid.setVerticalSpacing(Space.TIGHT)
        grid.setColumnStretch(0, 1)
        for column, text in enumerate((self.tr("Seat type"), self.tr("Colour"), self.tr("Mark"))):
            grid.addWidget(label(text, "caption"), 0, column)
        for row, (id, name) in enumerate(names.items(), start=1):
            chosen = button("", partial(self._ask, id), name=self.tr("Colour of {0}").format(name))
            mark = QLineEdit()
            mark.setMaxLength(MARK_MOST)
            mark.setFixedWidth(90)
            mark.setAccessibleName(self.tr("Mark of {0}").format(name))
            mark.textEdited.connect(lambda _: self.changed.emit())
            self._buttons[id], self._marks[id] = chosen, mark
            for column, widget in enumerate((Elided(name), chosen, mark)):
                grid.addWidget(widget, row, column)

    def show_types(self, colours: Mapping[SeatTypeId, str], marks: Mapping[SeatTypeId, str]) -> None:
        self.colours = dict(colours)
        for id, mark in self._marks.items():
            if mark.text() != marks.get(id, ""):
                mark.setText(marks.get(id, ""))
            self._paint(id)

    def colour(self, id: SeatTypeId, name: str) -> None:
        """Give a type a colour such as #0a7f5c."""
        self.colours[id] = name
        self._paint(id)
        self.changed.emit()

    @property
    def marks(self) -> dict[SeatTypeId, str]:
        return {id: text for id, mark in self._marks.items() if (text := mark.text().strip())}

    def _paint(self, id: SeatTypeId) -> None:
        known = self.colours.get(id)
        pixmap = QPixmap(16, 16)
        pixmap.fill(QColor(known or "white"))
        self._buttons[id].setIcon(QIcon(pixmap) if known else QIcon())
        self._buttons[id].setText(known or self.tr("none"))

    def _ask(self, id: SeatTypeId) -> None:
        dialog = QColorDialog(QColor(self.colours.get(id, "#2457c5")), self)
        dialog.colorSelected.connect(lambda chosen: self.colour(id, chosen.name()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
