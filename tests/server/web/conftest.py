"""A running server for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.web.world import Clock, World, running


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[World]:
    """A server without conferences."""
    with running(tmp_path / "server", Clock()) as world:
        yield world


@pytest.fixture
def world(bare: World) -> World:
    """A server with a published conference."""
    bare.make_conference()
    return bare
