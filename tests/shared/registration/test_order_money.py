"""Orders and money after the confirmation: invoices, credits, refunds, and seats asked for again."""

from dataclasses import replace
from typing import Any

import pytest

from shared.kernel.decider import put
from shared.kernel.ids import OrderId, PersonId
from shared.registration import order_rules
from shared.registration.codes import Code
from shared.registration.order import (
    CancelOrder,
    ConfirmOnInvoice,
    CreditSeats,
    InvoiceAsked,
    MarkSeatsReserved,
    MoneyReceived,
    MoneyReturned,
    OrderConfirmed,
    OrderNeedsAttention,
    OrderPaid,
    OrderReserved,
    ReceiveMoney,
    RequestInvoice,
    ReseatOrder,
    ResolveTask,
    ReturnMoney,
    SeatsCredited,
    SeatsReclaimed,
    TaskResolved,
)
from shared.registration.order_state import Order, OrderState
from shared.registration.pricing import CodeTerms, Use
from shared.registration.receipts import Attention, Method, Receipt, Task
from tests.shared.registration.test_order import (
    ANN,
    BY_ANN,
    CANCELLED,
    CONFIRMED,
    DAY,
    DENIED,
    EXPIRED,
    FREE,
    ORDER,
    P1,
    P2,
    PAID,
    PARTLY,
    PLACED,
    RECEIVED,
    RESERVED,
    STARTED,
    VIP,
    attention,
    line,
    order,
    sales,
)
from tests.spec import Given, given, later

ON_INVOICE = OrderConfirmed(order=ORDER, on_invoice=True)
ASKED = InvoiceAsked(order=ORDER, registrant=ANN, address="Main Street 1")
CONFIRM = ConfirmOnInvoice(order=ORDER, registrant=ANN, address="Main Street 1")
REQUEST = RequestInvoice(order=ORDER, registrant=ANN, address="Main Street 1")


def on_invoice(*events: Any) -> Given:
    return order(BY_ANN, RESERVED, ON_INVOICE, ASKED, *events, invoice_prefix="PC-")


def paid(*events: Any, **terms: Any) -> Given:
    return order(BY_ANN, RESERVED, STARTED, RECEIVED, CONFIRMED, *events, **terms)


def transfer(amount: int, name: str = "t1", currency: str = "EUR") -> Receipt:
    return Receipt(payment=P2, reference=name, amount=amount, currency=currency, method=Method.TRANSFER)


def receive(receipt: Receipt) -> ReceiveMoney:
    return ReceiveMoney(order=ORDER, receipt=receipt)


def give_back(amount: int, refund: str = "r1", receipt: Receipt = PAID) -> ReturnMoney:
    return ReturnMoney(order=ORDER, payment=receipt.payment, refund=refund, amount=amount, currency=receipt.currency)


def returned(amount: int, waived: int = 0, refund: str = "r1", receipt: Receipt = PAID) -> MoneyReturned:
    return MoneyReturned(
        order=ORDER,
        payment=receipt.payment,
        refund=refund,
        amount=amount,
        currency=receipt.currency,
        waived=waived,
    )


def task(reason: Attention, receipt: Receipt = PAID, amount: int | None = None) -> OrderNeedsAttention:
    return OrderNeedsAttention(order=ORDER, task=Task(reason=reason, receipt=receipt, amount=amount))


# On invoice


def test_an_order_is_confirmed_on_invoice_and_owes_its_total() -> None:
    held = order(BY_ANN, RESERVED, invoice_prefix="PC-")
    confirmed = held.when(CONFIRM).then(ON_INVOICE, ASKED)
    assert confirmed.row(Order, ORDER).owed == 200
    confirmed.when(CONFIRM).nothing()


@pytest.mark.parametrize(
    ("events", "terms", "code", "values"),
    [
        ([BY_ANN, RESERVED], {}, "no_invoices", {}),
        ([BY_ANN, FREE], {"invoice_prefix": "PC-"}, "nothing_to_pay", {}),
        ([BY_ANN, RESERVED, STARTED], {"invoice_prefix": "PC-"}, "payment_initiated", {"payment": P1}),
        ([RESERVED], {"invoice_prefix": "PC-"}, "registrant_missing", {}),
        ([BY_ANN, RESERVED, EXPIRED], {"invoice_prefix": "PC-"}, "order_expired", {}),
    ],
)
def test_an_invoice_needs_a_conference_that_gives_one_and_an_order_to_pay(
    events: list[Any], terms: dict[str, Any], code: str, values: dict[str, Any]
) -> None:
    order(*events, **terms).when(CONFIRM).refused(code, **values)


def test_an_order_without_seats_is_not_confirmed_on_invoice() -> None:
    order(BY_ANN, replace(DENIED, total=100), invoice_prefix="PC-").when(CONFIRM).refused("no_seats_granted")


