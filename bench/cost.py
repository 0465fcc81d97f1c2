"""What one order costs when the log is short and when it is long: it must be the same."""

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from bench.figures import Aim, Figure
from bench.places import Place
from bench.venue import SPACE, Venue, bare_order
from server.project import BatchRows, Cache
from server.store.engine import reading
from shared.execute import Recorder, execute
from shared.kernel.decider import Actor, Context, Role

_EVENTS_PER_ORDER = 3
_FEW_EVENTS = 1_000
_MEASURED = 200


class _Cost(NamedTuple):
    ms: float
    rows_read: int
    rows_written: int


def measure(place: Place) -> Iterator[Figure]:
    """Time and rows of an order that is handled alone, after many events against after few."""
    venue = Venue(*place.new_data())
    first = 0
    costs: list[_Cost] = []
    for events in (_FEW_EVENTS, place.sizes.events):
        orders = events // _EVENTS_PER_ORDER
        venue.run(*(bare_order(number) for number in range(first, orders)))
        costs.append(_cost(venue, orders))
        first = orders + _MEASURED
    few, many = costs
    for name, unit, measured, yardstick in (
        ("time", "ms", many.ms, few.ms),
        ("rows read", "rows", many.rows_read, few.rows_read),
        ("rows written", "rows", many.rows_written, few.rows_written),
    ):
        yield Figure(
            name=f"cost of an order after {place.sizes.events:,} events, {name}",
            on=place.name,
            measured=measured,
            unit=unit,
            yardstick=yardstick,
            yardstick_name=f"after {_FEW_EVENTS:,}",
            # Half of it is noise of the machine: a cost that grew with the log would be many times the yardstick.
            aim=Aim(bound=1.5 if unit == "ms" else 1.0, at_least=False, of_ratio=True),
        )
    venue.close()


def _cost(venue: Venue, first: int) -> _Cost:
    """The median time of some orders, each a transaction of its own, and the rows of the next one."""
    seconds = []
    for number in range(first, first + _MEASURED):
        order = bare_order(number)
        started = time.perf_counter()
        venue.run(order)
        seconds.append(time.perf_counter() - started)
    with reading(venue.engine).begin() as conn:
        read = Recorder(BatchRows(conn, SPACE, Cache()))
        done = execute(bare_order(-1), _context(venue), read)
    return _Cost(statistics.median(seconds) * 1000, len(read.keys), len(done.changes))


def _context(venue: Venue) -> Context:
    now = datetime.now(UTC)
    actor = Actor(role=Role.SERVER, id="server")
    secret = venue.secrets.of(SPACE).secret
    return Context(now=now, actor=actor, conference=SPACE, command_id="measured", issued_at=now, secret=secret)
