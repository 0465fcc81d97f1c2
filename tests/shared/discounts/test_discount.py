"""Discounts: defined, edited by several at once, withdrawn, and never deleted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from shared.discounts.discount import (
    AMOUNT_MOST,
    ENTRIES_MOST,
    NOTE_MOST,
    PERCENTAGE_MOST,
    QUOTA_MOST,
    DefineDiscount,
    Discount,
    DiscountDefined,
    DiscountEdited,
    DiscountWithdrawn,
    EditDiscount,
    WithdrawDiscount,
    decider,
)
from shared.kernel.edits import Edit
from shared.kernel.ids import SeatTypeId
from tests.spec import CONTEXT, NOW, ORGANIZER, Given, given, replace_actor

VIP, DAY = SeatTypeId("vip"), SeatTypeId("day")
SPEAKER = DiscountDefined(
    code="SPEAKER",
    percentage=50_00,
    amount=None,
    seat_types=(),
    quota=10,
    valid_from=None,
    valid_until=NOW,
    combines_with=(),
    note="",
)
DEFINE = DefineDiscount(code="SPEAKER", percentage=50_00, quota=10, valid_until=NOW)


def edited(*fields: str, by: str = CONTEXT.actor.id, **changes: Any) -> DiscountEdited:
    """The event that changed so much of SPEAKER."""
    usual = {
        "percentage": SPEAKER.percentage,
        "amount": SPEAKER.amount,
        "seat_types": SPEAKER.seat_types,
        "quota": SPEAKER.quota,
        "valid_from": SPEAKER.valid_from,
        "valid_until": SPEAKER.valid_until,
        "combines_with": SPEAKER.combines_with,
        "note": SPEAKER.note,
    }
    return DiscountEdited(code="SPEAKER", by=by, fields=fields, **(usual | changes))


def there(*events: Any) -> Given:
    return given(decider, SPEAKER, *events)


# Defining


def test_a_discount_is_defined_once() -> None:
    defined = given(decider).when(DEFINE).then(SPEAKER)
    assert defined.row(Discount, "SPEAKER") == Discount(
        percentage=50_00,
        amount=None,
        seat_types=(),
        quota=10,
        valid_from=None,
        valid_until=NOW,
        combines_with=(),
        note="",
        is_withdrawn=False,
        edited_by={},
    )
    defined.when(DEFINE).refused("discount_exists")
    defined.when(replace(DEFINE, code=" speaker ")).refused("discount_exists")


def test_what_people_type_is_kept_in_one_way() -> None:
    east = timezone(timedelta(hours=2))
    typed = DefineDiscount(
        code=" speaker",
        amount=10_00,
        seat_types=(VIP, DAY, VIP),
        valid_until=datetime(2026, 5, 4, 11, 0, tzinfo=east),
        combines_with=("vip-10", "EARLY", "early "),
    )
    defined = given(decider).when(typed)
    (event,) = defined.events
    assert (event.code, event.seat_types, event.combines_with) == ("SPEAKER", (DAY, VIP), ("EARLY", "VIP-10"))
    assert (event.valid_until, event.valid_until.tzinfo) == (NOW, UTC)


LIMITS = {"least": "2000", "most": "2099"}
WRONG = [
    ({"code": "A"}, {"field": "code", "rule": "discount_code"}),
    ({"code": "A" * 41}, {"field": "code", "rule": "discount_code"}),
    ({"code": "FRÜH"}, {"field": "code", "rule": "discount_code"}),
    ({"percentage": None}, {"field": "percentage", "rule": "percentage_or_amount"}),
    ({"amount": 1}, {"field": "percentage", "rule": "percentage_or_amount"}),
    ({"percentage": 0}, {"field": "percentage", "rule": "out_of_range", "least": 1, "most": PERCENTAGE_MOST}),
    ({"percentage": 100_01}, {"field": "percentage", "rule": "out_of_range", "least": 1, "most": PERCENTAGE_MOST}),
    (
        {"percentage": None, "amount": AMOUNT_MOST + 1},
        {"field": "amount", "rule": "out_of_range", "least": 1, "most": AMOUNT_MOST},
    ),
    ({"quota": 0}, {"field": "quota", "rule": "out_of_range", "least": 1, "most": QUOTA_MOST}),
    ({"note": "n" * (NOTE_MOST + 1)}, {"field": "note", "rule": "too_long", "most": NOTE_MOST}),
    ({"seat_types": (SeatTypeId(""),)}, {"field": "seat_types", "rule": "invalid_value"}),
    (
        {"seat_types": tuple(SeatTypeId(str(n)) for n in range(ENTRIES_MOST + 1))},
        {"field": "seat_types", "rule": "too_many", "most": ENTRIES_MOST},
    ),
    ({"combines_with": ("EARLY", "?")}, {"field": "combines_with", "rule": "discount_code"}),
    ({"valid_from": NOW}, {"field": "valid_until", "rule": "before_start"}),
    ({"valid_from": NOW.replace(year=1999)}, {"field": "valid_from", "rule": "out_of_range", **LIMITS}),
    ({"valid_until": NOW.replace(year=2100)}, {"field": "valid_until", "rule": "out_of_range", **LIMITS}),
]


@pytest.mark.parametrize(("fields", "refusal"), WRONG)
def test_a_wrong_field_is_named(fields: dict[str, Any], refusal: dict[str, Any]) -> None:
    given(decider).when(replace(DEFINE, **fields)).refused("invalid_field", **refusal)


@pytest.mark.parametrize(
    "fields",
    [
        {"percentage": 1},
        {"percentage": PERCENTAGE_MOST},
        {"percentage": None, "amount": AMOUNT_MOST},
        {"quota": 1},
        {"quota": QUOTA_MOST},
        {"quota": None},
        {"code": "A" * 40},
        {"code": "2-_"},
        {"valid_from": NOW - timedelta(seconds=1)},
        {"valid_from": NOW, "valid_until": None},
        {"note": "n" * NOTE_MOST},
    ],
)
def test_a_field_may_reach_its_limit(fields: dict[str, Any]) -> None:
    (event,) = given(decider).when(replace(DEFINE, **fields)).events
    assert {name: getattr(event, name) for name in fields} == fields


# Editing


def test_an_edit_changes_what_it_names() -> None:
    edit = EditDiscount(code="speaker", quota=Edit(seen=10, new=None), note=Edit(seen="", new="For speakers."))
    state = there().when(edit).then(edited("quota", "note", quota=None, note="For speakers."))
    discount = state.row(Discount, "SPEAKER")
    assert (discount.quota, discount.note, discount.percentage) == (None, "For speakers.", 50_00)
    assert discount.edited_by == {"quota": "laptop-1", "note": "laptop-1"}
    state.when(edit).nothing()


def test_a_percentage_becomes_an_amount() -> None:
    to_amount = EditDiscount(code="SPEAKER", percentage=Edit(seen=50_00, new=None), amount=Edit(seen=None, new=5_00))
    there().when(to_amount).then(edited("percentage", "amount", percentage=None, amount=5_00))
    there().when(replace(to_amount, percentage=None)).refused(
        "invalid_field", field="percentage", rule="percentage_or_amount"
    )


def test_different_fields_can_be_edited_by_different_people() -> None:
    by_other = edited("quota", by="laptop-2", quota=20)
    edit = EditDiscount(code="SPEAKER", percentage=Edit(seen=50_00, new=60_00))
    state = there(by_other).when(edit).then(edited("percentage", percentage=60_00, quota=20))
    assert state.row(Discount, "SPEAKER").edited_by == {"quota": "laptop-2", "percentage": "laptop-1"}


def test_the_same_field_cannot_be_edited_by_who_saw_another_value() -> None:
    by_other = edited("quota", "valid_until", by="laptop-2", quota=20, valid_until=NOW + timedelta(days=1))
    edit = EditDiscount(
        code="SPEAKER",
        quota=Edit(seen=10, new=30),
        valid_until=Edit(seen=NOW, new=None),
        note=Edit(seen="", new="For speakers."),
    )
    there(by_other).when(edit).refused(
        "changed_meanwhile",
        fields={
            "quota": {"theirs": 20, "mine": 30, "by": "laptop-2"},
            "valid_until": {"theirs": "2026-05-05T09:00:00+00:00", "mine": None, "by": "laptop-2"},
        },
    )


def test_an_edit_that_says_the_same_in_other_words_changes_nothing() -> None:
    state = there(edited("combines_with", combines_with=("EARLY",)))
    state.when(EditDiscount(code="SPEAKER", combines_with=Edit(seen=("EARLY",), new=("early",)))).nothing()
    state.when(EditDiscount(code="SPEAKER")).nothing()


def test_who_edits_a_discount_that_there_is_not_is_told() -> None:
    given(decider).when(EditDiscount(code="SPEAKER")).refused("unknown_discount")
    given(decider).when(WithdrawDiscount(code="SPEAKER")).refused("unknown_discount")


# Withdrawing


def test_a_withdrawn_discount_stays_and_cannot_be_edited() -> None:
    state = there().when(WithdrawDiscount(code="speaker")).then(DiscountWithdrawn(code="SPEAKER"))
    assert state.row(Discount, "SPEAKER").is_withdrawn
    state.when(WithdrawDiscount(code="SPEAKER")).nothing()
    state.when(EditDiscount(code="SPEAKER", quota=Edit(seen=10, new=5))).refused("discount_withdrawn")


def test_a_withdrawn_discount_can_be_defined_anew() -> None:
    state = there(edited("note", note="Old."), DiscountWithdrawn(code="SPEAKER")).when(DEFINE).then(SPEAKER)
    discount = state.row(Discount, "SPEAKER")
    assert (discount.is_withdrawn, discount.note, discount.edited_by) == (False, "", {})


def test_edits_carry_who_made_them() -> None:
    other = replace_actor(ORGANIZER, id="laptop-9")
    edit = EditDiscount(code="SPEAKER", quota=Edit(seen=10, new=5))
    there().at(other).when(edit).then(edited("quota", by="laptop-9", quota=5))
