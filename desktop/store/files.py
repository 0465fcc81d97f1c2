"""Opens the encrypted SQLite files. Every write is on disk, fully synchronized, before anybody is told."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlcipher3 import dbapi2 as sqlite

Connection = Any
"""A connection of sqlcipher3, which carries no types."""

_WAL_RESET_FIXED: Final = (3, 51, 3)
KEY_BYTES: Final = 32
_PRIMARY: Final = 0xFF  # of an extended code of SQLite


class EnvironmentProblem(Exception):
    """The disk, the network or the machine is in the way; the text tells the person what to do.

    Its places are filled with the values, so that a window can say it in the reader's language.
    """

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text.format_map(values) if values else text)
        self.text, self.values = text, values


class Damaged(EnvironmentProblem):
    """A file that does not hold any more what was written to it."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(text, file=path.name)
        self.path = path


def damaged(path: Path) -> Damaged:
    """That a file is damaged for which there is no other."""
    return Damaged(
        path,
        "{file} cannot be read: it is damaged, or this is not its key. Nothing in it was changed. Keep a copy of the"
        " profile’s folder, then put the file back from a backup, or begin with a new profile.",
    )


def open_file(path: Path, key: bytes, schema: str, on_damage: Callable[[Path], Damaged] = damaged) -> Connection:
    """A connection to the file, made with this schema where it did not exist.

    `key` is a raw 256-bit key. Raises EnvironmentProblem for a wrong key, a damaged file, or an SQLite that can lose
    commits in WAL mode; so does whatever is done with the connection, where the disk or the file is in the way.
    `on_damage` says what then is to be done, here and later.
    """
    if sqlite.sqlite_version_info < _WAL_RESET_FIXED:
        raise EnvironmentProblem(
            "SQLite {version} can lose commits. Lanyard needs 3.51.3 or newer: reinstall sqlcipher3.",
            version=sqlite.sqlite_version,
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    told = _Told(path, on_damage)
    with told:
        connection = sqlite.connect(
            path, isolation_level=None, check_same_thread=False, timeout=10, factory=_FileConnection
        )
    connection.told = told
    try:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        connection.execute("PRAGMA cache_size = -65536")  # KiB: a first download is encrypted once, when it commits
        with connection.told:
            connection.executescript(schema)
    except BaseException:
        connection.close()
        raise
    return connection


class _FileCursor(sqlite.Cursor):  # type: ignore[misc]
    """Says in words what is in the way whenever SQLite meets it: most pages are read long after the opening."""

    def execute(self, sql: str, values: Any = ()) -> Any:
        with self.connection.told:
            return super().execute(sql, values)

    def executemany(self, sql: str, values: Iterable[Any]) -> Any:
        with self.connection.told:
            return super().executemany(sql, values)

    def fetchone(self) -> Any:
        with self.connection.told:
            return super().fetchone()

    def fetchall(self) -> Any:
        with self.connection.told:
            return super().fetchall()

    def __next__(self) -> Any:
        with self.connection.told:
            return super().__next__()


class _FileConnection(sqlite.Connection):  # type: ignore[misc]
    told: "_Told"

    def cursor(self) -> Any:
        return super().cursor(_FileCursor)


class _Told:
    """Says in words what SQLite meets inside of it."""

    def __init__(self, path: Path, on_damage: Callable[[Path], Damaged]) -> None:
        self._path, self._on_damage = path, on_damage

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, at: object) -> None:
        problem = _problem(self._path, error, self._on_damage) if isinstance(error, sqlite.DatabaseError) else None
        if problem is not None:
            raise problem from error


def _problem(
    path: Path, error: sqlite.DatabaseError, on_damage: Callable[[Path], Damaged]
) -> EnvironmentProblem | None:
    """What is in the way, None for an error that is ours."""
    match getattr(error, "sqlite_errorcode", 0) & _PRIMARY:
        case sqlite.SQLITE_CORRUPT | sqlite.SQLITE_NOTADB:
            return on_damage(path)
        case sqlite.SQLITE_FULL:
            return EnvironmentProblem("The disk is full. This was not saved: make space, then do it again.")
        case sqlite.SQLITE_READONLY | sqlite.SQLITE_PERM | sqlite.SQLITE_CANTOPEN | sqlite.SQLITE_IOERR:
            return EnvironmentProblem(
                "{file} cannot be written or read ({why}). See that the disk is there and not full, and that you may"
                " write to the profile’s folder.",
                file=path.name,
                why=error,
            )
        case sqlite.SQLITE_BUSY:
            return EnvironmentProblem("Another program has {file} open. Close it, then do this again.", file=path.name)
        case _:
            return None


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """One transaction: on disk when the block ends, undone when it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk ends it by itself
            connection.execute("ROLLBACK")
        raise


def files_of(path: Path) -> list[Path]:
    """The file itself, and those that SQLite keeps beside it."""
    return [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")]
