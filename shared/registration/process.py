"""RegistrationProcess: how registration learns of the conference, and what follows from orders, seats and payments.

Both processes ask the rows what is so now, and take from the event only what it is about: an event that comes twice
or late asks for nothing that was not wanted, or for what the deciders know to be done.
"""

from collections.abc import Iterable, Sequence
from typing import Any, assert_never

from shared.conference import conference as conferences
from shared.conference import seat_types
from shared.kernel.decider import Context, Deadline, Effect, Found, Key, Mail, Process, key, members
from shared.kernel.ids import OrderId, SeatTypeId
from shared.payments import payment as payments
from shared.registration import assignments, seats
from shared.registration import order as orders

ConferenceEvent = (
    conferences.ConferencePublished
    | conferences.ConferenceUnpublished
    | conferences.ConferenceEdited
    | seat_types.SeatTypeAdded
    | seat_types.SeatTypeEdited
)


def needs_of_sales(event: ConferenceEvent, found: Found) -> Iterable[Key]:
    yield key(conferences.Conference)
    match event:
        case conferences.ConferencePublished():
            conference = found.get(conferences.Conference) if found.has(conferences.Conference) else None
            yield from () if conference is None else (key(seat_types.SeatType, one) for one in conference.seat_types)
        case seat_types.SeatTypeAdded() | seat_types.SeatTypeEdited():
            yield key(seat_types.SeatType, event.seat_type)
        case _:
            pass


def sell(event: ConferenceEvent, found: Found, context: Context) -> Sequence[Any]:
    """Announce the seat types at the first publish, later ones at once, and let sales follow the conference."""
    conference = found.get(conferences.Conference)
    if conference is None or not conference.was_published:
        return []
    match event:
        case conferences.ConferencePublished():
            opened = seats.OpenSales(
                currency=conference.currency, hold_s=conference.hold_s, seats_per_order=conference.seats_per_order
            )
            added = [one for seat_type in conference.seat_types for one in _announce(seat_type, found)]
            return [opened, *added] if conference.is_published else []
        case conferences.ConferenceUnpublished():
            return [] if conference.is_published else [seats.CloseSales()]
        case conferences.ConferenceEdited():
            return [seats.ChangeSalesTerms(hold_s=conference.hold_s, seats_per_order=conference.seats_per_order)]
        case seat_types.SeatTypeAdded() | seat_types.SeatTypeEdited():
            return _announce(event.seat_type, found)
        case _:
            assert_never(event)


def _announce(id: SeatTypeId, found: Found) -> Sequence[seats.OfferSeats]:
    seat_type = found.get(seat_types.SeatType, id)
    if seat_type is None:
        return []
    return [seats.OfferSeats(seat_type=id, name=seat_type.name, price=seat_type.price, quota=seat_type.quota)]


OrderEvent = (
    orders.OrderPlaced
    | orders.OrderUpdated
    | orders.RegistrantAssigned
    | orders.PaymentStarted
    | orders.SeatsReclaimed
    | orders.OrderConfirmed
    | orders.OrderExpired
    | orders.OrderCancelled
)
Event = (
    OrderEvent
    | seats.SeatsReserved
    | assignments.SeatsCancelled
    | payments.PaymentCaptured
    | payments.UnexpectedCapture
    | payments.PaymentRejected
    | payments.PaymentCancelled
)


def needs(event: Event, found: Found) -> Iterable[Key]:
    match event:
        case assignments.SeatsCancelled(order=id):
            yield key(assignments.Assignments, id)
            yield key(seats.Reservation, id)
        case orders.OrderConfirmed(order=id) | orders.OrderExpired(order=id) | orders.OrderCancelled(order=id):
            yield key(orders.Order, id)
            if isinstance(event, orders.OrderCancelled):
                yield key(assignments.Assignments, id)
            order = found.get(orders.Order, id) if found.has(orders.Order, id) else None
            if order is not None and order.payment is not None:
                yield key(payments.Payment, order.payment)
        case event if isinstance(event, OrderEvent):
            yield key(orders.Order, event.order)
        case _:
            pass


