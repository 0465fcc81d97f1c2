"""The rows of one conference while a batch is handled: a cache of the head, the batch's changes on top.

The cache is valid as long as the conference's head is where the cache left it; another process's writes bring it on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from server.store import commits
from server.store import rows as store
from server.store.commits import NO_HASH, Head
from server.store.rows import StoredRow
from shared.domain import CODEC, DOMAIN
from shared.kernel.codec import to_json
from shared.kernel.decider import Key
from shared.kernel.messages import wire_of
from shared.sync.digest import MODULUS, row_hash

CACHED_ROWS_MOST: Final = 200_000
_REFRESHED_ROWS_MOST: Final = 5_000
_DIRECTORY: Final = "directory."


class Cached(NamedTuple):
    """A row as stored, and as its class; both None where there is none."""

    body: bytes | None
    row: Any


class _Change(NamedTuple):
    """A row as the batch left it. `is_known`: it surely differs from what was there, or counts as if it did."""

    position: int
    body: bytes | None
    row: Any
    is_known: bool


@dataclass(slots=True)
class Cache:
    """Rows of one conference, exactly as they are at `position` of the log with this `hash`."""

    position: int = 0
    hash: bytes = NO_HASH
    rows: dict[Key, Cached] = field(default_factory=dict)
    rows_most: int = CACHED_ROWS_MOST
    refreshed_most: int = _REFRESHED_ROWS_MOST

    def clear(self) -> None:
        """Forget everything; the next batch reads anew."""
        self.rows.clear()
        self.position, self.hash = 0, NO_HASH

    def bring_to(self, conn: Connection, space: str, head: Head) -> None:
        """Take over what other processes wrote since; the space is locked."""
        if len(self.rows) > self.rows_most:
            self.clear()
        if (self.position, self.hash) == (head.position, head.hash):
            return
        if self.rows and commits.hash_at(conn, space, self.position) == self.hash:
            self._refresh(conn, space, head.position)
        else:  # nothing to refresh, or the database was restored from a backup under this process
            self.rows.clear()
        self.position, self.hash = head.position, head.hash

    def take(self, kept: Mapping[Key, Cached], head: Head) -> None:
        """Take over what a batch left, once its transaction is committed."""
        self.rows.update(kept)
        self.position, self.hash = head.position, head.hash

    def _refresh(self, conn: Connection, space: str, upto: int) -> None:
        views = [wire_of(kind).name for kind in DOMAIN.rows]
        changed = store.changed_rows(conn, space, views, self.position, upto, self.refreshed_most)
        if len(changed) >= self.refreshed_most:
            self.rows.clear()
            return
        for key, stored in changed:
            if key in self.rows:
                self.rows[key] = _cached(key, stored)


class BatchRows:
    """What the commands of a batch read and write; nothing reaches the cache before the transaction is committed."""

    def __init__(self, conn: Connection, space: str, cache: Cache) -> None:
        self._conn = conn
        self._space = space
        self._cache = cache
        self._read: dict[Key, Cached] = {}
        self._digests: dict[str, tuple[int, int]] = {}
        self._changed: dict[Key, _Change] = {}

    def fetch(self, keys: Iterable[Key]) -> Mapping[Key, Any]:
        """Rows as the batch left them so far, absent ones as None."""
        asked = list(keys)
        self.prefetch(key for key in asked if key not in self._changed)
        return {key: self._row(key) for key in asked}

    def prefetch(self, keys: Iterable[Key]) -> None:
        """Read rows in one statement, those that are not here yet."""
        missing = {key for key in keys if key not in self._read and key not in self._cache.rows}
        if not missing:
            return
        stored = store.read_rows(self._conn, self._space, missing)
        for key in missing:
            self._read[key] = _cached(key, stored[key]) if key in stored else Cached(None, None)

    def merge(self, changes: Mapping[Key, Any], position: int) -> None:
        """Keep the changes of the commit at this position; what is as it was keeps the position of its last change."""
        for key, row in changes.items():
            body = None if row is None else to_json(row)
            before = self._changed.get(key) or self._read.get(key) or self._cache.rows.get(key)
            if before is None or before.body != body:
                self._changed[key] = _Change(position, body, row, is_known=before is not None)

    def rewrite(self, changes: Mapping[Key, Any], position: int) -> None:
        """Keep these rows as changed at this position even where they are as they were."""
        for key, row in changes.items():
            self._changed[key] = _Change(position, None if row is None else to_json(row), row, is_known=True)

    def everything(self) -> dict[Key, Any]:
        """All rows of the conference, as the batch left them. For what is rare: the erasure of a person."""
        keys = {key for key, stored in store.all_rows(self._conn, self._space).items() if stored.body is not None}
        return dict(self.fetch(keys | set(self._changed)))

    def prepare_flush(self) -> None:
        """Read what `flush` starts from: rows that were written and never read, and the digests."""
        self.prefetch(self._changed)
        self._digests = store.digests(self._conn, self._space)

    def flush(self) -> dict[Key, Cached]:
        """Write the changed rows and digests; the answer is for `Cache` once the transaction is committed.

        A row that the batch changed and changed back is written all the same: positions depend on the log alone, and
        not on how it was cut into batches. So the log gives the same rows again.
        """
        kept = dict(self._read)
        written: dict[Key, StoredRow] = {}
        deltas: dict[str, list[int]] = {}
        for key, (position, body, row, is_known) in self._changed.items():
            old = self._below(key).body
            if body == old and (not is_known or key.view.startswith(_DIRECTORY)):
                continue
            written[key] = StoredRow(position, body)
            kept[key] = Cached(body, row)
            if key.view.startswith(_DIRECTORY):
                continue
            delta = deltas.setdefault(key.view, [0, 0])
            for sign, version in ((1, body), (-1, old)):
                if version is not None:
                    delta[0] = (delta[0] + sign * row_hash(key.view, key.id, version)) % MODULUS
                    delta[1] += sign
        store.write_rows(self._conn, self._space, written)
        added = {view: (delta[0], delta[1]) for view, delta in deltas.items()}
        store.add_to_digests(self._conn, self._space, added, self._digests)
        # The directory is not this conference's: others write it without moving this head.
        return {key: cached for key, cached in kept.items() if not key.view.startswith(_DIRECTORY)}

    def _below(self, key: Key) -> Cached:
        found = self._read.get(key)
        return self._cache.rows[key] if found is None else found

    def _row(self, key: Key) -> Any:
        changed = self._changed.get(key)
        return self._below(key).row if changed is None else changed.row


def _cached(key: Key, stored: StoredRow) -> Cached:
    return Cached(stored.body, None if stored.body is None else CODEC.decode_row(key.view, stored.body))
