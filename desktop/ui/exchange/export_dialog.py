"""Writes all attendees into a file, with progress; a cancelled export leaves nothing behind."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.exchange.exporting import HEADS, attendees
from desktop.exchange.sheets import SPREADSHEET, open_table
from desktop.ui import words
from desktop.ui.exchange.job_dialog import JobDialog
from desktop.ui.parts.job import Job
from desktop.workspace import Workspace
from shared.checkin.verdict import Pass
from shared.kernel.decider import Role


class ExportDialog(JobDialog):
    """`ask_file` asks where to write; None is cancelled."""

    def __init__(
        self,
        workspace: Workspace,
        parent: QWidget | None = None,
        ask_file: Callable[[QWidget], Path | None] | None = None,
    ) -> None:
        explained = words.say(
            "Everybody with a ticket, with what waits on this device. The file can be imported again. It is not"
            " encrypted: delete it when it has served."
        )
        if workspace.role is not Role.ORGANIZER:
            explained += " " + words.say("This device holds no e-mail addresses, so there are none in it.")
        super().__init__(words.say("Export attendees"), explained, words.say("&Choose where to…"), parent)
        self._workspace, self._ask_file = workspace, ask_file or _ask_file
        self._file = Path()
        self.setMinimumWidth(520)
        self.start.setDefault(True)

    def begin(self) -> None:
        file = self._ask_file(self)
        if file is None:
            return
        self._file = file
        self.told.setText("")
        self.run(self._write, self._show_end, steps=max(self._workspace.count(Pass), 1))

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
        if isinstance(result, int):
            told = self.tr("{0} written to {1}.").format(words.plural(result, "row", "rows"), self._file.name)
            self.told.setText(told)
        else:
            self.told.setText(self.tr("Cancelled. No file was written."))


def _ask_file(parent: QWidget) -> Path | None:
    kinds = "XLSX (*.xlsx);;CSV (*.csv)"
    name, kind = QFileDialog.getSaveFileName(parent, words.say("Export attendees"), "attendees.xlsx", kinds)
    if not name:
        return None
    return named(Path(name), ".csv" if "csv" in kind else SPREADSHEET)


def named(file: Path, suffix: str) -> Path:
    """The file with a suffix that tells what is in it: this one, where it has no other of a table."""
    return file if file.suffix.lower() in (".csv", SPREADSHEET) else file.with_name(file.name + suffix)
