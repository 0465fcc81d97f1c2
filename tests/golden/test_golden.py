"""What was ever released stays readable, and what is written today is what was released."""

from typing import Any

import pytest

from shared.domain import CODEC, DOMAIN
from shared.kernel.codec import Codec, from_json, to_json
from shared.kernel.messages import Wire, message, wire_of
from tests.golden.lines import FOLDER, MESSAGES, PROTOCOL, complaint, completed, current, released, superset
from tests.shared.shapes import comparable, example, examples_of

FILES = sorted(current())
CONTEXTS = [file for file in FILES if file not in ("rows", "protocol")]

MISSING = (
    "{name} version {version} is not in tests/golden/{file}.jsonl as it is now. If it is new, run `python -m "
    "tests.golden` and commit the lines that it adds. If it was released before: a message may grow by fields with a "
    "default (run the command, too), any other change needs a new version and an upcaster; a row that changed at all "
    "needs a new version of its view; a structure of the protocol may only grow by fields with a default."
)


@pytest.mark.parametrize("file", FILES)
def test_everything_written_today_is_golden(file: str) -> None:
    lines = set(released(file))
    for wire, bodies in current()[file].items():
        for body in bodies:
            assert (wire, body) in lines, MISSING.format(name=wire.name, version=wire.version, file=file)


@pytest.mark.parametrize("file", CONTEXTS)
def test_every_released_message_is_still_read_as_what_it_was(file: str) -> None:
    for wire, body in released(file):
        assert complaint(CODEC, wire, body) is None


def test_a_row_that_changed_has_a_new_version_of_its_view() -> None:
    now = current()["rows"]
    for wire, body in released("rows"):
        changed = f"the rows of {wire.name} changed since version {wire.version}: give the class a new version"
        assert wire not in now or body in now[wire], changed


@pytest.mark.parametrize("kind", [*MESSAGES, *DOMAIN.rows], ids=lambda kind: wire_of(kind).name)
def test_bytes_are_read_as_the_value_that_they_stand_for_and_written_alike(kind: type) -> None:
    codec = CODEC.decode if kind in MESSAGES else lambda wire, body: CODEC.decode_row(wire.name, body)
    for number in range(examples_of(kind)):
        wanted = example(kind, number)
        body = to_json(wanted)
        value = codec(wire_of(kind), body)
        assert comparable(value) == comparable(wanted)
        assert to_json(value) == body


def test_every_released_structure_of_the_protocol_is_still_read() -> None:
    kinds = {kind.__name__: kind for kind in PROTOCOL}
    for wire, body in released("protocol"):
        again = to_json(from_json(kinds[wire.name], body))
        assert superset(from_json(object, again), from_json(object, body)), wire.name


def test_every_golden_file_is_of_something_that_is_still_there() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.jsonl")) == FILES
    names = {file: {wire.name for wire in wires} for file, wires in current().items() if file != "rows"}
    for file, known in names.items():
        gone = {wire.name for wire, _ in released(file)} - known
        assert not gone, f"{sorted(gone)} were released, and logs hold them: keep their classes"


def test_completing_adds_and_never_changes() -> None:
    old = [(Wire("b", 1), b'{"x":1}'), (Wire("b", 1), b'{"x":2}')]
    now = {Wire("b", 1): [b'{"x":3}', b'{"x":1}'], Wire("a", 1): [b"{}"], Wire("b", 2): [b"{}"]}
    assert completed(old, now) == [
        (Wire("a", 1), b"{}"),
        (Wire("b", 1), b'{"x":1}'),
        (Wire("b", 1), b'{"x":2}'),
        (Wire("b", 1), b'{"x":3}'),
        (Wire("b", 2), b"{}"),
    ]


@pytest.mark.parametrize(
    ("whole", "part", "holds"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": [{"b": 1, "c": 2}]}, {"a": [{"b": 1}]}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {"b": 1}, False),
        ([1, 2], [1], False),
        (1, {"a": 1}, False),
        (1, [1], False),
    ],
)
def test_objects_may_grow_and_nothing_else(whole: Any, part: Any, holds: bool) -> None:  # noqa: FBT001 - a column
    assert superset(whole, part) is holds


@message("tests.seat_moved")
class SeatMoved:
    """As released."""

    row: int


@message("tests.seat_moved")
class WithMore:
    row: int
    hall: str = "main"


@message("tests.seat_moved")
class WithMoreAndNoDefault:
    row: int
    hall: str


@message("tests.seat_moved")
class WithLess:
    pass


@message("tests.seat_moved")
class WithAnotherType:
    row: str


def test_a_message_may_grow_by_a_field_with_a_default() -> None:
    assert complaint(Codec(messages=[SeatMoved], rows=()), wire_of(SeatMoved), b'{"row":1}') is None
    assert complaint(Codec(messages=[WithMore], rows=()), wire_of(SeatMoved), b'{"row":1}') is None


@pytest.mark.parametrize("changed", [WithMoreAndNoDefault, WithLess, WithAnotherType])
def test_another_change_of_a_message_is_told_with_what_to_do(changed: type) -> None:
    said = complaint(Codec(messages=[changed], rows=()), wire_of(SeatMoved), b'{"row":1}')
    assert said is not None
    assert "Give new fields a default, or make a new version of the message with an upcaster from version 1" in said
