"""A conference made in the likeness of another: the commands that carry over what an organizer set up.

Not what happened in it: no orders, people, devices or scans. Pure; ids are an argument.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from shared.checkin.areas import Area, DefineArea
from shared.checkin.badges import BadgeLayout, DefineBadgeLayout
from shared.conference.conference import TERMS, Conference, CreateConference, EditConference
from shared.conference.seat_types import AddSeatType, SeatType
from shared.discounts.discount import DefineDiscount, Discount
from shared.kernel.edits import Edit
from shared.kernel.ids import AreaId, SeatTypeId

NEXT_TIME: Final = timedelta(weeks=52)
"""The same days of the week a year later."""
_CARRIED: Final = ("tagline", "description", "time_zone", "currency")
"""What a copy is created with beside what its author types; prices are taken over, and with them their currency."""
_YEAR: Final = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What there is to copy, each by its id."""

    conference: Conference
    seat_types: Mapping[str, SeatType]
    areas: Mapping[str, Area]
    discounts: Mapping[str, Discount]
    layouts: Mapping[str, BadgeLayout]


def next_name(text: str) -> str:
    """A name or an address of the next time: its year is one later. The same where it has none."""
    return _YEAR.sub(lambda found: str(int(found.group()) + 1), text)


def creation(typed: CreateConference, original: Original) -> CreateConference:
    """The command that creates the copy: what was typed, and what nobody is asked for."""
    return replace(typed, **{field: getattr(original.conference, field) for field in _CARRIED})


def commands(original: Original, copy: Conference, new_id: Callable[[], str]) -> Iterator[Any]:
    """What makes a conference that was just created like the original, in an order in which each can be done."""
    known = original.conference
    wanted = {field: getattr(known, field) for field in ("links", *TERMS)} | {"invoice_prefix": _next_prefix(known)}
    terms = {
        field: Edit(seen=before, new=value)
        for field, value in wanted.items()
        if (before := getattr(copy, field)) != value
    }
    if terms:
        yield EditConference(**terms)
    types = {one: SeatTypeId(new_id()) for one in original.conference.seat_types if one in original.seat_types}
    for old, new in types.items():
        one = original.seat_types[old]
        yield AddSeatType(seat_type=new, name=one.name, description=one.description, quota=one.quota, price=one.price)
    for area in original.areas.values():
        yield DefineArea(
            area=AreaId(new_id()),
            name=area.name,
            seat_types=tuple(types[one] for one in area.seat_types if one in types),
        )
    yield from _discounts(original, types, copy.starts_on - original.conference.starts_on)
    for layout in original.layouts.values():
        yield DefineBadgeLayout(
            layout=new_id(),
            name=layout.name,
            page_width=layout.page_width,
            page_height=layout.page_height,
            fields=layout.fields,
            colours={types[one]: colour for one, colour in layout.colours.items() if one in types},
            marks={types[one]: mark for one, mark in layout.marks.items() if one in types},
        )


def _next_prefix(known: Conference) -> str:
    """None rather than the same one: each conference counts from one, and no two invoices may have one number."""
    prefix = next_name(known.invoice_prefix)
    return "" if prefix == known.invoice_prefix else prefix


def _discounts(
    original: Original, types: Mapping[SeatTypeId, SeatTypeId], later: timedelta
) -> Iterator[DefineDiscount]:
    """The codes that can be entered, valid as long before the first day as they were."""
    for code, one in original.discounts.items():
        scope = tuple(types[id] for id in one.seat_types if id in types)
        if one.is_withdrawn or len(scope) < len(one.seat_types):
            continue  # without one of its seat types it would be for others, or for all
        yield DefineDiscount(
            code=code,
            percentage=one.percentage,
            amount=one.amount,
            seat_types=scope,
            quota=one.quota,
            valid_from=None if one.valid_from is None else one.valid_from + later,
            valid_until=None if one.valid_until is None else one.valid_until + later,
            combines_with=one.combines_with,
            note=one.note,
        )
