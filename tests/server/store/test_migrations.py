"""The migrations lead where the schema says."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from server.store import migrations, outbox
from server.store.engine import create_engine_for
from server.store.migrations import migrate
from server.store.schema import metadata

POSTGRES_COLUMNS = """
    SELECT table_name, column_name, ordinal_position, data_type, is_nullable, column_default, collation_name
    FROM information_schema.columns WHERE table_schema = 'public'
"""
POSTGRES_INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
POSTGRES_CONSTRAINTS = """
    SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
"""
SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master"


def catalogue(connection: Connection) -> set[tuple[Any, ...]]:
    """Everything that the database says of its tables, without alembic's own."""
    is_sqlite = connection.dialect.name == "sqlite"
    questions = [SQLITE] if is_sqlite else [POSTGRES_COLUMNS, POSTGRES_INDEXES, POSTGRES_CONSTRAINTS]
    found = [row for question in questions for row in connection.execute(text(question))]
    return {tuple(" ".join(str(part).split()) for part in row) for row in found if "alembic" not in str(row)}


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    made = create_engine_for(database_url)
    yield made
    made.dispose()


def test_a_migrated_database_equals_the_schema(empty: Engine) -> None:
    migrate(empty)
    with empty.begin() as connection:
        migrated = catalogue(connection)
        metadata.drop_all(connection)
        assert catalogue(connection) == set()
        metadata.create_all(connection)
        assert catalogue(connection) == migrated


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        before = catalogue(connection)
    migrate(engine)
    with engine.begin() as connection:
        assert catalogue(connection) == before


def test_a_path_with_a_percent_sign_can_be_migrated(tmp_path: Path) -> None:
    folder = tmp_path / "100% mine"
    folder.mkdir()
    made = create_engine_for(f"sqlite:///{folder}/store.sqlite")
    migrate(made)
    made.dispose()


def test_mails_that_wait_are_not_lost_by_the_change_of_their_table(empty: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with empty.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text("INSERT INTO outbox VALUES ('space', 7, 1, 'order_link', 'order-1', 2, 1000, 'OSError')")
        )
    migrate(empty)
    with empty.begin() as connection:
        (taken,) = outbox.take_due(connection, outbox.Kind.MAIL, datetime.now(UTC), 10)
    assert taken == outbox.Taken("space", 7, 1, "mail", "order_link", "order-1", 3)
