"""The cards of the inbox: what happened, in the words of the domain, and what can be done."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QHBoxLayout, QVBoxLayout

from desktop.reapply import refreshed
from desktop.store.log import Notice
from desktop.ui import words
from desktop.ui.door.findings import finding_name
from desktop.ui.parts.labels import Chip, button, label
from desktop.ui.parts.shapes import Mark, Shape
from desktop.ui.problems import incidents
from desktop.ui.problems.advice import given_back_twice
from desktop.ui.problems.inbox import Held, body_of
from desktop.ui.tokens import Space, Tone
from desktop.ui.words import sentence
from desktop.workspace import Problem, Workspace
from shared.checkin.verdict import Finding, Passage
from shared.checkin.views import Incident
from shared.conference.conference import EditConference
from shared.conference.seat_types import EditSeatType
from shared.kernel.decider import Rejected


def _tr(text: str) -> str:
    return QCoreApplication.translate("InboxCard", text)


class InboxCard(QFrame):
    """One entry: shape, heading, chip, sentence, then what its kind adds."""

    def __init__(self, shape: Shape, tone: Tone, heading: str, chip: str, text: str, small: str) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.setAccessibleName(heading)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.WIDE, Space.USUAL, Space.WIDE, Space.USUAL)
        row.setSpacing(Space.USUAL)
        self.left = QVBoxLayout()
        self.left.addWidget(Mark(shape, tone, 22))
        self.left.addStretch(1)
        row.addLayout(self.left)
        self.column = QVBoxLayout()
        self.column.setSpacing(Space.TIGHT)
        head = QHBoxLayout()
        head.setSpacing(Space.SMALL)
        self.heading = label(heading, "strong", wraps=True)
        head.addWidget(self.heading, 1)
        head.addWidget(Chip(shape, chip, tone))
        self.column.addLayout(head)
        self.text = label(text, wraps=True)
        self.column.addWidget(self.text)
        self.details = QVBoxLayout()
        self.column.addLayout(self.details)
        self.column.addWidget(label(small, "small", wraps=True))
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(Space.SMALL)
        self.column.addSpacing(Space.TIGHT)
        self.column.addLayout(self.buttons)
        row.addLayout(self.column, 1)

    def act(self, text: str, does: Callable[[], object], look: str = "") -> None:
        self.buttons.addWidget(button(text, does, look, name=f"{text.replace('&', '')}: {self.heading.text()}"))


class ProblemCard(InboxCard):
    """A refused or doubtful command. `change_asked` opens the editor; the rest it does itself.

    A refused one can be `chosen`, to be dealt with together with others. `dropped` tells which one was.
    """

    change_asked = Signal(object)
    chosen = Signal(str, bool)
    dropped = Signal(str)

    def __init__(self, workspace: Workspace, problem: Problem) -> None:
        self._workspace, self._problem = workspace, problem
        self._body = body_of(problem)
        chip = _tr("Refused") if problem.is_settled else _tr("Will probably be refused")
        super().__init__(
            Shape.CROSS if problem.is_settled else Shape.WARNING,
            Tone.BAD if problem.is_settled else Tone.CAUTION,
            words.command(workspace, problem.logged.wire.name, self._body),
            chip,
            sentence(problem.code, problem.values),
            _tr("Issued on this device {when}").format(when=words.moment(problem.logged.issued_at)),
        )
        self._both()
        if told := given_back_twice(workspace, problem, self._body):
            self.details.addWidget(label(told, "strong", wraps=True, tone=Tone.CAUTION))
        self._error = label("", "error", wraps=True)
        self._error.hide()
        self.details.addWidget(self._error)
        self.box = QCheckBox(self)
        self.box.hide()
        if not problem.is_settled:
            return
        self.box.setAccessibleName(_tr("Choose: {0}").format(self.heading.text()))
        self.box.toggled.connect(lambda is_on: self.chosen.emit(problem.logged.command_id, is_on))
        self.left.insertWidget(1, self.box)
        self.box.show()
        is_edit = isinstance(self._body, EditConference | EditSeatType)
        if is_edit:
            self.act(_tr("&Look at both and choose"), lambda: self.change_asked.emit(problem), "primary")
        elif self._body is not None:
            self.act(_tr("&Reapply"), self._again)
        self.act(_tr("&Drop"), self._drop)
        self.buttons.addStretch(1)

    @property
    def command_id(self) -> str:
        return self._problem.logged.command_id

    def show_chosen(self, is_chosen: bool) -> None:
        """Show whether it is among those to be dealt with together, without telling."""
        self.box.blockSignals(True)
        self.box.setChecked(is_chosen)
        self.box.blockSignals(False)

    def _both(self) -> None:
        fields = self._problem.values.get("fields")
        if not isinstance(fields, dict):
            return
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.ROOMY)
        for row, (name, both) in enumerate(fields.items()):
            grid.addWidget(label(words.field(name), "caption"), row, 0)
            theirs = words.field_value(self._workspace, name, both.get("theirs"))
            by = words.device(self._workspace, both["by"]) if both.get("by") else ""
            whose = _tr("Theirs, from {device}: {value}") if by else _tr("Theirs: {value}")
            mine = words.field_value(self._workspace, name, both.get("mine"))
            grid.addWidget(label(whose.format(device=by, value=theirs), wraps=True), row, 1)
            grid.addWidget(label(_tr("Mine: {0}").format(mine), wraps=True), row, 2)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        self.details.addLayout(grid)

    def _drop(self) -> None:
        self._workspace.drop(self.command_id)
        self.dropped.emit(self.command_id)

    def _again(self) -> None:
        try:
            self._workspace.issue(refreshed(self._body, self._workspace))
        except Rejected as refusal:
            self._error.setText(sentence(refusal.code, refusal.values))
            self._error.show()
            return
        self._workspace.drop(self._problem.logged.command_id)


class NoticeCard(InboxCard):
    """Something that is no refusal."""

    def __init__(self, workspace: Workspace, notice: Notice) -> None:
        super().__init__(
            Shape.INFO,
            Tone.ACCENT,
            _tr("Good to know"),
            _tr("Notice"),
            words.notice(notice),
            words.moment(notice.at),
        )
        self.act(_tr("&Understood"), lambda: workspace.read_notice(notice.id))
        self.buttons.addStretch(1)


class IncidentCard(InboxCard):
    """A contradiction at the doors: which ticket, gates and devices, claimed times. It stays until it is withdrawn."""

    def __init__(self, workspace: Workspace, incident: Incident) -> None:
        self._workspace = workspace
        is_double = incident.finding is Finding.ALREADY_INSIDE
        super().__init__(
            Shape.WARNING,
            Tone.CAUTION,
            incidents.heading(workspace, incident),
            _tr("Double admission") if is_double else finding_name(incident.finding),
            incidents.told(incident),
            _tr("Known since {when}. Times are those of the gates’ own clocks.").format(
                when=words.moment(incident.since)
            ),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.ROOMY)
        grid.setVerticalSpacing(Space.HAIR)
        places = [(_tr("First"), incident.first), (_tr("Then") if is_double else _tr("At"), incident.second)]
        for line, (word, passage) in enumerate(one for one in places if one[1] is not None):
            assert passage is not None
            self._passage(grid, line, word, passage)
        grid.setColumnStretch(4, 1)
        self.details.addLayout(grid)

    def _passage(self, grid: QGridLayout, line: int, word: str, passage: Passage) -> None:
        grid.addWidget(label(word, "caption"), line, 0)
        grid.addWidget(label(words.moment(passage.at)), line, 1)
        gate = QHBoxLayout()
        gate.setSpacing(Space.SMALL)
        gate.addWidget(label(_tr("Gate"), "caption"))
        gate.addWidget(label(passage.gate))
        gate.addStretch(1)
        grid.addLayout(gate, line, 2)
        grid.addWidget(label(words.device(self._workspace, passage.device)), line, 3)


class HeldCard(InboxCard):
    """A fact that the server keeps and could not handle."""

    def __init__(self, workspace: Workspace, held: Held) -> None:
        who = words.device(workspace, held.task.device)
        super().__init__(
            Shape.CLOCK,
            Tone.WAITING,
            _tr("The server keeps something that it could not handle yet"),
            _tr("Held"),
            sentence(held.task.reason),
            _tr("From {device}. Nothing is lost; it is decided again after the mend.").format(device=who),
        )
