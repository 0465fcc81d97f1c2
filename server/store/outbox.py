"""Mails to be sent, written in the transaction that asks for them. Each is sent at least once.

A taken mail is leased: if its sender dies, it comes again when the lease is over.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, func, select, tuple_

from server.store import schema
from server.store.bulk import insert, upsert
from server.store.moments import to_us
from shared.kernel.decider import Mail

LEASE: Final = timedelta(minutes=5)
_RETRY_FIRST: Final = timedelta(seconds=30)
_RETRY_MOST: Final = timedelta(hours=6)

_table = schema.outbox


@dataclass(frozen=True, slots=True)
class TakenMail:
    """A mail to send now. `position` and `n` (from 0) are the commit that asked and its place there."""

    space: str
    position: int
    n: int
    template: str
    about: str
    attempts: int
    """This one included."""


def add(conn: Connection, space: str, mails: Iterable[tuple[int, Mail]], now: datetime) -> None:
    """Keep the mails that the commits at these positions ask for."""
    at = to_us(now)
    counts: Counter[int] = Counter()
    added = []
    for position, mail in mails:
        added.append((space, position, counts[position], mail.template, mail.about, 0, at, None))
        counts[position] += 1
    insert(conn, _table, added)


def take_due(conn: Connection, now: datetime, limit: int) -> list[TakenMail]:
    """At most `limit` mails whose time has come, the oldest first, and nobody else's for the time of the lease."""
    found = conn.execute(
        select(_table)
        .where(_table.c.next_at <= now)
        .order_by(_table.c.next_at, _table.c.position, _table.c.n)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    taken = [TakenMail(one.space, one.position, one.n, one.template, one.about, one.attempts + 1) for one in found]
    until = to_us(now + LEASE)
    errors = [one.last_error for one in found]
    upsert(
        conn,
        _table,
        [
            (one.space, one.position, one.n, one.template, one.about, one.attempts, until, error)
            for one, error in zip(taken, errors, strict=True)
        ],
    )
    return taken


def next_due(conn: Connection) -> datetime | None:
    """When the next mail is to be sent, None where none waits."""
    return conn.execute(select(func.min(_table.c.next_at))).scalar()


def sent(conn: Connection, mail: TakenMail) -> None:
    """Forget a mail that was sent, and what was asked for before and would say the same; the log keeps every ask."""
    same = (_table.c.space == mail.space, _table.c.template == mail.template, _table.c.about == mail.about)
    before = tuple_(_table.c.position, _table.c.n) <= tuple_(mail.position, mail.n)
    conn.execute(_table.delete().where(*same, before))


def failed(conn: Connection, mail: TakenMail, code: str, now: datetime) -> None:
    """Put a mail off that could not be sent, each time for twice as long. `code` says nothing personal."""
    wait = min(_RETRY_FIRST * 2 ** min(mail.attempts - 1, 20), _RETRY_MOST)
    conn.execute(_table.update().where(_is(mail)).values(next_at=now + wait, last_error=code))


def _is(mail: TakenMail) -> ColumnElement[bool]:
    return and_(_table.c.space == mail.space, _table.c.position == mail.position, _table.c.n == mail.n)
