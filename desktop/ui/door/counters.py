"""The numbers of an area: admitted of expected, inside, turned away, let in a minute by this device; by type and gate.

What a sync changes in them is said below them, so that nobody wonders.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from desktop.ui import words
from desktop.ui.door.doorkeeper import Scanned
from desktop.ui.parts.labels import Elided, label
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.checkin.areas import Area, Arrivals
from shared.checkin.views import Expected
from shared.kernel.ids import AreaId, SeatTypeId

RATE_OVER: Final = timedelta(minutes=5)


class Counters(QFrame):
    """Reads two rows and a few; cheap enough for every scan."""

    def __init__(self, workspace: Workspace, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._workspace, self._now = workspace, now
        self._entries: dict[str, tuple[AreaId, datetime]] = {}
        self._shown: tuple[AreaId | None, int, int] | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(Space.TIGHT)
        row = QHBoxLayout()
        row.setSpacing(Space.ROOMY)
        whole.addLayout(row)
        self.parts, self.news = Elided("", "small"), Elided("", "small")
        for one in (self.parts, self.news):
            one.hide()
            whole.addWidget(one)
        self._figures: dict[str, QLabel] = {}
        for name, text in (
            ("admitted", self.tr("admitted")),
            ("inside", self.tr("inside")),
            ("rate", self.tr("a minute, here")),
            ("turned_away", self.tr("turned away")),
        ):
            column = QVBoxLayout()
            column.setSpacing(0)
            figure = self._figures[name] = label("0", "figure")
            column.addWidget(figure)
            column.addWidget(label(text, "small"))
            row.addLayout(column)

    def count_entries(self, entries: Iterable[Scanned]) -> None:
        """These were let in by this device."""
        self._entries |= {one.scan: (one.seen.area, one.seen.scanned_at) for one in entries}

    def forget_entry(self, scan: str) -> None:
        """It was undone."""
        self._entries.pop(scan, None)

    def refresh(self, area_id: AreaId | None, *, is_own: bool = True) -> None:
        """Show them as they stand; a change that is not this device's own is told."""
        area = None if area_id is None else self._workspace.get(Area, area_id)
        arrivals = None if area_id is None else self._workspace.get(Arrivals, area_id)
        types = () if area is None else area.seat_types
        expected = sum(self._expected(one) for one in types)
        admitted = 0 if arrivals is None else sum(arrivals.admitted.values())
        since = self._now() - RATE_OVER
        self._entries = {scan: one for scan, one in self._entries.items() if one[1] >= since}
        here = sum(area == area_id for area, _ in self._entries.values())
        rate = here / (RATE_OVER.total_seconds() / 60)
        self._say("admitted", self.tr("{0} of {1}").format(words.count(admitted), words.count(expected)))
        inside = 0 if arrivals is None else arrivals.inside
        self._say("inside", words.count(inside))
        self._say("rate", QLocale().toString(rate, "f", 1) if 0 < rate < 10 else words.count(round(rate)))
        self._say("turned_away", words.count(0 if arrivals is None else arrivals.turned_away))
        self._show(self.parts, " · ".join([*self._by_type(types, arrivals), *self._by_gate(arrivals)]))
        if not is_own:
            self._tell_news(area_id, admitted, inside)
        elif self._shown is None or self._shown[0] != area_id:
            self._show(self.news, "")
        self._shown = (area_id, admitted, inside)

    def _expected(self, seat_type: SeatTypeId) -> int:
        known = self._workspace.get(Expected, seat_type)
        return 0 if known is None else known.tickets

    def _by_type(self, types: Sequence[SeatTypeId], arrivals: Arrivals | None) -> list[str]:
        if arrivals is None or len(types) < 2:
            return []  # what stands above is of the only one
        return [
            self.tr("{name}: {admitted} of {expected}").format(
                name=words.seat_type(self._workspace, one),
                admitted=words.count(arrivals.admitted.get(one, 0)),
                expected=words.count(self._expected(one)),
            )
            for one in types
        ]

    def _by_gate(self, arrivals: Arrivals | None) -> list[str]:
        entries = {} if arrivals is None else arrivals.entries
        if len(entries) < 2:
            return []
        gates = ", ".join(f"{gate} {words.count(number)}" for gate, number in sorted(entries.items()))
        return [self.tr("Entries: {gates}").format(gates=gates)]

    def _tell_news(self, area_id: AreaId | None, admitted: int, inside: int) -> None:
        """Say by how much the numbers were corrected."""
        if self._shown is None or self._shown[0] != area_id or self._shown[1:] == (admitted, inside):
            return
        more, more_inside = admitted - self._shown[1], inside - self._shown[2]
        text = self.tr("{when}: other gates or a late sync: {admitted} admitted, {inside} inside").format(
            when=words.clock(self._now()), admitted=_signed(more), inside=_signed(more_inside)
        )
        self._show(self.news, text)

    def _show(self, line: Elided, text: str) -> None:
        line.setText(text)
        line.setAccessibleName(text)
        line.setVisible(bool(text))

    def text(self, name: str) -> str:
        return self._figures[name].text()

    def _say(self, name: str, text: str) -> None:
        self._figures[name].setText(text)


def _signed(number: int) -> str:
    return f"+{words.count(number)}" if number > 0 else words.count(number).replace("-", "−")
