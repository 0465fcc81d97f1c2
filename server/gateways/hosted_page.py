"""A provider whose page takes the charge in its URL, signed; `server/gateways/processor.py` is one.

Both sides sign what they say with the secret that they share.
"""

import base64
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, assert_never
from urllib.parse import urlencode

from server.gateways.payments import (
    Charge,
    Checkout,
    Fact,
    Notice,
    ProviderAway,
    RefundWanted,
)
from server.gateways.signing import HEADER, is_signed, sign
from shared.kernel.codec import Undecodable, from_json, to_json
from shared.kernel.ids import OrderId, PaymentId
from shared.kernel.messages import value
from shared.payments.payment import RecordCapture, RecordRefund, RecordRefundFailure, RecordRejection

_TIMEOUT_S: Final = 10.0


class Result(StrEnum):
    CAPTURED = "captured"
    REJECTED = "rejected"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"


@value
class Callback:
    """What became of a payment or of a refund. `reference` is the provider's id of the capture, attempt or refund."""

    payment: str
    order: str
    result: Result
    amount: int
    currency: str
    reference: str
    refund: str | None = None
    """Our id of the refund, where it is about one."""


@value
class Question:
    """The server asks about a payment, or asks for it to be closed."""

    payment: str


class HostedPage:
    """The provider as the server sees it. A payment that was never shown to anybody is not known there yet."""

    def __init__(self, url: str, key: bytes) -> None:
        self._url = url.rstrip("/")
        self._key = key

    def start(self, charge: Charge, *, expires_at: datetime, now: datetime) -> Checkout:  # noqa: ARG002
        """Nothing is sent to the provider yet: it learns of the payment when its page is opened."""
        document = to_json(charge)
        query = {"charge": base64.urlsafe_b64encode(document).decode(), "signature": sign(self._key, document, now)}
        return Checkout(reference=charge.payment, url=f"{self._url}/pay?{urlencode(query)}")

    def read(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Sequence[Notice] | None:
        """What the callback says if the provider signed it lately, else None."""
        if not is_signed(self._key, body, headers.get(HEADER, ""), now):
            return None
        try:
            callback = from_json(Callback, body)
        except Undecodable:
            return None
        return [Notice(conference=None, fact=_fact(callback))]

    def ask(self, payment: str, reference: str) -> Sequence[Fact]:  # noqa: ARG002 - it has our name for it
        """What became of the payment; nothing while nobody decided."""
        return self._post("status", Question(payment=payment))

    def close(self, payment: str, reference: str) -> Sequence[Fact]:  # noqa: ARG002
        """The page takes no decision any more; the answer is the capture if it came before."""
        return [one for one in self._post("close", Question(payment=payment)) if isinstance(one, RecordCapture)]

    def refund(self, wanted: RefundWanted) -> Sequence[Fact]:
        """The provider takes it on and tells the end in a callback; it may know at once that it cannot."""
        return self._post("refunds", wanted)

    def _post(self, path: str, question: Question | RefundWanted) -> Sequence[Fact]:
        body = to_json(question)
        headers = {HEADER: sign(self._key, body, datetime.now(UTC)), "Content-Type": "application/json"}
        asked = urllib.request.Request(f"{self._url}/{path}", body, headers)  # noqa: S310 - the operator's own URL
        try:
            with urllib.request.urlopen(asked, timeout=_TIMEOUT_S) as answer:  # noqa: S310
                said, signature = answer.read(), answer.headers.get(HEADER, "")
            if not is_signed(self._key, said, signature, datetime.now(UTC)):
                raise ProviderAway
            return [_fact(one) for one in from_json(list[Callback], said)]
        except (OSError, Undecodable) as error:
            raise ProviderAway from error


def _fact(callback: Callback) -> Fact:
    payment = PaymentId(callback.payment)
    match callback.result:
        case Result.CAPTURED:
            return RecordCapture(
                payment=payment,
                reference=callback.reference,
                amount=callback.amount,
                currency=callback.currency,
                order=OrderId(callback.order),
            )
        case Result.REJECTED:
            return RecordRejection(payment=payment)
        case Result.REFUNDED:
            return RecordRefund(
                refund=callback.refund or callback.reference,
                payment=payment,
                amount=callback.amount,
                currency=callback.currency,
                reference=callback.reference,
            )
        case Result.REFUND_FAILED:
            return RecordRefundFailure(refund=callback.refund or callback.reference, payment=payment, code="refused")
        case _:
            assert_never(callback.result)
