"""Money that goes back: asked for, or recorded because somebody paid it out by hand."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from PySide6.QtWidgets import QWidget

from desktop.ui import words
from desktop.ui.parts.amounts import Amount
from desktop.ui.parts.field import Field, choice
from desktop.ui.parts.form_dialog import FormDialog
from desktop.workspace import Workspace
from shared.kernel.ids import PaymentId
from shared.payments.payment import Method, Payment, RecordRefund, RequestRefund

_ASK: Final = "ask"
_PAID: Final = "paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunding:
    """What is to go back: `refund` is the id of a refund that was asked for already, or a new one."""

    payment: PaymentId
    refund: str
    amount: int
    currency: str
    was_asked: bool = False


class RefundDialog(FormDialog):
    """A refund that was asked for can only be recorded; a new one can be asked for, too."""

    places = MappingProxyType({"refund_too_large": "amount"})

    def __init__(self, workspace: Workspace, wanted: Refunding, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        title = self.tr("Record the refund") if wanted.was_asked else self.tr("Refund")
        self.setWindowTitle(title)
        self._workspace, self._wanted = workspace, wanted
        payment = workspace.get(Payment, wanted.payment)
        self._left = 0 if payment is None else max(0, payment.refundable(wanted.currency, beside=wanted.refund))
        self._amount = Amount(wanted.currency)
        self._amount.show_minor(wanted.amount)
        left = self.tr("Of this payment {0} can go back.").format(words.money(self._left, wanted.currency))
        self.amount = self.add("amount", Field(self.tr("Amount"), self._amount, left))
        by_provider = payment is not None and payment.method is Method.PROVIDER
        ask = (
            self.tr("The provider sends it back")
            if by_provider
            else self.tr("Somebody has to pay it out: put it on the list")
        )
        paid = self.tr("It was paid back by hand already")
        hint = self.tr("What was paid back is a fact: it is recorded, and no one can take it back.")
        self.how = self.add("how", Field(self.tr("How"), choice({_ASK: ask, _PAID: paid}), hint))
        self.how.setVisible(not wanted.was_asked)
        if wanted.was_asked:
            self.how.show_value(_PAID)
        self._surprise: int | None = None
        self.accept_button.setText(self.tr("&Record") if wanted.was_asked else self.tr("&Refund"))
        self.accept_button.setAccessibleName(title)

    def save(self) -> None:
        wanted, amount = self._wanted, self._amount.minor
        if self.how.value == _ASK:
            asked = RequestRefund(refund=wanted.refund, payment=wanted.payment, amount=amount, currency=wanted.currency)
            self.issue(self._workspace, asked)
            return
        if not amount:
            self.amount.complain(self.tr("Nothing went back. Write what was paid back."))
            return
        if amount > self._left and self._surprise != amount:
            self._surprise = amount
            too_much = self.tr("This is more than this payment brought. Press again if it was paid back all the same.")
            self.amount.complain(too_much)
            self.amount.control.setFocus()
            return
        paid = RecordRefund(refund=wanted.refund, payment=wanted.payment, amount=amount, currency=wanted.currency)
        self.issue(self._workspace, paid)
