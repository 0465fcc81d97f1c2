"""What follows for and from check-in: a lease brings blank tickets, a name put right at the door reaches the seat."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, assert_never

from shared.checkin.blanks import IssueBlanks, WithdrawBlanks
from shared.checkin.correction import AttendeeCorrected
from shared.conference.conference import Conference
from shared.kernel.decider import Context, Found, Key, Process, key, members
from shared.registration.allotments import AllotmentEnded, AllotmentLeased, blank_ids
from shared.registration.assignments import UpdateAttendee
from shared.registration.views import OrderByLocator

# From the day before the conference to the day after, as other tickets, wherever on earth that is: no rule may depend
# on tables of time zones, which differ between machines.
_BEFORE: Final = timedelta(days=1, hours=14)
_AFTER: Final = timedelta(days=2, hours=12)

Event = AllotmentLeased | AllotmentEnded | AttendeeCorrected


def needs(event: Event, found: Found) -> Iterable[Key]:
    match event:
        case AllotmentLeased():
            yield key(Conference)
        case AttendeeCorrected(locator=locator):
            yield from () if locator is None else [key(OrderByLocator, locator)]
        case _:
            pass


def react(event: Event, found: Found, context: Context) -> Sequence[Any]:
    match event:
        case AllotmentLeased():
            conference = found.get(Conference)
            return [] if conference is None else [_blanks(event, conference)]
        case AllotmentEnded(allotment=allotment):
            return [WithdrawBlanks(allotment=allotment)]
        case AttendeeCorrected(locator=locator):
            order = None if locator is None else found.get(OrderByLocator, locator)
            return [] if order is None else [_update(event, order)]
        case _:
            assert_never(event)


def _blanks(event: AllotmentLeased, conference: Conference) -> IssueBlanks:
    return IssueBlanks(
        allotment=event.allotment,
        seat_type=event.seat_type,
        tickets=blank_ids(event.allotment, event.quantity),
        valid_from=_midnight(conference.starts_on) - _BEFORE,
        valid_until=_midnight(conference.ends_on) + _AFTER,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _update(event: AttendeeCorrected, order: OrderByLocator) -> UpdateAttendee:
    return UpdateAttendee(
        order=order.order,
        position=event.position,
        attendee=event.attendee,
        first_name=event.first_name,
        last_name=event.last_name,
        company=event.company,
    )


process = Process(name="checkin", events=members(Event), needs=needs, react=react)
