"""Everything about one order, and everything that can be done with it."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.orders import telling
from desktop.ui.orders.assign_dialog import AssignDialog
from desktop.ui.orders.card import OrderCard
from desktop.ui.orders.facts import OrderFacts, facts_of
from desktop.ui.orders.lines_card import LinesCard
from desktop.ui.orders.money_card import MoneyCard
from desktop.ui.orders.payment_dialog import PaymentDialog
from desktop.ui.orders.people import Person
from desktop.ui.orders.people_card import PeopleCard
from desktop.ui.orders.refund_dialog import RefundDialog, Refunding
from desktop.ui.orders.seats_card import SeatsCard
from desktop.ui.orders.side_cards import HistoryCard, InvoicesCard, RegistrantCard
from desktop.ui.orders.tasks_card import TasksCard
from desktop.ui.parts.form_dialog import ConfirmDialog, attempt
from desktop.ui.parts.labels import Chip, button
from desktop.ui.parts.page import Page
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.kernel.ids import OrderId, PaymentId, PersonId
from shared.registration.assignments import CancelSeats
from shared.registration.order import CancelOrder
from shared.registration.order_state import LIVE, OrderState


class OrderPage(Page):
    """Shows the order that it was given last; `left` asks for the list. `new_id` makes ids of refunds and persons."""

    left = Signal()

    def __init__(self, workspace: Workspace, new_id: Callable[[], str]) -> None:
        super().__init__("")
        self._workspace, self._new_id = workspace, new_id
        self.order: OrderId | None = None
        self._shown: OrderFacts | None = None
        self.back = button(self.tr("&Back to the list"), self.left.emit, "quiet", name=self.tr("Back to the list"))
        for keys in (QKeySequence(QKeySequence.StandardKey.Back), QKeySequence(Qt.Key.Key_Escape)):
            QShortcut(keys, self, self.left.emit).setWhatsThis(self.tr("Back to the list"))
        self._state = Chip(Shape.RING, "")
        self._waiting = Chip(Shape.CLOCK, self.tr("waiting for the server"), Tone.WAITING)
        self.cancel = button(self.tr("Cancel the order…"), self._ask_cancel)
        for one in (self._state, self._waiting, self.back, self.cancel):
            self.tools.addWidget(one)
        self.lines, self.money = LinesCard(), MoneyCard()
        self.seats, self.tasks = SeatsCard(workspace), TasksCard(workspace)
        self.people = PeopleCard(workspace)
        right = (RegistrantCard(), InvoicesCard(), HistoryCard(workspace))
        self.cards: tuple[OrderCard, ...] = (self.tasks, self.lines, self.seats, self.people, self.money, *right)
        self.body.addWidget(self.tasks)
        columns = QHBoxLayout()
        columns.setSpacing(Space.WIDE)
        for cards, share in (((self.lines, self.seats, self.people), 3), ((right[0], self.money, *right[1:]), 2)):
            whole = QWidget()
            column = QVBoxLayout(whole)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(Space.USUAL)
            for card in cards:
                column.addWidget(card)
            column.addStretch(1)
            columns.addWidget(whole, share)
        self.body.addLayout(columns)
        self.body.addStretch(1)
        self.seats.assign_asked.connect(self._assign)
        self.seats.cancel_asked.connect(self._ask_cancel_seat)
        self.seats.person_dropped.connect(self._drop)
        self.people.given.connect(self._give)
        for asking in (self.tasks, self.money):
            asking.refund_asked.connect(self._refund)
        self.money.payment_asked.connect(self._record_payment)

    def show_order(self, id: OrderId) -> None:
        """Show another order, or the same from the start."""
        self.order, self._shown = id, None
        for card in self.cards:
            card.forget()
        self.refresh()
        self.back.setFocus()

    def refresh(self) -> None:
        """Show the order as it is now; what did not change stays untouched, and the focus where it was."""
        facts = None if self.order is None else facts_of(self._workspace, self.order)
        if facts is None or facts == self._shown:
            return
        self._shown = facts
        order = facts.order
        focused = QApplication.focusWidget()
        name = focused.accessibleName() if focused is not None and self.isAncestorOf(focused) else ""
        title = self.tr("Order {0}").format(order.locator or self.tr("without a locator yet"))
        self.name(f"{title} · {telling.registrant(order)}", self.tr("Placed {0}").format(words.moment(order.placed_at)))
        text, shape, tone = telling.listing(order)
        self._state.show_as(shape, text, tone)
        self._waiting.setVisible(facts.is_waiting)
        self.cancel.setEnabled(order.state in (*LIVE, OrderState.CONFIRMED))
        for card in self.cards:
            card.show_facts(facts)
        if name:
            self._focus(name)

    def _focus(self, name: str) -> None:
        """A card that was filled anew has other buttons of the same names."""
        again = [one for one in self.findChildren(QPushButton) if one.accessibleName() == name and one.isEnabled()]
        (again[-1] if again else self.back).setFocus()

    # What can be done

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _assign(self, position: int) -> None:
        assert self.order is not None, "asked of an order"
        self._open(AssignDialog(self._workspace, self.order, position, PersonId(self._new_id()), self))

    def _drop(self, position: int, id: str) -> None:
        if (person := self.people.person(id)) is not None:
            self._give(position, person)

    def _give(self, position: int, person: Person) -> None:
        """Give a free seat at once; ask before one is handed on, because its ticket opens no door any more."""
        assert self._shown is not None, "given a seat of an order"
        seat, command = self._shown.seats[position], person.seated(self._shown.id, position)
        if seat is None or seat.attendee is None or seat.email == person.email:
            attempt(self._workspace, command, self.seats.error)
            return
        holder, new = (
            words.full_name(seat.first_name, seat.last_name),
            words.full_name(person.first_name, person.last_name),
        )
        texts = (
            self.tr("Hand seat {0} on?").format(position + 1),
            self.tr("{0} gets a new ticket. The one that {1} has opens no door any more.").format(new, holder),
            self.tr("&Hand it on"),
        )
        self._open(ConfirmDialog(self._workspace, command, texts, self))

    def _refund(self, wanted: Refunding) -> None:
        known = wanted if wanted.refund else replace(wanted, refund=self._new_id())
        self._open(RefundDialog(self._workspace, known, self))

    def _record_payment(self) -> None:
        assert self._shown is not None, "asked of an order"
        self._open(PaymentDialog(self._workspace, self._shown, PaymentId(self._new_id()), self))

    def _ask_cancel(self) -> None:
        assert self.order is not None, "asked of an order"
        texts = (
            self.tr("Cancel the order?"),
            self.tr(
                "Its seats are free again, and its tickets open no door. What was paid is listed under "
                "Needs attention, to be refunded. This cannot be undone."
            ),
            self.tr("Cancel the &order"),
        )
        self._open(ConfirmDialog(self._workspace, CancelOrder(order=self.order), texts, self))

    def _ask_cancel_seat(self, position: int) -> None:
        assert self.order is not None, "asked of an order"
        texts = (
            self.tr("Cancel seat {0}?").format(position + 1),
            self.tr(
                "The seat is free again, and its ticket opens no door. What was paid for it is listed under "
                "Needs attention, to be refunded. This cannot be undone."
            ),
            self.tr("Cancel the &seat"),
        )
        self._open(ConfirmDialog(self._workspace, CancelSeats(order=self.order, positions=(position,)), texts, self))
