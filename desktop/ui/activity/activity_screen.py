"""The local log: everything that was done on this device, the newest first, and what became of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QColor, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QTableView, QWidget

from desktop.store.log import Logged
from desktop.store.search import folded
from desktop.ui import words
from desktop.ui.changes import Changes
from desktop.ui.parts.field import choice
from desktop.ui.parts.labels import empty_state
from desktop.ui.parts.latest import IsOver, Latest
from desktop.ui.parts.page import Page
from desktop.ui.parts.paged import dress
from desktop.ui.parts.shapes import Shape, icon
from desktop.ui.theme import Theme
from desktop.ui.tokens import Tone
from desktop.ui.words import sentence
from desktop.workspace import Workspace
from shared.sync.protocol import Outcome, Status

_QUIET_MS: Final = 200
_PAUSE_MS: Final = 60  # after the last key, so that a fast typist searches once
_FOUND_MOST: Final = 1000
_SEARCH_WIDTH: Final = 260
_WIDTHS: Final = (140, 0, 360)
_WAITING: Final = "waiting"
Index = QModelIndex | QPersistentModelIndex
Kept = tuple[Logged, Outcome | None]


class ActivityModel(QAbstractTableModel):
    """The log, or what of it fits; a command is read only when its row is looked at, or searched beside the screens."""

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._heads = [self.tr("When"), self.tr("What"), self.tr("Outcome")]
        self._entries: list[Kept] = []
        self._words: list[str] = []
        self._became = ""
        self.total = 0
        """How many entries the log has, whatever is asked for."""
        self._searching = Latest(self)
        self._searching.done.connect(self._show)

    @property
    def is_searching(self) -> bool:
        """Whether what is shown is not yet what is asked for."""
        return self._searching.is_busy

    @property
    def is_narrowed(self) -> bool:
        """Whether only some of the log is asked for."""
        return bool(self._words or self._became)

    def narrow(self, text: str, became: str) -> None:
        """Ask for entries that hold every word, and became this; empty texts ask for everything."""
        self._words, self._became = folded(text).split(), became
        self.refresh()

    def refresh(self) -> None:
        """Show what fits now; with words, once they were looked for."""
        every = self._workspace.activity()
        self.total = len(every)
        kept = [one for one in every if self._became in ("", _word(one[1]))]
        if not self._words:
            self._searching.forget()
            self._show(kept)
            return
        workspace, wanted = self._workspace, self._words
        self._searching.ask(lambda is_over: list(islice(_holding(workspace, kept, wanted, is_over), _FOUND_MOST)))

    def _show(self, entries: list[Kept]) -> None:
        self.beginResetModel()
        self._entries = entries
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
            return words.logged(self._workspace, logged)
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


def _holding(workspace: Workspace, kept: Iterable[Kept], wanted: Sequence[str], is_over: IsOver) -> Iterator[Kept]:
    """Those entries whose sentence or reason holds every word, until nobody wants them any more."""
    for logged, outcome in kept:
        if is_over():
            return
        text = folded(f"{words.logged(workspace, logged)} {_why(outcome)}")
        if all(word in text for word in wanted):
            yield logged, outcome


def _why(outcome: Outcome | None) -> str:
    return "" if outcome is None or not outcome.verdict.code else sentence(outcome.verdict.code, outcome.verdict.values)


def _word(outcome: Outcome | None) -> str:
    return _WAITING if outcome is None else outcome.verdict.status.value


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
        self.model = ActivityModel(workspace, self)
        self.filter = choice(
            {
                "": self.tr("Everything"),
                _WAITING: self.tr("Waiting for the server"),
                Status.ACCEPTED.value: self.tr("Done"),
                Status.REFUSED.value: self.tr("Refused"),
                Status.HELD.value: self.tr("Kept by the server"),
            }
        )
        self.filter.setAccessibleName(self.tr("Outcome"))
        self.filter.view().setAccessibleName(self.tr("Outcome"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search what was done (Ctrl+F)"))
        self.search.setAccessibleName(self.tr("Search the activity"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(_SEARCH_WIDTH)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        for one in (self.filter, self.search):
            self.tools.addWidget(one)
        self.table = QTableView()
        self.table.setAccessibleName(self.tr("Activity"))
        self.table.setModel(self.model)
        dress(self.table, _WIDTHS)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        nothing = self.tr("Everything done on this device is listed here, with what the server made of it.")
        self.stack.addWidget(empty_state(Shape.LIST, self.tr("Nothing yet"), nothing))
        other = self.tr("Try fewer words, or another outcome.")
        self.stack.addWidget(empty_state(Shape.LIST, self.tr("Nothing found"), other))
        self.body.addWidget(self.stack, 1)
        self.model.modelReset.connect(self._show_state)
        self._stale = _timer(self, _QUIET_MS, self.model.refresh)
        self._pause = _timer(self, _PAUSE_MS, self._narrow)
        self.filter.activated.connect(lambda _: self._narrow())
        self.search.textChanged.connect(lambda _: self._pause.start())
        changes.changed.connect(self._on_change)

    def _narrow(self) -> None:
        self.model.narrow(self.search.text(), str(self.filter.currentData()))

    def _on_change(self, _: object) -> None:
        # What is being searched is shown first: changes may come faster than it is found.
        if self.isVisible() and not self._stale.isActive() and not self.model.is_searching:
            self._stale.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.model.refresh()

    def _show_state(self) -> None:
        shown = self.model.rowCount()
        self.stack.setCurrentIndex(0 if shown else 2 if self.model.is_narrowed else 1)
        told = words.plural(self.model.total, "entry", "entries")
        if self.model.is_narrowed:
            told = self.tr("{shown} of {total}").format(shown=words.count(shown), total=told)
        done_here = self.tr("What was done on this device")
        self.name(self.tr("Activity"), f"{done_here}: {told}" if self.model.total else done_here)


def _timer(screen: QWidget, interval_ms: int, does: Callable[[], object]) -> QTimer:
    made = QTimer(screen)
    made.setSingleShot(True)
    made.setInterval(interval_ms)
    made.timeout.connect(does)
    return made
