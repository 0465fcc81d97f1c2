"""Tables of a view however long it is: a page of rows is read when one of them is looked at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from desktop.ui.parts.shapes import Shape, icon
from desktop.ui.theme import Theme
from desktop.ui.tokens import Tone
from desktop.workspace import Workspace
from shared.kernel.decider import Key
from shared.kernel.messages import wire_of

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
_PAGE: Final = 100
_PAGES_MOST: Final = 50
_SEARCHED_MOST: Final = 500
_ROW_HEIGHT: Final = 34
_LEFT_OVER_LEAST: Final = 150
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A head, the text of a row below it, its width (0: what is left), and what stands before the text."""

    head: str
    text: Callable[[str, R], str]
    width: int = 0
    is_number: bool = False
    mark: Callable[[str, R], tuple[Shape, Tone] | None] | None = None


class PagedModel(QAbstractTableModel, Generic[R]):
    """Rows of a searched view in its order, or of how well they fit a search; `also` names views that change texts."""

    def __init__(
        self,
        workspace: Workspace,
        kind: type[R],
        columns: Sequence[Column[R]],
        also: Sequence[type] = (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._kind, self.columns = workspace, kind, tuple(columns)
        self._shown = {wire_of(one).name for one in (kind, *also)}
        self._pages: dict[int, list[tuple[str, R]]] = {}
        self._listed: list[tuple[str, R]] | None = None
        """The rows of a search, or of a list of ids; None while all of the view or of a group are shown."""
        self._text, self._group = "", ""
        self._ids: Callable[[], Sequence[str]] | None = None
        self.total = 0
        """How many rows there are of the group, whatever is searched for."""

    # For the screen

    def load(self) -> None:
        """Show what is there now."""
        self.beginResetModel()
        self._read()
        self.endResetModel()

    def search(self, text: str) -> None:
        """Show what holds every word of the text; everything for an empty one."""
        self._text = text.strip()
        self.load()

    def show_group(self, group: str, ids: Callable[[], Sequence[str]] | None = None) -> None:
        """Show only rows of a group, or those that `ids` names; everything for an empty group."""
        self._group, self._ids = group, ids
        self.load()

    def changed(self, keys: set[Key]) -> None:
        """Show rows that changed anew; read everything anew where their number changed."""
        if not {at.view for at in keys} & self._shown:
            return
        if self._ids is not None or self._workspace.count(self._kind, self._group) != self.total:
            self.load()
            return
        self._read()
        self.dataChanged.emit(self.index(0, 0), self.index(max(self.rowCount() - 1, 0), len(self.columns) - 1))

    def row_at(self, place: int) -> tuple[str, R] | None:
        """The row and its id."""
        if place < 0:
            return None
        rows = self._page(place // _PAGE) if self._listed is None else self._listed
        place = place % _PAGE if self._listed is None else place
        return rows[place] if place < len(rows) else None

    def _read(self) -> None:
        self._pages.clear()
        if self._ids is not None:
            named = [(id, row) for id in self._ids() if (row := self._workspace.get(self._kind, id)) is not None]
            self.total, self._listed = len(named), named
            if self._text:
                found = self._workspace.search(self._kind, self._text, limit=_SEARCHED_MOST)
                self._listed = [one for one in named if one[0] in found]
            return
        self.total, self._listed = self._workspace.count(self._kind, self._group), None
        if self._text:
            found = self._workspace.search(self._kind, self._text, limit=_SEARCHED_MOST, group=self._group)
            self._listed = list(found.items())

    def _page(self, number: int) -> list[tuple[str, R]]:
        known = self._pages.get(number)
        if known is None:
            if len(self._pages) >= _PAGES_MOST:
                self._pages.pop(next(iter(self._pages)))
            read = self._workspace.page(self._kind, offset=number * _PAGE, limit=_PAGE, group=self._group)
            known = self._pages[number] = list(read.items())
        return known

    # For the view

    def rowCount(self, parent: Index | None = None) -> int:
        if parent is not None and parent.isValid():
            return 0
        return self.total if self._listed is None else len(self._listed)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.is_number else _LEFT
        return column.head if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        found = self.row_at(index.row())
        if found is None:
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            # Absolute: names written from right to left stay in line with the others.
            return (_RIGHT if column.is_number else _LEFT) | Qt.AlignmentFlag.AlignAbsolute
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return column.text(*found)
        if role in (Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.ForegroundRole) and column.mark is not None:
            return _marked(column.mark(*found), role)
        return None


def _marked(mark: tuple[Shape, Tone] | None, role: int) -> QIcon | QColor | None:
    if mark is None:
        return None
    shape, tone = mark
    return icon(shape, tone, 14) if role == Qt.ItemDataRole.DecorationRole else QColor(Theme.now().strong[tone])


def paged_table(model: PagedModel[Any], name: str) -> QTableView:
    """A table of the model, with its columns' widths."""
    table = QTableView()
    table.setAccessibleName(name)
    table.setModel(model)
    dress(table, [one.width for one in model.columns])
    return table


def _fit(table: QTableView, widths: Sequence[int]) -> None:
    """Make columns narrower where the window is, so that the one of what is left stays readable."""
    header = table.horizontalHeader()
    share = min(1.0, max(header.width() - _LEFT_OVER_LEAST, 0) / sum(widths))
    for place, width in enumerate(widths):
        if width and header.sectionSize(place) != int(width * share):
            header.resizeSection(place, int(width * share))


def dress(table: QTableView, widths: Sequence[int]) -> None:
    """What all tables of rows have in common. A width of 0 is for the column that has what is left."""
    table.horizontalHeader().setSectionResizeMode(widths.index(0), QHeaderView.ResizeMode.Stretch)
    table.horizontalHeader().geometriesChanged.connect(lambda: _fit(table, widths))
    table.verticalHeader().hide()
    # Fixed heights: otherwise the view asks every one of 100,000 rows for its own.
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.horizontalHeader().setHighlightSections(False)
