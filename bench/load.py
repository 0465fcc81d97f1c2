"""The load generator, a process of its own that costs little: clients with a connection each, one request at a time.

`python -m bench.load` reads a `Load` from standard input and writes `Loaded` to standard output.
"""

import asyncio
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import uvloop

from bench.figures import Latencies
from shared.kernel.codec import from_json, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What to ask, how many clients ask it, and for how long after the warm-up."""

    ports: tuple[int, ...]
    """Of the server's processes; the clients take them in turns."""
    path: str
    clients: int
    seconds: float
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    status: int = 201
    expect: str = ""
    """What every answer's body must hold."""
    warm_up_s: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What came of it. `answered` includes the warm-up."""

    rate: float
    p50_ms: float
    p99_ms: float
    answered: int


class Answer(NamedTuple):
    """An answer over HTTP, its head as it came."""

    status: int
    head: bytes
    body: bytes


def answer_in(received: bytes) -> Answer | None:
    """The answer, once all of it is here: all that the server says comes with its length, or without a body."""
    head, blank, body = received.partition(b"\r\n\r\n")
    if not blank:
        return None
    length = head.lower().partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0]
    return Answer(int(head[9:12]), head, body) if len(body) >= int(length or 0) else None


def run_load(load: Load) -> Loaded:
    """Run the generator in a process of its own."""
    command = [sys.executable, "-m", "bench.load"]
    limit_s = load.seconds + 60
    finished = subprocess.run(command, input=to_json(load), stdout=subprocess.PIPE, check=True, timeout=limit_s)
    return from_json(Loaded, finished.stdout)


@dataclass(slots=True)
class _Tally:
    counts_from: float
    until: float
    seconds: list[float] = field(default_factory=list)
    answered: int = 0


class _Client(asyncio.Protocol):
    def __init__(self, load: Load, tally: _Tally, done: "asyncio.Future[None]") -> None:
        self._load, self._tally, self._done = load, tally, done
        self._expect = load.expect.encode()
        self._body = load.body.encode()
        self._head = (
            f"{load.method} {load.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + "".join(f"{name}: {value}\r\n" for name, value in load.headers.items())
            + f"Content-Length: {len(self._body)}\r\nIdempotency-Key: "
        ).encode()
        self._received = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._head + str(uuid.uuid4()).encode() + b"\r\n\r\n" + self._body)

    def data_received(self, received: bytes) -> None:
        self._received += received
        answer = answer_in(self._received)
        if answer is None:
            return
        self._received = b""
        now = time.perf_counter()
        if answer.status != self._load.status or self._expect not in answer.body:
            self._done.set_exception(RuntimeError(f"unexpected answer: {answer}"))
            return
        self._tally.answered += 1
        if self._tally.counts_from <= now < self._tally.until:
            self._tally.seconds.append(now - self._sent_at)
        if now < self._tally.until:
            self._send()
        else:
            self._done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or RuntimeError("the server closed the connection"))


async def _generate(load: Load) -> Loaded:
    loop = asyncio.get_running_loop()
    counts_from = time.perf_counter() + load.warm_up_s
    tally = _Tally(counts_from, counts_from + load.seconds)
    ends: list[asyncio.Future[None]] = [loop.create_future() for _ in range(load.clients)]
    for number, end in enumerate(ends):
        port = load.ports[number % len(load.ports)]
        await loop.create_connection(lambda end=end: _Client(load, tally, end), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*ends)
    took = Latencies.of(tally.seconds)
    rate = len(tally.seconds) / load.seconds
    return Loaded(rate=rate, p50_ms=took.p50, p99_ms=took.p99, answered=tally.answered)


if __name__ == "__main__":
    asked = from_json(Load, sys.stdin.buffer.read())
    sys.stdout.buffer.write(to_json(uvloop.run(_generate(asked))))
