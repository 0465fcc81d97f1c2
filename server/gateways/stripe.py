"""Stripe: a Checkout Session for each payment, refunds of its PaymentIntent, and the signed webhooks of both.

The PaymentIntent's id is the reference of the capture, wherever it is heard of. Nothing that Stripe says is logged
but its ids and codes: the rest may be about a person.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

import stripe
import structlog
from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from server.gateways.payments import (
    Charge,
    Checkout,
    Fact,
    Notice,
    ProviderAway,
    ProviderRefused,
    RefundWanted,
)
from server.gateways.signing import TOLERANCE
from server.gateways.stripe_units import from_units, to_units
from shared.kernel.codec import RawJson, Undecodable, from_builtins, from_json
from shared.kernel.ids import OrderId, PaymentId
from shared.kernel.messages import value
from shared.payments.payment import RecordCapture, RecordRefund, RecordRefundFailure, RecordRejection

log = structlog.get_logger()

T = TypeVar("T")

API_VERSION: Final = "2026-10-28.endive"
"""What the adapter was written for. An endpoint for webhooks is made with the same."""
_RETRIES: Final = 1
# Stripe takes a session that is open from half an hour to a day.
_OPEN_LEAST: Final = timedelta(minutes=31)
_OPEN_MOST: Final = timedelta(hours=23)
_STEP_S: Final = 1800
_SIGNATURE: Final = "stripe-signature"
_PAID: Final = ("checkout.session.completed", "checkout.session.async_payment_succeeded")
_OVER: Final = ("checkout.session.async_payment_failed", "checkout.session.expired")
_REFUNDS: Final = ("refund.created", "refund.updated", "refund.failed")
_FOR_A_HUMAN: Final = ("charge.dispute.created", "charge.dispute.closed")


@value
class _Session:
    id: str
    status: str | None = None
    payment_status: str = "unpaid"
    amount_total: int | None = None
    currency: str | None = None
    payment_intent: str | None = None
    url: str | None = None
    metadata: dict[str, str] | None = None


@value
class _Intent:
    id: str
    amount_received: int
    currency: str
    metadata: dict[str, str] | None = None


@value
class _Refund:
    id: str
    amount: int = 0
    currency: str = ""
    status: str | None = None
    failure_reason: str | None = None
    payment_intent: _Intent | str | None = None
    metadata: dict[str, str] | None = None


@value
class _Part:
    object: RawJson


@value
class _Event:
    id: str
    type: str
    data: _Part


_Told = tuple[Mapping[str, str], Fact]
"""A fact with our ids of what it is about."""


class Stripe:
    """Stripe as a payment provider. `key` is a secret or restricted key of one account."""

    def __init__(self, key: str, webhook_secret: str, *, url: str, timeout_s: float = 10.0) -> None:
        stripe.enable_telemetry = False
        self._webhook_secret = webhook_secret
        self._api = stripe.StripeClient(
            key,
            stripe_version=API_VERSION,
            base_addresses={"api": url.rstrip("/")},
            http_client=stripe.RequestsClient(timeout=timeout_s),
            max_network_retries=_RETRIES,
        ).v1

    def start(self, charge: Charge, *, expires_at: datetime, now: datetime) -> Checkout:
        """A Checkout Session with one line. It is closed when the order's time is over, which may be before its own."""
        until = _open_until(expires_at, now)
        ours = {"conference": charge.conference, "order": charge.order, "payment": charge.payment}
        wanted: SessionCreateParams = {
            "mode": "payment",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": charge.currency.lower(),
                        "unit_amount": to_units(charge.amount, charge.currency),
                        "product_data": {"name": charge.description},
                    },
                }
            ],
            "metadata": ours,
            "payment_intent_data": {"metadata": ours, "description": charge.description},
            "success_url": charge.return_url,
            "cancel_url": charge.way_out,
            "expires_at": until,
        }
        # Stripe refuses a key that comes with other parameters, so what changes with time is part of it.
        key = f"start:{charge.conference}:{charge.payment}:{until}"
        made = _asked(lambda: self._api.checkout.sessions.create(wanted, {"idempotency_key": key}))
        session = _read(_Session, made)
        if session.url is None:
            raise ProviderAway
        return Checkout(reference=session.id, url=session.url)

    def read(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Sequence[Notice] | None:
        """What an event says; nothing if it is not about a payment of ours. None unless Stripe signed it lately."""
        if not self._is_signed(body, headers.get(_SIGNATURE, ""), now):
            return None
        try:
            return self._notices(from_json(_Event, body))
        except Undecodable as error:
            log.error("an event of Stripe has another form", detail=error.detail)
            raise

    def ask(self, payment: str, reference: str) -> Sequence[Fact]:
        """What became of the session; nothing while it is open, or its money is on the way."""
        session = self._session(reference)
        if session is None:
            return ()
        if session.status == "expired":
            return (RecordRejection(payment=PaymentId(payment)),)
        return _facts(_captures(session))

    def close(self, payment: str, reference: str) -> Sequence[Fact]:  # noqa: ARG002 - Stripe has its own name for it
        """Expire the session; the answer is the capture if it came before."""
        try:
            _asked(lambda: self._api.checkout.sessions.expire(reference))
        except ProviderRefused:  # it is over already
            session = self._session(reference)
            return () if session is None else _facts(_captures(session))
        return ()

    def refund(self, wanted: RefundWanted) -> Sequence[Fact]:
        """Refund the PaymentIntent in whole or in part. Stripe's own end of a slow one comes as an event."""
        code = "nothing_captured"
        # Stripe forgets an idempotency key after a day, and a call may come again later than that.
        for make in (self._known_refund, self._new_refund):
            for capture in wanted.captures:
                try:
                    refund = make(wanted, capture)
                except ProviderRefused as refusal:  # of this capture everything went back already, or it is none
                    code = refusal.code
                    continue
                if refund is not None:
                    return _facts(_ends(refund))
        log.warning("a refund was refused", refund=wanted.refund, code=code)
        return [RecordRefundFailure(refund=wanted.refund, payment=PaymentId(wanted.payment), code=code)]

    def _notices(self, event: _Event) -> Sequence[Notice]:
        kind, thing = event.type, event.data.object
        told: Sequence[_Told] = ()
        if kind in _PAID:
            told = _captures(from_json(_Session, thing))
        elif kind in _OVER:
            told = _rejection(from_json(_Session, thing))
        elif kind == "payment_intent.succeeded":
            intent = from_json(_Intent, thing)
            told = _capture(intent.metadata, intent.id, amount=intent.amount_received, currency=intent.currency)
        elif kind in _REFUNDS:
            # How it is now: an event may come late, and one that succeeded may have failed since.
            told = _ends(self._refund_of_now(from_json(_Refund, thing).id))
        elif kind in _FOR_A_HUMAN:
            log.error("a dispute at Stripe needs attention", stripe_event=event.id, type=kind)
        return [Notice(conference=ours["conference"], fact=fact) for ours, fact in told]

    def _refund_of_now(self, id: str) -> _Refund:
        """The refund with its PaymentIntent, which says what it is for."""
        return _read(_Refund, _asked(lambda: self._api.refunds.retrieve(id, {"expand": ["payment_intent"]})))

    def _session(self, reference: str) -> _Session | None:
        try:
            return _read(_Session, _asked(lambda: self._api.checkout.sessions.retrieve(reference)))
        except ProviderRefused as refusal:
            log.warning("Stripe does not know a session", reference=reference, code=refusal.code)
            return None

    def _known_refund(self, wanted: RefundWanted, capture: str) -> _Refund | None:
        listed = _asked(lambda: self._api.refunds.list({"payment_intent": capture, "limit": 100}))
        for one in listed.data:
            refund = _read(_Refund, one)
            if (refund.metadata or {}).get("refund") == wanted.refund:
                return refund
        return None

    def _new_refund(self, wanted: RefundWanted, capture: str) -> _Refund:
        asked: RefundCreateParams = {
            "payment_intent": capture,
            "amount": to_units(wanted.amount, wanted.currency),
            "metadata": {"conference": wanted.conference, "payment": wanted.payment, "refund": wanted.refund},
        }
        key = f"refund:{wanted.conference}:{wanted.payment}:{wanted.refund}:{capture}"
        return _read(_Refund, _asked(lambda: self._api.refunds.create(asked, {"idempotency_key": key})))

    def _is_signed(self, body: bytes, header: str, now: datetime) -> bool:
        """Whether Stripe signed this near now. By our clock: the SDK's check of the time is left out."""
        if not header.isascii():
            return False
        try:
            stripe.WebhookSignature.verify_header(body, header, self._webhook_secret)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            return False
        # The first, which is the one that was signed: whoever plays a recording again may add another.
        signed_at = next(part[1] for part in (one.split("=", 2) for one in header.split(",")) if part[0] == "t")
        return abs(now.timestamp() - int(signed_at)) <= TOLERANCE.total_seconds()


def _facts(told: Sequence[_Told]) -> Sequence[Fact]:
    return [fact for _, fact in told]


def _open_until(expires_at: datetime, now: datetime) -> int:
    """When a session ends by itself, in Unix seconds: the same for a while, so that a repeated request is the same."""
    wanted = min(max(expires_at, now + _OPEN_LEAST), now + _OPEN_MOST)
    return -(-int(wanted.timestamp()) // _STEP_S) * _STEP_S


def _asked(ask: Callable[[], T]) -> T:
    """The answer of Stripe; ProviderRefused where another try would end alike, else ProviderAway."""
    try:
        return ask()
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        raise ProviderRefused(error.code or "invalid_request") from None
    except stripe.StripeError as error:
        log.warning(
            "Stripe did not do it",
            error=type(error).__name__,
            status=error.http_status,
            code=error.code,
            request=error.request_id,
        )
        raise ProviderAway from None


def _read(kind: type[T], thing: stripe.StripeObject) -> T:
    try:
        return from_builtins(kind, thing.to_dict())
    except Undecodable as error:
        log.error("Stripe answered in another form", detail=error.detail)
        raise ProviderAway from None


def _captures(session: _Session) -> Sequence[_Told]:
    """The money of a session, as soon as it is there: a slow method completes the session before."""
    if session.payment_status != "paid" or session.payment_intent is None:
        return []
    amount, currency = session.amount_total or 0, session.currency or ""
    return _capture(session.metadata, session.payment_intent, amount=amount, currency=currency)


def _capture(metadata: Mapping[str, str] | None, reference: str, *, amount: int, currency: str) -> Sequence[_Told]:
    ours, name = _ours(metadata), currency.upper()
    if ours is None:
        return []
    order = ours.get("order")
    capture = RecordCapture(
        payment=PaymentId(ours["payment"]),
        reference=reference,
        amount=from_units(amount, name),
        currency=name,
        order=None if order is None else OrderId(order),
    )
    return [(ours, capture)]


def _rejection(session: _Session) -> Sequence[_Told]:
    ours = _ours(session.metadata)
    return [] if ours is None else [(ours, RecordRejection(payment=PaymentId(ours["payment"])))]


def _ends(refund: _Refund) -> Sequence[_Told]:
    """How a refund ended; one that was made at Stripe by hand is known by Stripe's name of it."""
    intent = refund.payment_intent
    ours = _ours(refund.metadata) or _ours(intent.metadata if isinstance(intent, _Intent) else None)
    if ours is None:
        return []
    id, payment = ours.get("refund", refund.id), PaymentId(ours["payment"])
    if refund.status == "succeeded":
        currency = refund.currency.upper()
        amount = from_units(refund.amount, currency)
        paid = RecordRefund(refund=id, payment=payment, amount=amount, currency=currency, reference=refund.id)
        return [(ours, paid)]
    if refund.status in ("failed", "canceled"):
        return [(ours, RecordRefundFailure(refund=id, payment=payment, code=refund.failure_reason or refund.status))]
    return []


def _ours(metadata: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """The ids that we gave it, None if it was not begun here: an account may take other payments, too."""
    given = metadata or {}
    return given if all(name in given for name in ("conference", "payment")) else None
