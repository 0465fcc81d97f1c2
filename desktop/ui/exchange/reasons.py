"""What the plan of an import says of a row, in the reader's language."""

from collections.abc import Mapping
from typing import Final

from desktop.exchange.importing import Kind, Part, Planned
from desktop.ui import words
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Tone
from desktop.ui.translation import QT_TRANSLATE_NOOP

PARTS: Final[Mapping[Part, str]] = {
    Part.LAST_NAME: QT_TRANSLATE_NOOP("words", "Last name"),
    Part.FIRST_NAME: QT_TRANSLATE_NOOP("words", "First name"),
    Part.EMAIL: QT_TRANSLATE_NOOP("words", "E-mail"),
    Part.COMPANY: QT_TRANSLATE_NOOP("words", "Company"),
    Part.ORDER: QT_TRANSLATE_NOOP("words", "Order"),
    Part.SEAT_TYPE: QT_TRANSLATE_NOOP("words", "Ticket type"),
}
_WHY: Final = {
    "import_missing": QT_TRANSLATE_NOOP("words", "{part} is missing."),
    "import_no_order": QT_TRANSLATE_NOOP("words", "It names no order, and none was given above."),
    "import_unknown_order": QT_TRANSLATE_NOOP("words", "There is no order {order} on this device."),
    "import_not_confirmed": QT_TRANSLATE_NOOP("words", "The order {order} is not confirmed, so it has no seats yet."),
    "import_no_seat": QT_TRANSLATE_NOOP("words", "{order} has no free seat: {seats} of {seats} taken."),
    "import_no_such_seat": QT_TRANSLATE_NOOP("words", "{order} has no such seat."),
    "import_unknown_type": QT_TRANSLATE_NOOP("words", "There is no ticket type called “{name}”."),
}
_KINDS: Final = {
    Kind.ASSIGN: QT_TRANSLATE_NOOP("words", "Gets seat {seat}"),
    Kind.UPDATE: QT_TRANSLATE_NOOP("words", "Has seat {seat}; the name is changed"),
    Kind.SAME: QT_TRANSLATE_NOOP("words", "Has seat {seat} already"),
}
MARKS: Final = {
    Kind.ASSIGN: (Shape.CHECK, Tone.GOOD),
    Kind.UPDATE: (Shape.INFO, Tone.ACCENT),
    Kind.SAME: (Shape.RING, Tone.NEUTRAL),
    Kind.ERROR: (Shape.CROSS, Tone.BAD),
}


def reason(planned: Planned) -> str:
    """What becomes of a row, or why nothing."""
    if planned.kind is not Kind.ERROR:
        seat = 0 if planned.command is None else planned.command.position + 1
        return words.say(_KINDS[planned.kind], seat=seat)
    details = dict(planned.details)
    if planned.code not in _WHY:
        return words.sentence(planned.code, details)
    if "part" in details:
        details["part"] = words.say(PARTS[Part(str(details["part"]))])
    return words.say(_WHY[planned.code], **details)
