"""A field for an amount of money in one currency."""

from decimal import Decimal

from PySide6.QtWidgets import QDoubleSpinBox

from desktop.ui.tokens import Space
from shared.conference.seat_types import PRICE_MOST
from shared.kernel.money import minor_digits


class Amount(QDoubleSpinBox):
    """Shows major units; `minor` is the amount as the domain counts it."""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self._digits = minor_digits(currency)
        self.lineEdit().setTextMargins(Space.TIGHT + 2, 0, 0, 0)
        self.setDecimals(self._digits)
        self.setRange(0, float(Decimal(PRICE_MOST).scaleb(-self._digits)))
        self.setSuffix(f" {currency}")
        self.setGroupSeparatorShown(True)

    @property
    def minor(self) -> int:
        return int(Decimal(str(self.value())).scaleb(self._digits).to_integral_value())

    def show_minor(self, amount: int) -> None:
        self.setValue(float(Decimal(amount).scaleb(-self._digits)))
