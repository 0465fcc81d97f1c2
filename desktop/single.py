"""One window a profile: a second start raises the first one's. The folder's lock decides; this only tells the first."""

import hashlib
import os
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS: Final = 1000


def raise_first(folder: Path) -> bool:
    """Ask the program that has this profile open to come to the front; whether there is one that listens."""
    socket = QLocalSocket()
    socket.connectToServer(_name(folder))
    if not socket.waitForConnected(_WAIT_MS):
        return False
    socket.disconnectFromServer()
    return True


class First(QObject):
    """Listens for later starts, as long as it lives; make it while the profile is open. Says `raised` for each."""

    raised = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(_name(folder))  # left by one that was killed: the lock says that it is gone
        self._server.newConnection.connect(self._answer)
        self._server.listen(_name(folder))

    def close(self) -> None:
        self._server.close()

    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.disconnectFromServer()
            self.raised.emit()


def _name(folder: Path) -> str:
    return "lanyard-" + hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:24]
