"""The door. A scan is written to the log before its verdict shows; nothing modal stands between two scans."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.store.files import EnvironmentProblem
from desktop.ui import words
from desktop.ui.badges.printing import BadgeDesk
from desktop.ui.changes import Changes, concerns
from desktop.ui.desk import Connection
from desktop.ui.door.camera_panel import CameraPanel, Source
from desktop.ui.door.counters import RATE_OVER, Counters
from desktop.ui.door.doorkeeper import Doorkeeper, Post, Scanned
from desktop.ui.door.findings import look
from desktop.ui.door.gate_bar import GateBar
from desktop.ui.door.scanner import Hears
from desktop.ui.door.search import Results, SearchField
from desktop.ui.door.strip import MOST, Strip
from desktop.ui.door.ticket_card import TicketCard
from desktop.ui.door.verdict_panel import SHORT, TALL, VerdictPanel
from desktop.ui.parts.labels import button, empty_state
from desktop.ui.parts.page import Page
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Space
from desktop.ui.words import sentence
from desktop.workspace import Workspace
from shared.checkin.ticket_code import Evidence
from shared.checkin.verdict import Direction, Finding, Pass
from shared.kernel.decider import Key, Rejected
from shared.kernel.ids import AreaId

_SIDE_WIDTH: Final = 340
_VIEWS: Final = ("checkin.areas", "checkin.arrivals", "checkin.expected", "checkin.incidents", "checkin.passes")
_SIDE_LEAST: Final = 100
_LITTLE_ROOM: Final = 660
_AGING_MS: Final = 15_000  # what is said of the last minutes goes on without scans
_QUIET_MS: Final = 150  # between repaints of numbers and strip while many changes come


class DoorScreen(Page):
    """`sounded` carries the sound of each verdict.

    `further_asked` carries the ticket's row of somebody who wants to buy another seat; `walk_in_asked` tells of one who
    has none yet.
    """

    sounded = Signal(str)
    further_asked = Signal(object)
    walk_in_asked = Signal()

    def __init__(
        self,
        workspace: Workspace,
        changes: Changes,
        *,
        camera: Source,
        connection: Callable[[], Connection],
        settings: QSettings,
        badges: BadgeDesk,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__("", scrolls=False)
        self.name(self.tr("Door"))
        self._workspace, self._connection, self._badges, self._now = workspace, connection, badges, now
        self.keeper = Doorkeeper(workspace)
        self.gate = GateBar(workspace, settings)
        self.gate.changed.connect(self._stand)
        self.tools.addWidget(self.gate)
        self.counters = Counters(workspace, now)
        self.verdict = VerdictPanel()
        self.card = TicketCard(workspace)
        self.card.overridden.connect(self._override)
        self.card.undone.connect(self._undo)
        self.card.holder.corrected.connect(self._show_corrected)
        self.card.holder.further_asked.connect(self.further_asked)
        self.card.holder.badge_asked.connect(self._print)
        self.field = SearchField()
        self.field.setPlaceholderText(self.tr("Scan, or search by name (Ctrl+F)"))
        self.field.setAccessibleName(self.tr("Scan or search"))
        QShortcut(QKeySequence.StandardKey.Find, self, self.field.setFocus)
        self.results = Results(workspace)
        self.strip = Strip(workspace, self.keeper.is_undone)
        self.strip.chosen.connect(self._show_again)
        self.field.textChanged.connect(self._find)
        self.field.down_pressed.connect(self.results.enter)
        self.results.found.connect(self._show_found)
        self.results.chosen.connect(self._take)
        self.results.left.connect(self.field.setFocus)
        self._side = QStackedWidget()
        self._side.addWidget(self.strip)
        self._side.addWidget(self.results)
        nobody = self.tr("Try part of the name, the company, or the six characters of the order.")
        self.walk_in = button(self.tr("Sell to a &walk-in"), self.walk_in_asked.emit)
        self._side.addWidget(
            empty_state(Shape.PEOPLE, self.tr("Nobody found"), nobody, self.walk_in, width=_SIDE_WIDTH - Space.ROOMY)
        )
        self.camera = CameraPanel(settings, camera)
        self.camera.coded.connect(self.scan)
        self._side.setMinimumHeight(_SIDE_LEAST)  # the camera takes its room from here
        self._arrange()
        self._is_stale = QTimer(self)
        self._is_stale.setSingleShot(True)
        self._is_stale.setInterval(_QUIET_MS)
        self._is_stale.timeout.connect(self.refresh)
        changes.changed.connect(self._on_change)
        self.strip.show_scans(self.keeper.last(MOST))
        self.counters.count_entries(self.keeper.entries(RATE_OVER, now()))
        self._stood: Post | None = None
        self._stand()
        aging = QTimer(self)
        aging.setInterval(_AGING_MS)
        aging.timeout.connect(self.refresh)
        aging.start()

    def _arrange(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(Space.WIDE)
        left.addWidget(self.verdict)
        left.addWidget(self.card, 1)
        self._filler = QWidget()
        left.addWidget(self._filler, 1)
        left.addWidget(self.counters)
        side = QVBoxLayout()
        side.setSpacing(Space.USUAL)
        side.addWidget(self.field)
        side.addWidget(self._side, 1)
        side.addWidget(self.camera)
        holder = QWidget()
        holder.setLayout(side)
        side.setContentsMargins(0, 0, 0, 0)
        holder.setFixedWidth(_SIDE_WIDTH)
        row = QHBoxLayout()
        row.setSpacing(Space.ROOMY)
        row.addLayout(left, 1)
        row.addWidget(holder)
        self.body.addLayout(row, 1)

    # Scanning

    @property
    def hears(self) -> Hears:
        """What scans are for this door: none without a gate, and foreign codes only where it is in front."""
        if self.gate.post is None:
            return Hears.NOTHING
        return Hears.ALL if self.isVisible() else Hears.TICKETS

    def scan(self, text: str) -> None:
        """A code was scanned."""
        post = self.gate.post
        if post is not None:
            self._do(lambda: self._remember(text, self.keeper.scan(text, post)))

    def _remember(self, text: str, scanned: Scanned) -> Scanned:
        """Keep a genuine code for the badge."""
        if scanned.seen.evidence is Evidence.GENUINE and scanned.seen.ticket and scanned.seen.version is not None:
            self._badges.remember_code(scanned.seen.ticket, scanned.seen.version, text)
        return scanned

    def _take(self, row: Pass) -> None:
        post = self.gate.post
        if post is not None:
            self._do(lambda: self.keeper.find(row, post))
            self.field.clear()
            self.field.setFocus()

    def _override(self, reason: str) -> None:
        scanned, post = self.card.scanned, self.gate.post
        if scanned is not None and post is not None:
            self._do(lambda: self.keeper.override(scanned, reason, post, self._now()))
            self.field.setFocus()

    def _do(self, act: Callable[[], Scanned]) -> None:
        try:
            scanned = act()
        except Rejected as refusal:
            self._clear(self.tr("Not recorded"), sentence(refusal.code, refusal.values))
            return
        except (EnvironmentProblem, OSError) as problem:
            # Nothing may look admitted that is not on the disk.
            self._clear(self.tr("Not recorded"), words.problem(problem))
            return
        except Exception:
            self._clear(self.tr("Not recorded"), self.tr("Something went wrong. This scan does not count."))
            raise
        self._show(scanned)
        if scanned.is_entry:
            self.counters.count_entries([scanned])
        self.strip.add(scanned)
        self.counters.refresh(scanned.seen.area)
        if self.gate.is_audible:
            self.sounded.emit(look(scanned.finding, scanned.action).sound.value)
        if scanned.is_entry and self._badges.prints_on_admission:
            QTimer.singleShot(0, self, lambda: self._print_first(scanned))  # after the verdict shows

    def _print_first(self, scanned: Scanned) -> None:
        """Print the badge of somebody who was let in, if they have none yet."""
        row = None if scanned.ticket is None else self._workspace.get(Pass, scanned.ticket)
        if row is not None and row.attendee is not None and not self._badges.times(row.ticket):
            self._print(row)

    def _print(self, row: Pass) -> None:
        """Print the badge; what is in the way is said on the card, and nothing waits for it."""
        self._badges.print_badge(row, self, lambda wrong: self._say_printed(row, wrong))

    def _say_printed(self, row: Pass, wrong: str) -> None:
        told = wrong or self.tr("The badge is at the printer.")
        shown = self.card.scanned
        if shown is not None and shown.ticket == row.ticket:
            self.card.holder.show_row(row)
            self.card.holder.say(told)

    def _show_corrected(self) -> None:
        if self.card.scanned is not None:
            self._show(self.card.scanned)
            self.strip.refresh()
        self.field.setFocus()

    def _undo(self, reason: str) -> None:
        scanned = self.card.scanned
        if scanned is None:
            return
        operator = self.gate.operator.text().strip()
        name = self.card.name.text()
        try:
            self.keeper.undo(scanned, f"{reason} ({operator})" if operator else reason)
        except Rejected as refusal:
            self.card.complain(sentence(refusal.code, refusal.values))
            return
        except (EnvironmentProblem, OSError) as problem:
            self.card.complain(words.problem(problem))
            return
        self.counters.forget_entry(scanned.scan)
        self.counters.refresh(self._area)
        self._clear(self.tr("Undone"), self.tr("This admission does not count any more: {0}").format(name))
        self.refresh()
        self.field.setFocus()

    def _clear(self, text: str, hint: str) -> None:
        """Take the last verdict away."""
        self.card.clear()
        self._filler.show()
        self.verdict.ready(text, hint)

    def _show(self, scanned: Scanned) -> None:
        row = None if scanned.ticket is None else self._workspace.get(Pass, scanned.ticket)
        name = "" if row is None else words.bearer(row, scanned.version)
        self.card.show_scan(scanned, may_undo=self.keeper.may_undo(scanned, self._now()))
        entered = self.card.text("entry") if scanned.finding is Finding.ALREADY_INSIDE else ""
        self.verdict.show_verdict(look(scanned.finding, scanned.action), name, entered)
        self._filler.hide()
        self._say_basis()

    def _show_again(self, scanned: Scanned) -> None:
        self._show(scanned)

    def _say_basis(self) -> None:
        scanned = self.card.scanned
        if scanned is None:
            return
        if self._workspace.is_settled(scanned.command_id):
            self.card.say_basis(self.tr("The server has this scan"), is_confirmed=True)
            return
        heard_at = self._connection().heard_at
        if heard_at is None:
            text = self.tr("Decided on this device, which has not heard from the server yet")
        else:
            text = self.tr("Decided on this device, with data {age} old").format(age=words.age(self._now() - heard_at))
        self.card.say_basis(text, is_confirmed=False)

    # What stands around it

    def _find(self, text: str) -> None:
        area = self.gate.post.area if self.gate.post is not None else None
        self.results.look_for(text, area)
        if not text.strip():
            self._side.setCurrentIndex(0)

    def _show_found(self, number: int) -> None:
        self._side.setCurrentIndex(1 if number else 2)

    def _stand(self) -> None:
        """The gate changed: say whether it is ready. Where it stands elsewhere, the last verdict is not of there."""
        post = self.gate.post
        has_moved = _place(post) != _place(self._stood)
        self._stood = post
        if post is None:
            self.field.setEnabled(False)
            if self.gate.area.count():
                self._clear(
                    self.tr("Name the gate"), self.tr("Type at which gate this device stands. Then it is ready.")
                )
            else:
                hint = self.tr("An organizer names the areas and which seat types they admit.")
                self._clear(self.tr("No area yet"), hint)
        elif has_moved:
            self.field.setEnabled(True)
            self._clear(self.tr("Ready to scan"), self.tr("Scan a ticket, whatever is open, or type a name."))
        self.counters.refresh(self._area)

    @property
    def _area(self) -> AreaId | None:
        area = self.gate.area.currentData()
        return AreaId(area) if area else None

    def _on_change(self, keys: set[Key]) -> None:
        # Restarted only when it ran out, so that it fires while changes keep coming.
        if concerns(keys, *_VIEWS) and not self._is_stale.isActive():
            self._is_stale.start()

    def refresh(self) -> None:
        """Show numbers, strip and basis as they stand."""
        had_areas = bool(self.gate.area.count())
        self.gate.refresh()
        if had_areas != bool(self.gate.area.count()) or _place(self.gate.post) != _place(self._stood):
            self._stand()
        self.counters.refresh(self._area, is_own=False)
        self.strip.refresh()
        self._say_basis()
        if self.card.scanned is not None:
            self.card.allow_undo(may_undo=self.keeper.may_undo(self.card.scanned, self._now()))

    def stand(self, *, is_kiosk: bool) -> None:
        """At a kiosk there is no way to where seats are sold."""
        self.card.holder.offer_sale(is_offered=not is_kiosk)
        self.walk_in.setVisible(not is_kiosk)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.verdict.setFixedHeight(SHORT if event.size().height() < _LITTLE_ROOM else TALL)

    def focus_first(self) -> None:
        """What has the focus when the door opens."""
        target = self.field if self.field.isEnabled() else self.gate.gate
        target.setFocus(Qt.FocusReason.OtherFocusReason)


def _place(post: Post | None) -> tuple[AreaId, str, Direction] | None:
    """Where a device stands, whoever operates it."""
    return None if post is None else (post.area, post.gate, post.direction)
