"""Asked before a window closes over facts that the server does not have: they are safe here, and nowhere else."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space


class UnsentDialog(QDialog):
    """Accepted is to close all the same."""

    def __init__(self, facts: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Not sent yet"))
        self.setMinimumWidth(480)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        column.addWidget(label(self.tr("Some of what happened is on this device only"), "title", wraps=True))
        told = self.tr(
            "Scans, sales and the like that the server does not have yet: {0}. They stay on the disk, and are sent when"
            " Lanyard runs here with a network again. Until then keep this device; or write them into a file by the"
            " details of the connection, and deliver it with another device."
        )
        column.addWidget(label(told.format(words.count(facts)), wraps=True))
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        row.addStretch(1)
        self.close_anyway = button(self.tr("&Close all the same"), self.accept)
        row.addWidget(self.close_anyway)
        self.stay = button(self.tr("&Stay"), self.reject, "primary")
        self.stay.setDefault(True)
        row.addWidget(self.stay)
        column.addLayout(row)
