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
    few, many = Venue(*place.new_data()), Venue(*place.new_data())
    for venue, events in ((few, _FEW_EVENTS), (many, place.sizes.events)):
        venue.run(*(bare_order(number) for number in range(events // _EVENTS_PER_ORDER)))
    after_few, after_many = _costs(few, many, place.sizes.events)
    for name, unit, measured, yardstick in (
        ("time", "ms", after_many.ms, after_few.ms),
        ("rows read", "rows", after_many.rows_read, after_few.rows_read),
        ("rows written", "rows", after_many.rows_written, after_few.rows_written),
    ):
        yield Figure(
            name=f"cost of an order after {place.sizes.events:,} events, {name}",
            on=place.name,
            measured=measured,
            unit=unit,
            yardstick=yardstick,
            yardstick_name=f"after {_FEW_EVENTS:,}",
            # A fifth is the machine's noise: a cost that grew with the log would be many times the yardstick.
            aim=Aim(bound=1.2 if unit == "ms" else 1.0, at_least=False, of_ratio=True),
        )
    few.close()
    many.close()


def _costs(few: Venue, many: Venue, first: int) -> tuple[_Cost, _Cost]:
    """The median time of some orders, each a transaction of its own; the two take turns, to suffer the same noise."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for number in range(first, first + _MEASURED):
        for venue, taken in zip((few, many), seconds, strict=True):
            started = time.perf_counter()
            venue.run(bare_order(number))
            taken.append(time.perf_counter() - started)
    after_few, after_many = (
        _Cost(statistics.median(taken) * 1000, *_rows(venue)) for venue, taken in zip((few, many), seconds, strict=True)
    )
    return after_few, after_many


def _rows(venue: Venue) -> tuple[int, int]:
    """How many rows the next order would read and write."""
    now = datetime.now(UTC)
    context = Context(
        now=now,
        actor=Actor(role=Role.SERVER, id="server"),
        conference=SPACE,
        command_id="measured",
        issued_at=now,
        secret=venue.secrets.of(SPACE).secret,
    )
    with reading(venue.engine).begin() as conn:
        read = Recorder(BatchRows(conn, SPACE, Cache()))
        done = execute(bare_order(-1), context, read)
    return len(read.keys), len(done.changes)
