"""Engines for both databases, set up so that a commit is durable and a writer never has to upgrade a lock."""

from pathlib import Path
from typing import Any, Final

import sqlcipher3.dbapi2
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from server.store.problems import EnvironmentProblem

# The first SQLite whose WAL mode cannot lose commits to the WAL-reset bug.
SQLITE_LEAST: Final = (3, 51, 3)

_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 10000",  # ms; first, because the change to WAL may have to wait too
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # a destroyed key does not linger in a free page
    "PRAGMA cache_size = -32000",  # KiB
)
_SETTINGS: Final = (
    "SET synchronous_commit = on",
    "SET idle_in_transaction_session_timeout = '60s'",  # else a process that hangs keeps a conference locked
)


def create_engine_for(url: str) -> Engine:
    """An engine for `sqlite:///file`, `sqlite://` (in memory, one connection) or `postgresql://...`.

    A transaction is for writing unless it comes from `reading(engine)`. Errors do not show what a statement was given:
    they are logged, and it may be personal. EnvironmentProblem for another database or an
    unsafe SQLite.
    """
    try:
        address = make_url(url)
    except ArgumentError:
        raise EnvironmentProblem(
            "The database URL is not readable. Write it as sqlite:///lanyard.sqlite or postgresql://user@host/name."
        ) from None
    match address.get_backend_name():
        case "sqlite":
            return _sqlite(address)
        case "postgresql":
            return _postgresql(address)
        case name:
            raise EnvironmentProblem(f"Lanyard does not run on {name}. Give it a URL of SQLite or PostgreSQL.")


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read: each sees one snapshot, and none waits for a writer."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(is_reading=True)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def check_sqlite(version: tuple[int, ...]) -> None:
    """EnvironmentProblem if this version of SQLite can lose commits."""
    if version < SQLITE_LEAST:
        had, least = (".".join(map(str, one)) for one in (version, SQLITE_LEAST))
        raise EnvironmentProblem(
            f"SQLite {had} can lose commits in WAL mode."
            f" Install a sqlcipher3 that brings SQLite {least} or newer, or use PostgreSQL."
        )


def _sqlite(address: URL) -> Engine:
    check_sqlite(sqlcipher3.dbapi2.sqlite_version_info)
    if address.database in (None, "", ":memory:"):
        engine = create_engine(
            address,
            module=sqlcipher3.dbapi2,
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
            hide_parameters=True,
        )
    else:
        folder = Path(str(address.database)).absolute().parent
        if not folder.is_dir():
            raise EnvironmentProblem(
                f"The folder {folder} for the database does not exist. Make it, or change the URL."
            )
        engine = create_engine(address, module=sqlcipher3.dbapi2, hide_parameters=True)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: `_begin_sqlite` does
    for pragma in _PRAGMAS:
        connection.execute(pragma).fetchall()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: upgrading a reader's lock fails without waiting when another wrote meanwhile.
    is_reading = connection.get_execution_options().get("is_reading", False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _postgresql(address: URL) -> Engine:
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_up_postgresql)
    return engine


def _set_up_postgresql(connection: Any, _record: Any) -> None:
    for setting in _SETTINGS:
        connection.execute(setting)
    connection.commit()
