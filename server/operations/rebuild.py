"""Every row again from the log: to prove that rows and log agree, and to mend rows after a bug in a view was mended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine

from server.store import commits, rows
from server.store.commits import Stored
from server.store.engine import reading
from server.store.personal import Vault
from server.store.rows import StoredRow
from shared.domain import CODEC, DOMAIN
from shared.kernel.codec import RawJson, from_json, to_json
from shared.kernel.decider import Actor, Key, Recorded
from shared.kernel.messages import Wire, value, wire_of
from shared.replay import Replay
from shared.sync.digest import MODULUS, row_hash
from shared.sync.protocol import Status, Verdict

_COMMITS_AT_ONCE: Final = 1_000
_DIRECTORY: Final = "directory."
_EVENTS: Final = {wire_of(kind).name for kind in DOMAIN.decider_by_event}


@value
class Body:
    """What a commit's body says, personal fields still sealed. `actor` is None for a revoked device."""

    actor: Actor | None
    at: datetime
    issued_at: datetime
    name: str
    version: int
    body: RawJson
    messages: list[tuple[str, int, RawJson]]


class Difference(NamedTuple):
    """A row that is not what the log says; None where there is none, and for a tombstone's body."""

    key: Key
    stored: StoredRow | None
    replayed: StoredRow | None


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a replay of one conference found. `digests` are the views whose kept digest is not the sum of the rows."""

    position: int
    events: int
    rows: int
    differences: list[Difference]
    digests: list[str]

    @property
    def is_same(self) -> bool:
        """Whether rows and digests are what the log says."""
        return not self.differences and not self.digests


def check(engine: Engine, space: str) -> Rebuilt:
    """Compare a conference's rows with its log, in one snapshot; a server may run meanwhile."""
    with reading(engine).begin() as conn:
        return _compared(conn, space)[0]


def rebuild(engine: Engine, space: str) -> Rebuilt:
    """Put the log's rows in the place of a conference's. No server may run: it would go on with the rows it knows."""
    with engine.begin() as conn:
        commits.lock(conn, space)
        return rebuild_locked(conn, space)


def rebuild_locked(conn: Connection, space: str) -> Rebuilt:
    """The same in the caller's transaction, which has locked the conference."""
    found, replayed = _compared(conn, space)
    if not found.is_same:
        rows.replace_rows(conn, space, replayed)
    return found


def replayed_rows(conn: Connection, space: str) -> tuple[dict[Key, StoredRow], int, int]:
    """The rows that the log gives, the position of its end, and how many events it folded."""
    vault = Vault(conn, space)
    vault.load_all()
    replay, position, folded = Replay(), 0, 0
    for stored in read_all(conn, space):
        position = stored.position
        if from_json(Verdict, stored.outcome).status is not Status.ACCEPTED:
            continue
        body = from_json(Body, stored.body)
        assert body.actor is not None, "what is accepted has an actor"
        events = [
            CODEC.decode(Wire(name, version), vault.open(bytes(sealed)))
            for name, version, sealed in body.messages
            if name in _EVENTS
        ]
        folded += len(events)
        replay.commit(position, events, Recorded(at=body.at, actor=body.actor, command_id=stored.command_id))
    made = {
        key: StoredRow(replay.positions[key], None if row is None else to_json(row))
        for key, row in replay.rows.items()
        if not key.view.startswith(_DIRECTORY)
    }
    return made, position, folded


def read_all(conn: Connection, space: str) -> Iterator[Stored]:
    """Every commit of a conference, in order."""
    after = 0
    while page := commits.read(conn, space, after, _COMMITS_AT_ONCE):
        yield from page
        after = page[-1].position


def _compared(conn: Connection, space: str) -> tuple[Rebuilt, dict[Key, StoredRow]]:
    replayed, position, folded = replayed_rows(conn, space)
    stored = rows.all_rows(conn, space)
    differences = [
        Difference(key, stored.get(key), replayed.get(key))
        for key in sorted(stored.keys() | replayed.keys())
        if stored.get(key) != replayed.get(key)
    ]
    sums: dict[str, tuple[int, int]] = {}
    for key, row in stored.items():
        if row.body is not None:
            digest, count = sums.get(key.view, (0, 0))
            sums[key.view] = ((digest + row_hash(*key, row.body)) % MODULUS, count + 1)
    kept = rows.digests(conn, space)
    digests = sorted(view for view in kept.keys() | sums.keys() if kept.get(view, (0, 0)) != sums.get(view, (0, 0)))
    found = Rebuilt(position, folded, len(replayed), differences, digests)
    return found, replayed
