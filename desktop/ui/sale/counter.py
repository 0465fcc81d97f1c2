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
from shared.kernel.ids import OrderId

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
        self._waiting: Pass | None = None
        self._after = Band(Shape.CLOCK, "", Tone.WAITING)
        self._basket = QVBoxLayout()
        self._arrange()
        self.seats.changed.connect(self._add_up)
        self.person.changed.connect(self._add_up)
        self.person.left.connect(self.payment.take_focus)
        self.payment.freed.connect(self._add_up)
        self.payment.sold.connect(self.sell)
        self.sold.next_asked.connect(self._go_on)
        self.refresh()

    def _arrange(self) -> None:
        selling = QWidget()
        row = QHBoxLayout(selling)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.WIDE)
        left = QVBoxLayout()
        left.setSpacing(Space.USUAL)
        left.addWidget(self._after)
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
        self.over = button(self.tr("Start &over"), self.start, "quiet")
        more.addWidget(self.over)
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

    @property
    def is_open(self) -> bool:
        """Whether somebody is being served: names are typed or in the sale."""
        return bool(self.basket) or not self.person.is_empty

    def start(self) -> None:
        """Serve the next customer: whoever was asked for in the middle of a sale, else somebody new."""
        self._empty()
        row, self._waiting = self._waiting, None
        if row is not None:
            self.person.start_for(row)
        self.setCurrentIndex(0)
        self.refresh()
        self.person.focus_first()

    def _empty(self) -> None:
        self.basket = []
        self.seats.choose(())
        self.person.start()
        self.payment.start()
        self.seats.choose_only()  # of what is left now

    def start_for(self, row: Pass) -> None:
        """Sell a further seat to somebody who is there, once a sale that is open is done: nothing of it is lost."""
        known = self.person.known
        if known is None or known.ticket != row.ticket:
            self._waiting = row
        if self.is_open:
            self.setCurrentIndex(0)
            self.refresh()
        else:
            self.start()

    def show_receipt(self, order: OrderId) -> None:
        """Show an earlier sale; an open one goes on afterwards."""
        self.sold.show_sale(order, goes_on=self.is_open)
        self.setCurrentIndex(1)

    def _go_on(self) -> None:
        if self.is_open:
            self.setCurrentIndex(0)
            self.person.focus_first()
        else:
            self.start()

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
        if not self._is_as_shown():
            return
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
        self._empty()
        self.setCurrentIndex(1)
        self.sold.finish(order, cash)

    def _is_as_shown(self) -> bool:
        """Whether the total is still the one that the customer was told. With the terminal it is paid already."""
        shown = self.payment.asked
        self.refresh()
        self._tell_change(shown)
        return self.payment.asked == shown

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
        shown = self.payment.asked
        if self.currentIndex() == 1:
            self.sold.refresh()
        self._add_up()
        if self.is_open:
            self._tell_change(shown)

    def _tell_change(self, shown: int) -> None:
        if self.payment.asked != shown:
            was = words.money(shown, self._till.currency)
            self.payment.complain(self.tr("The total was {0} before: prices or seats changed meanwhile.").format(was))

    def _say_lacking(self, stock: Sequence[Stock]) -> None:
        """What this desk cannot sell, and why it does not sell it all the same."""
        lacking = [one.name for one in stock if not one.left]
        if len(lacking) == len(stock) and not self.basket:
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
        stock = self._till.stock(self.basket)
        self.seats.show_stock(stock, self._till.currency)
        self._say_lacking(stock)
        buyers = [*self.basket, self._buyer()]
        self.payment.ask(self._till.total(buyers), may_sell=any(one.seat_types for one in buyers))
        self._show_basket(stock)
        self._say_after()

    def _say_after(self) -> None:
        """Whether there is a sale to drop, and who comes after it."""
        self.over.setVisible(self.is_open)
        self._after.setVisible(self._waiting is not None)
        if self._waiting is not None:
            text = self.tr("This sale is not finished. After it: a further seat for {0}.")
            self._after.say(text.format(words.holder(self._waiting)))

    def _show_basket(self, stock: Sequence[Stock]) -> None:
        clear(self._basket)
        for place, buyer in enumerate(self.basket):
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            names = [one.name for one in stock if one.seat_type in buyer.seat_types]
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
