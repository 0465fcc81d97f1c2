"""The money adds up at every position, whatever comes in whatever order."""

from collections import Counter
from collections.abc import Iterable
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.conference.conference import EditConference
from shared.execute import Execution
from shared.kernel.decider import Actor, Recorded
from shared.kernel.edits import Edit
from shared.kernel.ids import OrderId, PaymentId, PersonId
from shared.kernel.messages import wire_of
from shared.payments.invoice import Invoice, OrderInvoices
from shared.payments.payment import (
    CancelPayment,
    Method,
    Payment,
    RecordCapture,
    RecordPayment,
    RecordRefund,
    RecordRefundFailure,
    RecordRejection,
    RefundRequested,
    RefundState,
    RequestRefund,
)
from shared.payments.views import CONFERENCE, UNKNOWN, Balance, Entry, EntryKind, OpenTasks, balance_id
from shared.registration.assignments import CancelSeats
from shared.registration.order import (
    CancelOrder,
    ConfirmOnInvoice,
    OrderPaid,
    RequestInvoice,
    ResolveTask,
    StartPayment,
)
from shared.registration.order_state import Order, OrderState
from shared.replay import Replay
from tests.shared.registration.world import World

Sums = dict[str, int]


def total(sums: Iterable[Sums]) -> Sums:
    whole = Counter[str]()
    for one in sums:
        whole.update(one)
    return nonzero(whole)


def nonzero(sums: Sums) -> Sums:
    return {currency: amount for currency, amount in sums.items() if amount}


def minus(one: Sums, other: Sums) -> Sums:
    return total([one, {currency: -amount for currency, amount in other.items()}])


class Books(World):
    """A world whose books are checked at each position."""

    is_open = False

    def __init__(self) -> None:
        self.replay, self.positions = Replay(), count(1)
        super().__init__(vip=4)

    def send(self, command: Any, actor: Actor | None = None) -> Execution:
        done = super().send(command, actor)
        recorded = Recorded(at=self.context.now, actor=self.context.actor, command_id=self.context.command_id)
        self.replay.commit(next(self.positions), done.events, recorded)
        if self.is_open:
            self.audit()
            for event in done.events:
                if isinstance(event, RefundRequested):
                    payment = self.memory.get(Payment, event.payment)
                    assert payment is not None
                    assert payment.refundable(event.currency) >= 0, "no more is promised than came"
        return done

    def audit(self) -> None:
        balances = self.memory.all(Balance)
        for id, one in balances.items():
            assert minus(one.captured, one.refunded) == nonzero(one.recorded), id
        conference = balances.pop(CONFERENCE, Balance())
        for name in ("captured", "refunded", "recorded"):
            assert nonzero(getattr(conference, name)) == total(getattr(one, name) for one in balances.values())
        self.audit_payments(conference, balances.get(UNKNOWN, Balance()))
        self.audit_orders(balances)
        self.audit_entries(conference)

    def audit_payments(self, conference: Balance, unknown: Balance) -> None:
        payments = self.memory.all(Payment).values()
        came = [(payment.order, {one.currency: one.amount}) for payment in payments for one in payment.captures]
        went = [
            (payment.order, {one.currency: one.amount})
            for payment in payments
            for one in payment.refunds
            if one.state is RefundState.PAID
        ]
        assert total(sums for _, sums in came) == nonzero(conference.captured)
        assert total(sums for _, sums in went) == nonzero(conference.refunded)
        assert total(sums for order, sums in came if order is None) == nonzero(unknown.captured)
        assert total(sums for order, sums in went if order is None) == nonzero(unknown.refunded)

    def audit_orders(self, balances: dict[str, Balance]) -> None:
        for id, order in self.memory.all(Order).items():
            balance = balances.pop(balance_id(OrderId(id)), Balance())
            assert total({one.currency: one.amount} for one in order.receipts) == nonzero(balance.captured)
            assert total({one.currency: one.amount} for one in order.returned) == nonzero(balance.refunded)
            listed = self.memory.get(OpenTasks, f"order:{id}")
            assert len(order.tasks) == (0 if listed is None else len(listed.tasks))
            self.audit_invoice(OrderId(id), order)
        balances.pop(UNKNOWN, None)
        assert total(one.captured for one in balances.values()) == {}, "money of no order is unknown"

    def audit_invoice(self, id: OrderId, order: Order) -> None:
        documents = self.memory.get(OrderInvoices, id)
        assert (documents is not None) == order.has_invoice
        if documents is not None:
            invoice = self.memory.get(Invoice, str(documents.numbers[0]))
            assert invoice is not None
            is_over = order.state is not OrderState.CONFIRMED
            assert invoice.left == (0 if is_over else max(0, order.total - order.waived))
            assert invoice.is_paid or OrderPaid(order=id) not in self.events

    def audit_entries(self, conference: Balance) -> None:
        entries = self.memory.all(Entry).values()
        for kind, sums in ((EntryKind.CAPTURED, conference.captured), (EntryKind.REFUNDED, conference.refunded)):
            assert total({one.currency: one.amount} for one in entries if one.kind is kind) == nonzero(sums)

    def audit_replay(self) -> None:
        views = (Payment, Invoice, Balance, Entry, OpenTasks)
        for view in views:
            name = wire_of(view).name
            again = {key.id: row for key, row in self.replay.rows.items() if key.view == name and row is not None}
            assert again == self.memory.all(view)

    def audit_numbers(self) -> None:
        documents = self.memory.all(Invoice).values()
        assert sorted(one.number for one in documents) == list(range(1, len(documents) + 1))


