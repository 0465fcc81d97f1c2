"""The table of seat types, with what is sold of them."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.ui import words
from desktop.ui.editor.waiting import waiting_seat_types
from desktop.ui.parts.labels import button, label
from desktop.ui.parts.shapes import Shape, icon
from desktop.ui.theme import Theme
from desktop.ui.tokens import Space, Tone
from desktop.ui.words import sentence
from desktop.workspace import Workspace
from shared.conference.conference import Conference
from shared.conference.seat_types import DeleteSeatType, SeatType
from shared.kernel.decider import Rejected, Role
from shared.kernel.ids import SeatTypeId
from shared.registration.seats import SeatsOfType

_FIELDS: Final = ("name", "price", "quota", "sold", "available")
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class SeatTypes(QWidget):
    """Asks for the form of a seat type by `edit_asked`; an empty id asks for a new one."""

    edit_asked = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.SMALL)
        row = QHBoxLayout()
        row.addWidget(label(self.tr("Seat types"), "heading"))
        row.addStretch(1)
        self._edit = button(self.tr("E&dit"), self._ask)
        self._delete = button(self.tr("De&lete"), self._remove)
        row.addWidget(self._edit)
        row.addWidget(self._delete)
        row.addWidget(button(self.tr("&Add a seat type"), lambda: self.edit_asked.emit("")))
        column.addLayout(row)
        self.table = QTableWidget(0, len(_FIELDS) + 1)
        self.table.setAccessibleName(self.tr("Seat types"))
        heads = [
            self.tr("Name"),
            self.tr("Price"),
            self.tr("Quota"),
            self.tr("Sold"),
            self.tr("Left"),
            self.tr("State"),
        ]
        self.table.setHorizontalHeaderLabels(heads)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(36)
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for place in range(1, len(_FIELDS) + 1):
            header.resizeSection(place, 150 if place == len(_FIELDS) else 110)
            item = self.table.horizontalHeaderItem(place)
            if item is not None and place < len(_FIELDS):
                item.setTextAlignment(_RIGHT)
        first = self.table.horizontalHeaderItem(0)
        last = self.table.horizontalHeaderItem(len(_FIELDS))
        for item in (first, last):
            if item is not None:
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.itemSelectionChanged.connect(self._allow)
        self.table.itemActivated.connect(lambda _: self._ask())
        column.addWidget(self.table)
        self._error = label("", "error", wraps=True)
        self._error.hide()
        column.addWidget(self._error)
        self.refresh()

    def refresh(self) -> None:
        conference = self._workspace.get(Conference)
        chosen = self.chosen
        ids = () if conference is None else conference.seat_types
        currency = "EUR" if conference is None else conference.currency
        waiting = waiting_seat_types(self._workspace.pending)
        self.table.setRowCount(len(ids))
        for place, one in enumerate(ids):
            row = self._workspace.get(SeatType, one)
            if row is not None:
                self._fill(place, row, currency, waiting.get(one, set()))
        self.table.setFixedHeight(2 + self.table.horizontalHeader().sizeHint().height() + 36 * max(len(ids), 1) + 2)
        if chosen in ids:
            self.table.selectRow(ids.index(SeatTypeId(chosen)))
        self._allow()

    def _fill(self, place: int, row: SeatType, currency: str, waiting: set[str]) -> None:
        is_organizer = self._workspace.role is Role.ORGANIZER
        seats = self._workspace.get(SeatsOfType, row.seat_type) if is_organizer else None
        texts = {
            "name": row.name,
            "price": words.money(row.price, currency),
            "quota": words.count(row.quota),
            "sold": "–" if seats is None else words.count(seats.sold),
            "available": "–" if seats is None else words.count(seats.available),
        }
        for column, (field, text) in enumerate(texts.items()):
            item = QTableWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, row.seat_type)
            if column:
                item.setTextAlignment(_RIGHT)
            if field in waiting:
                item.setForeground(QColor(Theme.now().strong[Tone.WAITING]))
            if field == "name" and row.description:
                item.setToolTip(row.description)
            self.table.setItem(place, column, item)
        state = QTableWidgetItem(self.tr("waiting") if waiting else "")
        if waiting:
            state.setIcon(icon(Shape.CLOCK, Tone.WAITING, 14))
            state.setForeground(QColor(Theme.now().strong[Tone.WAITING]))
            state.setToolTip(self.tr("Saved on this device. The server does not have it yet."))
        self.table.setItem(place, len(_FIELDS), state)

    @property
    def chosen(self) -> str:
        """The id of the seat type selected, empty where none is."""
        items = self.table.selectedItems()
        return str(items[0].data(Qt.ItemDataRole.UserRole)) if items else ""

    def _allow(self) -> None:
        conference = self._workspace.get(Conference)
        self._edit.setEnabled(bool(self.chosen))
        was_published = conference is not None and conference.was_published
        self._delete.setEnabled(bool(self.chosen) and not was_published)
        why = self.tr("After the first publish, seat types stay. Lower the quota instead.")
        self._delete.setToolTip(why if was_published else "")

    def _ask(self) -> None:
        if self.chosen:
            self.edit_asked.emit(self.chosen)

    def _remove(self) -> None:
        self._error.hide()
        try:
            self._workspace.issue(DeleteSeatType(seat_type=SeatTypeId(self.chosen)))
        except Rejected as refusal:
            self._error.setText(sentence(refusal.code, refusal.values))
            self._error.show()
