"""A name put right at the door: at once on its pass, and with the seat where the seat is known."""

from dataclasses import replace
from typing import Any

import pytest

from shared.checkin.correction import AttendeeCorrected, CorrectAttendee, decider
from shared.checkin.process import process
from shared.checkin.verdict import Pass
from shared.execute import gather
from shared.kernel.decider import Rejected, put
from shared.kernel.ids import OrderId, PersonId, TicketId
from shared.registration.assignments import AssignSeat, CancelSeats, SeatAssignment, UpdateAttendee, seat_id, ticket_id
from tests.shared.checkin.gates import BADGE, BO, CY, pass_of
from tests.shared.registration.world import World
from tests.spec import CONTEXT, DOOR, Memory, given

ORDER = OrderId("o1")
TICKET = ticket_id(ORDER, 0)


def correct(**other: Any) -> CorrectAttendee:
    fields: dict[str, Any] = {"ticket": BADGE, "attendee": BO, "first_name": "Bob", "last_name": "Li"}
    return CorrectAttendee(**fields | other)


def corrected(**other: Any) -> AttendeeCorrected:
    fields: dict[str, Any] = {"locator": "ABC123", "position": 0, "company": ""}
    return AttendeeCorrected(
        **{"ticket": BADGE, "attendee": BO, "first_name": "Bob", "last_name": "Li"} | fields | other
    )


def test_a_name_is_corrected() -> None:
    state = given(decider, rows=put(pass_of(BADGE), BADGE))
    state.when(correct()).then(corrected())
    state.when(correct(first_name="Bo", company="Acme")).then(corrected(first_name="Bo", company="Acme"))
    state.when(correct(first_name="Bo")).nothing()


def test_what_is_not_theirs_is_not_corrected() -> None:
    state = given(decider, rows=put(pass_of(BADGE), BADGE))
    state.when(correct(ticket=TicketId("other"))).refused("unknown_ticket", ticket="other")
    state.when(correct(attendee=CY)).refused("attendee_changed", ticket=BADGE)
    state.when(correct(last_name=" ")).refused("invalid_field", field="last_name", rule="too_short", least=1)
    cancelled = given(decider, rows=put(pass_of(BADGE, is_cancelled=True), BADGE))
    cancelled.when(correct()).refused("seat_cancelled", position=0)


@pytest.fixture
def world() -> World:
    """Bo has the first of two seats."""
    made = World()
    made.place("o1", vip=2)
    made.pay("o1")
    names: Any = {"first_name": "Bo", "last_name": "Li", "email": "bo@example.org"}
    made.send(AssignSeat(order=ORDER, position=0, attendee=BO, **names))
    return made


def test_a_corrected_name_reaches_the_seat(world: World) -> None:
    world.send(correct(ticket=TICKET, company="Acme"), DOOR)
    seat, shown = world.memory.get(SeatAssignment, seat_id(ORDER, 0)), world.memory.get(Pass, TICKET)
    assert seat is not None
    assert shown is not None
    assert (seat.first_name, seat.company, seat.email, seat.version) == ("Bob", "Acme", "bo@example.org", 1)
    assert (shown.first_name, shown.company, shown.version) == ("Bob", "Acme", 1)


def test_an_update_of_a_seat_that_somebody_else_or_nobody_has_does_nothing(world: World) -> None:
    update = UpdateAttendee(order=ORDER, position=0, attendee=CY, first_name="Cy", last_name="Oh", company="")
    assert world.send(update).events == []
    assert world.send(replace(update, position=1)).events == []
    assert world.send(replace(update, attendee=BO, first_name="Bo", last_name="Li")).events == []
    world.send(CancelSeats(order=ORDER, positions=(0,)))
    with pytest.raises(Rejected, match="seat_cancelled"):
        world.send(correct(ticket=TICKET), DOOR)


def test_a_pass_of_an_order_that_nobody_finds_is_corrected_alone() -> None:
    for locator in (None, "ABC123"):
        event = corrected(locator=locator, attendee=PersonId("bo"))
        found = gather(lambda got, event=event: process.needs(event, got), Memory())  # type: ignore[misc]
        assert process.react(event, found, CONTEXT) == []
