"""The seats of a confirmed order, and who has them."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.orders.card import OrderCard
from desktop.ui.orders.facts import OrderFacts
from desktop.ui.orders.seat_row import SeatRow
from desktop.ui.parts.form_dialog import attempt
from desktop.ui.parts.labels import Elided, button
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.registration.assignments import UnassignSeat


class SeatsCard(OrderCard):
    """Asks for the form of a position by `assign_asked`, and whether it is to be cancelled by `cancel_asked`.

    `person_dropped` tells the position onto which somebody was dragged, and who.
    """

    assign_asked = Signal(int)
    cancel_asked = Signal(int)
    person_dropped = Signal(int, str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(words.say("Seats"))
        self._workspace = workspace

    def fill(self, facts: OrderFacts) -> None:
        assignments = facts.assignments
        if assignments is None:
            self.add(self.tr("Seats are assigned once the order is confirmed."), "muted")
            return
        for position, seat_type in enumerate(assignments.seats):
            name = words.seat_type(self._workspace, seat_type)
            self.column.addWidget(self._seat(facts, position, name))

    def _seat(self, facts: OrderFacts, position: int, seat_type: str) -> QWidget:
        assert facts.assignments is not None, "asked of a confirmed order"
        seat = facts.seats[position]
        is_cancelled = position in facts.assignments.cancelled
        is_taken = seat is not None and seat.attendee is not None
        whole = QFrame() if is_cancelled else self._droppable(position)
        row = QHBoxLayout(whole)
        row.setContentsMargins(Space.TIGHT, 2, Space.TIGHT, 2)
        row.setSpacing(Space.SMALL)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        if seat is not None and is_taken:
            who = words.full_name(seat.first_name, seat.last_name)
            below = " · ".join(one for one in (words.personal(seat.email), seat.company) if one)
        else:
            who, below = self.tr("Cancelled") if is_cancelled else self.tr("Not assigned"), ""
        number = self.tr("{0}. {1}").format(position + 1, seat_type)
        texts.addWidget(Elided(number, "small"))
        texts.addWidget(Elided(who, "strong" if is_taken else "muted"))
        if below:
            texts.addWidget(Elided(below, "small"))
        row.addLayout(texts, 1)
        if not is_cancelled:
            for text, does in self._actions(facts, position, is_taken=is_taken):
                row.addWidget(button(text, does, "quiet", name=f"{text}, {number}, {who}"))
        return whole

    def _droppable(self, position: int) -> SeatRow:
        made = SeatRow(position)
        made.person_dropped.connect(self.person_dropped)
        return made

    def _actions(self, facts: OrderFacts, position: int, *, is_taken: bool) -> list[tuple[str, Callable[[], object]]]:
        free = UnassignSeat(order=facts.id, position=position)
        cancel = (self.tr("Cancel…"), lambda: self.cancel_asked.emit(position))
        if not is_taken:
            return [(self.tr("Assign…"), lambda: self.assign_asked.emit(position)), cancel]
        return [
            (self.tr("Change…"), lambda: self.assign_asked.emit(position)),
            (self.tr("Take back"), lambda: attempt(self._workspace, free, self.error)),
            cancel,
        ]
