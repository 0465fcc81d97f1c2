"""A process that speaks Stripe's HTTP: forms in, JSON out, idempotency keys, error bodies, a page to pay on, webhooks.

It checks what Stripe checks of what we send, and it fails on demand. Webhooks are kept in `events` until somebody
delivers them, in whatever order and how often they like.
"""

import contextlib
import hashlib
import hmac
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY = "sk_test_invented"
WEBHOOK_SECRET = "whsec_invented"
VERSION = "2026-10-28.endive"


class Trouble(Enum):
    """What happens to a request."""

    ERROR_500 = auto()
    RATE_LIMIT = auto()
    DROPPED = auto()
    """Done, but the answer never arrives."""
    HANGS = auto()
    """No answer until `let_go`."""


class Refused(Exception):
    """An answer with Stripe's error body."""

    def __init__(self, status: int, kind: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(kind, code)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "param": param, "message": "Invented for a test."}}


@dataclass
class FakeStripe:
    """An account at Stripe."""

    clock: Callable[[], datetime]
    url: str = ""
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Method and path of every request."""
    troubles: deque[Trouble | None] = field(default_factory=deque)
    """What happens to the next requests."""
    least_amount: int = 50
    refunds_are: str = "succeeded"
    """The status that a new refund has."""
    meanwhile: Callable[[], None] | None = None
    """What somebody does while Stripe answers the next request."""
    let_go: threading.Event = field(default_factory=threading.Event)
    _answers: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # What the registrant does on Stripe's page

    def pay(self, page: str, **changed: Any) -> dict[str, Any]:
        """Pay what the page asks for; or another amount or currency, which Stripe would not do."""
        with self._lock:
            session = self._open(page)
            intent = self._captured(session, changed)
            session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent["id"], **changed}
            self._tell("payment_intent.succeeded", intent)
            self._tell("checkout.session.completed", session)
        return session

    def promise(self, page: str) -> dict[str, Any]:
        """Pay by a method that takes days, such as a debit."""
        with self._lock:
            session = self._open(page) | {"status": "complete"}
            self.sessions[session["id"]] = session
            self._tell("checkout.session.completed", session)
        return session

    def keep_promise(self, session: dict[str, Any]) -> None:
        with self._lock:
            intent = self._captured(session, {})
            session |= {"payment_status": "paid", "payment_intent": intent["id"]}
            self._tell("checkout.session.async_payment_succeeded", session)

    def break_promise(self, session: dict[str, Any]) -> None:
        self._tell("checkout.session.async_payment_failed", session)

    def run_out(self, page: str) -> None:
        """The session's time is over."""
        with self._lock:
            self._expire(self._open(page)["id"])

    # What happens in the dashboard and at banks

    def refund_by_hand(self, intent: str, amount: int) -> dict[str, Any]:
        return self._refund({"payment_intent": intent, "amount": str(amount)})

    def settle(self, refund: str, status: str) -> None:
        """A refund succeeds or fails, maybe long after it was made."""
        with self._lock:
            self.refunds[refund]["status"] = status
            if status == "failed":
                self.refunds[refund]["failure_reason"] = "lost_or_stolen_card"
            self._tell("refund.failed" if status == "failed" else "refund.updated", self.refunds[refund])

    def dispute(self, intent: str) -> None:
        self._tell("charge.dispute.created", {"id": "dp_1", "object": "dispute", "payment_intent": intent})

    def delivery(self, event: dict[str, Any], *, secret: str = WEBHOOK_SECRET) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a webhook, signed now."""
        body = json.dumps(event).encode()
        return body, {"Stripe-Signature": signature(body, self.clock(), secret)}

    def told(self, kind: str) -> dict[str, Any]:
        """The last event of this type."""
        return next(one for one in reversed(self.events) if one["type"] == kind)

    def _tell(self, kind: str, thing: dict[str, Any]) -> None:
        event = {
            "id": f"evt_{len(self.events) + 1}",
            "object": "event",
            "api_version": VERSION,
            "created": int(self.clock().timestamp()),
            "livemode": False,
            "type": kind,
            "data": {"object": json.loads(json.dumps(thing))},
        }
        self.events.append(event)

    # The API

    def answer(self, method: str, path: str, form: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
        """What Stripe answers, or Refused."""
        if headers.get("authorization") != f"Bearer {KEY}":
            raise Refused(401, "invalid_request_error")
        assert headers["stripe-version"] == VERSION
        with self._lock:
            key = headers.get("idempotency-key")
            if method == "GET" or key is None:
                return self._do(method, path, form)
            assert len(key) <= 255
            asked = json.dumps([path, form], sort_keys=True)
            if key in self._answers:
                if self._answers[key][0] != asked:
                    raise Refused(400, "idempotency_error")
                return self._answers[key][1]
            done = json.loads(json.dumps(self._do(method, path, form)))
            self._answers[key] = (asked, done)
            return dict(done)

    def forget_keys(self) -> None:
        """A day passes."""
        self._answers.clear()

    def _do(self, method: str, path: str, form: dict[str, str]) -> dict[str, Any]:
        match method, path.removeprefix("/v1/").split("/"):
            case "POST", ["checkout", "sessions"]:
                return self._begin(form)
            case "GET", ["checkout", "sessions", id]:
                return _found(self.sessions, id)
            case "POST", ["checkout", "sessions", id, "expire"]:
                if _found(self.sessions, id)["status"] != "open":
                    raise Refused(400, "invalid_request_error")
                return self._expire(id)
            case "POST", ["refunds"]:
                return self._refund(form)
            case "GET", ["refunds"]:
                _found(self.intents, form["payment_intent"])
                listed = [one for one in self.refunds.values() if one["payment_intent"] == form["payment_intent"]]
                return {"object": "list", "url": "/v1/refunds", "has_more": False, "data": listed}
            case "GET", ["refunds", id]:
                refund = _found(self.refunds, id)
                if form.get("expand[0]") == "payment_intent":
                    return refund | {"payment_intent": self.intents[refund["payment_intent"]]}
                return refund
            case _:
                raise Refused(404, "invalid_request_error")

    def _begin(self, form: dict[str, str]) -> dict[str, Any]:
        assert form["mode"] == "payment"
        price = "line_items[0][price_data]"
        currency, amount = form[f"{price}[currency]"], int(form[f"{price}[unit_amount]"])
        assert re.fullmatch("[a-z]{3}", currency)
        assert form["line_items[0][quantity]"] == "1"
        assert form[f"{price}[product_data][name]"]
        assert all(urlsplit(form[name]).scheme in ("http", "https") for name in ("success_url", "cancel_url"))
        if amount < self.least_amount:
            raise Refused(400, "invalid_request_error", "amount_too_small")
        ends_in = datetime.fromtimestamp(int(form["expires_at"]), self.clock().tzinfo) - self.clock()
        if not timedelta(minutes=30) <= ends_in <= timedelta(hours=24):
            raise Refused(400, "invalid_request_error", param="expires_at")
        id = f"cs_test_{len(self.sessions) + 1}"
        session = self.sessions[id] = {
            "id": id,
            "object": "checkout.session",
            "amount_total": amount,
            "currency": currency,
            "cancel_url": form["cancel_url"],
            "customer_details": {"email": "payer@secret.example", "name": "Payer Secretname"},
            "expires_at": int(form["expires_at"]),
            "metadata": _nested(form, "metadata"),
            "intent_metadata": _nested(form, "payment_intent_data[metadata]"),
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "url": f"{self.url}/c/pay/{id}#fid",
        }
        return session

    def _expire(self, id: str) -> dict[str, Any]:
        self.sessions[id] |= {"status": "expired", "url": None}
        self._tell("checkout.session.expired", self.sessions[id])
        return self.sessions[id]

    def _open(self, page: str) -> dict[str, Any]:
        session = self.sessions[urlsplit(page).path.rpartition("/")[2]]
        assert session["status"] == "open", "the page says that the session is over"
        return session

    def _captured(self, session: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
        id = f"pi_{len(self.intents) + 1}"
        paid = session | changed
        intent = self.intents[id] = {
            "id": id,
            "object": "payment_intent",
            "status": "succeeded",
            "amount_received": paid["amount_total"],
            "currency": paid["currency"],
            "metadata": session["intent_metadata"],
            "receipt_email": "payer@secret.example",
        }
        return intent

    def _refund(self, form: dict[str, str]) -> dict[str, Any]:
        intent = _found(self.intents, form["payment_intent"])
        gone = sum(one["amount"] for one in self._refunds_of(intent["id"]) if one["status"] != "failed")
        amount = int(form["amount"])
        if gone >= intent["amount_received"]:
            raise Refused(400, "invalid_request_error", "charge_already_refunded")
        if gone + amount > intent["amount_received"]:
            raise Refused(400, "invalid_request_error", param="amount")
        id = f"re_{len(self.refunds) + 1}"
        refund = self.refunds[id] = {
            "id": id,
            "object": "refund",
            "amount": amount,
            "currency": intent["currency"],
            "status": self.refunds_are,
            "payment_intent": intent["id"],
            "metadata": _nested(form, "metadata"),
        }
        self._tell("refund.created", refund)
        return refund

    def _refunds_of(self, intent: str) -> list[dict[str, Any]]:
        return [one for one in self.refunds.values() if one["payment_intent"] == intent]


def signature(body: bytes, at: datetime, secret: str) -> str:
    """Stripe's header, made by its documentation and not by its SDK."""
    seconds = int(at.timestamp())
    mac = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={mac},v0=of-no-meaning"


