"""What the cards of an order have in common: a heading, a column that is filled anew, and what was refused."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.ui.orders.facts import OrderFacts
from desktop.ui.parts.form_dialog import say
from desktop.ui.parts.labels import button, clear, label
from desktop.ui.tokens import Space, Tone

Action = tuple[str, str, Callable[[], object]]
"""Text, name for screen readers, what it does."""


class OrderCard(QFrame):
    """Fills itself anew with each state of the order."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.setAccessibleName(heading)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(Space.WIDE, Space.USUAL, Space.WIDE, Space.USUAL)
        whole.setSpacing(Space.SMALL)
        whole.addWidget(label(heading, "heading"))
        inside = QWidget()
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(Space.SMALL)
        whole.addWidget(inside)
        self.error = label("", "error", wraps=True)
        self.error.hide()
        whole.addWidget(self.error)

    def show_facts(self, facts: OrderFacts) -> None:
        """Show the order as it is now."""
        clear(self.column)
        self.fill(facts)

    def forget(self) -> None:
        """Another order is shown: what was refused of the one before is no news."""
        say(self.error, "")

    def fill(self, facts: OrderFacts) -> None:
        """Put into the column what is to be seen."""
        raise NotImplementedError

    def add(self, text: str, look: str = "", *, tone: Tone | None = None) -> QLabel:
        made = label(text, look, wraps=True, tone=tone)
        self.column.addWidget(made)
        return made

    def add_buttons(self, actions: Sequence[Action]) -> None:
        """A row of buttons below what was put last."""
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.SMALL)
        for text, name, does in actions:
            row.addWidget(button(text, does, name=name))
        row.addStretch(1)
        self.column.addWidget(whole)

    def add_grid(self) -> QGridLayout:
        """A grid below what was put last."""
        whole = QWidget()
        grid = QGridLayout(whole)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.WIDE)
        grid.setVerticalSpacing(Space.TIGHT)
        self.column.addWidget(whole)
        return grid


def number(text: str, look: str = "") -> QLabel:
    """A figure that stands at the right of its column."""
    made = label(text, look)
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made