ORDERS = st.sampled_from(["o1", "o2", "o3", "nowhere"]).map(OrderId)
PAYMENTS = st.sampled_from(["p1", "p2", "p3", "p4"]).map(PaymentId)
REFUNDS = st.sampled_from(["r1", "r2", "r3"])
AMOUNTS = st.sampled_from([-5, 0, 50, 100, 200, 300])
CURRENCIES = st.sampled_from(["EUR", "EUR", "EUR", "USD"])
REFERENCES = st.sampled_from(["a", "b", "c"])


class Ledger(RuleBasedStateMachine):
    """Three orders of a conference with few seats, and everything that money does to them."""

    @initialize()
    def open(self) -> None:
        self.books = Books()
        self.books.send(EditConference(invoice_prefix=Edit(seen="", new="PC")))
        self.books.is_open = True
        self.numbers = count(4)
        for number in range(1, 4):
            self.books.place(f"o{number}", vip=number)

    @rule()
    def place(self) -> None:
        self.books.place(f"o{next(self.numbers)}", day=1)

    @rule(order=ORDERS, payment=PAYMENTS)
    def start(self, order: OrderId, payment: PaymentId) -> None:
        self.books.attempt(StartPayment(order=order, payment=payment))

    @rule(order=ORDERS, payment=PAYMENTS, reference=REFERENCES)
    def pay(self, order: OrderId, payment: PaymentId, reference: str) -> None:
        self.books.attempt(StartPayment(order=order, payment=payment))
        self.books.capture(payment, reference)
        self.books.capture(payment, reference)

    @rule(
        payment=PAYMENTS,
        reference=REFERENCES,
        amount=st.integers(1, 300),
        currency=CURRENCIES,
        order=st.none() | ORDERS,
    )
    def call_back(self, payment: PaymentId, reference: str, amount: int, currency: str, order: OrderId | None) -> None:
        self.books.send(
            RecordCapture(payment=payment, reference=reference, amount=amount, currency=currency, order=order)
        )

    @rule(payment=PAYMENTS)
    def reject(self, payment: PaymentId) -> None:
        self.books.send(RecordRejection(payment=payment))

    @rule(payment=PAYMENTS)
    def cancel_payment(self, payment: PaymentId) -> None:
        self.books.attempt(CancelPayment(payment=payment))

    @rule(payment=PAYMENTS, order=ORDERS, method=st.sampled_from(Method), amount=AMOUNTS, currency=CURRENCIES)
    def record(self, payment: PaymentId, order: OrderId, method: Method, amount: int, currency: str) -> None:
        self.books.send(RecordPayment(payment=payment, order=order, method=method, amount=amount, currency=currency))

    @rule(payment=PAYMENTS, refund=REFUNDS, amount=AMOUNTS)
    def ask_for_refund(self, payment: PaymentId, refund: str, amount: int) -> None:
        self.books.attempt(RequestRefund(refund=refund, payment=payment, amount=amount))

    @rule(payment=PAYMENTS, refund=REFUNDS, reference=REFERENCES | st.just(""), amount=AMOUNTS, currency=CURRENCIES)
    def refund(self, payment: PaymentId, refund: str, reference: str, amount: int, currency: str) -> None:
        self.books.send(
            RecordRefund(payment=payment, refund=refund, reference=reference, amount=amount, currency=currency)
        )

    @rule(payment=PAYMENTS, refund=REFUNDS)
    def fail(self, payment: PaymentId, refund: str) -> None:
        self.books.send(RecordRefundFailure(payment=payment, refund=refund, code="lost"))

    @rule(order=ORDERS)
    def cancel(self, order: OrderId) -> None:
        self.books.attempt(CancelOrder(order=order))

    @rule(order=ORDERS, position=st.integers(0, 2))
    def cancel_seat(self, order: OrderId, position: int) -> None:
        self.books.attempt(CancelSeats(order=order, positions=(position,)))

    @rule(order=ORDERS)
    def confirm_on_invoice(self, order: OrderId) -> None:
        self.books.attempt(ConfirmOnInvoice(order=order, registrant=PersonId("ann"), address="1 Road"))

    @rule(order=ORDERS)
    def ask_for_invoice(self, order: OrderId) -> None:
        self.books.attempt(RequestInvoice(order=order, registrant=PersonId("ann"), address="1 Road"))

    @rule(order=ORDERS)
    def resolve(self, order: OrderId) -> None:
        known = self.books.memory.get(Order, order)
        for task in known.tasks[:1] if known else ():
            self.books.send(ResolveTask(order=order, task=task))

    @rule(minutes=st.sampled_from([4, 16, 7 * 24 * 60]), is_slow=st.booleans())
    def wait(self, minutes: int, is_slow: bool) -> None:  # noqa: FBT001 - drawn
        self.books.wait(minutes=minutes, run_deadlines=not is_slow)

    @invariant()
    def numbers_have_no_gap(self) -> None:
        self.books.audit_numbers()

    def teardown(self) -> None:
        self.books.audit_replay()


Ledger.TestCase.settings = settings(max_examples=100, stateful_step_count=30)
TestLedger = Ledger.TestCase