def test_an_address_is_asked_for() -> None:
    order(BY_ANN, RESERVED, invoice_prefix="PC-").when(replace(CONFIRM, address=" ")).refused(
        "invalid_field", field="address", rule="too_short", least=1
    )


def test_an_invoice_is_given_once_for_an_order_that_was_paid_otherwise() -> None:
    asked = paid(invoice_prefix="PC-").when(REQUEST).then(ASKED)
    asked.when(REQUEST).nothing()
    paid().when(REQUEST).refused("no_invoices")
    order(BY_ANN, RESERVED, invoice_prefix="PC-").when(REQUEST).refused("order_not_confirmed")


def test_an_invoice_is_addressed_to_whoever_ordered() -> None:
    """Their name stands on it: under another's key it would outlive their erasure."""
    bo = PersonId("bo")
    held = order(BY_ANN, RESERVED, invoice_prefix="PC-")
    held.when(replace(CONFIRM, registrant=bo)).refused("changed_meanwhile", fields=["registrant"])
    paid(invoice_prefix="PC-").when(replace(REQUEST, registrant=bo)).refused("changed_meanwhile", fields=["registrant"])


def test_there_is_no_invoice_of_what_was_all_given_back() -> None:
    paid(returned(200, waived=200), invoice_prefix="PC-").when(REQUEST).refused("nothing_to_pay")


def test_an_invoice_may_be_paid_in_parts() -> None:
    first, second = transfer(80), transfer(120, "t2")
    part = on_invoice().when(receive(first)).then(MoneyReceived(order=ORDER, receipt=first))
    assert part.row(Order, ORDER).owed == 120
    whole = part.when(receive(second)).then(MoneyReceived(order=ORDER, receipt=second), OrderPaid(order=ORDER))
    assert (whole.row(Order, ORDER).owed, whole.row(Order, ORDER).paid_by) == (0, second)
    third = transfer(5, "t3")
    whole.when(receive(third)).then(MoneyReceived(order=ORDER, receipt=third), task(Attention.PAID_TWICE, third))


def test_what_is_paid_beyond_an_invoice_is_to_be_refunded() -> None:
    much = transfer(250)
    state = on_invoice().when(receive(much))
    state.then(MoneyReceived(order=ORDER, receipt=much), OrderPaid(order=ORDER), task(Attention.WRONG_AMOUNT, much, 50))
    other = transfer(200, currency="USD")
    on_invoice().when(receive(other)).then(
        MoneyReceived(order=ORDER, receipt=other), task(Attention.WRONG_AMOUNT, other)
    )


# Seats cancelled


def credit(*positions: int) -> CreditSeats:
    return CreditSeats(order=ORDER, positions=positions, seats={VIP: len(positions)})


def credited(left: int, *positions: int) -> SeatsCredited:
    return SeatsCredited(
        order=ORDER,
        positions=positions,
        seats={VIP: len(positions)},
        lines=(line(VIP, left, left),),
        uses=(),
        amount=100 * len(positions),
        total=100 * left,
    )


def test_a_cancelled_seat_that_was_paid_for_is_to_be_refunded_once() -> None:
    state = paid().when(credit(1)).then(credited(1, 1), task(Attention.SEATS_CANCELLED, amount=100))
    assert state.row(Order, ORDER).owed == 0
    state.when(credit(1)).nothing()
    paid(CANCELLED).when(credit(1)).nothing()


def test_a_cancelled_seat_that_was_not_paid_for_is_no_longer_owed() -> None:
    state = on_invoice().when(credit(0)).then(credited(1, 0))
    assert state.row(Order, ORDER).owed == 100
    state.when(credit(1)).then(credited(0, 1))
    half = MoneyReceived(order=ORDER, receipt=transfer(100))
    on_invoice(half).when(credit(0)).then(credited(1, 0), OrderPaid(order=ORDER))


def test_a_refund_of_seats_takes_the_newest_money_first() -> None:
    first, second = transfer(80), replace(transfer(120, "t2"), payment=P1)
    received = [MoneyReceived(order=ORDER, receipt=one) for one in (first, second)]
    state = on_invoice(*received, OrderPaid(order=ORDER))
    both = state.when(credit(0, 1))
    both.then(credited(0, 0, 1), task(Attention.SEATS_CANCELLED, second), task(Attention.SEATS_CANCELLED, first))


