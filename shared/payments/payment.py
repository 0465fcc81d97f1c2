"""Third-party payment: what the provider's signed callbacks say about one attempt to pay.

Callbacks repeat, come late and in the wrong order. What they say happened: it is recorded whatever it contradicts,
and each capture is counted once, by the provider's own reference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import assert_never

from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, key, members, put
from shared.kernel.ids import OrderId, PaymentId
from shared.kernel.messages import message, row, value

# Commands


@message("payments.initiate_payment")
class InitiatePayment:
    payment: PaymentId
    order: OrderId
    amount: int
    currency: str


@message("payments.cancel_payment")
class CancelPayment:
    payment: PaymentId


@message("payments.record_capture")
class RecordCapture:
    payment: PaymentId
    reference: str
    """The provider's own name of the capture."""
    amount: int
    currency: str
    order: OrderId | None = None
    """What the provider says that it is for; None where it does not say."""


@message("payments.record_rejection")
class RecordRejection:
    payment: PaymentId


Command = InitiatePayment | CancelPayment | RecordCapture | RecordRejection

# Events


@message("payments.payment_initiated")
class PaymentInitiated:
    payment: PaymentId
    order: OrderId
    amount: int
    currency: str


@message("payments.payment_cancelled")
class PaymentCancelled:
    payment: PaymentId
    order: OrderId


@message("payments.payment_captured")
class PaymentCaptured:
    """The amount that was asked for, as long as it was asked for."""

    payment: PaymentId
    order: OrderId
    reference: str
    amount: int
    currency: str


class Surprise(StrEnum):
    """What was not expected of a capture."""

    WRONG_AMOUNT = "wrong_amount"
    WRONG_CURRENCY = "wrong_currency"
    WRONG_ORDER = "wrong_order"
    """The provider says that the money is for another order."""
    SECOND_CAPTURE = "second_capture"
    AFTER_CANCELLATION = "after_cancellation"
    AFTER_REJECTION = "after_rejection"


@message("payments.unexpected_capture")
class UnexpectedCapture:
    """Money all the same. What it is good for, the order says."""

    payment: PaymentId
    order: OrderId
    reference: str
    amount: int
    currency: str
    surprise: Surprise


@message("payments.unknown_payment_captured")
class UnknownPaymentCaptured:
    """Money of which only the provider knows what it is for."""

    payment: PaymentId
    reference: str
    amount: int
    currency: str


@message("payments.capture_repeated")
class CaptureRepeated:
    """The same capture again: no more money."""

    payment: PaymentId
    reference: str


@message("payments.payment_rejected")
class PaymentRejected:
    payment: PaymentId
    order: OrderId


@message("payments.rejection_ignored")
class RejectionIgnored:
    """The payment was over already, or is unknown."""

    payment: PaymentId


Event = (
    PaymentInitiated
    | PaymentCancelled
    | PaymentCaptured
    | UnexpectedCapture
    | UnknownPaymentCaptured
    | CaptureRepeated
    | PaymentRejected
    | RejectionIgnored
)

# State


class PaymentState(StrEnum):
    INITIATED = "initiated"
    CAPTURED = "captured"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """Nobody here asked for it; there is nothing but its captures."""


@value
class Capture:
    reference: str
    amount: int
    currency: str


@row("payments.payments")
class Payment:
    order: OrderId | None
    amount: int
    currency: str
    state: PaymentState
    captures: tuple[Capture, ...] = ()


# Rules


def needs(command: Command, found: Found) -> Iterable[Key]:
    yield key(Payment, command.payment)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    id, payment = command.payment, found.get(Payment, command.payment)
    match command:
        case InitiatePayment(order=order, amount=amount, currency=currency):
            if payment is None:
                return [PaymentInitiated(payment=id, order=order, amount=amount, currency=currency)]
            asked = Payment(order=order, amount=amount, currency=currency, state=PaymentState.INITIATED)
            if payment == asked:
                return []
            raise Rejected("payment_exists", payment=id)
        case CancelPayment():
            if payment is None or payment.order is None:
                raise Rejected("unknown_payment", payment=id)
            if payment.state == PaymentState.CAPTURED:
                raise Rejected("payment_captured", payment=id)
            is_open = payment.state == PaymentState.INITIATED
            return [PaymentCancelled(payment=id, order=payment.order)] if is_open else []
        case RecordCapture():
            return [_capture(command, payment)]
        case RecordRejection():
            if payment is None or payment.order is None or payment.state != PaymentState.INITIATED:
                return [RejectionIgnored(payment=id)]
            return [PaymentRejected(payment=id, order=payment.order)]
        case _:
            assert_never(command)


def _capture(
    command: RecordCapture, payment: Payment | None
) -> PaymentCaptured | UnexpectedCapture | UnknownPaymentCaptured | CaptureRepeated:
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
    if payment.state == PaymentState.CANCELLED:
        return Surprise.AFTER_CANCELLATION
    return Surprise.AFTER_REJECTION if payment.state == PaymentState.REJECTED else None


def evolve(found: Found, event: Event) -> Changes:
    payment = found.get(Payment, event.payment)
    match event:
        case PaymentInitiated(order=order, amount=amount, currency=currency):
            return put(
                Payment(order=order, amount=amount, currency=currency, state=PaymentState.INITIATED), event.payment
            )
        case CaptureRepeated() | RejectionIgnored():
            return {}
        case UnknownPaymentCaptured(currency=currency):
            unknown = payment or Payment(order=None, amount=0, currency=currency, state=PaymentState.UNKNOWN)
            return put(_with_capture(unknown, event), event.payment)
        case _:
            pass
    assert payment is not None, "every other event follows its initiation"
    match event:
        case PaymentCaptured() | UnexpectedCapture():
            captured = _with_capture(payment, event)
            return put(replace(captured, state=PaymentState.CAPTURED), event.payment)
        case PaymentCancelled():
            return put(replace(payment, state=PaymentState.CANCELLED), event.payment)
        case PaymentRejected():
            return put(replace(payment, state=PaymentState.REJECTED), event.payment)
        case _:
            assert_never(event)


def _with_capture(payment: Payment, event: PaymentCaptured | UnexpectedCapture | UnknownPaymentCaptured) -> Payment:
    capture = Capture(reference=event.reference, amount=event.amount, currency=event.currency)
    return replace(payment, captures=(*payment.captures, capture))


decider: Decider[Command, Event] = Decider(
    name="payments",
    commands=members(Command),
    events=members(Event),
    rows=(Payment,),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
