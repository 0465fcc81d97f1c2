"""The window: navigation, the screen in use, the status bar. It remembers its place."""

from collections.abc import Callable

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from desktop.ui.appearance import Appearance
from desktop.ui.connection_details import ConnectionDetails
from desktop.ui.desk import Connection, Desk, Line
from desktop.ui.door.camera_panel import Source, system_camera
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.door.scanner import Hears, Scanner
from desktop.ui.door.sounds import Sounds
from desktop.ui.enrol.enrol_screen import EnrolScreen
from desktop.ui.home.create_dialog import CreateDialog
from desktop.ui.home.home_screen import HomeScreen
from desktop.ui.keys import keymap
from desktop.ui.keys.cheat_sheet import CheatSheet
from desktop.ui.kiosk.kiosk import Kiosk
from desktop.ui.leaving import Leaving, Save, Unsaved
from desktop.ui.navigation import Navigation
from desktop.ui.orders.listed import listed
from desktop.ui.parts.shapes import Shape
from desktop.ui.preferences.preferences_dialog import PreferencesDialog
from desktop.ui.problems import inbox
from desktop.ui.screens import Screens
from desktop.ui.status_bar import StatusBar
from desktop.workspace import Workspace
from shared.conference.conference import Conference
from shared.kernel.decider import Role
from shared.kernel.messages import is_fact, wire_of

_QUIET_MS = 200
_WIDTH, _HEIGHT = 1280, 800
_OFFICE = ("orders", "attention", "money", "discounts", "waitlist", "dashboard", "devices")
"""Places for organizers: door staff have no rows to show there."""


