"""What the dashboard says, from few rows: what needs attention, seats by type, money. And the bars, from the tallies.

No widgets. Bars are of this machine's days and hours, as all times on the screens are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QDateTime, QLocale, QTimeZone

from desktop.store.tally import HOUR_S, MINUTE_S
from desktop.ui import words
from desktop.ui.dashboard.plot import PARTS_MOST, Series
from desktop.ui.orders.listed import listed
from desktop.ui.problems import inbox
from desktop.workspace import Workspace
from shared.checkin.areas import Area, Arrivals
from shared.conference.conference import Conference
from shared.conference.seat_types import SeatType
from shared.kernel.ids import SeatTypeId
from shared.payments.views import CONFERENCE, Balance
from shared.registration.seats import SeatsOfType

OTHERS: Final = "others"
_BARS_MOST: Final = 60
_MARKS_MOST: Final = 7
_DAY_HOURS: Final = 24
_WEEK_HOURS: Final = 7 * _DAY_HOURS
_HOURS: Final = (1, 3, 6, _DAY_HOURS, _WEEK_HOURS, 4 * _WEEK_HOURS, 52 * _WEEK_HOURS)
_MINUTES: Final = (1, 2, 5, 10, 15, 30, 60)
_DAY_MINUTES: Final = 24 * 60
_FINEST_RATE: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class OfType:
    """Seats of one type. `left` can be bought now; `quota` is what the conference says."""

    name: str
    sold: int
    held: int
    left: int
    quota: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers of the moment."""

    problems: int
    tasks: int
    disagreements: tuple[str, ...]
    """Amounts by which payments and orders differ; none while the books agree."""
    revenue: tuple[str, ...]
    """What came and was not given back, one amount a currency."""
    types: tuple[OfType, ...]
    admitted: int
    inside: int
    area: str
    """The area with the most admissions, whose numbers these are."""


def figures(workspace: Workspace) -> Figures:
    """Read from a handful of rows, however many orders there are."""
    balance = workspace.get(Balance, CONFERENCE)
    area, arrivals = max(
        workspace.rows(Arrivals).items(), key=lambda one: sum(one[1].admitted.values()), default=("", None)
    )
    return Figures(
        problems=inbox.count(workspace),
        tasks=len(listed(workspace)),
        disagreements=()
        if balance is None
        else tuple(words.money(one, name) for name, one in balance.differences.items()),
        revenue=_revenue(workspace, balance),
        types=tuple(_types(workspace)),
        admitted=0 if arrivals is None else sum(arrivals.admitted.values()),
        inside=0 if arrivals is None else arrivals.inside,
        area=words.area(workspace, area) if area else "",
    )


def _revenue(workspace: Workspace, balance: Balance | None) -> tuple[str, ...]:
    conference = workspace.get(Conference)
    own = "EUR" if conference is None else conference.currency
    kept = (
        {own: 0}
        if balance is None
        else {own: 0} | {one: balance.captured[one] - balance.refunded.get(one, 0) for one in sorted(balance.captured)}
    )
    return tuple(words.money(amount, currency) for currency, amount in kept.items() if amount or currency == own)


def _types(workspace: Workspace) -> list[OfType]:
    rows = workspace.rows(SeatsOfType)
    return [_of_type(rows[id], workspace.get(SeatType, id)) for id in sorted(rows, key=_in_order(workspace))]


def _of_type(seats: SeatsOfType, known: SeatType | None) -> OfType:
    return OfType(
        name=seats.name if known is None else known.name,
        sold=seats.sold,
        held=seats.held + seats.allotted,
        left=max(seats.available, 0),
        quota=seats.quota if known is None else known.quota,
    )


def _in_order(workspace: Workspace) -> Callable[[str], tuple[int, str]]:
    """Sorts seat types as the conference lists them."""
    conference = workspace.get(Conference)
    places = {str(id): place for place, id in enumerate(() if conference is None else conference.seat_types)}
    return lambda id: (places.get(id, len(places)), id)


