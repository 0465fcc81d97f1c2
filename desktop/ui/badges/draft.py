"""A layout as it is being edited: what a new one begins with, and the command that saves it."""

from dataclasses import replace
from typing import Final

from desktop.ui.translation import QT_TRANSLATE_NOOP
from shared.checkin.badges import (
    FONT_LEAST,
    QR_LEAST,
    Align,
    BadgeField,
    BadgeLayout,
    Content,
    DefineBadgeLayout,
    EditBadgeLayout,
)
from shared.kernel.edits import Edit

_EDITED: Final = ("name", "page_width", "page_height", "fields", "colours", "marks")
_FIELDS: Final = (
    BadgeField(content=Content.CONFERENCE, left=40, top=30, width=560, height=45, font_pt=9),
    BadgeField(content=Content.FULL_NAME, left=40, top=95, width=560, height=170, font_pt=24, is_bold=True),
    BadgeField(content=Content.COMPANY, left=40, top=275, width=560, height=70, font_pt=12),
    BadgeField(content=Content.MARKS, left=40, top=360, width=560, height=60, font_pt=14, is_bold=True),
    BadgeField(content=Content.QR, left=620, top=110, width=280, height=280),
    BadgeField(
        content=Content.SEAT_TYPE,
        left=0,
        top=450,
        width=940,
        height=90,
        font_pt=16,
        is_bold=True,
        align=Align.CENTRE,
    ),
)
CONTENTS: Final = {
    Content.FULL_NAME: QT_TRANSLATE_NOOP("words", "Full name"),
    Content.FIRST_NAME: QT_TRANSLATE_NOOP("words", "First name"),
    Content.LAST_NAME: QT_TRANSLATE_NOOP("words", "Last name"),
    Content.COMPANY: QT_TRANSLATE_NOOP("words", "Company"),
    Content.SEAT_TYPE: QT_TRANSLATE_NOOP("words", "Attendee type, on its colour"),
    Content.LOCATOR: QT_TRANSLATE_NOOP("words", "Order number"),
    Content.CONFERENCE: QT_TRANSLATE_NOOP("words", "Conference"),
    Content.MARKS: QT_TRANSLATE_NOOP("words", "Marks of further seats"),
    Content.QR: QT_TRANSLATE_NOOP("words", "QR code of the ticket"),
    Content.TEXT: QT_TRANSLATE_NOOP("words", "Text of its own"),
}
ALIGNS: Final = {
    Align.LEFT: QT_TRANSLATE_NOOP("words", "At the left"),
    Align.CENTRE: QT_TRANSLATE_NOOP("words", "In the middle"),
    Align.RIGHT: QT_TRANSLATE_NOOP("words", "At the right"),
}


def new_layout(name: str) -> BadgeLayout:
    """A name badge of 94 × 54 mm that can be printed as it is."""
    return BadgeLayout(name=name, page_width=940, page_height=540, fields=_FIELDS, colours={}, marks={}, edited_by={})


PAPERS: Final = {
    (940, 540): QT_TRANSLATE_NOOP("words", "Badge, 94 × 54 mm"),
    (890, 360): QT_TRANSLATE_NOOP("words", "Address label, 89 × 36 mm"),
    (620, 1000): QT_TRANSLATE_NOOP("words", "Roll of 62 mm, 100 mm of it"),
    (1050, 1480): QT_TRANSLATE_NOOP("words", "A6, 105 × 148 mm"),
}
"""What badges are usually printed on, in tenths of a millimetre."""


def resized(layout: BadgeLayout, width: int, height: int) -> BadgeLayout:
    """The layout on other paper: each field keeps its share of the page, and the code stays square and readable."""
    fields = tuple(_resized(one, layout, width, height) for one in layout.fields)
    return replace(layout, page_width=width, page_height=height, fields=fields)


def _resized(field: BadgeField, layout: BadgeLayout, width: int, height: int) -> BadgeField:
    across, down = width / layout.page_width, height / layout.page_height
    wide, high = round(field.width * across), round(field.height * down)
    if field.content is Content.QR:
        wide = high = min(max(min(wide, high), QR_LEAST), width, height)
    wide, high = max(wide, 1), max(high, 1)
    return replace(
        field,
        left=min(round(field.left * across), width - wide),
        top=min(round(field.top * down), height - high),
        width=wide,
        height=high,
        font_pt=max(round(field.font_pt * min(across, down, 1)), FONT_LEAST),
    )


def new_field(content: Content, layout: BadgeLayout) -> BadgeField:
    """A field in the upper left corner, of a size that its content can have."""
    if content is Content.QR:
        return BadgeField(content=content, left=20, top=20, width=250, height=250)
    return BadgeField(content=content, left=20, top=20, width=min(400, layout.page_width - 20), height=60)


def saving(id: str, draft: BadgeLayout, seen: BadgeLayout | None) -> DefineBadgeLayout | EditBadgeLayout | None:
    """The command that makes the draft the layout; None where nothing changed."""
    if seen is None:
        return DefineBadgeLayout(layout=id, **{name: getattr(draft, name) for name in _EDITED})
    edits = {
        name: Edit(seen=old, new=new)
        for name in _EDITED
        if (new := getattr(draft, name)) != (old := getattr(seen, name))
    }
    return EditBadgeLayout(layout=id, **edits) if edits else None
