"""The local payment processor: a third party of its own process, page and port. It stands in for a real provider.

    python -m server.gateways.processor

It behaves like one: the charge comes signed, the browser is sent back at once, and the result is told by a signed
callback, which comes twice on purpose and again and again while the server is away.
"""

import asyncio
import base64
import binascii
import contextlib
import secrets
import urllib.request
from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.error import HTTPError

import structlog
import typer
import uvicorn
from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from server.gateways.payments import Callback, Charge, Result
from server.gateways.signing import HEADER, is_signed, sign
from server.settings import Settings
from shared.kernel.codec import Undecodable, from_json, to_json
from shared.kernel.money import Money

log = structlog.get_logger()

_TIMES: Final = 2  # a real provider promises at least once; here the server has to cope every time
_WAIT_MOST_S: Final = 30.0
_OPEN_FOR: Final = timedelta(days=1)  # a registrant may look for their card first
_pages: Final = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)


class Processor:
    """What it decided, by payment, and the callbacks that are under way. All in memory: a restart forgets."""

    def __init__(self, key: bytes, *, first_wait_s: float = 0.5) -> None:
        self._key = key
        self._first_wait_s = first_wait_s
        self._results: dict[str, Result] = {}
        self._sending: set[asyncio.Task[None]] = set()

    async def show(self, request: Request) -> Response:
        """The page with the two buttons."""
        charge = self._charge(request.query_params)
        if charge is None:
            return PlainTextResponse("This payment link is not genuine, or too old.", 400)
        page = _pages.get_template("pay.html").render(
            description=charge.description,
            amount=Money(amount=charge.amount, currency=charge.currency),
            done=self._results.get(charge.payment),
            return_url=charge.return_url,
            charge=request.query_params["charge"],
            signature=request.query_params["signature"],
        )
        return HTMLResponse(page)

    async def decide(self, request: Request) -> Response:
        """Either button: the browser goes back at once, the callback goes its own way."""
        async with request.form() as form:
            charge = self._charge(form)
            result = str(form.get("result"))
        if charge is None or result not in list(Result):
            return PlainTextResponse("This payment link is not genuine, or too old.", 400)
        if charge.payment not in self._results:
            self._results[charge.payment] = Result(result)
            callback = Callback(
                payment=charge.payment,
                order=charge.order,
                result=Result(result),
                amount=charge.amount,
                currency=charge.currency,
                reference=f"local-{secrets.token_hex(8)}",
            )
            self._start(self._tell(charge.callback_url, to_json(callback)))
        return RedirectResponse(charge.return_url, 303)

    def _charge(self, fields: Any) -> Charge | None:
        try:
            document = base64.urlsafe_b64decode(str(fields.get("charge", "")))
            if not is_signed(
                self._key, document, str(fields.get("signature", "")), datetime.now(UTC), within=_OPEN_FOR
            ):
                return None
            return from_json(Charge, document)
        except (binascii.Error, Undecodable):
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


def create_app(key: bytes, *, first_wait_s: float = 0.5) -> Starlette:
    """The processor as an ASGI application."""
    processor = Processor(key, first_wait_s=first_wait_s)
    routes = [Route("/pay", processor.show), Route("/decide", processor.decide, methods=["POST"])]
    return Starlette(routes=routes, lifespan=processor.lifespan)


def main(host: str = "127.0.0.1", port: Annotated[int, typer.Option(min=0, max=65535)] = 8001) -> None:
    """Run the local payment processor. It shares a secret with the server; see LANYARD_PAYMENT_SECRET."""
    uvicorn.run(create_app(Settings().payment_key()), host=host, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    typer.run(main)
