"""SeatsAvailability: how many seats of each type are left, and who holds the others.

At every position, for each type: available + held + sold + allotted = quota, each at least 0. What a reservation
holds is a row of its own, so that the cost of an order does not depend on how many there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, assert_never

from shared.kernel import checks
from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, Role, key, members, put
from shared.kernel.ids import OrderId, SeatTypeId
from shared.kernel.messages import message, row

QUANTITY_MOST: Final = 100_000
OFFER_S_USUAL: Final = 24 * 3600
INVOICE_DAYS_USUAL: Final = 14

# Commands


@message("registration.open_sales")
class OpenSales:
    currency: str
    hold_s: int
    seats_per_order: int
    offer_s: int = OFFER_S_USUAL
    cancel_until: datetime | None = None
    invoice_prefix: str = ""
    invoice_days: int = INVOICE_DAYS_USUAL


@message("registration.close_sales")
class CloseSales:
    """No new orders; those that there are go on."""


@message("registration.change_sales_terms")
class ChangeSalesTerms:
    hold_s: int
    seats_per_order: int
    offer_s: int = OFFER_S_USUAL
    cancel_until: datetime | None = None
    invoice_prefix: str = ""
    invoice_days: int = INVOICE_DAYS_USUAL


@message("registration.offer_seats")
class OfferSeats:
    """A seat type as it is sold from now on: a new one, or new terms of one that there is."""

    seat_type: SeatTypeId
    name: str
    price: int
    quota: int


@message("registration.reserve_seats")
class ReserveSeats:
    """Hold what is wanted, as far as there is any. The same id again adjusts; types no longer wanted are released."""

    reservation: OrderId
    wanted: dict[SeatTypeId, int]
    all_or_none: bool = False


@message("registration.commit_reservation")
class CommitReservation:
    reservation: OrderId


@message("registration.cancel_reservation")
class CancelReservation:
    reservation: OrderId


@message("registration.return_seats")
class ReturnSeats:
    """Sold seats come back; nothing else brings them back."""

    reservation: OrderId
    seats: dict[SeatTypeId, int]


Command = (
    OpenSales
    | CloseSales
    | ChangeSalesTerms
    | OfferSeats
    | ReserveSeats
    | CommitReservation
    | CancelReservation
    | ReturnSeats
)

# Events


@message("registration.sales_opened")
class SalesOpened:
    currency: str
    hold_s: int
    seats_per_order: int
    offer_s: int = OFFER_S_USUAL
    cancel_until: datetime | None = None
    invoice_prefix: str = ""
    invoice_days: int = INVOICE_DAYS_USUAL


@message("registration.sales_closed")
class SalesClosed:
    pass


@message("registration.sales_terms_changed")
class SalesTermsChanged:
    hold_s: int
    seats_per_order: int
    offer_s: int = OFFER_S_USUAL
    cancel_until: datetime | None = None
    invoice_prefix: str = ""
    invoice_days: int = INVOICE_DAYS_USUAL


@message("registration.seats_added")
class SeatsAdded:
    seat_type: SeatTypeId
    name: str
    price: int
    quota: int


@message("registration.seats_changed")
class SeatsChanged:
    seat_type: SeatTypeId
    name: str
    price: int
    quota: int


@message("registration.seats_reserved")
class SeatsReserved:
    """What the reservation holds from now on, by type; 0 for a wanted type of which there is none."""

    reservation: OrderId
    granted: dict[SeatTypeId, int]
    released: bool = False
    """Whether it gave back some of what it held."""


@message("registration.reservation_committed")
class ReservationCommitted:
    reservation: OrderId
    seats: dict[SeatTypeId, int]


@message("registration.reservation_cancelled")
class ReservationCancelled:
    reservation: OrderId
    seats: dict[SeatTypeId, int]


@message("registration.seats_returned")
class SeatsReturned:
    reservation: OrderId
    seats: dict[SeatTypeId, int]


Event = (
    SalesOpened
    | SalesClosed
    | SalesTermsChanged
    | SeatsAdded
    | SeatsChanged
    | SeatsReserved
    | ReservationCommitted
    | ReservationCancelled
    | SeatsReturned
)

# State


@row("registration.sales", version=2)
class Sales:
    """The terms of new orders; none until the conference is first published."""

    is_open: bool
    currency: str
    hold_s: int
    seats_per_order: int
    orders: int
    """How many orders were ever placed. `order` counts them here, and makes their locators from it."""
    offer_s: int = OFFER_S_USUAL
    """How long an offer from the wait list holds."""
    cancel_until: datetime | None = None
    """Until when registrants may cancel what is confirmed; None: only the organizer may."""
    invoice_prefix: str = ""
    """What the numbers of invoices begin with; without one nobody pays on invoice."""
    invoice_days: int = INVOICE_DAYS_USUAL
    """How many days later an invoice is due."""


@row("registration.seat_types")
class SeatsOfType:
    name: str
    price: int
    quota: int
    available: int
    held: int
    sold: int
    allotted: int


@row("registration.reservations")
class Reservation:
    """Seats by type, none of them 0. Its id is the order's."""

    held: dict[SeatTypeId, int]
    sold: dict[SeatTypeId, int]
    is_committed: bool


