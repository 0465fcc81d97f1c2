"""The counter: one flow from the seats over the names and the money to the receipt. No dialog, no network."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.store.files import EnvironmentProblem
from desktop.ui import words
from desktop.ui.badges.printing import BadgeDesk
from desktop.ui.parts.labels import Band, Elided, button, card, clear, label
from desktop.ui.parts.rows import scrolled
from desktop.ui.parts.shapes import Shape
from desktop.ui.sale.payment import Payment
from desktop.ui.sale.person_form import PersonForm
from desktop.ui.sale.seat_choice import SeatChoice
from desktop.ui.sale.sold import Sold
from desktop.ui.sale.till import Buyer, Stock, Till
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.checkin.verdict import Pass
from shared.kernel.decider import Rejected

_SIDE_WIDTH = 300


class Counter(QStackedWidget):
    """Sells to one customer, who may pay for several people. Emits `lease_asked` where nothing is left to sell."""

    lease_asked = Signal()

    def __init__(self, workspace: Workspace, till: Till, badges: BadgeDesk) -> None:
        super().__init__()
        self._till = till
        self.basket: list[Buyer] = []
        self.seats = SeatChoice()
        self.person = PersonForm(till)
        self.payment = Payment(till.currency)
        self.sold = Sold(workspace, badges)
        self._nothing = Band(Shape.INFO, "", Tone.CAUTION)
        self._nothing.add(button(self.tr("&Lease seats"), self.lease_asked.emit))
        self._basket = QVBoxLayout()
        self._arrange()
        self.seats.changed.connect(self._add_up)
        self.person.changed.connect(self._add_up)
        self.person.left.connect(self.payment.take_focus)
        self.payment.freed.connect(self._add_up)
        self.payment.sold.connect(self.sell)
        self.sold.next_asked.connect(self.start)
        self.refresh()

    def _arrange(self) -> None:
        selling = QWidget()
        row = QHBoxLayout(selling)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.WIDE)
        left = QVBoxLayout()
        left.setSpacing(Space.USUAL)
        left.addWidget(self._nothing)
        seats, column = card()
        column.addWidget(label(self.tr("Seats"), "heading"))
        column.addWidget(self.seats)
        left.addWidget(seats)
        who, column = card()
        column.addWidget(label(self.tr("For whom"), "heading"))
        column.addLayout(self._basket)
        column.addWidget(self.person)
        more = QHBoxLayout()
        more.addStretch(1)
        self.another = button(self.tr("&Another person pays along"), self.add_another)
        more.addWidget(self.another)
        column.addLayout(more)
        left.addWidget(who)
        left.addStretch(1)
        row.addWidget(scrolled(left, self.tr("Seats and names")), 1)
        side = QVBoxLayout()
        side.addWidget(self.payment)
        side.addStretch(1)
        self.payment.setFixedWidth(_SIDE_WIDTH)
        row.addLayout(side)
        self.addWidget(selling)
        self.addWidget(self.sold)

    # What the desk does

    def start(self) -> None:
        """Serve the next customer."""
        self.basket = []
        self.seats.choose_only()
        self.person.start()
        self.payment.start()
        self.setCurrentIndex(0)
        self.refresh()
        self.person.focus_first()

    def start_for(self, row: Pass) -> None:
        """Sell a further seat to somebody who is there."""
        self.start()
        self.person.start_for(row)

    def add_another(self) -> None:
        """Put the person into the sale, and ask for the next one."""
        buyer = self._buyer()
        try:
            self._till.check(buyer)
        except Rejected as refusal:
            self._refuse(refusal)
            return
        self.basket.append(buyer)
        self.seats.choose(())
        self.person.start()
        self._forgive()
        self._add_up()
        self.person.focus_first()

    def sell(self) -> None:
        """Record the sale, and show what the customer gets."""
        self._forgive()
        buyers = list(self.basket)
        if not buyers or self.seats.chosen or not self.person.is_empty:
            buyers.append(self._buyer())
        cash = self.payment.cash_given
        try:
            order = self._till.sell(buyers, self.payment.method)
        except Rejected as refusal:
            self._refuse(refusal)
            return
        except (EnvironmentProblem, OSError) as problem:
            self.payment.complain(words.problem(problem))
            return
        self.setCurrentIndex(1)
        self.sold.finish(order, cash)

    def _buyer(self) -> Buyer:
        return self.person.buyer(self.seats.chosen, is_free=self.payment.is_free.isChecked())

    def _refuse(self, refusal: Rejected) -> None:
        self.payment.complain(self.person.complain(refusal))

    def _forgive(self) -> None:
        self.person.forgive()
        self.payment.complain("")

    # What is shown

    def refresh(self) -> None:
        """Show what is left, and what became of the sale."""
        stock = self._till.stock()
        self.seats.show_stock(stock, self._till.currency)
        self._say_lacking(stock)
        if self.currentIndex() == 1:
            self.sold.refresh()
        self._add_up()

    def _say_lacking(self, stock: Sequence[Stock]) -> None:
        """What this desk cannot sell, and why it does not sell it all the same."""
        lacking = [one.name for one in stock if not one.left]
        if len(lacking) == len(stock):
            text = self.tr("This desk has no seats to sell. Lease some while the server answers.")
        else:
            text = self.tr(
                "None left here: {0}. A desk sells only what it has leased, so that no seat is sold twice."
            ).format(", ".join(lacking))
        self._nothing.say(text)
        self._nothing.setVisible(bool(lacking))

    def _add_up(self) -> None:
        is_free = self.payment.is_free.isChecked()
        if any(one.is_free is not is_free for one in self.basket):
            self.basket = [_charged(one, is_free=is_free) for one in self.basket]
        buyers = [*self.basket, self._buyer()]
        self.payment.ask(self._till.total(buyers), may_sell=any(one.seat_types for one in buyers))
        self._show_basket()

    def _show_basket(self) -> None:
        clear(self._basket)
        for place, buyer in enumerate(self.basket):
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            names = [one.name for one in self._till.stock() if one.seat_type in buyer.seat_types]
            name = words.full_name(buyer.first_name, buyer.last_name)
            row.addWidget(Elided(f"{name} · {', '.join(names)}"), 1)
            remove = partial(self._remove, place)
            row.addWidget(button(self.tr("Remove"), remove, "quiet", name=self.tr("Remove {0}").format(name)))
            self._basket.addWidget(line)

    def _remove(self, place: int) -> None:
        del self.basket[place]
        self._add_up()


def _charged(buyer: Buyer, *, is_free: bool) -> Buyer:
    return replace(buyer, is_free=is_free)