def test_seats_bought_with_a_discount_are_credited_at_their_price_and_the_uses_return() -> None:
    half = Code(terms=CodeTerms(percentage=5_000, quota=1), used=0)
    use = Use(code="HALF", seats={VIP: 1})
    placed = replace(PLACED, codes=("HALF",), uses=(use,))
    lines = (replace(line(VIP, 2, 2), reduction=50),)
    reserved = OrderReserved(order=ORDER, lines=lines, total=150, uses=(use,))
    receipt = replace(PAID, amount=150)
    state = given(
        order_rules.decider,
        placed,
        BY_ANN,
        reserved,
        MoneyReceived(order=ORDER, receipt=receipt),
        OrderConfirmed(order=ORDER, paid_by=receipt),
        rows={**sales(), **put(half, "HALF")},
    )
    one_left = state.when(credit(0)).state
    row = one_left.row(Order, ORDER)
    assert (row.total, row.lines[0].reduction, row.tasks[0].to_refund) == (75, 25, 75)
    assert one_left.row(Code, "HALF").used == 1
    none_left = one_left.when(credit(1)).state
    assert (none_left.row(Order, ORDER).total, none_left.row(Code, "HALF").used) == (0, 0)


def test_seats_of_other_types_are_not_credited() -> None:
    lines = (line(VIP, 1, 1), line(DAY, 1, 1))
    state = order(BY_ANN, replace(RESERVED, lines=lines), STARTED, RECEIVED, CONFIRMED)
    event = state.when(credit(0)).events[0]
    assert event.lines == (line(VIP, 0, 0), line(DAY, 1, 1))


# Money given back


def test_a_refund_does_what_its_task_asks_for_and_is_counted_once() -> None:
    late = task(Attention.LATE)
    state = order(RESERVED, EXPIRED, RECEIVED, late)
    given_back = state.when(give_back(200)).then(returned(200), TaskResolved(order=ORDER, task=late.task))
    assert (given_back.row(Order, ORDER).kept, given_back.row(Order, ORDER).owed) == (0, 0)
    given_back.when(give_back(200)).nothing()


def test_a_refund_of_a_part_leaves_a_task_for_the_rest() -> None:
    late = task(Attention.LATE)
    state = order(RESERVED, EXPIRED, RECEIVED, late)
    state.when(give_back(150)).then(
        returned(150), TaskResolved(order=ORDER, task=late.task), task(Attention.LATE, amount=50)
    )


def test_a_refund_of_one_of_two_seats_leaves_the_task_for_the_other() -> None:
    """The tasks look alike: the same money, the same amount."""
    alike = task(Attention.SEATS_CANCELLED, amount=100)
    state = paid(credited(1, 0), alike, credited(0, 1), alike)
    first = state.when(give_back(100)).then(returned(100), TaskResolved(order=ORDER, task=alike.task))
    assert (first.row(Order, ORDER).tasks, first.row(Order, ORDER).owed) == ((alike.task,), 0)
    again = first.when(give_back(100, "r2"))
    second = again.then(returned(100, refund="r2"), TaskResolved(order=ORDER, task=alike.task))
    assert (second.row(Order, ORDER).tasks, second.row(Order, ORDER).owed) == ((), 0)


def test_a_task_that_is_resolved_again_takes_no_other_with_it() -> None:
    late, other = task(Attention.LATE), task(Attention.WRONG_AMOUNT, transfer(10))
    resolved = TaskResolved(order=ORDER, task=late.task)
    state = order(RESERVED, EXPIRED, RECEIVED, late, other, resolved, resolved)
    assert state.row(Order, ORDER).tasks == (other.task,)


def test_money_given_back_without_a_task_is_no_longer_owed() -> None:
    state = paid().when(give_back(30)).then(returned(30, waived=30))
    assert state.row(Order, ORDER).owed == 0
    cancelled = state.when(CancelOrder(order=ORDER)).then(CANCELLED, task(Attention.CANCELLED, amount=170))
    assert cancelled.row(Order, ORDER).kept == 0


def test_a_refund_of_other_money_leaves_the_task_alone() -> None:
    late = task(Attention.LATE)
    other = transfer(10)
    order(RESERVED, EXPIRED, RECEIVED, late).when(give_back(10, receipt=other)).then(returned(10, receipt=other))


def test_what_is_to_be_refunded_already_is_not_asked_for_again() -> None:
    state = paid(credited(1, 1), task(Attention.SEATS_CANCELLED, amount=100))
    state.when(CancelOrder(order=ORDER)).then(CANCELLED, task(Attention.CANCELLED, amount=100))
    twice = transfer(200, "t9")
    again = paid(MoneyReceived(order=ORDER, receipt=twice), task(Attention.PAID_TWICE, twice))
    again.when(CancelOrder(order=ORDER)).then(CANCELLED, attention(Attention.CANCELLED))


def test_money_in_another_currency_is_not_refunded_for_the_order() -> None:
    other = transfer(200, currency="USD")
    state = paid(MoneyReceived(order=ORDER, receipt=other), task(Attention.WRONG_AMOUNT, other))
    state.when(CancelOrder(order=ORDER)).then(CANCELLED, attention(Attention.CANCELLED))


# Seats asked for again

