"""Seat types: added and edited at any time, by several at once, and deleted only before the first publish."""

from dataclasses import replace
from typing import Any

import pytest

from shared.conference import conference_rules
from shared.conference.conference import Conference, ConferenceUnpublished
from shared.conference.seat_types import (
    PRICE_MOST,
    QUOTA_MOST,
    AddSeatType,
    DeleteSeatType,
    EditSeatType,
    SeatType,
    SeatTypeAdded,
    SeatTypeDeleted,
    SeatTypeEdited,
    decider,
)
from shared.kernel.edits import Edit
from shared.kernel.ids import SeatTypeId
from tests.shared.conference.test_conference import CREATED, PUBLISHED, invalid
from tests.spec import Given, given

VIP, DAY = SeatTypeId("01a20000-0000-7000-8000-000000000011"), SeatTypeId("01a20000-0000-7000-8000-000000000012")
ADDED = SeatTypeAdded(seat_type=VIP, name="Full conference", description="", quota=10, price=120_00)


def there(*events: Any, before: tuple[Any, ...] = ()) -> Given:
    """A conference to which some happened `before`, and its seat types."""
    return given(decider, *events, rows=given(conference_rules.decider, CREATED, *before).memory.rows)


@pytest.mark.parametrize(
    "command",
    [
        AddSeatType(seat_type=VIP, name="Full conference", quota=1, price=0),
        EditSeatType(seat_type=VIP),
        DeleteSeatType(seat_type=VIP),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_conference_that_does_not_exist_has_no_seat_types(command: Any) -> None:
    given(decider).when(command).refused("unknown_conference")


def test_a_seat_type_is_added() -> None:
    add = AddSeatType(seat_type=VIP, name="Full conference", quota=10, price=120_00)
    added = there().when(add).then(ADDED)
    assert added.row(Conference).seat_types == (VIP,)
    assert added.row(SeatType, VIP).quota == 10
    added.when(add).refused("seat_type_exists", seat_type=VIP)


def test_a_seat_type_has_an_id_that_a_ticket_can_carry() -> None:
    add = AddSeatType(seat_type=SeatTypeId("vip"), name="Full conference", quota=10, price=120_00)
    there().when(add).refused("invalid_field", **invalid("seat_type", "uuid"))


@pytest.mark.parametrize(
    ("field", "value", "values"),
    [
        ("name", "x", invalid("name", "too_short", least=2)),
        ("name", "x" * 71, invalid("name", "too_long", most=70)),
        ("description", "x" * 251, invalid("description", "too_long", most=250)),
        ("quota", -1, invalid("quota", "out_of_range", least=0, most=QUOTA_MOST)),
        ("quota", QUOTA_MOST + 1, invalid("quota", "out_of_range", least=0, most=QUOTA_MOST)),
        ("price", -1, invalid("price", "out_of_range", least=0, most=PRICE_MOST)),
        ("price", PRICE_MOST + 1, invalid("price", "out_of_range", least=0, most=PRICE_MOST)),
    ],
)
def test_a_seat_type_keeps_to_its_limits(field: str, value: Any, values: dict[str, Any]) -> None:
    changed: dict[str, Any] = {field: value}
    add = AddSeatType(seat_type=DAY, name="Dinner", quota=10, price=10_00)
    there().when(replace(add, **changed)).refused("invalid_field", **values)
    edit = EditSeatType(seat_type=VIP, **{field: Edit(seen=getattr(ADDED, field), new=value)})
    there(ADDED).when(edit).refused("invalid_field", **values)


def test_a_seat_type_is_edited_at_any_time() -> None:
    edit = EditSeatType(seat_type=VIP, quota=Edit(seen=10, new=12), price=Edit(seen=120_00, new=99_00))
    edited = (
        there(ADDED, before=(PUBLISHED,))
        .when(edit)
        .then(SeatTypeEdited(seat_type=VIP, by="laptop-1", quota=12, price=99_00))
    )
    seat_type = edited.row(SeatType, VIP)
    assert (seat_type.name, seat_type.quota, seat_type.price) == ("Full conference", 12, 99_00)
    assert seat_type.edited_by == {"quota": "laptop-1", "price": "laptop-1"}
    edited.when(replace(edit, price=None)).nothing()


def test_two_organizers_who_edit_one_quota_see_both_values() -> None:
    edited = there(ADDED, SeatTypeEdited(seat_type=VIP, by="laptop-2", quota=12))
    edited.when(EditSeatType(seat_type=VIP, quota=Edit(seen=10, new=20))).refused(
        "changed_meanwhile", fields={"quota": {"theirs": 12, "mine": 20, "by": "laptop-2"}}
    )


def test_a_seat_type_is_deleted_before_the_first_publish_and_never_after() -> None:
    other = SeatTypeAdded(seat_type=DAY, name="Dinner", description="", quota=1, price=0)
    deleted = there(ADDED, other).when(DeleteSeatType(seat_type=VIP)).then(SeatTypeDeleted(seat_type=VIP))
    deleted.lacks(SeatType, VIP)
    assert deleted.row(Conference).seat_types == (DAY,)
    hidden = there(ADDED, before=(PUBLISHED, ConferenceUnpublished()))
    hidden.when(DeleteSeatType(seat_type=VIP)).refused("seat_type_was_published", seat_type=VIP)


def test_a_seat_type_that_there_is_not_is_neither_edited_nor_deleted() -> None:
    there().when(EditSeatType(seat_type=VIP)).refused("unknown_seat_type", seat_type=VIP)
    there().when(DeleteSeatType(seat_type=VIP)).refused("unknown_seat_type", seat_type=VIP)
