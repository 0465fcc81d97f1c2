"""How fast a conference and what is left of its seats are read, idle and while orders come in."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import httpx

from bench import empty
from bench.figures import Aim, Figure
from bench.load import Load, Loaded, run_load
from bench.orders import bare_orders
from bench.places import Place
from bench.processes import serving
from bench.venue import SLUG, Venue

_CLIENTS: Final = 32
_ORDERING: Final = 8
_CONFERENCE: Final = f"/api/v1/conferences/{SLUG}"
_PATHS: Final = {"availability": f"{_CONFERENCE}/availability", "a conference": _CONFERENCE}
_IDLE_LEAST: Final = 0.8
"""An answer from memory."""
_BUSY_LEAST: Final = 0.5
"""Another answer after each batch of orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Readings:
    """One address read by 32 clients."""

    idle: Loaded
    known: Loaded
    """With If-None-Match, and nothing changed."""
    busy: Loaded
    """While others order."""
    ordered: Loaded
    """What they ordered meanwhile."""


def measure(place: Place) -> Iterator[Figure]:
    """Reads a second of the real server, against an empty route of FastAPI in the same stack."""
    (floor,) = _readings(place, "bench.empty", {"": empty.PATH}).values()
    for name, read in _readings(place, "server", _PATHS).items():
        for how, measured, yardstick, least in (
            ("", read.idle, floor.idle, _IDLE_LEAST),
            (", with If-None-Match", read.known, floor.idle, _IDLE_LEAST),
            (f" while {_ORDERING} clients order", read.busy, floor.busy, _BUSY_LEAST),
        ):
            yield Figure(
                name=f"{name}, {_CLIENTS} clients{how}",
                on=place.name,
                measured=measured.rate,
                unit="/s",
                yardstick=yardstick.rate,
                yardstick_name="an empty route of FastAPI",
                aim=Aim(bound=least, at_least=True, of_ratio=True),
            )
        yield Figure(
            name=f"{name}, {_CLIENTS} clients while {_ORDERING} clients order, p99",
            on=place.name,
            measured=read.busy.p99_ms,
            unit="ms",
            yardstick=floor.busy.p99_ms,
            yardstick_name="an empty route of FastAPI",
        )
        yield Figure(
            name=f"orders of {_ORDERING} clients while {_CLIENTS} read {name}",
            on=place.name,
            measured=read.ordered.rate,
            unit="/s",
            yardstick=floor.ordered.rate,
            yardstick_name="while they read an empty route",
        )


def _readings(place: Place, module: str, paths: Mapping[str, str]) -> dict[str, _Readings]:
    """Each of the addresses read from a server with a conference of its own."""
    venue = Venue(*place.new_data())
    venue.close()
    with serving(venue.data, venue.database_url, module=module) as port:
        return {name: _reading(port, path, place.sizes.load_s / 2) for name, path in paths.items()}


def _reading(port: int, path: str, seconds: float) -> _Readings:
    load = Load(ports=(port,), method="GET", path=path, clients=_CLIENTS, seconds=seconds, status=200)
    idle = run_load(load)
    tag = httpx.get(f"http://127.0.0.1:{port}{path}").headers.get("etag")
    known = idle if tag is None else run_load(replace(load, headers={"If-None-Match": tag}, status=304))
    with ThreadPoolExecutor() as beside:
        # They begin before and end after, so that all of the reading is beside them.
        ordering = beside.submit(run_load, bare_orders((port,), clients=_ORDERING, seconds=seconds + 1))
        busy = run_load(replace(load, warm_up_s=1.0))
        return _Readings(idle=idle, known=known, busy=busy, ordered=ordering.result())
