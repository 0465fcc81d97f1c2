"""The local log: everything that was done on this device, the newest first, and what became of it."""

from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStackedWidget, QTableView

from desktop.store.log import Logged
from desktop.ui import words
from desktop.ui.changes import Changes
from desktop.ui.parts.labels import empty_state
from desktop.ui.parts.page import Page
from desktop.ui.parts.shapes import Shape, icon
from desktop.ui.theme import Theme
from desktop.ui.tokens import Tone
from desktop.ui.words import sentence
from desktop.workspace import Workspace
from shared.kernel.codec import Undecodable
from shared.sync.protocol import Outcome, Status

_QUIET_MS: Final = 200
Index = QModelIndex | QPersistentModelIndex


class ActivityModel(QAbstractTableModel):
    """The log; a command is read only when its row is looked at."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._heads = [self.tr("When"), self.tr("What"), self.tr("Outcome")]
        self._entries: list[tuple[Logged, Outcome | None]] = []

    def refresh(self) -> None:
        self.beginResetModel()
        self._entries = self._workspace.activity()
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return self._heads[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        logged, outcome = self._entries[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(logged, outcome, index.column())
        if index.column() == 2 and role == Qt.ItemDataRole.DecorationRole:
            return icon(*_mark(outcome), 16)
        if index.column() == 2 and role == Qt.ItemDataRole.ForegroundRole:
            return QColor(Theme.now().strong[_mark(outcome)[1]])
        return None

    def _text(self, logged: Logged, outcome: Outcome | None, column: int) -> str:
        if column == 0:
            return words.moment(logged.issued_at)
        if column == 1:
            try:
                body = logged.command()
            except Undecodable:
                body = None
            return words.command(self._workspace, logged.wire.name, body)
        if outcome is None:
            return self.tr("Waiting for the server")
        match outcome.verdict.status:
            case Status.ACCEPTED:
                return self.tr("Done")
            case Status.REFUSED:
                why = sentence(outcome.verdict.code or "", outcome.verdict.values)
                return self.tr("Refused: {0}").format(why)
            case Status.HELD:
                return self.tr("Kept by the server, to be looked at")


def _mark(outcome: Outcome | None) -> tuple[Shape, Tone]:
    if outcome is None:
        return Shape.CLOCK, Tone.WAITING
    return {
        Status.ACCEPTED: (Shape.CHECK, Tone.GOOD),
        Status.REFUSED: (Shape.CROSS, Tone.BAD),
        Status.HELD: (Shape.WARNING, Tone.CAUTION),
    }[outcome.verdict.status]


class ActivityScreen(Page):
    """Reads the log when it is looked at."""

    def __init__(self, workspace: Workspace, changes: Changes) -> None:
        super().__init__("", scrolls=False)
        self.name(self.tr("Activity"))
        self.model = ActivityModel(workspace)
        self.table = QTableView()
        self.table.setAccessibleName(self.tr("Activity"))
        self.table.setModel(self.model)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setDefaultSectionSize(34)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.resizeSection(0, 140)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(2, 360)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        nothing = self.tr("Everything done on this device is listed here, with what the server made of it.")
        self._stack.addWidget(empty_state(Shape.LIST, self.tr("Nothing yet"), nothing))
        self.body.addWidget(self._stack, 1)
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.setInterval(_QUIET_MS)
        self._stale.timeout.connect(self.refresh)
        changes.changed.connect(self._on_change)

    def _on_change(self, _: object) -> None:
        if self.isVisible() and not self._stale.isActive():
            self._stale.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        self.model.refresh()
        total = self.model.rowCount()
        self._stack.setCurrentIndex(0 if total else 1)
        self.name(self.tr("Activity"), self.tr("What was done on this device"))
