"""A scan at the door, from the text of its code to a verdict and a scan on disk, on encrypted files."""

import threading
import time
from collections.abc import Callable, Iterator

from bench.changes import change_of, inserts
from bench.figures import Aim, Figure, Latencies
from bench.gates import Gate
from bench.places import Place
from bench.venue import DOOR, crowd
from desktop.door import Door
from shared.checkin.verdict import Direction, Finding
from shared.kernel.codec import from_json
from shared.sync.protocol import Page

_CHANGED = 10_000
_CHANGES = 3
_AIM_MS = 5


def measure(place: Place) -> Iterator[Figure]:
    """Verdicts while nothing else happens, and while a change is applied by a worker thread."""
    if place.admin_url is not None:
        return  # the server has no part in it
    venue, _ = crowd(place)
    attendees = place.sizes.attendees
    gate = Gate(venue.data / "gate")
    gate.sync(venue.answer)
    door = Door(gate.workspace, area=DOOR, gate="Gate 1", direction=Direction.ENTRY)
    codes = iter([venue.code_of(number) for number in reversed(range(attendees))])
    verdicts = place.sizes.verdicts
    fsync = inserts(venue.data / "single.db", verdicts)
    idle = Latencies.of([_scan(door, next(codes)) for _ in range(verdicts)])
    yield from _figures(f"scan to durable verdict, {attendees:,} attendees", idle, fsync)
    seconds: list[float] = []
    applied_s: list[float] = []
    for number in range(_CHANGES):
        document = change_of(gate.workspace, f"Changed {number}", min(_CHANGED, attendees))
        applied_s.append(_scan_while(lambda: _apply(gate, document), door, codes, seconds))  # noqa: B023
    busy = Latencies.of(seconds)
    yield from _figures(f"the same while a change of {_CHANGED:,} rows is applied", busy, fsync)
    yield Figure(
        name=f"a change of {_CHANGED:,} rows, beside the scans", on="desktop", measured=max(applied_s), unit="s"
    )
    gate.close()


def _figures(name: str, took: Latencies, fsync: Latencies) -> Iterator[Figure]:
    for part, measured, yardstick in (("p50", took.p50, fsync.p50), ("p99", took.p99, fsync.p99)):
        yield Figure(
            name=f"{name}, {part}",
            on="desktop",
            measured=measured,
            unit="ms",
            yardstick=yardstick,
            yardstick_name="one row inserted and synced",
            aim=Aim(bound=_AIM_MS, at_least=False) if part == "p99" else None,
        )


def _scan(door: Door, code: str) -> float:
    started = time.perf_counter()
    seen = door.see(code)
    concluded = door.verdict(seen)
    door.record(seen, concluded)
    took = time.perf_counter() - started
    assert concluded.finding is Finding.ADMIT, concluded
    return took


def _scan_while(work: Callable[[], None], door: Door, codes: Iterator[str], seconds: list[float]) -> float:
    """Scan as long as the work goes on in a thread; how long that was."""
    worker = threading.Thread(target=work)
    started = time.perf_counter()
    worker.start()
    while worker.is_alive():
        seconds.append(_scan(door, next(codes)))
        time.sleep(0.005)
    worker.join()
    return time.perf_counter() - started


def _apply(gate: Gate, document: bytes) -> None:
    is_applied = gate.staging.take(from_json(Page, document))
    assert is_applied, "the last page completes the change"
