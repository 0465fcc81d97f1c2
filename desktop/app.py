"""The composition root of the windows: profile, worker, screens.

Only what the first picture needs is imported before it shows; the network comes after.
"""

import logging
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QProcess, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QMessageBox

from desktop.crashes import Crashes
from desktop.profile import Profile, new_id, now
from desktop.secret import Passphrase, WrongPassphrase
from desktop.single import First, raise_first
from desktop.store.files import EnvironmentProblem
from desktop.sync import bundle, enrolment, lane
from desktop.sync.link import Denied
from desktop.sync.worker import Worker
from desktop.ui import language, words
from desktop.ui.appearance import Appearance
from desktop.ui.desk import AccessRequest, Connection, Delivery, Invitation, Line, Refused
from desktop.ui.main_window import MainWindow
from desktop.ui.words import sentence
from desktop.workspace import Workspace
from shared.conference.conference import CreateConference

log = logging.getLogger(__name__)

_SETTINGS_FILE: Final = "window.ini"
_WINDOW_FIRST_MS: Final = 50
_KEPT_APART: Final = timedelta(seconds=10)
"""How far the kept time of the last contact may lag behind: it is a write to the disk, which scans wait for too."""


def main(profile_folder: Path, server_url: str | None, passphrase: str | None = None) -> int:
    """Run until the window is closed; the exit code. The passphrase is asked for where it is needed and not given."""
    return run(QApplication(sys.argv[:1]), profile_folder, server_url, passphrase)


def run(app: QApplication, profile_folder: Path, server_url: str | None, passphrase: str | None) -> int:
    """The same in an application that was made already."""
    app.setApplicationName("Lanyard")
    app.setDesktopFileName("lanyard")
    settings = QSettings(str(profile_folder / _SETTINGS_FILE), QSettings.Format.IniFormat)
    language.use(language.chosen(settings))
    appearance = Appearance(app, settings)
    appearance.follow()
    if raise_first(profile_folder):
        return 0
    crashes = Crashes(profile_folder, app)
    crashes.catch_all()
    try:
        profile = _open(profile_folder, passphrase)
    except (EnvironmentProblem, OSError) as problem:
        QMessageBox.critical(None, "Lanyard", words.problem(problem))
        return 1
    try:
        if server_url:
            profile.use_server(server_url)
        windows = Windows(app, profile, settings, appearance, crashes)
        code = windows.run()
    except (EnvironmentProblem, OSError) as problem:
        QMessageBox.critical(None, "Lanyard", words.problem(problem))
        return 1
    finally:
        profile.close()
    if windows.is_restarting:
        QProcess.startDetached(sys.executable, sys.orig_argv[1:])
    return code


class Windows(QObject):
    """The window of a profile, and the one after it: in another language, or of a program that starts anew."""

    def __init__(
        self, app: QApplication, profile: Profile, settings: QSettings, appearance: Appearance, crashes: Crashes
    ) -> None:
        super().__init__()
        self._app, self._profile, self._settings, self._appearance = app, profile, settings, appearance
        self._worker = Worker(profile)
        self._desk = ProfileDesk(profile, self._worker)
        self._window: MainWindow | None = None
        self.is_restarting = False
        crashes.restart_asked.connect(self._restart)
        app.setQuitOnLastWindowClosed(False)  # the one that opens again in another language is closed before

    def run(self) -> int:
        """Until the window is closed; the exit code."""
        first = First(self._profile.folder, self)
        first.raised.connect(self._raise)
        try:
            self._open()
            QTimer.singleShot(_WINDOW_FIRST_MS, self, self._worker.start)
            return self._app.exec()
        finally:
            first.close()
            self._worker.close()

    def _open(self) -> None:
        window = self._window = MainWindow(
            self._desk, self._settings, self._profile.identity.server_url, self._appearance
        )
        window.closed.connect(self._app.quit)
        window.reopen_asked.connect(self._reopen)
        window.show()

    def _reopen(self) -> None:
        old = self._window
        language.use(language.chosen(self._settings))
        self._open()
        if old is not None:
            old.deleteLater()

    def _restart(self) -> None:
        if self._window is not None:
            self._window.leave(self._end_to_restart)

    def _end_to_restart(self) -> None:
        self.is_restarting = True
        self._app.quit()

    def _raise(self) -> None:
        window = self._window
        if window is not None:
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
            window.show()
            window.raise_()
            window.activateWindow()


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
            raise Refused(words.problem(problem), "server") from None
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

    def deliver(self, file: Path) -> Delivery:
        try:
            read = bundle.read(file.read_bytes())
            commands = bundle.deliver(read, self._worker.ask)
        except Denied as denied:
            raise Refused(sentence(denied.code, denied.values)) from None
        except (EnvironmentProblem, OSError) as problem:
            raise Refused(words.problem(problem)) from None
        self._worker.sync_now()
        is_own = all(one.device == self._profile.identity.device for one in read.batches)
        return Delivery(commands=commands, is_own=is_own, is_known=read.conference in self._workspaces)

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
                    log.exception("the time of the last contact with %s was not kept", conference)
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def _open(folder: Path, passphrase: str | None) -> Profile:
    """The profile; a passphrase that was typed wrong is asked for again until it is right or given up."""
    while True:
        try:
            return Profile.open(folder, passphrase=_asking(passphrase))
        except WrongPassphrase as wrong:
            if passphrase:
                raise
            QMessageBox.warning(None, "Lanyard", words.problem(wrong))


def _asking(given: str | None) -> Passphrase:
    """The passphrase that was given, or what the user types."""

    def ask(question: str) -> str | None:
        if given:
            return given
        text, is_given = QInputDialog.getText(None, "Lanyard", words.say(question), QLineEdit.EchoMode.Password)
        return text if is_given else None

    return ask
