"""Discount: a code that makes seats cheaper, as the organizer defines it. Its id is the code.

Registration learns of it through `process.py`, which also refuses a quota above the seats or below the uses. A code is
never deleted: orders may have used it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, assert_never

from shared.kernel import checks
from shared.kernel.codec import AwareTime
from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, key, members, put
from shared.kernel.edits import Edit, changed_fields
from shared.kernel.ids import DISCOUNT_CODE, SeatTypeId, discount_code
from shared.kernel.messages import message, row

PERCENTAGE_MOST: Final = 100_00
AMOUNT_MOST: Final = 50_000_00
QUOTA_MOST: Final = 1_000_000
NOTE_MOST: Final = 1_000
ENTRIES_MOST: Final = 100
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2099
_ID: Final = re.compile(r"\S{1,100}")

# Commands


@message("discounts.define_discount")
class DefineDiscount:
    """A new code, or one anew that was withdrawn. Either a percentage or an amount."""

    code: str
    percentage: int | None = None
    """In hundredths of a percent."""
    amount: int | None = None
    """Off each seat, in minor units of the currency."""
    seat_types: tuple[SeatTypeId, ...] = ()
    """The scope; empty for all."""
    quota: int | None = None
    """How many seats it may make cheaper; None for any number."""
    valid_from: AwareTime | None = None
    valid_until: AwareTime | None = None
    combines_with: tuple[str, ...] = ()
    """Codes that may be used beside it, which need not name it in turn. Empty: exclusive, unless another names it."""
    note: str = ""


@message("discounts.edit_discount")
class EditDiscount:
    code: str
    percentage: Edit[int | None] | None = None
    amount: Edit[int | None] | None = None
    seat_types: Edit[tuple[SeatTypeId, ...]] | None = None
    quota: Edit[int | None] | None = None
    valid_from: Edit[AwareTime | None] | None = None
    valid_until: Edit[AwareTime | None] | None = None
    combines_with: Edit[tuple[str, ...]] | None = None
    note: Edit[str] | None = None


@message("discounts.withdraw_discount")
class WithdrawDiscount:
    """Nobody can enter the code any more."""

    code: str


Command = DefineDiscount | EditDiscount | WithdrawDiscount

# Events


@message("discounts.discount_defined")
class DiscountDefined:
    code: str
    percentage: int | None
    amount: int | None
    seat_types: tuple[SeatTypeId, ...]
    quota: int | None
    valid_from: AwareTime | None
    valid_until: AwareTime | None
    combines_with: tuple[str, ...]
    note: str


@message("discounts.discount_edited")
class DiscountEdited:
    """All fields as they are from now on, for None is a value of some; `fields` names those that changed."""

    code: str
    by: str
    fields: tuple[str, ...]
    percentage: int | None
    amount: int | None
    seat_types: tuple[SeatTypeId, ...]
    quota: int | None
    valid_from: AwareTime | None
    valid_until: AwareTime | None
    combines_with: tuple[str, ...]
    note: str


@message("discounts.discount_withdrawn")
class DiscountWithdrawn:
    code: str


Event = DiscountDefined | DiscountEdited | DiscountWithdrawn

# State


@row("discounts.discounts")
class Discount:
    percentage: int | None
    amount: int | None
    seat_types: tuple[SeatTypeId, ...]
    quota: int | None
    valid_from: AwareTime | None
    valid_until: AwareTime | None
    combines_with: tuple[str, ...]
    note: str
    is_withdrawn: bool
    edited_by: dict[str, str]
    """Who last changed a field: an actor's id by the field's name."""


# Rules


def needs(command: Command, found: Found) -> Iterable[Key]:
    yield key(Discount, discount_code(command.code))


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    code = discount_code(command.code)
    discount = found.get(Discount, code)
    if isinstance(command, DefineDiscount):
        if discount is not None and not discount.is_withdrawn:
            raise Rejected("discount_exists")
        checks.pattern("code", code, DISCOUNT_CODE, "discount_code")
        return [DiscountDefined(code=code, **_fields(_checked(_defined(command))))]
    if discount is None:
        raise Rejected("unknown_discount")
    match command:
        case EditDiscount():
            return _edit(code, command, discount, context)
        case WithdrawDiscount():
            return [] if discount.is_withdrawn else [DiscountWithdrawn(code=code)]
        case _:
            assert_never(command)


def _edit(code: str, command: EditDiscount, discount: Discount, context: Context) -> Sequence[Event]:
    if discount.is_withdrawn:
        raise Rejected("discount_withdrawn")
    wanted = changed_fields(command, discount, discount.edited_by)
    if not wanted:
        return []
    after = _checked(replace(discount, **wanted))
    fields = tuple(one for one in wanted if getattr(after, one) != getattr(discount, one))
    edited = DiscountEdited(code=code, by=context.actor.id, fields=fields, **_fields(after))
    return [edited] if fields else []


def _checked(discount: Discount) -> Discount:
    """The discount as it is kept; Rejected when a field is not right."""
    _check_reduction(discount)
    if discount.quota is not None:
        checks.number("quota", discount.quota, least=1, most=QUOTA_MOST)
    checks.text("note", discount.note, most=NOTE_MOST)
    combines_with = tuple(sorted({discount_code(one) for one in discount.combines_with}))
    for field, entries, wanted, rule in (
        ("seat_types", discount.seat_types, _ID, "invalid_value"),
        ("combines_with", combines_with, DISCOUNT_CODE, "discount_code"),
    ):
        if len(entries) > ENTRIES_MOST:
            raise Rejected("invalid_field", field=field, rule="too_many", most=ENTRIES_MOST)
        for one in entries:
            checks.pattern(field, one, wanted, rule)
    starts, ends = _utc("valid_from", discount.valid_from), _utc("valid_until", discount.valid_until)
    if starts is not None and ends is not None and ends <= starts:
        raise Rejected("invalid_field", field="valid_until", rule="before_start")
    scope = tuple(sorted(set(discount.seat_types)))
    return replace(discount, seat_types=scope, combines_with=combines_with, valid_from=starts, valid_until=ends)


def _check_reduction(discount: Discount) -> None:
    if (discount.percentage is None) == (discount.amount is None):
        raise Rejected("invalid_field", field="percentage", rule="percentage_or_amount")
    if discount.percentage is not None:
        checks.number("percentage", discount.percentage, least=1, most=PERCENTAGE_MOST)
    if discount.amount is not None:
        checks.number("amount", discount.amount, least=1, most=AMOUNT_MOST)


def _utc(field: str, moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        limits = {"least": str(FIRST_YEAR), "most": str(LAST_YEAR)}
        raise Rejected("invalid_field", field=field, rule="out_of_range", **limits)
    return moment.astimezone(UTC)


def evolve(found: Found, event: Event) -> Changes:
    if isinstance(event, DiscountDefined):
        return put(_defined(event), event.code)
    discount = found.get(Discount, event.code)
    assert discount is not None, "every other event follows its definition"
    match event:
        case DiscountEdited(by=by):
            edited_by = discount.edited_by | dict.fromkeys(event.fields, by)
            return put(replace(_defined(event), edited_by=edited_by), event.code)
        case DiscountWithdrawn():
            return put(replace(discount, is_withdrawn=True), event.code)
        case _:
            assert_never(event)


def _defined(message: DefineDiscount | DiscountDefined | DiscountEdited) -> Discount:
    return Discount(**_fields(message), is_withdrawn=False, edited_by={})


def _fields(of: DefineDiscount | DiscountDefined | DiscountEdited | Discount) -> dict[str, Any]:
    """What a discount is, by name."""
    return {
        "percentage": of.percentage,
        "amount": of.amount,
        "seat_types": of.seat_types,
        "quota": of.quota,
        "valid_from": of.valid_from,
        "valid_until": of.valid_until,
        "combines_with": of.combines_with,
        "note": of.note,
    }


decider: Decider[Command, Event] = Decider(
    name="discounts",
    commands=members(Command),
    events=members(Event),
    rows=(Discount,),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
