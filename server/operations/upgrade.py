"""Brings a database of an earlier release to this one: its schema, then the rows of each conference from its log.

What was stored as rows lacks what newer views say. Killed at any moment, it goes on where it was when it is run again.
"""

from datetime import datetime

import structlog
from sqlalchemy import Engine

from server.database import make_ready
from server.operations.rebuild import rebuild_locked
from server.store import commits, projections
from server.store.engine import reading

log = structlog.get_logger()


def upgrade(engine: Engine, now: datetime) -> None:
    """Make a database ready for this release's server; one that is ready stays as it is. No server may run."""
    make_ready(engine, now)
    with reading(engine).begin() as conn:
        made = projections.read(conn)
        spaces = commits.spaces(conn)
    if made.get(projections.EVERYWHERE) == projections.CURRENT:
        return
    for number, space in enumerate(spaces, start=1):
        if made.get(space) != projections.CURRENT:
            _make_rows(engine, space, f"{number} of {len(spaces)}")
    with engine.begin() as conn:
        projections.keep_everywhere(conn)


def _make_rows(engine: Engine, space: str, progress: str) -> None:
    """The rows, and that they are this release's, in one transaction."""
    with engine.begin() as conn:
        commits.lock(conn, space)
        found = rebuild_locked(conn, space)
        projections.keep(conn, space)
    log.info("rows made again", conference=space, progress=progress, rows=found.rows, events=found.events)
