"""What is personal is readable as long as its person's key is there, and not a moment longer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from server.store.engine import create_engine_for
from server.store.personal import ErasedIds, Vault
from server.store.schema import metadata
from shared.kernel.codec import from_json, to_json
from shared.kernel.messages import message, value
from shared.kernel.personal import ERASED, Erased, OfAttendee, OfRegistrant, erase

SPACE = "space"


@value
class Line:
    seats: int


@message("test.placed")
class Placed:
    registrant: str
    attendee: str | None
    order: str
    email: OfRegistrant
    name: OfRegistrant
    badge: OfAttendee
    lines: tuple[Line, ...] = ()


@message("test.counted")
class Counted:
    seats: int


PLACED = Placed(
    registrant="ann",
    attendee="bo",
    order="17",
    email="ann@example.org",
    name="Ann",
    badge="Bo Łę",
    lines=(Line(seats=2),),
)


def shown(thing: Any) -> Any:
    """Something to compare, although erased equals nothing."""
    return to_json(thing)


def test_a_sealed_message_is_opened_by_another_transaction(engine: Engine) -> None:
    with engine.begin() as connection:
        vault = Vault(connection, SPACE)
        sealed = vault.seal(PLACED)
        vault.save()
    with engine.begin() as connection:
        assert from_json(Placed, Vault(connection, SPACE).open(sealed)) == PLACED


def test_a_sealed_message_shows_nothing_personal(engine: Engine) -> None:
    with engine.begin() as connection:
        sealed = Vault(connection, SPACE).seal(PLACED)
    assert b'"order":"17"' in sealed
    assert not any(word in sealed for word in (b"Ann", b"example.org", b"Bo"))
    readable = from_json(Placed, sealed)
    assert isinstance(readable.email, Erased)
    assert readable.lines == PLACED.lines


def test_who_was_erased_reads_as_erased_and_others_as_before(engine: Engine) -> None:
    with engine.begin() as connection:
        vault = Vault(connection, SPACE)
        sealed, other = vault.seal(PLACED), Vault(connection, "another")
        elsewhere = other.seal(PLACED)
        vault.save()
        other.save()
    with engine.begin() as connection:
        Vault(connection, SPACE).destroy("ann")
    with engine.begin() as connection:
        opened = from_json(Placed, Vault(connection, SPACE).open(sealed))
        assert shown(opened) == shown(erase(PLACED, "ann"))
        assert opened.badge == "Bo Łę"
        assert from_json(Placed, Vault(connection, "another").open(elsewhere)) == PLACED


def test_an_erased_person_is_never_sealed_readably_again(engine: Engine) -> None:
    with engine.begin() as connection:
        vault = Vault(connection, SPACE)
        before = vault.seal(PLACED)
        vault.destroy("ann")
        after = vault.seal(PLACED)
        vault.save()
    with engine.begin() as connection:
        vault = Vault(connection, SPACE)
        later = vault.seal(PLACED)
        vault.save()
        for sealed in (before, after, later):
            assert shown(from_json(Placed, vault.open(sealed))) == shown(erase(PLACED, "ann"))
        assert b'"ann":"' not in later


def test_keys_can_be_loaded_all_at_once(engine: Engine) -> None:
    with engine.begin() as connection:
        vault = Vault(connection, SPACE)
        sealed = vault.seal(PLACED)
        vault.save()
        vault.save()  # nothing new: the keys are not stored twice
    with engine.begin() as connection:
        for load in (Vault.load_all, lambda vault: vault.load(["ann", "bo", "cy"])):
            vault = Vault(connection, SPACE)
            load(vault)
            assert from_json(Placed, vault.open(sealed)) == PLACED


def test_what_says_nothing_personal_stays_as_it_is(engine: Engine) -> None:
    with engine.begin() as connection:
        vault = Vault(connection, SPACE)
        assert vault.seal(Counted(seats=3)) == b'{"seats":3}' == vault.open(b'{"seats":3}')
        assert vault.open(b'{"name":"\\"~\\""}') == b'{"name":"\\"~\\""}'
        assert vault.open(b'not json, "~" though') == b'not json, "~" though'


def test_a_text_without_a_known_person_is_sealed_for_the_conference(engine: Engine) -> None:
    nobodys = Placed(registrant="ann", attendee=None, order="1", email="a", name="", badge="somebody")
    with engine.begin() as connection:
        vault = Vault(connection, SPACE)
        sealed = vault.seal(nobodys)
        vault.save()
        assert b"somebody" not in sealed
        assert from_json(Placed, Vault(connection, SPACE).open(sealed)) == nobodys


def test_what_was_erased_before_it_is_sealed_stays_erased(engine: Engine) -> None:
    gone = Placed(registrant="ann", attendee="bo", order="1", email=ERASED, name=ERASED, badge="Bo")
    with engine.begin() as connection:
        vault = Vault(connection, SPACE)
        assert shown(from_json(Placed, vault.open(vault.seal(gone)))) == shown(gone)


@pytest.mark.parametrize("body", [b"", b"\xff\x00 not even text", b'{"name":"Ann"}', b'{"~":"x"}'])
def test_an_undecodable_body_is_hidden_whole_and_comes_back(engine: Engine, body: bytes) -> None:
    with engine.begin() as connection:
        vault = Vault(connection, SPACE)
        hidden = vault.hide(body)
        vault.save()
    assert len(body) == 0 or body not in hidden
    with engine.begin() as connection:
        assert Vault(connection, SPACE).open(hidden) == body


def test_a_changed_ciphertext_is_noticed(engine: Engine) -> None:
    with engine.begin() as connection:
        vault = Vault(connection, SPACE)
        sealed = from_json(dict[str, Any], vault.seal(PLACED))
        text = sealed["~"]["ann"]
        sealed["~"]["ann"] = ("B" if text[20] == "A" else "A").join((text[:20], text[21:]))
        with pytest.raises(InvalidTag):
            vault.open(to_json(sealed))


@pytest.fixture(scope="module")
def vault() -> Iterator[Vault]:
    engine = create_engine_for("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        yield Vault(connection, SPACE)
    engine.dispose()


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
people = st.sampled_from(["ann", "bo"])


@given(placed=st.builds(Placed, registrant=people, attendee=people, order=texts, email=texts, name=texts, badge=texts))
def test_every_message_comes_back(vault: Vault, placed: Placed) -> None:
    assert from_json(Placed, vault.open(vault.seal(placed))) == placed


def test_erased_ids_outlive_the_process_and_a_line_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "erased"
    assert ErasedIds(path).all() == set()
    ErasedIds(path).add("space", "ann")
    with path.open("ab") as file:
        file.write(b'\n["space","b')  # the power went
    ErasedIds(path).add("space", "cy")
    ErasedIds(path).add("space", "cy")
    assert ErasedIds(path).all() == {("space", "ann"), ("space", "cy")}
    assert path.stat().st_mode & 0o077 == 0


@value
class Guest:
    attendee: str
    name: OfAttendee


@message("test.seated")
class Seated:
    registrant: str
    name: OfRegistrant
    guests: tuple[Guest, ...]


SEATED = Seated(
    registrant="ann", name="Ann", guests=(Guest(attendee="bo", name="Bo"), Guest(attendee="ann", name="Ann too"))
)


def test_what_the_parts_of_a_message_say_is_sealed_and_opened(engine: Engine) -> None:
    with engine.begin() as connection:
        vault = Vault(connection, SPACE)
        sealed = vault.seal(SEATED)
        vault.save()
    assert b"Bo" not in sealed
    assert b"Ann" not in sealed
    assert isinstance(from_json(Seated, sealed).guests[0].name, Erased)
    with engine.begin() as connection:
        assert from_json(Seated, Vault(connection, SPACE).open(sealed)) == SEATED


def test_who_is_erased_is_gone_from_the_parts_and_nobody_else(engine: Engine) -> None:
    with engine.begin() as connection:
        vault = Vault(connection, SPACE)
        sealed = vault.seal(SEATED)
        vault.save()
        vault.destroy("bo")
        assert shown(from_json(Seated, vault.open(sealed))) == shown(erase(SEATED, "bo"))
        assert shown(from_json(Seated, vault.open(vault.seal(SEATED)))) == shown(erase(SEATED, "bo"))
