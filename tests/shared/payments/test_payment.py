"""Third-party payment: callbacks repeat, come late and in the wrong order, and no money is lost."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from shared.kernel.ids import OrderId, PaymentId
from shared.payments import payment as payments
from shared.payments.payment import (
    CancelPayment,
    CaptureRepeated,
    InitiatePayment,
    Payment,
    PaymentCancelled,
    PaymentCaptured,
    PaymentInitiated,
    PaymentRejected,
    PaymentState,
    RecordCapture,
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
