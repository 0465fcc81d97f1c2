"""The quiet cards of an order: who placed it, its invoices, what happened."""

from desktop.ui import words
from desktop.ui.orders.card import OrderCard
from desktop.ui.orders.facts import OrderFacts
from desktop.ui.orders.history import history_of
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.payments.invoice import Invoice, InvoiceKind


class RegistrantCard(OrderCard):
    """Name and address of whoever placed the order."""

    def __init__(self) -> None:
        super().__init__(words.say("Registrant"))

    def fill(self, facts: OrderFacts) -> None:
        order = facts.order
        if order.registrant is None:
            self.add(self.tr("Nobody gave a name yet."), "muted")
            return
        self.add(words.full_name(order.first_name, order.last_name), "strong")
        self.add(words.personal(order.email))


class InvoicesCard(OrderCard):
    """The invoice and its credit notes."""

    def __init__(self) -> None:
        super().__init__(words.say("Invoices"))

    def fill(self, facts: OrderFacts) -> None:
        if not facts.invoices:
            self.add(self.tr("No invoice."), "muted")
        for one in facts.invoices:
            self._document(one)

    def _document(self, one: Invoice) -> None:
        amount = words.money(one.total, one.currency)
        if one.kind is InvoiceKind.CREDIT_NOTE:
            self.add(self.tr("Credit note {0}: {1}").format(one.label, amount), "strong")
            self.add(self.tr("Issued {0}").format(words.moment(one.issued_at)), "small")
            return
        self.add(self.tr("Invoice {0}: {1}").format(one.label, amount), "strong")
        told = [self.tr("Issued {0}").format(words.moment(one.issued_at))]
        if one.paid_at is not None:
            told.append(self.tr("paid {0}").format(words.moment(one.paid_at)))
        elif one.due_at is not None:
            told.append(self.tr("due {0}").format(words.moment(one.due_at)))
        if one.credited:
            told.append(self.tr("{0} credited").format(words.money(one.credited, one.currency)))
        if one.reminders:
            told.append(words.plural(one.reminders, "reminder", "reminders"))
        self.add(" · ".join(told), "small")


class HistoryCard(OrderCard):
    """Every sentence with when, and who did it."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(words.say("History"))
        self._workspace = workspace

    def fill(self, facts: OrderFacts) -> None:
        self.column.setSpacing(Space.HAIR)
        for one in history_of(self._workspace, facts):
            self.add(one.what)
            self.add(" · ".join(part for part in (words.moment(one.at), one.who, one.outcome) if part), "small")
            self.column.addSpacing(Space.SMALL)
