"""A conference on the home screen: name, days, state, seats sold, what needs attention, what waits."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QProgressBar, QVBoxLayout

from desktop.ui import words
from desktop.ui.orders.listed import listed
from desktop.ui.parts.labels import Chip, Elided, button, label
from desktop.ui.parts.shapes import Shape
from desktop.ui.problems import inbox
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.checkin.areas import Arrivals
from shared.conference.conference import Conference, SlugState
from shared.conference.seat_types import SeatType
from shared.kernel.decider import Role
from shared.registration.seats import SeatsOfType


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the card says in numbers."""

    sold: int
    quota: int
    admitted: int
    """At the area with the most; never a sum, because one person may go through several."""
    area: str
    """Its name, empty where nobody was admitted yet."""
    attention: int
    pending: int


def summary(workspace: Workspace) -> Summary:
    """The numbers of a conference, from few rows."""
    seats = workspace.rows(SeatsOfType) if workspace.role is Role.ORGANIZER else {}
    conference = workspace.get(Conference)
    types = (workspace.get(SeatType, one) for one in (conference.seat_types if conference is not None else ()))
    admitted, area = max(
        ((sum(one.admitted.values()), id) for id, one in workspace.rows(Arrivals).items()), default=(0, "")
    )
    return Summary(
        sold=sum(one.sold for one in seats.values()),
        quota=sum(one.quota for one in types if one is not None),
        admitted=admitted,
        area=words.area(workspace, area) if admitted else "",
        attention=inbox.count(workspace) + len(listed(workspace)),
        pending=len(workspace.pending),
    )


class ConferenceCard(QFrame):
    """Opens its conference by click, Enter or Space."""

    chosen = Signal(str)
    copy_asked = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.setProperty("look", "card")
        self.setProperty("choosable", "true")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumHeight(196)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.TIGHT)
        head = QHBoxLayout()
        self._name = Elided(look="heading")
        head.addWidget(self._name, 1)
        self.copy = button(self.tr("Copy…"), lambda: self.copy_asked.emit(workspace.conference), "quiet")
        head.addWidget(self.copy)
        column.addLayout(head)
        self._where = Elided(look="muted")
        column.addWidget(self._where)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(Space.TIGHT)
        self._state = Chip(Shape.RING, "")
        self._attention = Chip(Shape.WARNING, "", Tone.CAUTION)
        self._waiting = Chip(Shape.CLOCK, "", Tone.WAITING)
        for chip in (self._state, self._attention, self._waiting):
            self._chips.addWidget(chip)
        self._chips.addStretch(1)
        column.addSpacing(Space.TIGHT)
        column.addLayout(self._chips)
        column.addStretch(1)
        figures = QGridLayout()
        figures.setHorizontalSpacing(Space.ROOMY)
        figures.setVerticalSpacing(0)
        self._sold, self._admitted = label(look="figure"), label(look="figure")
        self._sold_of, self._admitted_word = label(look="small"), Elided(self.tr("admitted"), "small")
        figures.addWidget(self._sold, 0, 0)
        figures.addWidget(self._sold_of, 1, 0)
        figures.addWidget(self._admitted, 0, 1)
        figures.addWidget(self._admitted_word, 1, 1)
        figures.setColumnStretch(1, 1)
        column.addLayout(figures)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Seats sold"))
        column.addSpacing(Space.TIGHT)
        column.addWidget(self._bar)
        self.refresh()

    def refresh(self) -> None:
        conference = self._workspace.get(Conference)
        numbers = summary(self._workspace)
        if conference is None:
            self._name.setText(self.tr("A conference that is on its way"))
            self._where.setText(self.tr("It appears after the first download."))
        else:
            self._name.setText(conference.name)
            days = words.long_days(conference.starts_on, conference.ends_on)
            self._where.setText(f"{days} · {conference.location}" if conference.location else days)
        self._show_state(conference)
        is_organizer = self._workspace.role is Role.ORGANIZER
        self._sold.setText(words.count(numbers.sold))
        self._sold_of.setText(self.tr("sold of {quota}").format(quota=words.count(numbers.quota)))
        for widget in (self._sold, self._sold_of, self._bar):
            widget.setVisible(is_organizer)
        self._admitted.setText(words.count(numbers.admitted))
        at_area = self.tr("admitted at {area}").format(area=numbers.area)
        self._admitted_word.setText(at_area if numbers.area else self.tr("admitted"))
        self._bar.setMaximum(max(numbers.quota, 1))
        self._bar.setValue(min(numbers.sold, self._bar.maximum()))
        self._attention.setVisible(numbers.attention > 0)
        needs = self.tr("{number} to look at").format(number=words.count(numbers.attention))
        self._attention.show_as(Shape.WARNING, needs, Tone.CAUTION)
        self._waiting.setVisible(numbers.pending > 0)
        waits = self.tr("{number} waiting").format(number=words.count(numbers.pending))
        self._waiting.show_as(Shape.CLOCK, waits, Tone.WAITING)
        self.setAccessibleName(f"{self._name.text()}, {self._state.text}")
        self.copy.setAccessibleName(self.tr("Copy {0}").format(self._name.text()))

    def allow_copy(self, *, may_create: bool) -> None:
        """Whoever may create conferences, and organizes this one, can copy it."""
        is_known = self._workspace.get(Conference) is not None
        self.copy.setVisible(may_create and is_known and self._workspace.role is Role.ORGANIZER)

    def _show_state(self, conference: Conference | None) -> None:
        if conference is None:
            self._state.show_as(Shape.CLOCK, self.tr("Loading"), Tone.NEUTRAL)
        elif conference.is_published:
            self._state.show_as(Shape.CHECK, self.tr("Published"), Tone.GOOD)
        elif conference.slug_state is SlugState.TAKEN:
            self._state.show_as(Shape.CROSS, self.tr("Draft, address taken"), Tone.BAD)
        else:
            self._state.show_as(Shape.RING, self.tr("Draft"), Tone.NEUTRAL)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self._workspace.conference)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self._workspace.conference)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.refresh()
