"""What may be done with a payment, and what is recorded of it whatever it contradicts.

Callbacks repeat, come late and in the wrong order. Each capture and each refund is counted once, by its reference.
What is asked for never gives back more than came; what a fact says is counted even then, and called unexpected.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, assert_never

from shared.kernel import checks
from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, key, members, put
from shared.kernel.ids import PaymentId, derived_id
from shared.payments.payment import (
    CancelPayment,
    Capture,
    CaptureRepeated,
    CheckPayment,
    CheckRefunds,
    Command,
    DisownPayment,
    Event,
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
    RecordRefund,
    RecordRefundFailure,
    RecordRejection,
    Refund,
    RefundFailed,
    RefundFailureIgnored,
    RefundPaid,
    RefundRepeated,
    RefundRequested,
    RefundState,
    RejectionIgnored,
    RequestRefund,
    Surprise,
    UnexpectedCapture,
    UnknownPaymentCaptured,
)

# A payment and its refund are named together, with a colon between: see `Call` and `Mail` in the process.
_REFUND_ID: Final = re.compile(r"[^\s:]{1,100}")

MoneyCame = PaymentCaptured | UnexpectedCapture | UnknownPaymentCaptured


def needs(command: Command, found: Found) -> Iterable[Key]:
    yield key(Payment, command.payment)
    if isinstance(command, RecordPayment):
        yield key(Payment, _id_of_content(command))


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    id, payment = command.payment, found.get(Payment, command.payment)
    match command:
        case InitiatePayment():
            return _initiate(command, payment)
        case RecordCapture():
            return [_capture(command, payment)]
        case RecordRejection():
            if payment is None or payment.order is None or payment.state is not PaymentState.INITIATED:
                return [RejectionIgnored(payment=id)]
            return [PaymentRejected(payment=id, order=payment.order)]
        case RecordPayment():
            return [_record(command, payment, found)]
        case RecordRefund():
            return [_record_refund(command, payment)]
        case RecordRefundFailure():
            return [_record_refund_failure(command, payment)]
        case _:
            pass
    if payment is None:
        raise Rejected("unknown_payment", payment=id)
    match command:
        case CancelPayment():
            return _cancel(id, payment)
        case CheckRefunds():
            if any(one.state is RefundState.REQUESTED for one in payment.refunds):
                raise Rejected("refund_under_way", payment=id)
            return []
        case DisownPayment():
            if payment.order is None:
                return []
            return [PaymentDisowned(payment=id, order=payment.order, captures=payment.captures)]
        case CheckPayment(attempt=attempt):
            is_done = bool(payment.captures) or payment.order is None
            return [] if is_done else [PaymentCheckDue(payment=id, attempt=attempt)]
        case RequestRefund():
            return _request_refund(command, payment)
        case _:
            assert_never(command)


def _initiate(command: InitiatePayment, payment: Payment | None) -> Sequence[Event]:
    id, order, amount, currency = command.payment, command.order, command.amount, command.currency
    if payment is None:
        return [PaymentInitiated(payment=id, order=order, amount=amount, currency=currency)]
    if payment == Payment(order=order, amount=amount, currency=currency, state=PaymentState.INITIATED):
        return []
    raise Rejected("payment_exists", payment=id)


def _cancel(id: PaymentId, payment: Payment) -> Sequence[Event]:
    if payment.order is None:
        raise Rejected("unknown_payment", payment=id)
    if payment.state is PaymentState.CAPTURED:
        raise Rejected("payment_captured", payment=id)
    is_open = payment.state is PaymentState.INITIATED
    return [PaymentCancelled(payment=id, order=payment.order)] if is_open else []


# Money that comes


def _capture(command: RecordCapture, payment: Payment | None) -> MoneyCame | CaptureRepeated:
    id, reference, amount, currency = command.payment, command.reference, command.amount, command.currency
    if payment is not None and reference in (one.reference for one in payment.captures):
        return CaptureRepeated(payment=id, reference=reference)
    if payment is None or payment.order is None:
        return UnknownPaymentCaptured(payment=id, reference=reference, amount=amount, currency=currency)
    surprise = _surprise(command, payment)
    if surprise is None:
        return PaymentCaptured(payment=id, order=payment.order, reference=reference, amount=amount, currency=currency)
    return UnexpectedCapture(
        payment=id,
        order=payment.order,
        reference=reference,
        amount=amount,
        currency=currency,
        surprise=surprise,
    )


def _surprise(command: RecordCapture, payment: Payment) -> Surprise | None:
    if payment.captures:
        return Surprise.SECOND_CAPTURE
    if command.order not in (None, payment.order):
        return Surprise.WRONG_ORDER
    if command.currency != payment.currency:
        return Surprise.WRONG_CURRENCY
    if command.amount != payment.amount:
        return Surprise.WRONG_AMOUNT
    if payment.state is PaymentState.CANCELLED:
        return Surprise.AFTER_CANCELLATION
    return Surprise.AFTER_REJECTION if payment.state is PaymentState.REJECTED else None


def _record(
    command: RecordPayment, payment: Payment | None, found: Found
) -> PaymentRecorded | PaymentRepeated | NoMoneyRecorded:
    id, amount, currency = command.payment, command.amount, command.currency
    if amount <= 0:
        return NoMoneyRecorded(payment=id, amount=amount, currency=currency)
    own = _id_of_content(command)
    recorded = PaymentRecorded(
        payment=id, order=command.order, reference=own, method=command.method, amount=amount, currency=currency
    )
    if payment is None:
        return recorded
    if own in (one.reference for one in payment.captures) or found.get(Payment, own) is not None:
        return PaymentRepeated(payment=id)
    # Another payment under a known id is other money, and must count.
    return replace(recorded, payment=own, recorded_as=id)


def _id_of_content(command: RecordPayment) -> PaymentId:
    """The reference of what a device recorded: the same for the same, so that it counts once."""
    said = (command.payment, command.order, command.method, str(command.amount), command.currency)
    return PaymentId(derived_id(*said))


# Money that goes back


def _request_refund(command: RequestRefund, payment: Payment) -> Sequence[Event]:
    currency = command.currency or next((one.currency for one in payment.captures), payment.currency)
    for known in payment.refunds:
        if known.id == command.refund:
            if (known.amount, known.currency) == (command.amount, currency):
                return []
            raise Rejected("refund_exists", refund=command.refund)
    checks.pattern("refund", command.refund, _REFUND_ID, "invalid_value")
    most = max(0, payment.refundable(currency))
    if command.amount > most:
        raise Rejected("refund_too_large", most=most, currency=currency)
    checks.number("amount", command.amount, least=1, most=most)
    return [
        RefundRequested(
            payment=command.payment,
            order=payment.order,
            refund=command.refund,
            amount=command.amount,
            currency=currency,
            method=payment.method,
        )
    ]


def _record_refund(command: RecordRefund, payment: Payment | None) -> RefundPaid | RefundRepeated | NoMoneyRecorded:
    id, refund, amount, currency = command.payment, command.refund, command.amount, command.currency
    if amount <= 0:
        return NoMoneyRecorded(payment=id, amount=amount, currency=currency)
    reference = command.reference or refund
    refunds = {} if payment is None else {one.id: one for one in payment.refunds}
    if any(one.state is RefundState.PAID and one.reference == reference for one in refunds.values()):
        return RefundRepeated(payment=id, refund=refund, reference=reference)
    asked = refunds.get(refund)
    if asked is not None and asked.state is RefundState.PAID:
        # Paid out twice. The second time is a refund of its own, so that whoever counts by ids counts it, too.
        asked, refund = None, derived_id(refund, reference)
    is_as_asked = asked is not None and (asked.amount, asked.currency) == (amount, currency)
    left = 0 if payment is None else payment.refundable(currency, beside=refund)
    return RefundPaid(
        payment=id,
        order=None if payment is None else payment.order,
        refund=refund,
        amount=amount,
        currency=currency,
        method=Method.PROVIDER if payment is None else payment.method,
        reference=reference,
        is_unexpected=not is_as_asked or amount > left,
    )


def _record_refund_failure(
    command: RecordRefundFailure, payment: Payment | None
) -> RefundFailed | UnexpectedCapture | UnknownPaymentCaptured | RefundFailureIgnored:
    ignored = RefundFailureIgnored(payment=command.payment, refund=command.refund, code=command.code)
    if payment is None:
        return ignored
    refund = next((one for one in payment.refunds if one.id == command.refund), None)
    if refund is None or refund.state is RefundState.FAILED:
        return ignored
    if refund.state is RefundState.PAID:
        return _come_back(command.payment, payment, refund) or ignored
    return RefundFailed(
        payment=command.payment,
        order=payment.order,
        refund=refund.id,
        amount=refund.amount,
        currency=refund.currency,
        code=command.code,
    )


def _come_back(id: PaymentId, payment: Payment, refund: Refund) -> UnexpectedCapture | UnknownPaymentCaptured | None:
    """A refund that was paid and fails all the same is money that comes again; None if it did already."""
    reference = f"{refund.reference}:returned"
    if reference in (one.reference for one in payment.captures):
        return None
    if payment.order is None:
        return UnknownPaymentCaptured(payment=id, reference=reference, amount=refund.amount, currency=refund.currency)
    return UnexpectedCapture(
        payment=id,
        order=payment.order,
        reference=reference,
        amount=refund.amount,
        currency=refund.currency,
        surprise=Surprise.REFUND_RETURNED,
    )


# State


def evolve(found: Found, event: Event) -> Changes:
    id, payment = event.payment, found.get(Payment, event.payment)
    match event:
        case PaymentInitiated(order=order, amount=amount, currency=currency):
            return put(Payment(order=order, amount=amount, currency=currency, state=PaymentState.INITIATED), id)
        case PaymentRecorded(order=order, amount=amount, currency=currency, method=method):
            state = PaymentState.CAPTURED
            recorded = Payment(order=order, amount=amount, currency=currency, state=state, method=method)
            return put(_with_capture(recorded, event), id)
        case UnknownPaymentCaptured(currency=currency):
            return put(_with_capture(payment or _unknown(currency), event), id)
        case RefundPaid(currency=currency):
            return put(_with_refund(payment or _unknown(currency), event), id)
        case (
            CaptureRepeated()
            | RejectionIgnored()
            | PaymentRepeated()
            | NoMoneyRecorded()
            | PaymentCheckDue()
            | RefundRepeated()
            | RefundFailureIgnored()
        ):
            return {}
        case _:
            pass
    assert payment is not None, "every other event follows its initiation"
    match event:
        case PaymentCaptured() | UnexpectedCapture():
            return put(replace(_with_capture(payment, event), state=PaymentState.CAPTURED), id)
        case PaymentCancelled():
            return put(replace(payment, state=PaymentState.CANCELLED), id)
        case PaymentRejected():
            return put(replace(payment, state=PaymentState.REJECTED), id)
        case PaymentDisowned():
            return put(replace(payment, order=None, state=PaymentState.UNKNOWN), id)
        case RefundRequested() | RefundFailed():
            return put(_with_refund(payment, event), id)
        case _:
            assert_never(event)


def _unknown(currency: str) -> Payment:
    return Payment(order=None, amount=0, currency=currency, state=PaymentState.UNKNOWN)


def _with_capture(payment: Payment, event: MoneyCame | PaymentRecorded) -> Payment:
    capture = Capture(reference=event.reference, amount=event.amount, currency=event.currency)
    return replace(payment, captures=(*payment.captures, capture))


def _with_refund(payment: Payment, event: RefundRequested | RefundPaid | RefundFailed) -> Payment:
    """The refund as it is now: in its place, or at the end if it is new or failed."""
    now = Refund(
        id=event.refund,
        amount=event.amount,
        currency=event.currency,
        state=_REFUND_STATES[type(event)],
        reference=event.reference if isinstance(event, RefundPaid) else "",
    )
    is_known = any(one.id == now.id for one in payment.refunds)
    if is_known and now.state is RefundState.PAID:
        return replace(payment, refunds=tuple(now if one.id == now.id else one for one in payment.refunds))
    return replace(payment, refunds=(*(one for one in payment.refunds if one.id != now.id), now))


_REFUND_STATES: Final = {
    RefundRequested: RefundState.REQUESTED,
    RefundPaid: RefundState.PAID,
    RefundFailed: RefundState.FAILED,
}

decider: Decider[Command, Event] = Decider(
    name="payments",
    commands=members(Command),
    events=members(Event),
    rows=(Payment,),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
