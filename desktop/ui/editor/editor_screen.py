"""The conference editor. Saved fields are marked waiting until the server has them; refused edits show both."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout

from desktop.ui import words
from desktop.ui.changes import Changes, concerns
from desktop.ui.editor.address import Address
from desktop.ui.editor.area_dialog import AreaDialog
from desktop.ui.editor.areas import Areas
from desktop.ui.editor.conflict_card import ConflictCard
from desktop.ui.editor.form import Form, in_unit
from desktop.ui.editor.owner import OwnerCard
from desktop.ui.editor.seat_type_dialog import SeatTypeDialog
from desktop.ui.editor.seat_types import SeatTypes
from desktop.ui.editor.waiting import STATE, RefusedEdit, edit_commands, refused_edits, waiting_fields
from desktop.ui.edits import edits_of
from desktop.ui.parts.labels import Chip, button, card, clear, label, without_mnemonic
from desktop.ui.parts.page import Page
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Space, Tone
from desktop.ui.words import sentence
from desktop.workspace import Workspace
from shared.conference.conference import Conference, PublishConference, UnpublishConference
from shared.conference.seat_types import EditSeatType
from shared.kernel.decider import Rejected
from shared.kernel.ids import AreaId, SeatTypeId


class EditorScreen(Page):
    """One conference. `new_id` makes the ids of new seat types. Says `typed` when `is_unsaved` may have changed."""

    typed = Signal()

    def __init__(self, workspace: Workspace, changes: Changes, new_id: Callable[[], str]) -> None:
        super().__init__("")
        self._workspace, self._new_id = workspace, new_id
        self._state = Chip(Shape.RING, "")
        self._state_waits = Chip(Shape.CLOCK, self.tr("waiting"), Tone.WAITING)
        self.unsaved = Chip(Shape.WARNING, self.tr("not saved"), Tone.CAUTION)
        self.unsaved.setToolTip(self.tr("What you typed stays here while Lanyard runs. Save it before you close it."))
        self._publish = button("", self._turn)
        self._revert = button(self.tr("Re&vert"), self._take_back)
        self._save = button(self.tr("&Save"), self.save, "primary")
        for widget in (self.unsaved, self._state, self._state_waits, self._publish, self._revert, self._save):
            self.tools.addWidget(widget)
        QShortcut(QKeySequence.StandardKey.Save, self, self.save)
        self._conflicts = QVBoxLayout()
        self._conflicts.setSpacing(Space.SMALL)
        self.body.addLayout(self._conflicts)
        self.error = label("", "error", wraps=True)
        self.error.hide()
        self.body.addWidget(self.error)
        frame, column = card()
        self.form = Form()
        self.form.edited.connect(self._allow)
        column.addWidget(self.form)
        self.address = Address(workspace)
        column.addSpacing(Space.TIGHT)
        column.addWidget(self.address)
        self.body.addWidget(frame)
        self._owner_frame, column = card()
        self.owner = OwnerCard(workspace)
        self.owner.edited.connect(self._allow)
        column.addWidget(self.owner)
        self.body.addWidget(self._owner_frame)
        frame, column = card()
        self.seat_types = SeatTypes(workspace)
        self.seat_types.edit_asked.connect(self._open_seat_type)
        column.addWidget(self.seat_types)
        self.body.addWidget(frame)
        frame, column = card()
        self.areas = Areas(workspace)
        self.areas.edit_asked.connect(self._open_area)
        column.addWidget(self.areas)
        self.body.addWidget(frame)
        self.body.addStretch(1)
        self._shown: list[RefusedEdit] = []
        changes.changed.connect(self._on_change)
        self.refresh()

    def _on_change(self, keys: set[object]) -> None:
        views = (
            "conference.conferences",
            "conference.owners",
            "conference.seat_types",
            "registration.seat_types",
            "checkin.areas",
        )
        if concerns(keys, *views):  # type: ignore[arg-type]
            self.refresh()

    def refresh(self) -> None:
        conference = self._workspace.get(Conference)
        self.setEnabled(conference is not None)
        if conference is None:
            self.name(self.tr("Conference"), self.tr("It appears after the first download."))
            return
        self.name(conference.name, words.long_days(conference.starts_on, conference.ends_on))
        self.form.show_row(conference)
        self.address.refresh(conference)
        self.seat_types.refresh()
        self.areas.refresh()
        waiting = waiting_fields(self._workspace.pending)
        for name, field in self.form.fields.items():
            field.mark_waiting(name in waiting)
        self.address.field.mark_waiting("slug" in waiting)
        self.owner.refresh(waiting)
        self._owner_frame.setVisible(not self.owner.isHidden())
        self._state_waits.setVisible(STATE in waiting)
        if conference.is_published:
            self._state.show_as(Shape.CHECK, self.tr("Published"), Tone.GOOD)
        else:
            self._state.show_as(Shape.RING, self.tr("Draft"), Tone.NEUTRAL)
        self._publish.setText(self.tr("&Unpublish") if conference.is_published else self.tr("&Publish"))
        self._publish.setAccessibleName(without_mnemonic(self._publish.text()))
        self._show_conflicts()
        self._allow()

    def _show_conflicts(self) -> None:
        refused = refused_edits(self._workspace.problems())
        if refused == self._shown:
            return
        self._shown = refused
        clear(self._conflicts)
        for one in refused:
            made = ConflictCard(self._workspace, one)
            made.edit_asked.connect(self._edit_again)
            made.settled.connect(self.refresh)
            self._conflicts.addWidget(made)

    @property
    def conflicts(self) -> list[ConflictCard]:
        """The refused edits as they stand on the page."""
        return [
            widget
            for place in range(self._conflicts.count())
            if (item := self._conflicts.itemAt(place)) is not None and isinstance(widget := item.widget(), ConflictCard)
        ]

    def save(self) -> None:
        """Issue what was changed. What is refused here stays typed, with the reason at its field."""
        self._complain("")
        for field in self.form.fields.values():
            field.complain("")
        for command in edit_commands(self.form.seen, self.form.values()):
            names = list(edits_of(command))
            try:
                self._workspace.issue(command)
            except Rejected as refusal:
                self._explain(refusal, names)
                continue
            self.form.accept_as_seen(names)
        self.owner.save()
        self.refresh()

    def _explain(self, refusal: Rejected, names: list[str]) -> None:
        text = sentence(refusal.code, refusal.values)
        field = str(refusal.values.get("field", names[0]))
        at = self.form.fields.get(field)
        if refusal.code == "changed_meanwhile":
            # Known here already, so nothing was queued: go on from what they made of it.
            both = refusal.values["fields"]
            for name, one in both.items():
                theirs = words.field_value(self._workspace, name, one["theirs"])
                self.form.fields[name].complain(
                    self.tr("Changed meanwhile to “{0}”. Save again to put yours.").format(theirs)
                )
                conference = self._workspace.get(Conference)
                self.form.seen[name] = getattr(conference, name)
        elif at is not None:
            at.complain(text)
            at.control.setFocus()
        else:
            self._complain(text)

    def _complain(self, text: str) -> None:
        self.error.setText(text)
        self.error.setVisible(bool(text))

    def _take_back(self) -> None:
        self._complain("")
        self.owner.revert()
        self.form.revert()

    @property
    def is_unsaved(self) -> bool:
        """Whether something was typed that is not saved."""
        return bool(self.form.changed) or self.owner.is_changed

    def _allow(self) -> None:
        is_changed = self.is_unsaved
        self._save.setEnabled(is_changed)
        self._revert.setEnabled(is_changed)
        self.unsaved.setVisible(is_changed)
        self.typed.emit()

    def _turn(self) -> None:
        conference = self._workspace.get(Conference)
        self._complain("")
        try:
            is_published = conference is not None and conference.is_published
            self._workspace.issue(UnpublishConference() if is_published else PublishConference())
        except Rejected as refusal:
            self._complain(sentence(refusal.code, refusal.values))

    def _edit_again(self, refused: RefusedEdit) -> None:
        """Put the refused values back into their fields; the refusal is dealt with."""
        wanted = {field: edit.new for field, edit in edits_of(refused.command).items()}
        if isinstance(refused.command, EditSeatType):
            dialog = SeatTypeDialog(self._workspace, refused.command.seat_type, self, wanted)
            dialog.accepted.connect(lambda: self._workspace.drop(refused.command_id))
            self._open(dialog)
            return
        for field, value in wanted.items():
            self.form.fields[field].show_value(in_unit(field, value))
        self._workspace.drop(refused.command_id)
        self.form.fields[next(iter(wanted))].control.setFocus()
        self.refresh()

    def _open_seat_type(self, seat_type: str) -> None:
        self._open(SeatTypeDialog(self._workspace, SeatTypeId(seat_type or self._new_id()), self))

    def _open_area(self, area: str) -> None:
        self._open(AreaDialog(self._workspace, AreaId(area or self._new_id()), self))

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.setModal(True)
        dialog.open()
