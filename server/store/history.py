"""The histories of this database: a restore from a backup opens a new one, so that devices notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from server.store import schema
from shared.kernel.codec import from_json, to_json

_table = schema.histories


@dataclass(frozen=True, slots=True)
class History:
    """A life of the database between restores. `fork_positions` tells by space where it left its parent."""

    history: str
    parent: str | None
    opened_at: datetime
    fork_positions: Mapping[str, int]


def current(conn: Connection) -> History | None:
    """The newest history; None in a database where none was opened yet."""
    child = _table.alias()
    is_newest = ~select(child.c.history).where(child.c.parent == _table.c.history).exists()
    found = conn.execute(select(_table).where(is_newest)).one_or_none()
    if found is None:
        return None
    forks = from_json(dict[str, int], found.fork_positions.encode())
    return History(found.history, found.parent, found.opened_at, forks)


def open_first(conn: Connection, history: str, now: datetime) -> History:
    """Open the first history of a new database. IntegrityError if it has one, be it since a moment ago."""
    return _insert(conn, History(history, None, now, {}))


def open_history(conn: Connection, history: str, now: datetime, fork_positions: Mapping[str, int]) -> History:
    """Make this the current history; its parent is the one that was current. IntegrityError if another just did so."""
    before = current(conn)
    return _insert(conn, History(history, None if before is None else before.history, now, dict(fork_positions)))


def _insert(conn: Connection, opened: History) -> History:
    forks = to_json(opened.fork_positions).decode()
    conn.execute(_table.insert().values((opened.history, opened.parent, opened.opened_at, forks)))
    return opened
