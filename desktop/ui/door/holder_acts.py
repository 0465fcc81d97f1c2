"""What can be done for whoever has the ticket: put the name right, sell a further seat, print the badge."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.store.files import EnvironmentProblem
from desktop.ui import words
from desktop.ui.parts.labels import button, label, without_mnemonic
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.checkin.badges import Badge
from shared.checkin.correction import CorrectAttendee
from shared.checkin.verdict import Pass
from shared.kernel.decider import Rejected


class HolderActs(QWidget):
    """Emits `corrected`, and `further_asked` or `badge_asked` with the ticket's row."""

    corrected = Signal()
    further_asked = Signal(object)
    badge_asked = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._row: Pass | None = None
        self.first_name, self.last_name, self.company = (QLineEdit() for _ in range(3))
        for control, name in (
            (self.first_name, self.tr("First name")),
            (self.last_name, self.tr("Last name")),
            (self.company, self.tr("Company")),
        ):
            control.setPlaceholderText(name)
            control.setAccessibleName(name)
            control.returnPressed.connect(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.TIGHT)
        self.correct = button(self.tr("&Correct name"), self.open)
        self.further = button(self.tr("&Further seat"), lambda: self.further_asked.emit(self._row))
        self.badge = button(self.tr("Print &badge"), lambda: self.badge_asked.emit(self._row))
        self._buttons = _row(self.correct, self.further, self.badge)
        self._form = QWidget()
        lines = QVBoxLayout(self._form)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(Space.TIGHT)
        lines.addWidget(_row(self.first_name, self.last_name))
        cancel = button(self.tr("Cancel"), self.close_form)
        lines.addWidget(_row(self.company, button(self.tr("Save"), self.save, "primary"), cancel))
        self.told = label("", "small", wraps=True)
        for one in (self._buttons, self._form, self.told):
            column.addWidget(one)
        self.show_row(None)

    def show_row(self, row: Pass | None) -> None:
        """Offer it for this ticket; None where nobody who is known came."""
        self._row = row if row is not None and row.attendee is not None and not row.is_cancelled else None
        self.setVisible(self._row is not None)
        self.say("")
        self.close_form()
        badge = None if row is None else self._workspace.get(Badge, row.ticket)
        again = self.tr("&Badge again ({0})").format(words.count(badge.times)) if badge is not None else ""
        self.badge.setText(again or self.tr("Print &badge"))
        self.badge.setAccessibleName(without_mnemonic(self.badge.text()))

    def offer_sale(self, *, is_offered: bool) -> None:
        """Whether seats are sold from here."""
        self.further.setVisible(is_offered)

    @property
    def is_correcting(self) -> bool:
        return not self._form.isHidden()

    def open(self) -> None:
        """Ask for the right name, beginning with the one there is."""
        if self._row is None:
            return
        for control, text in (
            (self.first_name, self._row.first_name),
            (self.last_name, self._row.last_name),
            (self.company, self._row.company),
        ):
            control.setText(text if isinstance(text, str) else "")
            control.setCursorPosition(0)
        self._buttons.hide()
        self._form.show()
        self.last_name.setFocus()

    def close_form(self) -> None:
        self._form.hide()
        self._buttons.show()

    def save(self) -> None:
        """Record it. It shows here at once, and the order follows at the server."""
        row = self._row
        if row is None or row.attendee is None:
            return
        correction = CorrectAttendee(
            ticket=row.ticket,
            attendee=row.attendee,
            first_name=self.first_name.text().strip(),
            last_name=self.last_name.text().strip(),
            company=self.company.text().strip(),
        )
        try:
            self._workspace.issue(correction)
        except Rejected as refusal:
            self.say(words.sentence(refusal.code, refusal.values))
        except (EnvironmentProblem, OSError) as problem:
            self.say(words.problem(problem))
        else:
            self.corrected.emit()

    def say(self, text: str) -> None:
        """What became of it."""
        self.told.setText(text)
        self.told.setVisible(bool(text))


def _row(*widgets: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.SMALL)
    for one in widgets:
        row.addWidget(one, 1 if isinstance(one, QLineEdit) else 0)
    if not any(isinstance(one, QLineEdit) for one in widgets):
        row.addStretch(1)
    return made
