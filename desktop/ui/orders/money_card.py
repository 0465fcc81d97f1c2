"""What came for the order and what went back, payment by payment."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout

from desktop.ui import words
from desktop.ui.orders import telling
from desktop.ui.orders.card import OrderCard, number
from desktop.ui.orders.facts import OrderFacts
from desktop.ui.orders.refund_dialog import Refunding
from desktop.ui.parts.labels import label
from shared.kernel.ids import PaymentId
from shared.payments.payment import Payment, RefundState
from shared.payments.views import EntryKind, entry_id


class MoneyCard(OrderCard):
    """Asks for the form of a refund by `refund_asked`, and for that of a payment by `payment_asked`."""

    refund_asked = Signal(object)
    payment_asked = Signal()

    def __init__(self) -> None:
        super().__init__(words.say("Payments and refunds"))

    def fill(self, facts: OrderFacts) -> None:
        if not facts.payments:
            self.add(self.tr("No money came yet."), "muted")
        for id, payment in facts.payments.items():
            grid = self.add_grid()
            grid.setColumnStretch(0, 1)
            self._payment(grid, facts, id, payment)
            self._refund_button(facts, id, payment)
        text = self.tr("Record a payment…")
        self.add_buttons([(text, text, self.payment_asked.emit)])

    def _payment(self, grid: QGridLayout, facts: OrderFacts, id: PaymentId, payment: Payment) -> None:
        way = telling.method(payment.method)
        if not payment.captures:
            under_way = self.tr("{0}, under way or given up").format(way)
            self._row(grid, under_way, "", words.money(payment.amount, payment.currency))
        for one in payment.captures:
            at = self._at(facts, entry_id(EntryKind.CAPTURED, id, one.reference))
            self._row(grid, way, at, words.money(one.amount, one.currency))
        for refund in payment.refunds:
            at = ""
            if refund.state is RefundState.PAID:
                at = self._at(facts, entry_id(EntryKind.REFUNDED, id, refund.reference))
            told = self.tr("Refund, {0}").format(telling.refund(refund.state))
            self._row(grid, told, at, words.money(-refund.amount, refund.currency))

    def _at(self, facts: OrderFacts, entry: str) -> str:
        known = facts.entries.get(entry)
        return "" if known is None else words.moment(known.at)

    def _row(self, grid: QGridLayout, told: str, at: str, amount: str) -> None:
        place = grid.rowCount()
        grid.addWidget(label(told, wraps=True), place, 0)
        grid.addWidget(number(amount), place, 1)
        if at:
            grid.addWidget(label(at, "small"), place + 1, 0)

    def _refund_button(self, facts: OrderFacts, id: PaymentId, payment: Payment) -> None:
        for currency in dict.fromkeys(one.currency for one in payment.captures):
            left = facts.refundable(id, currency)
            if left:
                wanted = Refunding(payment=id, refund="", amount=left, currency=currency)
                name = self.tr("Refund of {0}").format(words.money(left, currency))
                self.add_buttons([(self.tr("Refund…"), name, lambda wanted=wanted: self.refund_asked.emit(wanted))])  # type: ignore[misc]
