"""All tickets: a table that opens at once however long it is, a search, and the details of one."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout

from desktop.ui import words
from desktop.ui.attendees.panel import NARROW, WIDE, AttendeePanel
from desktop.ui.changes import Changes
from desktop.ui.parts.labels import button
from desktop.ui.parts.list_page import ListPage, ListTexts
from desktop.ui.parts.paged import Column
from desktop.ui.parts.passes import find_passes
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.checkin.areas import Area
from shared.checkin.verdict import Admission, Pass, Passage, admission_id, effective
from shared.kernel.decider import Key, Role, key
from shared.kernel.ids import AreaId, TicketId
from shared.kernel.messages import wire_of

_LITTLE_ROOM: Final = 950


class AttendeesScreen(ListPage):
    """One conference's tickets, in order of the name."""

    import_asked = Signal()
    export_asked = Signal()

    def __init__(self, workspace: Workspace, changes: Changes) -> None:
        super().__init__(workspace, changes, Pass, also=(Admission, Area), find=find_passes)
        self._areas = list(workspace.rows(Area))
        self.tools.addWidget(self.search)
        if workspace.role is Role.ORGANIZER:
            self.tools.addWidget(button(self.tr("&Import…"), self.import_asked.emit))
        self.tools.addWidget(button(self.tr("&Export…"), self.export_asked.emit))
        self.table.selectionModel().currentRowChanged.connect(lambda current, _: self._choose(current.row()))
        self.panel = AttendeePanel(workspace)
        row = QHBoxLayout()
        row.setSpacing(Space.WIDE)
        row.addWidget(self.stack, 1)
        row.addWidget(self.panel)
        self.body.addLayout(row, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a small window the table needs the room more: without it, nobody can read an order's code."""
        super().resizeEvent(event)
        self.panel.setFixedWidth(NARROW if event.size().width() < _LITTLE_ROOM else WIDE)

    def texts(self) -> ListTexts:
        nobody = self.tr("Tickets appear here when orders are confirmed and seats are assigned.")
        nothing = self.tr("Try part of a name, a company, or the six characters of the order.")
        return ListTexts(
            title=self.tr("Attendees"),
            table=self.tr("Attendees"),
            search=self.tr("Search attendees"),
            hint=self.tr("Search by name, company or order (Ctrl+F)"),
            shape=Shape.PEOPLE,
            empty=(self.tr("Nobody yet"), nobody),
            not_found=(self.tr("Nobody found"), nothing),
            width=320,
        )

    def columns(self) -> Sequence[Column[Pass]]:
        return (
            Column(self.tr("Name"), lambda _, one: words.holder(one)),
            Column(self.tr("Company"), lambda _, one: one.company, 115),
            Column(self.tr("Ticket"), lambda _, one: self._ticket(one), 140),
            Column(self.tr("Order"), lambda _, one: words.seat(one), 120),
            Column(self.tr("Arrived"), lambda _, one: self._arrived(one), 90),
        )

    def show_state(self) -> None:
        shown, told = self.model.rowCount(), words.plural(self.model.total, "ticket", "tickets")
        if self.search.text().strip():
            told = self.tr("{shown} of {total}").format(shown=words.count(shown), total=told)
        self.name(self.tr("Attendees"), told if self.model.total else "")

    def show_changes(self, keys: set[Key]) -> None:
        if any(at.view == wire_of(Area).name for at in keys):
            self._areas = list(self._workspace.rows(Area))
        shown = self.panel.row
        if shown is not None and is_about(keys, shown):
            self.panel.show_row(self._workspace.get(Pass, shown.ticket))

    def _choose(self, place: int) -> None:
        found = self.model.row_at(place)
        self.panel.show_row(None if found is None else found[1])

    def _ticket(self, one: Pass) -> str:
        name = words.seat_type(self._workspace, one.seat_type)
        return self.tr("{0} (cancelled)").format(name) if one.is_cancelled else name

    def _arrived(self, one: Pass) -> str:
        entry = self._first_entry(one.ticket)
        return "" if entry is None else words.short_moment(entry.at)

    def _first_entry(self, ticket: TicketId) -> Passage | None:
        """The ticket's effective admission at the first area that has one."""
        for area in self._areas:
            admission = self._workspace.get(Admission, admission_id(AreaId(area), ticket))
            if admission is not None and (entry := effective(admission.passages)) is not None:
                return entry
        return None


def is_about(keys: set[Key], row: Pass) -> bool:
    """Whether a change touches this ticket."""
    return key(Pass, row.ticket) in keys or any(at.id.endswith(row.ticket) for at in keys)
