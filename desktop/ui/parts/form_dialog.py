"""Dialogs of fields: a title, the fields, what is wrong, and the buttons. What it issues is the heir's business."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.store.files import EnvironmentProblem
from desktop.ui import words
from desktop.ui.parts.field import Field
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.kernel.decider import Rejected

_WIDTH: Final = 480


class FormDialog(QDialog):
    """A refusal stands at the field it names, or above the buttons. `places` has the fields of those that name none."""

    places: ClassVar[Mapping[str, str]] = {}

    def __init__(self, title: str, accept: str, parent: QWidget | None = None, text: str = "") -> None:
        super().__init__(parent)
        self.setMinimumWidth(_WIDTH)
        self.fields: dict[str, Field] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        self._heading = label("", "title", wraps=True)
        self.windowTitleChanged.connect(self._heading.setText)
        self.setWindowTitle(title)
        column.addWidget(self._heading)
        if text:
            column.addWidget(label(text, wraps=True))
        self.form = QVBoxLayout()
        self.form.setSpacing(Space.USUAL)
        column.addLayout(self.form)
        column.addStretch(1)
        self.error = label("", "error", wraps=True)
        self.error.hide()
        column.addWidget(self.error)
        row = QHBoxLayout()
        row.addStretch(1)
        self.back = button(self.tr("Back"), self.reject)
        row.addWidget(self.back)
        self.accept_button = button(accept, self.save, "primary")
        self.accept_button.setDefault(True)
        row.addWidget(self.accept_button)
        column.addLayout(row)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the first field, and be as high as wrapped texts need: Qt asks for the height of one width only."""
        super().showEvent(event)
        layout = self.layout()
        if layout is not None:
            self.setMinimumHeight(layout.totalHeightForWidth(self.width()))
        first = next((one for one in self.fields.values() if one.control.isEnabled() and one.isVisible()), None)
        (self.back if first is None else first.control).setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def add(self, name: str, field: Field) -> Field:
        """Put a field below the others, under the name by which a refusal calls it."""
        self.fields[name] = field
        self.form.addWidget(field)
        return field

    def save(self) -> None:
        """What the last button does."""
        raise NotImplementedError

    def issue(self, workspace: Workspace, command: Any) -> bool:
        """Whether it was taken; else it is said what is wrong."""
        self.clear_complaints()
        try:
            workspace.issue(command)
        except Rejected as refusal:
            self.complain(refusal)
            return False
        except (EnvironmentProblem, OSError) as problem:
            say(self.error, words.problem(problem))
            return False
        self.accept()
        return True

    def clear_complaints(self) -> None:
        say(self.error, "")
        for field in self.fields.values():
            field.complain("")

    def complain(self, refusal: Rejected) -> None:
        """Say a refusal at its field, or above the buttons where it names none that is here."""
        field = self.fields.get(self.places.get(refusal.code, str(refusal.values.get("field", ""))))
        text = words.sentence(refusal.code, refusal.values)
        if field is None:
            say(self.error, text)
        else:
            field.complain(text)
            field.control.setFocus()


class ConfirmDialog(FormDialog):
    """Says what follows, and issues one command when that is wanted. Enter goes back until the other is chosen."""

    def __init__(
        self,
        workspace: Workspace,
        command: Any,
        texts: tuple[str, str, str],
        parent: QWidget | None = None,
    ) -> None:
        title, text, accept = texts
        super().__init__(title, accept, parent, text)
        self._workspace, self._command = workspace, command

    def save(self) -> None:
        self.issue(self._workspace, self._command)


def say(error: QLabel, text: str) -> None:
    """Show what is wrong; an empty text takes it back."""
    error.setText(text)
    error.setVisible(bool(text))


def attempt(workspace: Workspace, command: Any, error: QLabel) -> bool:
    """Issue a command; whether it was taken. A refusal is said where the action stands."""
    say(error, "")
    try:
        workspace.issue(command)
    except Rejected as refusal:
        say(error, words.sentence(refusal.code, refusal.values))
        return False
    return True
