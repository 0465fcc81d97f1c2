"""A page with one searched table: it opens at once however long it is, and keeps its place while rows change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QLineEdit, QStackedWidget

from desktop.ui.changes import Changes
from desktop.ui.parts.labels import empty_state
from desktop.ui.parts.page import Page
from desktop.ui.parts.paged import Column, Find, PagedModel, paged_table
from desktop.ui.parts.shapes import Shape
from desktop.workspace import Workspace
from shared.kernel.decider import Key

_PAUSE_MS: Final = 60  # after the last key, so that a fast typist searches once
_QUIET_MS: Final = 150  # between repaints while many changes come


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTexts:
    """What the page says. The two empty states are a heading and what helps: nothing there, and nothing found."""

    title: str
    table: str
    search: str
    hint: str
    shape: Shape
    empty: tuple[str, str]
    not_found: tuple[str, str]
    width: int = 300
    """Of the field of the search."""


class ListPage(Page):
    """Nothing is read before it is first shown. Heirs put `search` into `tools` and `stack` into `body`."""

    def __init__(
        self,
        workspace: Workspace,
        changes: Changes,
        kind: type[Any],
        also: Sequence[type] = (),
        find: Find[Any] | None = None,
    ) -> None:
        super().__init__("", scrolls=False)
        texts = self.texts()
        self.name(texts.title)
        self._workspace = workspace
        self.search = QLineEdit()
        self.search.setPlaceholderText(texts.hint)
        self.search.setAccessibleName(texts.search)
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(texts.width)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.model: PagedModel[Any] = PagedModel(workspace, kind, self.columns(), also=also, parent=self, find=find)
        self._pause = _timer(self, _PAUSE_MS)
        self._pause.timeout.connect(self._find)
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.table = paged_table(self.model, texts.table)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        for heading, advice in (texts.empty, texts.not_found):
            self.stack.addWidget(empty_state(texts.shape, heading, advice))
        self.model.modelReset.connect(self._show_stack)
        self._stale: set[Key] = set()
        self._quiet = _timer(self, _QUIET_MS)
        self._quiet.timeout.connect(self._show_changes)
        changes.changed.connect(self._on_change)
        self._was_shown = False

    def texts(self) -> ListTexts:
        """What the page says."""
        raise NotImplementedError

    def columns(self) -> Sequence[Column[Any]]:
        """What the table shows of a row."""
        raise NotImplementedError

    @property
    def is_narrowed(self) -> bool:
        """Whether only some of the rows are asked for."""
        return bool(self.search.text().strip())

    @property
    def chosen(self) -> Any:
        """The id and the row that is selected, None where none is."""
        return self.model.row_at(self.table.currentIndex().row())

    def show_state(self) -> None:
        """Say what stands around the table, after it was read anew."""

    def show_changes(self, keys: set[Key]) -> None:
        """Say what else changed, after the table did."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self.model.load()

    def _find(self) -> None:
        """Search, and show what is found from its top, where the best is."""
        self.table.scrollToTop()
        self.model.search(self.search.text())

    def _show_stack(self) -> None:
        self.stack.setCurrentIndex(0 if self.model.rowCount() else 2 if self.is_narrowed else 1)
        self.show_state()

    def _on_change(self, keys: set[Key]) -> None:
        # Restarted only when it ran out, so that it fires while changes keep coming.
        if self._was_shown:
            self._stale |= keys
            if not self._quiet.isActive():
                self._quiet.start()

    def _show_changes(self) -> None:
        """Show what changed, with the same place of the table and the same row in view."""
        keys, self._stale = self._stale, set()
        before, place = self.chosen, self.table.currentIndex().row()
        bar = self.table.verticalScrollBar()
        above = bar.value()
        self.model.changed(keys)
        bar.setValue(above)
        again = self.model.row_at(place)
        is_same = before is not None and again is not None and again[0] == before[0]
        if is_same and not self.table.currentIndex().isValid():
            self.table.selectRow(place)
        self.show_changes(keys)


def _timer(page: Page, interval_ms: int) -> QTimer:
    made = QTimer(page)
    made.setSingleShot(True)
    made.setInterval(interval_ms)
    return made
