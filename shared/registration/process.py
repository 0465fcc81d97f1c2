"""RegistrationProcess: how registration learns of the conference, and what follows from orders, seats and payments.

Both processes ask the rows what is so now, and take from the event only what it is about: an event that comes twice
or late asks for nothing that was not wanted, or for what the deciders know to be done.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any, Final, assert_never

from shared.conference import conference as conferences
from shared.conference import seat_types
from shared.kernel.decider import Context, Deadline, Effect, Found, Key, Mail, Process, key, members
from shared.kernel.ids import OrderId, SeatTypeId, derived_id
from shared.payments import payment as payments
from shared.registration import assignments, door_sale, seats
from shared.registration import order as orders
from shared.registration.order_state import LIVE, Order, OrderState
from shared.registration.receipts import Attention, Method, Receipt

# How long before its deadline an order is warned of: a quarter of the time that is left, within these limits.
_NOTICE_LEAST: Final = timedelta(minutes=5)
_NOTICE_MOST: Final = timedelta(hours=6)
# What speaks against money, whatever the order is waiting for.
_DOUBTS: Final = {
    payments.Surprise.WRONG_ORDER: Attention.WRONG_ORDER,
    payments.Surprise.REFUND_RETURNED: Attention.REFUND_RETURNED,
}

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
            opened = seats.OpenSales(currency=conference.currency, **_terms(conference))
            added = [one for seat_type in conference.seat_types for one in _announce(seat_type, found)]
            return [opened, *added] if conference.is_published else []
        case conferences.ConferenceUnpublished():
            return [] if conference.is_published else [seats.CloseSales()]
        case conferences.ConferenceEdited():
            return [seats.ChangeSalesTerms(**_terms(conference))]
        case seat_types.SeatTypeAdded() | seat_types.SeatTypeEdited():
            return _announce(event.seat_type, found)
        case _:
            assert_never(event)


def _terms(conference: conferences.Conference) -> dict[str, Any]:
    last_day = conference.starts_on - timedelta(days=conference.cancel_days)
    # No rule may depend on tables of time zones, which differ between machines: midnight where it comes first.
    until = datetime.combine(last_day, time(), timezone(timedelta(hours=14))).astimezone(UTC)
    return {
        "hold_s": conference.hold_s,
        "seats_per_order": conference.seats_per_order,
        "offer_s": conference.offer_s,
        "cancel_until": None if conference.cancel_days == conferences.CANCEL_NEVER else until,
        "invoice_prefix": conference.invoice_prefix,
        "invoice_days": conference.invoice_days,
    }


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
    | orders.LinkAsked
    | orders.ExpiryWarned
    | orders.OrderExpired
    | orders.OrderCancelled
    | orders.OrderNeedsAttention
)
MoneyEvent = payments.PaymentCaptured | payments.UnexpectedCapture | payments.PaymentRecorded
Event = (
    OrderEvent
    | MoneyEvent
    | seats.SeatsReserved
    | assignments.SeatAssigned
    | assignments.SeatsCancelled
    | payments.RefundPaid
    | payments.PaymentRejected
    | payments.PaymentCancelled
)


def needs(event: Event, found: Found) -> Iterable[Key]:
    match event:
        case assignments.SeatsCancelled(order=id):
            yield key(assignments.Assignments, id)
            yield key(seats.Reservation, id)
        case (
            orders.OrderConfirmed(order=id)
            | orders.OrderExpired(order=id)
            | orders.OrderCancelled(order=id)
            | orders.OrderNeedsAttention(order=id)
        ):
            yield key(Order, id)
            if isinstance(event, orders.OrderCancelled):
                yield key(assignments.Assignments, id)
            order = found.get(Order, id) if found.has(Order, id) else None
            if order is not None and order.payment is not None:
                yield key(payments.Payment, order.payment)
        case payments.PaymentRecorded(order=id):
            yield key(Order, id)
        case event if isinstance(event, OrderEvent):
            yield key(Order, event.order)
        case _:
            pass


def react(event: Event, found: Found, context: Context) -> Sequence[Any]:
    match event:
        case seats.SeatsReserved(reservation=id):
            return [orders.MarkSeatsReserved(order=id, granted=event.granted)]
        case payments.PaymentRecorded(order=id) if found.get(Order, id) is None:
            return []  # nobody's: the payments' own process says so
        case payments.PaymentCaptured() | payments.UnexpectedCapture() | payments.PaymentRecorded():
            return [_money(event)]
        case payments.RefundPaid():
            return [] if event.order is None else [_refund(event.order, event)]
        case payments.PaymentRejected() | payments.PaymentCancelled():
            return [orders.EndPayment(order=event.order, payment=event.payment)]
        case assignments.SeatAssigned(order=id, position=position):
            return [Mail(template="seat_assigned", about=assignments.seat_id(id, position))]
        case assignments.SeatsCancelled(order=id):
            credit = orders.CreditSeats(order=id, positions=event.positions, seats=event.seats)
            return [*_return(id, found), credit]
        case _:
            order = found.get(Order, event.order)
            assert order is not None, "what happened to an order follows its placing"
            return _follow(event, order, found, context)


def _money(event: MoneyEvent) -> orders.ReceiveMoney:
    method = event.method if isinstance(event, payments.PaymentRecorded) else payments.Method.PROVIDER
    surprise = event.surprise if isinstance(event, payments.UnexpectedCapture) else None
    receipt = Receipt(
        payment=event.payment,
        reference=event.reference,
        amount=event.amount,
        currency=event.currency,
        method=Method(method),
    )
    doubt = None if surprise is None else _DOUBTS.get(surprise)
    return orders.ReceiveMoney(order=event.order, receipt=receipt, doubt=doubt)


def _refund(order: OrderId, event: payments.RefundPaid) -> orders.ReturnMoney:
    return orders.ReturnMoney(
        order=order, payment=event.payment, refund=event.refund, amount=event.amount, currency=event.currency
    )


def _follow(event: OrderEvent, order: Order, found: Found, context: Context) -> Sequence[Any]:
    id = event.order
    match event:
        case orders.OrderPlaced() | orders.OrderUpdated():
            if order.state != OrderState.RESERVING:
                return []
            wanted = {line.seat_type: line.quantity for line in order.lines}
            return [seats.ReserveSeats(reservation=id, wanted=wanted), _deadline(id, order, context)]
        case orders.RegistrantAssigned():
            return [Mail(template="order_link", about=id)] if event.is_new_address else []
        case orders.PaymentStarted(payment=payment):
            if order.payment != payment or order.state not in LIVE:
                return []
            started = payments.InitiatePayment(payment=payment, order=id, amount=event.amount, currency=event.currency)
            return [started, _deadline(id, order, context)]
        case orders.SeatsReclaimed():
            if order.reclaiming is None:
                return []
            again = seats.ReserveSeats(reservation=id, wanted=order.seats, all_or_none=True)
            is_asked = any(task.receipt == order.reclaiming for task in order.tasks)
            return [payments.CheckRefunds(payment=order.reclaiming.payment), again] if is_asked else [again]
        case orders.OrderConfirmed() if order.state == OrderState.CONFIRMED:
            places = tuple(one for one, quantity in order.seats.items() for _ in range(quantity))
            return [
                seats.CommitReservation(reservation=id),
                assignments.CreateSeatAssignments(order=id, locator=order.locator, seats=places),
                *_close(id, order, found),
                Mail(template="confirmation", about=id),
            ]
        case orders.LinkAsked():
            return [Mail(template="order_link", about=id)]
        case orders.ExpiryWarned() if order.state in LIVE:
            return [_deadline(id, order, context), Mail(template="expiry_warning", about=id)]
        case orders.OrderExpired() | orders.OrderNeedsAttention() if order.state == OrderState.EXPIRED:
            # Seats that were asked for again are held, although something else is lacking for the order.
            return [seats.CancelReservation(reservation=id), *_close(id, order, found)]
        case orders.OrderCancelled():
            known = found.get(assignments.Assignments, id)
            every = () if known is None else tuple(range(len(known.seats)))
            over: list[Any] = [assignments.CancelSeats(order=id, positions=every)] if every else []
            told = [Mail(template="order_cancelled", about=id)] if every else []
            return [seats.CancelReservation(reservation=id), *over, *_close(id, order, found), *told]
        case _:
            # Confirmed or expired once, and something else since: the event is late. Or it needs a human, not us.
            return []


def _deadline(id: OrderId, order: Order, context: Context) -> Deadline:
    """When the order expires; before that, in good time, when its registrant is warned of it."""
    left = order.expires_at - context.now
    notice = min(max(left / 4, _NOTICE_LEAST), _NOTICE_MOST)
    if order.was_warned or left < 2 * notice:
        return Deadline(key=f"order:{id}", due=order.expires_at, command=orders.ExpireOrder(order=id))
    warn_at = order.expires_at - notice
    return Deadline(key=f"order:{id}", due=warn_at, command=orders.WarnOfExpiry(order=id))


def _close(id: OrderId, order: Order, found: Found) -> Sequence[Effect | payments.CancelPayment]:
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


DoorEvent = (
    door_sale.DoorSaleRecorded | door_sale.DoorSaleVoided | assignments.SeatsCancelled | orders.LackingSeatsGranted
)


def needs_of_door(event: DoorEvent, found: Found) -> Iterable[Key]:
    if isinstance(event, assignments.SeatsCancelled):
        yield key(door_sale.DoorSale, event.order)


def sell_at_door(event: DoorEvent, found: Found, context: Context) -> Sequence[Any]:
    """The money of a sale is recorded as any other, and goes back when it is voided."""
    id, payment = event.order, door_sale.payment_of(event.order)
    match event:
        case door_sale.DoorSaleRecorded(seats=sold, currency=currency):
            charged = sum(one.price for one in sold)
            method = payments.Method(event.method)
            paid = payments.RecordPayment(payment=payment, order=id, method=method, amount=charged, currency=currency)
            return [*([paid] if charged else []), Mail(template="confirmation", about=id)]
        case door_sale.DoorSaleVoided(returned=returned, currency=currency):
            refund, every = derived_id("door void", id), tuple(one.position for one in event.seats)
            cancel = assignments.CancelSeats(order=id, positions=every)
            if not returned:
                return [cancel]
            return [
                cancel,
                # Refused, with the whole, if the money went back before.
                payments.RequestRefund(refund=refund, payment=payment, amount=returned, currency=currency),
                payments.RecordRefund(refund=refund, payment=payment, amount=returned, currency=currency),
            ]
        case orders.LackingSeatsGranted(positions=positions):
            return [door_sale.GiveDoorSeats(order=id, positions=positions)]
        case assignments.SeatsCancelled():
            known = found.get(door_sale.DoorSale, id) is not None
            return [door_sale.NoteSeatsCancelled(order=id, positions=event.positions)] if known else []
        case _:
            assert_never(event)


sales_process = Process(name="registration.sales", events=members(ConferenceEvent), needs=needs_of_sales, react=sell)
order_process = Process(name="registration.orders", events=members(Event), needs=needs, react=react)
door_process = Process(name="registration.door", events=members(DoorEvent), needs=needs_of_door, react=sell_at_door)
