"""The first minute of a sale: many come at once for the last seats, by page and API, to one server process or two.

Not a seat too many may be given away: what registrants were told, the orders and the seats are compared at the end.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

from bench.figures import Aim, Figure
from bench.load import Loaded, run_load
from bench.orders import bare_orders
from bench.places import Place
from bench.processes import serving
from bench.registrants import Rush, Rushed, run_rush
from bench.venue import SEATS_PER_ORDER, SLUG, SPACE, Venue, id_of
from server.lookup import look_up
from server.store.engine import reading
from server.store.rows import rows_of_view
from shared.conference.seat_types import AddSeatType
from shared.discounts.discount import DefineDiscount
from shared.domain import CODEC
from shared.kernel.decider import key
from shared.kernel.ids import OrderId, SeatTypeId
from shared.registration.codes import Code
from shared.registration.order import PlaceOrder
from shared.registration.order_state import Order
from shared.registration.pricing import Wanted
from shared.registration.seats import SeatsOfType

_CLIENTS: Final = (32, 200)
_PROCESSES: Final = {1: "one server process", 2: "two server processes"}
_SEATS_LEFT: Final = 100
"""Of each of the two types."""
_TAKEN: Final = 400
_CODE: Final = "EARLYBIRD"
_CODE_QUOTA: Final = 20
_PAID: Final = SeatTypeId(id_of("paid seat of the sale"))
_FREE: Final = SeatTypeId(id_of("free seat of the sale"))
_RATE_LEAST: Final = 1 / 7
"""A registrant asks seven times; on average that should cost no more than seven orders."""
_P99_MOST: Final = 3.0
"""Beside pages, payments and mails."""


def measure(place: Place) -> Iterator[Figure]:
    """Orders a second and how long placing took, each time against orders alone by as many clients."""
    for processes, told in _PROCESSES.items():
        for clients in _CLIENTS:
            venue = Venue(*place.new_data())
            _sell(venue)
            with ExitStack() as stack:
                ports = tuple(stack.enter_context(serving(venue.data, venue.database_url)) for _ in range(processes))
                alone = run_load(bare_orders(ports, clients=clients, seconds=place.sizes.load_s / 2))
                rushed = run_rush(
                    Rush(
                        ports=ports,
                        slug=SLUG,
                        clients=clients,
                        registrants=place.sizes.registrants,
                        seat_types=(_PAID, _FREE),
                        code=_CODE,
                    )
                )
            _check(venue, rushed, orders=_TAKEN * 2 // SEATS_PER_ORDER + alone.answered + place.sizes.registrants)
            venue.close()
            yield from _figures(place, f"on-sale minute, {clients} clients, {told}", rushed, alone)


def _sell(venue: Venue) -> None:
    """Two types of seats that are nearly sold out, and a code for some of what is left."""
    quota = _TAKEN + _SEATS_LEFT
    taken = [
        PlaceOrder(
            order=OrderId(id_of("taken", seat_type, number)),
            lines=(Wanted(seat_type=seat_type, quantity=SEATS_PER_ORDER),),
        )
        for seat_type in (_PAID, _FREE)
        for number in range(_TAKEN // SEATS_PER_ORDER)
    ]
    venue.run(
        AddSeatType(seat_type=_PAID, name="Late bird", quota=quota, price=80_00),
        AddSeatType(seat_type=_FREE, name="Workshop", quota=quota, price=0),
        DefineDiscount(code=_CODE, percentage=10_00, seat_types=(_PAID,), quota=_CODE_QUOTA),
        *taken,
    )


def _check(venue: Venue, rushed: Rushed, *, orders: int) -> None:
    """All seats that were left are taken, none of them twice, and every order that was answered is there."""
    with reading(venue.engine).begin() as conn:
        stored = rows_of_view(conn, SPACE, key(Order).view)
        kept: list[Order] = [CODEC.decode_row(at.view, row.body) for at, row in stored.items() if row.body is not None]
        found = look_up(conn, SPACE, [key(Code, _CODE), *(key(SeatsOfType, one) for one in (_PAID, _FREE))])
    assert len(kept) == orders, f"{orders} orders were answered, {len(kept)} are there"
    code = found.get(Code, _CODE)
    assert code is not None, _CODE
    assert code.used <= _CODE_QUOTA, "no seat too many is cheaper"
    assert rushed.went_on, "some stayed to pay or confirm"
    for seat_type in (_PAID, _FREE):
        seats = found.get(SeatsOfType, seat_type)
        assert seats is not None, seat_type
        parts = (seats.available, seats.held, seats.sold, seats.allotted)
        assert min(parts) >= 0, parts
        assert sum(parts) == seats.quota, parts
        assert seats.available == 0, "more wanted seats than there were"
        assert seats.held + seats.sold == sum(one.seats.get(seat_type, 0) for one in kept), "the orders have them all"
        assert rushed.granted[seat_type] == _SEATS_LEFT, f"{rushed.granted} of {_SEATS_LEFT} each were told"


def _figures(place: Place, name: str, rushed: Rushed, alone: Loaded) -> Iterator[Figure]:
    yield Figure(
        name=name,
        on=place.name,
        measured=rushed.placed / rushed.seconds,
        unit="orders/s",
        yardstick=alone.rate,
        yardstick_name="orders alone",
        aim=Aim(bound=_RATE_LEAST, at_least=True, of_ratio=True),
    )
    yield Figure(
        name=f"{name}, all requests",
        on=place.name,
        measured=rushed.answers / rushed.seconds,
        unit="/s",
        yardstick=alone.rate,
        yardstick_name="orders alone",
    )
    yield Figure(
        name=f"{name}, placing, p99",
        on=place.name,
        measured=rushed.placing.p99,
        unit="ms",
        yardstick=alone.p99_ms,
        yardstick_name="orders alone",
        aim=Aim(bound=_P99_MOST, at_least=False, of_ratio=True),
    )
    yield Figure(
        name=f"{name}, the conference's page, p99",
        on=place.name,
        measured=rushed.looking.p99,
        unit="ms",
        yardstick=rushed.placing.p99,
        yardstick_name="placing",
    )
    yield Figure(
        name=f"{name}, seats given away",
        on=place.name,
        measured=sum(rushed.granted.values()),
        unit="seats",
        yardstick=2 * _SEATS_LEFT,
        yardstick_name="seats left",
        aim=Aim(bound=1, at_least=False, of_ratio=True),
    )
