"""Orders a second over HTTP on one conference, each answered with its price and its granted seats."""

from collections.abc import Iterator
from typing import Final

from bench import empty
from bench.figures import Aim, Figure
from bench.load import Load, Loaded, run_load
from bench.places import Place
from bench.plain import plain_insert, rates, stored_commits
from bench.processes import serving
from bench.venue import SLUG, STANDARD, Venue
from shared.kernel.codec import to_json

_CLIENTS: Final = (1, 8, 32)
ORDERS: Final = f"/api/v1/conferences/{SLUG}/orders"
_LINES: Final = [{"seat_type": STANDARD, "quantity": 1}]
_BARE: Final = to_json({"lines": _LINES}).decode()
_NAMED: Final = to_json(
    {"lines": _LINES, "registrant": {"first_name": "Kim", "last_name": "Tanaka", "email": "kim@example.org"}}
).decode()
_EXPECT: Final = '"granted":1'


def measure(place: Place) -> Iterator[Figure]:
    """Orders by 1, 8 and 32 clients, and by 32 that give a name, whose link is mailed."""
    empty_by_clients = _measure_empty(place)
    data, url = place.new_data()
    venue = Venue(data, url)
    before = venue.position
    load_s = place.sizes.load_s
    with serving(data, url) as port:
        bare = {clients: run_load(bare_orders((port,), clients=clients, seconds=load_s)) for clients in _CLIENTS}
        named = run_load(Load(ports=(port,), path=ORDERS, clients=32, seconds=load_s, body=_NAMED, expect=_EXPECT))
    answered = sum(one.answered for one in (*bare.values(), named))
    assert venue.position == before + answered, "every order that was answered is in the log, and no other"
    for clients, loaded in bare.items():
        is_aimed_at = clients == 32 and place.admin_url is not None
        yield from _figures(place, f"orders, {clients} clients", loaded, empty_by_clients[clients], is_aimed_at)
    yield from _figures(place, "orders with name and mail, 32 clients", named, empty_by_clients[32], False)
    last = stored_commits(venue.engine, before + sum(bare[one].answered for one in (1, 8)), bare[32].answered)
    (plain,) = rates([plain_insert(venue.engine, with_rows=True)], last, 32)
    yield Figure(
        name="orders, 32 clients, against the database alone",
        on=place.name,
        measured=bare[32].rate,
        unit="/s",
        yardstick=plain,
        yardstick_name="the same commits and rows in groups of 32",
    )
    venue.close()


def bare_orders(ports: tuple[int, ...], *, clients: int, seconds: float) -> Load:
    """Orders of one seat each, of which there is no end, and nothing else."""
    return Load(ports=ports, path=ORDERS, clients=clients, seconds=seconds, body=_BARE, expect=_EXPECT)


def _measure_empty(place: Place) -> dict[int, Loaded]:
    data, url = place.new_data()
    with serving(data, url, module="bench.empty") as port:
        return {
            clients: run_load(
                Load(ports=(port,), path=empty.PATH, clients=clients, seconds=place.sizes.load_s / 2, body=_BARE)
            )
            for clients in _CLIENTS
        }


def _figures(place: Place, name: str, loaded: Loaded, floor: Loaded, is_aimed_at: bool) -> Iterator[Figure]:  # noqa: FBT001 - private, two callers
    yield Figure(
        name=name,
        on=place.name,
        measured=loaded.rate,
        unit="/s",
        yardstick=floor.rate,
        yardstick_name="an empty route",
        aim=Aim(bound=1000, at_least=True) if is_aimed_at else None,
    )
    yield Figure(
        name=f"{name}, p50",
        on=place.name,
        measured=loaded.p50_ms,
        unit="ms",
        yardstick=floor.p50_ms,
        yardstick_name="an empty route",
    )
    yield Figure(
        name=f"{name}, p99",
        on=place.name,
        measured=loaded.p99_ms,
        unit="ms",
        yardstick=floor.p99_ms,
        yardstick_name="an empty route",
        aim=Aim(bound=100, at_least=False) if is_aimed_at else None,
    )
