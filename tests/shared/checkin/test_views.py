"""What gates and organizers see: passes from registration, arrivals and incidents from scans."""

from collections import Counter
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.checkin import admission, areas, views
from shared.checkin.admission import Action, RecordScan, UndoAdmission
from shared.checkin.areas import Arrivals
from shared.checkin.ticket_code import Evidence
from shared.checkin.verdict import Admission, Attendee, Direction, Finding, Pass, Passage
from shared.checkin.views import Expected, Incident
from shared.domain import Domain
from shared.execute import Execution, execute
from shared.kernel.codec import to_json
from shared.kernel.decider import Context, Rejected, Role, key
from shared.kernel.ids import OrderId, PersonId, SeatTypeId
from shared.registration import assignments
from shared.registration.assignments import AssignSeat, CancelSeats, CreateSeatAssignments, UnassignSeat, ticket_id
from tests.shared.checkin.gates import BADGE, BO, BOS, CY, DOOR, EAST, FULL, LESSON, WEST, issued_by, passage, scan
from tests.spec import CONTEXT, Memory

DOMAIN = Domain(
    deciders=(assignments.decider, areas.decider, admission.decider),
    processes=(),
    views=(views.passes, views.attendees, views.expected, views.arrivals, views.incidents),
    roles_by_command={
        kind: frozenset(Role)
        for kind in (RecordScan, UndoAdmission, AssignSeat, CancelSeats, CreateSeatAssignments, UnassignSeat)
    },
    hidden={},
)
ORDER = OrderId("order-1")
SEATS = (FULL, LESSON, FULL)
CREATED = CreateSeatAssignments(order=ORDER, locator="ABC123", seats=SEATS)


def run(rows: Memory, *commands: Any, context: Context = CONTEXT) -> Execution:
    """What the last of the commands did. On the way, every row survives the codec."""
    done = Execution()
    for command in commands:
        done = execute(command, context, rows, domain=DOMAIN)
        rows.update(done.changes)
        for one, row in done.changes.items():
            assert row is None or DOMAIN.codec.decode_row(one.view, to_json(row)) == row
    return done


def assign(position: int, attendee: PersonId = BO, name: str = "Bo") -> AssignSeat:
    return AssignSeat(
        order=ORDER,
        position=position,
        attendee=attendee,
        first_name=name,
        last_name="Li",
        email=f"{attendee}@example.org",
        company="Acme",
    )


def a_pass(position: int, version: int, attendee: PersonId | None, **other: Any) -> Pass:
    fields: dict[str, Any] = {"first_name": "Bo", "last_name": "Li", "company": "Acme", "is_cancelled": False}
    if attendee is None:
        fields |= {"first_name": "", "last_name": "", "company": ""}
    return Pass(
        ticket=ticket_id(ORDER, position),
        locator="ABC123",
        position=position,
        seat_type=SEATS[position],
        version=version,
        attendee=attendee,
        **fields | other,
    )


def test_whoever_is_assigned_a_seat_has_a_pass_and_is_expected() -> None:
    rows = Memory()
    run(rows, CREATED, assign(0), assign(1), assign(2, CY, "Cy"))
    assert rows.get(Pass, ticket_id(ORDER, 0)) == a_pass(0, 1, BO)
    assert rows.get(Pass, ticket_id(ORDER, 2)) == a_pass(2, 1, CY, first_name="Cy")
    assert rows.all(Attendee) == {
        BO: Attendee(tickets=(ticket_id(ORDER, 0), ticket_id(ORDER, 1))),
        CY: Attendee(tickets=(ticket_id(ORDER, 2),)),
    }
    assert rows.all(Expected) == {FULL: Expected(tickets=2), LESSON: Expected(tickets=1)}


def test_a_seat_that_is_given_to_another_attendee_has_a_new_version() -> None:
    rows = Memory()
    run(rows, CREATED, assign(0), assign(0, CY, "Cy"))
    assert rows.get(Pass, ticket_id(ORDER, 0)) == a_pass(0, 2, CY, first_name="Cy")
    assert rows.all(Attendee) == {CY: Attendee(tickets=(ticket_id(ORDER, 0),))}
    assert rows.all(Expected) == {FULL: Expected(tickets=1)}


def test_a_corrected_name_is_on_the_pass() -> None:
    rows = Memory()
    run(rows, CREATED, assign(0), assign(0, name="Bob"))
    assert rows.get(Pass, ticket_id(ORDER, 0)) == a_pass(0, 1, BO, first_name="Bob")


