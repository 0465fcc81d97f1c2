"""How registration learns of discount codes: their terms, and the seats that limit their quotas.

A refusal there (a quota above the seats or below the uses, an unknown seat type) refuses the organizer's intent whole.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.conference.conference import Conference
from shared.conference.seat_types import SeatType
from shared.discounts.discount import Discount, Event
from shared.kernel.decider import Context, Found, Key, Process, key, members
from shared.registration.codes import OfferCode, WithdrawCode
from shared.registration.pricing import CodeTerms


def needs(event: Event, found: Found) -> Iterable[Key]:
    yield key(Discount, event.code)
    yield key(Conference)
    conference = found.get(Conference) if found.has(Conference) else None
    yield from () if conference is None else (key(SeatType, one) for one in conference.seat_types)


def react(event: Event, found: Found, context: Context) -> Sequence[Any]:
    """The code as it is now. Before the first publish, too: quotas are those of the conference, not of the sales."""
    discount, conference = found.get(Discount, event.code), found.get(Conference)
    assert discount is not None, "what happened to a discount follows its definition"
    if discount.is_withdrawn:
        return [WithdrawCode(code=event.code)]
    seat_types = () if conference is None else conference.seat_types
    seats = {one: seat_type.quota for one in seat_types if (seat_type := found.get(SeatType, one)) is not None}
    terms = CodeTerms(
        percentage=discount.percentage,
        amount=discount.amount,
        seat_types=discount.seat_types,
        quota=discount.quota,
        valid_from=discount.valid_from,
        valid_until=discount.valid_until,
        combines_with=discount.combines_with,
    )
    return [OfferCode(code=event.code, terms=terms, seats=seats)]


process = Process(name="discounts", events=members(Event), needs=needs, react=react)
