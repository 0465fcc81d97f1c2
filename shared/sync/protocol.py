"""Every byte on the wire. Commands go up in batches, changes come down in pages; nothing else is sync.

`docs/protocol.md` is the prose for whoever writes another client.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from shared.kernel.codec import RawJson, Undecodable, check_limits, from_json, to_json
from shared.kernel.messages import value

BATCH_BYTES_MOST: Final = 1024 * 1024
BATCH_COMMANDS_MOST: Final = 500
PAGE_ROWS: Final = 5_000
NO_HASH: Final = "0" * 64
_POSITION: Final = re.compile(r"[0-9]{1,16}")  # within 2^53


class Status(StrEnum):
    """How a command ended. A held fact is safe with the server, which could not handle it yet; a human was told."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    HELD = "held"


@value
class Verdict:
    """The stored end of a command: status and, for a refusal, its stable code with the values that explain it."""

    status: Status
    code: str | None = None
    values: dict[str, Any] | None = None


@value
class Command:
    """A command as it travels. Its number is the batch's `first` plus its place in the batch."""

    id: str
    name: str
    version: int
    issued_at: datetime
    body: RawJson


@value
class Batch:
    """Commands of one device with contiguous numbers. `signature` only when another device delivers them."""

    release: int
    device: str
    epoch: int
    first: int
    commands: list[RawJson]
    signature: str | None = None


@value
class BadCommand:
    """A command of the batch that could not be read; it is refused under its number, and the rest goes on."""

    index: int
    code: str


@value
class Pushed:
    """How far the server got; outcomes come with the changes."""

    epoch: int
    expected: int
    """The next number it expects from this device."""
    head: int
    bad: list[BadCommand]


class PushedRow(NamedTuple):
    """A row as it stands at `position`; the body `null` is a tombstone."""

    view: str
    id: str
    position: int
    body: RawJson


@value
class Outcome:
    """What became of one command of the asking device."""

    command_id: str
    epoch: int
    seq: int
    position: int
    verdict: Verdict


@value
class Page:
    """A part of the change that leads from the checkpoint asked for to the head.

    Rows are in order of position, and cover `(after, upto]`. `hash` is that of the commit at `upto`: with it the next
    page is asked for, so pages of two histories never mix. The last page carries digests (hexadecimal, by view); only
    with it may the change be applied, whole.
    """

    history: str
    after: int
    upto: int
    role: str
    """The role and its version."""
    views: dict[str, int]
    """The views that this role gets, with their versions."""
    rows: list[PushedRow]
    outcomes: list[Outcome]
    hash: str
    digests: dict[str, str] | None = None

    @property
    def cursor(self) -> "Checkpoint":
        """Where the page ends: what to ask the next one from, and the checkpoint once the change is applied."""
        return Checkpoint(self.history, self.upto, self.hash, self.role)


@value
class Problem:
    """An error of sync as application/problem+json. `code` is stable; `expected` and `epoch` tell how to go on."""

    code: str
    title: str
    status: int
    expected: int | None = None
    epoch: int | None = None
    history: str | None = None


class Code(StrEnum):
    """The codes of `Problem` that a client must know."""

    GAP = "gap"
    FORKED = "forked"
    SERVER_OLDER = "server_older"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    HISTORY_CHANGED = "history_changed"
    ROLE_CHANGED = "role_changed"
    UNKNOWN_DEVICE = "unknown_device"
    FORBIDDEN = "forbidden"


class Checkpoint(NamedTuple):
    """Up to where a device has applied changes. Its text is the `Last-Event-ID` of the feed."""

    history: str
    position: int
    hash: str
    role: str

    def __str__(self) -> str:
        return f"{self.history}:{self.position}:{self.hash}:{self.role}"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The checkpoint of a text; Undecodable where it is none."""
        parts = text.split(":")
        if len(parts) != 4 or not _POSITION.fullmatch(parts[1]):
            raise Undecodable("unreadable", "a checkpoint is history:position:hash:role")
        return cls(parts[0], int(parts[1]), parts[2], parts[3])


START: Final = Checkpoint("", 0, NO_HASH, "")
"""The checkpoint of a device that has nothing yet."""


def read_batch(document: bytes) -> Batch:
    """The batch of a request's body; Undecodable when it cannot be read as a whole, and then nothing has changed."""
    if len(document) > BATCH_BYTES_MOST:
        raise Undecodable(Code.TOO_LARGE, f"a batch has at most {BATCH_BYTES_MOST} bytes")
    batch = from_json(Batch, document)
    if len(batch.commands) > BATCH_COMMANDS_MOST:
        raise Undecodable(Code.TOO_LARGE, f"a batch has at most {BATCH_COMMANDS_MOST} commands")
    if batch.first < 1 or batch.epoch < 1:
        raise Undecodable(Code.UNREADABLE, "numbers and epochs start at 1")
    return batch


def read_command(document: bytes) -> Command:
    """One command of a batch, held to the limits of the protocol; Undecodable tells why not."""
    check_limits(from_json(object, document))
    command = from_json(Command, document)
    if command.issued_at.tzinfo is None:
        raise Undecodable("invalid", "issued_at has no time zone")
    if not 8 <= len(command.id) <= 64:
        raise Undecodable("invalid", "a command's id has 8 to 64 characters")
    return command


def signed_bytes(conference: str, batch: Batch) -> bytes:
    """What a device signs so that another may deliver its commands: to this conference, and to no other."""
    return to_json(
        {
            "conference": conference,
            "device": batch.device,
            "epoch": batch.epoch,
            "first": batch.first,
            "commands": batch.commands,
        }
    )
