"""Many rows with one statement, on both databases: executemany on SQLite, binary arrays on PostgreSQL.

Statements go to the driver as text, past SQLAlchemy's compiler, because that pays on the road of every command.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, NamedTuple

import psycopg
from sqlalchemy import BigInteger, Connection, CursorResult, Integer, LargeBinary, Table, Text
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.store.moments import Moment
from shared.kernel.codec import to_json

_ARRAYS: Final = {
    BigInteger: "int8[]",
    Integer: "int4[]",
    LargeBinary: "bytea[]",
    Moment: "int8[]",
    Text: "text[]",
}


class Sql(NamedTuple):
    """One statement in the words of each database."""

    sqlite: str
    postgresql: str


def both(text: str) -> Sql:
    """A statement for both databases: `?` is a value, `IN [?]` a list made by `texts`."""
    return Sql(
        sqlite=text.replace("[?]", "(SELECT value FROM json_each(?))"),
        postgresql=text.replace("IN [?]", "= ANY(%b::text[])").replace("?", "%s"),
    )


def texts(connection: Connection, values: Iterable[Any]) -> Any:
    """A list of texts (or of lists of texts, on SQLite) as the one parameter that `both` describes."""
    listed = list(values)
    return to_json(listed).decode() if connection.dialect.name == "sqlite" else listed


def execute(connection: Connection, sql: Sql, *parameters: Any) -> CursorResult[Any]:
    """Run a statement, past SQLAlchemy's compiler."""
    return connection.exec_driver_sql(getattr(sql, connection.dialect.name), parameters)


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Send the writes of the block without waiting for each one's answer, where the database can.

    An error comes at the end of the block, as SQLAlchemy's; row counts are not known inside it.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    try:
        with driver.pipeline():
            yield
    except psycopg.IntegrityError as error:
        raise IntegrityError(None, None, error) from error
    except psycopg.Error as error:
        raise DBAPIError(None, None, error) from error


def query(connection: Connection, sql: Sql, *parameters: Any) -> Sequence[Any]:
    """The rows that a statement gives."""
    return execute(connection, sql, *parameters).all()


def insert(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows, each in the order of the table's columns and with times in µs; IntegrityError if one is there."""
    _write(connection, _insert(table), rows)


def upsert(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows, or replace those of the same primary key. No key may come twice."""
    _write(connection, _upsert(table), rows)


def _write(connection: Connection, sql: Sql, rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(sql.sqlite, list(rows))
    else:
        connection.exec_driver_sql(sql.postgresql, tuple(map(list, zip(*rows, strict=True))))


@cache
def _insert(table: Table) -> Sql:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    arrays = ", ".join(f"%b::{_array(column.type)}" for column in table.columns)
    into = f'INSERT INTO "{table.name}" ({names})'
    unnested = f"{into} SELECT * FROM unnest({arrays})"  # noqa: S608 - every name is the schema's own
    return Sql(sqlite=f"{into} VALUES ({marks})", postgresql=unnested)


@cache
def _upsert(table: Table) -> Sql:
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
    others = (column.name for column in table.columns if not column.primary_key)
    replaced = ", ".join(f'"{name}" = excluded."{name}"' for name in others)
    plain = _insert(table)
    conflict = f" ON CONFLICT ({keys}) DO UPDATE SET {replaced}"
    return Sql(sqlite=plain.sqlite + conflict, postgresql=plain.postgresql + conflict)


def _array(kind: Any) -> str:
    return next(array for base, array in _ARRAYS.items() if isinstance(kind, base))
