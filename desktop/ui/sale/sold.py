"""What was sold a moment ago: the receipt, the tickets and badges to print, and whether the server has it."""

from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.store.files import EnvironmentProblem
from desktop.ui import words
from desktop.ui.badges.printing import BadgeDesk, Paper
from desktop.ui.parts.labels import Chip, button, label, without_mnemonic
from desktop.ui.parts.paper import Sheet, ask_pdf, picture, save_pdf
from desktop.ui.parts.shapes import Mark, Shape
from desktop.ui.parts.slip import plain, sheet
from desktop.ui.parts.spool import Then
from desktop.ui.sale.receipt import receipt
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.checkin.verdict import Pass
from shared.kernel.ids import OrderId
from shared.registration.door_sale import DoorSale

_DOTS_PER_MM = 4.4


class Sold(QFrame):
    """Emits `next_asked` when the customer is done. `ask_file` asks where to write a PDF; None is cancelled."""

    next_asked = Signal()

    def __init__(
        self, workspace: Workspace, badges: BadgeDesk, ask_file: Callable[[QWidget, str], Path | None] | None = None
    ) -> None:
        super().__init__()
        self._workspace, self._badges, self._ask_file = workspace, badges, ask_file or ask_pdf
        self.order: OrderId | None = None
        self._cash: int | None = None
        self._told: list[str] = []
        self.setProperty("look", "card")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.ROOMY, Space.WIDE, Space.ROOMY, Space.WIDE)
        row.setSpacing(Space.ROOMY)
        column = QVBoxLayout()
        column.setSpacing(Space.SMALL)
        head = QHBoxLayout()
        head.addWidget(Mark(Shape.CHECK, Tone.GOOD, 26))
        self.heading = label("", "title")
        head.addWidget(self.heading, 1)
        column.addLayout(head)
        self.change = label("", "heading", wraps=True)
        column.addWidget(self.change)
        self.state = Chip(Shape.CLOCK, "", Tone.WAITING)
        column.addWidget(self.state)
        self.warning = label("", "", wraps=True, tone=Tone.CAUTION)
        column.addWidget(self.warning)
        column.addSpacing(Space.SMALL)
        self.next = button(self.tr("&Next customer"), self.next_asked.emit, "primary")
        for made in (
            self.next,
            button(self.tr("Print the &receipt"), self.print_receipt),
            button(self.tr("Save the receipt as P&DF…"), self.save_receipt),
            button(self.tr("Print the &tickets"), self.print_tickets),
            button(self.tr("Print the &badges"), self.print_badges),
        ):
            column.addWidget(made)
        self.told = label("", "small", wraps=True)
        column.addWidget(self.told)
        column.addStretch(1)
        holder = QWidget()
        holder.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        holder.setFixedWidth(300)
        row.addWidget(holder)
        self.paper = label()
        self.paper.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        area = QScrollArea()
        area.setWidget(self.paper)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(self.tr("Receipt"))
        row.addWidget(area, 1)

    def show_sale(self, order: OrderId, cash: int | None = None, *, goes_on: bool = False) -> None:
        """Show a sale as it stands. `goes_on` tells that another one is open, to which the first button leads back."""
        self.next.setText(self.tr("Back to the open &sale") if goes_on else self.tr("&Next customer"))
        self.next.setAccessibleName(without_mnemonic(self.next.text()))
        self.order, self._cash = order, cash
        self._told = []
        self.told.setText("")
        self.refresh()
        self.next.setFocus()

    def finish(self, order: OrderId, cash: int | None) -> None:
        """Show a sale that was made a moment ago, and print what this desk prints by itself."""
        self.show_sale(order, cash)
        prints = self._badges.prints_after_sale
        # After the screen shows the change to give: a printer may let one wait.
        QTimer.singleShot(0, self, lambda: self._print_all(order, prints))

    def _print_all(self, order: OrderId, prints: Collection[Paper]) -> None:
        if order == self.order:
            for paper, act in (
                (Paper.RECEIPT, self.print_receipt),
                (Paper.TICKET, self.print_tickets),
                (Paper.BADGE, self.print_badges),
            ):
                if paper in prints:
                    act()

    def refresh(self) -> None:
        """Show it as it stands: the server may have given it a locator, or it was voided."""
        sale = None if self.order is None else self._workspace.get(DoorSale, self.order)
        if sale is None or self.order is None:
            return
        self.heading.setText(self.tr("Voided") if sale.is_voided else self.tr("Sold"))
        total = sum(one.price for one in sale.seats)
        change = "" if self._cash is None else words.money(self._cash - total, sale.currency)
        self.change.setText(self.tr("Change: {0}").format(change) if change else "")
        self.change.setVisible(bool(change))
        if self._workspace.is_waiting(DoorSale, self.order):
            self.state.show_as(Shape.CLOCK, self.tr("waiting for the server"), Tone.WAITING)
        else:
            self.state.show_as(Shape.CHECK, self.tr("The server has it"), Tone.GOOD)
        lacking = any(one.source == "lacking" for one in sale.seats)
        lack = self.tr("A seat of this sale does not exist. An organizer decides about it.")
        self.warning.setText(lack if lacking else "")
        self.warning.setVisible(lacking)
        lines = receipt(self._workspace, self.order, self._cash)
        image = picture(sheet(self.tr("Receipt"), lines), _DOTS_PER_MM * self.devicePixelRatioF())
        image.setDevicePixelRatio(self.devicePixelRatioF())
        self.paper.setPixmap(QPixmap.fromImage(image))
        self.paper.setAccessibleName(plain(lines))

    @property
    def text(self) -> str:
        """The receipt as text."""
        return self.paper.accessibleName()

    def _passes(self) -> list[Pass]:
        sale = None if self.order is None else self._workspace.get(DoorSale, self.order)
        seats = () if sale is None else sale.seats
        known = (self._workspace.get(Pass, one.ticket) for one in seats if not one.is_cancelled)
        return [one for one in known if one is not None]

    def _receipt(self, order: OrderId) -> Sheet:
        return sheet(self.tr("Receipt"), receipt(self._workspace, order, self._cash))

    def print_receipt(self) -> None:
        if self.order is not None:
            done = self.tr("The receipt is at the printer.")
            self._badges.print_sheets([self._receipt(self.order)], self, self._teller(done))

    def save_receipt(self) -> None:
        file = None if self.order is None else self._ask_file(self, "receipt.pdf")
        if file is not None and self.order is not None:
            try:
                save_pdf([self._receipt(self.order)], file)
            except (EnvironmentProblem, OSError) as problem:
                self._tell(words.problem(problem))
            else:
                self._tell(self.tr("Written to {0}.").format(file.name))

    def print_tickets(self) -> None:
        sheets = [self._badges.ticket(one) for one in self._passes()]
        if sheets:
            self._badges.print_sheets(sheets, self, self._teller(self.tr("The tickets are at the printer.")))

    def print_badges(self) -> None:
        """One badge a person, of the first of their seats; the others are marks on it."""
        first = {one.attendee: one for one in reversed(self._passes())}
        for one in reversed(first.values()):
            self._badges.print_badge(one, self, self._teller(self.tr("The badges are at the printer.")))

    def _teller(self, done: str) -> Then:
        """Says what became of a paper of this sale, whatever is shown when the printer has it."""
        order = self.order
        return lambda wrong: self._tell(wrong or done) if order == self.order else None

    def _tell(self, text: str) -> None:
        """The latest last, each once."""
        self._told = [*(one for one in self._told if one != text), text]
        self.told.setText("\n".join(self._told))
