"""The form of a seat type, new or known."""

from decimal import Decimal

from PySide6.QtWidgets import QDialog, QDoubleSpinBox, QGridLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.ui.parts.field import Field, line, whole_number
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space
from desktop.ui.words import sentence
from desktop.workspace import Workspace
from shared.conference.conference import Conference
from shared.conference.seat_types import PRICE_MOST, QUOTA_MOST, AddSeatType, EditSeatType, SeatType
from shared.kernel.decider import Rejected
from shared.kernel.edits import Edit
from shared.kernel.ids import SeatTypeId
from shared.kernel.money import minor_digits


class SeatTypeDialog(QDialog):
    """Issues the command itself; a refusal stands at its field. `wanted`: values instead of the row's."""

    def __init__(
        self,
        workspace: Workspace,
        seat_type: SeatTypeId,
        parent: QWidget | None = None,
        wanted: dict[str, object] | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._id = workspace, seat_type
        self._seen = workspace.get(SeatType, seat_type)
        conference = workspace.get(Conference)
        currency = "EUR" if conference is None else conference.currency
        self._digits = minor_digits(currency)
        title = self.tr("New seat type") if self._seen is None else self.tr("Seat type")
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        price = QDoubleSpinBox()
        price.lineEdit().setTextMargins(Space.TIGHT + 2, 0, 0, 0)
        price.setDecimals(self._digits)
        price.setRange(0, float(Decimal(PRICE_MOST).scaleb(-self._digits)))
        price.setSuffix(f" {currency}")
        price.setGroupSeparatorShown(True)
        self.fields = {
            "name": Field(self.tr("Name"), line()),
            "description": Field(self.tr("Description"), QPlainTextEdit()),
            "quota": Field(self.tr("Quota"), whole_number(0, QUOTA_MOST), self.tr("How many seats there are.")),
            "price": Field(self.tr("Price"), price, self.tr("Orders already priced keep theirs.")),
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        column.addWidget(label(title, "title"))
        column.addWidget(self.fields["name"])
        column.addWidget(self.fields["description"])
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.WIDE)
        grid.addWidget(self.fields["quota"], 0, 0)
        grid.addWidget(self.fields["price"], 0, 1)
        column.addLayout(grid)
        self._error = label("", "error", wraps=True)
        column.addWidget(self._error)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(button(self.tr("Cancel"), self.reject))
        save = button(self.tr("&Save"), self._save, "primary")
        save.setDefault(True)
        row.addWidget(save)
        column.addLayout(row)
        self._show(wanted or {})

    def _show(self, wanted: dict[str, object]) -> None:
        for name, field in self.fields.items():
            value = wanted.get(name, getattr(self._seen, name, None))
            if value is None:
                continue
            field.show_value(float(Decimal(str(value)).scaleb(-self._digits)) if name == "price" else value)

    def _values(self) -> dict[str, object]:
        price = int((Decimal(str(self.fields["price"].value)).scaleb(self._digits)).to_integral_value())
        return {name: field.value for name, field in self.fields.items()} | {"price": price}

    def _save(self) -> None:
        for field in self.fields.values():
            field.complain("")
        values = self._values()
        seen = self._seen
        command: AddSeatType | EditSeatType
        if seen is None:
            command = AddSeatType(seat_type=self._id, **values)  # type: ignore[arg-type]
        else:
            edits = {
                name: Edit(seen=old, new=new) for name, new in values.items() if new != (old := getattr(seen, name))
            }
            if not edits:
                self.accept()
                return
            command = EditSeatType(seat_type=self._id, **edits)
        try:
            self._workspace.issue(command)
        except Rejected as refusal:
            at = self.fields.get("quota" if refusal.code == "quota_too_small" else str(refusal.values.get("field", "")))
            text = sentence(refusal.code, refusal.values)
            if at is None:
                self._error.setText(text)
            else:
                at.complain(text)
                at.control.setFocus()
            return
        self.accept()
