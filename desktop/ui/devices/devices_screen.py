"""The devices of a conference: what each of them is, and who may still act."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.changes import Changes, concerns
from desktop.ui.devices.device_card import DeviceCard
from desktop.ui.devices.listing import Listed, listing
from desktop.ui.parts.labels import clear, empty_state, label
from desktop.ui.parts.page import Page
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.access.access import Device, HeldFactTask
from shared.kernel.decider import Key
from shared.kernel.messages import wire_of

_QUIET_MS = 150


class DevicesScreen(Page):
    """For organizers; door staff see who there is, and can change nothing."""

    def __init__(self, workspace: Workspace, changes: Changes) -> None:
        super().__init__("")
        self.name(self.tr("Devices"))
        self._workspace = workspace
        self._shown: list[Listed] | None = None
        explained = self.tr(
            "Every device has a role. Further ones join with the owner’s e-mail address and the access code of the"
            " conference."
        )
        self.body.addWidget(label(explained, "muted", wraps=True))
        holder = QWidget()
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.SMALL)
        self.body.addWidget(holder)
        nothing = self.tr("This device is listed once the server has answered for the first time.")
        self._empty = empty_state(Shape.DEVICE, self.tr("No devices yet"), nothing)
        self.body.addWidget(self._empty, 1)
        self.body.addStretch(1)
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.setInterval(_QUIET_MS)
        self._stale.timeout.connect(self.refresh)
        changes.changed.connect(self._on_change)
        self.refresh()

    @property
    def cards(self) -> list[DeviceCard]:
        """The devices as they stand on the page."""
        items = (self._column.itemAt(place) for place in range(self._column.count()))
        return [one for item in items if item is not None and isinstance(one := item.widget(), DeviceCard)]

    def _on_change(self, keys: set[Key]) -> None:
        if concerns(keys, wire_of(Device).name, wire_of(HeldFactTask).name) and not self._stale.isActive():
            self._stale.start()

    def refresh(self) -> None:
        found = listing(self._workspace)
        if found == self._shown:
            return
        self._shown = found
        active = sum(not one.device.is_revoked for one in found)
        self.name(self.tr("Devices"), words.plural(active, "device", "devices") if found else "")
        clear(self._column)
        for one in found:
            self._column.addWidget(DeviceCard(self._workspace, one))
        self._empty.setVisible(not found)
