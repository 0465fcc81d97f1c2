"""The wait list's process: seats that may have come free are offered, and what was offered becomes an order.

Seats come free in the course of every sale, so for that it reads the list's head and nothing else.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final, assert_never

from shared.kernel.decider import Context, Deadline, Found, Key, Mail, Process, key, members
from shared.kernel.ids import OrderId
from shared.registration import allotments, door_sale, seats, waitlist
from shared.registration import order as orders
from shared.registration.order_state import LIVE, Order, OrderState

SeatsEvent = (
    seats.SalesOpened
    | seats.SeatsChanged
    | seats.SeatsReserved
    | seats.ReservationCancelled
    | seats.SeatsReturned
    | allotments.AllotmentEnded
    | door_sale.DoorSaleVoided
)
OrderEvent = orders.OrderConfirmed | orders.OrderExpired | orders.OrderCancelled
ListEvent = waitlist.WaitListJoined | waitlist.WaitListOffered | waitlist.OffersPaused | waitlist.OfferEnded
Event = SeatsEvent | OrderEvent | ListEvent

_OUTCOMES: Final = {
    OrderState.CONFIRMED: waitlist.Outcome.ACCEPTED,
    OrderState.EXPIRED: waitlist.Outcome.LAPSED,
    OrderState.CANCELLED: waitlist.Outcome.DECLINED,
}


def needs(event: Event, found: Found) -> Iterable[Key]:
    match event:
        case waitlist.WaitListOffered(entry=id, order=order):
            yield key(waitlist.WaitEntry, id)
            yield key(Order, order)
        case waitlist.OfferEnded(entry=id):
            yield key(waitlist.WaitEntry, id)
            entry = found.get(waitlist.WaitEntry, id) if found.has(waitlist.WaitEntry, id) else None
            if entry is not None and entry.offer is not None:
                yield key(Order, entry.offer)
        case orders.OrderConfirmed() | orders.OrderExpired() | orders.OrderCancelled():
            yield key(Order, event.order)
        case seats.SeatsReserved(released=False) | waitlist.WaitListJoined() | waitlist.OffersPaused():
            pass
        case _:
            yield key(waitlist.WaitList)


def react(event: Event, found: Found, context: Context) -> Sequence[Any]:
    match event:
        case waitlist.WaitListJoined():
            return [Mail(template="waitlist_joined", about=event.entry)]
        case waitlist.WaitListOffered():
            return _place(event, found)
        case waitlist.OffersPaused():
            # Later than the deadline that brought it, whatever the clock: a deadline is known by its key and date.
            due = context.now + timedelta(microseconds=1)
            return [Deadline(key="wait list", due=due, command=waitlist.OfferToWaiting())]
        case waitlist.OfferEnded():
            return _give_up(event, found, context)
        case orders.OrderConfirmed() | orders.OrderExpired() | orders.OrderCancelled():
            return _end(event.order, found)
        case seats.SeatsReserved(released=False):
            return []
        case event if isinstance(event, SeatsEvent):
            head = found.get(waitlist.WaitList)
            return [waitlist.OfferToWaiting()] if head is not None and head.waiting else []
        case _:
            assert_never(event)


def _place(event: waitlist.WaitListOffered, found: Found) -> Sequence[Any]:
    entry = found.get(waitlist.WaitEntry, event.entry)
    assert entry is not None, "what happens to an entry follows its joining"
    if found.get(Order, event.order) is not None:
        return []
    offer = orders.PlaceOffer(
        order=event.order,
        entry=event.entry,
        lines=entry.lines,
        registrant=entry.registrant,
        first_name=entry.first_name,
        last_name=entry.last_name,
        email=entry.email,
        language=entry.language,
        expires_at=event.expires_at,
    )
    return [offer, Mail(template="waitlist_offer", about=event.order)]


def _give_up(event: waitlist.OfferEnded, found: Found, context: Context) -> Sequence[Any]:
    """The order of an offer that was declined by leaving the list."""
    entry = found.get(waitlist.WaitEntry, event.entry)
    assert entry is not None, "what happens to an entry follows its joining"
    assert entry.offer is not None, "an offer ends after it was made"
    order = found.get(Order, entry.offer)
    if order is None or order.state not in LIVE:
        return []
    is_over = context.now >= order.expires_at
    return [orders.ExpireOrder(order=entry.offer) if is_over else orders.CancelOrder(order=entry.offer)]


def _end(id: OrderId, found: Found) -> Sequence[waitlist.EndOffer]:
    order = found.get(Order, id)
    assert order is not None, "what happened to an order follows its placing"
    outcome = _OUTCOMES.get(order.state)
    if order.offer_of is None or outcome is None:
        return []
    return [waitlist.EndOffer(entry=order.offer_of, order=id, outcome=outcome)]


process = Process(name="registration.waitlist", events=members(Event), needs=needs, react=react)
