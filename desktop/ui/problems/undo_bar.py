"""Says what was dropped last, and takes it back."""

from collections.abc import Collection

from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop.ui import words
from desktop.ui.parts.labels import button, label
from desktop.ui.parts.shapes import Mark, Shape
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace


class UndoBar(QFrame):
    """Hidden until something was dropped, and after that was taken back."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._dropped: list[str] = []
        self.setProperty("look", "card")
        self.setAccessibleName(self.tr("Dropped"))
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.WIDE, Space.SMALL, Space.WIDE, Space.SMALL)
        row.setSpacing(Space.SMALL)
        self.told = label("", wraps=True)
        self.button = button(self.tr("&Undo"), self._take_back)
        row.addWidget(Mark(Shape.INFO, Tone.NEUTRAL, 18))
        row.addWidget(self.told, 1)
        row.addWidget(self.button)
        self.hide()

    def offer(self, command_ids: Collection[str]) -> None:
        """Offer to take back that these were dropped; no longer what was dropped before."""
        self._dropped = list(command_ids)
        told = self.tr("{0} dropped. Activity keeps it.").format(words.plural(len(self._dropped), "entry", "entries"))
        self.told.setText(told)
        self.show()

    def _take_back(self) -> None:
        self._workspace.take_back_drop(self._dropped)
        self.hide()
