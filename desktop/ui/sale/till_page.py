"""The till of this desk: seats leased, sales with their voiding, what was taken, and the closing count."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.store.files import EnvironmentProblem
from desktop.ui import words
from desktop.ui.badges.printing import BadgeDesk
from desktop.ui.parts.amounts import Amount
from desktop.ui.parts.field import Field, may_shrink, whole_number
from desktop.ui.parts.form_dialog import ConfirmDialog, say
from desktop.ui.parts.labels import Chip, Elided, button, card, clear, label, rule
from desktop.ui.parts.rows import line, scrolled, under_each_other
from desktop.ui.parts.shapes import Shape
from desktop.ui.parts.slip import sheet
from desktop.ui.sale.asking import ask_count, ask_return, ask_void, buyers
from desktop.ui.sale.receipt import count_slip
from desktop.ui.sale.till import Lease, Till
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.kernel.decider import Rejected
from shared.kernel.ids import OrderId, SeatTypeId
from shared.registration.allotments import LEASE_MOST
from shared.registration.door_sale import DoorSale, Takings
from shared.registration.receipts import Method

_SIDE_WIDTH = 320
_SALES_SHOWN = 50


class TillPage(QWidget):
    """`is_online` tells whether the server answers, so that seats can be leased. `chosen` asks for a sale's receipt.

    `dialog` is what is being asked, before money or seats go somewhere else.
    """

    chosen = Signal(str)

    def __init__(self, workspace: Workspace, till: Till, badges: BadgeDesk, is_online: Callable[[], bool]) -> None:
        super().__init__()
        self._workspace, self._till, self._badges, self._is_online = workspace, till, badges, is_online
        self.dialog: ConfirmDialog | None = None
        self.seat_type = QComboBox()
        may_shrink(self.seat_type)
        self.quantity = whole_number(1, LEASE_MOST)
        self.quantity.setValue(10)
        self.lease = button(self.tr("&Lease"), self._lease, "primary")
        self.seat_type.currentIndexChanged.connect(lambda _: self._may_lease())
        self.is_shown_online = False
        self._offline = label("", "small", wraps=True)
        self._leases, self._sales, self._takings = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self.opening, self.counted = Amount(till.currency), Amount(till.currency)
        self.count = button(self.tr("Close the till with this &count"), self._count)
        self.error = label("", "error", wraps=True)
        self.error.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.WIDE)
        row.addWidget(self._left(), 1)
        row.addWidget(self._side())
        self.refresh()

    def _left(self) -> QWidget:
        column = QVBoxLayout()
        column.setSpacing(Space.USUAL)
        column.addWidget(self.error)
        frame, inside = card()
        inside.addWidget(label(self.tr("Seats of this desk"), "heading"))
        why = self.tr("Leased seats are kept for this desk, so that it can sell them without a network.")
        inside.addWidget(label(why, "muted", wraps=True))
        inside.addLayout(self._leases)
        inside.addWidget(rule())
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.SMALL)
        grid.setColumnStretch(0, 1)
        grid.addWidget(Field(self.tr("Seat type"), self.seat_type), 0, 0)
        self.quantity.setFixedWidth(90)
        grid.addWidget(Field(self.tr("How many"), self.quantity), 0, 1)
        held = QVBoxLayout()
        held.addSpacing(22 + Space.TIGHT)
        held.addWidget(self.lease)
        grid.addLayout(held, 0, 2)
        inside.addLayout(grid)
        inside.addWidget(self._offline)
        column.addWidget(frame)
        frame, inside = card()
        inside.addWidget(label(self.tr("Sales of this desk"), "heading"))
        inside.addLayout(self._sales)
        column.addWidget(frame)
        column.addStretch(1)
        return scrolled(column, self.tr("Seats and sales"))

    def _side(self) -> QWidget:
        column = QVBoxLayout()
        frame, inside = card()
        inside.addWidget(label(self.tr("In this till"), "heading"))
        inside.addLayout(self._takings)
        column.addWidget(frame)
        frame, inside = card()
        inside.addWidget(label(self.tr("Closing count"), "heading"))
        inside.addWidget(Field(self.tr("Cash before the first sale"), self.opening))
        inside.addWidget(Field(self.tr("Cash there now"), self.counted))
        self.difference = label("", "strong", wraps=True)
        self.opening.valueChanged.connect(lambda _: self._say_difference())
        self.counted.valueChanged.connect(lambda _: self._say_difference())
        inside.addWidget(self.difference)
        inside.addWidget(self.count)
        self.last = label("", "small", wraps=True)
        inside.addWidget(self.last)
        self.print_count = button(self.tr("Print the last c&ount"), self._print_count)
        inside.addWidget(self.print_count)
        column.addWidget(frame)
        column.addStretch(1)
        side = scrolled(column, self.tr("Till"))
        side.setFixedWidth(_SIDE_WIDTH)
        return side

    # What is done

    def _lease(self) -> None:
        self._do(lambda: self._till.lease(SeatTypeId(self.seat_type.currentData()), self.quantity.value()))

    def _count(self) -> None:
        expected = self.opening.minor + self._till.takings.in_till(self._till.currency)
        count = self._till.counting(opening=self.opening.minor, counted=self.counted.minor)
        self._ask(ask_count(self._workspace, count, expected, self.window()))
        assert self.dialog is not None, "it was just asked"
        self.dialog.accepted.connect(self._counted)

    def _counted(self) -> None:
        self.opening.show_minor(0)
        self.counted.show_minor(0)

    def _print_count(self) -> None:
        takings = next(iter(self._till.counted()), None)
        if takings is not None:
            lines = count_slip(self._workspace, takings, takings.counts[-1])
            paper = sheet(self.tr("Closing count"), lines)
            self._badges.print_sheets([paper], self, lambda wrong: say(self.error, wrong))

    def _ask(self, dialog: ConfirmDialog) -> None:
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(lambda _: self.refresh())
        dialog.open()

    def ask_void(self, order: OrderId, sale: DoorSale) -> None:
        """Ask whether a sale is taken back."""
        self._ask(ask_void(self._workspace, order, sale, self.window()))

    def ask_return(self, lease: Lease) -> None:
        """Ask whether a lease is given back."""
        self._ask(ask_return(self._workspace, lease.id, lease.allotment.left, lease.allotment, self.window()))

    def _do(self, act: Callable[[], None]) -> None:
        told = ""
        try:
            act()
        except Rejected as refusal:
            told = words.sentence(refusal.code, refusal.values)
        except (EnvironmentProblem, OSError) as problem:
            told = words.problem(problem)
        self.error.setText(told)
        self.error.setVisible(bool(told))
        self.refresh()

    # What is shown

    def refresh(self) -> None:
        """Show it as it stands. The focus stays at the row where it was, although the row is made anew."""
        focused = self.window().focusWidget()
        name = next((one.objectName() for one in self.row_buttons() if one == focused), "")
        self._show_types()
        clear(self._leases)
        leases = self._till.leases()
        for one in leases:
            self._leases.addWidget(self._lease_row(one))
        if not leases:
            self._leases.addWidget(label(self.tr("No seats are leased."), "muted"))
        clear(self._sales)
        sales = self._till.sales()
        for order, sale in sales[:_SALES_SHOWN]:
            self._sales.addWidget(self._sale_row(order, sale))
        if not sales:
            self._sales.addWidget(label(self.tr("Nothing was sold here yet."), "muted"))
        self._show_takings()
        if name:
            self._focus(name)

    def _focus(self, name: str) -> None:
        """On the button of this name; where its row has it no more, on the first one of the row."""
        row = name.partition(" ")[0]
        there = [one for one in self.row_buttons() if one.objectName().partition(" ")[0] == row]
        for one in sorted(there, key=lambda one: one.objectName() != name)[:1]:
            one.setFocus()

    def row_buttons(self) -> list[QPushButton]:
        """What can be pressed in the rows of leases and sales, as they are shown now."""
        found: list[QPushButton] = []
        for column in (self._leases, self._sales):
            for item in (column.itemAt(place) for place in range(column.count())):
                row = None if item is None else item.widget()
                if row is not None:
                    row.show()  # a row that was made a moment ago takes no focus before
                    found += row.findChildren(QPushButton)
        return found

    def _show_types(self) -> None:
        chosen = self.seat_type.currentData()
        self.is_shown_online = is_online = self._is_online()
        self.seat_type.clear()
        for one in self._till.seat_types():
            left = self._till.available(one)
            name = words.seat_type(self._workspace, one)
            text = name if left is None else self.tr("{0} ({1} available)").format(name, words.count(left))
            self.seat_type.addItem(text, one)
        self.seat_type.setCurrentIndex(max(self.seat_type.findData(chosen), 0))
        self._may_lease()
        why = self.tr("The server does not answer. Seats can be leased again when it does.")
        self._offline.setText("" if is_online else why)
        self._offline.setVisible(not is_online)

    def _may_lease(self) -> None:
        """Not while a lease of the type waits for the server: a double click leases once."""
        chosen = self.seat_type.currentData()
        waits = any(one.allotment.seat_type == chosen and not one.has_blanks for one in self._till.leases())
        self.lease.setEnabled(self.is_shown_online and chosen is not None and not waits)

    def _lease_row(self, lease: Lease) -> QWidget:
        made, row = line()
        name = words.seat_type(self._workspace, lease.allotment.seat_type)
        row.addWidget(Elided(name, "strong"), 1)
        if lease.has_blanks:
            text = self.tr("{0} left of {1}").format(words.count(lease.left), words.count(lease.allotment.leased))
            row.addWidget(label(text))
        else:
            row.addWidget(Chip(Shape.CLOCK, self.tr("waiting for the server"), Tone.WAITING))
        back = partial(self.ask_return, lease)
        made_back = button(self.tr("Return…"), back, "quiet", name=self.tr("Return the lease of {0}").format(name))
        made_back.setObjectName(f"{lease.id} return")
        row.addWidget(made_back)
        return made

    def _sale_row(self, order: OrderId, sale: DoorSale) -> QWidget:
        upper, row = line()
        who = buyers(self._workspace, sale)
        names = ", ".join(dict.fromkeys(words.seat_type(self._workspace, one.seat_type) for one in sale.seats))
        row.addWidget(Elided(f"{who} · {names}", "strong"), 1)
        total = words.money(sum(one.price for one in sale.seats), sale.currency)
        row.addWidget(label(f"{words.method(sale.method)} {total}"))
        lower, row = line()
        row.addWidget(label(words.short_moment(sale.sold_at), "muted"))
        if self._workspace.is_waiting(DoorSale, order):
            row.addWidget(Chip(Shape.CLOCK, self.tr("waiting"), Tone.WAITING))
        row.addStretch(1)
        show = partial(self.chosen.emit, order)
        receipt = button(self.tr("Receipt"), show, "quiet", name=self.tr("Receipt of {0}").format(who))
        receipt.setObjectName(f"{order} receipt")
        row.addWidget(receipt)
        if sale.is_voided:
            row.addWidget(Chip(Shape.CROSS, self.tr("voided"), Tone.NEUTRAL))
        else:
            ask = partial(self.ask_void, order, sale)
            void = button(self.tr("Void…"), ask, "quiet", name=self.tr("Void the sale to {0}").format(who))
            void.setObjectName(f"{order} void")
            row.addWidget(void)
        return under_each_other(upper, lower)

    def _show_takings(self) -> None:
        clear(self._takings)
        takings, currency = self._till.takings, self._till.currency
        self._pair(self.tr("Sales"), words.count(takings.sales))
        if takings.voids:
            self._pair(self.tr("Voided"), words.count(takings.voids))
        for method in (Method.CASH, Method.TERMINAL):
            self._pair(words.method(method), words.money(takings.net(method, currency), currency))
        counted = next(iter(self._till.counted()), None)
        self.last.setText("" if counted is None else self._count_said(counted))
        self.last.setVisible(counted is not None)
        self.print_count.setVisible(counted is not None)
        self._say_difference()

    def _count_said(self, takings: Takings) -> str:
        count = takings.counts[-1]
        told = self.tr("Counted {when}: {amount}, {difference} against what was expected.")
        return told.format(
            when=words.moment(count.counted_at),
            amount=words.money(count.counted, count.currency),
            difference=words.signed_money(count.difference, count.currency),
        )

    def _say_difference(self) -> None:
        currency = self._till.currency
        expected = self.opening.minor + self._till.takings.in_till(currency)
        told = self.tr("Expected: {0}").format(words.money(expected, currency))
        if self.counted.minor:
            told += " · " + self.tr("difference {0}").format(
                words.signed_money(self.counted.minor - expected, currency)
            )
        self.difference.setText(told)

    def _pair(self, name: str, text: str) -> None:
        made, row = line()
        row.addWidget(label(name, "muted"), 1)
        row.addWidget(label(text, "strong"))
        self._takings.addWidget(made)
