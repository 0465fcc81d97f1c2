"""Invoices and credit notes: numbered without a gap, one invoice an order, reminders that stop."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from shared.kernel.ids import OrderId, PersonId, SeatTypeId
from shared.payments import invoice as invoices
from shared.payments.invoice import (
    CreditNoteIssued,
    Invoice,
    InvoiceBook,
    InvoiceIssued,
    InvoiceKind,
    InvoiceLine,
    InvoiceReminded,
    InvoiceSettled,
    IssueCreditNote,
    IssueInvoice,
    OrderInvoices,
    RemindOfInvoice,
    SettleInvoice,
)
from tests.spec import CONTEXT, NOW, Given, given, later

ORDER = OrderId("order-1")
VIP = InvoiceLine(seat_type=SeatTypeId("vip"), name="VIP", quantity=2, price=100, total=180)
DAY = InvoiceLine(seat_type=SeatTypeId("day"), name="Day", quantity=1, price=50, total=50)
DUE = NOW + timedelta(days=14)
ISSUE = IssueInvoice(
    order=ORDER,
    prefix="PC-",
    registrant=PersonId("ann"),
    first_name="Ann",
    last_name="Lee",
    email="ann@example.org",
    address="1 Road",
    lines=(VIP, DAY),
    currency="EUR",
    due_at=DUE,
)
ISSUED = InvoiceIssued(
    number=1,
    label="PC-00001",
    order=ORDER,
    registrant=PersonId("ann"),
    first_name="Ann",
    last_name="Lee",
    email="ann@example.org",
    address="1 Road",
    lines=(VIP, DAY),
    total=230,
    currency="EUR",
    issued_at=NOW,
    due_at=DUE,
)
LESS = replace(VIP, quantity=1, total=90)
CREDIT = IssueCreditNote(order=ORDER, prefix="PC-", lines=(LESS, DAY))
CREDITED = CreditNoteIssued(
    number=2, label="PC-00002", order=ORDER, corrects=1, lines=(LESS,), total=90, issued_at=NOW, is_whole=False
)
REMIND = RemindOfInvoice(number=1)


def issued() -> Given:
    return given(invoices.decider, ISSUED)


def test_an_order_has_one_invoice() -> None:
    state = given(invoices.decider).when(ISSUE).then(ISSUED)
    state.when(ISSUE).nothing()
    invoice = state.row(Invoice, "1")
    assert (invoice.kind, invoice.total, invoice.due_at, invoice.is_paid) == (InvoiceKind.INVOICE, 230, DUE, False)
    assert state.row(OrderInvoices, ORDER).numbers == (1,)


def test_numbers_go_on_from_order_to_order() -> None:
    other = replace(ISSUE, order=OrderId("order-2"), prefix="X")
    state = issued().when(other).then(replace(ISSUED, number=2, label="X00002", order=OrderId("order-2")))
    assert state.row(InvoiceBook).last == 2


def test_an_invoice_for_an_order_that_is_paid_is_paid() -> None:
    state = given(invoices.decider).when(replace(ISSUE, due_at=None)).then(replace(ISSUED, due_at=None))
    assert state.row(Invoice, "1").paid_at == NOW
    state.when(SettleInvoice(order=ORDER)).nothing()
    state.when(REMIND).nothing()


def test_a_credit_note_takes_back_what_the_order_does_not_have_any_more() -> None:
    state = issued().when(CREDIT).then(CREDITED)
    state.when(CREDIT).nothing()
    invoice, note = state.row(Invoice, "1"), state.row(Invoice, "2")
    assert (invoice.total, invoice.credited, invoice.left) == (230, 90, 140)
    assert (note.kind, note.corrects, note.total, note.last_name, note.due_at, note.credited) == (
        *(InvoiceKind.CREDIT_NOTE, 1, 90, "Lee"),
        *(None, 0),
    )
    assert state.row(OrderInvoices, ORDER).numbers == (1, 2)


def test_the_last_credit_note_takes_back_what_is_left() -> None:
    state = issued().when(CREDIT).then(CREDITED)
    rest = replace(CREDITED, number=3, label="PC-00003", lines=(LESS, DAY), total=140, is_whole=True)
    state = state.when(replace(CREDIT, lines=())).then(rest)
    state.when(replace(CREDIT, lines=())).nothing()
    assert state.row(Invoice, "1").left == 0
    state.when(REMIND).nothing()


def test_seats_that_cost_nothing_are_not_credited() -> None:
    free = replace(DAY, total=0)
    state = given(invoices.decider).when(replace(ISSUE, lines=(VIP, free))).state
    state.when(replace(CREDIT, lines=(VIP,))).nothing()


def test_without_an_invoice_there_is_nothing_to_credit_or_to_settle() -> None:
    given(invoices.decider).when(CREDIT).nothing()
    given(invoices.decider).when(SettleInvoice(order=ORDER)).nothing()
    given(invoices.decider).when(REMIND).refused("unknown_invoice", number=1)


def test_an_invoice_is_settled_once() -> None:
    settled = InvoiceSettled(number=1, order=ORDER, paid_at=NOW)
    state = issued().when(SettleInvoice(order=ORDER)).then(settled)
    state.at(later(CONTEXT, days=1)).when(SettleInvoice(order=ORDER)).nothing()
    assert state.row(Invoice, "1").paid_at == NOW
    state.when(REMIND).nothing()


def test_there_are_three_reminders_at_most() -> None:
    state = issued()
    for number in (1, 2, 3):
        state = state.when(REMIND).then(InvoiceReminded(number=1, order=ORDER, reminder=number))
    state.when(REMIND).nothing()


def test_nobody_is_reminded_of_a_credit_note() -> None:
    issued().when(CREDIT).state.when(RemindOfInvoice(number=2)).nothing()


ORDERS = st.sampled_from([OrderId("order-1"), OrderId("order-2"), OrderId("order-3")])
COMMANDS = st.one_of(
    st.builds(lambda order: replace(ISSUE, order=order), ORDERS),
    st.builds(
        lambda order, lines: replace(CREDIT, order=order, lines=tuple(lines)),
        ORDERS,
        st.lists(st.sampled_from([VIP, LESS, DAY]), max_size=2, unique_by=lambda line: line.seat_type),
    ),
    st.builds(SettleInvoice, order=ORDERS),
    st.sampled_from([RemindOfInvoice(number=one) for one in (1, 2, 3)]),
)


@for_all(script=st.lists(COMMANDS, max_size=20))
def test_numbers_have_no_gap_and_no_more_is_credited_than_was_invoiced(script: list[Any]) -> None:
    state = given(invoices.decider)
    for command in script:
        state = state.when(command).state
        documents = state.memory.all(Invoice)
        assert sorted(one.number for one in documents.values()) == list(range(1, len(documents) + 1))
        for invoice in documents.values():
            notes = [one.total for one in documents.values() if one.corrects == invoice.number]
            assert sum(notes) == invoice.credited <= invoice.total
        assert len({one.order for one in documents.values() if one.corrects is None}) == sum(
            one.corrects is None for one in documents.values()
        )
