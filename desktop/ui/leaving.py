"""Closing a window with something typed in it, or not sent: asked once each, and closed when it is settled."""

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.ui.unsaved_dialog import UnsavedDialog
from desktop.ui.unsent_dialog import UnsentDialog

Save = Callable[[], object]
"""Saves what is typed. What is refused stays unsaved."""
Unsaved = Mapping[str, Save | None]
"""How to save what is typed, by the name of where it is; None for what is finished or dropped, as an open sale."""


class Leaving(QObject):
    """`unsaved` gives what is typed and not saved.

    `unsent` counts the facts that are on this device only. Closing does not lose them: it is asked where the program
    ends.

    `closed` is called when the window closed for good, and not to do something else.
    """

    def __init__(
        self,
        window: QWidget,
        unsaved: Callable[[], Unsaved],
        unsent: Callable[[], int],
        closed: Callable[[], object],
    ) -> None:
        super().__init__(window)
        self._window: Final = window
        self._unsaved, self._unsent, self._closed = unsaved, unsent, closed
        self._is_settled = self._is_known = False
        self._then = closed
        self.dialog: UnsavedDialog | UnsentDialog | None = None

    def leave(self, then: Callable[[], object]) -> None:
        """Close, and then do something; not if the user keeps editing."""
        self._then = then
        self._window.close()

    def may_close(self) -> bool:
        """Whether nothing would be lost. If something would, the user is asked, and the window closes after that."""
        if self.dialog is not None:
            return False
        if not self._is_settled and (unsaved := self._unsaved()):
            typed = UnsavedDialog(list(unsaved), self._window, may_save=any(unsaved.values()))
            typed.saved.connect(self._save)
            typed.discarded.connect(self._close)
            self._ask(typed)
            return False
        if not self._is_known and self._then == self._closed and (unsent := self._unsent()):
            waiting = UnsentDialog(unsent, self._window)
            waiting.accepted.connect(self._close_with_unsent)
            self._ask(waiting)
            return False
        return True

    def _ask(self, dialog: UnsavedDialog | UnsentDialog) -> None:
        self.dialog = dialog
        dialog.rejected.connect(self._stay)
        dialog.finished.connect(self._forget)
        dialog.open()

    def done(self) -> None:
        """The window closed."""
        then, self._then = self._then, self._closed
        then()

    def _save(self) -> None:
        for save in self._unsaved().values():
            if save is not None:
                save()
        if not self._unsaved():
            self._close()
        else:
            self._stay()

    def _close(self) -> None:
        self._is_settled = True
        self._forget()  # another question may follow
        self._window.close()

    def _close_with_unsent(self) -> None:
        self._is_known = True
        self._forget()
        self._window.close()

    def _stay(self) -> None:
        self._then = self._closed
        self._is_settled = False

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
