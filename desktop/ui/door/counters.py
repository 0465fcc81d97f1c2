"""The numbers of an area: admitted of expected, inside, turned away, and let in a minute by this device.

Corrected visibly by a late sync.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from desktop.ui import words
from desktop.ui.door.doorkeeper import Scanned
from desktop.ui.parts.labels import label
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.checkin.areas import Area, Arrivals
from shared.checkin.views import Expected
from shared.kernel.ids import AreaId

RATE_OVER: Final = timedelta(minutes=5)


class Counters(QFrame):
    """Reads two rows and a few; cheap enough for every scan."""

    def __init__(self, workspace: Workspace, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._workspace, self._now = workspace, now
        self._entries: dict[str, tuple[AreaId, datetime]] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.ROOMY)
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

    def refresh(self, area_id: AreaId | None) -> None:
        area = None if area_id is None else self._workspace.get(Area, area_id)
        arrivals = None if area_id is None else self._workspace.get(Arrivals, area_id)
        types = () if area is None else area.seat_types
        expected = sum(0 if (one := self._workspace.get(Expected, each)) is None else one.tickets for each in types)
        admitted = 0 if arrivals is None else sum(arrivals.admitted.values())
        since = self._now() - RATE_OVER
        self._entries = {scan: one for scan, one in self._entries.items() if one[1] >= since}
        here = sum(area == area_id for area, _ in self._entries.values())
        rate = here / (RATE_OVER.total_seconds() / 60)
        self._say("admitted", self.tr("{0} of {1}").format(words.count(admitted), words.count(expected)))
        self._say("inside", words.count(0 if arrivals is None else arrivals.inside))
        self._say("rate", QLocale().toString(rate, "f", 1) if 0 < rate < 10 else words.count(round(rate)))
        self._say("turned_away", words.count(0 if arrivals is None else arrivals.turned_away))

    def text(self, name: str) -> str:
        return self._figures[name].text()

    def _say(self, name: str, text: str) -> None:
        self._figures[name].setText(text)
