"""What the order is made of, and what it costs."""

from desktop.ui import words
from desktop.ui.orders.card import OrderCard, number
from desktop.ui.orders.facts import OrderFacts
from desktop.ui.parts.labels import label
from shared.kernel.money import times
from shared.registration.order_state import OrderState
from shared.registration.pricing import Line


class LinesCard(OrderCard):
    """Lines with list price, discount and total; below them what came, what went back and what is owed."""

    def __init__(self) -> None:
        super().__init__(words.say("Ordered"))

    def fill(self, facts: OrderFacts) -> None:
        order, grid = facts.order, self.add_grid()
        grid.setColumnStretch(0, 1)
        heads = (self.tr("Seats"), self.tr("List price"), self.tr("Discount"), self.tr("Total"))
        grid.addWidget(label(self.tr("Seat type"), "caption"), 0, 0)
        for column, head in enumerate(heads, start=1):
            grid.addWidget(number(head, "caption"), 0, column)
        is_asked = order.state is OrderState.RESERVING
        for place, line in enumerate(order.lines, start=1):
            seats = line.quantity if is_asked else line.granted
            texts = (
                self._seats(line, is_asked=is_asked),
                words.money(line.price, order.currency),
                words.money(-line.reduction, order.currency) if line.reduction else "–",
                words.money(times(line.price, seats) - line.reduction, order.currency),
            )
            grid.addWidget(label(line.name, wraps=True), place, 0)
            for column, text in enumerate(texts, start=1):
                grid.addWidget(number(text), place, column)
        self._sums(facts)
        if order.codes:
            self.add(self.tr("Discount codes: {0}").format(", ".join(order.codes)), "small")

    def _seats(self, line: Line, *, is_asked: bool) -> str:
        if is_asked or line.granted == line.quantity:
            return words.count(line.quantity)
        return self.tr("{0} of {1}").format(words.count(line.granted), words.count(line.quantity))

    def _sums(self, facts: OrderFacts) -> None:
        order, grid = facts.order, self.add_grid()
        grid.setColumnStretch(0, 1)
        came = sum(one.amount for one in order.receipts if one.currency == order.currency)
        went = sum(one.amount for one in order.returned if one.currency == order.currency)
        owed = self.tr("Owed") if order.owed >= 0 else self.tr("Paid in excess")
        sums = [
            (self.tr("Total"), order.total, "strong"),
            (self.tr("Came"), came, ""),
            (self.tr("Went back"), -went, ""),
            (self.tr("Waived"), -order.waived, ""),
            (owed, abs(order.owed), "strong"),
        ]
        for place, (name, amount, look) in enumerate(one for one in sums if one[1] or one[2]):
            grid.addWidget(number(name, look or "muted"), place, 0)
            grid.addWidget(number(words.money(amount, order.currency), look), place, 1)
