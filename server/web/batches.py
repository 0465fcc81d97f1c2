"""Reads the commands of a batch one by one: a bad one keeps its number and is refused, and the rest goes on."""

from datetime import datetime
from typing import Final

from server.jobs import Incoming
from shared.kernel.codec import RawJson, Undecodable, from_json
from shared.kernel.ids import derived_id
from shared.kernel.messages import Wire
from shared.sync.protocol import BadCommand, Batch, read_command

_NAME_MOST: Final = 100


def read_commands(batch: Batch, now: datetime) -> tuple[list[Incoming], list[BadCommand]]:
    """The commands of a batch for `handle`, and which of them could not be read, with a code."""
    incoming: list[Incoming] = []
    bad: list[BadCommand] = []
    for index, document in enumerate(batch.commands):
        raw = bytes(document)
        try:
            command = read_command(raw)
        except Undecodable as error:
            bad.append(BadCommand(index=index, code=error.code))
            incoming.append(_unread(batch, index, raw, error.code, now))
            continue
        incoming.append(
            Incoming(
                command_id=command.id,
                wire=Wire(command.name[:_NAME_MOST], command.version),
                body=bytes(command.body),
                issued_at=command.issued_at,
            )
        )
    return incoming, bad


def _unread(batch: Batch, index: int, raw: bytes, code: str, now: datetime) -> Incoming:
    """What can be kept of a command that cannot be read: its bytes, and its id and name if it has them."""
    command_id = _text(raw, "id")
    if not command_id or "\x00" in command_id:  # PostgreSQL keeps no NUL, and the batch would never get through
        command_id = derived_id("unread", batch.device, str(batch.epoch), str(batch.first + index))
    return Incoming(
        command_id=command_id[:64], wire=Wire(_text(raw, "name")[:_NAME_MOST], 0), body=raw, issued_at=now, error=code
    )


def _text(raw: bytes, name: str) -> str:
    try:
        return from_json(str, bytes(from_json(dict[str, RawJson], raw)[name]))
    except (Undecodable, KeyError):
        return ""
