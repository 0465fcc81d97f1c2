"""Backup and restore. A backup has the whole database: log, rows, keys of persons, devices.

Not in it, on purpose: the master secret (whoever has both can read everything) and the list of erased persons, which
must not go back in time. Keep the first elsewhere and leave the second in the data folder: a restore erases again.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_bytes

from alembic.util import CommandError
from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from server.database import make_ready
from server.operations.files import beginning, finish, sync
from server.operations.office import Office, opened
from server.operations.persons import erase, forget_free_pages
from server.operations.rebuild import read_all
from server.operations.upgrade import upgrade
from server.running import check_alone
from server.settings import Settings
from server.store import commits, history, rows, schema
from server.store.commits import NO_HASH, chain_hash
from server.store.engine import create_engine_for, reading
from server.store.problems import EnvironmentProblem
from shared.access.access import ErasedPerson
from shared.kernel.decider import key
from shared.kernel.ids import uuid7


@dataclass(frozen=True, slots=True)
class Restored:
    """A restore that succeeded. `before` is where the database of before is kept, if there was one."""

    history: str
    fork_positions: Mapping[str, int]
    erased_again: int
    before: Path | None


def back_up(settings: Settings, path: Path) -> None:
    """Write a backup of the database to a new file, while the server may run."""
    part = beginning(path)
    try:
        _back_up(settings.database, part)
        finish(part, path)
    finally:
        part.unlink(missing_ok=True)


def _back_up(database: str, path: Path) -> None:
    if make_url(database).get_backend_name() != "sqlite":
        _run_postgresql("pg_dump", database, f"--file={path}", "--format=custom", "--no-owner")
        return
    engine = create_engine_for(database)
    connection = engine.raw_connection()
    try:
        # One snapshot, also while others write; a plain copy of a live file would be torn.
        connection.driver_connection.execute("VACUUM INTO ?", (str(path),))  # type: ignore[union-attr]
    finally:
        connection.close()
        engine.dispose()


def restore(settings: Settings, backup: Path, clock: Callable[[], datetime]) -> Restored:
    """Put a backup in the place of the database, as a new history in which the erased are erased.

    No server may run. The database of before is kept beside it.
    """
    if not backup.is_file():
        raise EnvironmentProblem(f"There is no file {backup}.")
    stamp = f"before-restore-{clock():%Y%m%dT%H%M%S}"
    if make_url(settings.database).get_backend_name() != "sqlite":
        return _restore_postgresql(settings, backup, clock, settings.data_dir / f"{stamp}.dump")
    current = Path(str(make_url(settings.database).database)).absolute()
    fresh = current.with_name(f"{current.name}.restoring")
    _remove(fresh)
    shutil.copyfile(backup, fresh)
    fresh.chmod(0o600)
    try:
        restored = _begin_history(settings, f"sqlite:///{fresh}", clock)
        sync(fresh)
        before = _set_aside(current, current.with_name(f"{current.name}.{stamp}"))
        fresh.replace(current)
        sync(current.parent)
    finally:
        _remove(fresh)
    return Restored(restored.history, restored.fork_positions, restored.erased_again, before)


def _restore_postgresql(settings: Settings, backup: Path, clock: Callable[[], datetime], before: Path) -> Restored:
    engine = create_engine_for(settings.database)
    try:
        check_alone(engine)
    finally:
        engine.dispose()
    back_up(settings, before)
    address = make_url(settings.database)
    _run_postgresql(
        "pg_restore",
        settings.database,
        "--clean",
        "--if-exists",
        "--no-owner",
        "--single-transaction",
        f"--dbname={address.database}",
        str(backup),
    )
    _drop_newer_tables(settings.database, backup)
    restored = _begin_history(settings, settings.database, clock)
    return Restored(restored.history, restored.fork_positions, restored.erased_again, before)


def _drop_newer_tables(database: str, backup: Path) -> None:
    """Tables that the release of the backup did not have are still there: its migrations make them anew."""
    listed = [line.split() for line in _run_postgresql("pg_restore", database, "--list", str(backup)).splitlines()]
    # 215; 1259 16386 TABLE public commits lanyard
    kept = {words[5] for words in listed if len(words) > 5 and words[3] == "TABLE" and words[4] != "DATA"}
    engine = create_engine_for(database)
    with engine.begin() as conn:
        for table in reversed(schema.metadata.sorted_tables):
            if table.name not in kept:
                table.drop(conn, checkfirst=True)
    engine.dispose()


def _begin_history(settings: Settings, database: str, clock: Callable[[], datetime]) -> Restored:
    """Check what was restored, open a new history and erase again whoever was erased since the backup."""
    with opened(settings, clock, database=database) as office:
        try:
            make_ready(office.engine, clock())
            forks = _check(office.engine)
        except (DatabaseError, CommandError) as error:
            raise EnvironmentProblem(
                f"This is no backup of Lanyard, or one of a newer release, or it is damaged ({type(error).__name__})."
            ) from error
        upgrade(office.engine, clock())
        now = clock()
        id = uuid7(unix_ms=int(now.timestamp() * 1000), random=token_bytes(10))
        with office.engine.begin() as conn:
            history.open_history(conn, id, now, forks)
        erased = _erase_again(office)
        forget_free_pages(office)
    return Restored(id, forks, erased, None)


def _check(engine: Engine) -> dict[str, int]:
    """The heads of all conferences, once their logs are found unbroken."""
    forks: dict[str, int] = {}
    with reading(engine).begin() as conn:
        for space in commits.spaces(conn):
            position, previous = 0, NO_HASH
            for one in read_all(conn, space):
                position, previous = position + 1, chain_hash(previous, position + 1, one)
                if (one.position, one.hash) != (position, previous):
                    raise EnvironmentProblem(f"The backup's log of {space} is broken at position {position}.")
            head = commits.head(conn, space)
            assert head is not None, "a listed space has a head"
            if (head.position, head.hash) != (position, previous):
                raise EnvironmentProblem(f"The backup's log of {space} ends at {position}, not at {head.position}.")
            forks[space] = position
    return forks


def _erase_again(office: Office) -> int:
    """Also those whom the backup does not name: desktops will offer again what did."""
    count = 0
    for space, person in sorted(office.erased_ids.all()):
        at = key(ErasedPerson, person)
        with reading(office.engine).begin() as conn:
            known = rows.read_rows(conn, space, [at]).get(at)
        if known is None or known.body is None:
            erase(office, space, person)
            count += 1
    return count


def _set_aside(current: Path, before: Path) -> Path | None:
    """Keep the old database under another name as well; it stays in place until the new one takes it."""
    if not current.exists():
        return None
    try:
        engine = create_engine_for(f"sqlite:///{current}")
        with engine.connect() as conn:
            conn.exec_driver_sql("SELECT 1")
        engine.dispose()  # the last to close takes the write-ahead log into the file
    except DatabaseError:
        pass  # damaged, perhaps why it is being restored
    os.link(current, before)
    for suffix in ("-wal", "-shm"):
        beside = current.with_name(current.name + suffix)
        if beside.exists():
            beside.rename(before.with_name(before.name + suffix))
    return before


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def _run_postgresql(program: str, database: str, *arguments: str) -> str:
    """What a program of PostgreSQL's says of a database; the password goes by the environment, not the command line."""
    found = shutil.which(program)
    if found is None:
        raise EnvironmentProblem(f"{program} is not installed here. It comes with PostgreSQL's client programs.")
    address = make_url(database)
    names = {
        "PGHOST": address.query.get("host", address.host),
        "PGPORT": address.port,
        "PGUSER": address.username,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.database,
    }
    environment = os.environ | {name: str(one) for name, one in names.items() if one is not None}
    finished = subprocess.run([found, *arguments], check=False, capture_output=True, text=True, env=environment)
    if finished.returncode:
        raise EnvironmentProblem(f"{program} failed: {finished.stderr.strip()}")
    return finished.stdout
