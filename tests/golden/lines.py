"""Reads and completes the golden files: `["registration.place_order",1,{...}]` a line, the body as its exact bytes."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from shared.domain import DOMAIN
from shared.kernel.codec import Codec, RawJson, Undecodable, from_json, to_json
from shared.kernel.messages import Wire, wire_of
from shared.sync import protocol
from tests.shared.shapes import example, examples_of

FOLDER: Final = Path(__file__).parent
MESSAGES: Final = (*DOMAIN.decider_by_command, *DOMAIN.decider_by_event)
PROTOCOL: Final = (
    protocol.Batch,
    protocol.Command,
    protocol.Pushed,
    protocol.BadCommand,
    protocol.Page,
    protocol.PushedRow,
    protocol.Outcome,
    protocol.Verdict,
    protocol.Problem,
)

Line = tuple[Wire, bytes]


def examples(kind: type) -> list[bytes]:
    """The bodies that stand for a class as it is now, each with its own choice of what is optional."""
    return list(dict.fromkeys(to_json(example(kind, number)) for number in range(examples_of(kind))))


def current() -> dict[str, dict[Wire, list[bytes]]]:
    """What today's build writes, by the name of the file where it belongs."""
    files: dict[str, dict[Wire, list[bytes]]] = {}
    for kind in MESSAGES:
        files.setdefault(wire_of(kind).name.partition(".")[0], {})[wire_of(kind)] = examples(kind)
    files["rows"] = {wire_of(kind): examples(kind) for kind in DOMAIN.rows}
    files["protocol"] = {Wire(kind.__name__, 1): examples(kind) for kind in PROTOCOL}
    return files


def released(file: str) -> list[Line]:
    """The lines of a golden file."""
    path = FOLDER / f"{file}.jsonl"
    return [_read(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def completed(old: Iterable[Line], now: Mapping[Wire, list[bytes]]) -> list[Line]:
    """The old lines as they are, and what is missing after the others of its name and version."""
    by_wire: dict[Wire, list[bytes]] = {}
    for wire, body in old:
        by_wire.setdefault(wire, []).append(body)
    for wire, bodies in now.items():
        known = by_wire.setdefault(wire, [])
        known.extend(body for body in bodies if body not in known)
    return [(wire, body) for wire in sorted(by_wire) for body in by_wire[wire]]


def complete() -> Iterator[str]:
    """Add to the files what is missing in them; yields each line that is new."""
    for file, now in current().items():
        old = released(file)
        lines = completed(old, now)
        (FOLDER / f"{file}.jsonl").write_bytes(b"".join(_written(*line) + b"\n" for line in lines))
        yield from (f"{file}: {_written(*line).decode()}" for line in lines if line not in old)


def complaint(codec: Codec, wire: Wire, body: bytes) -> str | None:
    """Why a released body is no longer what it was, and what to do; None if it is."""
    broken = (
        f"{wire.name} version {wire.version} was released with a body that is no longer read as what it was: "
        f"{body.decode()}. Leave the golden line as it is. Give new fields a default, or make a new version of the "
        f"message with an upcaster from version {wire.version}."
    )
    try:
        read = codec.decode(wire, body)
        again = to_json(read)
        codec.decode(wire_of(read), again)
    except Undecodable as error:
        return f"{broken} ({error.detail})"
    is_older = wire != wire_of(read)
    return None if is_older or superset(from_json(object, again), from_json(object, body)) else broken


def superset(whole: Any, part: Any) -> bool:
    """Whether a JSON value holds all that another one does; objects may have grown."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(name in whole and superset(whole[name], part[name]) for name in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(superset, whole, part))
    return bool(whole == part)


def _read(line: bytes) -> Line:
    name, version, body = from_json(tuple[str, int, RawJson], line)
    return Wire(name, version), bytes(body)


def _written(wire: Wire, body: bytes) -> bytes:
    return to_json([*wire, RawJson(body)])
