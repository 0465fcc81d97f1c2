"""Does what commits asked of the world outside: takes what is due of a kind, and has it done by who knows how.

Something may be done twice, when a server dies in between: whoever is told knows it again by the id it comes with.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Final

import structlog
from sqlalchemy import Engine

from server.store import outbox as store
from server.store.engine import reading
from server.store.outbox import LEASE, Kind, Taken

log = structlog.get_logger()

_AT_ONCE: Final = 20
"""What a server that is killed may have done and not kept as done."""
_BUSY_MOST: Final = LEASE / 2
"""Nothing is begun after this time, so that what was taken is finished before somebody else may take it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Something was not done. The code says nothing personal."""

    code: str
    is_final: bool = False
    """Whether another try would end alike."""


Handler = Callable[[Sequence[Taken], datetime], Generator[Failed | None, None, None]]
"""Does things one after the other in their order, and yields how each ended: None where it is done.

It is asked for the next end only while there is time to begin another, and closed afterwards.
"""


@dataclass(slots=True)
class _Ends:
    """How what was taken ended."""

    done: list[Taken] = field(default_factory=list)
    put_off: list[tuple[Taken, str]] = field(default_factory=list)
    given_up: list[tuple[Taken, str]] = field(default_factory=list)
    untried: Sequence[Taken] = ()


class Outbox:
    """Takes what is due of one kind, has it done, and keeps how it ended. `attempts_most` None: never given up.

    `stand_back` is called before each thing, and waits while others are to go first.
    """

    def __init__(
        self,
        engine: Engine,
        kind: Kind,
        handle: Handler,
        *,
        clock: Callable[[], datetime],
        attempts_most: int | None = None,
        stand_back: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._kind = kind
        self._handle = handle
        self._clock = clock
        self._attempts_most = attempts_most
        self._stand_back = stand_back
        self._is_stopping = Event()

    def stop(self) -> None:
        """Begin nothing more. What was taken and not begun is released when the thing in hand is done."""
        self._is_stopping.set()

    def run_due(self) -> int:
        """Do what is due now; the answer says how many things were taken."""
        now = self._clock()
        with reading(self._engine).begin() as conn:
            next_at = store.next_due(conn, self._kind)
        if next_at is None or next_at > now:
            return 0
        with self._engine.begin() as conn:
            taken = store.take_due(conn, self._kind, now, _AT_ONCE)
        # Of what is asked for again, only the last: each is made from the rows of now, so all would be the same.
        last = {(one.space, one.name, one.about): one for one in sorted(taken, key=_asked_at)}
        ends = self._ends(list(last.values()), now)
        with self._engine.begin() as conn:
            store.done(conn, ends.done)
            store.put_off(conn, ends.put_off, self._clock())
            store.give_up(conn, ends.given_up)
            store.release(conn, ends.untried, now)
        return len(taken)

    def _ends(self, taken: Sequence[Taken], now: datetime) -> _Ends:
        ends, broken = _Ends(), None
        with closing(self._handle(taken, now)) as handled:
            for place, one in enumerate(taken):
                self._stand_back()
                if self._is_stopping.is_set() or self._clock() - now > _BUSY_MOST:
                    ends.untried = taken[place:]
                    break
                try:
                    failed = broken or next(handled)
                except Exception as error:  # noqa: BLE001 - what is done already must be kept as done
                    failed = broken = Failed(type(error).__name__)
                if failed is None:
                    ends.done.append(one)
                else:
                    self._fail(one, failed, ends)
        return ends

    def _fail(self, one: Taken, failed: Failed, ends: _Ends) -> None:
        is_last = self._attempts_most is not None and one.attempts >= self._attempts_most
        is_given_up = failed.is_final or is_last
        log.warning("not done", kind=one.kind, name=one.name, code=failed.code, is_given_up=is_given_up)
        (ends.given_up if is_given_up else ends.put_off).append((one, failed.code))


def _asked_at(one: Taken) -> tuple[int, int]:
    return one.position, one.n
