"""The log of a conference as a file of JSON lines that anybody can check: each line's hash covers all before it.

Personal fields stay sealed. The first line says where the log ended, so a file that was cut is noticed.
"""

from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Engine

from server.operations.files import written
from server.operations.rebuild import read_all
from server.store import commits, history
from server.store.commits import NO_HASH, Stored, chain_hash
from server.store.engine import reading
from server.store.problems import EnvironmentProblem
from shared.kernel.codec import RawJson, Undecodable, from_json, to_json
from shared.kernel.messages import value

T = TypeVar("T")

FORMAT: Final = "lanyard-log-1"


@value
class Header:
    """The first line. `hash` is the hexadecimal one of the commit at `position`, the last."""

    format: str
    conference: str
    history: str
    position: int
    hash: str


@value
class Line:
    """A commit; the hash is over the very bytes of `outcome` and `body`."""

    position: int
    command_id: str
    device: str | None
    epoch: int | None
    seq: int | None
    outcome: RawJson
    body: RawJson
    hash: str


def export_log(engine: Engine, space: str, path: Path) -> Header:
    """Write a conference's log, as it is at one moment, to a file that is not there yet."""
    with written(path) as file, reading(engine).begin() as conn:
        head, now = commits.head(conn, space), history.current(conn)
        if head is None or now is None:
            raise EnvironmentProblem(f"There is no conference {space}.")
        header = Header(
            format=FORMAT, conference=space, history=now.history, position=head.position, hash=head.hash.hex()
        )
        file.write(to_json(header) + b"\n")
        for one in read_all(conn, space):
            file.write(to_json(_line(one)) + b"\n")
    return header


def verify_log(path: Path) -> Header:
    """Check an exported log; EnvironmentProblem names the first line that is not right."""
    with path.open("rb") as file:
        header = _read(Header, file.readline(), 1)
        if header.format != FORMAT:
            raise EnvironmentProblem(f"{path.name} is no exported log, or one of a newer release.")
        position, previous = 0, NO_HASH
        for number, text in enumerate(file, start=2):
            line = _read(Line, text, number)
            position += 1
            previous = chain_hash(previous, position, _stored(line))
            if line.position != position or line.hash != previous.hex():
                raise EnvironmentProblem(f"Line {number} is not what was handled at position {position}.")
    if (position, previous.hex()) != (header.position, header.hash):
        raise EnvironmentProblem(f"The log goes up to position {header.position}, and the file only to {position}.")
    return header


def _line(one: Stored) -> Line:
    return Line(
        position=one.position,
        command_id=one.command_id,
        device=one.device,
        epoch=one.epoch,
        seq=one.seq,
        outcome=RawJson(one.outcome),
        body=RawJson(one.body),
        hash=one.hash.hex(),
    )


def _stored(line: Line) -> Stored:
    outcome, body = bytes(line.outcome), bytes(line.body)
    return Stored(line.position, line.command_id, line.device, line.epoch, line.seq, outcome, body, b"")


def _read(kind: type[T], text: bytes, number: int) -> T:
    try:
        return from_json(kind, text)
    except Undecodable as error:
        raise EnvironmentProblem(f"Line {number} cannot be read: {error.detail}.") from None
