"""Refunds: nothing is promised that did not come, and whatever went back is counted once."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from shared.kernel.ids import OrderId, PaymentId
from shared.payments import payment_rules as payments
from shared.payments.payment import (
    Method,
    NoMoneyRecorded,
    Payment,
    PaymentCaptured,
    PaymentInitiated,
    PaymentRecorded,
    PaymentState,
    RecordCapture,
    RecordPayment,
    RecordRefund,
    RecordRefundFailure,
    RefundFailed,
    RefundFailureIgnored,
    RefundPaid,
    RefundRepeated,
    RefundRequested,
    RefundState,
    RequestRefund,
    Surprise,
    UnexpectedCapture,
    UnknownPaymentCaptured,
)
from tests.spec import Given, given

P1, ORDER = PaymentId("payment-1"), OrderId("order-1")
INITIATED = PaymentInitiated(payment=P1, order=ORDER, amount=200, currency="EUR")
CAPTURED = PaymentCaptured(payment=P1, order=ORDER, reference="c1", amount=200, currency="EUR")
REQUEST = RequestRefund(refund="r1", payment=P1, amount=150)
REQUESTED = RefundRequested(payment=P1, order=ORDER, refund="r1", amount=150, currency="EUR", method=Method.PROVIDER)
REFUND = RecordRefund(refund="r1", payment=P1, amount=150, currency="EUR", reference="re1")
PAID = RefundPaid(
    payment=P1,
    order=ORDER,
    refund="r1",
    amount=150,
    currency="EUR",
    method=Method.PROVIDER,
    reference="re1",
    is_unexpected=False,
)
FAILURE = RecordRefundFailure(refund="r1", payment=P1, code="card_expired")
FAILED = RefundFailed(payment=P1, order=ORDER, refund="r1", amount=150, currency="EUR", code="card_expired")
IGNORED = RefundFailureIgnored(payment=P1, refund="r1", code="card_expired")


def paid() -> Given:
    return given(payments.decider, INITIATED, CAPTURED)


def states(state: Given) -> list[tuple[str, int, RefundState]]:
    return [(one.id, one.amount, one.state) for one in state.row(Payment, P1).refunds]


def test_a_refund_is_asked_for_once() -> None:
    state = paid().when(REQUEST).then(REQUESTED)
    state.when(REQUEST).nothing()
    state.when(replace(REQUEST, amount=1)).refused("refund_exists", refund="r1")
    state.when(replace(REQUEST, currency="USD")).refused("refund_exists", refund="r1")
    assert states(state) == [("r1", 150, RefundState.REQUESTED)]


@pytest.mark.parametrize("refund", ["", "a:b", "a b", "x" * 101])
def test_a_refund_has_an_id_that_can_be_named_behind_its_payments(refund: str) -> None:
    paid().when(replace(REQUEST, refund=refund)).refused("invalid_field", field="refund", rule="invalid_value")


def test_no_more_is_asked_for_than_came() -> None:
    paid().when(replace(REQUEST, amount=201)).refused("refund_too_large", most=200, currency="EUR")
    state = paid().when(REQUEST).then(REQUESTED)
    second = replace(REQUEST, refund="r2", amount=51)
    state.when(second).refused("refund_too_large", most=50, currency="EUR")
    state.when(REFUND).then(PAID).when(second).refused("refund_too_large", most=50, currency="EUR")
    state.when(replace(second, amount=50)).state.when(replace(second, refund="r3", amount=1)).refused(
        "refund_too_large", most=0, currency="EUR"
    )


def test_of_a_payment_without_money_nothing_is_refunded() -> None:
    given(payments.decider, INITIATED).when(REQUEST).refused("refund_too_large", most=0, currency="EUR")
    given(payments.decider).when(REQUEST).refused("unknown_payment", payment=P1)


@pytest.mark.parametrize("amount", [0, -1])
def test_a_refund_is_of_something(amount: int) -> None:
    paid().when(replace(REQUEST, amount=amount)).refused(
        "invalid_field", field="amount", rule="out_of_range", least=1, most=200
    )


def test_money_goes_back_in_the_currency_that_it_came_in() -> None:
    state = given(payments.decider, INITIATED)
    state = state.when(RecordCapture(payment=P1, reference="c1", amount=300, currency="USD")).state
    state.when(REQUEST).then(replace(REQUESTED, currency="USD"))
    state.when(replace(REQUEST, currency="EUR")).refused("refund_too_large", most=0, currency="EUR")


def test_money_of_which_nobody_knows_what_it_is_for_can_go_back() -> None:
    state = given(payments.decider, UnknownPaymentCaptured(payment=P1, reference="c1", amount=200, currency="EUR"))
    state = state.when(REQUEST).then(replace(REQUESTED, order=None))
    state.when(REFUND).then(replace(PAID, order=None))


def test_a_refund_that_was_made_is_counted_once() -> None:
    state = paid().when(REQUEST).then(REQUESTED).when(REFUND).then(PAID)
    repeated = RefundRepeated(payment=P1, refund="r1", reference="re1")
    state = state.when(REFUND).then(repeated)
    state = state.when(replace(REFUND, refund="other")).then(replace(repeated, refund="other"))
    assert states(state) == [("r1", 150, RefundState.PAID)]


def test_a_refund_by_hand_has_its_id_for_a_reference() -> None:
    cash = RecordPayment(payment=P1, order=ORDER, method=Method.CASH, amount=200, currency="EUR")
    state = given(payments.decider).when(cash).state.when(REQUEST).then(replace(REQUESTED, method=Method.CASH))
    by_hand = replace(REFUND, reference="")
    state = state.when(by_hand).then(replace(PAID, reference="r1", method=Method.CASH))
    state.when(by_hand).then(RefundRepeated(payment=P1, refund="r1", reference="r1"))


@pytest.mark.parametrize(
    "fact", [replace(REFUND, refund="r2", amount=50), replace(REFUND, amount=100), replace(REFUND, currency="USD")]
)
def test_a_refund_that_was_not_asked_for_like_this_is_counted_as_unexpected(fact: RecordRefund) -> None:
    state = paid().when(REQUEST).then(REQUESTED)
    wanted = replace(PAID, refund=fact.refund, amount=fact.amount, currency=fact.currency, is_unexpected=True)
    state.when(fact).then(wanted)


def test_a_refund_of_a_payment_that_nobody_knows_is_recorded() -> None:
    state = given(payments.decider).when(REFUND).then(replace(PAID, order=None, is_unexpected=True))
    assert state.row(Payment, P1).state == PaymentState.UNKNOWN
    state.when(replace(REQUEST, refund="r2")).refused("refund_too_large", most=0, currency="EUR")


def test_more_than_came_can_go_back_as_a_fact_and_then_nothing_is_promised() -> None:
    state = paid().when(replace(REFUND, amount=500)).then(replace(PAID, amount=500, is_unexpected=True))
    state.when(replace(REQUEST, refund="r2", amount=1)).refused("refund_too_large", most=0, currency="EUR")


def test_a_refund_that_is_paid_out_twice_counts_twice_each_with_its_own_id() -> None:
    state = paid().when(REQUEST).then(REQUESTED).when(REFUND).then(PAID)
    outcome = state.when(replace(REFUND, reference="re2"))
    (again,) = outcome.events
    assert again == replace(PAID, refund=again.refund, reference="re2", is_unexpected=True)
    assert again.refund != "r1"
    assert [amount for _, amount, _ in states(outcome.state)] == [150, 150]
    outcome.state.when(replace(REFUND, reference="re2")).then(RefundRepeated(payment=P1, refund="r1", reference="re2"))


def test_a_refund_of_nothing_is_no_money() -> None:
    paid().when(replace(REFUND, amount=0)).then(NoMoneyRecorded(payment=P1, amount=0, currency="EUR"))


def test_the_amount_of_a_refund_that_failed_is_free_again() -> None:
    state = paid().when(REQUEST).then(REQUESTED).when(FAILURE).then(FAILED)
    state.when(FAILURE).then(IGNORED)
    state.when(replace(REQUEST, refund="r2")).then(replace(REQUESTED, refund="r2"))


def test_a_refund_that_failed_may_be_made_after_all() -> None:
    failed = paid().when(REQUEST).then(REQUESTED).when(FAILURE).then(FAILED)
    failed.when(REFUND).then(PAID)
    refunded_otherwise = failed.when(replace(REQUEST, refund="r2")).state
    state = refunded_otherwise.when(REFUND).then(replace(PAID, is_unexpected=True))
    assert [one for one, _, _ in states(state)] == ["r1", "r2"]


def test_a_failure_of_a_refund_that_nobody_knows_is_told() -> None:
    paid().when(FAILURE).then(IGNORED)
    given(payments.decider).when(FAILURE).then(IGNORED)


def test_a_refund_that_was_paid_and_comes_back_is_money_again() -> None:
    state = paid().when(REQUEST).then(REQUESTED).when(REFUND).then(PAID)
    back = UnexpectedCapture(
        payment=P1,
        order=ORDER,
        reference="re1:returned",
        amount=150,
        currency="EUR",
        surprise=Surprise.REFUND_RETURNED,
    )
    state = state.when(FAILURE).then(back)
    state.when(FAILURE).then(IGNORED)
    state.when(replace(REQUEST, refund="r2", amount=201)).refused("refund_too_large", most=200, currency="EUR")


def test_a_refund_of_an_unknown_payment_that_comes_back_is_unknown_money() -> None:
    state = given(payments.decider).when(REFUND).state
    state.when(FAILURE).then(UnknownPaymentCaptured(payment=P1, reference="re1:returned", amount=150, currency="EUR"))


COMMANDS = st.one_of(
    st.builds(
        RequestRefund,
        refund=st.sampled_from(["r1", "r2", "r3"]),
        payment=st.just(P1),
        amount=st.integers(0, 250),
        currency=st.sampled_from([None, "EUR", "USD"]),
    ),
    st.builds(
        RecordRefund,
        refund=st.sampled_from(["r1", "r2", "r4"]),
        payment=st.just(P1),
        amount=st.integers(-1, 250),
        currency=st.sampled_from(["EUR", "USD"]),
        reference=st.sampled_from(["", "re1", "re2"]),
    ),
    st.builds(
        RecordRefundFailure, refund=st.sampled_from(["r1", "r2", "r4"]), payment=st.just(P1), code=st.just("lost")
    ),
    st.builds(
        RecordCapture,
        payment=st.just(P1),
        reference=st.sampled_from(["c1", "c2"]),
        amount=st.just(200),
        currency=st.sampled_from(["EUR", "USD"]),
    ),
    st.just(RecordPayment(payment=P1, order=ORDER, method=Method.CASH, amount=200, currency="EUR")),
)


@for_all(script=st.lists(COMMANDS, max_size=15), is_known=st.booleans())
def test_no_request_promises_what_is_not_there_and_ids_and_references_stand_once(
    script: list[Any],
    is_known: bool,  # noqa: FBT001 - drawn
) -> None:
    state = given(payments.decider, *([INITIATED] if is_known else []))
    for command in script:
        outcome = state.when(command)
        state = outcome.state
        for event in outcome.events:
            if isinstance(event, RefundRequested):
                assert state.row(Payment, P1).refundable(event.currency) >= 0
            if isinstance(event, PaymentRecorded):
                assert state.row(Payment, event.payment).captures
        for payment in state.memory.all(Payment).values():
            ids = [one.id for one in payment.refunds]
            references = [one.reference for one in payment.refunds if one.state is RefundState.PAID]
            assert len(set(ids)) == len(ids)
            assert len(set(references)) == len(references)
