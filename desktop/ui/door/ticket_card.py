"""The card below the verdict: who, which ticket, further seats, entry, what the verdict rests on, override or undo."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.door.doorkeeper import Scanned
from desktop.ui.door.holder_acts import HolderActs
from desktop.ui.parts.labels import Chip, button, label, without_mnemonic
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.checkin.verdict import Admission, Attendee, Pass, Passage, admission_id, effective

_REASON_MOST: Final = 300  # with the operator's name it stays below what the domain takes


class TicketCard(QFrame):
    """Shows one scan. Emits `overridden` or `undone` with the reason."""

    overridden = Signal(str)
    undone = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.scanned: Scanned | None = None
        self.setProperty("look", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.USUAL, Space.WIDE, Space.USUAL)
        column.setSpacing(Space.SMALL)
        whole = column
        inside = QWidget()
        inside.setProperty("look", "page")
        inside.setMinimumWidth(1)  # what cannot wrap is cut, and makes nothing else wider than the card
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.SMALL)
        self.name = label("", "title", wraps=True)
        self.company = label("", "muted", wraps=True)
        column.addWidget(self.name)
        column.addWidget(self.company)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.ROOMY)
        grid.setVerticalSpacing(Space.TIGHT)
        grid.setColumnStretch(1, 1)
        self._values = {}
        heads = {
            "entry": self.tr("Came in"),
            "ticket": self.tr("Ticket"),
            "order": self.tr("Order"),
            "further": self.tr("Further seats"),
        }
        self._heads = {}
        for row, (name, text) in enumerate(heads.items()):
            head = self._heads[name] = label(text, "caption")
            value = self._values[name] = label("", wraps=True)
            grid.addWidget(head, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
        column.addSpacing(Space.TIGHT)
        column.addLayout(grid)
        self.basis = Chip(Shape.CLOCK, "", Tone.WAITING)
        column.addStretch(1)
        whole.addWidget(_scrolled(inside), 1)  # a long name on a small screen takes no room from the buttons
        column = whole
        column.addWidget(self.basis)
        self.holder = HolderActs(workspace)
        column.addWidget(self.holder)
        self._acts = QWidget()
        row_layout = QHBoxLayout(self._acts)
        row_layout.setContentsMargins(0, 0, 0, 0)
        row_layout.setSpacing(Space.SMALL)
        self.reason = QLineEdit()
        self.reason.setAccessibleName(self.tr("Reason"))
        self.reason.setMaxLength(_REASON_MOST)
        self.act = button(self.tr("&Override"), self._ask)
        self.act.setEnabled(False)
        self.reason.textChanged.connect(lambda text: self.act.setEnabled(bool(text.strip())))
        self.reason.returnPressed.connect(self._ask)
        row_layout.addWidget(self.reason, 1)
        row_layout.addWidget(self.act)
        column.addWidget(self._acts)
        self.error = label("", "error", wraps=True)
        column.addWidget(self.error)
        self.hide()

    def clear(self) -> None:
        """Show nobody."""
        self.scanned = None
        self.reason.clear()
        self.hide()

    def show_scan(self, scanned: Scanned, *, may_undo: bool) -> None:
        self.scanned = scanned
        row = None if scanned.ticket is None else self._workspace.get(Pass, scanned.ticket)
        # A seat has a new version with each holder: what is known of the holder of now is not of whoever came.
        is_holder = row is not None and scanned.version in (None, row.version)
        self.name.setText(
            words.bearer(row, scanned.version) if row is not None else self.tr("Nobody this device knows")
        )
        self.company.setText(row.company if row is not None and is_holder else "")
        self.company.setVisible(bool(self.company.text()))
        type_id = scanned.seat_type
        self._set("ticket", words.seat_type(self._workspace, type_id) if type_id is not None else "")
        self._set("order", "" if row is None else words.seat(row))
        self._set("further", self._further(row) if is_holder else "")
        self._set("entry", self._entry(scanned) if is_holder else "")
        self.holder.show_row(row if is_holder else None)
        self.reason.clear()
        self.complain("")
        self.allow_undo(may_undo=may_undo)
        self.show()

    def allow_undo(self, *, may_undo: bool) -> None:
        """Offer what can be done about the scan: its undoing ends with its time."""
        may_override = self.scanned is not None and self.scanned.may_override
        self._acts.setVisible(may_override or may_undo)
        if may_override:
            self.act.setText(self.tr("&Override"))
            self.reason.setPlaceholderText(self.tr("Reason to let them in all the same"))
        else:
            self.act.setText(self.tr("&Undo"))
            self.reason.setPlaceholderText(self.tr("Reason to take this admission back"))
        self.act.setAccessibleName(without_mnemonic(self.act.text()))

    @property
    def may_act(self) -> bool:
        """Whether an override or undo is offered."""
        return not self._acts.isHidden()

    def complain(self, text: str) -> None:
        """Say why what was asked for was not done."""
        self.error.setText(text)
        self.error.setVisible(bool(text))

    def say_basis(self, text: str, *, is_confirmed: bool) -> None:
        """What the verdict rests on."""
        if is_confirmed:
            self.basis.show_as(Shape.CHECK, text, Tone.GOOD)
        else:
            self.basis.show_as(Shape.CLOCK, text, Tone.WAITING)

    def _set(self, name: str, text: str) -> None:
        self._values[name].setText(text)
        for widget in (self._heads[name], self._values[name]):
            widget.setVisible(bool(text))

    def text(self, name: str) -> str:
        """What stands in a line of the card."""
        return self._values[name].text()

    def _further(self, row: Pass | None) -> str:
        known = None if row is None or row.attendee is None else self._workspace.get(Attendee, row.attendee)
        if known is None or row is None:
            return ""
        others = (self._workspace.get(Pass, one) for one in known.tickets if one != row.ticket)
        names = [
            words.seat_type(self._workspace, one.seat_type)
            for one in others
            if one is not None and not one.is_cancelled
        ]
        return ", ".join(names)

    def _entry(self, scanned: Scanned) -> str:
        if scanned.entered is not None:
            return self._passage(scanned.entered)
        if scanned.ticket is None:
            return ""
        admission = self._workspace.get(Admission, admission_id(scanned.seen.area, scanned.ticket))
        first = None if admission is None else effective(admission.passages)
        if first is not None and first.scan != scanned.scan:
            return self._passage(first)
        return ""

    def _passage(self, passage: Passage) -> str:
        who = words.device(self._workspace, passage.device)
        return self.tr("{when} · Gate: {gate} · {device}").format(
            when=words.moment(passage.at), gate=passage.gate, device=who
        )

    def _ask(self) -> None:
        reason = self.reason.text().strip()
        if reason and self.scanned is not None and self.may_act:
            (self.overridden if self.scanned.may_override else self.undone).emit(reason)


def _scrolled(inside: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area
