"""Who sits at a position: somebody new, the same person spelled anew, or somebody else."""

from typing import Final

from PySide6.QtWidgets import QWidget

from desktop.ui.parts.field import Field, line
from desktop.ui.parts.form_dialog import FormDialog
from desktop.workspace import Workspace
from shared.kernel.ids import OrderId, PersonId
from shared.registration.assignments import AssignSeat, SeatAssignment, seat_id

_FIELDS: Final = ("first_name", "last_name", "email", "company")


class AssignDialog(FormDialog):
    """The e-mail address decides: another one hands the seat on. `attendee` is the id of whoever is new."""

    def __init__(
        self, workspace: Workspace, order: OrderId, position: int, attendee: PersonId, parent: QWidget | None = None
    ) -> None:
        super().__init__("", "", parent)
        self._workspace, self._order, self._position, self._attendee = workspace, order, position, attendee
        seat = workspace.get(SeatAssignment, seat_id(order, position))
        is_taken = seat is not None and seat.attendee is not None
        title = self.tr("Change or hand on seat {0}") if is_taken else self.tr("Assign seat {0}")
        self.setWindowTitle(title.format(position + 1))
        hands_on = self.tr("Another address hands the seat on: a new ticket is sent there, the old one opens no door.")
        new = self.tr("The ticket is sent there.")
        texts = (
            (self.tr("First name"), ""),
            (self.tr("Last name"), ""),
            (self.tr("E-mail"), hands_on if is_taken else new),
            (self.tr("Company"), ""),
        )
        for name, (text, hint) in zip(_FIELDS, texts, strict=True):
            known = getattr(seat, name, "")
            self.add(name, Field(text, line(known if isinstance(known, str) else ""), hint))
        self.accept_button.setText(self.tr("&Save"))
        self.accept_button.setAccessibleName(self.windowTitle())

    def save(self) -> None:
        self.issue(
            self._workspace,
            AssignSeat(
                order=self._order,
                position=self._position,
                attendee=self._attendee,
                first_name=self.fields["first_name"].value,
                last_name=self.fields["last_name"].value,
                email=self.fields["email"].value,
                company=self.fields["company"].value,
            ),
        )
