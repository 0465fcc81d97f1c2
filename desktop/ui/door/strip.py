"""The last scans of this device, with a filter for problems. Late news about one shows here too."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.door.doorkeeper import Scanned
from desktop.ui.door.findings import Look, finding_name, look
from desktop.ui.parts.labels import label
from desktop.ui.parts.shapes import Shape, icon
from desktop.ui.parts.two_lines import TwoLines
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.checkin.verdict import Pass
from shared.checkin.views import Incident

MOST: Final = 20


class Strip(QWidget):
    """Emits `chosen` with the scan whose card should show."""

    chosen = Signal(object)

    def __init__(self, workspace: Workspace, is_undone: Callable[[str], bool]) -> None:
        super().__init__()
        self._workspace, self._is_undone = workspace, is_undone
        self._scans: list[Scanned] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.SMALL)
        row = QHBoxLayout()
        row.addWidget(label(self.tr("Last scans"), "heading"))
        row.addStretch(1)
        self.only_problems = QCheckBox(self.tr("&Problems only"))
        self.only_problems.setAccessibleName(self.tr("Show problems only"))
        self.only_problems.toggled.connect(lambda _: self.refresh())
        row.addWidget(self.only_problems)
        column.addLayout(row)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Last scans"))
        self.list.setItemDelegate(TwoLines(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemActivated.connect(self._choose)
        self.list.itemClicked.connect(self._choose)
        column.addWidget(self.list, 1)

    def show_scans(self, scans: list[Scanned]) -> None:
        self._scans = scans[:MOST]
        self.refresh()

    def add(self, scanned: Scanned) -> None:
        """Put a new scan on top; the others stay as they were shown."""
        self._scans = [scanned, *self._scans[: MOST - 1]]
        self._put(0, scanned)
        last = self.list.count() - 1
        if last >= 0 and self.list.item(last).data(Qt.ItemDataRole.UserRole) not in self._scans:
            self.list.takeItem(last)

    @property
    def scans(self) -> list[Scanned]:
        return list(self._scans)

    def refresh(self) -> None:
        """Show the scans anew, with what the server has said since."""
        self.list.clear()
        for scanned in self._scans:
            self._put(self.list.count(), scanned)

    def _put(self, place: int, scanned: Scanned) -> None:
        """Show a scan at this place, unless problems alone are shown and it is none."""
        shown, late = look(scanned.finding, scanned.action), self._late(scanned)
        if self.only_problems.isChecked() and shown.tone is Tone.GOOD and not late:
            return
        is_waiting = not self._workspace.is_settled(scanned.command_id)
        self.list.insertItem(place, self._item(scanned, shown, late, is_waiting=is_waiting))

    def _item(self, scanned: Scanned, shown: Look, late: str, *, is_waiting: bool) -> QListWidgetItem:
        row = None if scanned.ticket is None else self._workspace.get(Pass, scanned.ticket)
        name = self.tr("Unknown ticket") if row is None else words.bearer(row, scanned.version)
        parts = [words.clock(scanned.seen.scanned_at), late or shown.word]
        if self._is_undone(scanned.scan):
            parts.append(self.tr("undone"))
        if is_waiting:
            parts.append(self.tr("waiting"))
        item = QListWidgetItem(f"{name}\n{' · '.join(parts)}")
        item.setIcon(icon(Shape.WARNING, Tone.CAUTION, 22) if late else icon(shown.shape, shown.tone, 22))
        item.setData(Qt.ItemDataRole.UserRole, scanned)
        item.setToolTip(item.text())
        return item

    def _late(self, scanned: Scanned) -> str:
        """What became known after the verdict, empty where nothing did."""
        for kind in ("double", "contradiction"):
            incident = self._workspace.get(Incident, f"{kind}:{scanned.scan}")
            if incident is not None and not incident.is_withdrawn and incident.finding is not scanned.finding:
                return self.tr("Later found: {0}").format(words.inside(finding_name(incident.finding)))
        return ""

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))