def react(event: Event, found: Found, context: Context) -> Sequence[Any]:
    match event:
        case seats.SeatsReserved(reservation=id):
            return [orders.MarkSeatsReserved(order=id, granted=event.granted)]
        case payments.PaymentCaptured() | payments.UnexpectedCapture():
            receipt = orders.Receipt(
                payment=event.payment, reference=event.reference, amount=event.amount, currency=event.currency
            )
            is_doubtful = getattr(event, "surprise", None) == payments.Surprise.WRONG_ORDER
            doubt = orders.Attention.WRONG_ORDER if is_doubtful else None
            return [orders.ReceiveMoney(order=event.order, receipt=receipt, doubt=doubt)]
        case payments.PaymentRejected() | payments.PaymentCancelled():
            return [orders.EndPayment(order=event.order, payment=event.payment)]
        case assignments.SeatsCancelled(order=id):
            return _return(id, found)
        case _:
            order = found.get(orders.Order, event.order)
            assert order is not None, "what happened to an order follows its placing"
            return _follow(event, order, found)


def _follow(event: OrderEvent, order: orders.Order, found: Found) -> Sequence[Any]:
    id = event.order
    match event:
        case orders.OrderPlaced() | orders.OrderUpdated():
            if order.state != orders.OrderState.RESERVING:
                return []
            wanted = {line.seat_type: line.quantity for line in order.lines}
            return [seats.ReserveSeats(reservation=id, wanted=wanted), _deadline(id, order)]
        case orders.RegistrantAssigned():
            return [Mail(template="order_link", about=id)] if event.is_new_address else []
        case orders.PaymentStarted(payment=payment):
            if order.payment != payment or order.state not in orders.LIVE:
                return []
            started = payments.InitiatePayment(payment=payment, order=id, amount=event.amount, currency=event.currency)
            return [started, _deadline(id, order)]
        case orders.SeatsReclaimed():
            if order.reclaiming is None:
                return []
            return [seats.ReserveSeats(reservation=id, wanted=order.seats, all_or_none=True)]
        case orders.OrderConfirmed() if order.state == orders.OrderState.CONFIRMED:
            places = tuple(one for one, quantity in order.seats.items() for _ in range(quantity))
            return [
                seats.CommitReservation(reservation=id),
                assignments.CreateSeatAssignments(order=id, locator=order.locator, seats=places),
                *_close(id, order, found),
                Mail(template="confirmation", about=id),
            ]
        case orders.OrderExpired() if order.state == orders.OrderState.EXPIRED:
            return [seats.CancelReservation(reservation=id), *_close(id, order, found)]
        case orders.OrderCancelled():
            known = found.get(assignments.Assignments, id)
            every = () if known is None else tuple(range(len(known.seats)))
            cancelled = [assignments.CancelSeats(order=id, positions=every)] if every else []
            return [seats.CancelReservation(reservation=id), *cancelled, *_close(id, order, found)]
        case _:
            # Confirmed or expired once, and something else since: the event is late.
            return []


def _deadline(id: OrderId, order: orders.Order) -> Deadline:
    return Deadline(key=f"order:{id}", due=order.expires_at, command=orders.ExpireOrder(order=id))


def _close(id: OrderId, order: orders.Order, found: Found) -> Sequence[Effect | payments.CancelPayment]:
    """No deadline, and no payment left open: what the provider captures all the same will be late money."""
    closed: list[Effect | payments.CancelPayment] = [Deadline(key=f"order:{id}", due=None)]
    payment = None if order.payment is None else found.get(payments.Payment, order.payment)
    if order.payment is not None and payment is not None and payment.state == payments.PaymentState.INITIATED:
        closed.append(payments.CancelPayment(payment=order.payment))
    return closed


def _return(id: OrderId, found: Found) -> Sequence[seats.ReturnSeats]:
    """Sold seats that have no position any more. The difference, not the event's: so twice is the same as once."""
    known, reservation = found.get(assignments.Assignments, id), found.get(seats.Reservation, id)
    assert known is not None, "seats are cancelled in positions that exist"
    assert reservation is not None, "positions are seats that were sold"
    left = known.left
    surplus = {one: sold - left.get(one, 0) for one, sold in reservation.sold.items() if sold > left.get(one, 0)}
    return [seats.ReturnSeats(reservation=id, seats=surplus)] if surplus else []


sales_process = Process(name="registration.sales", events=members(ConferenceEvent), needs=needs_of_sales, react=sell)
order_process = Process(name="registration.orders", events=members(Event), needs=needs, react=react)