def _nested(form: dict[str, str], name: str) -> dict[str, str]:
    return {key[len(name) + 1 : -1]: text for key, text in form.items() if key.startswith(f"{name}[")}


def _found(things: dict[str, dict[str, Any]], id: str) -> dict[str, Any]:
    if id not in things:
        raise Refused(404, "invalid_request_error", "resource_missing")
    return things[id]


@contextlib.contextmanager
def running_stripe(clock: Callable[[], datetime]) -> Iterator[FakeStripe]:
    """Stripe on a port of its own."""
    fake = FakeStripe(clock)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            self._answer("GET", address.path, dict(parse_qsl(address.query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            self._answer("POST", self.path, dict(parse_qsl(body)))

        def _answer(self, method: str, path: str, form: dict[str, str]) -> None:
            fake.asked.append(f"{method} {path}")
            trouble = fake.troubles.popleft() if fake.troubles else None
            if trouble is Trouble.ERROR_500:
                return self._send(500, {"error": {"type": "api_error", "message": "Invented."}})
            if trouble is Trouble.RATE_LIMIT:
                return self._send(429, {"error": {"type": "invalid_request_error", "code": "rate_limit"}})
            if trouble is Trouble.HANGS:
                fake.let_go.wait(20)
            if fake.meanwhile is not None:
                meanwhile, fake.meanwhile = fake.meanwhile, None
                meanwhile()
            try:
                status, body = 200, fake.answer(method, path, form, {k.lower(): v for k, v in self.headers.items()})
            except Refused as refused:
                status, body = refused.status, refused.body
            if trouble in (Trouble.DROPPED, Trouble.HANGS):
                self.close_connection = True
                return None
            return self._send(status, body)

        def _send(self, status: int, body: dict[str, Any]) -> None:
            document = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(document)))
            self.send_header("Request-Id", "req_invented")
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        fake.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        try:
            yield fake
        finally:
            fake.let_go.set()
            server.shutdown()
