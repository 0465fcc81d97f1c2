"""Rows of every view by key, each with the position of its last change, and the digests of the views.

The view `directory.slugs` stands in a table of its own outside the spaces, so that a slug has one conference.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from server.store import schema
from server.store.bulk import Sql, both, execute, insert, query, texts, upsert
from shared.conference.conference import SlugClaim
from shared.kernel.codec import to_json
from shared.kernel.decider import Key
from shared.kernel.messages import wire_of
from shared.sync.digest import MODULUS, row_hash

_SLUGS: Final = wire_of(SlugClaim).name
_POSITION_MOST: Final = 2**62


class StoredRow(NamedTuple):
    """A row's JSON and the position of its last change; the body None is a tombstone."""

    position: int
    body: bytes | None


_FOUND: Final = "SELECT r.view, r.key, r.position, r.body FROM"
_READ: Final = Sql(
    sqlite=f"{_FOUND} json_each(?) AS wanted CROSS JOIN rows AS r"
    " ON r.space = ? AND r.view = wanted.value ->> 0 AND r.key = wanted.value ->> 1",
    # LIMIT keeps PostgreSQL from reading all rows of a space instead, as it does while it has no statistics of them.
    postgresql=f"{_FOUND} unnest(%b::text[], %b::text[]) AS wanted (view, key), LATERAL (SELECT * FROM rows"  # noqa: S608
    " WHERE space = %s AND rows.view = wanted.view AND rows.key = wanted.key LIMIT 1) AS r",
)
# `+view` keeps SQLite on the index by position. Its subquery finds where a page ends that cuts no position.
_SPAN: Final = "space = ?1 AND position > ?2 AND +view IN (SELECT value FROM json_each(?4))"
_LAST: Final = "position <= ?3 ORDER BY position LIMIT 1 OFFSET ?5 - 1"
_PAGE_END: Final = f"(SELECT position FROM rows WHERE {_SPAN} AND {_LAST})"  # noqa: S608 - constants of ours
_CHANGED: Final = Sql(
    sqlite=f"{_FOUND} rows AS r WHERE {_SPAN} AND position <= coalesce({_PAGE_END}, ?3) ORDER BY position",
    postgresql=f"{_FOUND} rows AS r WHERE space = %s AND position > %s AND position <= %s AND view = ANY(%b::text[])"
    " ORDER BY position FETCH FIRST (%s) ROWS WITH TIES",
)
_ALL: Final = both(f"{_FOUND} rows AS r WHERE space = ?")
_OF_VIEW: Final = both(f"{_FOUND} rows AS r WHERE space = ? AND view = ? AND body IS NOT NULL")
# By way of the spaces, so that each row is found by its key: the index of rows starts with the space.
_OF_EVERY_SPACE: Final = both(
    "SELECT r.body FROM spaces AS s CROSS JOIN rows AS r"
    " WHERE r.space = s.space AND r.view = ? AND r.key = ? AND r.body IS NOT NULL"
)
_CLAIMS: Final = both("SELECT slug_lower, space FROM slugs WHERE slug_lower IN [?]")
_UNCLAIM: Final = both("DELETE FROM slugs WHERE space = ? AND slug_lower IN [?]")
_DIGESTS: Final = both("SELECT view, digest, count FROM digests WHERE space = ?")


def read_rows(conn: Connection, space: str, keys: Collection[Key]) -> dict[Key, StoredRow]:
    """The rows of these keys, tombstones included; absent ones are left out."""
    slugs = [key.id for key in keys if key.view == _SLUGS]
    wanted = [key for key in keys if key.view != _SLUGS]
    found: dict[Key, StoredRow] = {}
    if wanted and conn.dialect.name == "sqlite":
        found = _by_key(query(conn, _READ, texts(conn, wanted), space))
    elif wanted:
        found = _by_key(query(conn, _READ, *map(list, zip(*wanted, strict=True)), space))
    if slugs:
        for slug, claimer in query(conn, _CLAIMS, texts(conn, slugs)):
            found[Key(_SLUGS, slug)] = StoredRow(0, to_json(SlugClaim(conference=claimer)))
    return found


