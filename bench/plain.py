"""A yardstick: rows that a server wrote, inserted again into tables with a primary key and nothing else."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple
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


def as_row(stored: commits.Stored) -> tuple[Any, ...]:
    """A commit in the order of its table's columns."""
    position, *rest = astuple(stored)
    return (SPACE, position, *rest)


def insert_rate(engine: Engine, stored: Sequence[commits.Stored], *, batch: int, with_rows: bool) -> float:
    """Commits a second, so many in a transaction, each with the rows that it left if asked for."""
    plain_commits, plain_rows = PlainTable(engine, schema.commits), PlainTable(engine, schema.rows)
    rows_by_position = _rows_by_position(engine) if with_rows else {}

    def write(some: Sequence[commits.Stored]) -> None:
        with engine.begin() as conn:
            plain_commits.insert(conn, [as_row(one) for one in some])
            plain_rows.insert(conn, [row for one in some for row in rows_by_position.get(one.position, ())])

    return rate(write, stored, batch)


def rate(write: Callable[[Sequence[Any]], None], things: Sequence[Any], batch: int) -> float:
    """Things written a second in batches."""
    grouped: Iterable[list[Any]] = list(batches(things, batch))
    started = time.perf_counter()
    for some in grouped:
        write(some)
    return len(things) / (time.perf_counter() - started)


def _rows_by_position(engine: Engine) -> dict[int, list[tuple[Any, ...]]]:
    by_position: dict[int, list[tuple[Any, ...]]] = {}
    with reading(engine).begin() as conn:
        for row in conn.execute(text("SELECT space, view, key, position, body FROM rows")):
            by_position.setdefault(row.position, []).append(tuple(row))
    return by_position
