"""What somebody buys at the desk: one seat of each type that is ticked, with its price and what is left here."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.parts.labels import Elided, clear, label
from desktop.ui.sale.till import Stock
from desktop.ui.tokens import Space
from shared.kernel.ids import SeatTypeId

WITH_KEYS = 9
_PRICE_WIDTH = 120
_LEFT_WIDTH = 110


class SeatRow(QFrame):
    """One seat type. A click anywhere ticks it."""

    def __init__(self, stock: Stock, price: str) -> None:
        super().__init__()
        self.stock = stock
        row = QHBoxLayout(self)
        row.setContentsMargins(0, Space.TIGHT, 0, Space.TIGHT)
        row.setSpacing(Space.SMALL)
        self.box = QCheckBox()
        self.box.setEnabled(stock.left > 0)
        left = words.plural(stock.left, "left", "left") if stock.left else self.tr("none left here")
        self.box.setAccessibleName(f"{stock.name}, {price}, {left}")
        name = Elided(stock.name, "strong" if stock.left else "muted")
        row.addWidget(self.box)
        row.addWidget(name, 1)
        for text, width, look in ((price, _PRICE_WIDTH, ""), (left, _LEFT_WIDTH, "muted")):
            shown = label(text, look)
            shown.setMinimumWidth(width)
            shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(shown)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.box.isEnabled():
            self.box.toggle()


class SeatChoice(QWidget):
    """The seat types of this desk. Emits `changed` when one is ticked."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.rows: list[SeatRow] = []

    def show_stock(self, stock: Sequence[Stock], currency: str) -> None:
        """Show what there is; what is ticked stays so while it is not sold out."""
        if [row.stock for row in self.rows] == list(stock):
            return
        chosen = self.chosen
        has_focus = next((row.stock.seat_type for row in self.rows if row.box.hasFocus()), None)
        clear(self._column)
        self.rows = [SeatRow(one, words.money(one.price, currency)) for one in stock]
        for number, row in enumerate(self.rows, start=1):
            self._column.addWidget(row)
            if number <= WITH_KEYS:
                row.box.setToolTip(QKeySequence(f"Ctrl+{number}").toString(QKeySequence.SequenceFormat.NativeText))
            row.box.setChecked(row.stock.seat_type in chosen and row.stock.left > 0)
            row.box.toggled.connect(self.changed)
            if row.stock.seat_type == has_focus:
                row.box.setFocus()
        if not self.rows:
            self._column.addWidget(label(self.tr("This conference has no seat types yet."), "muted", wraps=True))
        if len(chosen) != len(self.chosen):
            self.changed.emit()

    @property
    def chosen(self) -> tuple[SeatTypeId, ...]:
        return tuple(row.stock.seat_type for row in self.rows if row.box.isChecked())

    def toggle(self, number: int) -> None:
        """Tick the type with this key, or take the tick away. The focus stays where somebody types."""
        if number <= len(self.rows) and self.rows[number - 1].box.isEnabled():
            self.rows[number - 1].box.toggle()

    def choose_only(self) -> None:
        """Tick the one type that can be sold here; none where there is a choice."""
        sold = [row.stock.seat_type for row in self.rows if row.stock.left]
        self.choose(sold if len(sold) == 1 else ())

    def choose(self, seat_types: Collection[SeatTypeId]) -> None:
        """Tick those of these that are left, and no others."""
        for row in self.rows:
            row.box.setChecked(row.stock.seat_type in seat_types and row.stock.left > 0)
