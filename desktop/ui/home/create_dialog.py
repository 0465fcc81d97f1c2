"""The form of a new conference. It works without a network; what the rules refuse stands at its field."""

from datetime import timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.desk import Desk
from desktop.ui.home.slug import slug_from
from desktop.ui.parts.field import Field, choice, day, line
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space
from desktop.ui.words import sentence
from desktop.workspace import Workspace
from shared.conference.conference import CreateConference
from shared.kernel.decider import Rejected
from shared.kernel.ids import PersonId

_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "PLN", "SEK", "NOK", "DKK", "CZK", "JPY", "CNY", "INR", "BRL", "CAD", "AUD")


class CreateDialog(QDialog):
    """Emits `created` with the workspace, and closes."""

    created = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setWindowTitle(self.tr("New conference"))
        self.setMinimumWidth(560)
        self._slug_is_own = False
        today = desk.now().date()
        self.fields = {
            "name": Field(self.tr("Name"), line()),
            "slug": Field(
                self.tr("Address on the server"),
                line(),
                self.tr("Letters, digits and underscores. It can change until you publish."),
            ),
            "starts_on": Field(self.tr("First day"), day()),
            "ends_on": Field(self.tr("Last day"), day()),
            "location": Field(self.tr("Location"), line()),
            "currency": Field(self.tr("Currency"), choice({one: one for one in _CURRENCIES})),
            "owner_name": Field(self.tr("Owner’s name"), line()),
            "owner_email": Field(
                self.tr("Owner’s e-mail"), line(), self.tr("The access code for further devices is mailed here.")
            ),
        }
        self.fields["starts_on"].show_value(today + timedelta(days=90))
        self.fields["ends_on"].show_value(today + timedelta(days=92))
        self.fields["name"].edited.connect(self._suggest_slug)
        self.fields["slug"].edited.connect(self._keep_slug)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        column.addWidget(label(self.tr("New conference"), "title"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.WIDE)
        grid.setVerticalSpacing(Space.USUAL)
        for place, (name, field) in enumerate(self.fields.items()):
            at = place if name in ("name", "slug") else 2 + (place - 2) // 2
            if name in ("name", "slug"):
                grid.addWidget(field, at, 0, 1, 2, Qt.AlignmentFlag.AlignTop)
            else:
                grid.addWidget(field, at, place % 2, Qt.AlignmentFlag.AlignTop)
        column.addLayout(grid)
        self._error = label("", "error", wraps=True)
        column.addWidget(self._error)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(button(self.tr("Cancel"), self.reject))
        save = button(self.tr("&Create"), self._create, "primary")
        save.setDefault(True)
        row.addWidget(save)
        column.addLayout(row)

    def _keep_slug(self) -> None:
        self._slug_is_own = True

    def _suggest_slug(self) -> None:
        if not self._slug_is_own:
            self.fields["slug"].show_value(slug_from(self.fields["name"].value))

    def _create(self) -> None:
        for field in self.fields.values():
            field.complain("")
        self._error.setText("")
        values = {name: field.value for name, field in self.fields.items()}
        try:
            workspace: Workspace = self._desk.create(CreateConference(owner=PersonId(self._desk.new_id()), **values))
        except Rejected as refusal:
            at = self.fields.get(str(refusal.values.get("field", "")))
            if at is None:
                self._error.setText(sentence(refusal.code, refusal.values))
            else:
                at.complain(sentence(refusal.code, refusal.values))
                at.control.setFocus()
            return
        self.created.emit(workspace)
        self.accept()
