"""Personal fields: marked, taken out of one person's messages and rows, and compared by nobody once erased."""

from dataclasses import fields, replace
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import DOMAIN
from shared.kernel.codec import from_json, to_json
from shared.kernel.messages import message, value, wire_of
from shared.kernel.personal import (
    ERASED,
    Erased,
    Personal,
    PersonalText,
    erase,
    personal_fields,
    personal_parts,
    persons_in,
)
from shared.registration.door_sale import RecordDoorSale
from tests.shared.shapes import anything, plain

EVERYTHING = (*DOMAIN.decider_by_command, *DOMAIN.decider_by_event, *DOMAIN.rows)
PERSONAL = [kind for kind in EVERYTHING if personal_fields(kind)]


@message("tests.seats_swapped")
class SeatsSwapped:
    """Two persons in one message."""

    giver: str
    giver_name: Annotated[PersonalText, Personal("giver")]
    taker: str | None
    taker_name: Annotated[PersonalText, Personal("taker")]
    row: int


SWAPPED = SeatsSwapped(giver="ann", giver_name="Ann", taker="bo", taker_name="Bo", row=3)


def test_what_is_erased_equals_nothing_not_even_itself() -> None:
    assert ERASED != ERASED
    assert Erased() != ERASED
    assert ERASED != "erased"
    assert {ERASED: 1}.get(Erased()) is None
    assert str(ERASED) == "erased"


def test_what_is_erased_is_an_empty_object_on_the_wire() -> None:
    assert to_json(ERASED) == b"{}"
    assert isinstance(from_json(Erased, b"{}"), Erased)


def test_erasing_a_person_takes_their_texts_and_nobody_elses() -> None:
    gone = erase(SWAPPED, "ann")
    assert to_json(gone) == b'{"giver":"ann","giver_name":{},"taker":"bo","taker_name":"Bo","row":3}'
    both = erase(gone, "bo")
    assert isinstance(both.taker_name, Erased)


def test_erasing_whom_a_message_does_not_name_leaves_the_very_object() -> None:
    assert erase(SWAPPED, "cy") is SWAPPED
    gone = erase(SWAPPED, "ann")
    assert erase(gone, "ann") is gone


def test_the_persons_of_a_message() -> None:
    assert persons_in(SWAPPED) == {"ann", "bo"}
    assert persons_in(replace(SWAPPED, taker=None, taker_name="")) == {"ann"}


def test_a_mark_without_the_field_that_names_the_person_is_a_defect() -> None:
    @message("tests.broken")
    class Broken:
        name: Annotated[PersonalText, Personal("nobody")]

    with pytest.raises(TypeError, match="Broken has personal fields of \\['nobody'\\]"):
        personal_fields(Broken)


def test_there_are_personal_fields_at_all() -> None:
    assert {"conference.owners", "registration.orders", "checkin.passes"} <= {wire_of(kind).name for kind in PERSONAL}


@pytest.mark.parametrize("kind", EVERYTHING, ids=lambda kind: wire_of(kind).name)
def test_every_personal_text_has_its_person_beside_it(kind: Any) -> None:
    names = {field.name for field in fields(kind)}
    assert set(personal_fields(kind).values()) <= names


@pytest.mark.parametrize("kind", EVERYTHING, ids=lambda kind: wire_of(kind).name)
def test_a_field_that_looks_personal_is_marked(kind: Any) -> None:
    looks = {"first_name", "last_name", "email", "owner_name", "owner_email", "seen_name", "seen_email"}
    assert looks & {field.name for field in fields(kind)} <= set(personal_fields(kind))


@pytest.mark.parametrize("kind", PERSONAL, ids=lambda kind: wire_of(kind).name)
@given(data=st.data())
def test_erasing_leaves_every_other_person_and_every_other_field(kind: Any, data: st.DataObject) -> None:
    thing = data.draw(anything(kind))
    persons = sorted(persons_in(thing))
    person = data.draw(st.sampled_from([*persons, "nobody"]))
    gone = erase(thing, person)
    marked = personal_fields(kind)
    for field in fields(kind):
        before, after = getattr(thing, field.name), getattr(gone, field.name)
        if field.name in marked and getattr(thing, marked[field.name]) == person:
            assert isinstance(after, Erased)
        else:
            assert after is before
    assert erase(gone, person) is gone
    assert persons_in(gone) == persons_in(thing)


def test_no_field_is_of_an_erased_text_without_a_mark() -> None:
    for kind in EVERYTHING:
        for field in fields(kind):
            hint = plain(kind.__annotations__[field.name])
            assert hint != PersonalText or field.name in personal_fields(kind), f"{kind.__name__}.{field.name}"


@value
class Guest:
    guest: str
    name: Annotated[PersonalText, Personal("guest")]


@message("tests.table_taken")
class TableTaken:
    host: str
    host_name: Annotated[PersonalText, Personal("host")]
    guests: tuple[Guest, ...]
    courses: tuple[str, ...] = ()


TABLE = TableTaken(host="ann", host_name="Ann", guests=(Guest(guest="bo", name="Bo"), Guest(guest="ann", name="Ann")))


def test_persons_are_named_in_the_parts_of_a_message_too() -> None:
    assert persons_in(TABLE) == {"ann", "bo"}
    assert list(personal_parts(TableTaken)) == ["guests"]
    assert "seats" in personal_parts(RecordDoorSale)


def test_erasing_a_person_takes_their_texts_out_of_the_parts() -> None:
    gone = erase(TABLE, "bo")
    assert (gone.host_name, gone.guests[1]) == ("Ann", TABLE.guests[1])
    assert isinstance(gone.guests[0].name, Erased)
    assert isinstance(erase(gone, "ann").guests[1].name, Erased)
    assert erase(TABLE, "cy") is TABLE
