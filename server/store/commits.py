"""The log: one commit for each handled command, at gapless positions of its space, chained by hashes.

Whoever appends holds the lock of the space's counter row, taken by `lock` before anything else is read.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection

from server.store import schema
from server.store.bulk import Sql, both, execute, insert, query, texts, upsert
from server.store.moments import from_us, to_us

NO_HASH: Final = bytes(32)
"""The hash before the first commit."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a space's log ends. `decided_at` is None before the first commit."""

    position: int
    hash: bytes
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewCommit:
    """A handled command to append. Device, epoch and seq are None together: it came from no device."""

    command_id: str
    device: str | None
    epoch: int | None
    seq: int | None
    outcome: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """A commit as it stands in the log; `hash` covers it and everything before it."""

    position: int
    command_id: str
    device: str | None
    epoch: int | None
    seq: int | None
    outcome: bytes
    body: bytes
    hash: bytes


_HEAD: Final = both("SELECT position, hash, decided_at FROM spaces WHERE space = ?")
# SQLite has its lock already: a transaction for writing begins with BEGIN IMMEDIATE.
_LOCK: Final = Sql(sqlite=_HEAD.sqlite, postgresql=_HEAD.postgresql + " FOR UPDATE")
_OPEN: Final = both("INSERT INTO spaces (space, position, hash) VALUES (?, 0, ?) ON CONFLICT DO NOTHING")
_CLOSE: Final = both("DELETE FROM spaces WHERE space = ? AND position = 0")
_MOVE: Final = both("UPDATE spaces SET position = ?, hash = ?, decided_at = ? WHERE space = ? AND position = ?")
_HEADS: Final = both("SELECT space, position, hash, decided_at FROM spaces WHERE space IN [?]")
_STORED: Final = "SELECT position, command_id, device, epoch, seq, outcome, body, hash FROM commits"
_KNOWN: Final = both(f"{_STORED} WHERE space = ? AND command_id IN [?]")
_READ: Final = both(f"{_STORED} WHERE space = ? AND position > ? ORDER BY position LIMIT ?")
_HASH_AT: Final = both("SELECT hash FROM commits WHERE space = ? AND position = ?")
_NUMBERS: Final = both("SELECT device, epoch, next_seq FROM device_numbers WHERE space = ? AND device IN [?]")
_OUTCOMES: Final = both(
    "SELECT position, command_id, epoch, seq, outcome FROM commits"
    " WHERE space = ? AND device = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?"
)
_NO_LIMIT: Final = 2**62


def lock(conn: Connection, space: str) -> Head:
    """The head of a space, nobody else's to move until the transaction ends. A new space is made, at position 0."""
    found = query(conn, _LOCK, space)
    if not found:
        execute(conn, _OPEN, space, NO_HASH)
        found = query(conn, _LOCK, space)
    return _head(*found[0])


def close_unused(conn: Connection, space: str) -> None:
    """Take back a space that `lock` made and in which nothing was handled: anybody may ask for any."""
    execute(conn, _CLOSE, space)


def head(conn: Connection, space: str) -> Head | None:
    """The head of a space as last committed, None for a space that nobody opened."""
    found = query(conn, _HEAD, space)
    return _head(*found[0]) if found else None


def heads(conn: Connection, spaces: Collection[str]) -> dict[str, Head]:
    """The heads of those of the spaces that exist."""
    return {space: _head(*rest) for space, *rest in query(conn, _HEADS, texts(conn, spaces))}


def append(conn: Connection, space: str, head: Head, commits: Sequence[NewCommit], decided_at: datetime) -> Head:
    """Append to a locked space whose head this is; the answer is the new head.

    IntegrityError for a command id or a device's number that the log has already.
    """
    if not commits:
        return head
    position, hashed = head.position, head.hash
    appended = []
    for one in commits:
        position += 1
        hashed = chain_hash(hashed, position, one)
        appended.append(
            (space, position, one.command_id, one.device, one.epoch, one.seq, one.outcome, one.body, hashed)
        )
    moved = execute(conn, _MOVE, position, hashed, to_us(decided_at), space, head.position)
    if moved.rowcount not in (1, -1):  # -1: not known yet, see `together`
        raise RuntimeError(f"space {space} was not locked at position {head.position}")
    insert(conn, schema.commits, appended)
    return Head(position, hashed, decided_at)


def chain_hash(previous: bytes, position: int, commit: NewCommit | Stored) -> bytes:
    """The hash of the commit at this position: SHA-256 over the hash before it and everything that it says.

    Position and lengths are 8 bytes, big endian; absent numbers count as empty text, which no device's are.
    """
    parts = [previous, position.to_bytes(8, "big")]
    numbers = ("" if part is None else str(part) for part in (commit.device, commit.epoch, commit.seq))
    for part in (commit.command_id, *numbers):
        encoded = part.encode()
        parts += (len(encoded).to_bytes(8, "big"), encoded)
    for document in (commit.outcome, commit.body):
        parts += (len(document).to_bytes(8, "big"), document)
    return sha256(b"".join(parts)).digest()


def known(conn: Connection, space: str, command_ids: Collection[str]) -> dict[str, Stored]:
    """The commits of those of the commands that were handled already."""
    if not command_ids:
        return {}
    found = query(conn, _KNOWN, space, texts(conn, command_ids))
    return {stored.command_id: stored for stored in (Stored(*row) for row in found)}


def next_numbers(conn: Connection, space: str, devices: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """The next seq of each (device, epoch) that has had one; the others are left out, and start at 1."""
    asked = set(devices)
    if not asked:
        return {}
    found = query(conn, _NUMBERS, space, texts(conn, {device for device, _ in asked}))
    return {(device, epoch): seq for device, epoch, seq in found if (device, epoch) in asked}


def set_next_numbers(conn: Connection, space: str, numbers: Mapping[tuple[str, int], int]) -> None:
    """Set the next seq of each (device, epoch)."""
    upsert(conn, schema.device_numbers, [(space, *origin, number) for origin, number in numbers.items()])


def epochs(conn: Connection, space: str, device: str) -> list[int]:
    """The epochs in which this device has numbered anything, in order."""
    return sorted(epoch for _, epoch, _ in query(conn, _NUMBERS, space, texts(conn, [device])))


def outcomes_of(
    conn: Connection, space: str, device: str, after: int, upto: int, limit: int = _NO_LIMIT
) -> list[tuple[int, str, int, int, bytes]]:
    """Position, command id, epoch, seq and outcome of a device's commits in `(after, upto]`, in order of position."""
    found = query(conn, _OUTCOMES, space, device, after, upto, limit)
    return [(position, command_id, epoch, seq, outcome) for position, command_id, epoch, seq, outcome in found]


def hash_at(conn: Connection, space: str, position: int) -> bytes | None:
    """The chain's hash at a position, at 0 the one before the first commit; None where the log has no such position."""
    if position == 0:
        return None if head(conn, space) is None else NO_HASH
    found = query(conn, _HASH_AT, space, position)
    return found[0][0] if found else None


def read(conn: Connection, space: str, after: int, limit: int) -> list[Stored]:
    """At most `limit` commits after a position, in order."""
    return [Stored(*row) for row in query(conn, _READ, space, after, limit)]


def spaces(conn: Connection) -> list[str]:
    """Every space, in order of its id."""
    return [space for (space,) in query(conn, both("SELECT space FROM spaces ORDER BY space"))]


def _head(position: int, hashed: bytes, decided_at: Any) -> Head:
    return Head(position, hashed, None if decided_at is None else from_us(decided_at))
