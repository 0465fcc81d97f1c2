"""Opens the encrypted SQLite files. Every write is on disk, fully synchronized, before anybody is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlcipher3 import dbapi2 as sqlite

Connection = Any
"""A connection of sqlcipher3, which carries no types."""

_WAL_RESET_FIXED: Final = (3, 51, 3)
KEY_BYTES: Final = 32


class EnvironmentProblem(Exception):
    """The disk, the network or the machine is in the way; the text tells the person what to do.

    Its places are filled with the values, so that a window can say it in the reader's language.
    """

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text.format_map(values) if values else text)
        self.text, self.values = text, values


def open_file(path: Path, key: bytes, schema: str) -> Connection:
    """A connection to the file, made with this schema where it did not exist.

    `key` is a raw 256-bit key. Raises EnvironmentProblem for a wrong key, a damaged file, or an SQLite that can lose
    commits in WAL mode.
    """
    if sqlite.sqlite_version_info < _WAL_RESET_FIXED:
        raise EnvironmentProblem(
            "SQLite {version} can lose commits. Lanyard needs 3.51.3 or newer: reinstall sqlcipher3.",
            version=sqlite.sqlite_version,
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    try:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        connection.execute("PRAGMA cache_size = -65536")  # KiB: a first download is encrypted once, when it commits
        connection.executescript(schema)
    except sqlite.DatabaseError as error:
        connection.close()
        raise EnvironmentProblem(
            "{file} cannot be opened: wrong key, or the file is damaged ({why}).", file=path.name, why=error
        ) from error
    return connection


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """One transaction: on disk when the block ends, undone when it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def files_of(path: Path) -> list[Path]:
    """The file itself, and those that SQLite keeps beside it."""
    return [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")]
