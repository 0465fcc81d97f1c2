"""Says what was done last, and takes it back."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop.ui import words
from desktop.ui.parts.labels import button, label
from desktop.ui.parts.shapes import Mark, Shape
from desktop.ui.tokens import Space, Tone


class UndoBar(QFrame):
    """Hidden until something was done, and after that was taken back. `name` is for screen readers."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._take_back: Callable[[], object] = lambda: None
        self.setProperty("look", "card")
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.WIDE, Space.SMALL, Space.WIDE, Space.SMALL)
        row.setSpacing(Space.SMALL)
        self.told = label("", wraps=True)
        self.button = button(words.say("&Undo"), self._undo)
        row.addWidget(Mark(Shape.INFO, Tone.NEUTRAL, 18))
        row.addWidget(self.told, 1)
        row.addWidget(self.button)
        self.hide()

    def offer(self, told: str, take_back: Callable[[], object]) -> None:
        """Offer to take back what is told; no longer what was done before."""
        self._take_back = take_back
        self.told.setText(told)
        self.show()

    def _undo(self) -> None:
        self.hide()
        self._take_back()
