"""The base of one conference: rows as the server pushed them, the outcomes of this device's commands, the checkpoint.

One file a conference. A change is applied whole, in one transaction; a first download is built in a file beside it and
swapped in. The screens read a snapshot, which stays as it is until a newer one is shown.
"""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

from desktop.store.aside import mark
from desktop.store.files import Connection, open_file, transaction
from desktop.store.search import SEARCHED, group_of, part_of, searchable_text, sorting_text
from desktop.store.searcher import Searcher
from desktop.store.tally import TALLIED, differences
from shared.domain import CODEC
from shared.execute import Undecided
from shared.kernel.codec import from_json, to_json
from shared.kernel.decider import Key
from shared.kernel.messages import wire_of
from shared.sync.digest import MODULUS, row_hash
from shared.sync.protocol import START, Checkpoint, Outcome, PushedRow

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS rows (
    view TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (view, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outcomes (
    command_id TEXT PRIMARY KEY, position INTEGER NOT NULL, outcome BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS views (view TEXT PRIMARY KEY, version INTEGER NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, entry TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS found (
    number INTEGER PRIMARY KEY, view TEXT NOT NULL, id TEXT NOT NULL, sorting TEXT NOT NULL, UNIQUE (view, id)
);
CREATE INDEX IF NOT EXISTS found_in_order ON found (view, sorting, id);
CREATE TABLE IF NOT EXISTS grouped (
    number INTEGER PRIMARY KEY, view TEXT NOT NULL, kind TEXT NOT NULL, sorting TEXT NOT NULL, id TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS grouped_in_order ON grouped (view, kind, sorting, id);
CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5(text, tokenize='trigram');
CREATE TABLE IF NOT EXISTS tallies (
    view TEXT NOT NULL, bucket INTEGER NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (view, bucket, name)
) WITHOUT ROWID;
"""
_TALLIES_SINCE: Final = 2
"""The `user_version` of files that keep the tallies of this release; older ones are counted beside the screens."""
_PAGED: Final = (
    "SELECT id, body FROM (SELECT view, id FROM part ORDER BY sorting, id LIMIT ? OFFSET ?) JOIN rows USING (view, id)"
)
_COUNTED: Final = "SELECT count(*) FROM part"
_NULL: Final = b"null"
_AT_ONCE: Final = 100  # rows, a few milliseconds, after which the screens have their turn


class Snapshot:
    """The rows as they were when it was taken. It stays so while the worker writes, until it is closed."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._lock = threading.Lock()
        self._connection = open_file(path, key, "", mark)
        try:
            self._connection.execute("BEGIN")
            # The first read pins the state.
            views = self._connection.execute("SELECT view, version FROM views").fetchall()
        except BaseException:
            self._connection.close()
            raise
        self._versions: dict[str, int] = dict(views)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def fetch(self, keys: Iterable[Key]) -> Mapping[Key, Any]:
        """Rows by key, absent ones as None; raises Undecided for a view that this device does not hold."""
        found: dict[Key, Any] = {}
        with self._lock:
            for key in keys:
                if self._versions and key.view not in self._versions:
                    raise Undecided(key.view)
                stored = self._connection.execute("SELECT body FROM rows WHERE view = ? AND id = ?", key).fetchone()
                found[key] = None if stored is None else CODEC.decode_row(key.view, stored[0])
        return found

    def rows(self, view: str, *, limit: int = -1, offset: int = 0) -> dict[Key, Any]:
        """The rows of a view in order of their ids."""
        with self._lock:
            found = self._connection.execute(
                "SELECT id, body FROM rows WHERE view = ? ORDER BY id LIMIT ? OFFSET ?", (view, limit, offset)
            ).fetchall()
        return {Key(view, one): CODEC.decode_row(view, body) for one, body in found}

    def rows_after(self, view: str, after: str, limit: int) -> dict[Key, Any]:
        """The first rows with a greater id: as quick at the end of a long view as at its start."""
        with self._lock:
            found = self._connection.execute(
                "SELECT id, body FROM rows WHERE view = ? AND id > ? ORDER BY id LIMIT ?", (view, after, limit)
            ).fetchall()
        return {Key(view, one): CODEC.decode_row(view, body) for one, body in found}

    def page(self, view: str, *, offset: int, limit: int, group: str = "") -> dict[Key, Any]:
        """Some rows of a searched view, or of its group, in order of `ORDERED`; as quick at its end as at its start."""
        part, which = part_of(view, group)
        with self._lock:
            found = self._connection.execute(part + _PAGED, (*which, limit, offset)).fetchall()
        return {Key(view, one): CODEC.decode_row(view, body) for one, body in found}

    def count(self, view: str, group: str = "") -> int:
        """How many rows of a searched view, or of its group, there are."""
        part, which = part_of(view, group)
        with self._lock:
            (number,) = self._connection.execute(part + _COUNTED, which).fetchone()
        return int(number)

    def sums(self, view: str, is_over: Callable[[], bool]) -> dict[tuple[str, int, str], int]:
        """What there is to count in the rows of a view, unless of an older version; part of it once `is_over`."""
        kind, sums = CODEC.row_class(view), Counter[tuple[str, int, str]]()
        if kind is None or self._versions.get(view) != wire_of(kind).version:
            return sums
        after = ""
        while not is_over() and (rows := self.rows_after(view, after, _AT_ONCE)):
            sums.update(differences((), rows.values()))
            after = max(rows).id
        return sums

    def checkpoint(self) -> Checkpoint:
        with self._lock:
            found = self._connection.execute("SELECT entry FROM meta WHERE name = 'checkpoint'").fetchone()
        return START if found is None else Checkpoint.parse(found[0])

    def versions(self) -> dict[str, int]:
        """The views that this base holds, with their versions; empty before the first download."""
        return dict(self._versions)

    def outcomes(self) -> dict[str, Outcome]:
        """The outcomes of this device's commands, by command id, in order of position."""
        with self._lock:
            found = self._connection.execute("SELECT command_id, outcome FROM outcomes ORDER BY position").fetchall()
        return {command_id: from_json(Outcome, outcome) for command_id, outcome in found}

    def digests(self) -> dict[str, int]:
        """An order-independent sum of the rows' hashes, by view."""
        with self._lock:
            found = self._connection.execute("SELECT view, digest FROM views").fetchall()
        return {view: int(digest, 16) for view, digest in found}


class Base:
    """A conference's base file: a connection that writes, one that searches, and the snapshot that is shown."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key
        self._writing, self._counting = threading.Lock(), threading.Lock()
        self._closed = threading.Event()
        self._emptied: set[str] = set()
        with ExitStack() as opened:
            self._writer = opened.enter_context(closing(open_file(path, key, _SCHEMA, mark)))
            self.searcher = opened.enter_context(closing(Searcher(path, key)))
            self.shown = opened.enter_context(closing(self.snapshot()))
            if not self.shown.versions():
                self._now_counted()
            opened.pop_all()

    def close(self) -> None:
        """Waits for a change that is just being applied: SQLite bears no close beside it."""
        self.searcher.close()
        self.shown.close()
        with self._writing:
            self._closed.set()
            self._writer.close()

    def snapshot(self) -> Snapshot:
        """What is in the file now."""
        return Snapshot(self.path, self._key)

    def show(self, snapshot: Snapshot) -> None:
        """Put a newer snapshot in the place of the one that is shown."""
        self.shown, before = snapshot, self.shown
        before.close()

    def digests_after(self, rows: Mapping[Key, PushedRow], emptied: Collection[str]) -> dict[str, int]:
        """The digests as they will be once these rows are applied and the emptied views read anew."""
        digests = {view: 0 if view in emptied else digest for view, digest in self.shown.digests().items()}
        held = digests.keys() - set(emptied)
        for key, row in rows.items():
            digest = digests.get(key.view, 0)
            with self._writing:
                old = self._body(self._writer, key) if key.view in held else None
            if old is not None:
                digest -= row_hash(key.view, key.id, old)
            body = bytes(row.body)
            if body != _NULL:
                digest += row_hash(key.view, key.id, body)
            digests[key.view] = digest % MODULUS
        return digests

    def apply(
        self,
        checkpoint: Checkpoint,
        versions: Mapping[str, int],
        digests: Mapping[str, int],
        rows: Mapping[Key, PushedRow],
        outcomes: Collection[Outcome],
        emptied: Collection[str] = (),
    ) -> None:
        """Apply a whole change in one transaction; readers see it after `refresh`."""
        with self._writing, transaction(self._writer) as connection:
            for view in emptied:
                connection.execute("DELETE FROM rows WHERE view = ?", (view,))
                connection.execute("DELETE FROM tallies WHERE view = ?", (view,))
            self._emptied.update(emptied)
            self._tally(connection, rows)
            gone = [key for key, row in rows.items() if bytes(row.body) == _NULL]
            connection.executemany("DELETE FROM rows WHERE view = ? AND id = ?", gone)
            connection.executemany(
                "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)",
                ((*key, row.position, body) for key, row in rows.items() if (body := bytes(row.body)) != _NULL),
            )
            connection.executemany(
                "INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?)",
                [(one.command_id, one.position, to_json(one)) for one in outcomes],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO views VALUES (?, ?, ?)",
                [(view, version, f"{digests.get(view, 0):x}") for view, version in versions.items()],
            )
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('checkpoint', ?)", (str(checkpoint),))
            self._index(connection, rows, emptied)

    def _index(self, connection: Connection, rows: Mapping[Key, PushedRow], emptied: Collection[str]) -> None:
        for view in set(emptied) & SEARCHED.keys():
            connection.execute("DELETE FROM search WHERE rowid IN (SELECT number FROM found WHERE view = ?)", (view,))
            connection.execute("DELETE FROM found WHERE view = ?", (view,))
            connection.execute("DELETE FROM grouped WHERE view = ?", (view,))
        searched = [(key, bytes(row.body)) for key, row in rows.items() if key.view in SEARCHED]
        if not searched:
            return
        (last,) = connection.execute("SELECT coalesce(max(number), 0) FROM found").fetchone()
        if last:
            keys = [key for key, _ in searched]
            connection.executemany(
                "DELETE FROM search WHERE rowid = (SELECT number FROM found WHERE view = ? AND id = ?)", keys
            )
            connection.executemany(
                "DELETE FROM grouped WHERE number = (SELECT number FROM found WHERE view = ? AND id = ?)", keys
            )
            connection.executemany("DELETE FROM found WHERE view = ? AND id = ?", keys)
        indexed = [(key, CODEC.decode_row(key.view, body)) for key, body in searched if body != _NULL]
        connection.executemany(
            "INSERT INTO found VALUES (?, ?, ?, ?)",
            [(number, *key, sorting_text(row)) for number, (key, row) in enumerate(indexed, start=last + 1)],
        )
        connection.executemany(
            "INSERT INTO grouped VALUES (?, ?, ?, ?, ?)",
            [
                (number, key.view, group, sorting_text(row), key.id)
                for number, (key, row) in enumerate(indexed, start=last + 1)
                if (group := group_of(row))
            ],
        )
        connection.executemany(
            "INSERT INTO search (rowid, text) VALUES (?, ?)",
            [(number, searchable_text(row)) for number, (_, row) in enumerate(indexed, start=last + 1)],
        )

    def _tally(self, connection: Connection, rows: Mapping[Key, PushedRow]) -> None:
        """Keep the sums up with rows that are about to be written."""
        tallied = {key: bytes(row.body) for key, row in rows.items() if key.view in TALLIED}
        known = ((key, self._body(connection, key)) for key in tallied)
        before = [CODEC.decode_row(key.view, body) for key, body in known if body is not None]
        after = [CODEC.decode_row(key.view, body) for key, body in tallied.items() if body != _NULL]
        self._add(connection, differences(before, after))

    @staticmethod
    def _add(connection: Connection, sums: Mapping[tuple[str, int, str], int]) -> None:
        connection.executemany(
            "INSERT INTO tallies VALUES (?, ?, ?, ?)"
            " ON CONFLICT (view, bucket, name) DO UPDATE SET number = number + excluded.number",
            [(*which, number) for which, number in sums.items()],
        )
        connection.executemany("DELETE FROM tallies WHERE (view, bucket, name) = (?, ?, ?) AND number = 0", list(sums))

    def tally(self, view: str) -> dict[int, dict[str, int]]:
        """The sums of a view of `TALLIED`, by bucket and name: of what the file has now. See `count_old_rows`."""
        with self._writing:
            if self._closed.is_set():
                return {}
            found = self._writer.execute("SELECT bucket, name, number FROM tallies WHERE view = ?", (view,)).fetchall()
        sums: dict[int, dict[str, int]] = {}
        for bucket, name, number in found:
            sums.setdefault(bucket, {})[name] = number
        return sums

    def count_old_rows(self, is_over: Callable[[], bool]) -> None:
        """Make the tallies of a file from before there were any. For a thread: it takes as long as there are rows.

        Changes are applied meanwhile, and add what they make different. Views of an older version are read anew by
        sync, and counted then.
        """
        with self._counting:
            with self._writing:
                if self._closed.is_set() or self._is_counted():
                    return
                self._writer.execute("DELETE FROM tallies")  # what came since is among the rows
                counted = self.snapshot()
                self._emptied.clear()
            with closing(counted):
                sums = [counted.sums(view, is_over) for view in TALLIED]
            with self._writing:
                if self._closed.is_set() or is_over():
                    return
                with transaction(self._writer) as connection:
                    for view, found in zip(TALLIED, sums, strict=True):
                        if view not in self._emptied:
                            self._add(connection, found)
                    self._now_counted()

    def _now_counted(self) -> None:
        self._writer.execute(f"PRAGMA user_version = {_TALLIES_SINCE}")

    def _is_counted(self) -> bool:
        (version,) = self._writer.execute("PRAGMA user_version").fetchone()
        return bool(version >= _TALLIES_SINCE)

    @staticmethod
    def _body(connection: Connection, key: Key) -> bytes | None:
        stored = connection.execute("SELECT body FROM rows WHERE view = ? AND id = ?", key).fetchone()
        return None if stored is None else bytes(stored[0])
