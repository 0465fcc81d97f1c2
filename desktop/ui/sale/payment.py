"""What the sale costs and how it is paid: cash with its change, card terminal, or nothing."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.parts.amounts import Amount
from desktop.ui.parts.field import Field
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space
from shared.registration.receipts import Method


class Payment(QFrame):
    """Emits `sold` when the money is there, `freed` when whether anything is charged changed."""

    sold = Signal()
    freed = Signal()

    def __init__(self, currency: str) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self._currency, self._total, self._may_sell = currency, 0, False
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.SMALL)
        column.addWidget(label(self.tr("To pay"), "caption"))
        self.total = label("", "title")
        column.addWidget(self.total)
        self.is_free = QCheckBox(self.tr("&No charge"))
        self.is_free.setAccessibleName(self.tr("No charge"))
        self.is_free.toggled.connect(self.freed)
        column.addWidget(self.is_free)
        self.cash = self._segment(self.tr("&Cash"))
        self.card = self._segment(self.tr("Card &terminal"))
        self.cash.setChecked(True)
        self._methods = QWidget()
        row = QHBoxLayout(self._methods)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.TIGHT)
        row.addWidget(self.cash, 1)
        row.addWidget(self.card, 1)
        column.addWidget(self._methods)
        self.given = Amount(currency)
        self._given = Field(self.tr("Cash given"), self.given)
        self.given.valueChanged.connect(lambda _: self._refresh())
        self.given.lineEdit().returnPressed.connect(self.sell_by_key)
        column.addWidget(self._given)
        self.change = label("", "heading")
        column.addWidget(self.change)
        self._hint = label("", "small", wraps=True)
        column.addWidget(self._hint)
        self.error = label("", "error", wraps=True)
        column.addWidget(self.error)
        self.sell = button(self.tr("&Sell"), self.sold.emit, "primary")
        self.sell.setMinimumHeight(44)
        column.addSpacing(Space.SMALL)
        column.addWidget(self.sell)
        self.cash.toggled.connect(lambda _: self._refresh())
        self._refresh()

    def _segment(self, text: str) -> QPushButton:
        made = button(text, lambda: None, "segment")
        made.setCheckable(True)
        made.setAutoExclusive(True)
        return made

    def sell_by_key(self) -> None:
        """Enter in the field of the cash: nothing given is the exact amount."""
        self.given.interpretText()
        self.sell.click()

    def start(self) -> None:
        """For the next customer."""
        self.is_free.setChecked(False)
        self.given.show_minor(0)
        self.complain("")

    def ask(self, total: int, *, may_sell: bool) -> None:
        """Show what is to be paid."""
        self._total, self._may_sell = total, may_sell
        self.total.setText(words.money(total, self._currency))
        self._refresh()

    @property
    def asked(self) -> int:
        """The total that is shown."""
        return self._total

    @property
    def method(self) -> Method:
        return Method.CASH if self.cash.isChecked() or not self._total else Method.TERMINAL

    @property
    def cash_given(self) -> int | None:
        """What was handed over, None where nobody typed it."""
        is_typed = self.method is Method.CASH and self.given.minor and self._total
        return self.given.minor if is_typed else None

    def take_focus(self) -> None:
        """After the names: to the cash that is handed over, else to the last button."""
        if self._given.isHidden() or not self._may_sell:
            self.sell.setFocus()
        else:
            self.given.setFocus()
            self.given.selectAll()

    def complain(self, text: str) -> None:
        self.error.setText(text)
        self.error.setVisible(bool(text))

    def _refresh(self) -> None:
        is_cash, given = self.cash.isChecked() and self._total > 0, self.given.minor
        self._methods.setVisible(self._total > 0)
        self._given.setVisible(is_cash)
        self.change.setVisible(is_cash and given > 0)
        is_short = is_cash and 0 < given < self._total
        amount = words.money(abs(given - self._total), self._currency)
        self.change.setText(
            self.tr("{0} missing").format(amount) if is_short else self.tr("Change: {0}").format(amount)
        )
        by_card = self.tr("Take the amount with the terminal first. Sell when it says that it was paid.")
        self._hint.setText("" if is_cash or not self._total else by_card)
        self._hint.setVisible(bool(self._hint.text()))
        self.sell.setEnabled(self._may_sell and not is_short)