def write_rows(conn: Connection, space: str, rows: Mapping[Key, StoredRow]) -> None:
    """Store rows over what was there. IntegrityError for a slug that is claimed, whoever has it."""
    _write_slugs(conn, space, {key.id: row for key, row in rows.items() if key.view == _SLUGS})
    upsert(conn, schema.rows, [(space, *key, *row) for key, row in rows.items() if key.view != _SLUGS])


def changed_rows(
    conn: Connection, space: str, views: Collection[str], after: int, upto: int | None, limit: int
) -> list[tuple[Key, StoredRow]]:
    """Rows and tombstones of these views whose last change is in `(after, upto]`, in order of position.

    About `limit` of them: the rows of the last position are never cut apart. Fewer than `limit` are all.
    """
    last = _POSITION_MOST if upto is None else upto
    found = query(conn, _CHANGED, space, after, last, texts(conn, views), limit)
    return [(Key(view, id), StoredRow(position, body)) for view, id, position, body in found]


def all_rows(conn: Connection, space: str) -> dict[Key, StoredRow]:
    """Every row and tombstone of a space, without the directory."""
    return _by_key(query(conn, _ALL, space))


def rows_of_view(conn: Connection, space: str, view: str) -> dict[Key, StoredRow]:
    """Every row of one view, without tombstones."""
    return _by_key(query(conn, _OF_VIEW, space, view))


def rows_of_every_space(conn: Connection, key: Key) -> list[bytes]:
    """The row of this key in each space that has it."""
    return [body for (body,) in query(conn, _OF_EVERY_SPACE, key.view, key.id)]


def digests(conn: Connection, space: str) -> dict[str, tuple[int, int]]:
    """Of each view the digest and the number of rows, tombstones not counted."""
    found = query(conn, _DIGESTS, space)
    return {view: (int.from_bytes(digest, "big"), count) for view, digest, count in found}


def add_to_digests(
    conn: Connection,
    space: str,
    deltas: Mapping[str, tuple[int, int]],
    before: Mapping[str, tuple[int, int]] | None = None,
) -> None:
    """Add to the digest (modulo MODULUS) and the count of each view. The space is locked; `before` is what it has."""
    if not deltas:
        return
    before = digests(conn, space) if before is None else before
    after = []
    for view, (delta, more) in deltas.items():
        digest, count = before.get(view, (0, 0))
        after.append((space, view, _packed(digest + delta), count + more))
    upsert(conn, schema.digests, after)


def replace_rows(conn: Connection, space: str, rows: Mapping[Key, StoredRow]) -> None:
    """Put these rows, and their digests, in the place of all that the space has. The directory stays as it is."""
    kept = {key: row for key, row in rows.items() if key.view != _SLUGS}
    sums: dict[str, tuple[int, int]] = {}
    for key, row in kept.items():
        if row.body is not None:
            digest, count = sums.get(key.view, (0, 0))
            sums[key.view] = (digest + row_hash(*key, row.body), count + 1)
    for table in (schema.rows, schema.digests):
        conn.execute(table.delete().where(table.c.space == space))
    insert(conn, schema.rows, [(space, *key, *row) for key, row in kept.items()])
    insert(conn, schema.digests, [(space, view, _packed(digest), count) for view, (digest, count) in sums.items()])


def _write_slugs(conn: Connection, space: str, rows: Mapping[str, StoredRow]) -> None:
    given_up = [slug for slug, row in rows.items() if row.body is None]
    if given_up:
        execute(conn, _UNCLAIM, space, texts(conn, given_up))
    insert(conn, schema.slugs, [(slug, space) for slug, row in rows.items() if row.body is not None])


def _by_key(found: Iterable[Any]) -> dict[Key, StoredRow]:
    return {Key(view, id): StoredRow(position, body) for view, id, position, body in found}


def _packed(digest: int) -> bytes:
    return (digest % MODULUS).to_bytes(16, "big")
