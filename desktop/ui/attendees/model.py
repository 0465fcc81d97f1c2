"""The table of tickets: as many rows as there are, each made into text only when it is looked at."""

import threading
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktop.store.search import folded
from desktop.ui import words
from desktop.workspace import Workspace
from shared.checkin.areas import Area
from shared.checkin.verdict import Admission, Pass, Passage, admission_id, effective
from shared.kernel.decider import Key, key
from shared.kernel.ids import AreaId, TicketId
from shared.kernel.messages import wire_of
from shared.kernel.personal import PersonalText

Index = QModelIndex | QPersistentModelIndex
ROW: Final = Qt.ItemDataRole.UserRole
_SEARCHED_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class _Loaded:
    rows: dict[str, Pass]
    order: list[str]


class AttendeesModel(QAbstractTableModel):
    """Rows in order of the name, or of how well they fit a search. Loads on a thread of its own, and says `loaded`."""

    loaded = Signal()
    _arrived = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._heads = [self.tr("Name"), self.tr("Company"), self.tr("Ticket"), self.tr("Order"), self.tr("Arrived")]
        self._rows: dict[str, Pass] = {}
        self._all: list[str] = []
        self._order: list[str] = []
        self._text = ""
        self._is_loading = self._is_stale = False
        self._areas: list[str] = []
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    # For the screen

    def load(self) -> None:
        """Read everything anew, beside the UI thread."""
        if self._is_loading:
            self._is_stale = True
            return
        self._is_loading, self._is_stale = True, False
        threading.Thread(target=self._read, daemon=True, name="attendees").start()

    @property
    def is_loading(self) -> bool:
        return self._is_loading

    @property
    def total(self) -> int:
        """How many tickets there are, whatever is searched for."""
        return len(self._all)

    def search(self, text: str) -> None:
        """Show what holds every word of the text; everything for an empty one."""
        self.beginResetModel()
        self._text = text.strip()
        self._find()
        self.endResetModel()

    def changed(self, keys: set[Key]) -> None:
        """Rows changed: show the known ones anew, and load where there are new ones."""
        view, admissions = wire_of(Pass).name, wire_of(Admission).name
        ids = [at.id for at in keys if at.view == view]
        if any(one not in self._rows for one in ids):
            self.load()
        for one in ids:
            row = self._workspace.get(Pass, one)
            if one in self._rows and row is not None:
                self._rows[one] = row
        if ids or any(at.view == admissions for at in keys):
            last = self.index(max(len(self._order) - 1, 0), len(self._heads) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def row_at(self, place: int) -> Pass | None:
        return self._rows.get(self._order[place]) if 0 <= place < len(self._order) else None

    # For the view

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._order)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return self._heads[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index.row())
        if row is None:
            return None
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.TextAlignmentRole:
            # Absolute: names written from right to left stay in line with the others.
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        return self._text_of(row, index.column())

    def _text_of(self, row: Pass, column: int) -> str:
        match column:
            case 0:
                return words.holder(row)
            case 1:
                return row.company
            case 2:
                name = words.seat_type(self._workspace, row.seat_type)
                return self.tr("{0} (cancelled)").format(name) if row.is_cancelled else name
            case 3:
                return f"{row.locator or '–'} · {row.position + 1}"
            case _:
                entry = first_entry(self._workspace, row.ticket, self._areas)
                return "" if entry is None else words.short_moment(entry.at)

    # Loading

    def _read(self) -> None:
        rows = self._workspace.rows(Pass)
        order = sorted(rows, key=lambda one: (rows[one].attendee is None, _sorting(rows[one]), one))
        try:
            self._arrived.emit(_Loaded(rows, order))
        except RuntimeError:
            return  # the window is gone

    def _take(self, loaded: _Loaded) -> None:
        self.beginResetModel()
        self._rows, self._all = loaded.rows, loaded.order
        self._areas = list(self._workspace.rows(Area))
        self._find()
        self.endResetModel()
        self._is_loading = False
        self.loaded.emit()
        if self._is_stale:
            self.load()

    def _find(self) -> None:
        if not self._text:
            self._order = self._all
            return
        found = self._workspace.search(Pass, self._text, limit=_SEARCHED_MOST)
        self._rows.update(found)
        self._order = list(found)


def first_entry(workspace: Workspace, ticket: TicketId, areas: list[str]) -> Passage | None:
    """The ticket's effective admission at the first area that has one."""
    for area in areas:
        admission = workspace.get(Admission, admission_id(AreaId(area), ticket))
        if admission is not None and (entry := effective(admission.passages)) is not None:
            return entry
    return None


def is_about(keys: set[Key], row: Pass) -> bool:
    """Whether a change touches this ticket."""
    return key(Pass, row.ticket) in keys or any(at.id.endswith(row.ticket) for at in keys)


def _sorting(row: Pass) -> str:
    return folded(" ".join(part for part in (_text(row.last_name), _text(row.first_name)) if part))


def _text(name: PersonalText) -> str:
    return name if isinstance(name, str) else ""
