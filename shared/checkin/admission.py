"""Who was let in where. A scan is a fact: it is recorded whatever it contradicts, and never refused.

Whether a scan is a double admission depends on scans that sync earlier or later, so it is found, and withdrawn, by
comparing the doubles before and after each passage; see `verdict.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Final, assert_never

from shared.checkin import verdict
from shared.checkin.verdict import Admission, Direction, Finding, Passage, Seen, admission_id
from shared.kernel import checks
from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, Role, drop, key, members, put
from shared.kernel.ids import AreaId, DeviceId, SeatTypeId, TicketId
from shared.kernel.messages import message, value

UNDO_WITHIN: Final = timedelta(minutes=10)


class Action(StrEnum):
    """What the gate did."""

    ADMITTED = "admitted"
    """Let through, in or out."""
    TURNED_AWAY = "turned_away"
    OVERRIDDEN = "overridden"
    """Let through against the verdict, for a reason."""


# Commands


@message("checkin.record_scan")
class RecordScan:
    scan: str
    seen: Seen
    action: Action
    reason: str = ""


@message("checkin.undo_admission")
class UndoAdmission:
    """Takes back one entry, by its scan. If it was the effective one, the next by position becomes that."""

    area: AreaId
    ticket: TicketId
    scan: str
    reason: str


Command = RecordScan | UndoAdmission

# Events


@value
class Shift:
    """By how much an area's numbers changed: tickets admitted, and tickets now inside."""

    admitted: int = 0
    inside: int = 0


@message("checkin.scan_recorded")
class ScanRecorded:
    scan: str
    seen: Seen
    device: DeviceId
    action: Action
    reason: str
    finding: Finding
    """What the rules said at this position; the gate may have known less."""
    ticket: TicketId | None
    """Whose admission it is; None if the code names no ticket of this conference."""
    seat_type: SeatTypeId | None
    shift: Shift


@message("checkin.scan_repeated")
class ScanRepeated:
    scan: str


@message("checkin.scan_contradicted")
class ScanContradicted:
    """A gate let somebody in, knowing nothing of what speaks against it."""

    area: AreaId
    ticket: TicketId | None
    passage: Passage
    finding: Finding


@message("checkin.double_admission_found")
class DoubleAdmissionFound:
    area: AreaId
    ticket: TicketId
    first: Passage
    second: Passage
    reason: str


@message("checkin.double_admission_withdrawn")
class DoubleAdmissionWithdrawn:
    """An exit was between, or one of the two entries is undone."""

    area: AreaId
    ticket: TicketId
    scan: str


@message("checkin.admission_undone")
class AdmissionUndone:
    area: AreaId
    ticket: TicketId
    seat_type: SeatTypeId | None
    passage: Passage
    by: str
    reason: str
    shift: Shift


Event = (
    ScanRecorded | ScanRepeated | ScanContradicted | DoubleAdmissionFound | DoubleAdmissionWithdrawn | AdmissionUndone
)

# Rules


def needs(command: Command, found: Found) -> Iterable[Key]:
    match command:
        case RecordScan(seen=seen):
            yield from verdict.needs(seen, found)
        case UndoAdmission():
            yield key(Admission, admission_id(command.area, command.ticket))
        case _:
            assert_never(command)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    match command:
        case RecordScan():
            return _record(command, found, context)
        case UndoAdmission():
            return _undo(command, found, context)
        case _:
            assert_never(command)


def _record(command: RecordScan, found: Found, context: Context) -> Sequence[Event]:
    seen = command.seen
    concluded = verdict.verdict(seen, found)
    ticket = concluded.ticket
    admission = _admission(seen.area, ticket, found)
    held = () if admission is None else admission.passages
    if any(one.scan == command.scan for one in held):
        return [ScanRepeated(scan=command.scan)]
    passage = _passage(command.scan, seen, DeviceId(context.actor.id))
    is_through = command.action != Action.TURNED_AWAY
    before = verdict.remembered(held)
    after = (*before, passage) if is_through and ticket is not None else before
    recorded = ScanRecorded(
        scan=command.scan,
        seen=seen,
        device=passage.device,
        action=command.action,
        reason=command.reason,
        finding=concluded.finding,
        ticket=ticket,
        seat_type=concluded.seat_type if admission is None else admission.seat_type,
        shift=Shift() if after is before else _shift(held, after),
    )
    events: list[Event] = [recorded]
    # Not for an override: whoever gave its reason knew what spoke against it.
    if command.action == Action.ADMITTED and concluded.finding not in verdict.NO_CONTRADICTION:
        events.append(ScanContradicted(area=seen.area, ticket=ticket, passage=passage, finding=concluded.finding))
    if ticket is not None and (first := verdict.doubles(after).get(passage.scan)) is not None:
        events.append(
            DoubleAdmissionFound(area=seen.area, ticket=ticket, first=first, second=passage, reason=command.reason)
        )
    if ticket is not None:
        events += _withdrawn(seen.area, ticket, before, after)
    return events


