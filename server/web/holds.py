"""How many seats one client's address may hold unpaid at a time, and how many orders it may place in a minute.

Counted in the memory of each process, and so per process. Only when the limit would be passed are the rows of the
orders asked: those that were confirmed or cancelled meanwhile, here or elsewhere, count no more.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from server.lookup import look_up
from server.store.engine import reading
from server.web.errors import Problem
from shared.kernel.decider import Found, key
from shared.registration.order_state import LIVE, Order

_MINUTE: Final = timedelta(minutes=1)
_KEPT_LEAST: Final = 1_000
_OPEN: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Held:
    address: str
    space: str
    seats: int
    until: datetime


class Holds:
    """The seats that clients hold. A limit of 0 is none."""

    def __init__(
        self, engine: Engine, *, seats_most: int, orders_a_minute_most: int, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._seats_most = seats_most
        self._orders_most = orders_a_minute_most
        self._clock = clock
        self._by_order: dict[str, _Held] = {}
        self._by_address: dict[str, set[str]] = {}
        self._placed_at: dict[str, deque[datetime]] = {}
        self._tidy_at = _KEPT_LEAST

    def count_order(self, address: str) -> None:
        """Count an order that is being placed; Problem if there were too many in the last minute."""
        if not self._orders_most:
            return
        now = self._clock()
        placed = self._placed_at.setdefault(address, deque())
        while placed and placed[0] <= now - _MINUTE:
            placed.popleft()
        if len(placed) >= self._orders_most:
            raise Problem("too_many_orders", headers=_retry_after(placed[0] + _MINUTE - now), most=self._orders_most)
        placed.append(now)

    @asynccontextmanager
    async def holding(self, address: str, space: str, order: str, seats: int) -> AsyncIterator[None]:
        """Count these seats while the command runs that asks for them; `keep` says how many it got.

        Problem if they and the others of this address are too many.
        """
        if not self._seats_most:
            yield
            return
        before = self._by_order.get(order)
        await self._check(address, order, seats)
        self._put(order, _Held(address, space, seats, _OPEN))
        try:
            yield
        except BaseException:
            self._put(order, before)
            raise

    def keep(self, order: str, row: Order) -> None:
        """What the order holds now, if it was `holding`."""
        held = self._by_order.get(order)
        if held is not None:
            is_live = row.state in LIVE
            seats = sum(row.seats.values())
            self._put(order, _Held(held.address, held.space, seats, row.expires_at) if is_live and seats else None)

    async def _check(self, address: str, order: str, seats: int) -> None:
        if self._seats_of(address, but=order) + seats <= self._seats_most:
            return
        await self._look(address)
        if self._seats_of(address, but=order) + seats > self._seats_most:
            now = self._clock()
            ends = [self._by_order[one].until - now for one in self._by_address.get(address, ()) if one != order]
            raise Problem("too_many_holds", headers=_retry_after(min(ends, default=_MINUTE)), most=self._seats_most)

    def _seats_of(self, address: str, *, but: str) -> int:
        now = self._clock()
        own = [(order, self._by_order[order]) for order in self._by_address.get(address, ()) if order != but]
        for order, held in own:
            if held.until <= now:
                self._put(order, None)
        return sum(held.seats for _, held in own if held.until > now)

    async def _look(self, address: str) -> None:
        """Leave out what is held no more."""
        by_space: dict[str, list[str]] = {}
        for order in self._by_address.get(address, ()):
            by_space.setdefault(self._by_order[order].space, []).append(order)
        for space, orders in by_space.items():
            found = await run_in_threadpool(self._read, space, orders)
            for order in orders:
                row = found.get(Order, order)
                if row is not None:  # else it is being placed at this moment
                    self.keep(order, row)

    def _read(self, space: str, orders: list[str]) -> Found:
        with reading(self._engine).begin() as conn:
            return look_up(conn, space, [key(Order, one) for one in orders])

    def _put(self, order: str, held: _Held | None) -> None:
        before = self._by_order.pop(order, None)
        if before is not None:
            orders = self._by_address[before.address]
            orders.discard(order)
            if not orders:
                del self._by_address[before.address]
        if held is not None:
            self._by_order[order] = held
            self._by_address.setdefault(held.address, set()).add(order)
            if len(self._by_order) + len(self._placed_at) > self._tidy_at:
                self._tidy()

    def _tidy(self) -> None:
        """Forget what is over, so that memory follows what is held; seldom enough to cost nothing."""
        now = self._clock()
        self._tidy_at = 2**62
        for order in [one for one, held in self._by_order.items() if held.until <= now]:
            self._put(order, None)
        for address in [one for one, placed in self._placed_at.items() if placed[-1] <= now - _MINUTE]:
            del self._placed_at[address]
        self._tidy_at = max(_KEPT_LEAST, 2 * (len(self._by_order) + len(self._placed_at)))


def _retry_after(wait: timedelta) -> dict[str, str]:
    return {"Retry-After": str(max(1, min(round(wait.total_seconds()), 24 * 3600)))}
