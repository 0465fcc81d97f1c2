"""Every byte on the wire: what is read, and what is not, with a code."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel.codec import RawJson, Undecodable, from_json, to_json
from shared.sync.protocol import (
    BATCH_BYTES_MOST,
    BATCH_COMMANDS_MOST,
    NO_HASH,
    START,
    Batch,
    Checkpoint,
    Code,
    Page,
    read_batch,
    read_command,
    signed_bytes,
)
from tests.golden.lines import PROTOCOL
from tests.shared.shapes import anything, comparable

COMMAND: dict[str, Any] = {
    "id": "command-1",
    "name": "conference.choose_slug",
    "version": 1,
    "issued_at": "2026-05-04T09:00:00Z",
    "body": {"slug": "pycon"},
}
BATCH: dict[str, Any] = {"release": 1, "device": "laptop-1", "epoch": 1, "first": 1, "commands": [COMMAND]}


@pytest.mark.parametrize("kind", PROTOCOL, ids=lambda kind: kind.__name__)
@settings(max_examples=30)
@given(data=st.data())
def test_every_structure_survives_the_wire(kind: type, data: st.DataObject) -> None:
    sent = data.draw(anything(kind))
    received: Any = from_json(kind, to_json(sent))
    assert comparable(received) == comparable(sent)
    assert to_json(received) == to_json(sent)


# Batches


def test_a_batch_is_read_and_its_commands_stay_as_they_came() -> None:
    spaced = b'{"release":1,"device":"d","epoch":1,"first":7,"commands":[{"id" : "x"}, nonsense_is_not_json]}'
    with pytest.raises(Undecodable):
        read_batch(spaced)
    batch = read_batch(spaced.replace(b"nonsense_is_not_json", b"[1, 2]"))
    assert (batch.first, batch.signature) == (7, None)
    assert [bytes(one) for one in batch.commands] == [b'{"id" : "x"}', b"[1, 2]"]


def test_a_field_that_a_newer_desktop_added_is_ignored() -> None:
    assert read_batch(to_json(BATCH | {"colour": "green"})).device == "laptop-1"
    assert read_command(to_json(COMMAND | {"colour": "green"})).id == "command-1"


def test_a_batch_holds_500_commands_and_no_more() -> None:
    most = BATCH | {"commands": [1] * BATCH_COMMANDS_MOST}
    assert len(read_batch(to_json(most)).commands) == 500
    with pytest.raises(Undecodable) as raised:
        read_batch(to_json(most | {"commands": [1] * 501}))
    assert raised.value.code == Code.TOO_LARGE


def test_a_batch_holds_a_mebibyte_and_no_more() -> None:
    empty = len(to_json(BATCH | {"commands": [""]}))
    whole = to_json(BATCH | {"commands": ["x" * (BATCH_BYTES_MOST - empty)]})
    assert len(whole) == 1024 * 1024
    assert read_batch(whole).first == 1
    with pytest.raises(Undecodable) as raised:
        read_batch(whole + b" ")
    assert raised.value.code == Code.TOO_LARGE


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"first": 0}, "unreadable"),
        ({"epoch": 0}, "unreadable"),
        ({"first": "1"}, "invalid"),
        ({"commands": None}, "invalid"),
        ({"device": 7}, "invalid"),
    ],
)
def test_an_unreadable_batch_is_refused_whole(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Undecodable) as raised:
        read_batch(to_json(BATCH | changed))
    assert raised.value.code == code


# Commands


def test_a_command_is_read_and_its_body_stays_as_it_came() -> None:
    document = to_json(COMMAND).replace(b'{"slug":"pycon"}', b'{ "slug" :"pycon"}')
    command = read_command(document)
    assert (command.id, command.name, command.version) == ("command-1", "conference.choose_slug", 1)
    assert bytes(command.body) == b'{ "slug" :"pycon"}'


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"id": "short-1"}, "invalid"),
        ({"id": "x" * 65}, "invalid"),
        ({"issued_at": "2026-05-04T09:00:00"}, "invalid"),
        ({"issued_at": "yesterday"}, "invalid"),
        ({"version": "1"}, "invalid"),
        ({"body": {"slug": "Zoe\u0308"}}, "not_nfc"),
        ({"body": {"slug": "a\x00"}}, "nul_in_text"),
        ({"body": {"quota": 2**53 + 1}}, "integer_too_large"),
        ({"body": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}, "too_deep"),
    ],
)
def test_a_bad_command_is_refused_with_its_code(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Undecodable) as raised:
        read_command(to_json(COMMAND | changed))
    assert raised.value.code == code


@pytest.mark.parametrize("id", ["x" * 8, "x" * 64])
def test_an_id_has_8_to_64_characters(id: str) -> None:
    assert read_command(to_json(COMMAND | {"id": id})).id == id


@given(document=st.binary(max_size=50))
def test_bytes_of_any_kind_are_read_or_refused(document: bytes) -> None:
    for read in (read_batch, read_command):
        with pytest.raises(Undecodable):
            read(document)


# Checkpoints

plain = st.text(st.characters(codec="utf-8", exclude_characters=":"), max_size=10)


@given(history=plain, position=st.integers(0, 2**53), hashed=plain, role=plain)
def test_a_checkpoint_survives_its_text(history: str, position: int, hashed: str, role: str) -> None:
    checkpoint = Checkpoint(history, position, hashed, role)
    assert Checkpoint.parse(str(checkpoint)) == checkpoint


def test_a_device_that_has_nothing_yet_has_a_checkpoint_too() -> None:
    assert Checkpoint.parse(str(START)) == START == Checkpoint("", 0, NO_HASH, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h",
        "h:1:x",
        "h:one:x:r",
        "h:-1:x:r",
        "h::x:r",
        "h:1:x:r:more",
        "h: 1:x:r",
        "h:1.0:x:r",
        "h:²:x:r",
        "h:٣:x:r",
        f"h:{'9' * 5000}:x:r",
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Undecodable) as raised:
        Checkpoint.parse(text)
    assert raised.value.code == "unreadable"


@given(text=st.text(st.characters(codec="utf-8")) | st.from_regex(r"\A[a-z]*:[0-9²٣]*:[0-9a-f]*:[a-z]*\Z"))
def test_a_text_of_any_kind_is_a_checkpoint_or_refused(text: str) -> None:
    try:
        parsed = Checkpoint.parse(text)
    except Undecodable:
        return
    assert Checkpoint.parse(str(parsed)) == parsed


def test_a_signature_is_over_conference_device_numbers_and_commands() -> None:
    signed = {
        signed_bytes(conference, Batch(release=1, device=device, epoch=epoch, first=first, commands=commands))
        for conference in ("x", "y")
        for device in ("a", "b")
        for epoch in (1, 2)
        for first in (1, 2)
        for commands in ([], [RawJson(b"1")], [RawJson(b"1"), RawJson(b"2")])
    }
    assert len(signed) == 48


def test_a_page_says_where_it_leads() -> None:
    page = Page(history="h", after=3, upto=7, role="door-1", views={}, rows=[], outcomes=[], hash="ab" * 32)
    assert page.cursor == Checkpoint("h", 7, "ab" * 32, "door-1")
