"""What every test may ask for. The environment is set before anything imports Qt."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest
from hypothesis import settings
from psycopg.sql import SQL, Identifier

from tests.postgres import running_postgres

# No deadline: a machine that is busy with something else is not a failure. In CI a red run is red again when repeated.
settings.register_profile("lanyard", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True)
settings.load_profile("lanyard")

# Their asserts are read by people too.
pytest.register_assert_rewrite("tests.spec", "tests.acceptance.registrants", "tests.acceptance.site")

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a running PostgreSQL, for SQLAlchemy. It is started for the first test that asks, once a worker."""
    with running_postgres() as url:
        yield url


@pytest.fixture
def postgres_database_url(postgres_url: str) -> Iterator[str]:
    """The URL of a database that is new and empty, and this test's own."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        yield postgres_url.replace("/postgres?", f"/{name}?")
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
