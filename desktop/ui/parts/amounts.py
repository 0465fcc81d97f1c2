"""A field for an amount of money in one currency."""

import re
from decimal import Decimal
from typing import Final

from PySide6.QtWidgets import QDoubleSpinBox

from desktop.ui.tokens import Space
from shared.kernel.money import minor_digits

_MOST: Final = 10**10  # of minor units: what lies in the till of a busy day in won
_LAST_DIGITS: Final = re.compile(r"[.,](?=\d{1,2}(\D*)$)")  # groups have three; what follows is the currency


class Amount(QDoubleSpinBox):
    """Shows major units; `minor` is the amount as the domain counts it."""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self._digits = minor_digits(currency)
        self.lineEdit().setTextMargins(Space.TIGHT + 2, 0, 0, 0)
        self.setDecimals(self._digits)
        self.setRange(0, float(Decimal(_MOST).scaleb(-self._digits)))
        self.setSuffix(f" {currency}")
        self.setGroupSeparatorShown(True)

    def valueFromText(self, text: str) -> float:
        """A point or a comma before the last one or two digits parts the major units, whatever the language uses."""
        point = self.locale().decimalPoint()
        return super().valueFromText(_LAST_DIGITS.sub(point, text) if self._digits else text)

    @property
    def minor(self) -> int:
        return int(Decimal(str(self.value())).scaleb(self._digits).to_integral_value())

    def show_minor(self, amount: int) -> None:
        self.setValue(float(Decimal(amount).scaleb(-self._digits)))
