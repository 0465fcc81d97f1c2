"""Which keys do something now: read off the screen, so that the sheet cannot tell another story than the program."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QTableView, QWidget

from desktop.ui import words
from desktop.ui.parts.labels import without_mnemonic
from desktop.ui.translation import QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class Key:
    keys: str
    does: str


_USUAL: Final = {
    QKeySequence.StandardKey.Find: QT_TRANSLATE_NOOP("words", "Search"),
    QKeySequence.StandardKey.Save: QT_TRANSLATE_NOOP("words", "Save what was typed"),
    QKeySequence.StandardKey.Back: QT_TRANSLATE_NOOP("words", "Back"),
}
"""What shortcuts do that say nothing of themselves by `setWhatsThis`."""
_FIXED: Final = (
    (QT_TRANSLATE_NOOP("words", "Tab"), QT_TRANSLATE_NOOP("words", "Next control; with Shift the one before")),
    (QT_TRANSLATE_NOOP("words", "Space"), QT_TRANSLATE_NOOP("words", "Press the button that has the focus")),
    (QT_TRANSLATE_NOOP("words", "Esc"), QT_TRANSLATE_NOOP("words", "Close a dialog, or empty the search")),
)
_TABLE: Final = (
    ("↑", QT_TRANSLATE_NOOP("words", "The row before")),
    ("↓", QT_TRANSLATE_NOOP("words", "The next row")),
    (QT_TRANSLATE_NOOP("words", "PgDn"), QT_TRANSLATE_NOOP("words", "A page further; with PgUp a page back")),
)
_DOOR: Final = (
    ("↓", QT_TRANSLATE_NOOP("words", "From the search to the people found")),
    (QT_TRANSLATE_NOOP("words", "Enter"), QT_TRANSLATE_NOOP("words", "Take the chosen person")),
)


def of_screen(screen: QWidget, place: str) -> list[Key]:
    """The keys of a screen as it stands: shortcuts, letters of its buttons, and what its tables take."""
    found = [*_shortcuts(screen), *_buttons(screen)]
    fixed = _DOOR if place == "door" else _TABLE if _has_table(screen) else ()
    return list(dict.fromkeys([*found, *(_fixed(*one) for one in fixed)]))  # a row of cards has the same buttons


def of_window(*parts: QWidget) -> list[Key]:
    """The keys that hold on every screen: of the window, and of what it always shows."""
    first, *always = parts
    return [*(key for one in always for key in _buttons(one)), *_shortcuts(first), *(_fixed(*one) for one in _FIXED)]


def _shortcuts(whole: QWidget) -> Iterator[Key]:
    """Those of the widget itself; its parts tell theirs where they are shown."""
    for one in whole.children():
        if isinstance(one, QShortcut) and one.isEnabled():
            usual = (words.say(does) for keys, does in _USUAL.items() if one.key() == QKeySequence(keys))
            if does := one.whatsThis() or next(usual, ""):
                yield Key(shown(one.key()), does)


def _buttons(whole: QWidget) -> Iterator[Key]:
    for one in whole.findChildren(QAbstractButton):
        if one.isVisible() and not one.shortcut().isEmpty():
            yield Key(shown(one.shortcut()), without_mnemonic(one.text()) or one.accessibleName())


def _has_table(whole: QWidget) -> bool:
    return any(one.isVisible() for one in whole.findChildren(QTableView))


def _fixed(keys: str, does: str) -> Key:
    return Key(words.say(keys), words.say(does))


def shown(keys: QKeySequence) -> str:
    """As this machine's keyboard has them."""
    return keys.toString(QKeySequence.SequenceFormat.NativeText)
