"""The money of the conference: what came, what went back, whether it adds up, and every entry of the book."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.changes import Changes
from desktop.ui.orders import telling
from desktop.ui.parts.labels import Band, card, clear, label
from desktop.ui.parts.list_page import ListPage, ListTexts
from desktop.ui.parts.paged import Column
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.conference.conference import Conference
from shared.kernel.decider import Key
from shared.payments.views import CONFERENCE, UNKNOWN, Balance, Entry, EntryKind
from shared.registration.order_state import Order


class MoneyScreen(ListPage):
    """Enter on an entry asks for its order by `order_asked`."""

    order_asked = Signal(str)

    def __init__(self, workspace: Workspace, changes: Changes) -> None:
        super().__init__(workspace, changes, Entry, also=(Order,))
        self.name(self.tr("Money"), self.tr("Captured less refunded is what the orders recorded"))
        self.tools.addWidget(self.search)
        inside = QWidget()
        self._balances = QVBoxLayout(inside)
        self._balances.setContentsMargins(0, 0, 0, 0)
        self._balances.setSpacing(Space.SMALL)
        self.body.addWidget(inside)
        self.body.addWidget(self.stack, 1)
        self.table.activated.connect(lambda index: self._go(index.row()))

    def texts(self) -> ListTexts:
        nothing = self.tr("Every payment and every refund becomes an entry here, once.")
        other = self.tr("Try the provider’s reference, or part of the payment’s identifier.")
        return ListTexts(
            title=self.tr("Money"),
            table=self.tr("Entries"),
            search=self.tr("Search entries"),
            hint=self.tr("Reference or payment (Ctrl+F)"),
            shape=Shape.COINS,
            empty=(self.tr("No money yet"), nothing),
            not_found=(self.tr("No such entry"), other),
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_balances()

    def show_changes(self, keys: set[Key]) -> None:
        self._show_balances()

    def _show_balances(self) -> None:
        clear(self._balances)
        balance = self._workspace.get(Balance, CONFERENCE) or Balance()
        conference = self._workspace.get(Conference)
        own = "EUR" if conference is None else conference.currency
        for currency in sorted(balance.captured.keys() | balance.refunded.keys() | balance.recorded.keys()) or [own]:
            self._balances.addWidget(self._figures(balance, currency))
        self._balances.addWidget(self._verdict(balance))

    def _figures(self, balance: Balance, currency: str) -> QWidget:
        frame, column = card(margin=Space.USUAL)
        row = QHBoxLayout()
        row.setSpacing(Space.ROOMY)
        unknown = self._workspace.get(Balance, UNKNOWN) or Balance()
        nobody = unknown.recorded.get(currency, 0)
        figures = [
            (self.tr("Captured"), balance.captured.get(currency, 0)),
            (self.tr("Refunded"), balance.refunded.get(currency, 0)),
            (self.tr("Recorded in orders"), balance.recorded.get(currency, 0)),
        ]
        for name, amount in [*figures, *([(self.tr("of which for no known order"), nobody)] if nobody else [])]:
            pair = QVBoxLayout()
            pair.setSpacing(0)
            pair.addWidget(label(name, "caption"))
            pair.addWidget(label(words.money(amount, currency), "figure"))
            row.addLayout(pair)
        row.addStretch(1)
        column.addLayout(row)
        return frame

    def _verdict(self, balance: Balance) -> QWidget:
        differences = balance.differences
        if not differences:
            told = self.tr("It adds up: captured − refunded = recorded.")
            band = Band(Shape.CHECK, told, Tone.GOOD)
        else:
            amounts = ", ".join(words.money(amount, one) for one, amount in differences.items())
            told = self.tr("It does not add up: payments and orders differ by {0}. Tell whoever runs the server.")
            band = Band(Shape.WARNING, told.format(amounts), Tone.BAD)
        band.say(band.text)
        return band

    def _go(self, place: int) -> None:
        found = self.model.row_at(place)
        if found is not None and found[1].order is not None:
            self.order_asked.emit(found[1].order)

    def columns(self) -> tuple[Column[Entry], ...]:
        return (
            Column(self.tr("When"), lambda _, one: words.moment(one.at), 140),
            Column(self.tr("What"), lambda _, one: self._what(one), 190, mark=lambda _, one: _mark(one)),
            Column(self.tr("How"), lambda _, one: telling.method(one.method), 130),
            Column(self.tr("Amount"), lambda _, one: _signed(one), 120, is_number=True),
            Column(self.tr("Order"), lambda _, one: self._order(one), 90),
            Column(self.tr("Reference"), lambda _, one: one.reference),
        )

    def _what(self, one: Entry) -> str:
        text = self.tr("Captured") if one.kind is EntryKind.CAPTURED else self.tr("Refunded")
        return self.tr("{0}, unexpected").format(text) if one.is_unexpected else text

    def _order(self, one: Entry) -> str:
        order = None if one.order is None else self._workspace.get(Order, one.order)
        return "–" if order is None else order.locator or "–"


def _mark(one: Entry) -> tuple[Shape, Tone] | None:
    return (Shape.WARNING, Tone.CAUTION) if one.is_unexpected else None


def _signed(one: Entry) -> str:
    return words.money(one.amount if one.kind is EntryKind.CAPTURED else -one.amount, one.currency)
