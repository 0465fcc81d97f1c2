"""For any script of entries, exits and undos in any order of sync: admissions, doubles, warnings and numbers agree."""

from collections import Counter
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from shared.checkin import admission, areas, verdict, views
from shared.checkin.admission import RecordScan, UndoAdmission
from shared.checkin.areas import Arrivals
from shared.checkin.verdict import Admission, Direction, Passage, effective
from shared.checkin.views import Incident
from shared.domain import Domain
from shared.execute import execute
from shared.kernel.decider import Role, put
from shared.kernel.ids import DeviceId, TicketId
from tests.shared.checkin.gates import AREAS, DOOR, FULL, issued_by, pass_of, scan
from tests.spec import Memory

TICKETS = (TicketId("one"), TicketId("two"))
DOMAIN = Domain(
    deciders=(areas.decider, admission.decider),
    processes=(),
    views=(views.arrivals, views.incidents),
    roles_by_command={kind: frozenset(Role) for kind in (RecordScan, UndoAdmission)},
    hidden={},
)


@dataclass(frozen=True)
class Step:
    """An entry or exit so many minutes after nine, or the undo of the entry with that number."""

    kind: str
    ticket: TicketId
    at: int


# Unique times: which of two passages within the same microsecond was first is nobody's to know.
scripts = st.lists(
    st.builds(Step, kind=st.sampled_from(("in", "in", "out")), ticket=st.sampled_from(TICKETS), at=st.integers(0, 60)),
    max_size=14,
    unique_by=lambda step: step.at,
).flatmap(
    lambda steps: st.lists(
        st.builds(
            Step, kind=st.just("undo"), ticket=st.sampled_from(TICKETS), at=st.sampled_from([0, *(s.at for s in steps)])
        ),
        max_size=4,
    ).flatmap(lambda undos: st.permutations(steps + undos))
)


class Gate:
    """All that was done, and what the system made of it."""

    def __init__(self) -> None:
        self.rows = Memory(AREAS)
        for ticket in TICKETS:
            self.rows.update(put(pass_of(ticket), ticket))
        self.passages: dict[TicketId, list[Passage]] = {ticket: [] for ticket in TICKETS}

    def do(self, step: Step) -> None:
        held = self.passages[step.ticket]
        device = f"tablet-{step.at % 2}"
        if step.kind == "undo":
            known = [one for one in held if one.scan == str(step.at) and one.direction == Direction.ENTRY]
            if not known:
                return
            held.remove(known[0])
            command: RecordScan | UndoAdmission = UndoAdmission(
                area=DOOR, ticket=step.ticket, scan=str(step.at), reason="a mistake"
            )
        else:
            direction = Direction.ENTRY if step.kind == "in" else Direction.EXIT
            command = scan(
                str(step.at), at=step.at, ticket=step.ticket, direction=direction, gate=f"gate-{step.at % 3}"
            )
            seen = command.seen
            held.append(
                Passage(
                    scan=command.scan, direction=direction, gate=seen.gate, device=DeviceId(device), at=seen.scanned_at
                )
            )
        self.rows.update(execute(command, issued_by(device, at=step.at), self.rows, domain=DOMAIN).changes)

    def held(self, ticket: TicketId) -> tuple[Passage, ...]:
        row = self.rows.get(Admission, verdict.admission_id(DOOR, ticket))
        return () if row is None else row.passages


def expected_doubles(passages: list[Passage]) -> set[str]:
    """Said another way than in the code: an entry with one before it by position, and no exit between by time."""
    return {
        later.scan
        for place, later in enumerate(passages)
        for earlier in passages[:place]
        if later.direction == earlier.direction == Direction.ENTRY
        and not any(
            one.direction == Direction.EXIT and min(later.at, earlier.at) < one.at < max(later.at, earlier.at)
            for one in passages
        )
    }


@given(scripts)
def test_there_is_one_effective_admission_until_it_is_undone(script: list[Step]) -> None:
    gate = Gate()
    for step in script:
        before = {ticket: effective(gate.held(ticket)) for ticket in TICKETS}
        gate.do(step)
        for ticket in TICKETS:
            after = effective(gate.held(ticket))
            was_undone = step.kind == "undo" and before[ticket] is not None and before[ticket] not in gate.held(ticket)
            assert after == before[ticket] or before[ticket] is None or was_undone
            entries = [one for one in gate.passages[ticket] if one.direction == Direction.ENTRY]
            assert after == (entries[0] if entries else None)


@given(scripts)
def test_warnings_are_open_exactly_while_no_exit_is_between(script: list[Step]) -> None:
    gate = Gate()
    warned: set[str] = set()
    for step in script:
        gate.do(step)
        is_open = {row_id: not row.is_withdrawn for row_id, row in gate.rows.all(Incident).items() if row.first}
        doubles = set().union(*(expected_doubles(held) for held in gate.passages.values()))
        assert {f"double:{one}" for one in doubles} == {row_id for row_id, still in is_open.items() if still}
        warned |= doubles
        assert {f"double:{one}" for one in warned} == set(is_open)


@given(scripts)
def test_the_numbers_of_an_area_are_those_of_its_admissions(script: list[Step]) -> None:
    gate = Gate()
    for step in script:
        gate.do(step)
        arrivals = gate.rows.get(Arrivals, DOOR) or Arrivals(admitted={}, inside=0, entries={}, turned_away=0)
        held = [gate.held(ticket) for ticket in TICKETS]
        assert arrivals.inside == sum(map(verdict.is_inside, held)) >= 0
        assert arrivals.admitted.get(FULL, 0) == sum(effective(one) is not None for one in held)
        entries = Counter(one.gate for one in sum(held, ()) if one.direction == Direction.ENTRY)
        assert {name: number for name, number in arrivals.entries.items() if number} == entries


@given(scripts)
def test_how_many_are_double_does_not_depend_on_the_order_of_sync(script: list[Step]) -> None:
    scans = [step for step in script if step.kind != "undo"]
    numbers = []
    for order in (scans, sorted(scans, key=lambda step: step.at)):
        gate = Gate()
        for step in order:
            gate.do(step)
        numbers.append([len(verdict.doubles(gate.held(ticket))) for ticket in TICKETS])
    assert numbers[0] == numbers[1]


@given(st.lists(st.booleans(), min_size=60, max_size=120))
def test_a_stuck_scanner_does_not_grow_an_admission_without_end(ins: list[bool]) -> None:
    gate = Gate()
    first: Passage | None = None
    for number, is_entry in enumerate(ins):
        gate.do(Step("in" if is_entry else "out", TICKETS[0], at=number * 37 % 127))
        held = gate.held(TICKETS[0])
        first = first or effective(held)
        assert len(held) <= verdict.MOST_PASSAGES
        assert effective(held) == first
        arrivals = gate.rows.get(Arrivals, DOOR)
        assert arrivals is not None
        assert arrivals.inside == verdict.is_inside(held)
