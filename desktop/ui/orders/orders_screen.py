"""All orders: a table that opens at once however long it is, a search, a filter by state, and each order's page."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QLineEdit, QStackedWidget

from desktop.ui import words
from desktop.ui.attention.listed import orders_with_tasks
from desktop.ui.changes import Changes
from desktop.ui.orders import telling
from desktop.ui.orders.order_page import OrderPage
from desktop.ui.parts.field import choice
from desktop.ui.parts.labels import empty_state
from desktop.ui.parts.page import Page
from desktop.ui.parts.paged import Column, PagedModel, paged_table
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Tone
from desktop.workspace import Workspace
from shared.kernel.decider import Key
from shared.kernel.ids import OrderId
from shared.payments.views import OpenTasks
from shared.registration.order_state import Order

_PAUSE_MS: Final = 60  # after the last key, so that a fast typist searches once
_QUIET_MS: Final = 150  # between repaints while many changes come
_ATTENTION: Final = "attention"
_SEARCH_WIDTH: Final = 300


class OrdersScreen(QStackedWidget):
    """The list, and the page of the order that was opened."""

    def __init__(self, workspace: Workspace, changes: Changes, new_id: Callable[[], str]) -> None:
        super().__init__()
        self.list = OrderList(workspace)
        self.page = OrderPage(workspace, new_id)
        self.addWidget(self.list)
        self.addWidget(self.page)
        self.list.table.activated.connect(lambda index: self._open(index.row()))
        self.page.left.connect(self._leave)
        self._stale: set[Key] = set()
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self._show_changes)
        changes.changed.connect(self._on_change)

    def open_order(self, id: OrderId) -> None:
        """Show one order."""
        self.setCurrentWidget(self.page)
        self.page.show_order(id)

    def _open(self, place: int) -> None:
        found = self.list.model.row_at(place)
        if found is not None:
            self.open_order(OrderId(found[0]))

    def _leave(self) -> None:
        self.setCurrentWidget(self.list)
        self.list.table.setFocus()

    def _on_change(self, keys: set[Key]) -> None:
        # Restarted only when it ran out, so that it fires while changes keep coming.
        self._stale |= keys
        if not self._quiet.isActive():
            self._quiet.start()

    def _show_changes(self) -> None:
        keys, self._stale = self._stale, set()
        self.list.show_changes(keys)
        if self.currentWidget() is self.page:
            self.page.refresh()


class OrderList(Page):
    """Nothing is read before it is first shown. Enter or a double click opens an order."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__("", scrolls=False)
        self.name(self.tr("Orders"))
        self._workspace = workspace
        self.model = PagedModel(workspace, Order, self._columns(), also=(OpenTasks,), parent=self)
        self.filter = choice(
            {"": self.tr("All states")}
            | {one.value: words.say(text) for one, (text, _, _) in telling.LISTINGS.items()}
            | {_ATTENTION: self.tr("Needs attention")}
        )
        self.filter.setAccessibleName(self.tr("State"))
        self.filter.view().setAccessibleName(self.tr("State"))
        self.filter.activated.connect(lambda _: self.choose(str(self.filter.currentData())))
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Locator, name, e-mail or code (Ctrl+F)"))
        self.search.setAccessibleName(self.tr("Search orders"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(_SEARCH_WIDTH)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.tools.addWidget(self.filter)
        self.tools.addWidget(self.search)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.model.search(self.search.text()))
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.table = paged_table(self.model, self.tr("Orders"))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        none = self.tr("Orders appear here as soon as somebody reserves seats.")
        self.stack.addWidget(empty_state(Shape.RECEIPT, self.tr("No orders yet"), none))
        nothing = self.tr("Try part of a name or address, the six characters of the order, or another state.")
        self.stack.addWidget(empty_state(Shape.RECEIPT, self.tr("No such order"), nothing))
        self.body.addWidget(self.stack, 1)
        self.model.modelReset.connect(self._show_state)
        self._was_shown = False

    def choose(self, group: str) -> None:
        """Show the orders of a state, those that need attention, or all for an empty text."""
        self.filter.setCurrentIndex(max(self.filter.findData(group), 0))
        if group == _ATTENTION:
            self.model.show_group(group, lambda: orders_with_tasks(self._workspace))
        else:
            self.model.show_group(group)

    def show_changes(self, keys: set[Key]) -> None:
        """Show what changed, with the same place of the table in view."""
        if not self._was_shown:
            return
        current = self.model.row_at(self.table.currentIndex().row())
        place, above = self.table.currentIndex().row(), self.table.verticalScrollBar().value()
        self.model.changed(keys)
        self.table.verticalScrollBar().setValue(above)
        again = self.model.row_at(place)
        if current is not None and again is not None and again[0] == current[0]:
            self.table.selectRow(place)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self.model.load()

    def _show_state(self) -> None:
        shown, is_narrowed = self.model.rowCount(), bool(self.search.text().strip() or self.filter.currentData())
        self.stack.setCurrentIndex(0 if shown else 2 if is_narrowed else 1)
        told = words.plural(self.model.total, "order", "orders")
        if self.search.text().strip():
            told = self.tr("{shown} of {total}").format(shown=words.count(shown), total=told)
        self.name(self.tr("Orders"), told if self.model.total else "")

    def _columns(self) -> Sequence[Column[Order]]:
        return (
            Column(self.tr("Order"), lambda _, one: one.locator or "–", 105, mark=self._waits),
            Column(self.tr("Name"), lambda _, one: telling.registrant(one)),
            Column(self.tr("State"), lambda _, one: telling.listing(one)[0], 185, mark=self._state),
            Column(self.tr("Seats"), lambda _, one: words.count(_seats(one)), 64, is_number=True),
            Column(self.tr("Total"), lambda _, one: words.money(one.total, one.currency), 115, is_number=True),
            Column(self.tr("Owed"), lambda _, one: _owed(one), 115, is_number=True),
            Column(self.tr("Placed"), lambda _, one: words.short_moment(one.placed_at), 100),
        )

    def _waits(self, id: str, _: Order) -> tuple[Shape, Tone] | None:
        return (Shape.CLOCK, Tone.WAITING) if self._workspace.is_waiting(Order, id) else None

    def _state(self, id: str, one: Order) -> tuple[Shape, Tone]:
        if one.tasks:
            return Shape.WARNING, Tone.CAUTION
        _, shape, tone = telling.listing(one)
        return shape, tone


def _seats(order: Order) -> int:
    return sum(one.granted for one in order.lines)


def _owed(order: Order) -> str:
    return words.money(order.owed, order.currency) if order.owed else "–"
