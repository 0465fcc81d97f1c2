"""The local event log: every command issued on this device, its speculative events, and what the user made of refusals.

Pending is this log minus the outcomes in the base files, so no transaction spans two files.
"""

import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from desktop.store.files import open_file, transaction
from shared.domain import CODEC
from shared.kernel.codec import Undecodable, from_json, to_json
from shared.kernel.messages import Wire, wire_of
from shared.kernel.personal import erase

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS commands (
    conference TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, command_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, version INTEGER NOT NULL, issued_at TEXT NOT NULL, body BLOB NOT NULL, events BLOB NOT NULL,
    PRIMARY KEY (conference, epoch, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS epochs (conference TEXT PRIMARY KEY, epoch INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS dropped (command_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS notices (
    id INTEGER PRIMARY KEY, conference TEXT NOT NULL, at TEXT NOT NULL, code TEXT NOT NULL, details BLOB NOT NULL,
    is_read INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, setting BLOB NOT NULL);
PRAGMA user_version = 1;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A command as it was issued; `seq` is its number in its epoch."""

    command_id: str
    epoch: int
    seq: int
    wire: Wire
    issued_at: datetime
    body: bytes
    events: bytes

    def command(self) -> Any:
        """The command as today's class; Undecodable where this build does not know it."""
        return CODEC.decode(self.wire, self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the user should know that is no refusal of theirs."""

    id: int
    at: datetime
    code: str
    details: dict[str, Any]


class Log:
    """One profile's log. Safe to use from several threads."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._lock = threading.Lock()
        self._connection = open_file(path, key, _SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def append(
        self, conference: str, command_id: str, command: Any, issued_at: datetime, events: Iterable[Any]
    ) -> Logged:
        """Write a command under the next number; it is on disk when this returns."""
        wire, body = wire_of(command), to_json(command)
        kept = to_json([(*wire_of(event), event) for event in events])
        with self._lock, transaction(self._connection) as connection:
            epoch = self._epoch(conference)
            (last,) = connection.execute(
                "SELECT coalesce(max(seq), 0) FROM commands WHERE conference = ? AND epoch = ?", (conference, epoch)
            ).fetchone()
            connection.execute(
                "INSERT INTO commands VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (conference, epoch, last + 1, command_id, *wire, issued_at.isoformat(), body, kept),
            )
        return Logged(
            command_id=command_id, epoch=epoch, seq=last + 1, wire=wire, issued_at=issued_at, body=body, events=kept
        )

    def commands(self, conference: str) -> list[Logged]:
        """Everything ever issued for a conference, in order of issue."""
        with self._lock:
            found = self._connection.execute(
                "SELECT command_id, epoch, seq, name, version, issued_at, body, events FROM commands"
                " WHERE conference = ? ORDER BY epoch, seq",
                (conference,),
            ).fetchall()
        return [
            Logged(
                command_id=command_id,
                epoch=epoch,
                seq=seq,
                wire=Wire(name, version),
                issued_at=datetime.fromisoformat(issued_at),
                body=body,
                events=events,
            )
            for command_id, epoch, seq, name, version, issued_at, body, events in found
        ]

    def epoch(self, conference: str) -> int:
        """The epoch under which this device numbers its commands."""
        with self._lock:
            return self._epoch(conference)

    def _epoch(self, conference: str) -> int:
        found = self._connection.execute("SELECT epoch FROM epochs WHERE conference = ?", (conference,)).fetchone()
        return 1 if found is None else int(found[0])

    def open_epoch(self, conference: str, epoch: int, pending: Collection[str]) -> None:
        """Number the pending commands anew: this log shares its past with another copy of it."""
        with self._lock, transaction(self._connection) as connection:
            connection.execute("INSERT OR REPLACE INTO epochs VALUES (?, ?)", (conference, epoch))
            numbered = connection.execute(
                "SELECT epoch, seq, command_id FROM commands WHERE conference = ? ORDER BY epoch, seq", (conference,)
            ).fetchall()
            moving = [(old, seq) for old, seq, command_id in numbered if command_id in pending and old != epoch]
            # Numbers of this epoch are taken only if the server was restored to a time before it.
            taken = max((seq for old, seq, _ in numbered if old == epoch), default=0)
            connection.executemany(
                "UPDATE commands SET epoch = ?, seq = ? WHERE conference = ? AND epoch = ? AND seq = ?",
                [(epoch, number, conference, old, seq) for number, (old, seq) in enumerate(moving, start=taken + 1)],
            )

    def drop(self, command_id: str) -> None:
        """The user has dealt with this refused command."""
        with self._lock, transaction(self._connection) as connection:
            connection.execute("INSERT OR IGNORE INTO dropped VALUES (?)", (command_id,))

    def take_back(self, command_ids: Iterable[str]) -> None:
        """The user has not dealt with these refused commands after all."""
        with self._lock, transaction(self._connection) as connection:
            connection.executemany("DELETE FROM dropped WHERE command_id = ?", [(one,) for one in command_ids])

    def dropped(self) -> set[str]:
        """The refused commands that the user has dealt with."""
        with self._lock:
            return {command_id for (command_id,) in self._connection.execute("SELECT command_id FROM dropped")}

    def notify(self, conference: str, at: datetime, code: str, details: dict[str, Any]) -> None:
        """Keep a notice until the user has read it."""
        with self._lock, transaction(self._connection) as connection:
            connection.execute(
                "INSERT INTO notices (conference, at, code, details) VALUES (?, ?, ?, ?)",
                (conference, at.isoformat(), code, to_json(details)),
            )

    def notices(self, conference: str) -> list[Notice]:
        """The notices that are still unread."""
        with self._lock:
            found = self._connection.execute(
                "SELECT id, at, code, details FROM notices WHERE conference = ? AND NOT is_read ORDER BY id",
                (conference,),
            ).fetchall()
        return [
            Notice(id=number, at=datetime.fromisoformat(at), code=code, details=from_json(dict[str, Any], details))
            for number, at, code, details in found
        ]

    def read_notice(self, number: int) -> None:
        with self._lock, transaction(self._connection) as connection:
            connection.execute("UPDATE notices SET is_read = 1 WHERE id = ?", (number,))

    def setting(self, name: str) -> Any:
        """A setting of this profile (identity, enrolments), None where it was never set."""
        with self._lock:
            found = self._connection.execute("SELECT setting FROM settings WHERE name = ?", (name,)).fetchone()
        return None if found is None else from_json(object, found[0])

    def set(self, name: str, setting: Any) -> None:
        with self._lock, transaction(self._connection) as connection:
            connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, to_json(setting)))

    def forget(self, conference: str, persons: Collection[str]) -> None:
        """Take what was said of erased persons out of the commands and events."""
        if not persons:
            return
        for logged in self.commands(conference):
            try:
                command, events = logged.command(), decode_events(logged.events)
            except Undecodable:
                continue
            gone, left = command, events
            for person in persons:
                gone, left = erase(gone, person), [erase(event, person) for event in left]
            if gone is command and all(one is other for one, other in zip(left, events, strict=True)):
                continue
            kept = to_json([(*wire_of(event), event) for event in left])
            with self._lock, transaction(self._connection) as connection:
                connection.execute(
                    "UPDATE commands SET body = ?, events = ?, version = ? WHERE command_id = ?",
                    (to_json(gone), kept, wire_of(gone).version, logged.command_id),
                )


def decode_events(events: bytes) -> list[Any]:
    """The speculative events kept with a command."""
    return [
        CODEC.decode(Wire(name, version), to_json(body))
        for name, version, body in from_json(list[tuple[str, int, dict[str, Any]]], events)
    ]
