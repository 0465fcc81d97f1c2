"""Prints the badges of many in advance, or writes them as one PDF file, with progress; it can be stopped."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.badges.printing import BadgeDesk
from desktop.ui.badges.run import A4, Wish, chosen, parts, print_all, write_all
from desktop.ui.parts.field import Field, choice
from desktop.ui.parts.form_dialog import say
from desktop.ui.parts.job import Job
from desktop.ui.parts.labels import button, label
from desktop.ui.parts.printers import on_one_page
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.checkin.badges import BadgeLayout
from shared.checkin.verdict import Pass
from shared.conference.conference import Conference
from shared.kernel.ids import SeatTypeId

_ALL: Final = ""


class RunDialog(QDialog):
    """`rows` are those whose badges would be printed now; None while they are looked for."""

    def __init__(
        self,
        workspace: Workspace,
        badges: BadgeDesk,
        ask_file: Callable[[QWidget, str], Path | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._badges, self._ask_file = workspace, badges, ask_file
        self._job: Job | None = None
        self._looking: Job | None = None
        self.rows: list[Pass] | None = None
        conference = workspace.get(Conference)
        self._types: tuple[SeatTypeId, ...] = () if conference is None else conference.seat_types
        names = {str(one): words.seat_type(workspace, one) for one in self._types}
        self.seat_type = choice({_ALL: self.tr("All seat types")} | names)
        self.not_printed = QCheckBox(self.tr("Only those that are not printed yet"))
        self.not_printed.setChecked(True)
        self.on_pages = QCheckBox(self.tr("PDF: several on an A4 page, to cut"))
        for box in (self.not_printed, self.on_pages):
            box.setAccessibleName(box.text())
        self.found, self.told = label("", "heading", wraps=True), label("", "small", wraps=True)
        self.error = label("", "error", wraps=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.close_button = button(self.tr("Close"), self._leave)
        self.pdf = button(self.tr("Save as P&DF…"), self._write)
        self.print = button(self.tr("&Print"), self._print, "primary")
        self.print.setDefault(True)
        self._arrange()
        self.seat_type.activated.connect(lambda _: self.look())
        self.not_printed.toggled.connect(lambda _: self.look())
        self.look()

    def _arrange(self) -> None:
        self.setWindowTitle(self.tr("Print badges in advance"))
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        column.addWidget(label(self.windowTitle(), "title"))
        text = self.tr("One badge a person, sorted by name, with the layout and the printer of this desk.")
        column.addWidget(label(text, wraps=True))
        column.addWidget(Field(self.tr("Seat type"), self.seat_type))
        for one in (self.not_printed, self.on_pages, self.found, self.told, self.error, self.bar):
            column.addWidget(one)
        self.error.hide()
        self.bar.hide()
        row = QHBoxLayout()
        row.addStretch(1)
        for made in (self.close_button, self.pdf, self.print):
            row.addWidget(made)
        column.addLayout(row)

    # Who gets one

    def look(self) -> None:
        """Find those whose badges would be printed."""
        if self._looking is not None:
            self._looking.cancel()
        picked = self.seat_type.currentData()
        types = (SeatTypeId(picked),) if picked else self._types
        wish = Wish(seat_types=types, not_printed_alone=self.not_printed.isChecked())
        self.rows = None
        job = self._looking = Job(lambda _: chosen(self._workspace, wish, self._types), self)
        job.ended.connect(lambda found: self._show_found(found) if job is self._looking else None)
        self._refresh()
        job.start()

    def _show_found(self, found: object) -> None:
        self._looking = None
        self.rows = found if isinstance(found, list) else []
        if isinstance(found, Exception):
            say(self.error, words.problem(found))
        self._refresh()

    def _refresh(self) -> None:
        number = 0 if self.rows is None else len(self.rows)
        self.found.setText(words.plural(number, "badge", "badges") if self.rows is not None else self.tr("Counting…"))
        is_busy = self._job is not None
        for one in (self.seat_type, self.not_printed, self.on_pages):
            one.setEnabled(not is_busy)
        for made in (self.pdf, self.print):
            made.setEnabled(number > 0 and not is_busy)
        self.bar.setVisible(is_busy)
        self.close_button.setText(self.tr("Stop") if is_busy else self.tr("Close"))

    # Printing

    def _print(self) -> None:
        rows = self.rows or []
        self._start(lambda job: print_all(job, self._badges, rows), len(parts(rows)), self._show_printed)

    def _write(self) -> None:
        file = self._ask_file(self, "badges.pdf")
        if file is None:
            return
        rows, on_pages = self.rows or [], self.on_pages.isChecked()
        layout = self._workspace.get(BadgeLayout, self._badges.layout_id)
        size = (0, 0) if layout is None else (layout.page_width, layout.page_height)
        most = on_one_page(*size, *A4) if on_pages and layout is not None else 1
        self._start(
            lambda job: write_all(job, self._badges, rows, file, on_pages=on_pages),
            -(-len(rows) // most),
            lambda result: self._show_written(result, file),
        )

    def _start(self, work: Callable[[Job], int], steps: int, ended: Callable[[object], None]) -> None:
        say(self.error, "")
        self.told.setText("")
        self.bar.setMaximum(steps)
        self.bar.setValue(0)
        job = self._job = Job(work, self)
        job.progressed.connect(self.bar.setValue)
        job.ended.connect(ended)
        self._refresh()
        job.start()

    def _show_printed(self, result: object) -> None:
        if isinstance(result, int):
            self.told.setText(self.tr("{0} at the printer.").format(words.plural(result, "badge", "badges")))
        self._end(result)

    def _show_written(self, result: object, file: Path) -> None:
        if isinstance(result, int):
            written = self.tr("{0} written to {1}.").format(words.plural(result, "badge", "badges"), file.name)
            self.told.setText(written)
        elif result is None:
            self.told.setText(self.tr("Stopped. No file was written."))
        self._end(result)

    def _end(self, result: object) -> None:
        self._job = None
        if isinstance(result, Exception):
            say(self.error, words.problem(result))
        self.look()

    def _leave(self) -> None:
        if self._job is not None:
            self._job.cancel()
        else:
            self.reject()

    def reject(self) -> None:
        """Closing stops what is under way; what the printer has is counted."""
        if self._job is not None:
            self._job.cancel()
        super().reject()
