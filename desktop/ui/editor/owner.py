"""The owner of a conference and the code that lets devices join it. Door staff hold neither."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.parts.field import Field, line
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space
from desktop.ui.words import sentence
from desktop.workspace import Workspace
from shared.conference.conference import ChangeOwner, Owner
from shared.kernel.decider import Rejected

_NAME, _EMAIL = "name", "email"


class OwnerCard(QWidget):
    """Shows the owner, keeps what is typed over it until it is saved. Says `edited` with each change."""

    edited = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._seen: Owner | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.SMALL)
        column.addWidget(label(self.tr("Owner"), "heading"))
        self.fields = {
            _NAME: Field(self.tr("Owner’s name"), line()),
            _EMAIL: Field(self.tr("Owner’s e-mail"), line()),
        }
        self.access_code = line()
        self.access_code.setReadOnly(True)
        code = Field(
            self.tr("Access code"), self.access_code, self.tr("With the owner’s e-mail it lets another device join.")
        )
        self.copy = button(self.tr("&Copy"), self._copy, name=self.tr("Copy the access code"))
        self._copied = label("", "small")
        row = QHBoxLayout()
        row.setSpacing(Space.WIDE)
        for field in self.fields.values():
            field.edited.connect(self.edited)
            row.addWidget(_at_top(field), 2)
        row.addWidget(_at_top(code), 2)
        row.addWidget(_beside(self.copy, self._copied), 1)
        column.addLayout(row)

    def refresh(self, waiting: set[str]) -> None:
        """Take over a new state, except where something was typed over it. `waiting` names fields as commands do."""
        owner = self._workspace.get(Owner)
        self.setVisible(owner is not None)
        if owner is None:
            return
        before, self._seen = self._seen, owner
        for name, field in self.fields.items():
            shown = words.personal(getattr(owner, name))
            if before is None or field.value == words.personal(getattr(before, name)):
                field.show_value(shown)
            field.control.setEnabled(isinstance(getattr(owner, name), str))
            field.mark_waiting(f"owner_{name}" in waiting)
        self.access_code.setText(owner.access_code or "")
        self.access_code.setPlaceholderText(self.tr("Comes from the server"))
        self.copy.setEnabled(owner.access_code is not None)

    @property
    def is_changed(self) -> bool:
        seen = self._seen
        return seen is not None and any(
            field.value != words.personal(getattr(seen, name)) for name, field in self.fields.items()
        )

    def save(self) -> None:
        """Issue what was changed. What is refused stays typed, with the reason at its field."""
        seen = self._seen
        if seen is None or not self.is_changed:
            return
        for field in self.fields.values():
            field.complain("")
        name, email = (
            one if one != words.personal(old) else old
            for one, old in ((self.fields[_NAME].value, seen.name), (self.fields[_EMAIL].value, seen.email))
        )
        try:
            self._workspace.issue(
                ChangeOwner(owner=seen.owner, seen_name=seen.name, seen_email=seen.email, name=name, email=email)
            )
        except Rejected as refusal:
            at = self.fields.get(str(refusal.values.get("field", "")), self.fields[_NAME])
            at.complain(sentence(refusal.code, refusal.values))
            at.control.setFocus()

    def revert(self) -> None:
        """Take back what was typed."""
        for name, field in self.fields.items():
            field.show_value(words.personal(getattr(self._seen, name)) if self._seen is not None else "")
            field.complain("")
        self.edited.emit()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.access_code.text())
        self._copied.setText(self.tr("Copied"))


def _at_top(field: Field) -> QWidget:
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(field)
    column.addStretch(1)
    return whole


def _beside(button_: QWidget, said: QLabel) -> QWidget:
    """A button in line with the controls of the fields left of it."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 22 + Space.TIGHT - 1, 0, 0)  # a button is taller than a field by that
    row = QHBoxLayout()
    row.setSpacing(Space.SMALL)
    row.addWidget(button_)
    row.addWidget(said)
    row.addStretch(1)
    column.addLayout(row)
    column.addStretch(1)
    return whole
