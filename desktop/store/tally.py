"""What the base file keeps counted, so that no screen reads every row: sales by hour and type, entries by minute."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from shared.checkin.verdict import Admission, Direction
from shared.kernel.messages import wire_of
from shared.registration.order_state import Order, OrderState

HOUR_S: Final = 3600
MINUTE_S: Final = 60

Part = tuple[int, str, int]
"""A bucket's number since 1970, what is counted in it, and how many."""


def sales_of(row: Order) -> Iterable[Part]:
    """Seats by the hour in which their order was placed, once it is confirmed."""
    if row.state is not OrderState.CONFIRMED:
        return ()
    hour = int(row.placed_at.timestamp()) // HOUR_S
    return [(hour, seat_type, seats) for seat_type, seats in row.seats.items()]


def entries_of(row: Admission) -> Iterable[Part]:
    """Entries by the minute in which they were, by the gates' clocks."""
    passages = row.passages
    return [(int(one.at.timestamp()) // MINUTE_S, row.area, 1) for one in passages if one.direction == Direction.ENTRY]


TALLIED: Final[Mapping[str, Callable[[Any], Iterable[Part]]]] = {
    wire_of(Order).name: sales_of,
    wire_of(Admission).name: entries_of,
}
"""What is counted of the rows of which views. Whoever changes it counts old files anew: see `Base`."""


def parts_of(row: Any) -> Iterable[Part]:
    """What is counted of a row; nothing where there is none."""
    return () if row is None else TALLIED[row.__wire__.name](row)


def differences(before: Iterable[Any], after: Iterable[Any]) -> dict[tuple[str, int, str], int]:
    """By how much the sums change where some rows take the place of others: by view, bucket and name."""
    sums: Counter[tuple[str, int, str]] = Counter()
    for sign, rows in ((-1, before), (1, after)):
        for row in rows:
            for bucket, name, number in parts_of(row):
                sums[row.__wire__.name, bucket, name] += sign * number
    return {which: number for which, number in sums.items() if number}
