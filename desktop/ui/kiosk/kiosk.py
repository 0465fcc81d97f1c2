"""Kiosk mode: the door in full screen and nothing else. It outlasts a restart, and ends with the PIN alone.

Windows of other programs are the operating system's: its own assigned access keeps people off those.
"""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QWidget

from desktop.ui.kiosk.pin import Pin
from desktop.ui.kiosk.pin_dialog import ChoosePinDialog, LeaveDialog

_IS_ON: Final = "kiosk/is_on"


class Kiosk(QObject):
    """`changed` tells that it began or ended. `now` gives seconds since 1970."""

    changed = Signal()

    def __init__(self, window: QWidget, settings: QSettings, now: Callable[[], float]) -> None:
        super().__init__(window)
        self._window, self._settings, self._now = window, settings, now
        self.pin = Pin(settings)
        self.dialog: ChoosePinDialog | LeaveDialog | None = None

    @property
    def is_on(self) -> bool:
        return bool(self._settings.value(_IS_ON, False, bool))

    def ask_to_begin(self) -> None:
        """Have a PIN chosen, and begin."""
        dialog = ChoosePinDialog(self._window)
        dialog.chosen.connect(self.begin)
        self._open(dialog)

    def begin(self, pin: str) -> None:
        self.pin.choose(pin)
        self._turn(True)

    def ask_to_leave(self) -> None:
        """Ask for the PIN, once at a time."""
        if self.dialog is None:
            dialog = LeaveDialog(self.pin, self._now, self._window)
            dialog.accepted.connect(self._end)
            self._open(dialog)

    def _end(self) -> None:
        self.pin.forget()
        self._turn(False)

    def _turn(self, is_on: bool) -> None:
        self._settings.setValue(_IS_ON, is_on)
        self._settings.sync()
        self.changed.emit()

    def _open(self, dialog: ChoosePinDialog | LeaveDialog) -> None:
        self.dialog = dialog
        dialog.finished.connect(self._forget)
        dialog.open()

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
