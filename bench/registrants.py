"""The first minute of a sale, a process of its own: registrants look, poll, order by page or API, and some go on.

`python -m bench.registrants` reads a `Rush` from standard input and writes `Rushed` to standard output. Each client is
a connection on which one registrant comes after the other; what each of them does follows from their number.
"""

import asyncio
import json
import re
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, cast
from urllib.parse import urlencode

import uvloop

from bench.figures import Latencies
from bench.load import Answer, answer_in
from shared.kernel.codec import from_json, to_json

_HIDDEN: Final = re.compile(rb'<input(?=[^>]*type="hidden")[^>]*?name="([^"]*)"[^>]*?value="([^"]*)"')
_REFUSED: Final = 409
# Of all registrants, so many:
_BY_PAGE: Final = 0.3
_WITH_CODE: Final = 0.2
_NAMED_AT_ONCE: Final = 0.3
_GOING_ON: Final = 0.75
"""Of those who got a seat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """How many come, over how many connections, and what they want: one or two seats of either type."""

    ports: tuple[int, ...]
    slug: str
    clients: int
    registrants: int
    seat_types: tuple[str, ...]
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rushed:
    """What came of it, as the registrants were told."""

    seconds: float
    answers: int
    placed: int
    placing: Latencies
    looking: Latencies
    """At the conference's page."""
    granted: dict[str, int]
    """Seats by their type."""
    went_on: int
    """Those who confirmed a free order or stood before the provider's page."""


def run_rush(rush: Rush) -> Rushed:
    """Run it in a process of its own."""
    command = [sys.executable, "-m", "bench.registrants"]
    finished = subprocess.run(command, input=to_json(rush), stdout=subprocess.PIPE, check=True, timeout=600)
    return from_json(Rushed, finished.stdout)


@dataclass(slots=True)
class _Tally:
    placing: list[float] = field(default_factory=list)
    looking: list[float] = field(default_factory=list)
    granted: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    placed: int = 0
    went_on: int = 0


class _Connection(asyncio.Protocol):
    """Asks one thing at a time."""

    def __init__(self) -> None:
        self._received = b""
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name

    def data_received(self, received: bytes) -> None:
        self._received += received
        answer = answer_in(self._received)
        if answer is not None and self._answer is not None:
            self._received = b""
            self._answer.set_result(answer)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or RuntimeError("the server closed the connection"))

    async def ask(self, request: str, headers: dict[str, str], body: bytes) -> Answer:
        told = {"Host": "127.0.0.1", "Content-Length": str(len(body))} | headers
        lines = (f"{request} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", "")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write("\r\n".join(lines).encode() + body)
        return await self._answer


