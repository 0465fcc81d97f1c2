"""Badges: a layout that fits its page, and every print counted."""

from dataclasses import replace
from typing import Any

import pytest

from shared.checkin.badges import (
    Align,
    Badge,
    BadgeField,
    BadgeLayout,
    BadgeLayoutDefined,
    BadgeLayoutEdited,
    BadgeLayoutRemoved,
    BadgePrinted,
    BadgePrintRepeated,
    Content,
    DefineBadgeLayout,
    EditBadgeLayout,
    RecordBadgePrinted,
    RemoveBadgeLayout,
    decider,
)
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId, SeatTypeId, TicketId
from tests.spec import CONTEXT, DOOR, NOW, given

FULL = SeatTypeId("full")
NAME = BadgeField(content=Content.FULL_NAME, left=50, top=50, width=700, height=200, font_pt=28, align=Align.CENTRE)
QR = BadgeField(content=Content.QR, left=550, top=300, width=250, height=250)
PAGE: dict[str, Any] = {
    "layout": "badge",
    "name": "A6",
    "page_width": 850,
    "page_height": 600,
    "fields": (NAME, QR),
    "colours": {FULL: "#0a7f5c"},
    "marks": {FULL: "W"},
}
DEFINED = BadgeLayoutDefined(**PAGE)


def test_a_layout_is_defined_edited_and_removed() -> None:
    state = given(decider).when(DefineBadgeLayout(**PAGE)).then(DEFINED)
    assert state.row(BadgeLayout, "badge").has_qr
    state.when(DefineBadgeLayout(**PAGE)).refused("badge_layout_exists", layout="badge")
    edit = EditBadgeLayout(layout="badge", fields=Edit(seen=(NAME, QR), new=(NAME,)))
    after = state.when(edit).then(BadgeLayoutEdited(layout="badge", by="laptop-1", fields=(NAME,)))
    assert not after.row(BadgeLayout, "badge").has_qr
    after.when(edit).nothing()
    gone = after.when(RemoveBadgeLayout(layout="badge")).then(BadgeLayoutRemoved(layout="badge"))
    gone.lacks(BadgeLayout, "badge")
    gone.when(edit).refused("unknown_badge_layout", layout="badge")


def test_somebody_elses_change_of_the_same_field_refuses_an_edit() -> None:
    edit = EditBadgeLayout(layout="badge", name=Edit(seen="A7", new="A5"))
    fields = {"name": {"theirs": "A6", "mine": "A5", "by": None}}
    given(decider, DEFINED).when(edit).refused("changed_meanwhile", fields=fields)


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"name": ""}, "name", "too_short"),
        ({"page_width": 5_000}, "page_width", "out_of_range"),
        ({"page_height": 10}, "page_height", "out_of_range"),
        ({"fields": ()}, "fields", "out_of_range"),
        ({"fields": (replace(NAME, left=850),)}, "left", "out_of_range"),
        ({"fields": (replace(NAME, top=-1),)}, "top", "out_of_range"),
        ({"fields": (replace(NAME, width=801),)}, "width", "out_of_range"),
        ({"fields": (replace(NAME, height=0),)}, "height", "out_of_range"),
        ({"fields": (replace(QR, height=149),)}, "height", "out_of_range"),
        ({"fields": (replace(NAME, font_pt=3),)}, "font_pt", "out_of_range"),
        ({"fields": (replace(NAME, text="x" * 201),)}, "text", "too_long"),
        ({"colours": {FULL: "red"}}, "colours", "colour"),
        ({"marks": {FULL: " "}}, "marks", "too_short"),
        ({"marks": {SeatTypeId(f"t{number}"): "W" for number in range(101)}}, "marks", "out_of_range"),
    ],
)
def test_a_layout_fits_its_page(changed: dict[str, Any], field: str, rule: str) -> None:
    refused = given(decider).when(DefineBadgeLayout(**PAGE | changed)).rejected
    assert refused is not None
    assert (refused.code, refused.values["field"], refused.values["rule"]) == ("invalid_field", field, rule)


def printed(times: int, print_id: str) -> BadgePrinted:
    return BadgePrinted(
        print=print_id, ticket=TicketId("t1"), layout="badge", device=DeviceId(DOOR.id), times=times, printed_at=NOW
    )


def test_prints_are_counted_once_each() -> None:
    first = RecordBadgePrinted(print="p1", ticket=TicketId("t1"), layout="badge", printed_at=NOW)
    state = given(decider, context=replace(CONTEXT, actor=DOOR)).when(first).then(printed(1, "p1"))
    state = state.when(first).then(BadgePrintRepeated(print="p1"))
    state = state.when(replace(first, print="p2")).then(printed(2, "p2"))
    assert state.row(Badge, "t1") == Badge(times=2, last_print="p2", last_device=DeviceId(DOOR.id), last_at=NOW)
