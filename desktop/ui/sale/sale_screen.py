"""On-site sale: the counter, and the till behind it. Everything but leasing works without the network."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QPushButton, QStackedWidget

from desktop.ui import words
from desktop.ui.badges.printing import BadgeDesk
from desktop.ui.changes import Changes, concerns
from desktop.ui.desk import Connection, Line
from desktop.ui.parts.labels import button, label
from desktop.ui.parts.page import Page
from desktop.ui.sale.counter import Counter
from desktop.ui.sale.desks_page import DesksPage
from desktop.ui.sale.seat_choice import WITH_KEYS
from desktop.ui.sale.till import Till
from desktop.ui.sale.till_page import TillPage
from desktop.workspace import Workspace
from shared.checkin.verdict import Pass
from shared.kernel.decider import Key, Role
from shared.kernel.ids import OrderId

_QUIET_MS: Final = 150
_AGING_MS: Final = 5_000  # whether the server answers is no row
_VIEWS: Final = (
    "conference.conferences",
    "conference.seat_types",
    "registration.allotments",
    "registration.seat_types",
    "registration.door_sales",
    "registration.takings",
    "checkin.blanks",
    "checkin.passes",
    "access.devices",
)


class SaleScreen(Page):
    """Shows what changed while it is looked at; what is being typed stays."""

    def __init__(
        self,
        workspace: Workspace,
        changes: Changes,
        *,
        till: Till,
        badges: BadgeDesk,
        connection: Callable[[], Connection],
    ) -> None:
        super().__init__("", scrolls=False)
        self.name(self.tr("On-site sale"))
        self._till, self._connection = till, connection
        self.in_till = label("", "strong")
        self.tools.addWidget(self.in_till)
        self.counter = Counter(workspace, till, badges)
        self.till_page = TillPage(workspace, till, badges, self._is_online)
        self.desks_page = DesksPage(workspace, badges, till.currency)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.counter)
        self._stack.addWidget(self.till_page)
        self._stack.addWidget(self.desks_page)
        self.body.addWidget(self._stack, 1)
        self.sell = self._segment(self.tr("Co&unter"), 0)
        self.behind = self._segment(self.tr("T&ill"), 1)
        self.all_desks = self._segment(self.tr("All &desks"), 2)
        self.all_desks.setVisible(workspace.role is Role.ORGANIZER)
        self.sell.setChecked(True)
        self.counter.lease_asked.connect(self.behind.click)
        self.till_page.chosen.connect(self._show_receipt)
        self._keys: list[QShortcut] = []
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self.refresh)
        changes.changed.connect(self._on_change)
        aging = QTimer(self)
        aging.setInterval(_AGING_MS)
        aging.timeout.connect(self._age)
        aging.start()
        self.refresh()

    def _segment(self, text: str, place: int) -> QPushButton:
        made = button(text, lambda: self._stack.setCurrentIndex(place), "segment")
        made.setCheckable(True)
        made.setAutoExclusive(True)
        self.tools.addWidget(made)
        return made

    def _set_keys(self) -> None:
        """A key for each seat type, which says its name on the cheat sheet."""
        names = [row.stock.name for row in self.counter.seats.rows[:WITH_KEYS]]
        if names == [one.whatsThis() for one in self._keys]:
            return
        for old in self._keys:
            old.setParent(None)
            old.deleteLater()
        self._keys = [
            QShortcut(QKeySequence(f"Ctrl+{number}"), self, partial(self._choose, number))
            for number in range(1, len(names) + 1)
        ]
        for key, name in zip(self._keys, names, strict=True):
            key.setWhatsThis(name)

    def _choose(self, number: int) -> None:
        if self.counter.seats.isVisible():
            self.counter.seats.toggle(number)

    def start_for(self, row: Pass) -> None:
        """Sell a further seat to somebody who has a ticket."""
        self.sell.click()
        self.counter.start_for(row)

    def _show_receipt(self, order: str) -> None:
        self.counter.show_receipt(OrderId(order))
        self.sell.click()

    def _is_online(self) -> bool:
        return self._connection().line is Line.SERVER

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _on_change(self, keys: set[Key]) -> None:
        if self.isVisible() and concerns(keys, *_VIEWS) and not self._quiet.isActive():
            self._quiet.start()

    def _age(self) -> None:
        if self.till_page.isVisible() and self.till_page.is_shown_online is not self._is_online():
            self.till_page.refresh()

    def refresh(self) -> None:
        """Show seats, sales and money as they stand."""
        self.counter.refresh()
        self._set_keys()
        self.till_page.refresh()
        if self.all_desks.isVisibleTo(self):
            self.desks_page.refresh()
        currency = self._till.currency
        cash = words.money(self._till.takings.in_till(currency), currency)
        self.in_till.setText(self.tr("Cash taken: {0}").format(cash))