# Rules

_TERMS: Final = ("hold_s", "seats_per_order", "offer_s", "cancel_until", "invoice_prefix", "invoice_days")


def needs(command: Command, found: Found) -> Iterable[Key]:
    match command:
        case OpenSales() | CloseSales() | ChangeSalesTerms():
            yield key(Sales)
        case OfferSeats():
            yield key(SeatsOfType, command.seat_type)
        case ReserveSeats(reservation=id) | CommitReservation(reservation=id) | CancelReservation(reservation=id):
            yield key(Reservation, id)
            wanted = command.wanted if isinstance(command, ReserveSeats) else {}
            held = reservation_of(id, found).held if found.has(Reservation, id) else {}
            yield from (key(SeatsOfType, one) for one in {**wanted, **held})
        case ReturnSeats():
            yield key(Reservation, command.reservation)
            yield from (key(SeatsOfType, one) for one in command.seats)
        case _:
            assert_never(command)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    match command:
        case OpenSales() | CloseSales() | ChangeSalesTerms():
            return _change_sales(command, found.get(Sales))
        case OfferSeats():
            return _offer(command, found.get(SeatsOfType, command.seat_type))
        case ReserveSeats():
            return [_reserve(command, found)]
        case CommitReservation(reservation=id):
            held = reservation_of(id, found).held
            return [ReservationCommitted(reservation=id, seats=held)] if held else []
        case CancelReservation(reservation=id):
            held = reservation_of(id, found).held
            return [ReservationCancelled(reservation=id, seats=held)] if held else []
        case ReturnSeats(reservation=id):
            sold = reservation_of(id, found).sold
            for seat_type, quantity in command.seats.items():
                most = sold.get(seat_type, 0)
                if not 0 < quantity <= most:
                    raise Rejected("not_sold", seat_type=seat_type, most=most)
            return [SeatsReturned(reservation=id, seats=command.seats)] if command.seats else []
        case _:
            assert_never(command)


def _change_sales(command: OpenSales | CloseSales | ChangeSalesTerms, sales: Sales | None) -> Sequence[Event]:
    match command:
        case OpenSales():
            if sales is not None and sales.is_open:
                return []
            return [SalesOpened(currency=command.currency, **_terms(command))]
        case CloseSales():
            return [SalesClosed()] if sales is not None and sales.is_open else []
        case ChangeSalesTerms():
            if sales is None or _terms(command) == _terms(sales):
                return []
            return [SalesTermsChanged(**_terms(command))]
        case _:
            assert_never(command)


def _terms(of: OpenSales | ChangeSalesTerms | SalesOpened | SalesTermsChanged | Sales) -> dict[str, Any]:
    """The terms that a message or the row has, by name."""
    return {name: getattr(of, name) for name in _TERMS}


def check_cancellable(sales: Sales | None, context: Context) -> None:
    """Rejected where a registrant may no longer cancel what is confirmed; an organizer always may."""
    if context.actor.role is not Role.REGISTRANT:
        return
    until = None if sales is None else sales.cancel_until
    if until is None or context.now >= until:
        raise Rejected("cancellation_closed", until=None if until is None else until.isoformat())


def _offer(command: OfferSeats, seats: SeatsOfType | None) -> Sequence[Event]:
    id, name, price, quota = command.seat_type, command.name, command.price, command.quota
    if seats is None:
        return [SeatsAdded(seat_type=id, name=name, price=price, quota=quota)]
    if (name, price, quota) == (seats.name, seats.price, seats.quota):
        return []
    least = seats.held + seats.sold + seats.allotted
    if quota < least:
        raise Rejected("quota_too_small", least=least, seat_type=id)
    return [SeatsChanged(seat_type=id, name=name, price=price, quota=quota)]


def _reserve(command: ReserveSeats, found: Found) -> SeatsReserved:
    reservation = reservation_of(command.reservation, found)
    granted = _granted(command, reservation, found)
    released = any(granted.get(one, 0) < quantity for one, quantity in reservation.held.items())
    return SeatsReserved(reservation=command.reservation, granted=granted, released=released)


