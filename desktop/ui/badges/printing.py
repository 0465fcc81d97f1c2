"""Prints badges and tickets at this desk, and counts the badges. Layout, printer and when are the desk's settings."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

from PySide6.QtCore import QObject, QSettings

from desktop.store.files import EnvironmentProblem
from desktop.ui import words
from desktop.ui.badges import paint
from desktop.ui.parts.paper import Press, Sheet
from desktop.ui.parts.spool import Spool, Then
from desktop.workspace import Workspace
from shared.checkin.badges import Badge, BadgeLayout, RecordBadgePrinted
from shared.checkin.blanks import FIRST_VERSION, Blanks
from shared.checkin.ticket_code import badge_code
from shared.checkin.verdict import Attendee, Pass
from shared.conference.conference import Conference
from shared.kernel.decider import Rejected
from shared.kernel.ids import ConferenceId, TicketId
from shared.registration.door_sale import DoorSale, DoorTicket


class Paper(StrEnum):
    """What a buyer at the desk may get on paper."""

    RECEIPT = "receipt"
    TICKET = "ticket"
    BADGE = "badge"


class BadgeDesk:
    """What is printed is recorded after it left for the printer, so that no badge is counted that there is not."""

    def __init__(
        self,
        workspace: Workspace,
        settings: QSettings,
        press: Press,
        *,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._workspace, self._settings, self.spool = workspace, settings, Spool(press)
        self._new_id, self._now = new_id, now
        self._codes: dict[tuple[TicketId, int], str] = {}
        self._group = f"badges/{workspace.conference}"

    # The settings of this desk

    @property
    def press(self) -> Press:
        """Where this desk prints."""
        return self.spool.press

    @property
    def layout_id(self) -> str:
        """The layout in use here: the one chosen, else the first; empty where there is none."""
        layouts = self._workspace.rows(BadgeLayout)
        chosen = str(self._settings.value(f"{self._group}/layout", "") or "")
        return chosen if chosen in layouts else next(iter(layouts), "")

    def use_layout(self, layout: str) -> None:
        self._settings.setValue(f"{self._group}/layout", layout)

    @property
    def printer(self) -> str:
        """Its name; empty for the usual one."""
        return str(self._settings.value("print/printer", "") or "")

    def use_printer(self, name: str) -> None:
        self._settings.setValue("print/printer", name)

    @property
    def prints_on_admission(self) -> bool:
        return bool(self._settings.value(f"{self._group}/on_admission", False, bool))

    def print_on_admission(self, does: bool) -> None:
        self._settings.setValue(f"{self._group}/on_admission", does)

    @property
    def prints_after_sale(self) -> frozenset[Paper]:
        """What comes out of the printer by itself when something was sold."""
        return frozenset(one for one in Paper if self._settings.value(f"print/after_sale/{one}", False, bool))

    def print_after_sale(self, paper: Paper, does: bool) -> None:
        self._settings.setValue(f"print/after_sale/{paper}", does)

    # Codes

    def remember_code(self, ticket: TicketId, version: int, code: str) -> None:
        """A genuine code that was scanned here: this device signs none, so a badge gets one that was seen."""
        self._codes[ticket, version] = code

    def code(self, row: Pass) -> str:
        """The text for the badge: the ticket's own code where this device has it, which every gate verifies.

        For whoever was found by search it is a badge's code, which gates look up.
        """
        if row.attendee is None:
            return ""
        conference = ConferenceId(self._workspace.conference)
        return self._signed(row) or badge_code(conference, row.ticket, row.version, row.attendee)

    def _signed(self, row: Pass) -> str:
        """The ticket's code as the server signed it: scanned here, or a blank of a lease of this desk."""
        ticket = row.ticket
        if (ticket, row.version) in self._codes or row.version != FIRST_VERSION:
            return self._codes.get((ticket, row.version), "")
        sold = self._workspace.get(DoorTicket, ticket)
        sale = None if sold is None else self._workspace.get(DoorSale, sold.order)
        allotment = None if sale is None or sold is None else sale.seats[sold.position].allotment
        blanks = None if allotment is None else self._workspace.get(Blanks, allotment)
        found = () if blanks is None else (one.code for one in blanks.blanks if one.ticket == ticket)
        return next(iter(found), "")

    # Printing

    def face(self, row: Pass) -> paint.Face:
        """What the badge of a ticket says."""
        conference = self._workspace.get(Conference)
        known = None if row.attendee is None else self._workspace.get(Attendee, row.attendee)
        passes = (self._workspace.get(Pass, one) for one in (() if known is None else known.tickets))
        others = tuple(
            one.seat_type for one in passes if one is not None and not one.is_cancelled and one.ticket != row.ticket
        )
        return paint.Face(
            first_name=words.personal(row.first_name),
            last_name=words.personal(row.last_name),
            company=row.company,
            seat_type=row.seat_type,
            seat_type_name=words.seat_type(self._workspace, row.seat_type),
            locator=row.locator or "",
            conference="" if conference is None else conference.name,
            others=others,
            code=self.code(row),
        )

    def times(self, ticket: TicketId) -> int:
        """How often the badge was printed, by any desk that this device knows of."""
        badge = self._workspace.get(Badge, ticket)
        return 0 if badge is None else badge.times

    def badge(self, row: Pass) -> Sheet:
        """The badge on paper. Raises EnvironmentProblem where there is no layout."""
        layout = self._workspace.get(BadgeLayout, self.layout_id) if self.layout_id else None
        if layout is None:
            raise EnvironmentProblem("There is no badge layout yet. An organizer makes one under Badges.")
        return paint.sheet(layout, self.face(row), words.say("Badge"))

    def ticket(self, row: Pass) -> Sheet:
        """The ticket on a roll of paper."""
        return paint.sheet(paint.TICKET, self.face(row), words.say("Ticket"))

    def print_badge(self, row: Pass, owner: QObject, then: Then) -> None:
        """Print and count it."""
        try:
            paper = self.badge(row)
        except EnvironmentProblem as problem:
            then(words.problem(problem))
            return
        self.spool.send([paper], self.printer, owner, lambda told: then(told or self._counted(row)))

    def print_sheets(self, sheets: Sequence[Sheet], owner: QObject, then: Then) -> None:
        """Print what is not counted: receipts and tickets."""
        self.spool.send(sheets, self.printer, owner, then)

    def _counted(self, row: Pass) -> str:
        """Count a badge that is printed; what was in the way, in words."""
        try:
            self.record(row)
        except Rejected as refusal:
            return words.sentence(refusal.code, refusal.values)
        except (EnvironmentProblem, OSError) as problem:
            return words.problem(problem)
        return ""

    def record(self, row: Pass) -> None:
        """Count a badge that is printed. Raises EnvironmentProblem or Rejected."""
        printed = RecordBadgePrinted(
            print=self._new_id(), ticket=row.ticket, layout=self.layout_id, printed_at=self._now()
        )
        self._workspace.issue(printed)
