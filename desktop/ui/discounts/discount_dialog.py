"""The form of a discount code, new or known."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QWidget

from desktop.ui import words
from desktop.ui.discounts.reading import codes_of, moment_of, shown_moment, zone_of
from desktop.ui.discounts.scope import Scope
from desktop.ui.parts.amounts import Amount
from desktop.ui.parts.field import Field, choice, line, whole_number
from desktop.ui.parts.form_dialog import FormDialog, say
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.conference.conference import Conference
from shared.discounts.discount import QUOTA_MOST, DefineDiscount, Discount, EditDiscount
from shared.kernel.decider import Rejected
from shared.kernel.edits import Edit

_PERCENTAGE: Final = "percentage"
_AMOUNT: Final = "amount"
_MOMENTS: Final = ("valid_from", "valid_until")


class DiscountDialog(FormDialog):
    """A field that somebody else changed meanwhile shows theirs; saving again wins."""

    places = MappingProxyType({"discount_exists": "code", "quota_above_seats": "quota", "quota_below_uses": "quota"})

    def __init__(self, workspace: Workspace, code: str = "", parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self._workspace, self._code = workspace, code
        known = workspace.get(Discount, code) if code else None
        self._seen = None if known is None or known.is_withdrawn else known
        self.setWindowTitle(self.tr("Discount code {0}").format(code) if self._seen else self.tr("New discount code"))
        conference = workspace.get(Conference)
        currency = "EUR" if conference is None else conference.currency
        self._zone = zone_of("UTC" if conference is None else conference.time_zone)
        self._percentage, self._amount = _percent_box(), Amount(currency)
        self._add_fields()
        self.scope = Scope(workspace, () if known is None else known.seat_types)
        self.form.insertWidget(2, self.scope)
        self.add("note", Field(self.tr("Note"), line(), self.tr("For organizers only.")))
        self._show(known, code)
        self.accept_button.setText(self.tr("&Save"))
        self.accept_button.setAccessibleName(self.tr("Save the discount code"))

    def _add_fields(self) -> None:
        when = self.tr("Such as 2026-11-23 18:00, in {0}. Empty: no limit.").format(self._zone.key)
        self.add("code", Field(self.tr("Code"), line(), self.tr("What people enter; case does not matter.")))
        kinds = {_PERCENTAGE: self.tr("A percentage"), _AMOUNT: self.tr("An amount off each seat")}
        self.kind = Field(self.tr("It takes off"), choice(kinds))
        self.kind.edited.connect(self._show_kind)
        self._pair(self.kind, _PERCENTAGE, Field(self.tr("Percentage"), self._percentage), self.tr("Amount"))
        unlimited = whole_number(0, QUOTA_MOST)
        unlimited.setSpecialValueText(self.tr("any number"))
        self.add("quota", Field(self.tr("Seats that it may make cheaper"), unlimited, self.tr("0 for any number.")))
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.WIDE)
        for place, (name, text) in enumerate(
            ((_MOMENTS[0], self.tr("Valid from")), (_MOMENTS[1], self.tr("Valid until")))
        ):
            self.fields[name] = Field(text, line(placeholder=self.tr("no limit")), when)
            grid.addWidget(self.fields[name], 0, place)
        self.form.addLayout(grid)
        hint = self.tr("Codes that may be used beside it, with commas between. Empty: it is used alone.")
        self.add("combines_with", Field(self.tr("Combines with"), line(), hint))

    def _pair(self, kind: Field, name: str, percentage: Field, amount: str) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.WIDE)
        self.fields[name], self.fields[_AMOUNT] = percentage, Field(amount, self._amount)
        grid.addWidget(kind, 0, 0)
        grid.addWidget(percentage, 0, 1)
        grid.addWidget(self.fields[_AMOUNT], 0, 1)
        self.form.addLayout(grid)

    def _show(self, known: Discount | None, code: str) -> None:
        self.fields["code"].show_value(code)
        self.fields["code"].setEnabled(self._seen is None)
        if known is not None:
            self.kind.show_value(_AMOUNT if known.amount is not None else _PERCENTAGE)
            self._percentage.setValue((known.percentage or 0) / 100)
            self._amount.show_minor(known.amount or 0)
            self.fields["quota"].show_value(known.quota or 0)
            for name in _MOMENTS:
                self.fields[name].show_value(shown_moment(getattr(known, name), self._zone))
            self.fields["combines_with"].show_value(", ".join(known.combines_with))
            self.fields["note"].show_value(known.note)
        self._show_kind()

    def _show_kind(self) -> None:
        self.fields[_PERCENTAGE].setVisible(self.kind.value == _PERCENTAGE)
        self.fields[_AMOUNT].setVisible(self.kind.value == _AMOUNT)

    def save(self) -> None:
        self.clear_complaints()
        values = self._values()
        if values is None:
            return
        seen = self._seen
        if seen is None:
            command: DefineDiscount | EditDiscount = DefineDiscount(code=self.fields["code"].value, **values)
        else:
            edits = {
                name: Edit(seen=old, new=new) for name, new in values.items() if new != (old := getattr(seen, name))
            }
            if not edits:
                self.accept()
                return
            command = EditDiscount(code=self._code, **edits)
        try:
            self._workspace.issue(command)
        except Rejected as refusal:
            self._refused(refusal)
            return
        self.accept()

    def _values(self) -> dict[str, Any] | None:
        """What stands in the form; None where a moment cannot be read, which is said there."""
        moments: dict[str, datetime | None] = {}
        for name in _MOMENTS:
            try:
                moments[name] = self._moment(name)
            except ValueError:
                self.fields[name].complain(self.tr("Write it as 2026-11-23 18:00, or leave it empty."))
                self.fields[name].control.setFocus()
                return None
        is_amount = self.kind.value == _AMOUNT
        return {
            "percentage": None if is_amount else round(self._percentage.value() * 100),
            "amount": self._amount.minor if is_amount else None,
            "seat_types": self.scope.value,
            "quota": self.fields["quota"].value or None,
            "combines_with": codes_of(self.fields["combines_with"].value),
            "note": self.fields["note"].value,
            **moments,
        }

    def _moment(self, name: str) -> datetime | None:
        """What was shown to the minute, and not touched, is what it was to the second."""
        seen: datetime | None = getattr(self._seen, name, None)
        typed = self.fields[name].value
        return seen if typed == shown_moment(seen, self._zone) else moment_of(typed, self._zone)

    def _refused(self, refusal: Rejected) -> None:
        theirs = refusal.values.get("fields")
        if refusal.code != "changed_meanwhile" or not isinstance(theirs, Mapping):
            self.complain(refusal)
            return
        self._seen = self._workspace.get(Discount, self._code)
        for name in theirs:
            now = described(self._workspace, name, getattr(self._seen, name, None))
            text = self.tr("Somebody else made this “{0}” meanwhile. Save again to have yours.").format(now)
            field = self.fields.get(name)
            if field is None:
                say(self.error, text)
            else:
                field.complain(text)


def described(workspace: Workspace, name: str, value: Any) -> str:
    """A field of a discount as a person reads it."""
    if value is None or value == ():
        return words.say("(empty)")
    if name == "percentage":
        return f"{value / 100:g} %"
    if name == "amount":
        conference = workspace.get(Conference)
        return words.money(value, "EUR" if conference is None else conference.currency)
    if isinstance(value, datetime):
        return words.moment(value)
    if isinstance(value, tuple):
        return ", ".join(words.seat_type(workspace, one) if name == "seat_types" else one for one in value)
    return words.count(value) if isinstance(value, int) else str(value)


def _percent_box() -> QDoubleSpinBox:
    made = QDoubleSpinBox()
    made.lineEdit().setTextMargins(Space.TIGHT + 2, 0, 0, 0)
    made.setDecimals(2)
    made.setRange(0, 100)
    made.setSuffix(" %")
    return made
