"""All tickets: a table that opens at once however long it is, a search, and the details of one."""

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QLineEdit, QStackedWidget, QTableView

from desktop.ui import words
from desktop.ui.attendees.model import AttendeesModel, is_about
from desktop.ui.attendees.panel import AttendeePanel
from desktop.ui.changes import Changes
from desktop.ui.parts.labels import button, empty_state
from desktop.ui.parts.page import Page
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.checkin.verdict import Pass
from shared.kernel.decider import Key, Role

_PAUSE_MS: Final = 60  # after the last key, so that a fast typist searches once
_QUIET_MS: Final = 150  # between repaints while many changes come
_ROW_HEIGHT: Final = 34
_WIDTHS: Final = (0, 130, 175, 110, 80)


class AttendeesScreen(Page):
    """One conference's tickets. Nothing is read before the screen is first shown."""

    import_asked = Signal()
    export_asked = Signal()

    def __init__(self, workspace: Workspace, changes: Changes) -> None:
        super().__init__("", scrolls=False)
        self.name(self.tr("Attendees"))
        self._workspace = workspace
        self.model = AttendeesModel(workspace, self)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search by name, company or order (Ctrl+F)"))
        self.search.setAccessibleName(self.tr("Search attendees"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(320)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.tools.addWidget(self.search)
        if workspace.role is Role.ORGANIZER:
            self.tools.addWidget(button(self.tr("&Import…"), self.import_asked.emit))
        self.tools.addWidget(button(self.tr("&Export…"), self.export_asked.emit))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._find)
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.table = _table(self.model)
        self.table.setAccessibleName(self.tr("Attendees"))
        self.table.selectionModel().currentRowChanged.connect(lambda current, _: self._choose(current.row()))
        self.panel = AttendeePanel(workspace)
        self._empty = QStackedWidget()
        self._empty.addWidget(self.table)
        nobody = self.tr("Tickets appear here when orders are confirmed and seats are assigned.")
        self._empty.addWidget(empty_state(Shape.PEOPLE, self.tr("Nobody yet"), nobody))
        nothing = self.tr("Try part of a name, a company, or the six characters of the order.")
        self._empty.addWidget(empty_state(Shape.PEOPLE, self.tr("Nobody found"), nothing))
        row = QHBoxLayout()
        row.setSpacing(Space.WIDE)
        row.addWidget(self._empty, 1)
        row.addWidget(self.panel)
        self.body.addLayout(row, 1)
        self.model.modelReset.connect(self._show_state)
        self._stale: set[Key] = set()
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self._show_changes)
        changes.changed.connect(self._on_change)
        self._was_shown = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self.model.load()
            self._show_state()

    def _on_change(self, keys: set[Key]) -> None:
        # Restarted only when it ran out, so that it fires while changes keep coming.
        if self._was_shown:
            self._stale |= keys
            if not self._quiet.isActive():
                self._quiet.start()

    def _show_changes(self) -> None:
        """Show what changed, with the same place of the table and the same person in view."""
        keys, self._stale = self._stale, set()
        chosen, bar = self.panel.row, self.table.verticalScrollBar()
        place, above = self.table.currentIndex().row(), bar.value()
        self.model.changed(keys)
        bar.setValue(above)
        if chosen is None:
            return
        row = self.model.row_at(place)
        if not self.table.currentIndex().isValid() and row is not None and row.ticket == chosen.ticket:
            self.table.selectRow(place)
        if is_about(keys, chosen):
            self.panel.show_row(self._workspace.get(Pass, chosen.ticket))

    def _find(self) -> None:
        self.model.search(self.search.text())

    def _choose(self, place: int) -> None:
        self.panel.show_row(self.model.row_at(place))

    def _show_state(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self._empty.setCurrentIndex(0 if shown else 2 if self.search.text().strip() else 1)
        told = words.plural(total, "ticket", "tickets")
        if self.search.text().strip():
            told = self.tr("{shown} of {total}").format(shown=words.count(shown), total=told)
        self.name(self.tr("Attendees"), told if total else "")


def _table(model: AttendeesModel) -> QTableView:
    table = QTableView()
    table.setModel(model)
    table.verticalHeader().hide()
    # Fixed heights: otherwise the view asks every one of 100,000 rows for its own.
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for place, width in enumerate(_WIDTHS):
        if width:
            header.resizeSection(place, width)
    return table
