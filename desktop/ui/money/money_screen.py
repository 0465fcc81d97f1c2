"""The money of the conference: what came, what went back, whether it adds up, and every entry of the book."""

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.changes import Changes
from desktop.ui.orders import telling
from desktop.ui.parts.labels import Band, card, clear, empty_state, label
from desktop.ui.parts.page import Page
from desktop.ui.parts.paged import Column, PagedModel, paged_table
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.conference.conference import Conference
from shared.kernel.decider import Key
from shared.payments.views import CONFERENCE, UNKNOWN, Balance, Entry, EntryKind
from shared.registration.order_state import Order

_PAUSE_MS: Final = 60
_QUIET_MS: Final = 150
_SEARCH_WIDTH: Final = 300


class MoneyScreen(Page):
    """Nothing is read before it is first shown. Enter on an entry asks for its order by `order_asked`."""

    order_asked = Signal(str)

    def __init__(self, workspace: Workspace, changes: Changes) -> None:
        super().__init__("", scrolls=False)
        self.name(self.tr("Money"), self.tr("Captured less refunded is what the orders recorded"))
        self._workspace = workspace
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Reference or payment (Ctrl+F)"))
        self.search.setAccessibleName(self.tr("Search entries"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(_SEARCH_WIDTH)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.tools.addWidget(self.search)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self.search.textChanged.connect(lambda _: self._pause.start())
        inside = QWidget()
        self._balances = QVBoxLayout(inside)
        self._balances.setContentsMargins(0, 0, 0, 0)
        self._balances.setSpacing(Space.SMALL)
        self.body.addWidget(inside)
        self.model = PagedModel(workspace, Entry, self._columns(), also=(Order,), parent=self)
        self._pause.timeout.connect(lambda: self.model.search(self.search.text()))
        self.table = paged_table(self.model, self.tr("Entries"))
        self.table.activated.connect(lambda index: self._go(index.row()))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        nothing = self.tr("Every payment and every refund becomes an entry here, once.")
        self.stack.addWidget(empty_state(Shape.COINS, self.tr("No money yet"), nothing))
        other = self.tr("Try the provider’s reference, or part of the payment’s identifier.")
        self.stack.addWidget(empty_state(Shape.COINS, self.tr("No such entry"), other))
        self.body.addWidget(self.stack, 1)
        self.model.modelReset.connect(self._show_state)
        self._stale: set[Key] = set()
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self._show_changes)
        changes.changed.connect(self._on_change)
        self._was_shown = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self.model.load()
            self._show_balances()

    def _on_change(self, keys: set[Key]) -> None:
        if self._was_shown:
            self._stale |= keys
            if not self._quiet.isActive():
                self._quiet.start()

    def _show_changes(self) -> None:
        keys, self._stale = self._stale, set()
        above = self.table.verticalScrollBar().value()
        self.model.changed(keys)
        self.table.verticalScrollBar().setValue(above)
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

    def _show_state(self) -> None:
        self.stack.setCurrentIndex(0 if self.model.rowCount() else 2 if self.search.text().strip() else 1)

    def _go(self, place: int) -> None:
        found = self.model.row_at(place)
        if found is not None and found[1].order is not None:
            self.order_asked.emit(found[1].order)

    def _columns(self) -> tuple[Column[Entry], ...]:
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
