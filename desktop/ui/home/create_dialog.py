"""The form of a new conference, or of a copy. It works without a network; what is refused stands at its field."""

from datetime import timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.copying import original_of, steps
from desktop.ui import words
from desktop.ui.desk import Desk
from desktop.ui.home.slug import slug_from
from desktop.ui.parts.field import Field, choice, day, line
from desktop.ui.parts.job import Job
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space
from desktop.ui.words import sentence
from desktop.workspace import Workspace
from shared.conference.conference import CreateConference, Owner
from shared.copying import NEXT_TIME, Original, creation, next_name
from shared.kernel.decider import Rejected
from shared.kernel.ids import PersonId

_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "PLN", "SEK", "NOK", "DKK", "CZK", "JPY", "CNY", "INR", "BRL", "CAD", "AUD")


class CreateDialog(QDialog):
    """Emits `created` with the workspace, and closes. `model` is the conference to be copied, None for an empty one."""

    created = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None, model: Workspace | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._original = None if model is None else original_of(model)
        self._job: Job | None = None
        title = self.tr("New conference") if self._original is None else self.tr("Copy of a conference")
        self.setWindowTitle(title)
        self.setMinimumWidth(560)
        self._slug_is_own = False
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
            "currency": self._currency(),
            "owner_name": Field(self.tr("Owner’s name"), line()),
            "owner_email": Field(
                self.tr("Owner’s e-mail"), line(), self.tr("The access code for further devices is mailed here.")
            ),
        }
        self._fill(None if model is None else model.get(Owner))
        self.fields["name"].edited.connect(self._suggest_slug)
        self.fields["slug"].edited.connect(self._keep_slug)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        column.addWidget(label(title, "title"))
        if self._original is not None:
            told = self.tr(
                "Settings, seat types, areas, discount codes and badge layouts are taken over from “{0}”. Orders,"
                " people and devices are not."
            )
            column.addWidget(label(told.format(self._original.conference.name), wraps=True))
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
        self.error = label("", "error", wraps=True)
        column.addWidget(self.error)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(button(self.tr("Cancel"), self.reject))
        self.save = button(self.tr("&Create"), self._create, "primary")
        self.save.setDefault(True)
        row.addWidget(self.save)
        column.addLayout(row)

    def _currency(self) -> Field:
        """A choice; of a copy, what the original has."""
        if self._original is None:
            return Field(self.tr("Currency"), choice({one: one for one in _CURRENCIES}))
        kept = self._original.conference.currency
        field = Field(self.tr("Currency"), choice({kept: kept}), self.tr("It comes with the prices."))
        field.setEnabled(False)
        return field

    def _fill(self, owner: Owner | None) -> None:
        """What is likely: a conference in some months, or the next time of the one that is copied."""
        today = self._desk.now().date()
        values: dict[str, object] = {"starts_on": today + timedelta(days=90), "ends_on": today + timedelta(days=92)}
        if self._original is not None:
            one = self._original.conference
            values = {
                "name": next_name(one.name),
                "slug": slug_from(next_name(one.name)),
                "starts_on": one.starts_on + NEXT_TIME,
                "ends_on": one.ends_on + NEXT_TIME,
                "location": one.location,
                "currency": one.currency,
            }
        if owner is not None:
            values |= {"owner_name": words.personal(owner.name), "owner_email": words.personal(owner.email)}
        for name, value in values.items():
            self.fields[name].show_value(value)

    def _keep_slug(self) -> None:
        self._slug_is_own = True

    def _suggest_slug(self) -> None:
        if not self._slug_is_own:
            self.fields["slug"].show_value(slug_from(self.fields["name"].value))

    def _create(self) -> None:
        for field in self.fields.values():
            field.complain("")
        self.error.setText("")
        values = {name: field.value for name, field in self.fields.items()}
        wanted = CreateConference(owner=PersonId(self._desk.new_id()), **values)
        try:
            created = self._desk.create(wanted if self._original is None else creation(wanted, self._original))
        except Rejected as refusal:
            at = self.fields.get(str(refusal.values.get("field", "")))
            if at is None:
                self.error.setText(sentence(refusal.code, refusal.values))
            else:
                at.complain(sentence(refusal.code, refusal.values))
                at.control.setFocus()
            return
        if self._original is None:
            self._end(created)
        else:
            self._copy(self._original, created)

    def _copy(self, original: Original, created: Workspace) -> None:
        """Issue the rest in a thread, because each command is written to disk."""

        def work(_: Job) -> list[str]:
            issued = steps(original, created, self._desk.new_id)
            return [why for command in issued if (why := _refusal(created, command))]

        self.save.setEnabled(False)
        job = self._job = Job(work, self)
        job.ended.connect(lambda result: self._show_copied(created, result))
        job.start()

    def _show_copied(self, created: Workspace, result: object) -> None:
        """Go on to the copy; first say what of an old conference the rules of today do not take."""
        self._job = None
        left = [words.problem(result)] if isinstance(result, Exception) else result
        if not left:
            self._end(created)
            return
        assert isinstance(left, list)
        self.error.setText("\n".join([self.tr("The copy was made, but not all of it:"), *dict.fromkeys(left)]))
        self.save.clicked.disconnect()
        self.save.clicked.connect(lambda: self._end(created))
        self.save.setText(self.tr("&Open it"))
        self.save.setAccessibleName(self.tr("Open it"))
        self.save.setEnabled(True)

    def reject(self) -> None:
        """What was begun is brought to its end."""
        if self._job is None:
            super().reject()

    def _end(self, created: Workspace) -> None:
        self.created.emit(created)
        self.accept()


def _refusal(workspace: Workspace, command: object) -> str:
    """Why a command could not be done; empty where it was."""
    try:
        workspace.issue(command)
    except Rejected as refusal:
        return sentence(refusal.code, refusal.values)
    return ""
