"""What the rows were made with. Rows of other views than this release has must be made again before they are read."""

from typing import Final, NamedTuple

from sqlalchemy import Connection

from server.store import schema
from server.store.bulk import both, execute, query, upsert
from shared.domain import DOMAIN, RELEASE
from shared.kernel.codec import to_json
from shared.kernel.messages import wire_of

EVERYWHERE: Final = ""
"""Stands for every space without a line of its own; those have one only while rows are being made again."""
_READ: Final = both("SELECT space, release, views FROM projections")
_CLEAR: Final = both("DELETE FROM projections WHERE space <> ''")


class Made(NamedTuple):
    """The release that made rows, and its views with their versions."""

    release: int
    views: str


CURRENT: Final = Made(RELEASE, to_json(dict(wire_of(kind) for kind in DOMAIN.rows)).decode())


def read(conn: Connection) -> dict[str, Made]:
    """What the rows were made with, by space. Nothing at all: by a release that did not keep it."""
    return {space: Made(*made) for space, *made in query(conn, _READ)}


def keep(conn: Connection, space: str) -> None:
    """The rows of this space are this release's."""
    upsert(conn, schema.projections, [(space, *CURRENT)])


def keep_everywhere(conn: Connection) -> None:
    """All rows are this release's, those of spaces to come included."""
    execute(conn, _CLEAR)
    keep(conn, EVERYWHERE)
