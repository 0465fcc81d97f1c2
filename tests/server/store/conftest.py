"""The store on each database. A contract test asks for `engine` and runs on both."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from server.store.engine import create_engine_for
from server.store.migrations import migrate


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    url: str = request.getfixturevalue("postgres_database_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with the schema in it."""
    made = create_engine_for(database_url)
    migrate(made)
    yield made
    made.dispose()
