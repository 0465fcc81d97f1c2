"""All orders: a table that opens at once however long it is, a search, a filter by state, and each order's page."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStackedWidget

from desktop.ui import words
from desktop.ui.changes import Changes
from desktop.ui.orders import telling
from desktop.ui.orders.listed import orders_with_tasks
from desktop.ui.orders.order_page import OrderPage
from desktop.ui.parts.field import choice
from desktop.ui.parts.list_page import ListPage, ListTexts
from desktop.ui.parts.paged import Column
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Tone
from desktop.workspace import Workspace
from shared.kernel.ids import OrderId
from shared.payments.views import OpenTasks
from shared.registration.order_state import Order

_QUIET_MS: Final = 150  # between repaints while many changes come
_ATTENTION: Final = "attention"


class OrdersScreen(QStackedWidget):
    """The list, and the page of the order that was opened."""

    def __init__(self, workspace: Workspace, changes: Changes, new_id: Callable[[], str]) -> None:
        super().__init__()
        self.list = OrderList(workspace, changes)
        self.page = OrderPage(workspace, new_id)
        self.addWidget(self.list)
        self.addWidget(self.page)
        self.list.table.activated.connect(lambda index: self._open(index.row()))
        self.page.left.connect(self._leave)
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

    def _on_change(self, _: object) -> None:
        if not self._quiet.isActive():
            self._quiet.start()

    def _show_changes(self) -> None:
        if self.currentWidget() is self.page:
            self.page.refresh()


class OrderList(ListPage):
    """Enter or a double click opens an order."""

    def __init__(self, workspace: Workspace, changes: Changes) -> None:
        super().__init__(workspace, changes, Order, also=(OpenTasks,))
        self.filter = choice(
            {"": self.tr("All states")}
            | {one.value: words.say(text) for one, (text, _, _) in telling.LISTINGS.items()}
            | {_ATTENTION: self.tr("Needs attention")}
        )
        self.filter.setAccessibleName(self.tr("State"))
        self.filter.view().setAccessibleName(self.tr("State"))
        self.filter.activated.connect(lambda _: self.choose(str(self.filter.currentData())))
        self.tools.addWidget(self.filter)
        self.tools.addWidget(self.search)
        self.body.addWidget(self.stack, 1)

    def texts(self) -> ListTexts:
        none = self.tr("Orders appear here as soon as somebody reserves seats.")
        nothing = self.tr("Try part of a name or address, the six characters of the order, or another state.")
        return ListTexts(
            title=self.tr("Orders"),
            table=self.tr("Orders"),
            search=self.tr("Search orders"),
            hint=self.tr("Locator, name, e-mail or code (Ctrl+F)"),
            shape=Shape.RECEIPT,
            empty=(self.tr("No orders yet"), none),
            not_found=(self.tr("No such order"), nothing),
        )

    def choose(self, group: str) -> None:
        """Show the orders of a state, those that need attention, or all for an empty text."""
        self.filter.setCurrentIndex(max(self.filter.findData(group), 0))
        if group == _ATTENTION:
            self.model.show_group(group, lambda: orders_with_tasks(self._workspace))
        else:
            self.model.show_group(group)

    @property
    def is_narrowed(self) -> bool:
        return super().is_narrowed or bool(self.filter.currentData())

    def show_state(self) -> None:
        shown, told = self.model.rowCount(), words.plural(self.model.total, "order", "orders")
        if self.search.text().strip():
            told = self.tr("{shown} of {total}").format(shown=words.count(shown), total=told)
        self.name(self.tr("Orders"), told if self.model.total else "")

    def columns(self) -> Sequence[Column[Order]]:
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
