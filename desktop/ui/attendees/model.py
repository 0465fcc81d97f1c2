"""The table of tickets: as many rows as there are, each made into text only when it is looked at."""

from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.ui import words
from desktop.workspace import Workspace
from shared.checkin.areas import Area
from shared.checkin.verdict import Admission, Pass, Passage, admission_id, effective
from shared.kernel.decider import Key, key
from shared.kernel.ids import AreaId, TicketId
from shared.kernel.messages import wire_of

Index = QModelIndex | QPersistentModelIndex
ROW: Final = Qt.ItemDataRole.UserRole
_PAGE: Final = 100
_PAGES_MOST: Final = 50
_SEARCHED_MOST: Final = 500
_SHOWN: Final = {wire_of(kind).name for kind in (Pass, Admission, Area)}


class AttendeesModel(QAbstractTableModel):
    """Rows in order of the name, or of how well they fit a search. A page is read when one of its rows is looked at."""

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._heads = [self.tr("Name"), self.tr("Company"), self.tr("Ticket"), self.tr("Order"), self.tr("Arrived")]
        self._pages: dict[int, list[Pass]] = {}
        self._found: list[Pass] = []
        self._text = ""
        self._areas: list[str] = []
        self.total = 0
        """How many tickets there are, whatever is searched for."""

    # For the screen

    def load(self) -> None:
        """Show what is there now."""
        self.beginResetModel()
        self._pages.clear()
        self._areas = list(self._workspace.rows(Area))
        self.total = self._workspace.count(Pass)
        self._find()
        self.endResetModel()

    def search(self, text: str) -> None:
        """Show what holds every word of the text; everything for an empty one."""
        self.beginResetModel()
        self._text = text.strip()
        self._find()
        self.endResetModel()

    def changed(self, keys: set[Key]) -> None:
        """Show rows that changed anew; read everything anew where their number changed."""
        views = {at.view for at in keys}
        if not views & _SHOWN:
            return
        if self._workspace.count(Pass) != self.total or wire_of(Area).name in views:
            self.load()
            return
        self._pages.clear()
        self._find()
        last = self.index(max(self.rowCount() - 1, 0), len(self._heads) - 1)
        self.dataChanged.emit(self.index(0, 0), last)

    def row_at(self, place: int) -> Pass | None:
        if place < 0:
            return None
        rows = self._found if self._text else self._page(place // _PAGE)
        place = place if self._text else place % _PAGE
        return rows[place] if place < len(rows) else None

    def _page(self, number: int) -> list[Pass]:
        known = self._pages.get(number)
        if known is None:
            if len(self._pages) >= _PAGES_MOST:
                self._pages.pop(next(iter(self._pages)))
            read = self._workspace.page(Pass, offset=number * _PAGE, limit=_PAGE)
            known = self._pages[number] = list(read.values())
        return known

    def _find(self) -> None:
        found = self._workspace.search(Pass, self._text, limit=_SEARCHED_MOST) if self._text else {}
        self._found = list(found.values())

    # For the view

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else (len(self._found) if self._text else self.total)

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
