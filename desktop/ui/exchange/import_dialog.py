"""Gives the seats of confirmed orders to people from a file: file, columns, preview, and then row by row."""

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QTableView, QWidget

from desktop.exchange.importing import REQUIRED, Importer, Kind, Part, Planned, guess
from desktop.exchange.sheets import Table, read_table
from desktop.ui import words
from desktop.ui.desk import Desk
from desktop.ui.exchange.job_dialog import JobDialog
from desktop.ui.exchange.plan_model import PlanModel
from desktop.ui.exchange.reasons import PARTS
from desktop.ui.parts.field import Field, choice, line
from desktop.ui.parts.job import Cancelled, Job
from desktop.ui.parts.labels import Elided, button
from desktop.ui.parts.paged import dress
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.kernel.decider import Rejected

_NONE: Final = "-1"
_WIDTHS: Final = (60, 140, 150, 100, 0)
_PAUSE_MS: Final = 250  # after the last key in the order's field
AskFile = Callable[[QWidget], Path | None]


class ImportDialog(JobDialog):
    """Nothing is issued before the preview was seen; what was issued stays. `ask_file` asks which file."""

    def __init__(
        self, workspace: Workspace, desk: Desk, parent: QWidget | None = None, ask_file: AskFile | None = None
    ) -> None:
        explained = words.say(
            "Each row gets a free seat of its order, or the seat that its e-mail address has already. The first row of"
            " the file names the columns."
        )
        super().__init__(words.say("Import attendees"), explained, words.say("&Import"), parent)
        self._workspace, self._desk, self._ask_file = workspace, desk, ask_file or _ask_file
        self.setMinimumSize(760, 520)
        self.resize(860, 640)
        self._table: Table | None = None
        self.model = PlanModel()
        self.start.setEnabled(False)
        row = QHBoxLayout()
        self.choose = button(self.tr("&Choose a file…"), self._choose)
        self._file = Elided("", "muted")
        row.addWidget(self.choose)
        row.addWidget(self._file, 1)
        self.form.addLayout(row)
        self._columns = QGridLayout()
        self._columns.setHorizontalSpacing(Space.WIDE)
        self.form.addLayout(self._columns)
        self.fields: dict[Part, Field] = {}
        self.order = Field(self.tr("Order for rows that name none"), line("", "ABC123"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._plan)
        self.order.edited.connect(self._pause.start)
        self.form.addWidget(self.order)
        self.preview = QTableView()
        self.preview.setAccessibleName(self.tr("Preview"))
        self.preview.setModel(self.model)
        dress(self.preview, _WIDTHS)
        self.form.addWidget(self.preview, 1)
        self._order_tabs()
        self.choose.setFocus()

    def _order_tabs(self) -> None:
        """From above to below: the buttons were made before what stands above them."""
        fields = [field.control for field in self.fields.values()]
        chain = [self.choose, *fields, self.order.control, self.preview, self.close_button, self.start]
        for one, following in pairwise(chain):
            QWidget.setTabOrder(one, following)

    def allow(self, *, is_free: bool) -> None:
        """The last button waits for a preview."""
        self.choose.setEnabled(is_free)
        if not is_free:
            self.start.setEnabled(False)

    def failed(self) -> None:
        self._show_plan([])

    def _forget_columns(self) -> None:
        self._table = None
        for field in self.fields.values():
            field.deleteLater()
        self.fields = {}

    # The file and its columns

    def _choose(self) -> None:
        file = self._ask_file(self)
        if file is None:
            return
        self._file.setText(file.name)
        self._forget_columns()  # what is shown must be of the file that is named
        self._show_plan([])
        self.run(lambda _: read_table(file), self._show_columns)

    def _show_columns(self, table: object) -> None:
        if not isinstance(table, Table):
            self._show_plan(None)
            return
        self._table = table
        guessed = guess(table.heads)
        heads = {_NONE: self.tr("(none)")} | {
            str(place): head or self.tr("Column {0}").format(place + 1) for place, head in enumerate(table.heads)
        }
        self.fields = {part: Field(words.say(text), choice(heads)) for part, text in PARTS.items()}
        for place, (part, field) in enumerate(self.fields.items()):
            field.show_value(str(guessed.get(part, _NONE)))
            field.edited.connect(self._plan)
            self._columns.addWidget(field, place // 3, place % 3, Qt.AlignmentFlag.AlignTop)
        self._order_tabs()
        self._plan()

    @property
    def _chosen(self) -> Mapping[Part, int]:
        return {part: int(field.value) for part, field in self.fields.items() if field.value != _NONE}

    # The preview

    def _plan(self) -> None:
        table, columns = self._table, self._chosen
        if table is None:
            return
        self._pause.stop()
        missing = [part for part in REQUIRED if part not in columns]
        for part, field in self.fields.items():
            field.complain(self.tr("Say which column this is.") if part in missing else "")
        if missing:
            self._show_plan([])
            return
        if self.is_busy:
            self._pause.start()  # once what is under way has ended
            return
        importer = Importer(self._workspace, order=self.order.value, now=self._desk.now, new_id=self._desk.new_id)
        self.run(lambda job: list(job.each(importer.plan(table, columns))), self._show_plan, steps=len(table.rows))

    def _show_plan(self, planned: object) -> None:
        rows = [one for one in planned if isinstance(one, Planned)] if isinstance(planned, list) else []
        self.model.show_rows(rows)
        number = Counter(one.kind for one in rows)
        wanted = number[Kind.ASSIGN] + number[Kind.UPDATE]
        self.start.setEnabled(wanted > 0)
        self.start.setText(self.tr("&Import {0}").format(words.count(wanted)) if wanted else self.tr("&Import"))
        self.told.setText(
            self.tr("New: {new} · spelled anew: {changed} · as they are: {same} · cannot be imported: {wrong}").format(
                new=words.count(number[Kind.ASSIGN]),
                changed=words.count(number[Kind.UPDATE]),
                same=words.count(number[Kind.SAME]),
                wrong=words.count(number[Kind.ERROR]),
            )
            if rows
            else ""
        )
        if planned is None:
            self.told.setText(self.tr("Cancelled. Choose the file again to go on."))

    # The import

    def begin(self) -> None:
        rows = [one for one in self.model.rows if one.kind in (Kind.ASSIGN, Kind.UPDATE)]
        self.run(lambda job: self._issue(job, rows), self._show_done, steps=len(rows))

    def _issue(self, job: Job, rows: list[Planned]) -> tuple[int, list[Planned]]:
        """How many were issued, and those that were refused meanwhile."""
        done, refused = 0, []
        try:
            for one in job.each(rows):
                try:
                    self._workspace.issue(one.command)
                except Rejected as refusal:
                    refused.append(
                        Planned(
                            line=one.line,
                            values=one.values,
                            kind=Kind.ERROR,
                            code=refusal.code,
                            details=dict(refusal.values),
                        )
                    )
                else:
                    done += 1
        except Cancelled:
            pass  # what was issued stays
        return done, refused

    def _show_done(self, result: object) -> None:
        if not isinstance(result, tuple):
            return
        done, refused = result
        kept = [one for one in self.model.rows if one.kind is Kind.ERROR]
        left = self.bar.maximum() - done - len(refused)
        self.model.show_rows([*kept, *refused])
        self.start.setEnabled(False)
        self.start.setText(self.tr("&Import"))
        told = self.tr("{0} imported. The server gets them as it gets everything.").format(
            words.plural(done, "row", "rows")
        )
        if left:
            told += " " + self.tr("Cancelled before {0}. Choose the file again to go on.").format(
                words.plural(left, "row", "rows")
            )
        if self.model.rows:
            told += " " + self.tr("The rows above were not imported.")
        self.told.setText(told)


def _ask_file(parent: QWidget) -> Path | None:
    kinds = words.say("Tables") + " (*.csv *.tsv *.txt *.xlsx)"
    name, _ = QFileDialog.getOpenFileName(parent, words.say("Import attendees"), "", kinds)
    return Path(name) if name else None
