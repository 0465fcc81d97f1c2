"""Whether a server runs on a data folder: each holds a shared lock, which ends with its process however it dies."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text

from server.store.problems import EnvironmentProblem

_FILE: Final = "server.lock"
_OTHERS: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


@contextmanager
def running(folder: Path) -> Iterator[None]:
    """Say that a server runs here. EnvironmentProblem while a backup is being restored."""
    with _lock(folder, is_shared=True, problem="A backup is being restored here. Start the server when it is done."):
        yield


@contextmanager
def stopped(folder: Path) -> Iterator[None]:
    """Keep servers from starting here. EnvironmentProblem while one runs."""
    with _lock(folder, is_shared=False, problem="The server is running. Stop it first."):
        yield


def check_alone(engine: Engine) -> None:
    """EnvironmentProblem while others, perhaps servers on other hosts, are connected to a PostgreSQL database."""
    if engine.dialect.name == "sqlite":
        return
    with engine.begin() as conn:
        others = conn.execute(text(_OTHERS)).scalar_one()
    if others:
        raise EnvironmentProblem(f"{others} connections are open to the database. Stop the servers first.")


@contextmanager
def _lock(folder: Path, *, is_shared: bool, problem: str) -> Iterator[None]:
    if os.name == "nt":  # no shared locks there, and no server in production
        yield
        return
    import fcntl

    with (folder / _FILE).open("a") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EnvironmentProblem(problem) from None
        yield
