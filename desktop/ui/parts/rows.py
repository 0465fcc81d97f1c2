"""Rows of widgets under each other, and the area in which a column of cards scrolls."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.tokens import Space


def line() -> tuple[QWidget, QHBoxLayout]:
    """An empty row, and the layout to fill it."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.SMALL)
    return made, row


def under_each_other(*lines: QWidget) -> QWidget:
    """Several lines that tell of one thing."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, Space.TIGHT, 0, Space.TIGHT)
    column.setSpacing(0)
    for one in lines:
        column.addWidget(one)
    return made


def scrolled(column: QVBoxLayout, name: str) -> QScrollArea:
    """A column that scrolls where it is too long."""
    inside = QWidget()
    inside.setProperty("look", "page")
    inside.setLayout(column)
    column.setContentsMargins(0, 0, Space.SMALL, 0)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    area.setAccessibleName(name)
    return area
