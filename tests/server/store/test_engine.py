"""What an engine promises: durable commits, writers that wait, readers that see one moment."""

from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from server.store import commits
from server.store.engine import check_sqlite, create_engine_for, reading
from server.store.problems import EnvironmentProblem


def setting(connection: Connection, name: str) -> object:
    words = "PRAGMA" if connection.dialect.name == "sqlite" else "SHOW"
    return connection.execute(text(f"{words} {name}")).scalar()


def test_a_commit_is_on_the_disk(engine: Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            assert setting(connection, "journal_mode") == "wal"
            assert setting(connection, "synchronous") == 2  # FULL
            assert setting(connection, "foreign_keys") == 1
        else:
            assert setting(connection, "synchronous_commit") == "on"
            assert setting(connection, "transaction_isolation") == "read committed"


def test_what_is_rolled_back_was_never_there(engine: Engine) -> None:
    with engine.connect() as connection:
        commits.lock(connection, "space")
        connection.rollback()
        assert commits.head(connection, "space") is None


def test_a_reader_sees_one_moment_while_others_write(engine: Engine) -> None:
    with reading(engine).begin() as reader:
        assert commits.spaces(reader) == []
        with engine.begin() as writer:
            commits.lock(writer, "space")
        assert commits.spaces(reader) == []
    with reading(engine).begin() as reader:
        assert commits.spaces(reader) == ["space"]


def test_after_a_reader_the_same_connection_writes_again(engine: Engine) -> None:
    for _ in range(2):
        with reading(engine).begin() as reader:
            commits.spaces(reader)
        with engine.begin() as writer:
            commits.lock(writer, "space")


def test_writers_wait_for_each_other_instead_of_failing(engine: Engine) -> None:
    def open_spaces(first: int) -> None:
        for number in range(first, 40, 4):
            with engine.begin() as connection:
                commits.heads(connection, [f"{number:02}"])  # a writer that reads first must not lose its lock
                commits.lock(connection, f"{number:02}")

    threads = [Thread(target=open_spaces, args=[first]) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.begin() as connection:
        assert commits.spaces(connection) == [f"{number:02}" for number in range(40)]


def test_a_reader_of_postgresql_cannot_write(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        return
    with reading(engine).connect() as reader, pytest.raises(DBAPIError):
        commits.lock(reader, "space")


def test_a_database_in_memory_keeps_what_was_committed() -> None:
    engine = create_engine_for("sqlite://")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
        connection.execute(text("INSERT INTO t VALUES (1)"))
    with engine.begin() as connection:
        assert connection.execute(text("SELECT x FROM t")).scalar() == 1
    engine.dispose()


def test_a_sqlite_that_can_lose_commits_is_refused() -> None:
    check_sqlite((3, 51, 3))
    with pytest.raises(EnvironmentProblem, match=r"SQLite 3\.40\.1 can lose commits .* Install .* 3\.51\.3"):
        check_sqlite((3, 40, 1))


@pytest.mark.parametrize(
    ("url", "says"), [("mysql://host/name", "does not run on mysql"), ("lanyard.db", "Write it as sqlite:///")]
)
def test_an_unusable_url_is_explained(url: str, says: str) -> None:
    with pytest.raises(EnvironmentProblem, match=says):
        create_engine_for(url)


def test_a_missing_folder_is_explained(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="Make it, or change the URL"):
        create_engine_for(f"sqlite:///{tmp_path}/nowhere/store.sqlite")
