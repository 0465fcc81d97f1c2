"""The administrator's commands, as they are typed."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from server.app import utc_now
from server.operations import backups, held, logs, persons, rebuild
from server.operations.office import opened, space_named
from server.running import check_alone, stopped
from server.settings import Settings
from server.store import commits, outbox
from server.store.engine import create_engine_for, reading

commands = typer.Typer()

Conference = Annotated[str, typer.Argument(help="The conference's address or id.")]


@commands.command()
def rebuild_views(
    conference: Annotated[str | None, typer.Argument(help="The conference's address or id; all without it.")] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Compare only. The server may run.")] = False,
) -> None:
    """Make every row again from the log, and say which were not as the log has them."""
    settings = Settings()
    is_same = True
    with nullcontext() if check else stopped(settings.data_dir), _connected(settings) as engine:
        if not check:
            check_alone(engine)
        for space in _spaces(engine, conference):
            found = (rebuild.check if check else rebuild.rebuild)(engine, space)
            is_same = is_same and found.is_same
            _tell(space, found)
    if check and not is_same:
        raise typer.Exit(1)


@contextmanager
def _connected(settings: Settings) -> Iterator[Engine]:
    engine = create_engine_for(settings.database)
    try:
        yield engine
    finally:
        engine.dispose()


def _spaces(engine: Engine, conference: str | None) -> list[str]:
    with reading(engine).begin() as conn:
        return commits.spaces(conn) if conference is None else [space_named(conn, conference)]


def _tell(space: str, found: rebuild.Rebuilt) -> None:
    typer.echo(f"{space}: {found.rows} rows from {found.events} events, up to position {found.position}.")
    for one in found.differences:
        typer.echo(f"  {one.key.view} {one.key.id!r} was not what the log says")
    for view in found.digests:
        typer.echo(f"  the digest of {view} was not the sum of its rows")


@commands.command()
def release_held(conference: Conference) -> None:
    """Decide held facts again, after what kept them was mended."""
    with opened(Settings(), utc_now) as office:
        for one in held.release_held(office, office.space(conference)):
            typer.echo(f"{one.held} ({one.name}): {'done' if one.code is None else f'held still, {one.code}'}")


@commands.command()
def export_log(conference: Conference, file: Path) -> None:
    """Write a conference's log to a file of JSON lines with hashes. Personal fields stay sealed."""
    with _connected(Settings()) as engine:
        with reading(engine).begin() as conn:
            space = space_named(conn, conference)
        header = logs.export_log(engine, space, file)
    typer.echo(f"{header.position} commits, the last with hash {header.hash}")


@commands.command()
def verify_log(file: Path) -> None:
    """Check that an exported log is whole and unchanged. Compare the hash with one that you trust."""
    header = logs.verify_log(file)
    typer.echo(f"{header.conference}: {header.position} commits, unbroken, the last with hash {header.hash}")


@commands.command()
def backup(file: Path) -> None:
    """Write a backup of the database to a new file; the server may run."""
    settings = Settings()
    backups.back_up(settings, file)
    typer.echo(f"The database is in {file}.")
    typer.echo(f"Not in it: the master secret ({settings.master_secret_file}). Keep a copy of it, in another place.")
    typer.echo(f"Not in it: who was erased ({settings.erased_file}). Leave it where it is: a restore reads it.")


@commands.command()
def restore(
    file: Path,
    *,
    force: Annotated[bool, typer.Option("--force", help="Even if a server seems to run: its writes are lost.")] = False,
) -> None:
    """Put a backup in the place of the database. Desktops notice, and offer again what the backup has not."""
    settings = Settings()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with nullcontext() if force else stopped(settings.data_dir):
        restored = backups.restore(settings, file, utc_now)
    typer.echo(f"Restored, as history {restored.history}. Persons erased again: {restored.erased_again}.")
    if restored.before is not None:
        typer.echo(f"The database of before is kept as {restored.before}.")
    typer.echo("Devices enrolled since the backup must enrol again.")


@commands.command()
def erase_person(conference: Conference, person: Annotated[str, typer.Argument(help="The person's id.")]) -> None:
    """Erase a person for good: from the rows, from the log, from every desktop. The server may run."""
    with opened(Settings(), utc_now) as office:
        changed = persons.erase_person(office, office.space(conference), person)
    typer.echo(f"Erased; {changed} rows said something of them.")


@commands.command()
def mails(
    *,
    retry: Annotated[
        bool, typer.Option("--retry", help="Try everything now that failed, what was given up too.")
    ] = False,
) -> None:
    """Count the mails that wait and that were given up, by template and reason. The server may run."""
    with _connected(Settings()) as engine:
        if retry:
            with engine.begin() as conn:
                count = outbox.retry(conn, outbox.Kind.MAIL, utc_now())
            typer.echo(f"{count} mails will be tried again.")
            return
        with reading(engine).begin() as conn:
            found = outbox.waiting(conn, outbox.Kind.MAIL)
    if not found:
        typer.echo("No mail waits.")
    for one in found:
        state = "given up" if one.is_given_up else "waiting"
        typer.echo(f"{one.count:6} {state:8}  {one.name}" + (f": {one.last_error}" if one.last_error else ""))
