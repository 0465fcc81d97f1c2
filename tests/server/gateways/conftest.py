"""A shop for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.gateways.shop import Shop, open_shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A server whose registrants pay at Stripe."""
    with open_shop(tmp_path / "server") as made:
        yield made
