"""Payment: its commands, its events and its state. The rules are in `payment_rules.py`.

Money comes through a provider, whose signed callbacks say so, or by hand: a bank transfer, cash, a card terminal.
"""

from enum import StrEnum

from shared.kernel.ids import OrderId, PaymentId
from shared.kernel.messages import message, row, value


class Method(StrEnum):
    """How money comes. Registration has its own, in the same words."""

    PROVIDER = "provider"
    TRANSFER = "transfer"
    CASH = "cash"
    TERMINAL = "terminal"


@value
class Capture:
    reference: str
    amount: int
    currency: str


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


@message("payments.record_payment")
class RecordPayment:
    """Money that came without the provider."""

    payment: PaymentId
    order: OrderId
    method: Method
    amount: int
    currency: str


@message("payments.disown_payment")
class DisownPayment:
    """From the process: there is no such order."""

    payment: PaymentId


@message("payments.check_refunds")
class CheckRefunds:
    """From the process, before the money pays for something after all: refused while some of it is on its way back."""

    payment: PaymentId


@message("payments.check_payment")
class CheckPayment:
    """A deadline: whether a callback is missing."""

    payment: PaymentId
    attempt: int
    """Counts from 1."""


@message("payments.request_refund")
class RequestRefund:
    refund: str
    payment: PaymentId
    amount: int
    currency: str | None = None
    """None for that of the payment's first capture."""


@message("payments.record_refund")
class RecordRefund:
    """Money went back: the provider did it, asked or not, or somebody paid it out by hand."""

    refund: str
    payment: PaymentId
    amount: int
    currency: str
    reference: str = ""
    """The provider's own name of it. Empty where it was paid out by hand: then the refund's id stands for it."""


@message("payments.record_refund_failure")
class RecordRefundFailure:
    """A refund that was asked for was not made, or came back."""

    refund: str
    payment: PaymentId
    code: str


Command = (
    InitiatePayment
    | CancelPayment
    | RecordCapture
    | RecordRejection
    | RecordPayment
    | DisownPayment
    | CheckRefunds
    | CheckPayment
    | RequestRefund
    | RecordRefund
    | RecordRefundFailure
)

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
    REFUND_RETURNED = "refund_returned"
    """A refund that was paid out came back."""


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


@message("payments.payment_recorded")
class PaymentRecorded:
    """Money without the provider. The reference is made here, from all that was recorded."""

    payment: PaymentId
    order: OrderId
    reference: str
    method: Method
    amount: int
    currency: str
    recorded_as: PaymentId | None = None
    """The id that it came with, where another payment had that already; then the reference is this one's id, too."""


@message("payments.payment_repeated")
class PaymentRepeated:
    """The same money again: no more of it."""

    payment: PaymentId


@message("payments.payment_disowned")
class PaymentDisowned:
    """It was recorded for an order that there is not: money of which nobody here knows what it is for."""

    payment: PaymentId
    order: OrderId
    captures: tuple[Capture, ...]


@message("payments.no_money_recorded")
class NoMoneyRecorded:
    """A payment or a refund of nothing, or of less: not counted."""

    payment: PaymentId
    amount: int
    currency: str


@message("payments.payment_check_due")
class PaymentCheckDue:
    payment: PaymentId
    attempt: int


@message("payments.refund_requested")
class RefundRequested:
    payment: PaymentId
    order: OrderId | None
    refund: str
    amount: int
    currency: str
    method: Method


@message("payments.refund_paid")
class RefundPaid:
    """Money went back, each time under a refund's id of its own."""

    payment: PaymentId
    order: OrderId | None
    refund: str
    amount: int
    currency: str
    method: Method
    reference: str
    is_unexpected: bool
    """Not asked for like this, or more than there was to give back."""


@message("payments.refund_repeated")
class RefundRepeated:
    """The same refund again: no more money."""

    payment: PaymentId
    refund: str
    reference: str


@message("payments.refund_failed")
class RefundFailed:
    """Its amount may be asked for again."""

    payment: PaymentId
    order: OrderId | None
    refund: str
    amount: int
    currency: str
    code: str


@message("payments.refund_failure_ignored")
class RefundFailureIgnored:
    """The failure was known already, or the refund is not."""

    payment: PaymentId
    refund: str
    code: str


Event = (
    PaymentInitiated
    | PaymentCancelled
    | PaymentCaptured
    | UnexpectedCapture
    | UnknownPaymentCaptured
    | CaptureRepeated
    | PaymentRejected
    | RejectionIgnored
    | PaymentRecorded
    | PaymentRepeated
    | PaymentDisowned
    | NoMoneyRecorded
    | PaymentCheckDue
    | RefundRequested
    | RefundPaid
    | RefundRepeated
    | RefundFailed
    | RefundFailureIgnored
)

# State


class PaymentState(StrEnum):
    INITIATED = "initiated"
    CAPTURED = "captured"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """Nobody here asked for it; there is nothing but its captures."""


class RefundState(StrEnum):
    REQUESTED = "requested"
    PAID = "paid"
    FAILED = "failed"


@value
class Refund:
    id: str
    amount: int
    currency: str
    state: RefundState
    reference: str = ""
    """Empty until it is paid."""


@row("payments.payments", version=2)
class Payment:
    order: OrderId | None
    amount: int
    currency: str
    state: PaymentState
    captures: tuple[Capture, ...] = ()
    method: Method = Method.PROVIDER
    refunds: tuple[Refund, ...] = ()
    """Those that failed after those that were asked for before."""

    def refundable(self, currency: str, *, beside: str = "") -> int:
        """What came in this currency and neither went back nor is to, `beside` a refund; below 0 if too much went."""
        came = sum(one.amount for one in self.captures if one.currency == currency)
        return came - sum(
            one.amount
            for one in self.refunds
            if one.currency == currency and one.state is not RefundState.FAILED and one.id != beside
        )
