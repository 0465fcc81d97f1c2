"""Sales by hour and type, and entries by minute, kept up row by row. No widgets; any thread, one at a time."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared.checkin.verdict import Admission, Direction
from shared.registration.order_state import Order, OrderState

HOUR_S: Final = 3600
MINUTE_S: Final = 60

Part = tuple[int, str, int]
"""A bucket's number since 1970, what is counted in it, and how many."""


@dataclass
class Tally:
    """Sums of what rows say, by bucket and name. A row that changed counts as it is now."""

    sums: dict[int, Counter[str]] = field(default_factory=dict)
    _parts: dict[str, tuple[Part, ...]] = field(default_factory=dict)

    def put(self, id: str, parts: Iterable[Part]) -> None:
        """What the row of this id says now; nothing where there is none."""
        after = tuple(parts)
        before = self._parts.pop(id, ())
        if after:
            self._parts[id] = after
        for sign, counted in ((-1, before), (1, after)):
            for bucket, name, number in counted:
                self.sums.setdefault(bucket, Counter())[name] += sign * number

    def by_bucket(self) -> dict[int, dict[str, int]]:
        """What is counted now, in order of time."""
        counted = ((bucket, {name: one for name, one in sums.items() if one}) for bucket, sums in self.sums.items())
        return dict(sorted((bucket, sums) for bucket, sums in counted if sums))


def sales_of(row: Order | None) -> Iterable[Part]:
    """Seats by the hour in which their order was placed, once it is confirmed."""
    if row is None or row.state is not OrderState.CONFIRMED:
        return ()
    hour = int(row.placed_at.timestamp()) // HOUR_S
    return [(hour, seat_type, seats) for seat_type, seats in row.seats.items()]


def entries_of(row: Admission | None) -> Iterable[Part]:
    """Entries by the minute in which they were, by the gates' clocks."""
    if row is None:
        return ()
    passages = row.passages
    return [(int(one.at.timestamp()) // MINUTE_S, row.area, 1) for one in passages if one.direction == Direction.ENTRY]


TALLIED: Final[Mapping[type, Any]] = {Order: sales_of, Admission: entries_of}
"""What is counted of which rows."""
