"""What the world outside is to be told or asked, written in the transaction that wants it. Each is done at least once.

What is taken is leased: if its taker dies, it comes again when the lease is over.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Executable, Integer, and_, bindparam, func, select, tuple_

from server.store import schema
from server.store.bulk import insert
from server.store.moments import to_us
from shared.kernel.decider import Call, Mail

LEASE: Final = timedelta(minutes=5)
_RETRY_FIRST: Final = timedelta(seconds=30)
_RETRY_MOST: Final = timedelta(hours=6)

_table = schema.outbox


class Kind(StrEnum):
    """Who does it."""

    MAIL = "mail"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Taken:
    """Something to do now. `position` and `n` (from 0) are the commit that asked and its place there."""

    space: str
    position: int
    n: int
    kind: str
    name: str
    """A mail's template, a call's service."""
    about: str
    attempts: int
    """This one included."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a name wait, or were given up, after the same error (None: not tried yet)."""

    name: str
    last_error: str | None
    is_given_up: bool
    count: int


def add(conn: Connection, space: str, effects: Iterable[tuple[int, Mail | Call]], now: datetime) -> None:
    """Keep what the commits at these positions ask for."""
    at = to_us(now)
    counts: Counter[int] = Counter()
    added = []
    for position, effect in effects:
        kind, name = (Kind.MAIL, effect.template) if isinstance(effect, Mail) else (Kind.CALL, effect.service)
        added.append((space, position, counts[position], kind.value, name, effect.about, 0, at, None))
        counts[position] += 1
    insert(conn, _table, added)


def take_due(conn: Connection, kind: Kind, now: datetime, limit: int) -> list[Taken]:
    """At most `limit` whose time has come, the oldest first, and nobody else's for the time of the lease."""
    found = conn.execute(
        select(_table)
        .where(_table.c.kind == kind.value, _table.c.next_at <= now)
        .order_by(_table.c.next_at, _table.c.position, _table.c.n)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = [Taken(one.space, one.position, one.n, one.kind, one.name, one.about, one.attempts + 1) for one in found]
    leased = _table.update().where(_is_it).values(next_at=now + LEASE, attempts=_table.c.attempts + 1)
    _each(conn, leased, taken)
    return taken


def next_due(conn: Connection, kind: Kind) -> datetime | None:
    """When the next of this kind is to be done, None where none waits."""
    return conn.execute(select(func.min(_table.c.next_at)).where(_table.c.kind == kind.value)).scalar()


def done(conn: Connection, taken: Sequence[Taken]) -> None:
    """Forget what was done, and what was asked for before and would do the same; the log keeps every ask."""
    _each(conn, _table.delete().where(_is_same, _place <= _asked), taken)


def put_off(conn: Connection, failed: Sequence[tuple[Taken, str]], now: datetime) -> None:
    """Try again later, each time after twice as long. The codes say nothing personal."""
    _failed(conn, [(one, code, now + _wait_after(one.attempts)) for one, code in failed])


def give_up(conn: Connection, failed: Sequence[tuple[Taken, str]]) -> None:
    """Keep it for the operator, and do not try it again before `retry`."""
    _failed(conn, [(one, code, None) for one, code in failed])


def release(conn: Connection, taken: Sequence[Taken], now: datetime) -> None:
    """Give back what was taken and not tried."""
    _each(conn, _table.update().where(_is_it).values(next_at=now, attempts=_table.c.attempts - 1), taken)


def retry(conn: Connection, kind: Kind, now: datetime) -> int:
    """Let everything of a kind that failed be tried now, what was given up too; the answer is how many that are."""
    failed = (_table.c.kind == kind.value, _table.c.last_error.is_not(None))
    return conn.execute(_table.update().where(*failed).values(next_at=now, attempts=0)).rowcount


def waiting(conn: Connection, kind: Kind) -> list[Waiting]:
    """What waits and what was given up, without saying for whom."""
    is_given_up = _table.c.next_at.is_(None)
    parts = (_table.c.name, _table.c.last_error, is_given_up)
    found = conn.execute(
        select(*parts, func.count())
        .where(_table.c.kind == kind.value)
        .group_by(*parts)
        .order_by(_table.c.name, _table.c.last_error.nulls_first(), is_given_up)
    )
    return [Waiting(name, error, bool(given_up), count) for name, error, given_up, count in found]


_is_it: Final = and_(
    _table.c.space == bindparam("its_space"),
    _table.c.position == bindparam("its_position"),
    _table.c.n == bindparam("its_n"),
)
_is_same: Final = and_(
    _table.c.space == bindparam("its_space"),
    _table.c.kind == bindparam("its_kind"),
    _table.c.name == bindparam("its_name"),
    _table.c.about == bindparam("its_about"),
)
_place: Final = tuple_(_table.c.position, _table.c.n)
_asked: Final = tuple_(bindparam("its_position", type_=BigInteger), bindparam("its_n", type_=Integer))


def _failed(conn: Connection, failed: Sequence[tuple[Taken, str, datetime | None]]) -> None:
    # What was asked for before is forgotten here too: it would come back on its own after the lease.
    _each(conn, _table.delete().where(_is_same, _place < _asked), [one for one, _, _ in failed])
    put = _table.update().where(_is_it).values(next_at=bindparam("then"), last_error=bindparam("code"))
    if failed:
        conn.execute(put, [_its(one) | {"code": code, "then": then} for one, code, then in failed])


def _each(conn: Connection, statement: Executable, taken: Sequence[Taken]) -> None:
    """Run the statement for each, as one list of parameters."""
    if taken:
        conn.execute(statement, [_its(one) for one in taken])


def _its(one: Taken) -> dict[str, Any]:
    return {f"its_{name}": part for name, part in asdict(one).items()}


def _wait_after(attempts: int) -> timedelta:
    doubled: int = 2 ** min(attempts - 1, 20)
    return min(_RETRY_FIRST * doubled, _RETRY_MOST)
