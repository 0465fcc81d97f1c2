"""What is known of one ticket: holder, order, further seats, arrivals."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.parts.labels import Chip, clear, label, rule
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.checkin.areas import Area
from shared.checkin.verdict import Admission, Attendee, Direction, Pass, admission_id
from shared.kernel.decider import Role
from shared.kernel.ids import AreaId
from shared.registration.assignments import SeatAssignment, seat_id
from shared.registration.views import OrderByLocator

WIDE: Final = 300
NARROW: Final = 232


class AttendeePanel(QFrame):
    """Shows the ticket it was given last."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.row: Pass | None = None
        self.setProperty("look", "card")
        self.setFixedWidth(WIDE)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setProperty("look", "page")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        self._column.setSpacing(Space.TIGHT)
        area.setWidget(inside)
        whole.addWidget(area)
        self.show_row(None)

    def show_row(self, row: Pass | None) -> None:
        self.row = row
        clear(self._column)
        if row is None:
            self._add(self.tr("Choose somebody to see their tickets."), "muted")
            self._column.addStretch(1)
            return
        self._add(words.holder(row), "heading")
        if row.company:
            self._add(row.company, "muted")
        chip = Chip(Shape.CHECK, self.tr("Valid"), Tone.GOOD)
        if row.is_cancelled:
            chip.show_as(Shape.CROSS, self.tr("Cancelled"), Tone.BAD)
        elif row.attendee is None:
            chip.show_as(Shape.RING, self.tr("Not assigned"), Tone.NEUTRAL)
        self._column.addWidget(chip)
        if self._workspace.is_waiting(Pass, row.ticket):
            self._column.addWidget(Chip(Shape.CLOCK, self.tr("waiting for the server"), Tone.WAITING))
        self._column.addWidget(rule())
        self._pair(self.tr("Ticket"), words.seat_type(self._workspace, row.seat_type))
        self._pair(self.tr("Order"), self.tr("{0}, seat {1}").format(row.locator or "–", row.position + 1))
        if (email := self._email(row)) is not None:
            self._pair(self.tr("E-mail"), email)
        self._further(row)
        self._arrivals(row)
        self._column.addStretch(1)

    def _email(self, row: Pass) -> str | None:
        """Only organizers hold addresses."""
        if self._workspace.role is not Role.ORGANIZER or row.attendee is None:
            return None
        order = None if row.locator is None else self._workspace.get(OrderByLocator, row.locator)
        seat = None if order is None else self._workspace.get(SeatAssignment, seat_id(order.order, row.position))
        return None if seat is None else words.personal(seat.email)

    def _further(self, row: Pass) -> None:
        known = None if row.attendee is None else self._workspace.get(Attendee, row.attendee)
        others = [] if known is None else [one for one in known.tickets if one != row.ticket]
        passes = [one for other in others if (one := self._workspace.get(Pass, other)) is not None]
        if not passes:
            return
        self._add(self.tr("Further seats"), "caption")
        for one in passes:
            self._add(words.seat_type(self._workspace, one.seat_type))

    def _arrivals(self, row: Pass) -> None:
        self._column.addWidget(rule())
        self._add(self.tr("Arrivals with this ticket"), "caption")
        is_empty = True
        for area_id, area in self._workspace.rows(Area).items():
            admission = self._workspace.get(Admission, admission_id(AreaId(area_id), row.ticket))
            for passage in () if admission is None else admission.passages:
                is_empty = False
                way = self.tr("In") if passage.direction is Direction.ENTRY else self.tr("Out")
                at = f"{way} · {area.name} · {passage.gate}"
                self._add(at)
                who = words.device(self._workspace, passage.device)
                self._add(f"{words.moment(passage.at)}, {who}", "small")
        if is_empty:
            self._add(self.tr("Not arrived yet."), "muted")

    def _pair(self, name: str, text: str) -> None:
        self._column.addSpacing(Space.TIGHT)
        self._add(name, "caption")
        shown = self._add(text)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _add(self, text: str, look: str = "") -> QLabel:
        made = label(text, look, wraps=True)
        self._column.addWidget(made)
        return made
