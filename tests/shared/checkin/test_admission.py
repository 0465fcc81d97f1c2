"""Who was let in where: scans are facts, double admissions are found and withdrawn, an admission is undone by hand."""

from datetime import timedelta
from typing import Any

import pytest

from shared.checkin.admission import (
    Action,
    AdmissionUndone,
    DoubleAdmissionFound,
    DoubleAdmissionWithdrawn,
    RecordScan,
    ScanContradicted,
    ScanRecorded,
    ScanRepeated,
    Shift,
    UndoAdmission,
    decider,
)
from shared.checkin.ticket_code import Evidence
from shared.checkin.verdict import Admission, Direction, Finding, admission_id, effective
from shared.kernel.decider import Role, put
from shared.kernel.ids import AreaId, DeviceId, SeatTypeId, TicketId
from tests.shared.checkin.gates import (
    BADGE,
    BOS,
    CY,
    DOOR,
    EAST,
    FULL,
    LESSON,
    SEAT,
    WEST,
    WORKSHOP,
    Rows,
    issued_by,
    pass_of,
    passage,
    scan,
)
from tests.spec import Given, given

AT_DOOR = admission_id(DOOR, BADGE)


def recorded(
    command: RecordScan,
    *,
    device: DeviceId = WEST,
    finding: Finding = Finding.ADMIT,
    ticket: TicketId | None = BADGE,
    seat_type: SeatTypeId | None = FULL,
    admitted: int = 0,
    inside: int = 0,
) -> ScanRecorded:
    return ScanRecorded(
        scan=command.scan,
        seen=command.seen,
        device=device,
        action=command.action,
        reason=command.reason,
        finding=finding,
        ticket=ticket,
        seat_type=seat_type,
        shift=Shift(admitted=admitted, inside=inside),
    )


def gates(rows: Rows = BOS) -> Given:
    return given(decider, rows=rows, context=issued_by(WEST))


def after(*commands: RecordScan) -> Given:
    """The gates after these scans by the western tablet."""
    state = gates()
    for command in commands:
        state = state.when(command).state
    return state


def undo(scan: str, ticket: TicketId = BADGE) -> UndoAdmission:
    return UndoAdmission(area=DOOR, ticket=ticket, scan=scan, reason="wrong person")


def test_a_first_entry_is_the_admission() -> None:
    entry = scan("s1")
    state = gates().when(entry).then(recorded(entry, admitted=1, inside=1))
    assert state.row(Admission, AT_DOOR) == Admission(
        area=DOOR, ticket=BADGE, seat_type=FULL, passages=(passage("s1"),)
    )


def test_who_is_turned_away_is_recorded_and_not_admitted() -> None:
    refused = scan("s1", action=Action.TURNED_AWAY, version=1)
    gates().when(refused).then(recorded(refused, finding=Finding.REVOKED)).lacks(Admission, AT_DOOR)


def test_a_second_entry_is_a_double_admission_with_both_gates_devices_and_times() -> None:
    second = scan("s2", at=5, gate="east")
    state = (
        after(scan("s1"))
        .at(issued_by(EAST))
        .when(second)
        .then(
            recorded(second, device=EAST, finding=Finding.ALREADY_INSIDE),
            DoubleAdmissionFound(
                area=DOOR, ticket=BADGE, first=passage("s1"), second=passage("s2", 5, "east", EAST), reason=""
            ),
        )
    )
    assert effective(state.row(Admission, AT_DOOR).passages) == passage("s1")


def test_the_first_by_position_stays_effective_when_an_earlier_entry_syncs_late() -> None:
    earlier = scan("s2", at=-5, gate="east")
    state = (
        after(scan("s1"))
        .at(issued_by(EAST))
        .when(earlier)
        .then(
            recorded(earlier, device=EAST, finding=Finding.ALREADY_INSIDE),
            DoubleAdmissionFound(
                area=DOOR, ticket=BADGE, first=passage("s1"), second=passage("s2", -5, "east", EAST), reason=""
            ),
        )
    )
    assert effective(state.row(Admission, AT_DOOR).passages) == passage("s1")


