"""A scan at the door, from the text of its code to a verdict and a scan on disk, on encrypted files."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.figures import Aim, Figure, Latencies
from bench.gates import FILE_KEY, Gate
from bench.places import Place
from bench.venue import DEVICE, DOOR, FREE, SPACE, Venue, crowd, ticket_of
from desktop.door import Door
from desktop.store.files import open_file, transaction
from desktop.sync.session import Request, Response
from desktop.workspace import Change
from server.feed import Asked, page
from shared.checkin import ticket_code
from shared.checkin.ticket_code import TicketCode
from shared.checkin.verdict import Direction, Finding, Pass
from shared.domain import DOMAIN
from shared.kernel.codec import RawJson, from_json, to_json
from shared.kernel.decider import Role, key
from shared.kernel.ids import ConferenceId, TicketId
from shared.sync.protocol import Checkpoint, Page, PushedRow

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
    gate.sync(lambda request: _answer(venue, request))
    door = Door(gate.workspace, area=DOOR, gate="Gate 1", direction=Direction.ENTRY)
    codes = iter([_code(venue, number) for number in reversed(range(attendees))])
    verdicts = place.sizes.verdicts
    fsync = _inserts(venue.data / "single.db", verdicts)
    idle = Latencies.of([_scan(door, next(codes)) for _ in range(verdicts)])
    yield from _figures(f"scan to durable verdict, {attendees:,} attendees", idle, fsync)
    seconds: list[float] = []
    applied_s: list[float] = []
    for number in range(_CHANGES):
        document = _change(gate, f"Changed {number}", min(_CHANGED, attendees))
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


def _code(venue: Venue, attendee: int) -> str:
    now = datetime.now(UTC)
    secret = venue.secrets.of(SPACE)
    code = TicketCode(
        conference=ConferenceId(SPACE),
        ticket=TicketId(ticket_of(attendee)),
        version=1,
        seat_type=FREE,
        valid_from=now - timedelta(days=1),
        valid_until=now + timedelta(days=1),
        key_id=ticket_code.key_id(secret.public_ticket_key.encode()),
    )
    return ticket_code.issue(code, secret.sign)


def _change(gate: Gate, company: str, rows: int) -> bytes:
    """The only page of a change of the first attendees' passes, as a server would send them."""
    before = gate.workspace.checkpoint
    passes = sorted(gate.workspace.rows(Pass).items())[:rows]
    pushed = [
        PushedRow(key(Pass).view, id, before.position + 1, RawJson(to_json(replace(one, company=company))))
        for id, one in passes
    ]
    after = gate.workspace.digests_after(
        Change(checkpoint=before, versions={}, rows={key(Pass, one.id): one for one in pushed}, outcomes=[])
    )
    last = Page(
        history=before.history,
        after=before.position,
        upto=before.position + 1,
        role=before.role,
        views=DOMAIN.views_of(Role.DOOR),
        rows=pushed,
        outcomes=[],
        digests={view: f"{digest:x}" for view, digest in after.items()},
        hash="1" * 64,
    )
    return to_json(last)


def _apply(gate: Gate, document: bytes) -> None:
    is_applied = gate.staging.take(from_json(Page, document))
    assert is_applied, "the last page completes the change"


def _answer(venue: Venue, request: Request) -> Response:
    """The change feed without HTTP."""
    asked = Asked(space=SPACE, device=DEVICE, after=Checkpoint.parse(request.headers["Last-Event-ID"]))
    return Response(200, to_json(page(venue.engine, asked)))


def _inserts(path: Path, inserts: int) -> Latencies:
    """The yardstick: one row a transaction in the same kind of file."""
    connection = open_file(path, FILE_KEY, "CREATE TABLE plain (id INTEGER PRIMARY KEY, body BLOB)")
    seconds = []
    for _ in range(inserts):
        started = time.perf_counter()
        with transaction(connection):
            connection.execute("INSERT INTO plain (body) VALUES (?)", (bytes(500),))
        seconds.append(time.perf_counter() - started)
    connection.close()
    return Latencies.of(seconds)
