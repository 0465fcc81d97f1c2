"""The local payment processor: a third party of its own process, page and port. It stands in for a real provider.

    python -m server.gateways.processor

It behaves like one: the charge comes signed, the browser is sent back at once, and the result is told by a signed
callback, which comes twice on purpose and again and again while the server is away. Refunds are told alike.
"""

import asyncio
import base64
import contextlib
import secrets
import urllib.request
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar
from urllib.error import HTTPError

import structlog
import typer
import uvicorn
from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from server.gateways.hosted_page import Callback, Question, Result
from server.gateways.payments import Charge, RefundWanted
from server.gateways.signing import HEADER, is_signed, sign
from server.settings import Settings
from shared.kernel.codec import Undecodable, from_json, to_json
from shared.kernel.money import Money

log = structlog.get_logger()

T = TypeVar("T")

_TIMES: Final = 2  # a real provider promises at least once; here the server has to cope every time
_WAIT_MOST_S: Final = 30.0
_OPEN_FOR: Final = timedelta(days=1)  # a registrant may look for their card first
_NOT_SIGNED: Final = PlainTextResponse("This is not signed by the server.", 401)
_pages: Final = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)


@dataclass(slots=True)
class _Account:
    """What happened to one payment: its first callback, and those of its refunds by our ids."""

    callback_url: str
    decided: Callback
    refunds: dict[str, Callback] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """What there is to give back."""
        captured = self.decided.amount if self.decided.result is Result.CAPTURED else 0
        return captured - sum(one.amount for one in self.refunds.values() if one.result is Result.REFUNDED)


