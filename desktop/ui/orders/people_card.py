"""People to whom a seat of the order can be given, by dragging one onto the other, or by keys."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListWidget, QListWidgetItem, QMenu

from desktop.ui import words
from desktop.ui.orders.card import OrderCard
from desktop.ui.orders.dragging import PERSON, SEAT, dragged, dropped
from desktop.ui.orders.facts import OrderFacts
from desktop.ui.orders.people import Person, people_at, people_of
from desktop.ui.parts.labels import button
from desktop.ui.parts.latest import Latest
from desktop.ui.parts.shapes import Shape, icon
from desktop.ui.parts.two_lines import HEIGHT, TwoLines
from desktop.ui.tokens import Tone
from desktop.workspace import Workspace
from shared.registration.assignments import SeatAssignment

_FOUND_MOST: Final = 30
_LINES: Final = 4
_PAUSE_MS: Final = 60  # after the last key, so that a fast typist searches once
_ID: Final = Qt.ItemDataRole.UserRole


class PeopleCard(OrderCard):
    """`given` tells a position and the person who is to have it."""

    given = Signal(int, object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(words.say("Give a seat to"))
        self._workspace = workspace
        self._facts: OrderFacts | None = None
        self._people: dict[str, Person] = {}
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Anybody with a ticket: name, e-mail or company"))
        self.search.setAccessibleName(self.tr("Search people"))
        self.search.setClearButtonEnabled(True)
        self.list = PeopleList()
        self.list.setAccessibleName(self.tr("People"))
        self.list.setFixedHeight(_LINES * HEIGHT + 4)
        self.give = button(self.tr("&Give a seat…"), self.ask_seat)
        self.column.addWidget(self.search)
        self.column.addWidget(self.list)
        self.add(self.tr("Drag somebody onto a seat, or a seat onto somebody. Enter asks for the seat."), "small")
        self.column.addWidget(self.give, 0, Qt.AlignmentFlag.AlignLeft)
        self.list.seat_dropped.connect(self._give)
        self.list.chosen.connect(self.ask_seat)
        self.list.currentRowChanged.connect(lambda _: self._allow())
        self._latest = Latest(self)
        self._latest.done.connect(self._show_found)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._find)
        self.search.textChanged.connect(lambda _: self._pause.start())

    def show_facts(self, facts: OrderFacts) -> None:
        """The search and the list stay; those in the order may be others."""
        self._facts = facts
        self.setVisible(bool(self._free()))
        self._find()

    def forget(self) -> None:
        super().forget()
        self.search.clear()

    def person(self, id: str) -> Person | None:
        """Somebody on the list."""
        return self._people.get(id)

    def ask_seat(self) -> QMenu:
        """Which seat whoever is selected shall have; a menu, so that keys suffice."""
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("Seats"))
        id = self.list.current
        for position, text in self._free().items():
            menu.addAction(text, lambda position=position: self._give(id, position))  # type: ignore[misc]
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.list.mapToGlobal(self.list.visualItemRect(self.list.currentItem()).bottomLeft()))
        return menu

    def _give(self, id: str, position: int) -> None:
        if (person := self.person(id)) is not None:
            self.given.emit(position, person)

    def _free(self) -> dict[int, str]:
        """The seats that can be given, with their names and who has them."""
        facts = self._facts
        if facts is None or facts.assignments is None:
            return {}
        return {
            position: self.tr("Seat {0}: {1}, {2}").format(
                position + 1, words.seat_type(self._workspace, seat_type), _holder(facts.seats[position])
            )
            for position, seat_type in enumerate(facts.assignments.seats)
            if position not in facts.assignments.cancelled
        }

    def _find(self) -> None:
        text, workspace = self.search.text().strip(), self._workspace
        if not text:
            self._latest.forget()
            self._show(people_of(self._facts) if self._facts is not None else [])
            return
        self._latest.ask(lambda is_over: workspace.search(SeatAssignment, text, limit=_FOUND_MOST, is_over=is_over))

    def _show_found(self, found: dict[str, SeatAssignment]) -> None:
        self._show(people_at(found.values()))

    def _show(self, people: Sequence[Person]) -> None:
        if list(self._people.values()) != list(people) or self.list.count() != len(people):
            self._people = {one.id: one for one in people}
            self.list.show_people(people)
        self._allow()

    def _allow(self) -> None:
        self.give.setEnabled(bool(self.list.current))


class PeopleList(QListWidget):
    """Takes a seat that is dropped on somebody. `chosen` is Enter or a double click."""

    seat_dropped = Signal(str, int)
    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(TwoLines(self))
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemDoubleClicked.connect(lambda _: self.chosen.emit())

    @property
    def current(self) -> str:
        """The id of whoever is selected; empty where nobody is."""
        return str(self.currentIndex().data(_ID) or "")

    def show_people(self, people: Sequence[Person]) -> None:
        self.clear()
        for one in people:
            below = " · ".join(part for part in (one.email, one.company) if part)
            item = QListWidgetItem(f"{words.full_name(one.first_name, one.last_name)}\n{below}")
            item.setIcon(icon(Shape.PEOPLE, Tone.NEUTRAL, 22))
            item.setData(_ID, one.id)
            self.addItem(item)
        if people:
            self.setCurrentRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current:
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def startDrag(self, _: Qt.DropAction) -> None:
        drag = QDrag(self)
        drag.setMimeData(dragged(PERSON, self.current))
        drag.exec(Qt.DropAction.CopyAction)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.setAccepted(dropped(SEAT, event.mimeData()) is not None)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        is_on_somebody = self.indexAt(event.position().toPoint()).isValid()
        event.setAccepted(is_on_somebody and dropped(SEAT, event.mimeData()) is not None)

    def dropEvent(self, event: QDropEvent) -> None:
        position, at = dropped(SEAT, event.mimeData()), self.indexAt(event.position().toPoint())
        if position is not None and at.isValid():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.seat_dropped.emit(str(at.data(_ID)), int(position))


def _holder(seat: SeatAssignment | None) -> str:
    if seat is None or seat.attendee is None:
        return words.say("Not assigned")
    return words.full_name(seat.first_name, seat.last_name)
