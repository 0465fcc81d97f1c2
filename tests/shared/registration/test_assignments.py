"""SeatAssignments: the address decides who sits where, and which codes still open a door."""

from dataclasses import replace
from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from shared.kernel.decider import Found, put
from shared.kernel.ids import OrderId, PersonId, SeatTypeId
from shared.kernel.personal import ERASED
from shared.registration import assignments
from shared.registration.assignments import (
    Assignments,
    AssignSeat,
    AttendeeUpdated,
    CancelSeats,
    CreateSeatAssignments,
    SeatAssigned,
    SeatAssignment,
    SeatAssignmentsCreated,
    SeatsCancelled,
    SeatUnassigned,
    UnassignSeat,
    seat_id,
    ticket_id,
)
from tests.spec import CONTEXT, Given, Memory, given

VIP, DAY = SeatTypeId("vip"), SeatTypeId("day")
ORDER = OrderId("order-1")
ANN, BO = PersonId("ann"), PersonId("bo")
CREATED = SeatAssignmentsCreated(order=ORDER, locator="ABC123", seats=(VIP, VIP, DAY))
T0, T1, T2 = (ticket_id(ORDER, position) for position in range(3))


def order(*events: Any) -> Given:
    return given(assignments.decider, CREATED, *events)


def assign(person: PersonId, position: int = 0, **changes: Any) -> AssignSeat:
    usual = AssignSeat(
        order=ORDER,
        position=position,
        attendee=person,
        first_name=person.title(),
        last_name="Lee",
        email=f"{person}@example.org",
    )
    return replace(usual, **changes)


def assigned(person: PersonId, position: int = 0, **changes: Any) -> SeatAssigned:
    usual = SeatAssigned(
        order=ORDER,
        position=position,
        seat_type=CREATED.seats[position],
        ticket=ticket_id(ORDER, position),
        version=1,
        attendee=person,
        first_name=person.title(),
        last_name="Lee",
        email=f"{person}@example.org",
        company="",
        previous=None,
    )
    return replace(usual, **changes)


def unassigned(person: PersonId, position: int = 0) -> SeatUnassigned:
    return SeatUnassigned(order=ORDER, position=position, ticket=ticket_id(ORDER, position), attendee=person)


def test_positions_are_created_once() -> None:
    create = CreateSeatAssignments(order=ORDER, locator="ABC123", seats=(VIP, VIP, DAY))
    given(assignments.decider).when(create).then(CREATED).when(create).nothing()


def test_an_order_that_is_not_confirmed_has_no_positions() -> None:
    given(assignments.decider).when(assign(ANN)).refused("no_seat_assignments", order=ORDER)


def test_an_assigned_seat_has_a_ticket() -> None:
    state = order().when(assign(ANN, company="ACME")).then(assigned(ANN, company="ACME"))
    seat = state.row(SeatAssignment, seat_id(ORDER, 0))
    assert (seat.ticket, seat.version, seat.attendee, seat.email) == (T0, 1, ANN, "ann@example.org")


def test_another_address_gives_the_seat_away_and_revokes_the_old_code() -> None:
    state = order(assigned(ANN), assigned(ANN, 1)).when(assign(BO)).then(assigned(BO, version=2, previous=ANN))
    seat = state.row(SeatAssignment, seat_id(ORDER, 0))
    assert (seat.version, seat.attendee) == (2, BO)


def test_another_address_of_the_same_person_revokes_the_old_code_too() -> None:
    state = order(assigned(ANN)).when(assign(ANN, email="new@example.org"))
    state.then(assigned(ANN, email="new@example.org", version=2, previous=ANN))


def test_the_same_address_with_another_name_is_an_update() -> None:
    command = assign(BO, last_name="Li", email="ann@example.org", company="ACME")
    event = AttendeeUpdated(
        order=ORDER, position=0, ticket=T0, attendee=ANN, first_name="Bo", last_name="Li", company="ACME"
    )
    state = order(assigned(ANN)).when(command).then(event)
    seat = state.row(SeatAssignment, seat_id(ORDER, 0))
    assert (seat.version, seat.last_name, seat.company) == (1, "Li", "ACME")
    assert (seat.attendee, seat.first_name, seat.email) == (ANN, "Bo", "ann@example.org")


