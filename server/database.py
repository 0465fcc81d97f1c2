"""Makes a database ready for the server, and tells in a sentence when it is not."""

from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from secrets import token_bytes
from typing import Final

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from server.store import commits, history, migrations, projections
from server.store.engine import reading
from server.store.problems import EnvironmentProblem
from shared.domain import RELEASE
from shared.kernel.ids import uuid7

_NEWER: Final = "The database belongs to a newer release of Lanyard. Run that one, or restore a backup."


def make_ready(engine: Engine, now: datetime) -> None:
    """Bring the schema to this release, and open the first history of a new database.

    Rows of an earlier release stay as they are: `operations.upgrade` makes them again. EnvironmentProblem for a newer
    release's database.
    """
    if state_of(engine) is State.NEWER:
        raise EnvironmentProblem(_NEWER)
    migrations.migrate(engine)
    with engine.begin() as conn:
        if not commits.spaces(conn):
            projections.keep_everywhere(conn)
    with engine.begin() as conn:
        is_new = history.current(conn) is None
    if is_new:
        # Another server that starts on the same database may open it first, and then it is open.
        with suppress(IntegrityError), engine.begin() as conn:
            history.open_first(conn, uuid7(unix_ms=int(now.timestamp() * 1000), random=token_bytes(10)), now)


class State(StrEnum):
    """What a database is to this release."""

    NEW = "new"
    OLDER = "older"
    READY = "ready"
    NEWER = "newer"


def state_of(engine: Engine) -> State:
    """What the schema and the rows say."""
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    with reading(engine).begin() as conn:
        revision = MigrationContext.configure(conn).get_current_revision()
        if revision is None:
            return State.NEW
        try:
            scripts.get_revision(revision)
        except CommandError:  # no release up to this one knows it
            return State.NEWER
        if revision != scripts.get_current_head():
            return State.OLDER
        made = projections.read(conn)
    if any(one.release > RELEASE for one in made.values()):
        return State.NEWER
    return State.READY if made.get(projections.EVERYWHERE) == projections.CURRENT else State.OLDER


def check_ready(engine: Engine) -> None:
    """EnvironmentProblem if schema or rows are not this release's."""
    match state_of(engine):
        case State.NEW | State.OLDER:
            raise EnvironmentProblem("The database is not up to date. Make a backup, then run: lanyard migrate")
        case State.NEWER:
            raise EnvironmentProblem(_NEWER)
        case _:
            return
