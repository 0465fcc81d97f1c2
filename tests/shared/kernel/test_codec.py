"""Bytes to messages: round trips of everything there is, versions, and what is not read."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain import CODEC, DOMAIN
from shared.kernel.codec import (
    MAX_DEPTH,
    MAX_INTEGER,
    AwareTime,
    Codec,
    Undecodable,
    check_limits,
    from_builtins,
    from_json,
    to_builtins,
    to_json,
)
from shared.kernel.messages import Wire, message, row, wire_of
from tests.shared.shapes import anything, comparable

MESSAGES = (*DOMAIN.decider_by_command, *DOMAIN.decider_by_event)


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: wire_of(kind).name)
@settings(max_examples=10)
@given(data=st.data())
def test_every_message_survives_the_wire(kind: type, data: st.DataObject) -> None:
    sent = data.draw(anything(kind))
    received = CODEC.decode(wire_of(kind), to_json(sent))
    assert type(received) is kind
    assert comparable(received) == comparable(sent)
    assert to_json(received) == to_json(sent)


@pytest.mark.parametrize("kind", DOMAIN.rows, ids=lambda kind: wire_of(kind).name)
@settings(max_examples=10)
@given(data=st.data())
def test_every_row_survives_the_wire(kind: type, data: st.DataObject) -> None:
    stored = data.draw(anything(kind))
    read = CODEC.decode_row(wire_of(kind).name, to_json(stored))
    assert comparable(read) == comparable(stored)
    assert to_json(read) == to_json(stored)


@settings(max_examples=50)
@given(entries=st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers(0, 9), min_size=2))
def test_the_order_in_which_a_mapping_was_filled_does_not_show(entries: dict[str, int]) -> None:
    assert to_json(dict(reversed(entries.items()))) == to_json(entries)


# Versions


@message("tests.guest_invited", version=3)
class GuestInvited:
    """Version 1 had one name, version 2 two of them, version 3 has the number of seats."""

    first_name: str
    last_name: str
    seats: int


@message("tests.invite_guest", version=2)
class InviteGuest:
    guest: str


@message("tests.guest_left")
class GuestLeft:
    guest: str


@row("tests.guests", version=4)
class Guest:
    name: str


def two_names(body: dict[str, Any]) -> dict[str, Any]:
    first, _, last = body["name"].partition(" ")
    return {"first_name": first, "last_name": last}


def one_seat(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"seats": 1}


def renamed(body: dict[str, Any]) -> dict[str, Any]:
    return {"guest": body["who"]}


UPCASTERS = {
    Wire("tests.guest_invited", 1): two_names,
    Wire("tests.guest_invited", 2): one_seat,
    Wire("tests.invite_guest", 1): renamed,
}
TINY = Codec(messages=[GuestInvited, InviteGuest, GuestLeft], rows=[Guest], upcasters=UPCASTERS)


@pytest.mark.parametrize(
    ("version", "body"),
    [
        (1, b'{"name":"Ann Lee"}'),
        (2, b'{"first_name":"Ann","last_name":"Lee"}'),
        (3, b'{"first_name":"Ann","last_name":"Lee","seats":1}'),
    ],
)
def test_an_event_of_any_version_is_read_as_todays(version: int, body: bytes) -> None:
    event = TINY.decode(Wire("tests.guest_invited", version), body)
    assert event == GuestInvited(first_name="Ann", last_name="Lee", seats=1)


def test_a_command_that_waited_on_a_laptop_through_an_upgrade_is_read() -> None:
    assert TINY.decode(Wire("tests.invite_guest", 1), b'{"who":"Bo"}') == InviteGuest(guest="Bo")


@pytest.mark.parametrize(
    ("wire", "body", "code"),
    [
        (Wire("tests.nothing", 1), b"{}", "unknown_message"),
        (Wire("tests.guest_left", 2), b'{"guest":"Bo"}', "unknown_version"),
        (Wire("tests.guest_left", 0), b'{"guest":"Bo"}', "unknown_version"),
        (Wire("tests.guest_left", 1), b"{}", "invalid"),
        (Wire("tests.guest_left", 1), b"{", "unreadable"),
        (Wire("tests.guest_left", 1), b'{"guest":"\xff"}', "unreadable"),
        (Wire("tests.guest_invited", 1), b"{}", "invalid"),
        (Wire("tests.guest_invited", 1), b'{"name":7}', "invalid"),
        (Wire("tests.guest_invited", 1), b"[]", "invalid"),
        (Wire("tests.guest_invited", 2), b'{"first_name":7,"last_name":"Lee"}', "invalid"),
    ],
)
def test_what_cannot_be_read_says_why(wire: Wire, body: bytes, code: str) -> None:
    with pytest.raises(Undecodable) as raised:
        TINY.decode(wire, body)
    assert raised.value.code == code


def test_a_version_without_an_upcaster_is_a_defect_that_shows_at_once() -> None:
    chain = {Wire("tests.guest_invited", 1): two_names}
    with pytest.raises(TypeError, match="guest_invited lacks an upcaster from version 2"):
        Codec(messages=[GuestInvited], rows=[], upcasters=chain)


def test_an_upcaster_that_nothing_needs_is_a_defect_that_shows_at_once() -> None:
    with pytest.raises(TypeError, match=r"an upcaster from version 1 of tests\.guest_left, and no newer version"):
        Codec(messages=[GuestLeft], rows=[], upcasters={Wire("tests.guest_left", 1): renamed})


def test_two_classes_of_one_name_are_a_defect_that_shows_at_once() -> None:
    @message("tests.guest_left")
    class Other:
        pass

    with pytest.raises(TypeError, match=r"two classes are named tests\.guest_left"):
        Codec(messages=[GuestLeft, Other], rows=[])


def test_a_codec_knows_what_it_reads() -> None:
    assert TINY.version_of("tests.guest_invited") == 3
    assert TINY.version_of("tests.nothing") is None
    assert TINY.row_class("tests.guests") is Guest
    assert TINY.row_class("tests.nothing") is None
    assert TINY.decode_row("tests.guests", b'{"name":"Bo"}') == Guest(name="Bo")


def test_a_value_passes_through_builtins() -> None:
    assert from_builtins(GuestLeft, to_builtins(GuestLeft(guest="Bo"))) == GuestLeft(guest="Bo")


# The protocol's limits


def nested(depth: int) -> Any:
    return [] if depth == 1 else [nested(depth - 1)]


@pytest.mark.parametrize(
    "thing",
    [
        nested(MAX_DEPTH),
        {"name": {"name": "Zoë"}},
        [MAX_INTEGER, -MAX_INTEGER, 0.5, True, None],
        "",
    ],
)
def test_what_is_within_the_limits_passes(thing: Any) -> None:
    check_limits(thing)
    check_limits(from_json(object, to_json(thing)))


@pytest.mark.parametrize(
    ("thing", "code"),
    [
        (nested(MAX_DEPTH + 1), "too_deep"),
        ([{"a": nested(MAX_DEPTH)}], "too_deep"),
        (MAX_INTEGER + 1, "integer_too_large"),
        ({"a": [-MAX_INTEGER - 1]}, "integer_too_large"),
        ("Zoe\u0308", "not_nfc"),
        ({"Zoe\u0308": 1}, "not_nfc"),
        (["a\x00b"], "nul_in_text"),
        ({"\x00": 1}, "nul_in_text"),
    ],
)
def test_what_is_beyond_a_limit_is_refused_with_its_code(thing: Any, code: str) -> None:
    with pytest.raises(Undecodable) as raised:
        check_limits(thing)
    assert raised.value.code == code


@pytest.mark.parametrize("document", [b"NaN", b"[Infinity]", b"{", b"", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_unreadable(document: bytes) -> None:
    with pytest.raises(Undecodable) as raised:
        from_json(object, document)
    assert raised.value.code == "unreadable"


def test_an_integer_of_any_length_is_refused_and_not_rounded() -> None:
    with pytest.raises(Undecodable):
        check_limits(from_json(object, b"9" * 400))


class Choice(StrEnum):
    LEFT = "left"


@dataclass(frozen=True)
class Chosen:
    choice: Choice = Choice.LEFT
    at: AwareTime | None = None


@pytest.mark.parametrize("said", ["Ann", "Ann' Miller", 'Ann "Annie" Miller', "A\nB"])
def test_what_cannot_be_read_is_not_quoted(said: str) -> None:
    with pytest.raises(Undecodable) as raised:
        from_json(Chosen, to_json({"choice": said}))
    assert raised.value.detail == "Invalid enum value - at `$.choice`"
    with pytest.raises(Undecodable) as raised:
        from_builtins(Choice, said)
    assert raised.value.detail == "Invalid enum value"


def test_a_time_without_a_zone_is_not_read_where_times_are_compared() -> None:
    assert from_json(Chosen, b'{"at":"2026-11-23T09:00:00+01:00"}').at is not None
    with pytest.raises(Undecodable):
        from_json(Chosen, b'{"at":"2026-11-23T09:00:00"}')
