"""Yardsticks below the rules: commits that a server made, written again, by the store or by a plain INSERT.

The plain tables have a primary key and nothing else.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, text

from bench.venue import SPACE, batches
from server.store import commits, schema
from server.store.bulk import insert
from server.store.engine import reading


class PlainTable:
    """A copy of one of the store's tables, empty and without its other indexes."""

    def __init__(self, engine: Engine, like: Table) -> None:
        self._table = like.to_metadata(MetaData(), name=f"plain_{like.name}")
        self._table.indexes.clear()
        self._table.drop(engine, checkfirst=True)
        self._table.create(engine)

    def insert(self, conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        insert(conn, self._table, rows)


def stored_commits(engine: Engine, after: int, limit: int) -> list[commits.Stored]:
    """Commits of the conference."""
    with reading(engine).begin() as conn:
        return commits.read(conn, SPACE, after, limit)


def _as_row(one: commits.Stored) -> tuple[Any, ...]:
    """A commit in the order of its table's columns."""
    return (SPACE, one.position, one.command_id, one.device, one.epoch, one.seq, one.outcome, one.body, one.hash)


Write = Callable[[Sequence[commits.Stored]], None]
"""Writes some commits in one transaction."""


def plain_insert(engine: Engine, *, with_rows: bool) -> Write:
    """Inserts the commits, each with the rows that it left if asked for."""
    plain_commits, plain_rows = PlainTable(engine, schema.commits), PlainTable(engine, schema.rows)
    rows_by_position = _rows_by_position(engine) if with_rows else {}

    def write(some: Sequence[commits.Stored]) -> None:
        with engine.begin() as conn:
            plain_commits.insert(conn, [_as_row(one) for one in some])
            plain_rows.insert(conn, [row for one in some for row in rows_by_position.get(one.position, ())])

    return write


def append(engine: Engine, space: str) -> Write:
    """Appends the commits to the log of another space, as the server does."""

    def write(some: Sequence[commits.Stored]) -> None:
        fresh = [
            commits.NewCommit(one.command_id, one.device, one.epoch, one.seq, one.outcome, one.body) for one in some
        ]
        with engine.begin() as conn:
            commits.append(conn, space, commits.lock(conn, space), fresh, datetime.now(UTC))

    return write


def rates(writes: Sequence[Write], stored: Sequence[commits.Stored], batch: int) -> list[float]:
    """Commits a second of each way to write; they take turns, batch by batch, to suffer the same noise."""
    seconds = [0.0] * len(writes)
    for some in batches(stored, batch):
        for number, write in enumerate(writes):
            started = time.perf_counter()
            write(some)
            seconds[number] += time.perf_counter() - started
    return [len(stored) / taken for taken in seconds]


def _rows_by_position(engine: Engine) -> dict[int, list[tuple[Any, ...]]]:
    by_position: dict[int, list[tuple[Any, ...]]] = {}
    with reading(engine).begin() as conn:
        for row in conn.execute(text("SELECT space, view, key, position, body FROM rows")):
            by_position.setdefault(row.position, []).append(tuple(row))
    return by_position
