"""Goes through every screen of a window, so that what must hold for all of them is asked in one place."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QTableView,
    QWidget,
)

from desktop.ui.main_window import MainWindow
from shared.registration.order_state import Order


def screens(window: MainWindow) -> Iterator[tuple[str, QWidget]]:
    """Every place that the window has, each in front when its name comes."""
    for place in window.navigation.buttons:
        if window.navigation.has(place):
            window.go(place)
            yield place, window


def orders(window: MainWindow) -> Iterator[tuple[str, QWidget]]:
    """The page of every order of the conference."""
    assert window.screens is not None
    for number, id in enumerate(window.screens.workspace.rows(Order), start=1):
        window.screens.open_order(id)
        yield f"order {number}", window


def is_part(one: QWidget) -> bool:
    """The field inside a spin box or a choice speaks with the name of the whole."""
    return isinstance(one, QLineEdit) and isinstance(one.parent(), QAbstractSpinBox | QComboBox)


def nameless(whole: QWidget) -> list[str]:
    """The controls that take the focus and have no name for a screen reader."""
    return [
        f"{type(one).__name__} in {type(one.parent()).__name__}"
        for one in whole.findChildren(QWidget)
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and not one.accessibleName() and not is_part(one)
    ]


def texts(whole: QWidget) -> Iterator[tuple[str, str]]:
    """Every text that can be seen or heard now, with what shows it."""
    yield type(whole).__name__, whole.windowTitle()
    for one in whole.findChildren(QWidget):
        if not one.isVisible() or is_part(one):
            continue
        name = type(one).__name__
        yield f"{name}'s name", one.accessibleName()
        yield f"{name}'s tool tip", one.toolTip()
        if isinstance(one, QLabel | QAbstractButton):
            yield name, one.text()
        elif isinstance(one, QLineEdit | QPlainTextEdit):
            yield f"{name}'s hint", one.placeholderText()
        elif isinstance(one, QAbstractSpinBox):
            yield name, one.specialValueText()
            yield f"{name}'s suffix", str(getattr(one, "suffix", str)())
        elif isinstance(one, QComboBox):
            yield from ((name, one.itemText(place)) for place in range(one.count()))
        elif isinstance(one, QListWidget):
            yield from ((name, item.text()) for item in map(one.item, range(one.count())))
        elif isinstance(one, QTableView):
            yield from _cells(one)


def _cells(table: QTableView) -> Iterator[tuple[str, str]]:
    model = table.model()
    for column in range(model.columnCount()):
        yield "a table's head", str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        for row in range(min(model.rowCount(), 5)):
            yield "a table's cell", str(model.index(row, column).data() or "")
