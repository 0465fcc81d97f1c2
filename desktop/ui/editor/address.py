"""The conference's address on the server: chosen, waiting, ours or taken; fixed by the first publish."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.parts.field import Field, line
from desktop.ui.parts.labels import Chip, button
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Space, Tone
from desktop.ui.words import sentence
from desktop.workspace import Workspace
from shared.conference.conference import ChooseSlug, Conference, SlugState
from shared.kernel.decider import Rejected


class Address(QWidget):
    """Issues the choice of another address itself."""

    chosen = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._seen = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.SMALL)
        self.field = Field(self.tr("Address on the server"), line())
        self.field.edited.connect(self._allow)
        self._state = Chip(Shape.CLOCK, "", Tone.WAITING)
        self._choose = button(self.tr("Choose"), self._issue, name=self.tr("Choose this address"))
        row.addWidget(self.field, 1)
        row.addWidget(self._choose, 0, Qt.AlignmentFlag.AlignBottom)
        beside = QVBoxLayout()
        beside.setContentsMargins(0, 30, 0, 0)
        beside.addWidget(self._state, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(beside)
        row.addStretch(1)

    def refresh(self, conference: Conference) -> None:
        if self.field.value == self._seen:
            self.field.show_value(conference.slug)
        self._seen = conference.slug
        self.field.control.setEnabled(not conference.was_published)
        match conference.slug_state:
            case SlugState.OURS if conference.was_published:
                self._state.show_as(Shape.CHECK, self.tr("Fixed since it was published"), Tone.NEUTRAL)
            case SlugState.OURS:
                self._state.show_as(Shape.CHECK, self.tr("Yours"), Tone.GOOD)
            case SlugState.TAKEN:
                self._state.show_as(Shape.CROSS, self.tr("Taken by another conference: choose another"), Tone.BAD)
            case SlugState.WAITING:
                self._state.show_as(Shape.CLOCK, self.tr("The server was not asked yet"), Tone.WAITING)
        self._allow()

    def _allow(self) -> None:
        self._choose.setVisible(self.field.value != self._seen)

    def _issue(self) -> None:
        self.field.complain("")
        try:
            self._workspace.issue(ChooseSlug(slug=self.field.value))
        except Rejected as refusal:
            self.field.complain(sentence(refusal.code, refusal.values))
            return
        self.chosen.emit()
