"""Who can be given a seat of an order without typing: whoever is in it already, and whoever is found. No Qt."""

from collections.abc import Iterable
from dataclasses import dataclass

from desktop.ui.orders.facts import OrderFacts
from shared.kernel.ids import OrderId, PersonId
from shared.registration.assignments import AssignSeat, SeatAssignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as one of their seats or their order names them."""

    id: PersonId
    first_name: str
    last_name: str
    email: str
    company: str = ""

    def seated(self, order: OrderId, position: int) -> AssignSeat:
        """The command that gives them a seat."""
        return AssignSeat(
            order=order,
            position=position,
            attendee=self.id,
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email,
            company=self.company,
        )


def people_of(facts: OrderFacts) -> list[Person]:
    """Whoever placed the order, and those at its seats, each once."""
    order = facts.order
    seated = people_at(one for one in facts.seats if one is not None)
    names = (order.first_name, order.last_name, order.email)
    if order.registrant is None or any(one.id == order.registrant for one in seated):
        return seated
    first, last, email = names
    if not isinstance(first, str) or not isinstance(last, str) or not isinstance(email, str):
        return seated
    return [Person(id=order.registrant, first_name=first, last_name=last, email=email), *seated]


def people_at(seats: Iterable[SeatAssignment]) -> list[Person]:
    """Those at the seats, each once; whoever was erased is nobody any more."""
    found = {}
    for one in seats:
        if (
            one.attendee is not None
            and isinstance(one.first_name, str)
            and isinstance(one.last_name, str)
            and isinstance(one.email, str)
        ):
            found[one.attendee] = Person(
                id=one.attendee,
                first_name=one.first_name,
                last_name=one.last_name,
                email=one.email,
                company=one.company,
            )
    return list(found.values())
