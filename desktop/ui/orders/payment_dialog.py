"""Money that came without the provider: a bank transfer, cash, a card terminal."""

from PySide6.QtWidgets import QWidget

from desktop.ui.orders import telling
from desktop.ui.orders.facts import OrderFacts
from desktop.ui.parts.amounts import Amount
from desktop.ui.parts.field import Field, choice
from desktop.ui.parts.form_dialog import FormDialog
from desktop.workspace import Workspace
from shared.kernel.ids import PaymentId
from shared.payments.payment import Method, RecordPayment


class PaymentDialog(FormDialog):
    """Records a fact: the server refuses no money, it says what the money is good for."""

    def __init__(
        self, workspace: Workspace, facts: OrderFacts, payment: PaymentId, parent: QWidget | None = None
    ) -> None:
        super().__init__("", "", parent)
        self.setWindowTitle(self.tr("Record a payment"))
        self._workspace, self._order, self._payment = workspace, facts.id, payment
        self._currency = facts.order.currency
        by_hand = (Method.TRANSFER, Method.CASH, Method.TERMINAL)
        ways = {one.value: telling.method(one) for one in by_hand}
        self.method = self.add("method", Field(self.tr("How it came"), choice(ways)))
        self._amount = Amount(self._currency)
        self._amount.show_minor(facts.order.owed if facts.order.owed > 0 else facts.order.total)
        hint = self.tr("What came, even if it is not what is owed. What is too much is listed under Needs attention.")
        self.amount = self.add("amount", Field(self.tr("Amount"), self._amount, hint))
        self.accept_button.setText(self.tr("&Record"))
        self.accept_button.setAccessibleName(self.tr("Record the payment"))

    def save(self) -> None:
        if not self._amount.minor:
            self.amount.complain(self.tr("Nothing came. Write what came."))
            return
        paid = RecordPayment(
            payment=self._payment,
            order=self._order,
            method=Method(self.method.value),
            amount=self._amount.minor,
            currency=self._currency,
        )
        self.issue(self._workspace, paid)
