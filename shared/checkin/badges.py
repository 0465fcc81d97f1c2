"""Badges: how they look, as organizers lay them out, and which were printed how often.

Places and sizes are whole tenths of a millimetre from the upper left corner, because messages carry no fractions.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

from shared.kernel import checks
from shared.kernel.codec import AwareTime
from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, drop, key, members, put
from shared.kernel.edits import Edit, changed_fields, set_fields
from shared.kernel.ids import DeviceId, SeatTypeId, TicketId
from shared.kernel.messages import message, row, value

PAGE_LEAST, PAGE_MOST = 150, 4_200  # tenths of a millimetre: the smallest label, and A3 across
QR_LEAST: Final = 150  # below, a ticket's code of 212 characters cannot be scanned from a print of 200 dpi
FONT_LEAST, FONT_MOST = 4, 200
FIELDS_MOST: Final = 40
TYPES_MOST: Final = 100
TEXT_MOST: Final = 200
MARK_MOST: Final = 12
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


class Content(StrEnum):
    """What a field shows."""

    FULL_NAME = "full_name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    COMPANY = "company"
    SEAT_TYPE = "seat_type"
    """The attendee type: the name of the ticket's seat type, on its colour."""
    LOCATOR = "locator"
    CONFERENCE = "conference"
    MARKS = "marks"
    """The marks of the areas and additional events that the attendee's other tickets admit to."""
    QR = "qr"
    """The ticket's code. Without such a field there is none on the badge."""
    TEXT = "text"
    """The field's own text."""


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@value
class BadgeField:
    """A rectangle on the badge, in tenths of a millimetre."""

    content: Content
    left: int
    top: int
    width: int
    height: int
    font_pt: int = 12
    """The largest size, in points; a long text is printed smaller."""
    is_bold: bool = False
    align: Align = Align.LEFT
    text: str = ""


# Commands


@message("checkin.define_badge_layout")
class DefineBadgeLayout:
    layout: str
    name: str
    page_width: int
    page_height: int
    fields: tuple[BadgeField, ...]
    colours: dict[SeatTypeId, str]
    """Of the attendee types: a seat type's colour, such as #0a7f5c; none for those that are not there."""
    marks: dict[SeatTypeId, str]
    """What stands on the badge of whoever has a ticket of the type, too, such as a workshop's."""


@message("checkin.edit_badge_layout")
class EditBadgeLayout:
    layout: str
    name: Edit[str] | None = None
    page_width: Edit[int] | None = None
    page_height: Edit[int] | None = None
    fields: Edit[tuple[BadgeField, ...]] | None = None
    colours: Edit[dict[SeatTypeId, str]] | None = None
    marks: Edit[dict[SeatTypeId, str]] | None = None


@message("checkin.remove_badge_layout")
class RemoveBadgeLayout:
    layout: str


@message("checkin.record_badge_printed")
class RecordBadgePrinted:
    """A badge left the printer. Each print has an id of its own."""

    print: str
    ticket: TicketId
    layout: str
    printed_at: AwareTime


Command = DefineBadgeLayout | EditBadgeLayout | RemoveBadgeLayout | RecordBadgePrinted

# Events


@message("checkin.badge_layout_defined")
class BadgeLayoutDefined:
    layout: str
    name: str
    page_width: int
    page_height: int
    fields: tuple[BadgeField, ...]
    colours: dict[SeatTypeId, str]
    marks: dict[SeatTypeId, str]


@message("checkin.badge_layout_edited")
class BadgeLayoutEdited:
    """The fields that changed; None for the others."""

    layout: str
    by: str
    name: str | None = None
    page_width: int | None = None
    page_height: int | None = None
    fields: tuple[BadgeField, ...] | None = None
    colours: dict[SeatTypeId, str] | None = None
    marks: dict[SeatTypeId, str] | None = None


@message("checkin.badge_layout_removed")
class BadgeLayoutRemoved:
    layout: str


@message("checkin.badge_printed")
class BadgePrinted:
    """`times` counts from 1; every later one is a reprint."""

    print: str
    ticket: TicketId
    layout: str
    device: DeviceId
    times: int
    printed_at: datetime


@message("checkin.badge_print_repeated")
class BadgePrintRepeated:
    print: str


Event = BadgeLayoutDefined | BadgeLayoutEdited | BadgeLayoutRemoved | BadgePrinted | BadgePrintRepeated

# State


@row("checkin.badge_layouts")
class BadgeLayout:
    name: str
    page_width: int
    page_height: int
    fields: tuple[BadgeField, ...]
    colours: dict[SeatTypeId, str]
    marks: dict[SeatTypeId, str]
    edited_by: dict[str, str]

    @property
    def has_qr(self) -> bool:
        """Whether a badge opens doors by itself."""
        return any(one.content is Content.QR for one in self.fields)