def _granted(command: ReserveSeats, reservation: Reservation, found: Found) -> dict[SeatTypeId, int]:
    granted = {}
    for seat_type, quantity in command.wanted.items():
        checks.number("wanted", quantity, least=0, most=QUANTITY_MOST)
        seats = found.get(SeatsOfType, seat_type)
        if seats is None:
            raise Rejected("unknown_seat_type", seat_type=seat_type)
        granted[seat_type] = min(quantity, seats.available + reservation.held.get(seat_type, 0))
    if command.all_or_none and granted != command.wanted:
        granted = dict.fromkeys(granted, 0)
    if reservation.is_committed:
        # What was sold is settled; a late or repeated message may only add to what is held beside it.
        return {one: max(granted.get(one, 0), reservation.held.get(one, 0)) for one in granted | reservation.held}
    return granted


def reservation_of(order: OrderId, found: Found) -> Reservation:
    """The order's reservation; an empty one if it has none yet."""
    return found.get(Reservation, order) or Reservation(held={}, sold={}, is_committed=False)


def evolve(found: Found, event: Event) -> Changes:
    match event:
        case SalesOpened() | SalesClosed() | SalesTermsChanged():
            return put(_evolve_sales(event, found.get(Sales)))
        case SeatsAdded():
            added = SeatsOfType(
                name=event.name,
                price=event.price,
                quota=event.quota,
                available=event.quota,
                held=0,
                sold=0,
                allotted=0,
            )
            return put(added, event.seat_type)
        case SeatsChanged(seat_type=seat_type, quota=quota):
            seats = _seats(seat_type, found)
            free = seats.available + quota - seats.quota
            return put(
                replace(seats, name=event.name, price=event.price, quota=quota, available=free),
                seat_type,
            )
        case SeatsReserved(reservation=id, granted=granted):
            before = reservation_of(id, found)
            more = {one: granted.get(one, 0) - before.held.get(one, 0) for one in granted | before.held}
            return put(replace(before, held=_some(granted)), id) | move(more, found, "available", "held")
        case ReservationCommitted(reservation=id, seats=moved):
            before = reservation_of(id, found)
            sold = add(before.sold, moved)
            return put(Reservation(held={}, sold=sold, is_committed=True), id) | move(moved, found, "held", "sold")
        case ReservationCancelled(reservation=id, seats=moved):
            return put(replace(reservation_of(id, found), held={}), id) | move(moved, found, "held", "available")
        case SeatsReturned(reservation=id, seats=moved):
            before = reservation_of(id, found)
            sold = add(before.sold, {one: -quantity for one, quantity in moved.items()})
            return put(replace(before, sold=sold), id) | move(moved, found, "sold", "available")
        case _:
            assert_never(event)


def _evolve_sales(event: SalesOpened | SalesClosed | SalesTermsChanged, sales: Sales | None) -> Sales:
    if isinstance(event, SalesOpened):
        orders = 0 if sales is None else sales.orders
        return Sales(is_open=True, currency=event.currency, orders=orders, **_terms(event))
    assert sales is not None, "sales are opened first"
    if isinstance(event, SalesClosed):
        return replace(sales, is_open=False)
    return replace(sales, **_terms(event))


def move(quantities: Mapping[SeatTypeId, int], found: Found, source: str, target: str) -> dict[Key, Any]:
    """So many seats of each type from one counter to another; back for a negative number."""
    changes: dict[Key, Any] = {}
    for seat_type, quantity in quantities.items():
        seats = _seats(seat_type, found)
        counters = {source: getattr(seats, source) - quantity, target: getattr(seats, target) + quantity}
        changes |= put(replace(seats, **counters), seat_type)
    return changes


def add(to: Mapping[SeatTypeId, int], more: Mapping[SeatTypeId, int]) -> dict[SeatTypeId, int]:
    """The sums by type, without those that are 0."""
    return _some({one: to.get(one, 0) + more.get(one, 0) for one in {**to, **more}})


def _some(quantities: Mapping[SeatTypeId, int]) -> dict[SeatTypeId, int]:
    return {one: quantity for one, quantity in quantities.items() if quantity}


def _seats(seat_type: SeatTypeId, found: Found) -> SeatsOfType:
    seats = found.get(SeatsOfType, seat_type)
    assert seats is not None, "seats move only between counters that exist"
    return seats


decider: Decider[Command, Event] = Decider(
    name="seats",
    commands=members(Command),
    events=members(Event),
    rows=(Sales, SeatsOfType, Reservation),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
