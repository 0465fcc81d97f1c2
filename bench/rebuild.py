"""Replaying a whole log to rows, as `lanyard rebuild-views` does, against reading and decoding the same messages."""

import time
from collections.abc import Iterator

from bench.figures import Aim, Figure
from bench.places import Place
from bench.venue import SPACE, Venue, crowd
from server.operations.rebuild import Body, read_all, replayed_rows
from server.store.engine import reading
from server.store.personal import Vault
from shared.domain import CODEC, DOMAIN
from shared.kernel.codec import from_json
from shared.kernel.messages import Wire


def measure(place: Place) -> Iterator[Figure]:
    """Events replayed a second, their commands read besides."""
    venue, _ = crowd(place)
    decoded_s, events = _decoded(venue)
    started = time.perf_counter()
    with reading(venue.engine).begin() as conn:
        rows, _, _ = replayed_rows(conn, SPACE)
    took = time.perf_counter() - started
    assert rows, "the log gives rows"
    yield Figure(
        name="rebuild of all views",
        on=place.name,
        measured=events / took,
        unit="events/s",
        yardstick=events / decoded_s,
        yardstick_name="reading and decoding the same log",
        aim=Aim(bound=50_000, at_least=True),
    )


def _decoded(venue: Venue) -> tuple[float, int]:
    """How long it takes to read the messages, in s, and how many of them are events."""
    started = time.perf_counter()
    events = 0
    with reading(venue.engine).begin() as conn:
        vault = Vault(conn, SPACE)
        vault.load_all()
        for stored in read_all(conn, SPACE):
            body = from_json(Body, stored.body)
            for name, version, sealed in ((body.name, body.version, body.body), *body.messages):
                message = CODEC.decode(Wire(name, version), vault.open(bytes(sealed)))
                events += type(message) in DOMAIN.decider_by_event
    return time.perf_counter() - started, events
