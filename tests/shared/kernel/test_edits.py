"""Edits by seen value: different fields both apply, the same field is the later one's to look at."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.decider import Rejected
from shared.kernel.edits import Edit, changed_fields
from shared.kernel.messages import message, row


@message("tests.edit_room")
class EditRoom:
    room: str = "room-1"
    name: Edit[str] | None = None
    seats: Edit[int] | None = None
    opens: Edit[date] | None = None


@row("tests.rooms")
class Room:
    name: str = "Hall"
    seats: int = 10
    opens: date = date(2027, 5, 1)


def test_a_field_whose_author_saw_what_is_changes() -> None:
    assert changed_fields(EditRoom(name=Edit(seen="Hall", new="Attic")), Room(), {}) == {"name": "Attic"}


def test_a_field_that_has_the_wanted_value_already_is_no_change() -> None:
    assert changed_fields(EditRoom(name=Edit(seen="Cellar", new="Hall")), Room(), {"name": "bo"}) == {}


def test_a_field_that_changed_meanwhile_is_refused_with_both_values_and_who() -> None:
    edits = EditRoom(
        name=Edit(seen="Cellar", new="Attic"),
        seats=Edit(seen=10, new=11),
        opens=Edit(seen=date(2027, 4, 1), new=date(2027, 4, 2)),
    )
    with pytest.raises(Rejected) as raised:
        changed_fields(edits, Room(), {"name": "laptop-2"})
    assert raised.value.code == "changed_meanwhile"
    assert raised.value.values == {
        "fields": {
            "name": {"theirs": "Hall", "mine": "Attic", "by": "laptop-2"},
            "opens": {"theirs": "2027-05-01", "mine": "2027-04-02", "by": None},
        }
    }


@given(
    start=st.integers(0, 2),
    mine=st.integers(0, 2),
    theirs=st.integers(0, 2),
    seats=st.integers(0, 20),
)
def test_nobodys_change_is_overwritten_unseen(start: int, mine: int, theirs: int, seats: int) -> None:
    """Two authors saw the same room; theirs came first."""
    names = ("Hall", "Attic", "Cellar")
    before = Room(name=names[start], seats=5)
    after = Room(name=names[theirs], seats=seats)
    edit = EditRoom(name=Edit(seen=before.name, new=names[mine]))
    changed: dict[str, Any] | None
    try:
        changed = changed_fields(edit, after, {"name": "theirs"})
    except Rejected:
        changed = None
    if mine == theirs:
        assert changed == {}
    elif theirs == start:
        assert changed == {"name": names[mine]}
    else:
        assert changed is None
