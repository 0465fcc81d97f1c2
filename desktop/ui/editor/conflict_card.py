"""A refused edit: theirs and mine side by side, and the three ways on."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout

from desktop.reapply import refreshed
from desktop.ui import words
from desktop.ui.editor.waiting import Conflict, RefusedEdit, undisputed
from desktop.ui.parts.labels import button, label
from desktop.ui.parts.shapes import Mark, Shape
from desktop.ui.tokens import Space, Tone
from desktop.ui.words import sentence
from desktop.workspace import Workspace
from shared.conference.conference import EditConference
from shared.conference.seat_types import EditSeatType
from shared.kernel.decider import Rejected


class ConflictCard(QFrame):
    """Asks to edit the refused value by `edit_asked`; the other two ways it goes itself."""

    edit_asked = Signal(object)
    settled = Signal()

    def __init__(self, workspace: Workspace, refused: RefusedEdit) -> None:
        super().__init__()
        self._workspace = workspace
        self.refused = refused
        self.setProperty("look", "band")
        self.setProperty("tone", Tone.CAUTION.value)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.USUAL, Space.WIDE, Space.USUAL)
        column.setSpacing(Space.SMALL)
        head = QHBoxLayout()
        head.setSpacing(Space.SMALL)
        head.addWidget(Mark(Shape.WARNING, Tone.CAUTION, 18))
        title = label(self._title(), "strong", wraps=True)
        head.addWidget(title, 1)
        column.addLayout(head)
        self.setAccessibleName(title.text())
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.ROOMY)
        grid.setVerticalSpacing(Space.TIGHT)
        grid.addWidget(label(self.tr("Theirs"), "caption"), 0, 1)
        mine = self.tr("Mine, of {when}").format(when=words.moment(refused.issued_at))
        grid.addWidget(label(mine, "caption"), 0, 2)
        for row, one in enumerate(refused.conflicts, start=1):
            self._add(grid, row, one)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        column.addLayout(grid)
        self._error = label("", "error", wraps=True)
        self._error.hide()
        column.addWidget(self._error)
        actions = QHBoxLayout()
        actions.setSpacing(Space.SMALL)
        names = ", ".join(words.field(one.field) for one in refused.conflicts)
        actions.addWidget(button(self.tr("Keep &theirs"), self._keep, name=self.tr("Keep theirs: {0}").format(names)))
        actions.addWidget(
            button(self.tr("&Reapply mine"), self._reapply, "primary", name=self.tr("Reapply mine: {0}").format(names))
        )
        actions.addWidget(button(self.tr("&Edit"), self._edit, name=self.tr("Edit: {0}").format(names)))
        actions.addStretch(1)
        column.addLayout(actions)
        if not refused.is_settled:
            for place in range(actions.count()):
                if (item := actions.itemAt(place)) is not None and (widget := item.widget()) is not None:
                    widget.setEnabled(False)
            column.addWidget(
                label(self.tr("The server has not answered yet. Until it does, nothing is lost."), "small", wraps=True)
            )

    def _title(self) -> str:
        who = next(
            (words.device(self._workspace, one.by) for one in self.refused.conflicts if one.by),
            self.tr("somebody else"),
        )
        if self.refused.is_settled:
            return self.tr("Changed meanwhile by {who}. Your change was not applied.").format(who=who)
        return self.tr("Changed meanwhile by {who}. Your change will probably be refused.").format(who=who)

    def _add(self, grid: QGridLayout, row: int, one: Conflict) -> None:
        grid.addWidget(label(words.field(one.field), "muted"), row, 0)
        for column, value in ((1, one.theirs), (2, one.mine)):
            shown = label(words.field_value(self._workspace, one.field, value), wraps=True)
            grid.addWidget(shown, row, column)

    @property
    def texts(self) -> tuple[str, ...]:
        """Theirs and mine as they stand on the card."""
        return tuple(
            words.field_value(self._workspace, one.field, value)
            for one in self.refused.conflicts
            for value in (one.theirs, one.mine)
        )

    def _keep(self) -> None:
        self._again(undisputed(refreshed(self.refused.command, self._workspace), self.refused))

    def _reapply(self) -> None:
        self._again(refreshed(self.refused.command, self._workspace))

    def _edit(self) -> None:
        self.edit_asked.emit(self.refused)

    def _again(self, command: EditConference | EditSeatType | None) -> None:
        """Issue what is wanted, as of what is seen now; the refusal is dealt with."""
        try:
            if command is not None:
                self._workspace.issue(command)
        except Rejected as refusal:
            self._error.setText(sentence(refusal.code, refusal.values))
            self._error.show()
            return
        self._workspace.drop(self.refused.command_id)
        self.settled.emit()