def test_a_double_admission_by_override_keeps_its_reason() -> None:
    second = scan("s2", at=5, action=Action.OVERRIDDEN, reason="lost child")
    after(scan("s1")).when(second).then(
        recorded(second, finding=Finding.ALREADY_INSIDE),
        DoubleAdmissionFound(
            area=DOOR, ticket=BADGE, first=passage("s1"), second=passage("s2", 5), reason="lost child"
        ),
    )


def test_a_re_entry_after_an_exit_is_not_double() -> None:
    out = scan("s2", at=5, direction=Direction.EXIT)
    state = after(scan("s1")).when(out).then(recorded(out, finding=Finding.LEAVE, inside=-1))
    back = scan("s3", at=9)
    state.when(back).then(recorded(back, inside=1))


def test_an_exit_that_syncs_late_withdraws_the_warning() -> None:
    late = scan("s3", at=3, direction=Direction.EXIT)
    after(scan("s1"), scan("s2", at=5)).when(late).then(
        recorded(late, finding=Finding.LEAVE), DoubleAdmissionWithdrawn(area=DOOR, ticket=BADGE, scan="s2")
    )


def test_an_exit_after_both_entries_withdraws_nothing() -> None:
    late = scan("s3", at=7, direction=Direction.EXIT)
    after(scan("s1"), scan("s2", at=5)).when(late).then(recorded(late, finding=Finding.LEAVE, inside=-1))


def test_who_is_turned_away_while_inside_is_not_double() -> None:
    again = scan("s2", at=5, action=Action.TURNED_AWAY)
    after(scan("s1")).when(again).then(recorded(again, finding=Finding.ALREADY_INSIDE))


def test_the_badge_admits_to_the_workshop_with_the_workshops_ticket() -> None:
    entry = scan("s1", area=WORKSHOP)
    state = gates().when(entry).then(recorded(entry, ticket=SEAT, seat_type=LESSON, admitted=1, inside=1))
    assert state.row(Admission, admission_id(WORKSHOP, SEAT)).passages == (passage("s1"),)


@pytest.mark.parametrize(
    ("shown", "what", "finding"),
    [
        ({"version": 3, "attendee": CY}, {}, Finding.REVOKED),
        ({"is_cancelled": True}, {}, Finding.CANCELLED),
        ({"seat_type": LESSON, "attendee": CY}, {}, Finding.WRONG_AREA),
        ({}, {"area": AreaId("cellar")}, Finding.UNKNOWN_AREA),
        ({}, {"evidence": Evidence.OUT_OF_TIME}, Finding.OUT_OF_TIME),
    ],
)
def test_who_was_let_in_with_something_against_it_is_admitted_and_contradicted(
    shown: dict[str, Any], what: dict[str, Any], finding: Finding
) -> None:
    changed = pass_of(BADGE, **shown)
    entry = scan("s1", **what)
    gates(BOS | put(changed, BADGE)).when(entry).then(
        recorded(entry, finding=finding, seat_type=changed.seat_type, admitted=1, inside=1),
        ScanContradicted(area=entry.seen.area, ticket=BADGE, passage=passage("s1"), finding=finding),
    )


def test_who_was_let_in_with_a_forged_code_is_no_admission_of_the_ticket_it_names() -> None:
    entry = scan("s1", evidence=Evidence.FORGED)
    gates().when(entry).then(
        recorded(entry, finding=Finding.FORGED, ticket=None, seat_type=None),
        ScanContradicted(area=DOOR, ticket=None, passage=passage("s1"), finding=Finding.FORGED),
    ).lacks(Admission, AT_DOOR)


