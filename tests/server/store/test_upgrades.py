"""A database of an earlier release keeps what waits in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from server.store import checkouts, migrations, outbox
from server.store.checkouts import Begun
from server.store.engine import create_engine_for
from server.store.migrations import migrate
from server.store.moments import to_us
from shared.kernel.decider import Call

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


@pytest.fixture
def first_release(database_url: str) -> Iterator[Engine]:
    """A database as the first release made it, where two mails wait: one is new, one failed once."""
    made = create_engine_for(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with made.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        statement = text(
            "INSERT INTO outbox (space, position, n, template, about, attempts, next_at, last_error)"
            " VALUES ('space', :position, 0, 'order_link', :about, :attempts, :next_at, :error)"
        )
        at = to_us(NOW)
        connection.execute(statement, {"position": 7, "about": "a", "attempts": 0, "next_at": at, "error": None})
        connection.execute(statement, {"position": 9, "about": "b", "attempts": 1, "next_at": at, "error": "smtp_451"})
    yield made
    made.dispose()


def test_mails_that_waited_in_the_first_release_are_sent_by_this_one(first_release: Engine) -> None:
    migrate(first_release)
    with first_release.begin() as connection:
        taken = outbox.take_due(connection, outbox.Kind.MAIL, NOW, 10)
        assert outbox.take_due(connection, outbox.Kind.CALL, NOW, 10) == []
    assert [(one.position, one.kind, one.name, one.about, one.attempts) for one in taken] == [
        (7, "mail", "order_link", "a", 1),
        (9, "mail", "order_link", "b", 2),
    ]


def test_a_database_of_the_first_release_takes_calls_and_payments(first_release: Engine) -> None:
    migrate(first_release)
    with first_release.begin() as connection:
        outbox.add(connection, "space", [(10, Call(service="refund", about="p:r"))], NOW)
        assert [one.name for one in outbox.take_due(connection, outbox.Kind.CALL, NOW, 10)] == ["refund"]
        assert checkouts.find(connection, "space", "p") is None
        assert checkouts.put(connection, "space", "p", Begun("cs_1", "https://pay.example/1")).reference == "cs_1"
        assert checkouts.put(connection, "space", "p", Begun("cs_2", "https://pay.example/2")).reference == "cs_1"
