"""Brings a workspace's changes to the UI thread. Screens learn what changed, not who did it."""

from PySide6.QtCore import QObject, Qt, Signal

from desktop.workspace import Workspace
from shared.kernel.decider import Key


class Changes(QObject):
    """Emits `changed` with the keys of rows, always on the thread that this object lives on."""

    changed = Signal(object)
    _heard = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._heard.connect(self._pass_on, Qt.ConnectionType.AutoConnection)
        workspace.listen(self._hear)

    def _hear(self, keys: set[Key]) -> None:
        # The worker may still be at it when the window is gone.
        try:
            self._heard.emit(keys)
        except RuntimeError:
            return

    def _pass_on(self, keys: set[Key]) -> None:
        self.changed.emit(keys)


def concerns(keys: set[Key], *views: str) -> bool:
    """Whether a change touches rows of these views; one without rows (a notice) concerns all."""
    return not keys or any(at.view in views for at in keys)
