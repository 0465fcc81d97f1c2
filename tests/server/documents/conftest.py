"""A database with the rows of a conference, as commands would have left them."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from server.store.engine import create_engine_for
from server.store.rows import StoredRow, write_rows
from server.store.schema import metadata
from shared.kernel.codec import to_json
from shared.kernel.decider import Key
from tests.server.documents.world import SPACE, conference_rows

Keep = Callable[[Mapping[Key, Any]], None]


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    """A connection to an empty database."""
    engine = create_engine_for(f"sqlite:///{tmp_path / 'rows.sqlite'}")
    metadata.create_all(engine)
    with engine.begin() as conn:
        yield conn
    engine.dispose()


@pytest.fixture
def keep(conn: Connection) -> Keep:
    """Stores rows beside those of the conference."""

    def kept(rows: Mapping[Key, Any]) -> None:
        write_rows(conn, SPACE, {key: StoredRow(1, to_json(row)) for key, row in rows.items()})

    kept(conference_rows())
    return kept
