"""Tables of a view however long it is: a page of rows is read when one of them is looked at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from desktop.ui.parts.columns import IS_DRAWN, IS_FITTED
from desktop.ui.parts.latest import IsOver, Latest
from desktop.ui.parts.shapes import Shape, icon
from desktop.ui.theme import Theme
from desktop.ui.tokens import Tone
from desktop.workspace import Workspace
from shared.kernel.decider import Key
from shared.kernel.messages import wire_of

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
Find = Callable[[Workspace, str, int, IsOver], dict[str, R]]
"""Rows by a text, so many at most, the best first: another way than by the words of the view. Runs in a thread."""
_PAGE: Final = 100
_PAGES_MOST: Final = 50
_SEARCHED_MOST: Final = 500
_ROW_HEIGHT: Final = 34
_LEFT_OVER_LEAST: Final = 150
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
# Absolute: names written from right to left stay in line with the others.
_LEFT_CELL: Final = _LEFT | Qt.AlignmentFlag.AlignAbsolute
_RIGHT_CELL: Final = _RIGHT | Qt.AlignmentFlag.AlignAbsolute
_ALIGNMENT: Final = int(Qt.ItemDataRole.TextAlignmentRole)
_MARKED: Final = frozenset({int(Qt.ItemDataRole.DecorationRole), int(Qt.ItemDataRole.ForegroundRole)})
_TOLD: Final = _MARKED | {_ALIGNMENT, int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.ToolTipRole)}


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
        find: Find[R] | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._kind, self.columns = workspace, kind, tuple(columns)
        self._shown = {wire_of(one).name for one in (kind, *also)}
        self._pages: dict[int, list[tuple[str, R]]] = {}
        self._listed: list[tuple[str, R]] | None = None
        """The rows of a search, or of a list of ids; None while all of the view or of a group are shown."""
        self._text, self._group = "", ""
        self._ids: Callable[[], Sequence[str]] | None = None
        self._find = find
        self._searching = Latest(self)
        self._is_stale = False
        self._searching.done.connect(self._show_found)
        self.total = 0
        """How many rows there are of the group, whatever is searched for."""

    # For the screen

    def load(self) -> None:
        """Show what is there now. What is searched for comes when it was found; until then, what was there stays."""
        if self._text:
            self._search()
            return
        self._searching.forget()
        self.beginResetModel()
        self._pages.clear()
        self._listed = self._named()
        self.total = self._count() if self._listed is None else len(self._listed)
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
        if self._text and self._searching.is_busy:
            self._is_stale = True  # once what is under way was shown: changes may come faster than it is found
            return
        if self._text or self._ids is not None or self._count() != self.total:
            self.load()
            return
        self._pages.clear()
        self._repaint()

    def row_at(self, place: int) -> tuple[str, R] | None:
        """The row and its id."""
        if place < 0:
            return None
        rows = self._page(place // _PAGE) if self._listed is None else self._listed
        place = place % _PAGE if self._listed is None else place
        return rows[place] if place < len(rows) else None

    def _count(self) -> int:
        return self._workspace.count(self._kind, self._group)

    def _named(self) -> list[tuple[str, R]] | None:
        """The rows of a list of ids; None where there is no such list."""
        if self._ids is None:
            return None
        return [(id, row) for id in self._ids() if (row := self._workspace.get(self._kind, id)) is not None]

    def _search(self) -> None:
        text, group, ids = self._text, "" if self._ids is not None else self._group, self._ids
        workspace, kind, find = self._workspace, self._kind, self._find

        def work(is_over: IsOver) -> tuple[int, list[tuple[str, R]]]:
            if find is None:
                found = workspace.search(kind, text, limit=_SEARCHED_MOST, group=group, is_over=is_over)
            else:
                found = find(workspace, text, _SEARCHED_MOST, is_over)
            named = None if ids is None else list(ids())
            total = workspace.count(kind, group) if named is None else len(named)
            return total, list(found.items()) if named is None else [(id, found[id]) for id in named if id in found]

        self._is_stale = False
        self._searching.ask(work)

    def _show_found(self, found: tuple[int, list[tuple[str, R]]]) -> None:
        self._put_found(*found)
        if self._is_stale:
            self._search()

    def _put_found(self, total: int, rows: list[tuple[str, R]]) -> None:
        is_as_before = self._listed is not None and [id for id, _ in rows] == [id for id, _ in self._listed]
        if is_as_before and total == self.total:
            self._listed = rows
            self._repaint()  # whoever chose one of them still has
            return
        self.beginResetModel()
        self._pages.clear()
        self.total, self._listed = total, rows
        self.endResetModel()

    def _repaint(self) -> None:
        self.dataChanged.emit(self.index(0, 0), self.index(max(self.rowCount() - 1, 0), len(self.columns) - 1))

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
        # Painted for every cell, by eight roles of which most tell nothing: the row is looked for only where it must.
        if role not in _TOLD:
            return None
        column = self.columns[index.column()]
        if role == _ALIGNMENT:
            return _RIGHT_CELL if column.is_number else _LEFT_CELL
        if role in _MARKED and column.mark is None:
            return None
        found = self.row_at(index.row())
        if found is None:
            return None
        if role in _MARKED:
            return None if column.mark is None else _marked(column.mark(*found), role)
        return column.text(*found)


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
    """Make columns narrower where the window is, so that the one of what is left stays readable; not the user's own."""
    header = table.horizontalHeader()
    if header.property(IS_DRAWN):
        return
    header.setProperty(IS_FITTED, True)
    share = min(1.0, max(header.width() - _LEFT_OVER_LEAST, 0) / sum(widths))
    for place, width in enumerate(widths):
        if width and header.sectionSize(place) != int(width * share):
            header.resizeSection(place, int(width * share))
    header.setProperty(IS_FITTED, False)


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
