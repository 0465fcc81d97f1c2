"""How a conference is doing: what needs attention first, then sales, money and admissions."""

from typing import Final

from PySide6.QtCore import QLocale, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.changes import Changes
from desktop.ui.dashboard.counting import Counting
from desktop.ui.dashboard.figures import Figures, entries_series, figures, sales_series
from desktop.ui.dashboard.plot import Key as PlotKey
from desktop.ui.dashboard.plot import Plot, Series
from desktop.ui.dashboard.seat_bar import SeatBar
from desktop.ui.parts.labels import Elided, button, card, clear, label
from desktop.ui.parts.page import Page
from desktop.ui.parts.shapes import Mark, Shape
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.checkin.verdict import Admission
from shared.kernel.decider import Key
from shared.registration.order_state import Order

_QUIET_MS: Final = 300
_NAME_WIDTH: Final = 200


class DashboardScreen(Page):
    """Counts from when it is first shown; redraws only while it is looked at. `asked` names a place to go to."""

    asked = Signal(str)

    def __init__(self, workspace: Workspace, changes: Changes) -> None:
        super().__init__("")
        self.name(self.tr("Dashboard"))
        self._workspace = workspace
        self.shown: Figures | None = None
        self._attention, self._numbers, self._types = QVBoxLayout(), QHBoxLayout(), QGridLayout()
        self._attention.setSpacing(Space.SMALL)
        self._numbers.setSpacing(Space.WIDE)
        self._types.setHorizontalSpacing(Space.WIDE)
        self._types.setVerticalSpacing(Space.SMALL)
        self._types.setColumnStretch(1, 1)
        self._types.setColumnMinimumWidth(0, _NAME_WIDTH)
        self._add_card(self.tr("Needs attention"), self._attention)
        self.body.addLayout(self._numbers)
        self._add_card(self.tr("Seats by type"), self._types)
        explained = self.tr("Seats in confirmed orders, by when they were ordered.")
        self.sales = PlotCard(self.tr("Sales over time"), explained)
        self.entries = PlotCard(self.tr("Admissions a minute"), self.tr("Entries on the last day, by area."))
        self.body.addWidget(self.sales)
        self.body.addWidget(self.entries)
        self.body.addStretch(1)
        self.counting = Counting(workspace, self)
        self.counting.counted.connect(self._soon)
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.setInterval(_QUIET_MS)
        self._stale.timeout.connect(self.refresh)
        changes.changed.connect(self._on_change)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.counting.start()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._stale.stop()

    def _on_change(self, keys: set[Key]) -> None:
        self.counting.changed(keys)
        self._soon()

    def _soon(self) -> None:
        if self.isVisible() and not self._stale.isActive():
            self._stale.start()

    def refresh(self) -> None:
        """Show the numbers as they are."""
        now = figures(self._workspace)
        if now != self.shown:
            self.shown = now
            self._show_attention(now)
            self._show_numbers(now)
            self._show_types(now)
        is_complete = self.counting.is_complete
        sales = sales_series(self._workspace, self.counting.by_bucket(Order))
        entries = entries_series(self._workspace, self.counting.by_bucket(Admission))
        seats, most = sum(sum(bar.values()) for bar in sales.bars), entries.highest
        self.sales.show_series(
            sales,
            self.tr("{0} sold.").format(words.plural(round(seats), "seat", "seats")),
            self.tr("Nothing was sold yet.") if is_complete else self.tr("Counting…"),
        )
        self.entries.show_series(
            entries,
            self.tr("At most {0} a minute.").format(QLocale().toString(float(most), "f", 1)),
            self.tr("Nobody was admitted yet.") if is_complete else self.tr("Counting…"),
        )

    def _add_card(self, heading: str, inside: QVBoxLayout | QGridLayout) -> None:
        frame, column = card(margin=Space.WIDE, spacing=Space.SMALL)
        frame.setAccessibleName(heading)
        column.addWidget(label(heading, "heading"))
        column.addLayout(inside)
        self.body.addWidget(frame)

    def _show_attention(self, now: Figures) -> None:
        clear(self._attention)
        found = [
            (now.tasks, self.tr("{0} about orders and money"), "attention"),
            (now.problems, self.tr("{0} refused or contradictory"), "problems"),
            (len(now.disagreements), self.tr("Payments and orders differ by {0}"), "money"),
        ]
        for number, text, place in found:
            if number:
                what = ", ".join(now.disagreements) if place == "money" else words.plural(number, "thing", "things")
                self._attention.addWidget(self._line(text.format(what), place))
        if not any(number for number, _, _ in found):
            self._attention.addWidget(_marked(Shape.CHECK, Tone.GOOD, self.tr("Nothing needs attention.")))

    def _line(self, text: str, place: str) -> QWidget:
        look = button(self.tr("Look"), lambda: self.asked.emit(place), name=self.tr("Look at: {0}").format(text))
        return _marked(Shape.WARNING, Tone.CAUTION, text, look)

    def _show_numbers(self, now: Figures) -> None:
        clear(self._numbers)
        sold, quota = (sum(getattr(one, name) for one in now.types) for name in ("sold", "quota"))
        shown = [(amount, self.tr("kept of what was paid")) for amount in now.revenue]
        shown.append((words.count(sold), self.tr("seats sold of {0}").format(words.count(quota))))
        at = self.tr("admitted at {0}").format(now.area) if now.area else self.tr("admitted")
        shown.append((words.count(now.admitted), at))
        shown.append((words.count(now.inside), self.tr("inside now")))
        for place, (figure, caption) in enumerate(shown):
            frame, column = card(spacing=0)
            frame.setAccessibleName(f"{figure} {caption}")
            column.addWidget(Elided(figure, "figure"))
            column.addWidget(Elided(caption, "small"))
            self._numbers.addWidget(frame, 3 if place < len(now.revenue) else 2)  # amounts are longer

    def _show_types(self, now: Figures) -> None:
        while (item := self._types.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if not now.types:
            self._types.addWidget(label(self.tr("There are no seat types yet."), "muted"), 0, 0, 1, 3)
        for row, one in enumerate(now.types):
            name = Elided(one.name)
            told = self.tr("{sold} sold · {held} held · {left} left of {quota}").format(
                sold=words.count(one.sold),
                held=words.count(one.held),
                left=words.count(one.left),
                quota=words.count(one.quota),
            )
            bar = SeatBar(one)
            bar.setAccessibleName(f"{one.name}: {told}")
            for column, widget in enumerate((name, bar, label(told, "small"))):
                self._types.addWidget(widget, row, column)


class PlotCard(QFrame):
    """A plot with its heading, its sentence, and the keys of its parts."""

    def __init__(self, heading: str, explained: str) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.setAccessibleName(heading)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.SMALL)
        column.addWidget(label(heading, "heading"))
        self._explained = explained
        self.told = label(explained, "muted", wraps=True)
        column.addWidget(self.told)
        self.plot = Plot(heading)
        column.addWidget(self.plot)
        self._keys = QHBoxLayout()
        self._keys.setSpacing(Space.SMALL)
        column.addLayout(self._keys)
        self._names: list[str] = []

    def show_series(self, series: Series, told: str, empty: str) -> None:
        """Draw it, or say why there is nothing to draw."""
        parts = {
            series.names[name]: sum(bar.get(name, 0) for bar in series.bars) for name in series.names if series.bars
        }
        self.plot.setVisible(bool(series.bars))
        self.told.setText(f"{self._explained} {told}" if series.bars else empty)
        self.plot.show_series(series, f"{self.told.text()} {', '.join(parts)}")
        if self._names == list(parts):
            return
        self._names = list(parts)
        clear(self._keys)
        for place, name in enumerate(self._names):
            self._keys.addWidget(PlotKey(place))
            self._keys.addWidget(label(name, "small"))
        self._keys.addWidget(QWidget(), 1)


def _marked(shape: Shape, tone: Tone, text: str, action: QWidget | None = None) -> QWidget:
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.SMALL)
    row.addWidget(Mark(shape, tone, 18))
    row.addWidget(label(text, wraps=True), 1)
    if action is not None:
        row.addWidget(action)
    return whole