def _undo(command: UndoAdmission, found: Found, context: Context) -> Sequence[Event]:
    checks.text("reason", command.reason, least=1, most=500)
    admission = _admission(command.area, command.ticket, found)
    before = () if admission is None else admission.passages
    undone = next((one for one in before if one.scan == command.scan and one.direction == Direction.ENTRY), None)
    if admission is None or undone is None:
        raise Rejected("unknown_admission", scan=command.scan)
    if context.actor.role == Role.DOOR:
        if undone.device != context.actor.id:
            raise Rejected("undo_by_another_device", device=undone.device, gate=undone.gate)
        # Both times are the device's own: what it did within the limit stays undone, however late it syncs.
        if context.issued_at - undone.at > UNDO_WITHIN:
            raise Rejected("undo_too_late", limit_s=int(UNDO_WITHIN.total_seconds()))
    after = _without(before, undone)
    return [
        AdmissionUndone(
            area=command.area,
            ticket=command.ticket,
            seat_type=admission.seat_type,
            passage=undone,
            by=context.actor.id,
            reason=command.reason,
            shift=_shift(before, after),
        ),
        *_withdrawn(command.area, command.ticket, before, after),
    ]


def _withdrawn(
    area: AreaId, ticket: TicketId, before: Sequence[Passage], after: Sequence[Passage]
) -> list[DoubleAdmissionWithdrawn]:
    still = verdict.doubles(after)
    return [
        DoubleAdmissionWithdrawn(area=area, ticket=ticket, scan=scan)
        for scan in verdict.doubles(before)
        if scan not in still
    ]


def _shift(before: Sequence[Passage], after: Sequence[Passage]) -> Shift:
    return Shift(
        admitted=(verdict.effective(after) is not None) - (verdict.effective(before) is not None),
        inside=verdict.is_inside(after) - verdict.is_inside(before),
    )


def _admission(area: AreaId, ticket: TicketId | None, found: Found) -> Admission | None:
    return None if ticket is None else found.get(Admission, admission_id(area, ticket))


def _passage(scan: str, seen: Seen, device: DeviceId) -> Passage:
    return Passage(scan=scan, direction=seen.direction, gate=seen.gate, device=device, at=seen.scanned_at)


def _without(passages: Sequence[Passage], undone: Passage) -> tuple[Passage, ...]:
    return tuple(one for one in passages if one.scan != undone.scan)


def evolve(found: Found, event: Event) -> Changes:
    match event:
        case ScanRecorded():
            return _let_through(event, found)
        case AdmissionUndone(area=area, ticket=ticket):
            admission = _admission(area, ticket, found)
            assert admission is not None, "what is undone was there"
            left = _without(admission.passages, event.passage)
            row_id = admission_id(area, ticket)
            return put(replace(admission, passages=left), row_id) if left else drop(Admission, row_id)
        case ScanRepeated() | ScanContradicted() | DoubleAdmissionFound() | DoubleAdmissionWithdrawn():
            return {}
        case _:
            assert_never(event)


def _let_through(event: ScanRecorded, found: Found) -> Changes:
    if event.ticket is None or event.action == Action.TURNED_AWAY:
        return {}
    seen = event.seen
    known = _admission(seen.area, event.ticket, found)
    before = () if known is None else verdict.remembered(known.passages)
    admission = Admission(
        area=seen.area,
        ticket=event.ticket,
        seat_type=event.seat_type,
        passages=(*before, _passage(event.scan, seen, event.device)),
    )
    return put(admission, admission_id(seen.area, event.ticket))


decider: Decider[Command, Event] = Decider(
    name="admission",
    commands=members(Command),
    events=members(Event),
    rows=(Admission,),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
