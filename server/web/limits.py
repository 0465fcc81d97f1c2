"""Limits of what a client may ask of us: a body's size and time, and the number of wrong guesses."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.web.errors import Problem
from shared.kernel.decider import Rejected
from shared.sync.protocol import BATCH_BYTES_MOST

_PER_ADDRESS: Final = RateLimitItemPerMinute(10)
_PER_CONFERENCE: Final = RateLimitItemPerHour(200)
_CODES_PER_ADDRESS: Final = RateLimitItemPerHour(20)
_GUESSES_AT_ONCE: Final = 10
"""Of one address: what is not answered yet may be a miss, and is counted only then."""
_Items = list[tuple[RateLimitItem, tuple[str, ...]]]


class BodyLimits:
    """Middleware: a body of at most 1 MiB, all of it within a time; uvicorn would wait for a slow one for ever."""

    def __init__(self, app: ASGIApp, *, timeout_s: float, most: int = BATCH_BYTES_MOST) -> None:
        self._app = app
        self._timeout_s = timeout_s
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        size, is_whole = 0, False
        deadline = asyncio.get_running_loop().time() + self._timeout_s

        async def limited() -> Message:
            nonlocal size, is_whole
            if is_whole:  # what follows is only that the client went away
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, headers={"Connection": "close"}) from None
            size += len(message.get("body", b""))
            if size > self._most:
                raise HTTPException(413, headers={"Connection": "close"})
            is_whole = not message.get("more_body", False)
            return message

        await self._app(scope, limited, send)


@dataclass(slots=True)
class _Turns:
    """Of one address: how many guess or wait, and the turns that are free."""

    asked: int = 0
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_GUESSES_AT_ONCE))


class Attempts:
    """Wrong guesses, counted in memory. `per_conference` also limits guesses that come from many addresses.

    That one is for secrets short enough to be guessed (access codes, locators). With others it would only help whoever
    wants to lock others out.
    """

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._guessing: dict[tuple[str, str], _Turns] = {}

    def check(self, request: Request, conference: str, *, per_conference: bool) -> None:
        """Problem if there were too many misses lately."""
        self._check(_items(address_of(request), conference, per_conference=per_conference))

    def missed(self, request: Request, conference: str, *, per_conference: bool) -> None:
        """Count a miss."""
        self._count(_items(address_of(request), conference, per_conference=per_conference))

    def wrong_secret(self, request: Request, conference: str) -> None:
        """Count a wrong secret of 130 bits; Problem if there were too many.

        The right one is never refused: nobody guesses it, and others at the same address are not to suffer.
        """
        self.check(request, conference, per_conference=False)
        self.missed(request, conference, per_conference=False)

    @asynccontextmanager
    async def guessing_codes(self, address: str, conference: str) -> AsyncIterator[None]:
        """Around a command with a discount code: if there is no such code, it was a miss. Problem as in `check`.

        Of one address so many run at a time, and the others wait for their turn: behind it may be a whole university.
        """
        items: _Items = [(_CODES_PER_ADDRESS, ("codes", address, conference))]
        turns = self._guessing.setdefault((address, conference), _Turns())
        turns.asked += 1
        try:
            async with turns.free:
                self._check(items)
                try:
                    yield
                except Rejected as refusal:
                    if refusal.code == "code_unknown":
                        self._count(items)
                    raise
        finally:
            turns.asked -= 1
            if not turns.asked:
                del self._guessing[address, conference]

    def _check(self, items: _Items) -> None:
        for item, names in items:
            if not self._limiter.test(item, *names):
                wait = self._limiter.get_window_stats(item, *names).reset_time - time.time()
                raise Problem("too_many_attempts", headers={"Retry-After": str(max(1, round(wait)))})

    def _count(self, items: _Items) -> None:
        for item, names in items:
            self._limiter.hit(item, *names)


def _items(address: str, conference: str, *, per_conference: bool) -> _Items:
    own: _Items = [(_PER_ADDRESS, ("address", address, conference))]
    return [*own, (_PER_CONFERENCE, ("conference", conference))] if per_conference else own


def address_of(request: Request) -> str:
    """The client's address; of IPv6 the network that one client has to itself."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)
