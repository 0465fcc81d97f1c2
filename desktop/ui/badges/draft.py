"""A layout as it is being edited: what a new one begins with, and the command that saves it."""

from typing import Final

from desktop.ui.translation import QT_TRANSLATE_NOOP
from shared.checkin.badges import Align, BadgeField, BadgeLayout, Content, DefineBadgeLayout, EditBadgeLayout
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