def test_the_pass_of_a_seat_that_nobody_has_names_nobody() -> None:
    rows = Memory()
    run(rows, CREATED, assign(0), UnassignSeat(order=ORDER, position=0))
    assert rows.get(Pass, ticket_id(ORDER, 0)) == a_pass(0, 1, None)
    assert rows.all(Attendee) == {}
    assert rows.all(Expected) == {FULL: Expected(tickets=0)}


def test_the_pass_of_a_cancelled_seat_is_cancelled() -> None:
    rows = Memory()
    run(rows, CREATED, assign(0), CancelSeats(order=ORDER, positions=(0, 1)))
    assert rows.all(Pass) == {ticket_id(ORDER, 0): a_pass(0, 1, None, is_cancelled=True)}
    assert rows.all(Attendee) == {}


steps = st.one_of(
    st.builds(assign, st.integers(0, 2), st.sampled_from((BO, CY))),
    st.builds(UnassignSeat, order=st.just(ORDER), position=st.integers(0, 2)),
    st.builds(CancelSeats, order=st.just(ORDER), positions=st.tuples(st.integers(0, 2))),
)


@given(st.lists(steps, max_size=12))
def test_attendees_and_expectations_are_those_of_the_passes(script: list[Any]) -> None:
    rows = Memory()
    run(rows, CREATED)
    for command in script:
        with suppress(Rejected):
            run(rows, command)
        held = [(one.attendee, one.ticket, one.seat_type) for one in rows.all(Pass).values() if one.attendee]
        listed = {(person, ticket) for person, row in rows.all(Attendee).items() for ticket in row.tickets}
        assert {(person, ticket) for person, ticket, _ in held} == listed
        numbers = {seat_type: row.tickets for seat_type, row in rows.all(Expected).items() if row.tickets}
        assert numbers == Counter(seat_type for _, _, seat_type in held)


def test_a_plain_good_entry_writes_one_admission_and_one_row_of_numbers() -> None:
    done = run(Memory(BOS), scan("s1"), context=issued_by(WEST))
    assert set(done.changes) == {key(Admission, f"{DOOR}:{BADGE}"), key(Arrivals, DOOR)}


def test_arrivals_count_admissions_by_seat_type_and_entries_by_gate() -> None:
    rows = Memory(BOS)
    run(
        rows,
        scan("s1"),
        scan("s2", at=5, direction=Direction.EXIT),
        scan("s3", at=9, gate="east"),
        scan("s4", at=10, action=Action.TURNED_AWAY, gate="east"),
        scan("s5", evidence=Evidence.FOUND, ticket="stranger", seat_type=None, gate="east"),
        context=issued_by(WEST),
    )
    assert rows.get(Arrivals, DOOR) == Arrivals(
        admitted={FULL: 1, SeatTypeId(""): 1}, inside=2, entries={"west": 1, "east": 2}, turned_away=1
    )
    run(rows, UndoAdmission(area=DOOR, ticket=BADGE, scan="s3", reason="mistake"), context=issued_by(WEST, at=12))
    assert rows.get(Arrivals, DOOR) == Arrivals(
        admitted={FULL: 1, SeatTypeId(""): 1}, inside=1, entries={"west": 1, "east": 1}, turned_away=1
    )


def incident(finding: Finding, first: Passage | None, second: Passage, *, is_withdrawn: bool = False) -> Incident:
    return Incident(
        finding=finding,
        area=DOOR,
        ticket=BADGE,
        first=first,
        second=second,
        reason="",
        since=issued_by(WEST).now,
        is_withdrawn=is_withdrawn,
    )


def test_a_double_admission_is_an_incident_until_an_exit_between_is_known() -> None:
    rows = Memory(BOS)
    run(rows, scan("s1"), context=issued_by(WEST))
    run(rows, scan("s2", at=5, gate="east"), context=issued_by(EAST))
    first, second = passage("s1"), passage("s2", 5, "east", EAST)
    assert rows.all(Incident) == {"double:s2": incident(Finding.ALREADY_INSIDE, first, second)}
    run(rows, scan("s3", at=3, direction=Direction.EXIT), context=issued_by(WEST))
    assert rows.all(Incident) == {"double:s2": incident(Finding.ALREADY_INSIDE, first, second, is_withdrawn=True)}


def test_an_entry_with_a_revoked_ticket_is_an_incident_until_it_is_undone() -> None:
    rows = Memory(BOS)
    run(rows, scan("s1", version=1), context=issued_by(WEST))
    assert rows.all(Incident) == {"contradiction:s1": incident(Finding.REVOKED, None, passage("s1"))}
    run(rows, UndoAdmission(area=DOOR, ticket=BADGE, scan="s1", reason="mistake"), context=issued_by(WEST))
    assert rows.all(Incident) == {"contradiction:s1": incident(Finding.REVOKED, None, passage("s1"), is_withdrawn=True)}
