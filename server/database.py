"""Makes a database ready for the server, and tells in a sentence when it is not."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from secrets import token_bytes

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from server.store import history, migrations
from server.store.engine import reading
from server.store.problems import EnvironmentProblem
from shared.kernel.ids import uuid7


def make_ready(engine: Engine, now: datetime) -> None:
    """Bring the schema to this release, and open the first history of a new database."""
    migrations.migrate(engine)
    with engine.begin() as conn:
        is_new = history.current(conn) is None
    if is_new:
        # Another server that starts on the same database may open it first, and then it is open.
        with suppress(IntegrityError), engine.begin() as conn:
            history.open_first(conn, uuid7(unix_ms=int(now.timestamp() * 1000), random=token_bytes(10)), now)


def check_ready(engine: Engine) -> None:
    """EnvironmentProblem if the schema is not this release's."""
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    with reading(engine).begin() as conn:
        found = MigrationContext.configure(conn).get_current_revision()
    if found == scripts.get_current_head():
        return
    try:
        is_older = found is None or scripts.get_revision(found) is not None
    except CommandError:  # no release up to this one knows it
        is_older = False
    if is_older:
        raise EnvironmentProblem("The database is not up to date. Make a backup, then run: lanyard migrate")
    raise EnvironmentProblem("The database belongs to a newer release of Lanyard. Run that one, or restore a backup.")
