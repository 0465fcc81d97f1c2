"""The door of one conference on this device: where it stands, what was scanned, and the override of a verdict."""

from dataclasses import dataclass, replace
from datetime import datetime

from desktop import door
from desktop.door import Door
from desktop.store.log import Logged, decode_events
from desktop.workspace import Workspace
from shared.checkin.admission import Action, RecordScan, ScanRecorded
from shared.checkin.verdict import Direction, Finding, Pass, Passage, Seen, Verdict
from shared.kernel.codec import Undecodable
from shared.kernel.ids import AreaId, SeatTypeId, TicketId
from shared.kernel.messages import wire_of


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


class Doorkeeper:
    """Every answer is of a scan that is in the log file already."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

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

    def last(self, most: int) -> list[Scanned]:
        """The latest scans of this device, the newest first, from the log."""
        found: list[Scanned] = []
        for logged, _ in self._workspace.activity():
            if logged.wire.name == wire_of(RecordScan).name and (one := _read(logged)) is not None:
                found.append(one)
            if len(found) == most:
                break
        return found

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
