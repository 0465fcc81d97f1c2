"""The rail at the left: where one can go, with the number of open problems."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QVBoxLayout

from desktop.ui.parts.labels import Elided, button, label
from desktop.ui.parts.shapes import Shape, icon
from desktop.ui.tokens import Space, Tone

_WIDTH = 196
_DIGITS = 10


def _keys(place: int) -> str:
    """The shortcut of the n-th place: Alt+1 to Alt+9, then Alt+0, then with Shift from 1 again."""
    return f"Alt+{place % _DIGITS}" if place <= _DIGITS else f"Alt+Shift+{place - _DIGITS}"


class Navigation(QFrame):
    """Emits `gone` with the name of a place. Alt and a number goes there too."""

    gone = Signal(str)

    def __init__(self, places: Mapping[str, tuple[Shape, str]]) -> None:
        super().__init__()
        self.setProperty("look", "rail")
        self.setFixedWidth(_WIDTH)
        self._shapes = {name: shape for name, (shape, _) in places.items()}
        self._texts = {name: text for name, (_, text) in places.items()}
        self.buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.USUAL, Space.WIDE, Space.USUAL, Space.USUAL)
        column.setSpacing(Space.TIGHT)
        brand = label("Lanyard", "heading")
        brand.setContentsMargins(Space.USUAL, 0, 0, 0)
        column.addWidget(brand)
        self._conference = Elided(look="small")
        self._conference.setContentsMargins(Space.USUAL, 0, 0, 0)
        column.addWidget(self._conference)
        column.addSpacing(Space.USUAL)
        for place, (name, (_, text)) in enumerate(places.items(), start=1):
            made = button(text, lambda name=name: self.gone.emit(name), "nav")  # type: ignore[misc]
            made.setCheckable(True)
            made.setIconSize(QSize(18, 18))
            keys = _keys(place)
            made.setShortcut(QKeySequence(keys))
            made.setToolTip(keys)
            self._group.addButton(made)
            self.buttons[name] = made
            column.addWidget(made)
        column.addStretch(1)
        self._draw()

    def has(self, name: str) -> bool:
        """Whether one can go there."""
        return name in self.buttons and not self.buttons[name].isHidden()

    def text_of(self, name: str) -> str:
        return self._texts[name]

    def hide_places(self, names: Collection[str]) -> None:
        """Leave out places that this device's role has nothing to do with."""
        for name, made in self.buttons.items():
            made.setVisible(name not in names)

    def show_place(self, name: str) -> None:
        self.buttons[name].setChecked(True)
        if any(one.hasFocus() for one in self.buttons.values()):
            self.buttons[name].setFocus(Qt.FocusReason.OtherFocusReason)  # not at another place than the one in front
        self._draw()

    def name_conference(self, name: str) -> None:
        self._conference.setText(name)
        for place, made in self.buttons.items():
            made.setEnabled(bool(name) or place == "home")

    def count(self, name: str, number: int) -> None:
        """Put a number beside a place; none for 0."""
        self._note(name, f"({number})" if number else "", str(number) if number else "")

    def mark(self, name: str, why: str) -> None:
        """Put a dot beside a place, with what it means; none for an empty text."""
        self._note(name, "●" if why else "", why)
        self.buttons[name].setToolTip(why or self.buttons[name].shortcut().toString())

    def _note(self, name: str, shown: str, said: str) -> None:
        made = self.buttons[name]
        text = "  ".join(part for part in (self._texts[name], shown) if part)
        keys = made.shortcut()
        made.setText(text)
        made.setShortcut(keys)  # a new text takes it away
        made.setAccessibleName(", ".join(part for part in (self._texts[name], said) if part))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "buttons"):
            self._draw()

    def _draw(self) -> None:
        for name, made in self.buttons.items():
            made.setIcon(icon(self._shapes[name], Tone.ACCENT if made.isChecked() else Tone.NEUTRAL, 18))