class _Registrant:
    """One of them, from the first look on."""

    def __init__(self, rush: Rush, tally: _Tally, connection: _Connection, number: int) -> None:
        self._tally, self._connection = tally, connection
        self._page, self._api = f"/{rush.slug}", f"/api/v1/conferences/{rush.slug}"
        chance = Random(number)
        self._seat_type = chance.choice(rush.seat_types)
        self._quantity = chance.choice((1, 2))
        self._code = rush.code if chance.random() < _WITH_CODE else ""
        self._is_by_page = chance.random() < _BY_PAGE
        self._is_named_at_once = chance.random() < _NAMED_AT_ONCE
        self._is_going_on = chance.random() < _GOING_ON
        self._details = {"first_name": "Kim", "last_name": f"Tanaka {number}", "email": f"kim-{number}@example.org"}

    async def come(self) -> None:
        """Look, order, and go on if there is a seat and the mind for it."""
        started = time.perf_counter()
        page = await self._ask("GET", self._page)
        self._tally.looking.append(time.perf_counter() - started)
        await self._poll()
        await (self._order_by_page(page) if self._is_by_page else self._order_by_api())
        await self._poll()

    async def _poll(self) -> None:
        left = await self._ask("GET", f"{self._api}/availability")
        known = {"If-None-Match": _header(left, "etag")}
        await self._ask("GET", f"{self._api}/availability", known, expected=(200, 304))

    async def _order_by_api(self) -> None:
        wanted: dict[str, Any] = {"lines": [{"seat_type": self._seat_type, "quantity": self._quantity}]}
        if self._is_named_at_once:
            wanted["registrant"] = self._details

        async def place(code: str) -> Answer:
            document = wanted | {"codes": [code] if code else []}
            return await self._send("POST", f"{self._api}/orders", document, expected=_expected(201, code))

        placed = json.loads((await self._placed(place)).body)
        order, shown = placed["order"], {"Authorization": f"Bearer {placed['secret']}"}
        path = f"{self._api}/orders/{order['order']}"
        if not self._is_staying(order):
            return
        if not self._is_named_at_once:
            await self._send("PUT", f"{path}/registrant", self._details, shown)
        last, status = ("payments", 201) if order["total"] else ("confirmation", 200)
        await self._send("POST", f"{path}/{last}", {}, shown, expected=(status,))
        self._tally.went_on += 1

    async def _order_by_page(self, page: Answer) -> None:
        async def place(code: str) -> Answer:
            fields = {f"seats-{self._seat_type}": str(self._quantity), "code": code}
            return await self._submit(self._page, page, fields, expected=_expected(303, code))

        placed = await self._placed(place)
        path, cookie = _header(placed, "location"), _header(placed, "set-cookie").partition(";")[0]
        shown = await self._ask("GET", path, {"Cookie": cookie})
        secret = {"Authorization": f"Bearer {cookie.partition('=')[2]}"}
        known = await self._ask("GET", f"{self._api}/orders/{path.rpartition('/')[2]}", secret)
        order = json.loads(known.body)
        if not self._is_staying(order):
            return
        await self._submit(f"{path}/details", shown, self._details, {"Cookie": cookie})
        last = "payment" if order["total"] else "confirm"
        await self._submit(f"{path}/{last}", shown, {}, {"Cookie": cookie})
        self._tally.went_on += 1

    async def _placed(self, place: Callable[[str], Awaitable[Answer]]) -> Answer:
        """Place the order; once more without the code when that is used up."""
        placed = await self._timed(place(self._code))
        return await self._timed(place("")) if placed.status == _REFUSED else placed

    async def _timed(self, placing: Awaitable[Answer]) -> Answer:
        started = time.perf_counter()
        placed = await placing
        self._tally.placing.append(time.perf_counter() - started)
        return placed

    def _is_staying(self, order: dict[str, Any]) -> bool:
        """Count what it got; whether the registrant goes on with it."""
        granted = sum(one["granted"] for one in order["lines"])
        self._tally.placed += 1
        self._tally.granted[self._seat_type] += granted
        return granted > 0 and self._is_going_on

    async def _send(
        self,
        method: str,
        path: str,
        document: dict[str, Any],
        headers: dict[str, str] | None = None,
        *,
        expected: tuple[int, ...] = (200,),
    ) -> Answer:
        told = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())} | (headers or {})
        return await self._ask(method, path, told, json.dumps(document).encode(), expected=expected)

    async def _submit(
        self,
        path: str,
        page: Answer,
        fields: dict[str, str],
        headers: dict[str, str] | None = None,
        *,
        expected: tuple[int, ...] = (303,),
    ) -> Answer:
        """Send a form of the page, with what it hides."""
        hidden = {name.decode(): value.decode() for name, value in _HIDDEN.findall(page.body)}
        told = {"Content-Type": "application/x-www-form-urlencoded"} | (headers or {})
        return await self._ask("POST", path, told, urlencode(hidden | fields).encode(), expected=expected)

    async def _ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        *,
        expected: tuple[int, ...] = (200,),
    ) -> Answer:
        answer = await self._connection.ask(f"{method} {path}", headers or {}, body)
        self._tally.answers += 1
        if answer.status not in expected:
            raise RuntimeError(f"unexpected answer to {method} {path}: {answer}")
        return answer


def _expected(status: int, code: str) -> tuple[int, ...]:
    return (status, _REFUSED) if code else (status,)


def _header(answer: Answer, name: str) -> str:
    head = answer.head.decode("latin-1")
    start = head.lower().index(f"\r\n{name}: ") + len(name) + 4
    return head[start:].partition("\r\n")[0]


async def _generate(rush: Rush) -> Rushed:
    loop, tally, numbers = asyncio.get_running_loop(), _Tally(), iter(range(rush.registrants))
    connections = []
    for number in range(rush.clients):
        port = rush.ports[number % len(rush.ports)]
        _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
        connections.append(connection)
    # They wait for the sale with its page open.
    await asyncio.gather(*(one.ask(f"GET /{rush.slug}", {}, b"") for one in connections))
    started = time.perf_counter()
    async with asyncio.TaskGroup() as clients:
        for connection in connections:
            clients.create_task(_one_after_the_other(rush, tally, connection, numbers))
    return Rushed(
        seconds=time.perf_counter() - started,
        answers=tally.answers,
        placed=tally.placed,
        placing=Latencies.of(tally.placing),
        looking=Latencies.of(tally.looking),
        granted=dict(tally.granted),
        went_on=tally.went_on,
    )


async def _one_after_the_other(rush: Rush, tally: _Tally, connection: _Connection, numbers: Iterator[int]) -> None:
    for number in numbers:
        await _Registrant(rush, tally, connection, number).come()


if __name__ == "__main__":
    asked = from_json(Rush, sys.stdin.buffer.read())
    sys.stdout.buffer.write(to_json(uvloop.run(_generate(asked))))