class MainWindow(QMainWindow):
    """`sounded` carries the tone of each verdict at the door; `reopen_asked` asks for a window in another language."""

    sounded = Signal(str)
    closed = Signal()
    reopen_asked = Signal()
    _desk_changed = Signal()

    def __init__(
        self,
        desk: Desk,
        settings: QSettings,
        server: str = "",
        appearance: Appearance | None = None,
        camera: Source = system_camera,
    ) -> None:
        super().__init__()
        self.setWindowTitle("Lanyard[*]")
        self.setMinimumSize(1024, 640)
        self._desk, self._settings, self._server, self._camera = desk, settings, server, camera
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.scanner = Scanner(application, self, self._hears)
        self.scanner.scanned.connect(self._on_scanned)
        self._appearance = appearance or Appearance(application, settings)
        self._leaving = Leaving(self, self._unsaved, self._unsent, self.closed.emit)
        self.kiosk = Kiosk(self, settings, lambda: desk.now().timestamp())
        self.kiosk.changed.connect(self._stand)
        self.place = "home"
        self.screens: Screens | None = None
        self._by_conference: dict[str, Screens] = {}
        self.navigation = Navigation(
            {
                "home": (Shape.HOME, self.tr("Home")),
                "dashboard": (Shape.CHART, self.tr("Dashboard")),
                "conference": (Shape.CONFERENCE, self.tr("Conference")),
                "orders": (Shape.RECEIPT, self.tr("Orders")),
                "attention": (Shape.FLAG, self.tr("Attention")),
                "money": (Shape.COINS, self.tr("Money")),
                "discounts": (Shape.PERCENT, self.tr("Discounts")),
                "waitlist": (Shape.QUEUE, self.tr("Wait list")),
                "attendees": (Shape.PEOPLE, self.tr("Attendees")),
                "door": (Shape.DOOR, self.tr("Door")),
                "sale": (Shape.TILL, self.tr("On-site sale")),
                "badges": (Shape.BADGE, self.tr("Badges")),
                "problems": (Shape.INBOX, self.tr("Problems")),
                "activity": (Shape.LIST, self.tr("Activity")),
                "devices": (Shape.DEVICE, self.tr("Devices")),
            }
        )
        self.navigation.gone.connect(self.go)
        self.stack = QStackedWidget()
        self.home = HomeScreen(desk)
        self.home.chosen.connect(self.open_conference)
        self.home.create_asked.connect(self._create)
        self.home.copy_asked.connect(self._create)
        self.home.join_asked.connect(self.enrol)
        self.stack.addWidget(self.home)
        self.enrolment: EnrolScreen | None = None
        self.status = StatusBar(desk.now)
        self.status.details_asked.connect(self.show_connection)
        self.status.keys_asked.connect(self.show_keys)
        self.status.settings_asked.connect(self.show_settings)
        self._arrange()
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.setInterval(_QUIET_MS)
        self._stale.timeout.connect(self._refresh)
        self._desk_changed.connect(self._refresh, Qt.ConnectionType.QueuedConnection)
        desk.listen(self._on_desk)
        self.sounds = Sounds(self)
        self.sounded.connect(self.sounds.play)
        self._restore()
        self._start()
        if self.is_at_kiosk:
            self._stand()

    def _arrange(self) -> None:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.navigation)
        row.addWidget(self.stack, 1)
        column.addLayout(row, 1)
        column.addWidget(self.status)
        self.setCentralWidget(whole)

    def _start(self) -> None:
        """Go to where the user was; a device without conferences is asked to enrol."""
        workspaces = self._desk.workspaces()
        last = str(self._settings.value("window/conference", "") or "")
        place = str(self._settings.value("window/place", "") or "home")
        self.navigation.name_conference("")
        self._refresh()
        self.go("home")
        if last in workspaces:
            self.open_conference(last, place)
        elif not workspaces and not self._desk.may_create:
            self.enrol()

    # Going about

    def open_conference(self, conference: str, place: str = "conference") -> None:
        """Work on this conference from now on."""
        workspace = self._desk.workspaces()[conference]
        if conference not in self._by_conference:
            screens = Screens(workspace, self._desk, self._settings, self, self._camera)
            screens.gone.connect(self.go)
            screens.unsaved.connect(self._mark_unsaved)
            screens.sounded.connect(self.sounded)
            screens.changes.changed.connect(lambda _: self._soon())
            self._by_conference[conference] = screens
        self.screens = self._by_conference[conference]
        self._mark_unsaved()
        self._settings.setValue("window/conference", conference)
        self._refresh()
        self.go(place if self.navigation.has(place) else "conference")

    def go(self, place: str) -> None:
        """Show a place. At a kiosk there is none but the door."""
        if self.is_at_kiosk and place != "door":
            return
        screen: QWidget = self.home if place == "home" or self.screens is None else self.screens.screen(place)
        if self.stack.indexOf(screen) < 0:
            self.stack.addWidget(screen)
        self.place = "home" if screen is self.home else place
        self.stack.setCurrentWidget(screen)
        self.navigation.setVisible(not self.is_at_kiosk)
        self.navigation.show_place(self.place)
        self._settings.setValue("window/place", self.place)
        if screen is self.home:
            self.home.refresh()
        if isinstance(screen, DoorScreen):
            screen.focus_first()
            QTimer.singleShot(_QUIET_MS, self.sounds, self.sounds.prepare)

    def _hears(self) -> Hears:
        """Scans are for the door of the conference that is worked on, and for no other's."""
        door = None if self.screens is None else self.screens.door
        return Hears.NOTHING if door is None else door.hears

    def _on_scanned(self, text: str) -> None:
        """Bring the door up, from behind whatever menu is open over it, and scan."""
        while (popup := QApplication.activePopupWidget()) is not None and popup.close():
            pass
        self.go("door")
        if self.screens is not None and self.screens.door is not None:
            self.screens.door.scan(text)

    def enrol(self) -> None:
        """Ask for what enrolment needs."""
        self.enrolment = EnrolScreen(self._desk, self._server)
        self.enrolment.enrolled.connect(self._on_enrolled)
        self.enrolment.left.connect(lambda: self._leave_enrolment("home"))
        self.stack.addWidget(self.enrolment)
        self.stack.setCurrentWidget(self.enrolment)
        self.navigation.setVisible(False)
        self.enrolment.server.control.setFocus()

    def _on_enrolled(self, workspace: Workspace | None) -> None:
        self._leave_enrolment("home")
        if workspace is not None:
            self.open_conference(workspace.conference)

    def _leave_enrolment(self, place: str) -> None:
        left, self.enrolment = self.enrolment, None
        self.go(place)
        if left is not None:
            self.stack.removeWidget(left)
            left.deleteLater()

    def _create(self, model: str = "") -> None:
        dialog = CreateDialog(self._desk, self, self._desk.workspaces().get(model))
        dialog.created.connect(lambda workspace: self.open_conference(workspace.conference))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_connection(self) -> None:
        """The details of the connection; at a kiosk they are for whoever knows the PIN."""
        if self.is_at_kiosk:
            self.kiosk.ask_to_leave()
            return
        if self.screens is None:
            self.enrol()
            return
        dialog = ConnectionDetails(self._desk, self.screens.workspace, self)
        dialog.enrol_asked.connect(self.enrol)
        self._desk_changed.connect(dialog.refresh)
        self.screens.changes.changed.connect(dialog.refresh)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_keys(self) -> None:
        """The keys of the screen in front, and of the window."""
        screen = self.stack.currentWidget() or self.home
        groups = {
            self.navigation.text_of(self.place): keymap.of_screen(screen, self.place),
            self.tr("Everywhere"): keymap.of_window(self, self.navigation, self.status),
        }
        sheet = CheatSheet(groups, self)
        sheet.finished.connect(sheet.deleteLater)
        sheet.open()

    def show_settings(self) -> None:
        """Language, looks, kiosk mode; at a kiosk, the way out of it."""
        if self.is_at_kiosk:
            self.kiosk.ask_to_leave()
            return
        dialog = PreferencesDialog(self._settings, self._appearance, self, may_stand=self.screens is not None)
        dialog.language_chosen.connect(lambda: self.leave(self.reopen_asked.emit))
        dialog.kiosk_asked.connect(self.kiosk.ask_to_begin)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # Kiosk mode, and closing

    @property
    def is_at_kiosk(self) -> bool:
        """Whether the door is all there is. Without a conference there is no door to stand at."""
        return self.kiosk.is_on and self.screens is not None

    def _stand(self) -> None:
        is_kiosk = self.is_at_kiosk
        self.status.stand(is_kiosk=is_kiosk)
        self.go("door")
        if self.screens is not None and self.screens.door is not None:
            self.screens.door.stand(is_kiosk=is_kiosk)
        full = Qt.WindowState.WindowFullScreen
        self.setWindowState(self.windowState() | full if is_kiosk else self.windowState() & ~full)

    def leave(self, then: Callable[[], object]) -> None:
        """Close, asking about what is not saved, and then do something."""
        self._leaving.leave(then)

    def _unsaved(self) -> Unsaved:
        """How to save what was typed and drawn, by conference and place, and the sales that are open."""
        unsaved: dict[str, Save | None] = {}
        for one in self._by_conference.values():
            name = getattr(one.workspace.get(Conference), "name", one.workspace.conference)
            if one.is_unsaved:
                unsaved[name] = one.save
            if one.is_laying_out:
                unsaved[f"{name} · {self.tr('Badges')}"] = one.save_layout
            if one.is_selling:
                unsaved[f"{name} · {self.tr('On-site sale')}"] = None
        return unsaved

    def _unsent(self) -> int:
        """How many facts are on this device only, where the server is not there to take them."""
        return sum(
            is_fact(wire_of(one.command).name)
            for conference, workspace in self._desk.workspaces().items()
            if self._desk.connection(conference).line is not Line.SERVER
            for one in workspace.pending
        )

    # What is always shown

    def _mark_unsaved(self) -> None:
        """What was typed stays typed wherever one goes, and is marked until it is saved."""
        is_unsaved = self.screens is not None and self.screens.is_unsaved
        self.navigation.mark("conference", self.tr("not saved") if is_unsaved else "")
        self.setWindowModified(any(one.is_unsaved for one in self._by_conference.values()))

    def _on_desk(self) -> None:
        try:
            self._desk_changed.emit()
        except RuntimeError:
            return  # the window is gone

    def _soon(self) -> None:
        if not self._stale.isActive():
            self._stale.start()

    def _refresh(self) -> None:
        if self.screens is None:
            self.status.watch(None, self._connection_of_none())
        else:
            workspace = self.screens.workspace
            conference = workspace.get(Conference)
            self.navigation.hide_places(() if workspace.role is Role.ORGANIZER else _OFFICE)
            self.navigation.name_conference(self.tr("Loading…") if conference is None else conference.name)
            self.navigation.count("problems", inbox.count(workspace))
            if workspace.role is Role.ORGANIZER:
                self.navigation.count("attention", len(listed(workspace)))
            elif not self.navigation.has(self.place):
                self.go("conference")
            self.status.watch(workspace, self._desk.connection(workspace.conference))
        if self.place == "home":
            self.home.refresh()

    def _connection_of_none(self) -> Connection:
        conferences = list(self._desk.workspaces())
        if conferences:
            return self._desk.connection(conferences[0])
        return Connection(line=Line.ALONE if self._desk.may_create else Line.NOT_ENROLLED)

    def _restore(self) -> None:
        geometry = self._settings.value("window/geometry")
        if geometry is not None and self.restoreGeometry(geometry):
            return
        screen = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(_WIDTH, screen.width()), min(_HEIGHT, screen.height()))

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.is_at_kiosk:
            self.kiosk.ask_to_leave()
            event.ignore()
            return
        if not self._leaving.may_close():
            event.ignore()
            return
        self._settings.setValue("window/geometry", self.saveGeometry())
        self._settings.sync()
        self.scanner.close()
        super().closeEvent(event)
        self._leaving.done()
