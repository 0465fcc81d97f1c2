"""The rows of one conference while a batch is handled: a cache of the head, the batch's changes on top.

The cache is valid as long as the conference's head is where the cache left it; another process's writes bring it on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from server.store import rows as store
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


@dataclass(slots=True)
class Cache:
    """Rows of one conference, exactly as they are at `position`."""

    position: int = 0
    rows: dict[Key, Cached] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget everything; the next batch reads anew."""
        self.rows.clear()
        self.position = 0

    def bring_to(self, conn: Connection, space: str, position: int) -> None:
        """Take over what other processes wrote since."""
        if self.position == position:
            return
        views = [wire_of(kind).name for kind in DOMAIN.rows]
        changed = store.changed_rows(conn, space, views, self.position, position, _REFRESHED_ROWS_MOST)
        if len(changed) >= _REFRESHED_ROWS_MOST or len(self.rows) > CACHED_ROWS_MOST:
            self.rows.clear()
        else:
            for key, stored in changed:
                if key in self.rows:
                    self.rows[key] = _cached(key, stored)
        self.position = position


class BatchRows:
    """What the commands of a batch read and write; nothing reaches the cache before the transaction is committed."""

    def __init__(self, conn: Connection, space: str, cache: Cache) -> None:
        self._conn = conn
        self._space = space
        self._cache = cache
        self._read: dict[Key, Cached] = {}
        self._changed: dict[Key, tuple[int, Any]] = {}

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
        """Keep the changes of the commit at this position."""
        for key, row in changes.items():
            self._changed[key] = (position, row)

    def everything(self) -> dict[Key, Any]:
        """All rows of the conference, as the batch left them. For what is rare: the erasure of a person."""
        keys = {key for key, stored in store.all_rows(self._conn, self._space).items() if stored.body is not None}
        return dict(self.fetch(keys | set(self._changed)))

    def flush(self) -> dict[Key, Cached]:
        """Write the changed rows and digests; the answer is for `Cache` once the transaction is committed."""
        self.prefetch(self._changed)  # rows that were written and never read
        kept = dict(self._read)
        written: dict[Key, StoredRow] = {}
        deltas: dict[str, list[int]] = {}
        for key, (position, row) in self._changed.items():
            body = None if row is None else to_json(row)
            old = self._below(key).body
            if body == old:
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
        store.add_to_digests(self._conn, self._space, {view: (delta[0], delta[1]) for view, delta in deltas.items()})
        # The directory is not this conference's: others write it without moving this head.
        return {key: cached for key, cached in kept.items() if not key.view.startswith(_DIRECTORY)}

    def _below(self, key: Key) -> Cached:
        found = self._read.get(key)
        return self._cache.rows[key] if found is None else found

    def _row(self, key: Key) -> Any:
        changed = self._changed.get(key)
        return self._below(key).row if changed is None else changed[1]


def _cached(key: Key, stored: StoredRow) -> Cached:
    return Cached(stored.body, None if stored.body is None else CODEC.decode_row(key.view, stored.body))
