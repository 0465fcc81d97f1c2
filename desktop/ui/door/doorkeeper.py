"""The door of one conference on this device: where it stands, what was scanned, and the override of a verdict."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice, takewhile

from desktop import door
from desktop.door import Door
from desktop.store.log import Logged, decode_events
from desktop.workspace import Workspace
from shared.checkin.admission import UNDO_WITHIN, Action, RecordScan, ScanRecorded, UndoAdmission
from shared.checkin.verdict import Admission, Direction, Finding, Pass, Passage, Seen, Verdict, admission_id
from shared.kernel.codec import Undecodable
from shared.kernel.ids import AreaId, SeatTypeId, TicketId
from shared.kernel.messages import wire_of
from shared.sync.protocol import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Where this device stands and what it lets through."""

    area: AreaId
    gate: str
    operator: str
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A scan that is written down, with what the rules said of it."""

    scan: str
    command_id: str
    seen: Seen
    finding: Finding
    action: Action
    ticket: TicketId | None
    seat_type: SeatTypeId | None
    entered: Passage | None = None
    reason: str = ""

    @property
    def may_override(self) -> bool:
        return self.action is Action.TURNED_AWAY

    @property
    def is_entry(self) -> bool:
        """Whether somebody was let in."""
        return self.action is not Action.TURNED_AWAY and self.seen.direction is Direction.ENTRY

    @property
    def version(self) -> int | None:
        """The version of the ticket whose code was shown; None where it was another ticket's, or none."""
        return self.seen.version if self.seen.ticket == self.ticket else None


class Doorkeeper:
    """Every answer is of a scan that is in the log file already."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._undone = {one.scan for one in self._undos()}

    def scan(self, text: str, post: Post) -> Scanned:
        """Record the scan of a code."""
        gate = self._door(post)
        seen = gate.see(text)
        return _told(seen, gate.record(seen, gate.verdict(seen)))

    def find(self, row: Pass, post: Post) -> Scanned:
        """Record somebody who was found by search."""
        gate = self._door(post)
        seen = replace(gate.found(row.ticket), seat_type=row.seat_type)
        return _told(seen, gate.record(seen, gate.verdict(seen)))

    def override(self, scanned: Scanned, reason: str, post: Post, at: datetime) -> Scanned:
        """Let somebody through against the verdict. The scan that turned them away stays recorded."""
        seen = replace(scanned.seen, scanned_at=at)
        concluded = Verdict(
            finding=scanned.finding, ticket=scanned.ticket, seat_type=scanned.seat_type, entered=scanned.entered
        )
        told = f"{reason} ({post.operator})" if post.operator else reason
        return replace(_told(seen, self._door(post).record(seen, concluded, override=told)), reason=told)

    def may_undo(self, scanned: Scanned, now: datetime) -> bool:
        """Whether it is an entry of a short while ago that still counts."""
        if not scanned.is_entry or scanned.ticket is None or now - scanned.seen.scanned_at > UNDO_WITHIN:
            return False
        admission = self._workspace.get(Admission, admission_id(scanned.seen.area, scanned.ticket))
        return admission is not None and any(one.scan == scanned.scan for one in admission.passages)

    def undo(self, scanned: Scanned, reason: str) -> None:
        """Take an entry back; raises Rejected. The scan stays recorded."""
        assert scanned.ticket is not None, "it may be undone"
        self._workspace.issue(
            UndoAdmission(area=scanned.seen.area, ticket=scanned.ticket, scan=scanned.scan, reason=reason)
        )
        self._undone.add(scanned.scan)

    def is_undone(self, scan: str) -> bool:
        """Whether this device took the scan's entry back."""
        return scan in self._undone

    def last(self, most: int) -> list[Scanned]:
        """The latest scans of this device, the newest first, from the log."""
        return list(islice(self._scans(), most))

    def entries(self, over: timedelta, now: datetime) -> list[Scanned]:
        """Those that this device let in during this time, undone ones apart, the newest first."""
        recent = takewhile(lambda one: now - one.seen.scanned_at <= over, self._scans())
        return [one for one in recent if one.is_entry and not self.is_undone(one.scan)]

    def _scans(self) -> Iterator[Scanned]:
        for logged, _ in self._workspace.activity():
            if logged.wire.name == wire_of(RecordScan).name and (one := _read(logged)) is not None:
                yield one

    def _undos(self) -> Iterator[UndoAdmission]:
        """What was taken back here and not refused."""
        for logged, outcome in self._workspace.activity():
            if logged.wire.name != wire_of(UndoAdmission).name:
                continue
            if outcome is not None and outcome.verdict.status is Status.REFUSED:
                continue
            with suppress(Undecodable):
                yield logged.command()

    def _door(self, post: Post) -> Door:
        return Door(self._workspace, area=post.area, gate=post.gate, direction=post.direction)


def _told(seen: Seen, kept: door.Scanned) -> Scanned:
    return Scanned(
        scan=kept.scan,
        command_id=kept.recorded.context.command_id,
        seen=seen,
        finding=kept.verdict.finding,
        action=kept.action,
        ticket=kept.verdict.ticket,
        seat_type=kept.verdict.seat_type,
        entered=kept.verdict.entered,
    )


def _read(logged: Logged) -> Scanned | None:
    """A scan of the log, None where this build cannot read it."""
    try:
        command, events = logged.command(), decode_events(logged.events)
    except Undecodable:
        return None
    assert isinstance(command, RecordScan)
    said = next((one for one in events if isinstance(one, ScanRecorded)), None)
    return Scanned(
        scan=command.scan,
        command_id=logged.command_id,
        seen=command.seen,
        finding=Finding.UNKNOWN if said is None else said.finding,
        action=command.action,
        ticket=command.seen.ticket if said is None else said.ticket,
        seat_type=command.seen.seat_type if said is None else said.seat_type,
        reason=command.reason,
    )