# Bars


def sales_series(workspace: Workspace, by_hour: Mapping[int, Mapping[str, int]]) -> Series:
    """Seats sold over time, by type; as fine as there is room for."""
    if not by_hour:
        return Series()
    shift = _shift_s() // HOUR_S
    width = _width(max(by_hour) - min(by_hour) + 1, _HOURS)
    kept = _kept(sorted({name for bar in by_hour.values() for name in bar}, key=_in_order(workspace)))
    bars = _bars({hour + shift: bar for hour, bar in by_hour.items()}, width, kept)
    first = (min(by_hour) + shift) // width
    texts = [_hours_text((first + place) * width, width) for place in range(len(bars))]
    names = {one: words.seat_type(workspace, SeatTypeId(one)) for one in kept.values() if one != OTHERS}
    if OTHERS in kept.values():
        names[OTHERS] = words.say("Other types")
    return Series(bars=bars, names=names, marks=_marks(texts))


def entries_series(workspace: Workspace, by_minute: Mapping[int, Mapping[str, int]]) -> Series:
    """Entries a minute over the last day on which there were any, by area."""
    if not by_minute:
        return Series()
    shift = _shift_s() // MINUTE_S
    moved = {minute + shift: bar for minute, bar in by_minute.items()}
    last = max(moved)
    day = {minute: bar for minute, bar in moved.items() if minute // _DAY_MINUTES == last // _DAY_MINUTES}
    width = _width(last - min(day) + 1, _MINUTES)
    areas = list(workspace.rows(Area))
    kept = _kept(sorted({name for bar in day.values() for name in bar}, key=lambda one: (one not in areas, one)))
    bars = [{name: number / width for name, number in bar.items()} for bar in _bars(day, width, kept)]
    first = min(day) // width
    texts = [_clock_text((first + place) * width) for place in range(len(bars))]
    names = {one: words.area(workspace, one) for one in kept.values() if one != OTHERS}
    if OTHERS in kept.values():
        names[OTHERS] = words.say("Other areas")
    return Series(bars=bars, names=names, marks=_marks(texts), finest=_FINEST_RATE)


def _shift_s() -> int:
    """By how much this machine's clock is ahead of UTC."""
    offset = datetime.now(UTC).astimezone().utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _width(span: int, widths: Sequence[int]) -> int:
    """The finest width with which so many buckets are few bars."""
    return next((one for one in widths if span / one <= _BARS_MOST), widths[-1])


def _kept(names: Sequence[str]) -> dict[str, str]:
    """Under which name each part is drawn: its own, or that of the others where there are too many."""
    if len(names) <= PARTS_MOST:
        return {one: one for one in names}
    return {one: one if place < PARTS_MOST - 1 else OTHERS for place, one in enumerate(names)}


def _bars(by_bucket: Mapping[int, Mapping[str, int]], width: int, kept: Mapping[str, str]) -> list[dict[str, int]]:
    """One bar for each stretch of time, also where nothing was."""
    first, last = min(by_bucket) // width, max(by_bucket) // width
    bars: list[dict[str, int]] = [{} for _ in range(last - first + 1)]
    for bucket, parts in by_bucket.items():
        bar = bars[bucket // width - first]
        for name, number in parts.items():
            bar[kept[name]] = bar.get(kept[name], 0) + number
    return bars


def _marks(texts: Sequence[str]) -> dict[int, str]:
    every = max(-(-len(texts) // _MARKS_MOST), 1)
    return {place: text for place, text in enumerate(texts) if place % every == 0}


def _hours_text(hour: int, width: int) -> str:
    when = QDateTime.fromSecsSinceEpoch(hour * HOUR_S, QTimeZone.utc())
    shown = "d MMM HH:mm" if width < _DAY_HOURS else "d MMM yyyy" if width > _WEEK_HOURS else "d MMM"
    return QLocale().toString(when, shown)


def _clock_text(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
