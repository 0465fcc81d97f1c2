"""Asked before a window closes over something typed: keep editing, discard, or save. Nothing is lost by Escape."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space


class UnsavedDialog(QDialog):
    """Says `discarded` or `saved`; rejected is to keep editing."""

    discarded = Signal()
    saved = Signal()

    def __init__(self, names: list[str], parent: QWidget | None = None, *, may_save: bool = True) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Not saved"))
        self.setMinimumWidth(460)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        column.addWidget(label(self.tr("Something is typed that is not saved"), "title", wraps=True))
        column.addWidget(label(self.tr("In: {0}").format(", ".join(names)), wraps=True))
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        self.discard = button(self.tr("&Discard"), self._discard)
        row.addWidget(self.discard)
        row.addStretch(1)
        self.keep = button(self.tr("&Keep editing"), self.reject)
        row.addWidget(self.keep)
        self.save = button(self.tr("&Save"), self._save, "primary")
        self.save.setVisible(may_save)
        (self.save if may_save else self.keep).setDefault(True)
        row.addWidget(self.save)
        column.addLayout(row)

    def _discard(self) -> None:
        self.accept()
        self.discarded.emit()

    def _save(self) -> None:
        self.accept()
        self.saved.emit()
