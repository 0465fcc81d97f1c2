"""How many seats one client's address may hold unpaid or wait for at a time, and how many orders it may place in a
minute.

Counted in the memory of each process, and so per process. Only when the limit would be passed are the rows asked: what
was confirmed or cancelled meanwhile, here or elsewhere, counts no more, and an offer is held by whoever joined for it.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from server.lookup import look_up
from server.store.engine import reading
from server.web.errors import Problem
from shared.kernel.decider import Found, key
from shared.registration.order_state import LIVE, Order, OrderState
from shared.registration.waitlist import EntryState, WaitEntry

_MINUTE: Final = timedelta(minutes=1)
_INVOICED: Final = timedelta(hours=24)
"""What was confirmed on invoice counts as unpaid for so long: time for an organizer to see what is nobody's."""
_WAITED: Final = timedelta(days=30)
"""Who waits longer is forgotten, so that memory does not grow with every conference that there was."""
_KEPT_LEAST: Final = 1_000
_OPEN: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Held:
    address: str
    space: str
    seats: int
    until: datetime
    before: "_Held | None" = None
    """While a command runs: what the order held when nothing ran."""
    is_invoiced: bool = False
    is_waiting: bool = False
    """An entry of the wait list, which holds nothing yet."""


class Holds:
    """The seats that clients hold and wait for, each so many. A limit of 0 is none."""

    def __init__(
        self, engine: Engine, *, seats_most: int, orders_a_minute_most: int, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._seats_most = seats_most
        self._orders_most = orders_a_minute_most
        self._clock = clock
        self._by_id: dict[str, _Held] = {}
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
        self._tidy_sometimes()

    @asynccontextmanager
    async def holding(self, address: str, space: str, order: str, seats: int) -> AsyncIterator[None]:
        """Count these seats while the command runs that asks for them; `keep` says how many it got.

        Problem if they and the others of this address are too many.
        """
        async with self._counting(order, _Held(address, space, seats, _OPEN), "too_many_holds"):
            yield

    @asynccontextmanager
    async def waiting(self, address: str, space: str, entry: str, seats: int) -> AsyncIterator[None]:
        """Count these seats as waited for, from the command on that joins the wait list. Problem as in `holding`."""
        async with self._counting(entry, _Held(address, space, seats, _OPEN, is_waiting=True), "too_many_waited_for"):
            yield
            held = self._by_id.get(entry)
            if held is not None:
                self._put(entry, replace(held, until=self._clock() + _WAITED, before=None))

    def follow(self, order: str, row: Order) -> None:
        """What the order holds after another command; while one runs that asks for seats, what it asks for counts."""
        held = self._by_id.get(order)
        if held is None or held.until < _OPEN or row.state not in LIVE:
            self.keep(order, row)

    def keep(self, order: str, row: Order) -> None:
        """What the order holds now, if it was `holding` or comes of an entry that was `waiting`."""
        entry = self._by_id.get(row.offer_of or "")
        held = self._by_id.get(order, entry)
        if held is None:
            return
        if entry is not None:
            self._put(row.offer_of or "", None)
        is_invoiced = row.state is OrderState.CONFIRMED and row.on_invoice and row.paid_by is None
        until = row.expires_at
        if is_invoiced:
            until = held.until if held.is_invoiced else self._clock() + _INVOICED
        kept = _Held(held.address, held.space, sum(row.seats.values()), until, is_invoiced=is_invoiced)
        self._put(order, kept if kept.seats and (is_invoiced or row.state in LIVE) else None)

    @asynccontextmanager
    async def _counting(self, id: str, held: _Held, refusal: str) -> AsyncIterator[None]:
        """Count seats while a command runs, and go back to what there was before if it is refused."""
        if not self._seats_most:
            yield
            return
        await self._check(id, held, refusal)
        known = self._by_id.get(id)
        before = known if known is None or known.until < _OPEN else known.before
        own = replace(held, before=before)
        self._put(id, own)
        try:
            yield
        except BaseException:
            # The same request may have come twice: then the later one puts back what was there before both.
            if self._by_id.get(id) is own:
                self._put(id, before)
            raise

    async def _check(self, id: str, asked: _Held, refusal: str) -> None:
        # Who waits may have an offer by now: until the rows say, that counts as held and as waited for.
        if sum(one.seats for one in self._others(id, asked.address)) + asked.seats <= self._seats_most:
            return
        await self._look(asked.address)
        others = [one for one in self._others(id, asked.address) if one.is_waiting == asked.is_waiting]
        if sum(one.seats for one in others) + asked.seats > self._seats_most:
            wait = min((one.until for one in others), default=self._clock() + _MINUTE) - self._clock()
            raise Problem(refusal, headers=_retry_after(wait), most=self._seats_most)

    def _others(self, id: str, address: str) -> list[_Held]:
        """What the address holds and waits for besides."""
        now = self._clock()
        for one in list(self._by_address.get(address, ())):
            if self._by_id[one].until <= now:
                self._put(one, None)
        return [self._by_id[one] for one in self._by_address.get(address, ()) if one != id]

    async def _look(self, address: str) -> None:
        """Leave out what is held and waited for no more."""
        by_space: dict[str, list[str]] = {}
        for id in self._by_address.get(address, ()):
            by_space.setdefault(self._by_id[id].space, []).append(id)
        for space, ids in by_space.items():
            found = await run_in_threadpool(self._read, space, ids)
            for id in ids:
                self._see(id, found)

    def _read(self, space: str, ids: list[str]) -> Found:
        """The orders and entries with these ids, and the orders that were offered to the entries."""
        with reading(self._engine).begin() as conn:
            found = look_up(conn, space, [key(kind, one) for one in ids for kind in (Order, WaitEntry)])
            entries = [entry for one in ids if (entry := found.get(WaitEntry, one)) is not None]
            offers = look_up(conn, space, [key(Order, one.offer) for one in entries if one.offer is not None])
            return Found(found.rows | offers.rows)

    def _see(self, id: str, found: Found) -> None:
        """Count what the rows say of an order or entry; without any it is being placed at this moment."""
        order, entry, held = found.get(Order, id), found.get(WaitEntry, id), self._by_id.get(id)
        if entry is not None and entry.offer is not None:
            order = found.get(Order, entry.offer)
        if order is not None:
            self.follow(id if entry is None else str(entry.offer), order)
        elif held is not None and held.until < _OPEN and (entry is None or entry.state is not EntryState.WAITING):
            self._put(id, None)

    def _put(self, order: str, held: _Held | None) -> None:
        before = self._by_id.pop(order, None)
        if before is not None:
            orders = self._by_address[before.address]
            orders.discard(order)
            if not orders:
                del self._by_address[before.address]
        if held is not None:
            self._by_id[order] = held
            self._by_address.setdefault(held.address, set()).add(order)
            self._tidy_sometimes()

    def _tidy_sometimes(self) -> None:
        """Forget what is over, so that memory follows what is held; seldom enough to cost nothing."""
        if len(self._by_id) + len(self._placed_at) <= self._tidy_at:
            return
        now = self._clock()
        self._tidy_at = 2**62
        for order in [one for one, held in self._by_id.items() if held.until <= now]:
            self._put(order, None)
        for address in [one for one, placed in self._placed_at.items() if placed[-1] <= now - _MINUTE]:
            del self._placed_at[address]
        self._tidy_at = max(_KEPT_LEAST, 2 * (len(self._by_id) + len(self._placed_at)))


def _retry_after(wait: timedelta) -> dict[str, str]:
    return {"Retry-After": str(max(1, min(round(wait.total_seconds()), 24 * 3600)))}
