"""A server's authority on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.store.engine import create_engine_for
from server.store.schema import metadata
from tests.server.authority import Authority


@pytest.fixture(params=["sqlite", "postgresql"])
def authority(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Authority]:
    """An authority over an empty database. A test on it ends with its invariants."""
    url = f"sqlite:///{tmp_path / 'authority.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database_url")
    engine = create_engine_for(url)
    metadata.create_all(engine)
    made = Authority(engine, tmp_path)
    yield made
    made.holds()
    engine.dispose()


@pytest.fixture
def opened(authority: Authority) -> Authority:
    """With a published conference."""
    authority.open_conference()
    return authority
