"""Payments: callbacks repeat, come late, in the wrong order or not at all, and no money is lost."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from shared.kernel.ids import OrderId, PaymentId
from shared.payments import payment_rules as payments
from shared.payments.payment import (
    CancelPayment,
    CaptureRepeated,
    CheckPayment,
    DisownPayment,
    InitiatePayment,
    Method,
    NoMoneyRecorded,
    Payment,
    PaymentCancelled,
    PaymentCaptured,
    PaymentCheckDue,
    PaymentDisowned,
    PaymentInitiated,
    PaymentRecorded,
    PaymentRejected,
    PaymentRepeated,
    PaymentState,
    RecordCapture,
    RecordPayment,
    RecordRejection,
    RejectionIgnored,
    Surprise,
    UnexpectedCapture,
    UnknownPaymentCaptured,
)
from tests.spec import given

P1, ORDER = PaymentId("payment-1"), OrderId("order-1")
INITIATE = InitiatePayment(payment=P1, order=ORDER, amount=200, currency="EUR")
INITIATED = PaymentInitiated(payment=P1, order=ORDER, amount=200, currency="EUR")
CAPTURE = RecordCapture(payment=P1, reference="c1", amount=200, currency="EUR")
CAPTURED = PaymentCaptured(payment=P1, order=ORDER, reference="c1", amount=200, currency="EUR")
REJECTED = PaymentRejected(payment=P1, order=ORDER)
CANCELLED = PaymentCancelled(payment=P1, order=ORDER)
UNKNOWN = UnknownPaymentCaptured(payment=P1, reference="c1", amount=200, currency="EUR")


def unexpected(capture: RecordCapture, surprise: Surprise) -> UnexpectedCapture:
    return UnexpectedCapture(
        payment=P1,
        order=ORDER,
        reference=capture.reference,
        amount=capture.amount,
        currency=capture.currency,
        surprise=surprise,
    )


def test_a_payment_is_initiated_once() -> None:
    state = given(payments.decider).when(INITIATE).then(INITIATED)
    state.when(INITIATE).nothing()
    state.when(replace(INITIATE, amount=1)).refused("payment_exists", payment=P1)


def test_a_payment_that_is_over_is_not_initiated_again() -> None:
    for over in (CANCELLED, REJECTED, CAPTURED):
        given(payments.decider, INITIATED, over).when(INITIATE).refused("payment_exists", payment=P1)


def test_a_capture_is_counted_once() -> None:
    state = given(payments.decider, INITIATED).when(CAPTURE).then(CAPTURED)
    repeated = state.when(CAPTURE).then(CaptureRepeated(payment=P1, reference="c1"))
    assert len(repeated.row(Payment, P1).captures) == 1


@pytest.mark.parametrize(
    ("events", "capture", "surprise"),
    [
        ([], replace(CAPTURE, amount=199), Surprise.WRONG_AMOUNT),
        ([], replace(CAPTURE, currency="USD"), Surprise.WRONG_CURRENCY),
        ([], replace(CAPTURE, order=OrderId("another")), Surprise.WRONG_ORDER),
        ([CAPTURED], replace(CAPTURE, reference="c2"), Surprise.SECOND_CAPTURE),
        ([CANCELLED], CAPTURE, Surprise.AFTER_CANCELLATION),
        ([REJECTED], CAPTURE, Surprise.AFTER_REJECTION),
    ],
)
def test_an_unexpected_capture_is_recorded_as_money(
    events: Sequence[Any], capture: RecordCapture, surprise: Surprise
) -> None:
    state = given(payments.decider, INITIATED, *events).when(capture).then(unexpected(capture, surprise))
    assert state.row(Payment, P1).state == PaymentState.CAPTURED


def test_a_capture_of_a_payment_that_nobody_asked_for_is_recorded() -> None:
    state = given(payments.decider).when(CAPTURE).then(UNKNOWN)
    state.when(CAPTURE).then(CaptureRepeated(payment=P1, reference="c1"))
    again = state.when(replace(CAPTURE, reference="c2")).then(replace(UNKNOWN, reference="c2"))
    assert len(again.row(Payment, P1).captures) == 2
    again.when(RecordRejection(payment=P1)).then(RejectionIgnored(payment=P1))
    again.when(CancelPayment(payment=P1)).refused("unknown_payment", payment=P1)


def test_a_payment_is_rejected_only_while_it_is_open() -> None:
    state = given(payments.decider, INITIATED).when(RecordRejection(payment=P1)).then(REJECTED)
    state.when(RecordRejection(payment=P1)).then(RejectionIgnored(payment=P1))
    for over in ([INITIATED, CAPTURED], [INITIATED, CANCELLED], []):
        given(payments.decider, *over).when(RecordRejection(payment=P1)).then(RejectionIgnored(payment=P1))


def test_a_payment_is_cancelled_only_while_it_is_open() -> None:
    cancel = CancelPayment(payment=P1)
    given(payments.decider, INITIATED).when(cancel).then(CANCELLED).when(cancel).nothing()
    given(payments.decider, INITIATED, REJECTED).when(cancel).nothing()
    given(payments.decider, INITIATED, CAPTURED).when(cancel).refused("payment_captured", payment=P1)
    given(payments.decider).when(cancel).refused("unknown_payment", payment=P1)


SCRIPTS = st.lists(
    st.one_of(
        st.sampled_from([INITIATE, CancelPayment(payment=P1), RecordRejection(payment=P1)]),
        st.builds(
            RecordCapture,
            payment=st.just(P1),
            reference=st.sampled_from(["c1", "c2", "c3"]),
            amount=st.sampled_from([200, 199]),
            currency=st.sampled_from(["EUR", "USD"]),
        ),
    ),
    max_size=12,
)


@for_all(script=SCRIPTS)
def test_every_capture_is_kept_once_after_any_script(script: list[Any]) -> None:
    state = given(payments.decider)
    seen: dict[str, int] = {}
    for command in script:
        state = state.when(command).state
        if isinstance(command, RecordCapture):
            seen.setdefault(command.reference, command.amount)
        payment = state.memory.get(Payment, P1)
        assert seen == {one.reference: one.amount for one in (payment.captures if payment else ())}


# Money without the provider

CASH = RecordPayment(payment=P1, order=ORDER, method=Method.CASH, amount=200, currency="EUR")


def test_money_without_the_provider_is_recorded_once() -> None:
    outcome = given(payments.decider).when(CASH)
    reference = outcome.events[0].reference
    state = outcome.then(
        PaymentRecorded(payment=P1, order=ORDER, reference=reference, method=Method.CASH, amount=200, currency="EUR")
    )
    row = state.row(Payment, P1)
    assert (row.state, row.method, len(row.captures)) == (PaymentState.CAPTURED, Method.CASH, 1)
    state.when(CASH).then(PaymentRepeated(payment=P1))
    state.when(CancelPayment(payment=P1)).refused("payment_captured", payment=P1)
    state.when(INITIATE).refused("payment_exists", payment=P1)


@pytest.mark.parametrize(
    "other",
    [
        replace(CASH, amount=100),
        replace(CASH, currency="USD"),
        replace(CASH, method=Method.TERMINAL),
        replace(CASH, order=OrderId("another")),
    ],
)
@pytest.mark.parametrize("first", [CASH, INITIATE, CAPTURE, RecordRejection(payment=P1)])
def test_other_money_under_a_known_id_counts_as_a_payment_of_its_own_and_once(first: Any, other: RecordPayment) -> None:
    before = given(payments.decider).when(first).state
    outcome = before.when(other)
    (recorded,) = outcome.events
    assert isinstance(recorded, PaymentRecorded)
    is_new = before.memory.get(Payment, P1) is None
    assert recorded.recorded_as == (None if is_new else P1)
    assert (recorded.payment == P1) is is_new
    row = outcome.state.row(Payment, recorded.payment)
    assert (row.order, row.method) == (other.order, other.method)
    assert [(one.amount, one.currency) for one in row.captures] == [(other.amount, other.currency)]
    assert is_new or outcome.state.memory.get(Payment, P1) == before.memory.get(Payment, P1)
    outcome.state.when(other).then(PaymentRepeated(payment=P1))


def test_a_payment_of_nothing_is_no_money() -> None:
    for amount in (0, -200):
        state = given(payments.decider).when(replace(CASH, amount=amount))
        state.then(NoMoneyRecorded(payment=P1, amount=amount, currency="EUR")).lacks(Payment, P1)


def test_money_for_an_order_that_there_is_not_is_kept_and_still_known_when_it_is_told_again() -> None:
    recorded = given(payments.decider).when(CASH).state
    captures = recorded.row(Payment, P1).captures
    disown = DisownPayment(payment=P1)
    state = recorded.when(disown).then(PaymentDisowned(payment=P1, order=ORDER, captures=captures))
    assert (state.row(Payment, P1).order, state.row(Payment, P1).captures) == (None, captures)
    state.when(disown).nothing()
    state.when(CASH).then(PaymentRepeated(payment=P1))
    other = state.when(replace(CASH, order=OrderId("another")))
    assert isinstance(other.events[0], PaymentRecorded)
    given(payments.decider).when(disown).refused("unknown_payment", payment=P1)


# Missing callbacks


def test_a_payment_of_which_nothing_came_is_asked_after() -> None:
    check, due = CheckPayment(payment=P1, attempt=2), PaymentCheckDue(payment=P1, attempt=2)
    for events in ([INITIATED], [INITIATED, CANCELLED], [INITIATED, REJECTED]):
        given(payments.decider, *events).when(check).then(due)
    for over in ([INITIATED, CAPTURED], [INITIATED, CANCELLED, CAPTURED], [UNKNOWN]):
        given(payments.decider, *over).when(check).nothing()
    given(payments.decider).when(check).refused("unknown_payment", payment=P1)
