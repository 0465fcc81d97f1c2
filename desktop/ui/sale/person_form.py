"""Who buys: names, perhaps company and address; or somebody who is there already and gets a further seat."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.parts.field import Field, line
from desktop.ui.parts.labels import Band, button
from desktop.ui.parts.shapes import Shape
from desktop.ui.sale.till import Buyer, Till
from desktop.ui.tokens import Space, Tone
from shared.checkin.verdict import Pass
from shared.kernel.decider import Rejected
from shared.kernel.ids import PersonId, SeatTypeId

_MOST = 200


class PersonForm(QWidget):
    """Emits `changed` when who buys changed from somebody known to somebody new, and `left` on Enter."""

    changed = Signal()
    left = Signal()

    def __init__(self, till: Till) -> None:
        super().__init__()
        self._till = till
        self._known: Pass | None = None
        self._attendee = till.new_person()
        self._of = Band(Shape.PEOPLE, "", Tone.ACCENT)
        self._of.add(button(self.tr("Somebody &new"), self.start))
        self.fields = {
            "first_name": Field(self.tr("First name"), line()),
            "last_name": Field(self.tr("Last name"), line()),
            "company": Field(self.tr("Company"), line(placeholder=self.tr("optional"))),
            "email": Field(self.tr("E-mail"), line(placeholder=self.tr("optional, for the confirmation"))),
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._of)
        self._form = QWidget()
        grid = QGridLayout(self._form)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.WIDE)
        grid.setVerticalSpacing(Space.SMALL)
        for place, field in enumerate(self.fields.values()):
            grid.addWidget(field, place // 2, place % 2, Qt.AlignmentFlag.AlignTop)
            control = field.control
            assert isinstance(control, QLineEdit)
            control.setMaxLength(_MOST)
            control.returnPressed.connect(self.left)
        column.addWidget(self._form)
        self.start()

    def start(self) -> None:
        """Ask for somebody new."""
        self._known, self._attendee = None, self._till.new_person()
        for field in self.fields.values():
            field.show_value("")
            field.complain("")
        self._show()

    def start_for(self, row: Pass) -> None:
        """Sell to somebody who has a ticket already."""
        self.start()
        self._known = row
        self._of.say(self.tr("A further seat for {0}").format(words.holder(row)))
        self._show()

    def _show(self) -> None:
        self._of.setVisible(self._known is not None)
        self._form.setVisible(self._known is None)
        self.changed.emit()

    @property
    def known(self) -> Pass | None:
        return self._known

    @property
    def is_empty(self) -> bool:
        return self._known is None and not any(field.value for field in self.fields.values())

    def buyer(self, seat_types: tuple[SeatTypeId, ...], *, is_free: bool) -> Buyer:
        known = self._known
        if known is not None and known.attendee is not None:
            return Buyer(
                attendee=PersonId(known.attendee),
                first_name=words.personal(known.first_name),
                last_name=words.personal(known.last_name),
                company=known.company,
                seat_types=seat_types,
                is_free=is_free,
            )
        values = {name: str(field.value) for name, field in self.fields.items()}
        return Buyer(attendee=self._attendee, seat_types=seat_types, is_free=is_free, **values)

    def complain(self, refusal: Rejected) -> str:
        """Say it at the field at fault; what is left to say elsewhere."""
        text = words.sentence(refusal.code, refusal.values)
        field = self.fields.get(str(refusal.values.get("field", "")))
        if field is None:
            return text
        field.complain(text)
        field.control.setFocus()
        return ""

    def forgive(self) -> None:
        for field in self.fields.values():
            field.complain("")

    def focus_first(self) -> None:
        self.fields["first_name"].control.setFocus()