class Processor:
    """What it decided, by payment, and the callbacks that are under way. All in memory: a restart forgets."""

    def __init__(self, key: bytes, *, first_wait_s: float = 0.5) -> None:
        self._key = key
        self._first_wait_s = first_wait_s
        self._accounts: dict[str, _Account] = {}
        self._closed: set[str] = set()
        self._sending: set[asyncio.Task[None]] = set()

    async def show(self, request: Request) -> Response:
        """The page with the two buttons."""
        charge = self._charge(request.query_params)
        if charge is None:
            return PlainTextResponse("This payment link is not genuine, or too old.", 400)
        page = _pages.get_template("pay.html").render(
            description=charge.description,
            amount=Money(amount=charge.amount, currency=charge.currency),
            done=self._end_of(charge.payment),
            return_url=charge.return_url,
            way_out=charge.way_out,
            charge=request.query_params["charge"],
            signature=request.query_params["signature"],
        )
        return HTMLResponse(page)

    async def decide(self, request: Request) -> Response:
        """Either button: the browser goes back at once, the callback goes its own way."""
        async with request.form() as form:
            charge = self._charge(form)
            result = str(form.get("result"))
        if charge is None or result not in (Result.CAPTURED, Result.REJECTED):
            return PlainTextResponse("This payment link is not genuine, or too old.", 400)
        if self._end_of(charge.payment) is None:
            callback = Callback(
                payment=charge.payment,
                order=charge.order,
                result=Result(result),
                amount=charge.amount,
                currency=charge.currency,
                reference=_reference(),
            )
            self._accounts[charge.payment] = _Account(charge.callback_url, callback)
            self._start(self._tell(charge.callback_url, to_json(callback)))
        return RedirectResponse(charge.return_url, 303)

    async def status(self, request: Request) -> Response:
        """The server asks what became of a payment; nothing while nobody decided, or if it was never shown here."""
        question = await self._asked(request, Question)
        if question is None:
            return _NOT_SIGNED
        return self._answer(self._decided(question.payment))

    async def close(self, request: Request) -> Response:
        """The server wants no decision any more; the answer is the one that was made before."""
        question = await self._asked(request, Question)
        if question is None:
            return _NOT_SIGNED
        self._closed.add(question.payment)
        return self._answer(self._decided(question.payment))

    async def refund(self, request: Request) -> Response:
        """The server wants money to go back: once for each of its ids, and never more than there is."""
        wanted = await self._asked(request, RefundWanted)
        if wanted is None:
            return _NOT_SIGNED
        account = self._accounts.get(wanted.payment)
        if account is None or (account.left < wanted.amount and wanted.refund not in account.refunds):
            return self._answer([_refunded(wanted, Result.REFUND_FAILED)])
        if wanted.refund in account.refunds:
            return self._answer([account.refunds[wanted.refund]])
        callback = account.refunds[wanted.refund] = _refunded(wanted, Result.REFUNDED)
        self._start(self._tell(account.callback_url, to_json(callback)))
        return self._answer([])

    def _end_of(self, payment: str) -> str | None:
        account = self._accounts.get(payment)
        if account is not None:
            return account.decided.result
        return "closed" if payment in self._closed else None

    def _decided(self, payment: str) -> list[Callback]:
        account = self._accounts.get(payment)
        return [] if account is None else [account.decided]

    async def _asked(self, request: Request, kind: type[T]) -> T | None:
        body = await request.body()
        if not is_signed(self._key, body, request.headers.get(HEADER, ""), datetime.now(UTC)):
            return None
        try:
            return from_json(kind, body)
        except Undecodable:
            return None

    def _answer(self, told: list[Callback]) -> Response:
        body = to_json(told)
        return Response(body, headers={HEADER: sign(self._key, body, datetime.now(UTC))}, media_type="application/json")

    def _charge(self, fields: Any) -> Charge | None:
        try:
            document = base64.urlsafe_b64decode(str(fields.get("charge", "")))
            if not is_signed(
                self._key, document, str(fields.get("signature", "")), datetime.now(UTC), within=_OPEN_FOR
            ):
                return None
            return from_json(Charge, document)
        except (ValueError, Undecodable):
            return None

    def _start(self, sending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(sending)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _tell(self, url: str, body: bytes) -> None:
        for _ in range(_TIMES):
            wait_s = self._first_wait_s
            while not await asyncio.to_thread(self._post, url, body):
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, _WAIT_MOST_S)

    def _post(self, url: str, body: bytes) -> bool:
        """Whether the server took it. A refusal for good is given up, and logged for the provider's people."""
        headers = {HEADER: sign(self._key, body, datetime.now(UTC)), "Content-Type": "application/json"}
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10):  # noqa: S310 - signed by the server
                return True
        except HTTPError as error:
            log.warning("a callback was not taken", status=error.code)
            return error.code < 500 and error.code not in (408, 429)
        except OSError as error:
            log.warning("the server is away", error=type(error).__name__)
            return False

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Callbacks that are still to be sent end with the process."""
        yield
        for task in self._sending:
            task.cancel()


def _reference() -> str:
    return f"local-{secrets.token_hex(8)}"


def _refunded(wanted: RefundWanted, result: Result) -> Callback:
    return Callback(
        payment=wanted.payment,
        order="",
        result=result,
        amount=wanted.amount,
        currency=wanted.currency,
        reference=_reference(),
        refund=wanted.refund,
    )


def create_app(key: bytes, *, first_wait_s: float = 0.5) -> Starlette:
    """The processor as an ASGI application."""
    processor = Processor(key, first_wait_s=first_wait_s)
    routes = [
        Route("/pay", processor.show),
        Route("/decide", processor.decide, methods=["POST"]),
        Route("/status", processor.status, methods=["POST"]),
        Route("/close", processor.close, methods=["POST"]),
        Route("/refunds", processor.refund, methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=processor.lifespan)


def main(host: str = "127.0.0.1", port: Annotated[int, typer.Option(min=0, max=65535)] = 8001) -> None:
    """Run the local payment processor. It shares a secret with the server; see LANYARD_PAYMENT_SECRET."""
    uvicorn.run(create_app(Settings().payment_key()), host=host, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    typer.run(main)