LATE = task(Attention.LATE)
RECLAIMED = SeatsReclaimed(order=ORDER, receipt=PAID)


def test_an_organizer_has_late_money_pay_for_its_seats_after_all() -> None:
    lost = order(BY_ANN, RESERVED, STARTED, EXPIRED, RECEIVED, RECLAIMED, LATE)
    again = lost.when(ReseatOrder(order=ORDER, task=LATE.task)).then(RECLAIMED)
    again.when(MarkSeatsReserved(order=ORDER, granted={VIP: 1})).refused("no_seats_left")
    done = again.when(MarkSeatsReserved(order=ORDER, granted={VIP: 2}))
    state = done.then(CONFIRMED, TaskResolved(order=ORDER, task=LATE.task))
    assert (state.row(Order, ORDER).state, state.row(Order, ORDER).owed) == (OrderState.CONFIRMED, 0)
    state.when(ReseatOrder(order=ORDER, task=LATE.task)).refused("task_is_done")


def test_only_late_money_of_the_right_amount_can_have_its_seats_again() -> None:
    wrong, part = task(Attention.LATE, replace(PAID, amount=10)), task(Attention.LATE, amount=150)
    for state, asked in (
        (paid(CANCELLED, attention(Attention.CANCELLED)), attention(Attention.CANCELLED)),
        (order(RESERVED, EXPIRED, wrong), wrong),
        (order(RESERVED, LATE), LATE),
        (order(RESERVED, EXPIRED, RECEIVED, part), part),
    ):
        state.when(ReseatOrder(order=ORDER, task=asked.task)).refused("cannot_reseat")


def test_late_money_is_not_confirmed_with_a_discount_that_others_used_up() -> None:
    use = Use(code="HALF", seats={VIP: 2})
    half = Code(terms=CodeTerms(percentage=5_000, quota=2), used=0)
    lines = (replace(line(VIP, 2, 2), reduction=100),)
    events = [
        replace(PLACED, codes=("HALF",), uses=(use,)),
        OrderReserved(order=ORDER, lines=lines, total=100, uses=(use,)),
        EXPIRED,
        RECEIVED,
        RECLAIMED,
    ]
    rows = {**sales(), **put(half, "HALF")}
    late = given(order_rules.decider, *events, rows=rows)
    assert late.row(Code, "HALF").used == 0
    again = late.when(MarkSeatsReserved(order=ORDER, granted={VIP: 2})).then(CONFIRMED)
    assert again.row(Code, "HALF").used == 2
    gone = replace(half, used=1)
    late.memory.update(put(gone, "HALF"))
    late.when(MarkSeatsReserved(order=ORDER, granted={VIP: 2})).then(LATE)


def test_an_organizer_may_settle_a_matter_otherwise() -> None:
    state = order(BY_ANN, PARTLY, EXPIRED, RECEIVED, LATE)
    state.when(ResolveTask(order=ORDER, task=LATE.task)).then(TaskResolved(order=ORDER, task=LATE.task))
    state.when(ResolveTask(order=ORDER, task=Task(reason=Attention.LATE, receipt=transfer(1)))).nothing()
    state.at(later(days=1)).when(ResolveTask(order=OrderId("other"), task=LATE.task)).refused(
        "unknown_order", order="other"
    )


def test_money_that_the_organizer_keeps_pays_the_invoice() -> None:
    early = task(Attention.WRONG_AMOUNT, transfer(250))
    received = MoneyReceived(order=ORDER, receipt=early.task.receipt)
    resolve = ResolveTask(order=ORDER, task=early.task)
    resolved = TaskResolved(order=ORDER, task=early.task)
    state = order(BY_ANN, RESERVED, received, early, ON_INVOICE, ASKED, invoice_prefix="PC-")
    assert state.row(Order, ORDER).owed == 200
    state.when(resolve).then(resolved, OrderPaid(order=ORDER))
    other = task(Attention.WRONG_AMOUNT, transfer(250, currency="USD"))
    foreign = order(
        BY_ANN, RESERVED, replace(received, receipt=other.task.receipt), other, ON_INVOICE, invoice_prefix="PC-"
    )
    foreign.when(ResolveTask(order=ORDER, task=other.task)).then(replace(resolved, task=other.task))


def test_what_an_organizer_chose_to_keep_is_not_refunded_with_the_seats() -> None:
    twice = transfer(200, "t9")
    second = task(Attention.PAID_TWICE, twice)
    kept = paid(MoneyReceived(order=ORDER, receipt=twice), second)
    state = kept.when(ResolveTask(order=ORDER, task=second.task)).state
    state.when(credit(1)).then(credited(1, 1), task(Attention.SEATS_CANCELLED, twice, 100))
    state.when(CancelOrder(order=ORDER)).then(CANCELLED, task(Attention.CANCELLED, twice))
