"""After an error: what is in the way or what is safe, in plain words; details to copy; work on, or start anew."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space

_DETAILS_HEIGHT = 180


class CrashDialog(QDialog):
    """Says `restart_asked`. `file` is where the error was written down, empty where that failed too.

    `in_the_way` says in words what no program can help; empty for an error of ours.
    """

    restart_asked = Signal()

    def __init__(self, told: str, file: str, parent: QWidget | None = None, *, in_the_way: str = "") -> None:
        super().__init__(parent)
        self._told = told
        self.setWindowTitle("Lanyard")
        self.setMinimumWidth(560)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        title = self.tr("Something is in the way.") if in_the_way else self.tr("Something went wrong in Lanyard.")
        column.addWidget(label(title, "title", wraps=True))
        if in_the_way:
            column.addWidget(label(in_the_way, wraps=True))
        safe = self.tr(
            "Everything that was shown as done is in the local log and safe. What you were just doing may not have"
            " been saved: look at it before you do it again. You can go on working."
        )
        column.addWidget(label(safe, wraps=True))
        if file:
            column.addWidget(label(self.tr("The error was written to {0}.").format(file), "small", wraps=True))
        self.details = QPlainTextEdit(told)
        self.details.setReadOnly(True)
        self.details.setAccessibleName(self.tr("Details of the error"))
        self.details.setTabChangesFocus(True)
        self.details.setFixedHeight(_DETAILS_HEIGHT)
        self.details.setVisible(not in_the_way)
        column.addWidget(self.details)
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        self.copy = button(self.tr("&Copy details"), self._copy)
        row.addWidget(self.copy)
        self.restart = button(self.tr("&Start anew"), self._restart)
        row.addWidget(self.restart)
        row.addStretch(1)
        self.go_on = button(self.tr("&Go on"), self.accept, "primary")
        self.go_on.setDefault(True)
        row.addWidget(self.go_on)
        column.addLayout(row)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._told)
        self.copy.setText(self.tr("Copied"))

    def _restart(self) -> None:
        self.accept()
        self.restart_asked.emit()
