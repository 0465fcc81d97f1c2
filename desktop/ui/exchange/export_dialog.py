"""Writes all attendees into a file, with progress; a cancelled export leaves nothing behind."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.exchange.exporting import HEADS, attendees
from desktop.exchange.sheets import open_table
from desktop.ui import words
from desktop.ui.parts.form_dialog import say
from desktop.ui.parts.job import Job
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.checkin.verdict import Pass
from shared.kernel.decider import Role


class ExportDialog(QDialog):
    """`ask_file` asks where to write; None is cancelled."""

    def __init__(
        self,
        workspace: Workspace,
        parent: QWidget | None = None,
        ask_file: Callable[[QWidget], Path | None] | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._ask_file = workspace, ask_file or _ask_file
        self._job: Job | None = None
        self._file = Path()
        self.setWindowTitle(self.tr("Export attendees"))
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        column.addWidget(label(self.windowTitle(), "title"))
        explained = self.tr(
            "Everybody with a ticket, with what waits on this device. The file can be imported again. It is not"
            " encrypted: delete it when it has served."
        )
        if workspace.role is not Role.ORGANIZER:
            explained += " " + self.tr("This device holds no e-mail addresses, so there are none in it.")
        column.addWidget(label(explained, wraps=True))
        self.told = label("", "small", wraps=True)
        column.addWidget(self.told)
        self._error = label("", "error", wraps=True)
        self._error.hide()
        column.addWidget(self._error)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.bar.hide()
        column.addWidget(self.bar)
        row = QHBoxLayout()
        row.addStretch(1)
        self.close_button = button(self.tr("Close"), self._leave)
        self.start = button(self.tr("&Choose where to…"), self._start, "primary")
        self.start.setDefault(True)
        row.addWidget(self.close_button)
        row.addWidget(self.start)
        column.addLayout(row)

    @property
    def is_busy(self) -> bool:
        """Whether a file is being written."""
        return self._job is not None

    def _start(self) -> None:
        file = self._ask_file(self)
        if file is None:
            return
        self._file = file
        say(self._error, "")
        self.told.setText("")
        job = self._job = Job(self._write, self)
        job.progressed.connect(self.bar.setValue)
        job.ended.connect(self._show_end)
        self.bar.setMaximum(max(self._workspace.count(Pass), 1))
        self.bar.setValue(0)
        self.bar.show()
        self.start.setEnabled(False)
        self.close_button.setText(self.tr("Cancel"))
        job.start()

    def _write(self, job: Job) -> int:
        """How many rows were written. A file that was there is replaced by a whole one, or stays as it was."""
        number = 0
        with open_table(self._file, HEADS) as table:
            rows = attendees(self._workspace, seat_type=words.seat_type, cancelled=words.say("cancelled"))
            for row in job.each(rows):
                table.write(row)
                number += 1
        return number

    def _show_end(self, result: object) -> None:
        self._job = None
        self.bar.hide()
        self.start.setEnabled(True)
        self.close_button.setText(self.tr("Close"))
        if isinstance(result, Exception):
            say(self._error, words.problem(result))  # type: ignore[arg-type]
        elif isinstance(result, int):
            told = self.tr("{0} written to {1}.").format(words.plural(result, "row", "rows"), self._file.name)
            self.told.setText(told)
        else:
            self.told.setText(self.tr("Cancelled. No file was written."))

    def _leave(self) -> None:
        if self._job is not None:
            self._job.cancel()
        else:
            self.reject()

    def reject(self) -> None:
        """Closing cancels what is under way."""
        if self._job is not None:
            self._job.cancel()
        super().reject()


def _ask_file(parent: QWidget) -> Path | None:
    kinds = "XLSX (*.xlsx);;CSV (*.csv)"
    name, kind = QFileDialog.getSaveFileName(parent, words.say("Export attendees"), "attendees.xlsx", kinds)
    if not name:
        return None
    file = Path(name)
    return file if file.suffix else file.with_suffix(".csv" if "csv" in kind else ".xlsx")
