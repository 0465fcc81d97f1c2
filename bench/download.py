"""The first download of all attendees by a door device, until they can be searched."""

import time
from collections.abc import Iterator

import httpx

from bench.figures import Aim, Figure
from bench.gates import FILE_KEY, Gate
from bench.places import Place
from bench.processes import serving
from bench.venue import SPACE, Venue, crowd
from desktop.store.files import open_file, transaction
from desktop.sync.session import Request, Response
from shared.checkin.verdict import Pass
from shared.kernel.codec import from_json, to_json
from shared.sync.protocol import Page, PushedRow

_PLAIN_SCHEMA = "CREATE TABLE plain (view TEXT, id TEXT, position INTEGER, body BLOB, PRIMARY KEY (view, id))"


def measure(place: Place) -> Iterator[Figure]:
    """Time and bytes over HTTP from a server process; the server has just started, the files are new."""
    venue, token = crowd(place)
    attendees = place.sizes.attendees
    answers: list[httpx.Response] = []
    folder = venue.data / "download"
    with (
        serving(venue.data, venue.database_url) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}) as http,
    ):

        def ask(request: Request) -> Response:
            answer = http.request(request.method, request.path, headers=request.headers, content=request.body or None)
            answers.append(answer)
            return Response(answer.status_code, answer.content)

        started = time.perf_counter()
        gate = Gate(folder)
        gate.sync(ask)
        found = gate.workspace.search(Pass, f"Kim {attendees - 1}")
        took = time.perf_counter() - started
    assert len(found) == 1, found
    assert gate.workspace.count(Pass) == attendees
    gate.close()
    rows = [row for answer in answers for row in from_json(Page, answer.content).rows]
    plain_s, plain_bytes = _plain(venue, rows)
    yield Figure(
        name=f"first download of {attendees:,} attendees until they can be searched",
        on=place.name,
        measured=took,
        unit="s",
        yardstick=plain_s,
        yardstick_name="the same rows from plain JSON into a plain table",
        aim=Aim(bound=3, at_least=False),
    )
    yield Figure(
        name="first download, on the wire",
        on=place.name,
        measured=sum(answer.num_bytes_downloaded for answer in answers) / 1e6,
        unit="MB",
        yardstick=plain_bytes / 1e6,
        yardstick_name="the same rows as plain JSON",
    )


def _plain(venue: Venue, rows: list[PushedRow]) -> tuple[float, int]:
    """Seconds to read the rows from JSON and to insert them, in an encrypted file too; and the size of that JSON."""
    document = to_json(rows)
    started = time.perf_counter()
    connection = open_file(venue.data / "plain.db", FILE_KEY, _PLAIN_SCHEMA)
    with transaction(connection):
        read = from_json(list[PushedRow], document)
        connection.executemany("INSERT INTO plain VALUES (?, ?, ?, ?)", [(*row[:3], bytes(row.body)) for row in read])
    took = time.perf_counter() - started
    connection.close()
    assert len(read) == len(rows), f"{SPACE} has as many rows"
    return took, len(document)
