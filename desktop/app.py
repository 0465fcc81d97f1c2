"""The composition root of the windows: profile, worker, screens.

Only what the first picture needs is imported before it shows; the network comes after.
"""

import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final

import structlog
from PySide6.QtCore import QCoreApplication, QObject, QSettings, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QMessageBox

from desktop.profile import Profile, new_id, now
from desktop.secret import Passphrase
from desktop.store.files import EnvironmentProblem
from desktop.sync import bundle, enrolment, lane
from desktop.sync.link import Denied
from desktop.sync.worker import Worker
from desktop.ui.desk import AccessRequest, Connection, Invitation, Line, Refused
from desktop.ui.main_window import MainWindow
from desktop.ui.theme import Theme
from desktop.workspace import Workspace
from shared.conference.conference import CreateConference
from shared.sentences import sentence

log = structlog.get_logger()

_SETTINGS_FILE: Final = "window.ini"
_WINDOW_FIRST_MS: Final = 50
_KEPT_APART: Final = timedelta(seconds=10)
"""How far the kept time of the last contact may lag behind: it is a write to the disk, which scans wait for too."""


def main(profile_folder: Path, server_url: str | None, passphrase: str | None = None) -> int:
    """Run until the window is closed; the exit code. The passphrase is asked for where it is needed and not given."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Lanyard")
    app.setDesktopFileName("lanyard")
    Theme.follow_system(app)
    crashes = Crashes(app)
    sys.excepthook = crashes.hook
    threading.excepthook = lambda said: crashes.hook(said.exc_type, said.exc_value, said.exc_traceback)
    try:
        profile = Profile.open(profile_folder, passphrase=_asking(passphrase))
    except EnvironmentProblem as problem:
        QMessageBox.critical(None, "Lanyard", str(problem))
        return 1
    try:
        if server_url:
            profile.use_server(server_url)
        return _run(app, profile)
    except EnvironmentProblem as problem:
        QMessageBox.critical(None, "Lanyard", str(problem))
        return 1
    finally:
        profile.close()


def _run(app: QApplication, profile: Profile) -> int:
    worker = Worker(profile)
    try:
        settings = QSettings(str(profile.folder / _SETTINGS_FILE), QSettings.Format.IniFormat)
        window = MainWindow(ProfileDesk(profile, worker), settings, profile.identity.server_url)
        window.show()
        QTimer.singleShot(_WINDOW_FIRST_MS, window, worker.start)
        return app.exec()
    finally:
        worker.close()


class ProfileDesk:
    """The profile and its worker, as the screens see them."""

    def __init__(self, profile: Profile, worker: Worker) -> None:
        self._profile, self._worker = profile, worker
        self._listeners: list[Callable[[], None]] = []
        self._workspaces = {one.conference: worker.open(one.conference) for one in profile.memberships()}
        self._heard_at = {conference: one.heard_at for conference, one in self._workspaces.items()}
        worker.listen(self._hear)

    @property
    def label(self) -> str:
        return self._profile.identity.label

    @property
    def may_create(self) -> bool:
        return self._profile.identity.may_create

    def workspaces(self) -> Mapping[str, Workspace]:
        return dict(self._workspaces)

    def create(self, command: CreateConference) -> Workspace:
        conference = self._profile.create_conference_id()
        workspace = self._profile.workspace(conference)
        workspace.issue(command)
        self._workspaces[conference] = self._worker.open(conference)
        self._tell()
        return workspace

    def enrol(self, request: Invitation | AccessRequest) -> Workspace | None:
        try:
            self._profile.use_server(request.server)
            if isinstance(request, Invitation):
                enrolment.enrol(self._profile, self._worker.ask, code=request.code)
                return None
            membership = enrolment.join(
                self._profile,
                self._worker.ask,
                conference=request.conference,
                owner_email=request.owner_email,
                access_code=request.access_code,
                role=request.role,
            )
        except Denied as denied:
            raise Refused(sentence(denied.code, denied.values), str(denied.values.get("field", ""))) from None
        except EnvironmentProblem as problem:
            raise Refused(str(problem), "server") from None
        workspace = self._workspaces[membership.conference] = self._worker.open(membership.conference)
        self._worker.sync_now()
        self._tell()
        return workspace

    def connection(self, conference: str) -> Connection:
        known, identity = self._worker.connection(conference), self._profile.identity
        return Connection(
            line=Line(known.line.value) if identity.token else Line.NOT_ENROLLED,
            server=identity.server_url,
            heard_at=known.heard_at or self._heard_at.get(conference),
            is_equal=known.is_equal,
            detail=known.detail,
        )

    def sync_now(self) -> None:
        self._worker.sync_now()

    def export_queue(self, conference: str, file: Path) -> int:
        exported = bundle.export(self._workspaces[conference], self._profile.sign)
        file.write_bytes(bundle.write(exported))
        return exported.commands

    def listen(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def now(self) -> datetime:
        return now()

    def new_id(self) -> str:
        return new_id()

    def _hear(self, conference: str, known: lane.Connection) -> None:
        """Keep when the server was last heard, so that the data's age is known after the next start."""
        workspace, at = self._workspaces.get(conference), known.heard_at
        if workspace is not None and at is not None:
            kept = self._heard_at.get(conference)
            has_ended = known.line is not lane.Line.SERVER and at != kept
            if kept is None or at - kept >= _KEPT_APART or has_ended:
                self._heard_at[conference] = at
                try:
                    workspace.keep_heard_at(at)
                except Exception:
                    log.exception("the time of the last contact was not kept", conference=conference)
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


class Crashes(QObject):
    """Says, after an error of ours, what is safe. One dialog at a time, on the UI thread, whichever thread failed."""

    _happened = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._dialog: QMessageBox | None = None
        self._happened.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def hook(self, kind: type[BaseException], error: BaseException | None, at: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        told = "".join(traceback.format_exception(kind, error, at))
        sys.stderr.write(told)
        self._happened.emit(told)

    def _show(self, told: str) -> None:
        if self._dialog is not None:
            return
        dialog = self._dialog = QMessageBox()
        dialog.setIcon(QMessageBox.Icon.Warning)
        dialog.setWindowTitle("Lanyard")
        dialog.setText(self.tr("Something went wrong in Lanyard."))
        dialog.setInformativeText(
            self.tr(
                "Everything that was shown as done is in the local log and safe. What you were just doing may not have"
                " been saved: look at it before you do it again. You can go on working."
            )
        )
        dialog.setDetailedText(told)
        dialog.finished.connect(self._forget)
        dialog.open()

    def _forget(self) -> None:
        self._dialog = None


def _asking(given: str | None) -> Passphrase:
    """The passphrase that was given, or what the user types."""

    def ask(question: str) -> str | None:
        if given:
            return given
        text, is_given = QInputDialog.getText(None, "Lanyard", question, QLineEdit.EchoMode.Password)
        return text if is_given else None

    return ask
