"""Details of the connection, with Sync now, and queues as files: one of this device, and one of another to deliver."""

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.store.files import EnvironmentProblem
from desktop.ui import words
from desktop.ui.desk import Delivery, Desk, Line, Refused
from desktop.ui.parts.labels import button, label
from desktop.ui.status_bar import equality, line_name
from desktop.ui.tokens import Space
from desktop.workspace import Workspace


class ConnectionDetails(QDialog):
    """`ask_file` asks where to write the queue, `ask_delivery` which to deliver; None is cancelled."""

    enrol_asked = Signal()
    _delivered = Signal(object)

    def __init__(
        self,
        desk: Desk,
        workspace: Workspace,
        parent: QWidget | None = None,
        ask_file: Callable[[QWidget], Path | None] | None = None,
        ask_delivery: Callable[[QWidget], Path | None] | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._workspace = desk, workspace
        self._ask_file, self._ask_delivery = ask_file or _ask_file, ask_delivery or _ask_delivery
        self._is_delivering = False
        self.setWindowTitle(self.tr("Connection"))
        self.setMinimumWidth(600)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        self._title = label("", "title")
        self._explained = label("", "muted", wraps=True)
        column.addWidget(self._title)
        column.addWidget(self._explained)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(Space.ROOMY)
        self._grid.setVerticalSpacing(Space.SMALL)
        self._grid.setColumnStretch(1, 1)
        self._values = {}
        heads = {
            "server": self.tr("Server"),
            "device": self.tr("This device"),
            "pending": self.tr("Waiting for the server"),
            "age": self.tr("Age of the data"),
            "position": self.tr("Position"),
            "equal": self.tr("Compared"),
        }
        for row, (name, head) in enumerate(heads.items()):
            self._grid.addWidget(label(head, "caption"), row, 0)
            self._values[name] = label("", wraps=True)
            self._grid.addWidget(self._values[name], row, 1)
        column.addLayout(self._grid)
        self._said = label("", "small", wraps=True)
        column.addWidget(self._said)
        row_layout = QHBoxLayout()
        row_layout.setSpacing(Space.SMALL)
        self.export = button(self.tr("&Export queue…"), self._export)
        row_layout.addWidget(self.export)
        self.deliver = button(self.tr("&Deliver a queue…"), self._deliver)
        explained = self.tr("Hand the server a queue that another device exported, because it cannot reach it itself.")
        self.deliver.setToolTip(explained)
        row_layout.addWidget(self.deliver)
        self._delivered.connect(self._show_delivery)
        self._enrol = button(self.tr("Connect this device…"), self._ask_enrol)
        row_layout.addWidget(self._enrol)
        row_layout.addStretch(1)
        row_layout.addWidget(button(self.tr("Close"), self.accept))
        self.sync = button(self.tr("&Sync now"), self._sync, "primary")
        self.sync.setDefault(True)
        row_layout.addWidget(self.sync)
        column.addLayout(row_layout)
        self.refresh()

    def refresh(self) -> None:
        connection = self._desk.connection(self._workspace.conference)
        self._title.setText(line_name(connection.line))
        explained = {
            Line.SERVER: self.tr("The server answers. What you do reaches it at once."),
            Line.ALONE: self.tr(
                "The server does not answer. Work goes on; what you do waits here and is sent when it answers."
            ),
            Line.NOT_ENROLLED: self.tr("The server does not know this device. What you do is kept here."),
            Line.UPDATE_NEEDED: self.tr(
                "This device and the server are of different releases. What you do is kept here."
            ),
        }
        self._explained.setText(explained[connection.line])
        pending = len(self._workspace.pending)
        checkpoint, heard_at = self._workspace.checkpoint, connection.heard_at
        texts = {
            "server": connection.server or "–",
            "device": f"{self._desk.label} ({words.role(self._workspace.role)})",
            "pending": words.plural(pending, "command", "commands"),
            "age": "–" if heard_at is None else words.age(self._desk.now() - heard_at),
            "position": f"{words.count(checkpoint.position)} · {checkpoint.history or '–'}",
            "equal": equality(connection),
        }
        for name, text in texts.items():
            self._values[name].setText(text)
        self.export.setEnabled(pending > 0)
        self.deliver.setEnabled(connection.line is not Line.NOT_ENROLLED and not self._is_delivering)
        self._enrol.setVisible(connection.line is Line.NOT_ENROLLED)
        self.sync.setEnabled(connection.line is not Line.NOT_ENROLLED)

    def _ask_enrol(self) -> None:
        self.accept()
        self.enrol_asked.emit()

    def _sync(self) -> None:
        self._desk.sync_now()
        self._said.setText(self.tr("Asking the server…"))

    def _export(self) -> None:
        file = self._ask_file(self)
        if file is None:
            return
        try:
            number = self._desk.export_queue(self._workspace.conference, file)
        except (EnvironmentProblem, OSError) as problem:
            self._said.setText(words.problem(problem))
            return
        told = self.tr(
            "{0} written to {1}. Another enrolled device may deliver them; they stay here too, and whoever comes first,"
            " nothing is done twice. Whoever has the file can read the names in it."
        )
        self._said.setText(told.format(words.plural(number, "command", "commands"), file.name))

    def _deliver(self) -> None:
        file = self._ask_delivery(self)
        if file is None:
            return
        self._is_delivering = True
        self.deliver.setEnabled(False)
        self._said.setText(self.tr("Delivering {0}…").format(file.name))
        threading.Thread(target=self._hand_over, args=(file,), daemon=True, name="deliver").start()

    def _hand_over(self, file: Path) -> None:
        try:
            answer: Delivery | Refused = self._desk.deliver(file)
        except Refused as refused:
            answer = refused
        try:
            self._delivered.emit(answer)
        except RuntimeError:
            return  # the dialog is gone

    def _show_delivery(self, answer: Delivery | Refused) -> None:
        self._is_delivering = False
        self.refresh()
        if isinstance(answer, Refused):
            told = self.tr("Not delivered: {0} What the server took before stays done; deliver it again at any time.")
            self._said.setText(told.format(answer.sentence))
            return
        told = self.tr("{0} delivered. What the server knew already was not done again.").format(
            words.plural(answer.commands, "command", "commands")
        )
        if answer.is_own:
            told += " " + self.tr("This device had exported them itself.")
        elif not answer.is_known:
            told += " " + self.tr("They are for a conference that is not on this device.")
        self._said.setText(told)


def _ask_file(parent: QWidget) -> Path | None:
    name, _ = QFileDialog.getSaveFileName(parent, words.say("Export queue"), "queue.lanyard", "Lanyard (*.lanyard)")
    return Path(name) if name else None


def _ask_delivery(parent: QWidget) -> Path | None:
    name, _ = QFileDialog.getOpenFileName(parent, words.say("Deliver a queue"), "", "Lanyard (*.lanyard)")
    return Path(name) if name else None
