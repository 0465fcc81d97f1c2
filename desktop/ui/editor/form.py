"""The fields of a conference, in groups."""

from typing import Any, Final
from zoneinfo import available_timezones

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QGridLayout, QPlainTextEdit, QSpinBox, QWidget

from desktop.ui import words
from desktop.ui.parts.field import Control, Field, day, line, whole_number
from desktop.ui.tokens import Space
from desktop.ui.translation import QT_TRANSLATE_NOOP
from shared.conference.conference import (
    CANCEL_NEVER,
    HOLD_S_LEAST,
    HOLD_S_MOST,
    OFFER_S_LEAST,
    OFFER_S_MOST,
    Conference,
)

SECONDS: Final = {"hold_s": 60, "offer_s": 3600}
"""Fields that people read in another unit than seconds: how many of them."""
_PER_ORDER_MOST: Final = 1000
_DAYS_MOST: Final = 365
_HINTS: Final = {
    "time_zone": QT_TRANSLATE_NOOP("words", "For instance Europe/Berlin."),
    "hold_s": QT_TRANSLATE_NOOP("words", "How long an order holds its seats."),
    "seats_per_order": QT_TRANSLATE_NOOP("words", "Most seats of one type in one order."),
    "links": QT_TRANSLATE_NOOP("words", "One a line."),
    "offer_s": QT_TRANSLATE_NOOP("words", "How long seats are kept for whoever waited."),
    "cancel_days": QT_TRANSLATE_NOOP("words", "Registrants may cancel until so many days before the start."),
    "invoice_prefix": QT_TRANSLATE_NOOP("words", "Without one, nobody pays on invoice."),
    "invoice_from": QT_TRANSLATE_NOOP("words", "Name, address, tax number, bank account."),
}
# Field, row, column, columns.
_PLACES: Final = (
    ("name", 0, 0, 2),
    ("tagline", 0, 2, 2),
    ("description", 2, 0, 4),
    ("starts_on", 3, 0, 1),
    ("ends_on", 3, 1, 1),
    ("location", 3, 2, 1),
    ("time_zone", 3, 3, 1),
    ("links", 4, 0, 2),
    ("hold_s", 4, 2, 1),
    ("seats_per_order", 4, 3, 1),
    ("invoice_from", 5, 0, 2),
    ("invoice_prefix", 5, 2, 1),
    ("invoice_days", 5, 3, 1),
    ("offer_s", 6, 0, 1),
    ("cancel_days", 6, 1, 1),
)


class Form(QWidget):
    """Shows a conference, keeps what is typed over it. Says `edited` with each change."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        zone = line()
        zone.setCompleter(_zones(zone))
        controls: dict[str, Control] = {
            "name": line(),
            "tagline": line(),
            "description": QPlainTextEdit(),
            "location": line(),
            "time_zone": zone,
            "starts_on": day(),
            "ends_on": day(),
            "links": QPlainTextEdit(),
            "hold_s": whole_number(HOLD_S_LEAST // 60, HOLD_S_MOST // 60, self.tr(" min")),
            "seats_per_order": whole_number(1, _PER_ORDER_MOST),
            "offer_s": whole_number(-(-OFFER_S_LEAST // 3600), OFFER_S_MOST // 3600, self.tr(" h")),
            "cancel_days": _days_or_never(self.tr("never"), self.tr(" days")),
            "invoice_prefix": line(),
            "invoice_days": whole_number(0, _DAYS_MOST, self.tr(" days")),
            "invoice_from": QPlainTextEdit(),
        }
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.WIDE)
        grid.setVerticalSpacing(Space.USUAL)
        self.fields: dict[str, Field] = {}
        self.seen: dict[str, object] = {}
        for name, row, column, columns in _PLACES:
            hint = words.say(_HINTS[name]) if name in _HINTS else ""
            field = Field(words.field(name), controls[name], hint)
            field.edited.connect(self.edited)
            self.fields[name] = field
            grid.addWidget(field, row, column, 1, columns, Qt.AlignmentFlag.AlignTop)
        for column in range(4):
            grid.setColumnStretch(column, 1)

    def show_row(self, conference: Conference) -> None:
        """Take over a new state of the conference, except where something was typed over it."""
        for name, field in self.fields.items():
            value = getattr(conference, name)
            if name in self.seen and self.value(name) != self.seen[name]:
                continue
            self.seen[name] = value
            shown = in_unit(name, value)
            if field.value != shown:
                field.show_value(shown)

    def value(self, name: str) -> object:
        """What stands in the field, in the conference's unit."""
        value = self.fields[name].value
        seen = self.seen.get(name)
        if name in SECONDS:
            # A time of odd seconds is not changed by being shown in minutes.
            is_shown = isinstance(seen, int) and in_unit(name, seen) == value
            return seen if is_shown else value * SECONDS[name]
        if isinstance(seen, str) and seen.strip() == value:
            return seen
        return value

    def values(self) -> dict[str, object]:
        return {name: self.value(name) for name in self.fields}

    @property
    def changed(self) -> list[str]:
        """The fields that differ from what was seen."""
        return [name for name, seen in self.seen.items() if self.value(name) != seen]

    def accept_as_seen(self, names: list[str]) -> None:
        """These were saved: what stands in them is what is seen from now on."""
        for name in names:
            self.seen[name] = self.value(name)

    def revert(self) -> None:
        """Take back what was typed."""
        for name, seen in self.seen.items():
            self.fields[name].show_value(in_unit(name, seen))
            self.fields[name].complain("")
        self.edited.emit()


def in_unit(name: str, value: Any) -> Any:
    """A field's value in the unit in which people read it."""
    return round(value / SECONDS[name]) if name in SECONDS else value


def _days_or_never(never: str, suffix: str) -> QSpinBox:
    days = whole_number(CANCEL_NEVER, _DAYS_MOST, suffix)
    days.setSpecialValueText(never)
    return days


def _zones(parent: QWidget) -> QCompleter:
    made = QCompleter(sorted(available_timezones()), parent)
    made.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    made.setFilterMode(Qt.MatchFlag.MatchContains)
    return made
