"""What a human must look at, in one list; each entry opens its order."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QTableWidget, QTableWidgetItem

from desktop.ui import words
from desktop.ui.changes import Changes, concerns
from desktop.ui.orders import telling
from desktop.ui.orders.listed import Listed, listed
from desktop.ui.orders.refund_dialog import RefundDialog, Refunding
from desktop.ui.parts.labels import button, empty_state
from desktop.ui.parts.page import Page
from desktop.ui.parts.paged import dress
from desktop.ui.parts.shapes import Shape, icon
from desktop.ui.tokens import Tone
from desktop.workspace import Workspace
from shared.kernel.decider import Key
from shared.kernel.messages import wire_of
from shared.payments.views import REFUND_BY_HAND, OpenTasks
from shared.registration.order_state import Order

_QUIET_MS: Final = 150
_WIDTHS: Final = (0, 130, 100, 230)
_VIEWS: Final = (wire_of(OpenTasks).name, wire_of(Order).name)
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class AttentionScreen(Page):
    """Asks for an order's page by `order_asked`. Money that belongs to no order is refunded from here."""

    order_asked = Signal(str)

    def __init__(self, workspace: Workspace, changes: Changes, new_id: Callable[[], str]) -> None:
        super().__init__("", scrolls=False)
        self.name(self.tr("Needs attention"))
        self._workspace, self._new_id = workspace, new_id
        self._listed: list[Listed] = []
        self._open = button(self.tr("&Open the order"), self._go, "primary")
        self._refund = button(self.tr("&Refund…"), self._pay_back)
        self.tools.addWidget(self._refund)
        self.tools.addWidget(self._open)
        heads = [self.tr("What"), self.tr("Amount"), self.tr("Order"), self.tr("Name")]
        self.table = QTableWidget(0, len(heads))
        self.table.setAccessibleName(self.tr("Needs attention"))
        self.table.setHorizontalHeaderLabels(heads)
        dress(self.table, _WIDTHS)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        amount = self.table.horizontalHeaderItem(1)
        if amount is not None:
            amount.setTextAlignment(_RIGHT)
        self.table.itemSelectionChanged.connect(self._allow)
        self.table.itemActivated.connect(lambda _: self._go())
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        nothing = self.tr("Money that does not fit, failed refunds, and refunds to pay out by hand are listed here.")
        self.stack.addWidget(empty_state(Shape.CHECK, self.tr("Nothing needs attention"), nothing))
        self.body.addWidget(self.stack, 1)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self.refresh)
        changes.changed.connect(self._on_change)
        self.refresh()

    @property
    def chosen(self) -> Listed | None:
        place = self.table.currentRow()
        return self._listed[place] if self.table.selectedItems() and 0 <= place < len(self._listed) else None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _on_change(self, keys: set[Key]) -> None:
        if self.isVisible() and concerns(keys, *_VIEWS) and not self._quiet.isActive():
            self._quiet.start()

    def refresh(self) -> None:
        """List what is to be done now; what was chosen stays so."""
        chosen = self.chosen
        self._listed = listed(self._workspace)
        self.table.setRowCount(len(self._listed))
        for place, one in enumerate(self._listed):
            self._fill(place, one)
        self.table.clearSelection()
        if chosen in self._listed:
            self.table.selectRow(self._listed.index(chosen))
        elif self._listed:
            self.table.selectRow(0)
        self.stack.setCurrentIndex(0 if self._listed else 1)
        number = words.plural(len(self._listed), "thing to look at", "things to look at")
        self.name(self.tr("Needs attention"), number if self._listed else "")
        self._allow()

    def _fill(self, place: int, one: Listed) -> None:
        order = None if one.order is None else self._workspace.get(Order, one.order)
        texts = (
            telling.reason(one.task.reason),
            words.money(one.task.amount, one.task.currency) if one.task.amount else "–",
            "–" if order is None else order.locator or "–",
            self.tr("Payment {0}").format(one.task.payment) if order is None else telling.registrant(order),
        )
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            if column == 1:
                item.setTextAlignment(_RIGHT)
            self.table.setItem(place, column, item)
        mark = self.table.item(place, 0)
        if mark is not None:
            mark.setIcon(icon(Shape.WARNING, Tone.CAUTION, 16))

    def _allow(self) -> None:
        chosen = self.chosen
        self._open.setEnabled(chosen is not None and chosen.order is not None)
        self._refund.setEnabled(chosen is not None and chosen.order is None)

    def _go(self) -> None:
        if (chosen := self.chosen) is not None and chosen.order is not None:
            self.order_asked.emit(chosen.order)

    def _pay_back(self) -> None:
        chosen = self.chosen
        if chosen is None or chosen.order is not None:
            return
        task, payment = chosen.task, chosen.task.payment
        if payment is None:
            return
        is_by_hand = task.reason == REFUND_BY_HAND
        wanted = Refunding(
            payment=payment,
            refund=(task.refund or "") if is_by_hand else self._new_id(),
            amount=task.amount,
            currency=task.currency,
            was_asked=is_by_hand,
        )
        dialog = RefundDialog(self._workspace, wanted, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
