"""Queued scans of a device, pushed over HTTP in batches of 500 and recorded durably."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx

from bench.figures import Aim, Figure
from bench.places import Place
from bench.plain import append, rates, stored_commits
from bench.processes import serving
from bench.venue import BATCH, DEVICE, DOOR, FREE, SPACE, batches, crowd, id_of, ticket_of
from shared.checkin.admission import Action, RecordScan
from shared.checkin.ticket_code import Evidence
from shared.checkin.verdict import Direction, Seen
from shared.domain import RELEASE
from shared.kernel.codec import RawJson, to_json
from shared.kernel.ids import TicketId
from shared.kernel.messages import wire_of
from shared.sync.protocol import Batch, Command


def measure(place: Place) -> Iterator[Figure]:
    """Scans a second of as many different tickets."""
    scans = place.sizes.scans
    venue, token = crowd(place)
    before = venue.position
    bodies = [to_json(batch) for batch in _batches(scans)]
    with (
        serving(venue.data, venue.database_url) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}) as http,
    ):
        started = time.perf_counter()
        for body in bodies:
            answer = http.post(f"/sync/{SPACE}/commands", content=body)
            assert answer.status_code == httpx.codes.OK, answer.text
        took = time.perf_counter() - started
    assert venue.position == before + scans, "each scan is a commit"
    (appended,) = rates([append(venue.engine, "again")], stored_commits(venue.engine, before, scans), BATCH)
    yield Figure(
        name="queued check-ins, pushed",
        on=place.name,
        measured=scans / took,
        unit="/s",
        yardstick=appended,
        yardstick_name="append of the same commits",
        aim=Aim(bound=10_000, at_least=True),
    )


def scan(number: int) -> RecordScan:
    """An entry with a genuine code."""
    return RecordScan(
        scan=id_of("scan", number),
        seen=Seen(
            area=DOOR,
            gate="Gate 1",
            direction=Direction.ENTRY,
            evidence=Evidence.GENUINE,
            ticket=TicketId(ticket_of(number)),
            version=1,
            seat_type=FREE,
            scanned_at=datetime.now(UTC),
        ),
        action=Action.ADMITTED,
    )


def _batches(scans: int) -> Iterator[Batch]:
    first = 1
    for some in batches((scan(number) for number in range(scans)), BATCH):
        commands = [
            Command(
                id=id_of("scan command", first + place),
                name=wire_of(one).name,
                version=wire_of(one).version,
                issued_at=one.seen.scanned_at,
                body=RawJson(to_json(one)),
            )
            for place, one in enumerate(some)
        ]
        documents = [RawJson(to_json(one)) for one in commands]
        yield Batch(release=RELEASE, device=DEVICE, epoch=1, first=first, commands=documents)
        first += len(some)
