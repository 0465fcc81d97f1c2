"""The inbox: what was refused or contradicts itself, in the words of the domain, with what can be done."""

from collections.abc import Collection

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.store.log import Notice
from desktop.ui import words
from desktop.ui.changes import Changes
from desktop.ui.parts.labels import clear, empty_state, label
from desktop.ui.parts.page import Page
from desktop.ui.parts.shapes import Shape
from desktop.ui.parts.undo_bar import UndoBar
from desktop.ui.problems.cards import HeldCard, InboxCard, IncidentCard, NoticeCard, ProblemCard
from desktop.ui.problems.inbox import Entry, Held, entries
from desktop.ui.problems.together import Together
from desktop.ui.tokens import Space
from desktop.workspace import Problem, Workspace

_QUIET_MS = 150
_MOST = 200  # cards; more than anybody reads at once


class ProblemsScreen(Page):
    """`change_asked` asks for the editor, where both versions stand; `counted` tells how many entries there are."""

    change_asked = Signal(object)
    counted = Signal(int)

    def __init__(self, workspace: Workspace, changes: Changes) -> None:
        super().__init__("")
        self.name(self.tr("Problems"))
        self._workspace = workspace
        self._shown: list[tuple[str, Entry]] | None = None
        self.together = Together(workspace)
        self.together.turned.connect(self._show_choice)
        self.undo = UndoBar(self.tr("Dropped"))
        self.together.dropped.connect(self._offer_undo)
        self.body.addWidget(self.undo)
        self.body.addWidget(self.together)
        holder = QWidget()
        self._cards = QVBoxLayout(holder)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(Space.USUAL)
        self.body.addWidget(holder)
        fine = self.tr("Nothing was refused, and no two gates contradict each other.")
        self._empty = empty_state(Shape.CHECK, self.tr("All is well"), fine)
        self.body.addWidget(self._empty, 1)
        self.body.addStretch(1)
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.setInterval(_QUIET_MS)
        self._stale.timeout.connect(self.refresh)
        changes.changed.connect(self._on_change)
        self.refresh()

    def _on_change(self, _: object) -> None:
        if not self._stale.isActive():
            self._stale.start()

    def refresh(self) -> None:
        found = entries(self._workspace)
        self.counted.emit(len(found))
        if found == self._shown:
            return
        self._shown = found
        self.together.show_problems([one for _, one in found if isinstance(one, Problem)])
        self.name(self.tr("Problems"), words.plural(len(found), "entry", "entries") if found else "")
        clear(self._cards)
        for _, entry in found[:_MOST]:
            self._cards.addWidget(self._card(entry))
        if len(found) > _MOST:
            more = self.tr("{0} more appear when some of these are dealt with.").format(words.count(len(found) - _MOST))
            self._cards.addWidget(label(more, "muted"))
        self._empty.setVisible(not found)

    def _offer_undo(self, command_ids: Collection[str]) -> None:
        told = self.tr("{0} dropped. Activity keeps it.").format(words.plural(len(command_ids), "entry", "entries"))
        self.undo.offer(told, lambda: self._workspace.take_back_drop(command_ids))

    def _show_choice(self) -> None:
        for card in self.cards:
            if isinstance(card, ProblemCard):
                card.show_chosen(card.command_id in self.together.chosen)

    @property
    def cards(self) -> list[InboxCard]:
        """The entries as they stand on the page."""
        items = (self._cards.itemAt(place) for place in range(self._cards.count()))
        return [one for item in items if item is not None and isinstance(one := item.widget(), InboxCard)]

    def _card(self, entry: Entry) -> InboxCard:
        if isinstance(entry, Problem):
            made = ProblemCard(self._workspace, entry)
            made.change_asked.connect(self.change_asked)
            made.box.setChecked(entry.logged.command_id in self.together.chosen)
            made.chosen.connect(self.together.choose)
            made.dropped.connect(lambda id: self._offer_undo([id]))
            return made
        if isinstance(entry, Notice):
            return NoticeCard(self._workspace, entry)
        if isinstance(entry, Held):
            return HeldCard(self._workspace, entry)
        return IncidentCard(self._workspace, entry)
