"""All desks, for the organizer: what each took from one closing count to the next, and the seats that they lease."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.badges.printing import BadgeDesk
from desktop.ui.parts.form_dialog import ConfirmDialog, say
from desktop.ui.parts.labels import Chip, Elided, button, card, clear, label
from desktop.ui.parts.rows import line, scrolled, under_each_other
from desktop.ui.parts.shapes import Shape
from desktop.ui.parts.slip import sheet
from desktop.ui.sale.asking import ask_write_off
from desktop.ui.sale.receipt import count_slip
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.registration.allotments import Allotment, AllotmentState
from shared.registration.door_sale import DoorSale, Takings
from shared.registration.receipts import Method

Span = tuple[datetime, datetime]


class DesksPage(QWidget):
    """Adds up nothing itself: each till's sums are what the server recorded. `dialog` is what is being asked."""

    def __init__(self, workspace: Workspace, badges: BadgeDesk, currency: str) -> None:
        super().__init__()
        self._workspace, self._badges, self._currency = workspace, badges, currency
        self.dialog: ConfirmDialog | None = None
        self._tills, self._leases = QVBoxLayout(), QVBoxLayout()
        self.error = label("", "error", wraps=True)
        self.error.hide()
        column = QVBoxLayout()
        column.setSpacing(Space.USUAL)
        column.addWidget(self.error)
        for heading, rows in (
            (self.tr("Takings by desk"), self._tills),
            (self.tr("Seats leased by desks"), self._leases),
        ):
            frame, inside = card()
            inside.addWidget(label(heading, "heading"))
            inside.addLayout(rows)
            column.addWidget(frame)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(column, self.tr("All desks")))

    def refresh(self) -> None:
        clear(self._tills)
        spans = _spans(self._workspace.rows(DoorSale).values())
        tills = self._workspace.rows(Takings)
        for id in [*sorted(spans, key=lambda one: spans[one][1], reverse=True), *(tills.keys() - spans.keys())]:
            if id in tills:
                self._tills.addWidget(self._till_row(tills[id], spans.get(id)))
        if not tills:
            self._tills.addWidget(label(self.tr("No desk has sold anything yet."), "muted"))
        clear(self._leases)
        leases = {id: one for id, one in self._workspace.rows(Allotment).items() if one.state is AllotmentState.LEASED}
        for id, one in leases.items():
            self._leases.addWidget(self._lease_row(id, one))
        if not leases:
            self._leases.addWidget(label(self.tr("No seats are leased."), "muted"))

    def _till_row(self, takings: Takings, span: Span | None) -> QWidget:
        upper, row = line()
        row.addWidget(Elided(words.device(self._workspace, takings.desk), "strong"), 1)
        for method in (Method.CASH, Method.TERMINAL):
            amount = words.money(takings.net(method, self._currency), self._currency)
            row.addWidget(label(f"{words.method(method)} {amount}"))
        lower, row = line()
        row.addWidget(Elided(self._told(takings, span), "muted"), 1)
        self._add_count(takings, row)
        return under_each_other(upper, lower)

    def _told(self, takings: Takings, span: Span | None) -> str:
        sales = words.plural(takings.sales, "sale", "sales")
        parts = [] if span is None else [f"{words.short_moment(span[0])} – {words.short_moment(span[1])}"]
        parts.append(sales)
        if takings.voids:
            parts.append(self.tr("{0} voided").format(words.count(takings.voids)))
        return " · ".join(parts)

    def _add_count(self, takings: Takings, row: QHBoxLayout) -> None:
        if not takings.counts:
            row.addWidget(Chip(Shape.CLOCK, self.tr("not counted yet"), Tone.NEUTRAL))
            return
        count = takings.counts[-1]
        difference = words.signed_money(count.difference, count.currency)
        shape, tone = (Shape.WARNING, Tone.CAUTION) if count.difference else (Shape.CHECK, Tone.GOOD)
        row.addWidget(Chip(shape, self.tr("counted, difference {0}").format(difference), tone))
        desk = words.device(self._workspace, takings.desk)
        print_it = partial(self._print, takings)
        row.addWidget(button(self.tr("Print"), print_it, "quiet", name=self.tr("Print the count of {0}").format(desk)))

    def _lease_row(self, id: str, allotment: Allotment) -> QWidget:
        made, row = line()
        name = words.seat_type(self._workspace, allotment.seat_type)
        desk = words.device(self._workspace, allotment.desk)
        row.addWidget(Elided(f"{desk} · {name}", "strong"), 1)
        left = self.tr("{0} left of {1}").format(words.count(allotment.left), words.count(allotment.leased))
        row.addWidget(label(left))
        ask, says = partial(self.ask_write_off, id, allotment), self.tr("Write off {0}, leased by {1}")
        row.addWidget(button(self.tr("Write off…"), ask, "quiet", name=says.format(name, desk)))
        return made

    def ask_write_off(self, id: str, allotment: Allotment) -> None:
        """Ask whether a desk's lease is over, though the desk does not say so."""
        self.dialog = ask_write_off(self._workspace, id, allotment, self.window())
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.finished.connect(lambda _: self.refresh())
        self.dialog.open()

    def _print(self, takings: Takings) -> None:
        lines = count_slip(self._workspace, takings, takings.counts[-1])
        paper = sheet(self.tr("Closing count"), lines)
        self._badges.print_sheets([paper], self, lambda wrong: say(self.error, wrong))


def _spans(sales: Iterable[DoorSale]) -> dict[str, Span]:
    """From the first to the last sale of each till."""
    spans: dict[str, Span] = {}
    for one in sales:
        first, last = spans.get(one.till, (one.sold_at, one.sold_at))
        spans[one.till] = min(first, one.sold_at), max(last, one.sold_at)
    return spans
