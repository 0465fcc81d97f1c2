"""The conferences on this device as cards."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop.ui.desk import Desk
from desktop.ui.home.conference_card import ConferenceCard
from desktop.ui.parts.labels import button, empty_state
from desktop.ui.parts.page import Page
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Space

_COLUMN_WIDTH = 340


class HomeScreen(Page):
    """Says which conference was chosen or is to be copied, and that one should be created or joined."""

    chosen = Signal(str)
    create_asked = Signal()
    copy_asked = Signal(str)
    join_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__("")
        self.name(self.tr("Conferences"))
        self._desk = desk
        self._cards: dict[str, ConferenceCard] = {}
        self._columns = 0
        self.tools.addWidget(button(self.tr("&Join a conference"), self.join_asked.emit))
        self._create = button(self.tr("&New conference"), self.create_asked.emit, "primary")
        self.tools.addWidget(self._create)
        self._grid = QGridLayout()
        self._grid.setSpacing(Space.WIDE)
        self._empty = empty_state(
            Shape.HOME,
            self.tr("No conference yet"),
            self.tr("Create one, with or without a network, or join one with its owner’s address and access code."),
        )
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid)
        column.addWidget(self._empty, 1)
        self._rest = QWidget()
        column.addWidget(self._rest, 1)
        self.body.addWidget(holder, 1)
        self.refresh()

    def refresh(self) -> None:
        """Show the conferences as they stand."""
        workspaces = self._desk.workspaces()
        for conference, workspace in workspaces.items():
            if conference not in self._cards:
                card = ConferenceCard(workspace)
                card.chosen.connect(self.chosen)
                card.copy_asked.connect(self.copy_asked)
                self._cards[conference] = card
                self._columns = 0
        for card in self._cards.values():
            card.refresh()
            card.allow_copy(may_create=self._desk.may_create)
        self._create.setEnabled(self._desk.may_create)
        self._create.setToolTip("" if self._desk.may_create else self.tr("This device may not create conferences."))
        self._empty.setVisible(not self._cards)
        self._rest.setVisible(bool(self._cards))
        self._arrange()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._arrange()

    def _arrange(self) -> None:
        columns = max(1, (self.width() - 2 * Space.PAGE) // _COLUMN_WIDTH)
        if columns == self._columns:
            return
        self._columns = columns
        for place, card in enumerate(self._cards.values()):
            self._grid.addWidget(card, place // columns, place % columns)
        for column in range(8):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
