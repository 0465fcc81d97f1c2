"""What a human must do about an order's money, and the ways to do it."""

from PySide6.QtCore import Signal

from desktop.ui import words
from desktop.ui.orders import telling
from desktop.ui.orders.card import Action, OrderCard
from desktop.ui.orders.facts import OrderFacts
from desktop.ui.orders.refund_dialog import Refunding
from desktop.ui.parts.form_dialog import attempt
from desktop.ui.tokens import Tone
from desktop.workspace import Workspace
from shared.payments.payment import RefundState
from shared.payments.views import REFUND_BY_HAND, OpenTask
from shared.registration.order import ReseatOrder, ResolveTask
from shared.registration.receipts import Attention, Task


class TasksCard(OrderCard):
    """Hidden where there is nothing to do. Asks for the form of a refund by `refund_asked`."""

    refund_asked = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(words.say("Needs attention"))
        self._workspace = workspace

    def fill(self, facts: OrderFacts) -> None:
        self.setVisible(bool(facts.order.tasks or facts.further_tasks))
        for task in facts.order.tasks:
            if task.reason is Attention.TICKET_REFUSED:
                self._ticket_task(facts, task)
            else:
                self._order_task(facts, task)
        for one in facts.further_tasks:
            self._further_task(one)

    def _order_task(self, facts: OrderFacts, task: Task) -> None:
        receipt, told = task.receipt, telling.reason(task.reason)
        amount = words.money(task.to_refund, receipt.currency)
        self.add(f"{told}: {amount}", "strong", tone=Tone.CAUTION)
        payment = facts.payments.get(receipt.payment)
        under_way = (
            0
            if payment is None
            else sum(
                one.amount
                for one in payment.refunds
                if one.state is RefundState.REQUESTED and one.currency == receipt.currency
            )
        )
        if under_way:
            shown = words.money(under_way, receipt.currency)
            self.add(self.tr("A refund of {0} was asked for. This is done when it is paid.").format(shown), "small")
        wanted = Refunding(
            payment=receipt.payment,
            refund="",
            amount=max(1, min(task.to_refund, facts.refundable(receipt.payment, receipt.currency) or task.to_refund)),
            currency=receipt.currency,
        )
        actions: list[Action] = [
            (self.tr("Refund…"), self.tr("Refund {0}").format(amount), lambda: self.refund_asked.emit(wanted))
        ]
        if task.reason in (Attention.LATE, Attention.SEAT_LACKING):
            again = ReseatOrder(order=facts.id, task=task)
            text = self.tr("Give the seats again")
            actions.append((text, text, lambda: attempt(self._workspace, again, self.error)))
        settled = ResolveTask(order=facts.id, task=task)
        text = self.tr("Settled otherwise")
        actions.append((text, f"{text}, {amount}", lambda: attempt(self._workspace, settled, self.error)))
        self.add_buttons(actions)

    def _ticket_task(self, facts: OrderFacts, task: Task) -> None:
        seat = next((one for one in facts.seats if one is not None and one.ticket == task.receipt.reference), None)
        who = "" if seat is None else words.full_name(seat.first_name, seat.last_name)
        self.add(
            f"{telling.reason(task.reason)}: {who}" if who else telling.reason(task.reason), "strong", tone=Tone.CAUTION
        )
        why = self.tr(
            "The code from the desk is another ticket’s and opens no door for them. Their own ticket is a new one: "
            "print it at the desk that sold it (Till, Receipt, Print the tickets), or print their badge at the door."
        )
        self.add(why, "small")
        if seat is not None and isinstance(seat.email, str) and seat.email:
            self.add(self.tr("The mail of the sale to {0} has the new ticket, too.").format(seat.email), "small")
        given = ResolveTask(order=facts.id, task=task)
        text = self.tr("They have the new ticket")
        self.add_buttons([(text, f"{text}, {who}", lambda: attempt(self._workspace, given, self.error))])

    def _further_task(self, task: OpenTask) -> None:
        amount = words.money(task.amount, task.currency)
        self.add(f"{telling.reason(task.reason)}: {amount}", "strong", tone=Tone.CAUTION)
        if task.payment is None:
            self.add(self.tr("Record the payment when it comes, or cancel the order."), "small")
            return
        is_by_hand = task.reason == REFUND_BY_HAND
        wanted = Refunding(
            payment=task.payment,
            refund=(task.refund or "") if is_by_hand else "",
            amount=task.amount,
            currency=task.currency,
            was_asked=is_by_hand,
        )
        text = self.tr("It was paid out…") if is_by_hand else self.tr("Refund again…")
        self.add_buttons([(text, f"{text} {amount}", lambda: self.refund_asked.emit(wanted))])
