"""Everything that this device knows about one order, read from its rows. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.workspace import Workspace
from shared.kernel.ids import OrderId, PaymentId
from shared.payments.invoice import Invoice, OrderInvoices, invoice_id
from shared.payments.payment import Payment, RefundState
from shared.payments.views import Entry, EntryKind, OpenTask, OpenTasks, entry_id
from shared.registration.assignments import Assignments, SeatAssignment, seat_id
from shared.registration.history import OrderHistory
from shared.registration.order_state import Order
from shared.registration.receipts import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """An order with what belongs to it. `payments` are those that brought money, and the one that is under way."""

    id: OrderId
    order: Order
    assignments: Assignments | None
    seats: tuple[SeatAssignment | None, ...]
    """By position; None where nobody ever sat."""
    payments: dict[PaymentId, Payment]
    entries: dict[str, Entry]
    """What came and went, as the book has it, by the entries' ids."""
    invoices: tuple[Invoice, ...]
    further_tasks: tuple[OpenTask, ...]
    """What is to be done about its refunds and its invoice, beside the order's own tasks."""
    is_waiting: bool
    history: OrderHistory | None
    """What happened, as it is kept; None where this device has none of it."""

    def refundable(self, payment: PaymentId, currency: str) -> int:
        """What may still go back of a payment."""
        known = self.payments.get(payment)
        return 0 if known is None else max(0, known.refundable(currency))


def facts_of(workspace: Workspace, id: OrderId) -> OrderFacts | None:
    """The facts of an order, None where this device has none."""
    order = workspace.get(Order, id)
    if order is None:
        return None
    assignments = workspace.get(Assignments, id)
    places = 0 if assignments is None else len(assignments.seats)
    names = dict.fromkeys([*(one.payment for one in order.receipts), *([order.payment] if order.payment else [])])
    payments = {one: known for one in names if (known := workspace.get(Payment, one)) is not None}
    documents = workspace.get(OrderInvoices, id)
    numbers = () if documents is None else documents.numbers
    rows = [workspace.get(OpenTasks, one) for one in (f"order:{id}", *(f"payment:{one}" for one in payments))]
    tasks = [task for row in rows if row is not None for task in row.tasks]
    return OrderFacts(
        id=id,
        order=order,
        assignments=assignments,
        seats=tuple(workspace.get(SeatAssignment, seat_id(id, position)) for position in range(places)),
        payments=payments,
        entries=_entries(workspace, order.receipts, payments),
        invoices=tuple(paper for one in numbers if (paper := workspace.get(Invoice, invoice_id(one))) is not None),
        further_tasks=tuple(one for one in tasks if one.refund is not None or one.invoice is not None),
        is_waiting=workspace.is_waiting(Order, id) or workspace.is_waiting(Assignments, id),
        history=workspace.get(OrderHistory, id),
    )


def _entries(workspace: Workspace, receipts: Sequence[Receipt], payments: dict[PaymentId, Payment]) -> dict[str, Entry]:
    ids = [entry_id(EntryKind.CAPTURED, one.payment, one.reference) for one in receipts]
    paid = [(id, one) for id, payment in payments.items() for one in payment.refunds if one.state is RefundState.PAID]
    ids += [entry_id(EntryKind.REFUNDED, id, one.reference) for id, one in paid]
    return {one: row for one in ids if (row := workspace.get(Entry, one)) is not None}
