"""Commands that the server runs at a date. Handling one twice is harmless: its id comes from its key and date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, tuple_

from server.store import schema
from server.store.bulk import upsert
from server.store.moments import to_us
from shared.kernel.codec import to_json
from shared.kernel.decider import Deadline
from shared.kernel.messages import wire_of
from shared.kernel.personal import kind_of, personal_fields

_table = schema.deadlines


@dataclass(frozen=True, slots=True)
class DueDeadline:
    """A deadline with its command as stored: wire name, version, JSON."""

    space: str
    key: str
    due: datetime
    command_name: str
    command_version: int
    body: bytes


def put(conn: Connection, space: str, deadlines: Iterable[Deadline]) -> None:
    """Set each deadline in the place of the one under its key, or remove that where `due` is None."""
    listed = list(deadlines)
    gone = [one.key for one in listed if one.due is None]
    if gone:
        conn.execute(_table.delete().where(_table.c.space == space, _table.c.key.in_(gone)))
    upsert(conn, _table, [_stored(space, one, one.due) for one in listed if one.due is not None])


def due(conn: Connection, now: datetime, limit: int) -> list[DueDeadline]:
    """At most `limit` deadlines of all spaces whose time has come, the oldest first. They stay until `delete`."""
    found = conn.execute(select(_table).where(_table.c.due <= now).order_by(_table.c.due).limit(limit))
    return [DueDeadline(*row) for row in found]


def next_due(conn: Connection) -> datetime | None:
    """When the next deadline comes, None where there is none."""
    return conn.execute(select(func.min(_table.c.due))).scalar()


def delete(conn: Connection, handled: Iterable[DueDeadline]) -> None:
    """Remove deadlines that were handled. One that was set anew meanwhile, to another time, stays."""
    keys = [(one.space, one.key, one.due) for one in handled]
    if keys:
        conn.execute(_table.delete().where(tuple_(_table.c.space, _table.c.key, _table.c.due).in_(keys)))


def _stored(space: str, deadline: Deadline, due: datetime) -> tuple[str, str, int, str, int, bytes]:
    command = deadline.command
    if personal_fields(kind_of(command)):
        raise TypeError(f"{wire_of(command).name} has personal fields, and deadlines are not sealed")
    return (space, deadline.key, to_us(due), *wire_of(command), to_json(command))
