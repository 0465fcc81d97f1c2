"""Badges: a layout with its fields at the left, how it will be printed at the right, and what this desk prints with."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLineEdit, QListWidget, QScrollArea, QVBoxLayout, QWidget

from desktop.store.files import EnvironmentProblem
from desktop.ui import words
from desktop.ui.badges.desk_card import DeskCard
from desktop.ui.badges.draft import CONTENTS, PAPERS, new_field, new_layout, resized, saving
from desktop.ui.badges.field_form import FieldForm, millimetres
from desktop.ui.badges.paint import Face, sheet
from desktop.ui.badges.preview import Preview, with_field
from desktop.ui.badges.printing import BadgeDesk
from desktop.ui.badges.run_dialog import RunDialog
from desktop.ui.badges.type_table import TypeTable
from desktop.ui.changes import Changes, concerns
from desktop.ui.parts.field import Field, choice, may_shrink
from desktop.ui.parts.form_dialog import ConfirmDialog
from desktop.ui.parts.labels import button, card, label
from desktop.ui.parts.page import Page
from desktop.ui.parts.paper import Sheet, save_pdf
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.checkin.badges import BadgeLayout, Content, RemoveBadgeLayout
from shared.conference.conference import Conference
from shared.kernel.decider import Key, Rejected, Role
from shared.kernel.ids import SeatTypeId

_WIDTH: Final = 430
_CODE: Final = "LANYARD-EXAMPLE-OF-A-TICKET-CODE-" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" * 5
"""As long as a real one, so that the preview has its density."""
_EXAMPLES: Final = (
    ("Ana", "Costa", "Northern Tools"),
    ("소연", "김", "한국과학기술원"),
    ("Wilhelmina Alexandrina Theodora", "van Oldenbarnevelt-Sigmaringen", "Royal Institute of Very Long Names"),
)


class BadgesScreen(Page):
    """Edits a draft; `Save` issues it. `ask_file` asks where to write a PDF; None is cancelled."""

    def __init__(
        self,
        workspace: Workspace,
        changes: Changes,
        badges: BadgeDesk,
        new_id: Callable[[], str],
        ask_file: Callable[[QWidget, str], Path | None],
    ) -> None:
        super().__init__("", scrolls=False)
        self.name(self.tr("Badges"))
        self._workspace, self._badges, self._new_id, self._ask_file = workspace, badges, new_id, ask_file
        self._id, self.draft, self._place = "", new_layout(""), 0
        self._seen: BadgeLayout | None = None
        self.layouts = QComboBox()
        self.layouts.setAccessibleName(self.tr("Badge layout"))
        self.layouts.view().setAccessibleName(self.tr("Badge layout"))
        self.layouts.setMinimumWidth(150)
        self.layouts.activated.connect(lambda _: self.open(self.layouts.currentData()))
        self.tools.addWidget(self.layouts)
        self.new = button(self.tr("Ne&w layout"), self.begin)
        self.remove = button(self.tr("Remove the layout…"), self._remove)
        self.save_button = button(self.tr("&Save"), self.save, "primary")
        self.in_advance = button(self.tr("Print in &advance…"), self.ask_run)
        self.dialog: QDialog | None = None
        for one in (self.in_advance, self.new, self.save_button):
            self.tools.addWidget(one)
        conference = workspace.get(Conference)
        ids = () if conference is None else conference.seat_types
        self._names = {one: words.seat_type(workspace, one) for one in ids}
        self.types = TypeTable(self._names)
        self.preview, self.form, self.desk = Preview(), FieldForm(), DeskCard(workspace, badges)
        self.content = choice({str(one): words.say(text) for one, text in CONTENTS.items()})
        self.example = choice({str(at): " ".join(one[:2]) for at, one in enumerate(_EXAMPLES)})
        for made, name in ((self.content, self.tr("What to add")), (self.example, self.tr("Example"))):
            made.setAccessibleName(name)
            made.view().setAccessibleName(name)
            may_shrink(made)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Fields of the badge"))
        self.list.setFixedHeight(150)
        self.layout_name = Field(self.tr("Name"), QLineEdit())
        sizes = {f"{wide} {high}": words.say(name) for (wide, high), name in PAPERS.items()}
        self.paper = choice({"": self.tr("Another size")} | sizes)
        may_shrink(self.paper)
        self.page = {
            "page_width": Field(self.tr("Width of the badge"), millimetres()),
            "page_height": Field(self.tr("Height of the badge"), millimetres()),
        }
        self.error, self.told = label("", "error", wraps=True), label("", "small", wraps=True)
        self._arrange()
        self._connect()
        changes.changed.connect(self._on_change)
        self.open(badges.layout_id)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(Space.WIDE)
        frame, column = card()
        column.addWidget(self.layout_name)
        column.addWidget(Field(self.tr("Paper"), self.paper))
        pair = QHBoxLayout()
        for one in self.page.values():
            pair.addWidget(one)
        column.addLayout(pair)
        column.addWidget(label(self.tr("Fields"), "caption"))
        column.addWidget(self.list)
        adding = QHBoxLayout()
        adding.addWidget(self.content, 1)
        self.add = button(self.tr("Add"), self.add_field, name=self.tr("Add a field"))
        self.drop = button(self.tr("Remove"), self.drop_field, name=self.tr("Remove the field"))
        adding.addWidget(self.add)
        adding.addWidget(self.drop)
        column.addLayout(adding)
        column.addWidget(self.form)
        column.addWidget(self.types)
        column.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignRight)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setAccessibleName(self.tr("Layout"))
        area.setWidget(frame)
        area.setFixedWidth(_WIDTH)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        row.addWidget(area)
        row.addLayout(self._right(), 1)
        self.body.addLayout(row, 1)

    def _right(self) -> QVBoxLayout:
        right = QVBoxLayout()
        right.setSpacing(Space.SMALL)
        tools = QHBoxLayout()
        tools.addWidget(label(self.tr("Example"), "caption"))
        tools.addWidget(self.example, 1)
        right.addLayout(tools)
        right.addWidget(self.preview, 1)
        papers = QHBoxLayout()
        papers.addStretch(1)
        papers.addWidget(button(self.tr("Save as P&DF…"), self.save_pdf))
        papers.addWidget(button(self.tr("&Print this example"), self.print_example))
        right.addLayout(papers)
        right.addWidget(self.error)
        right.addWidget(self.told)
        right.addWidget(self.desk)
        return right

    def _connect(self) -> None:
        self.example.activated.connect(lambda _: self._show())
        self.list.currentRowChanged.connect(self._choose)
        self.preview.chosen.connect(self.list.setCurrentRow)
        self.preview.moved.connect(self._move)
        self.form.changed.connect(self._edit_field)
        self.types.changed.connect(self._edit_page)
        self.paper.activated.connect(lambda _: self._resize())
        for one in (self.layout_name, *self.page.values()):
            one.edited.connect(self._edit_page)

    # What is edited

    @property
    def is_unsaved(self) -> bool:
        """Whether a layout is new, or was changed, and may be saved."""
        if self._workspace.role is not Role.ORGANIZER:
            return False
        if self._seen is None:
            return bool(self._id) or self.draft != new_layout(self.tr("Name badge"))
        return saving(self._id, self.draft, self._seen) is not None

    def begin(self) -> None:
        """A new layout, that can be printed as it is."""
        self._id, self._seen = self._new_id(), None
        self._take(new_layout(self.tr("Name badge")))

    def open(self, id: str) -> None:
        """Edit a layout; an empty id is none, and begins with an example."""
        self._id, self._seen = id, self._workspace.get(BadgeLayout, id) if id else None
        self._take(self._seen or new_layout(self.tr("Name badge")))

    def _resize(self) -> None:
        """Take the paper that was chosen, and the fields with it."""
        size = str(self.paper.currentData()).split()
        if size:
            self.draft = resized(self.draft, *map(int, size))
            self._show_page()
            self._list()

    def _show_page(self) -> None:
        for name, field in self.page.items():
            field.show_value(getattr(self.draft, name) / 10)
        self._show_paper()

    def _show_paper(self) -> None:
        size = f"{self.draft.page_width} {self.draft.page_height}"
        self.paper.setCurrentIndex(max(self.paper.findData(size), 0))

    def _take(self, layout: BadgeLayout) -> None:
        self.draft, self._place = layout, 0
        self.layout_name.show_value(layout.name)
        self._show_page()
        self.types.show_types(layout.colours, layout.marks)
        self._say("", "")
        self._list()

    def _list(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for one in self.draft.fields:
            self.list.addItem(words.say(CONTENTS[one.content]) + (f": {one.text}" if one.text else ""))
        self._place = min(self._place, len(self.draft.fields) - 1)
        self.list.setCurrentRow(self._place)
        self.list.blockSignals(False)
        self._choose(self._place)

    def _choose(self, place: int) -> None:
        self._place = place
        self.form.show_field(self.draft.fields[place] if 0 <= place < len(self.draft.fields) else None)
        self._show()

    def add_field(self) -> None:
        field = new_field(Content(self.content.currentData()), self.draft)
        self.draft = replace(self.draft, fields=(*self.draft.fields, field))
        self._place = len(self.draft.fields) - 1
        self._list()

    def drop_field(self) -> None:
        fields = tuple(one for at, one in enumerate(self.draft.fields) if at != self._place)
        self.draft = replace(self.draft, fields=fields)
        self._list()

    def _edit_field(self) -> None:
        if 0 <= self._place < len(self.draft.fields):
            fields = list(self.draft.fields)
            fields[self._place] = self.form.field
            self.draft = replace(self.draft, fields=tuple(fields))
            self._show()

    def _move(self, place: int, left: int, top: int) -> None:
        self.draft = with_field(self.draft, place, left=left, top=top)
        self._choose(place)

    def _edit_page(self) -> None:
        sizes = {name: round(field.value * 10) for name, field in self.page.items()}
        colours, marks = dict(self.types.colours), self.types.marks
        name = str(self.layout_name.value)
        self.draft = replace(self.draft, name=name, colours=colours, marks=marks, **sizes)
        self._show_paper()
        self._show()

    def save(self) -> None:
        """Make the draft the layout."""
        id = self._id or self._new_id()
        command = saving(id, self.draft, self._seen)
        if command is not None and self._do(lambda: self._workspace.issue(command), ""):
            self._id, self._seen = id, self._workspace.get(BadgeLayout, id)
            self._say("", self.tr("Saved."))
        self._show()
        self.refresh()

    def _remove(self) -> None:
        if self._seen is None:
            return
        title = self.tr("Remove the layout “{0}”?").format(self._seen.name)
        text = self.tr("Desks that print with it print with another one. This cannot be undone.")
        command = RemoveBadgeLayout(layout=self._id)
        self._ask(ConfirmDialog(self._workspace, command, (title, text, self.tr("&Remove")), self.window()))
        assert self.dialog is not None, "it was just asked"
        self.dialog.accepted.connect(self._removed)

    def _removed(self) -> None:
        self.open(self._badges.layout_id)
        self._say("", self.tr("Removed."))
        self.refresh()

    def ask_run(self) -> None:
        """Print the badges of many."""
        self._ask(RunDialog(self._workspace, self._badges, self._ask_file, self.window()))

    def _ask(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # Paper

    @property
    def face(self) -> Face:
        """An example with everything that a badge can show."""
        first, last, company = _EXAMPLES[max(self.example.currentIndex(), 0)]
        conference = self._workspace.get(Conference)
        types = list(self._names)
        seat_type = types[0] if types else SeatTypeId("")
        return Face(
            first_name=first,
            last_name=last,
            company=company,
            seat_type=seat_type,
            seat_type_name=self._names.get(seat_type, ""),
            locator="K7M2QX",
            conference="" if conference is None else conference.name,
            others=tuple(types[1:]),
            code=_CODE,
        )

    def _sheet(self) -> Sheet:
        return sheet(self.draft, self.face, self.draft.name)

    def save_pdf(self) -> None:
        file = self._ask_file(self, "badge.pdf")
        if file is not None:
            self._do(lambda: save_pdf([self._sheet()], file), self.tr("Written to {0}.").format(file.name))

    def print_example(self) -> None:
        done = self.tr("The example is at the printer.")
        self._badges.print_sheets([self._sheet()], self, lambda wrong: self._say(wrong, "" if wrong else done))

    def _do(self, act: Callable[[], object], done: str) -> bool:
        try:
            act()
        except Rejected as refusal:
            self._say(words.sentence(refusal.code, refusal.values), "")
        except (EnvironmentProblem, OSError) as problem:
            self._say(words.problem(problem), "")
        else:
            self._say("", done)
            return True
        return False

    def _say(self, wrong: str, done: str) -> None:
        for shown, text in ((self.error, wrong), (self.told, done)):
            shown.setText(text)
            shown.setVisible(bool(text))

    # What is shown

    def _show(self) -> None:
        self.preview.show_badge(self.draft, self.face, self._place)
        may_edit = self._workspace.role is Role.ORGANIZER
        self.save_button.setEnabled(may_edit and (self.is_unsaved or not self._id))
        self.new.setEnabled(may_edit)
        self.in_advance.setEnabled(bool(self._badges.layout_id))
        self.remove.setEnabled(may_edit and self._seen is not None)
        for one in (self.layout_name, self.paper, *self.page.values(), self.types, self.add, self.drop, self.content):
            one.setEnabled(may_edit)
        if not may_edit:
            self.form.setEnabled(False)
            self.told.setText(self.tr("Organizers lay out badges. What this desk prints with is chosen here."))
            self.told.show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _on_change(self, keys: set[Key]) -> None:
        if self.isVisible() and concerns(keys, "checkin.badge_layouts"):
            self.refresh()

    def refresh(self) -> None:
        """Show the layouts that there are. What is being edited stays."""
        rows = self._workspace.rows(BadgeLayout)
        if not self.is_unsaved and self._id and rows.get(self._id) != self._seen:
            self.open(self._id if self._id in rows else next(iter(rows), ""))
        elif not self.is_unsaved and not self._id and rows:
            self.open(self._badges.layout_id)
        self.layouts.clear()
        for id, one in rows.items():
            self.layouts.addItem(one.name, id)
        if self._id and self._id not in rows:
            self.layouts.addItem(self.draft.name, self._id)
        self.layouts.setCurrentIndex(self.layouts.findData(self._id))
        self.desk.refresh()
