"""Closing a window with something typed in it: asked once, and closed when it is settled."""

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.ui.unsaved_dialog import UnsavedDialog

Save = Callable[[], object]
"""Saves what is typed. What is refused stays unsaved."""


class Leaving(QObject):
    """`unsaved` gives what is typed and not saved: how to save it, by the name of where it is.

    `closed` is called when the window closed for good, and not to do something else.
    """

    def __init__(
        self, window: QWidget, unsaved: Callable[[], Mapping[str, Save]], closed: Callable[[], object]
    ) -> None:
        super().__init__(window)
        self._window: Final = window
        self._unsaved, self._closed = unsaved, closed
        self._is_settled = False
        self._then = closed
        self.dialog: UnsavedDialog | None = None

    def leave(self, then: Callable[[], object]) -> None:
        """Close, and then do something; not if the user keeps editing."""
        self._then = then
        self._window.close()

    def may_close(self) -> bool:
        """Whether nothing would be lost. If something would, the user is asked, and the window closes after that."""
        unsaved = self._unsaved()
        if self._is_settled or not unsaved:
            return True
        if self.dialog is None:
            self.dialog = UnsavedDialog(list(unsaved), self._window)
            self.dialog.saved.connect(self._save)
            self.dialog.discarded.connect(self._close)
            self.dialog.rejected.connect(self._stay)
            self.dialog.finished.connect(self._forget)
            self.dialog.open()
        return False

    def done(self) -> None:
        """The window closed."""
        then, self._then = self._then, self._closed
        then()

    def _save(self) -> None:
        for save in self._unsaved().values():
            save()
        if not self._unsaved():
            self._close()
        else:
            self._stay()

    def _close(self) -> None:
        self._is_settled = True
        self._window.close()

    def _stay(self) -> None:
        self._then = self._closed

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
