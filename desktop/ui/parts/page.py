"""A page: title, what stands right of it, and a column that scrolls."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.parts.labels import Elided, label
from desktop.ui.tokens import Space

_HEAD_LEAST: Final = 40


class Page(QWidget):
    """The frame of a screen. Screens put themselves into `body`, and its buttons into `tools`."""

    def __init__(self, title: str, *, scrolls: bool = True) -> None:
        super().__init__()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        head = QFrame()
        head.setProperty("look", "head")
        row = QHBoxLayout(head)
        row.setContentsMargins(Space.PAGE, Space.USUAL, Space.PAGE, Space.USUAL)
        row.setSpacing(Space.SMALL)
        row.addStrut(_HEAD_LEAST)  # a least height of the frame itself would let it be squeezed below its controls
        column = QVBoxLayout()
        column.setSpacing(0)
        self._title = Elided(title, "title")
        self.subtitle = label("", "small")
        self.subtitle.hide()
        column.addWidget(self._title)
        column.addWidget(self.subtitle)
        row.addLayout(column, 1)
        self.tools = QHBoxLayout()
        self.tools.setSpacing(Space.SMALL)
        row.addLayout(self.tools)
        whole.addWidget(head)
        inside = QWidget()
        inside.setProperty("look", "page")
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(Space.PAGE, Space.WIDE, Space.PAGE, Space.WIDE)
        self.body.setSpacing(Space.USUAL)
        if not scrolls:
            whole.addWidget(inside, 1)
            return
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        whole.addWidget(area, 1)

    def name(self, title: str, subtitle: str = "") -> None:
        self._title.setText(title)
        self.subtitle.setText(subtitle)
        self.subtitle.setVisible(bool(subtitle))