@row("checkin.badges")
class Badge:
    """How often a ticket's badge was printed, and the last time; its id is the ticket's."""

    times: int
    last_print: str
    last_device: DeviceId
    last_at: datetime


# Rules


def needs(command: Command, found: Found) -> Iterable[Key]:
    if isinstance(command, RecordBadgePrinted):
        yield key(Badge, command.ticket)
    else:
        yield key(BadgeLayout, command.layout)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    if isinstance(command, RecordBadgePrinted):
        return [_print(command, found.get(Badge, command.ticket), context)]
    layout = found.get(BadgeLayout, command.layout)
    if isinstance(command, DefineBadgeLayout):
        if layout is not None:
            raise Rejected("badge_layout_exists", layout=command.layout)
        return [_define(command)]
    if layout is None:
        raise Rejected("unknown_badge_layout", layout=command.layout)
    match command:
        case EditBadgeLayout():
            changed = changed_fields(command, layout, layout.edited_by)
            _check(replace(layout, **changed))
            return [BadgeLayoutEdited(layout=command.layout, by=context.actor.id, **changed)] if changed else []
        case RemoveBadgeLayout():
            return [BadgeLayoutRemoved(layout=command.layout)]
        case _:
            assert_never(command)


def _define(command: DefineBadgeLayout) -> BadgeLayoutDefined:
    defined = BadgeLayoutDefined(
        layout=command.layout,
        name=command.name,
        page_width=command.page_width,
        page_height=command.page_height,
        fields=command.fields,
        colours=command.colours,
        marks=command.marks,
    )
    _check(_layout(defined))
    return defined


def _check(layout: BadgeLayout) -> None:
    checks.text("name", layout.name, least=1, most=70)
    checks.number("page_width", layout.page_width, least=PAGE_LEAST, most=PAGE_MOST)
    checks.number("page_height", layout.page_height, least=PAGE_LEAST, most=PAGE_MOST)
    checks.number("fields", len(layout.fields), least=1, most=FIELDS_MOST)
    for field in layout.fields:
        _check_field(field, layout)
    _check_by_type("colours", layout.colours)
    _check_by_type("marks", layout.marks)
    for colour in layout.colours.values():
        checks.pattern("colours", colour, COLOUR, "colour")
    for mark in layout.marks.values():
        checks.text("marks", mark, least=1, most=MARK_MOST)


def _check_field(field: BadgeField, layout: BadgeLayout) -> None:
    least = QR_LEAST if field.content is Content.QR else 1
    checks.number("left", field.left, least=0, most=layout.page_width - least)
    checks.number("top", field.top, least=0, most=layout.page_height - least)
    checks.number("width", field.width, least=least, most=layout.page_width - field.left)
    checks.number("height", field.height, least=least, most=layout.page_height - field.top)
    checks.number("font_pt", field.font_pt, least=FONT_LEAST, most=FONT_MOST)
    checks.text("text", field.text, most=TEXT_MOST)


def _check_by_type(name: str, by_type: Mapping[SeatTypeId, str]) -> None:
    checks.number(name, len(by_type), least=0, most=TYPES_MOST)


def _print(command: RecordBadgePrinted, badge: Badge | None, context: Context) -> BadgePrinted | BadgePrintRepeated:
    if badge is not None and badge.last_print == command.print:
        return BadgePrintRepeated(print=command.print)
    return BadgePrinted(
        print=command.print,
        ticket=command.ticket,
        layout=command.layout,
        device=DeviceId(context.actor.id),
        times=1 if badge is None else badge.times + 1,
        printed_at=command.printed_at,
    )


def _layout(event: BadgeLayoutDefined) -> BadgeLayout:
    return BadgeLayout(
        name=event.name,
        page_width=event.page_width,
        page_height=event.page_height,
        fields=event.fields,
        colours=event.colours,
        marks=event.marks,
        edited_by={},
    )


def evolve(found: Found, event: Event) -> Changes:
    match event:
        case BadgeLayoutDefined(layout=layout):
            return put(_layout(event), layout)
        case BadgeLayoutEdited(layout=layout):
            known = found.get(BadgeLayout, layout)
            assert known is not None, "an edited layout exists"
            changed = set_fields(event, besides=("layout", "by"))
            return put(replace(known, edited_by=known.edited_by | dict.fromkeys(changed, event.by), **changed), layout)
        case BadgeLayoutRemoved(layout=layout):
            return drop(BadgeLayout, layout)
        case BadgePrinted():
            badge = Badge(times=event.times, last_print=event.print, last_device=event.device, last_at=event.printed_at)
            return put(badge, event.ticket)
        case BadgePrintRepeated():
            return {}
        case _:
            assert_never(event)


decider: Decider[Command, Event] = Decider(
    name="badges",
    commands=members(Command),
    events=members(Event),
    rows=(BadgeLayout, Badge),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