def test_the_same_in_all_is_no_event() -> None:
    order(assigned(ANN)).when(assign(ANN)).nothing()


def test_an_erased_attendee_gives_way_to_whoever_comes() -> None:
    state = order(assigned(ANN, first_name=ERASED, last_name=ERASED, email=ERASED))
    state.when(assign(ANN)).then(assigned(ANN, version=2, previous=ANN))


def test_an_unknown_position_is_refused() -> None:
    for position in (-1, 3):
        order().when(assign(ANN, position)).refused("unknown_position", position=position)
        order().when(UnassignSeat(order=ORDER, position=position)).refused("unknown_position", position=position)
        order().when(CancelSeats(order=ORDER, positions=(position,))).refused("unknown_position", position=position)


def test_an_attendee_has_an_address_and_a_name() -> None:
    order().when(assign(ANN, email="")).refused("invalid_field", field="email", rule="too_short", least=3)
    order().when(assign(ANN, last_name="")).refused("invalid_field", field="last_name", rule="too_short", least=1)


def test_an_unassigned_seat_keeps_its_ticket_s_version() -> None:
    state = order(assigned(ANN)).when(UnassignSeat(order=ORDER, position=0)).then(unassigned(ANN))
    seat = state.row(SeatAssignment, seat_id(ORDER, 0))
    assert (seat.attendee, seat.email, seat.version) == (None, "", 1)
    state.when(UnassignSeat(order=ORDER, position=0)).nothing()
    state.when(assign(ANN)).then(assigned(ANN, version=2))


def test_cancelled_seats_have_no_attendee_and_take_none() -> None:
    cancel = CancelSeats(order=ORDER, positions=(0, 1, 0))
    state = (
        order(assigned(ANN), assigned(ANN, 2))
        .when(cancel)
        .then(unassigned(ANN), SeatsCancelled(order=ORDER, positions=(0, 1), seats={VIP: 2}))
    )
    assert state.row(Assignments, ORDER).left == {DAY: 1}
    state.when(assign(ANN)).refused("seat_cancelled", position=0)
    state.when(cancel).nothing()


def test_a_large_order_is_cancelled_as_quickly_as_it_was_made() -> None:
    """100,000 seats: whatever looks at each for each would hold up the conference for a minute."""
    every = range(100_000)
    whole = Assignments(locator=None, seats=(VIP,) * len(every), cancelled=tuple(every))
    assert whole.left == {}
    memory = Memory(put(whole, ORDER))
    again = CancelSeats(order=ORDER, positions=tuple(every))
    found = Found({one: memory.rows.get(one) for one in assignments.needs(again, Found())})
    assert assignments.decide(again, found, CONTEXT) == []


POSITIONS = st.integers(0, 2)
SCRIPTS = st.lists(
    st.one_of(
        st.builds(assign, st.sampled_from([ANN, BO]), POSITIONS, email=st.sampled_from(["a@x.org", "b@x.org"])),
        st.builds(UnassignSeat, order=st.just(ORDER), position=POSITIONS),
        st.builds(CancelSeats, order=st.just(ORDER), positions=st.tuples(POSITIONS)),
    ),
    max_size=15,
)


@for_all(script=SCRIPTS)
def test_a_ticket_is_good_for_exactly_whoever_sits_there_after_any_script(script: list[Any]) -> None:
    state, versions = order(), dict.fromkeys([str(T0), str(T1), str(T2)], 0)
    for command in script:
        state = state.when(command).state
        memory: Memory = state.memory
        now = {seat.ticket: seat for seat in memory.all(SeatAssignment).values()}
        for seat in now.values():
            assert (seat.attendee is None) == (not seat.email)
            assert seat.version >= versions[seat.ticket], "a version never comes back"
        versions |= {ticket: seat.version for ticket, seat in now.items()}