def test_an_override_is_recorded_with_its_reason_and_contradicts_nothing() -> None:
    entry = scan("s1", action=Action.OVERRIDDEN, reason="speaker", version=1)
    gates().when(entry).then(recorded(entry, finding=Finding.REVOKED, admitted=1, inside=1))


def test_a_scan_that_comes_twice_counts_once() -> None:
    state = after(scan("s1"))
    state.when(scan("s1")).then(ScanRepeated(scan="s1"))


def test_an_exit_without_an_entry_is_recorded() -> None:
    out = scan("s1", at=5, direction=Direction.EXIT)
    state = gates().when(out).then(recorded(out, finding=Finding.LEAVE))
    earlier = scan("s2", at=0)
    state.when(earlier).then(recorded(earlier, admitted=1))


def test_the_seat_type_of_an_admission_stays_that_of_its_first_scan() -> None:
    state = gates({}).when(scan("s1", evidence=Evidence.FOUND, seat_type=None, area=DOOR)).state
    back = scan("s2", at=5)
    state.when(back).then(
        recorded(back, finding=Finding.UNKNOWN_AREA, seat_type=None),
        ScanContradicted(area=DOOR, ticket=BADGE, passage=passage("s2", 5), finding=Finding.UNKNOWN_AREA),
        DoubleAdmissionFound(area=DOOR, ticket=BADGE, first=passage("s1"), second=passage("s2", 5), reason=""),
    )


def test_the_device_that_let_somebody_in_may_undo_it_for_ten_minutes_however_late_it_syncs() -> None:
    state = (
        after(scan("s1"))
        .at(issued_by(WEST, at=10))
        .when(undo("s1"))
        .then(
            AdmissionUndone(
                area=DOOR,
                ticket=BADGE,
                seat_type=FULL,
                passage=passage("s1"),
                by=WEST,
                reason="wrong person",
                shift=Shift(admitted=-1, inside=-1),
            )
        )
    )
    state.lacks(Admission, AT_DOOR)


def test_a_gate_cannot_undo_after_ten_minutes_or_for_another_device() -> None:
    after(scan("s1")).at(issued_by(WEST, at=10.1)).when(undo("s1")).refused("undo_too_late", limit_s=600)
    after(scan("s1")).at(issued_by(EAST)).when(undo("s1")).refused("undo_by_another_device", device=WEST, gate="west")


def test_an_organizer_may_undo_any_time() -> None:
    organizer = issued_by("laptop", at=timedelta(days=2) / timedelta(minutes=1), role=Role.ORGANIZER)
    assert after(scan("s1")).at(organizer).when(undo("s1")).events


def test_undoing_the_effective_admission_makes_the_next_by_position_effective() -> None:
    state = (
        after(scan("s1"), scan("s2", at=5))
        .when(undo("s1"))
        .then(
            AdmissionUndone(
                area=DOOR,
                ticket=BADGE,
                seat_type=FULL,
                passage=passage("s1"),
                by=WEST,
                reason="wrong person",
                shift=Shift(),
            ),
            DoubleAdmissionWithdrawn(area=DOOR, ticket=BADGE, scan="s2"),
        )
    )
    assert effective(state.row(Admission, AT_DOOR).passages) == passage("s2", 5)


def test_undoing_a_double_admission_withdraws_its_warning() -> None:
    state = after(scan("s1"), scan("s2", at=5)).when(undo("s2")).state
    assert state.row(Admission, AT_DOOR).passages == (passage("s1"),)


def test_only_an_entry_that_is_there_can_be_undone() -> None:
    gates().when(undo("s1")).refused("unknown_admission", scan="s1")
    after(scan("s1", direction=Direction.EXIT)).when(undo("s1")).refused("unknown_admission", scan="s1")


def test_an_undo_needs_a_reason() -> None:
    command = UndoAdmission(area=DOOR, ticket=BADGE, scan="s1", reason=" ")
    after(scan("s1")).when(command).refused("invalid_field", field="reason", rule="too_short", least=1)
