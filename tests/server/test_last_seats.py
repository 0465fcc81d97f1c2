"""Two hundred registrants at once for the last seats of two types: each gets exactly what the rules give."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from desktop.profile import new_id
from server.database import make_ready
from server.settings import Settings
from server.store.engine import create_engine_for
from shared.conference.conference import PublishConference
from shared.conference.seat_types import AddSeatType
from shared.kernel.ids import SeatTypeId
from shared.registration.order_state import Order, OrderState
from shared.registration.seats import SeatsOfType
from tests.server.authority import SEATS, Authority, creation
from tests.server.processes import Laptop, ServerProcess, invited, now

REGISTRANTS = 200
DINNER = SeatTypeId("01a20000-0000-7000-8000-0000000000d1")
QUOTAS = {SEATS: 60, DINNER: 90}


@pytest.fixture(params=["sqlite", "postgresql"])
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[ServerProcess]]:
    """One server on SQLite; two on one PostgreSQL."""
    is_sqlite = request.param == "sqlite"
    url = None if is_sqlite else request.getfixturevalue("postgres_database_url")
    folder = tmp_path / "server"
    folder.mkdir()
    settings = Settings(data_dir=folder, database_url=url)
    engine = create_engine_for(settings.database)
    make_ready(engine, now())
    engine.dispose()
    made = [ServerProcess(settings) for _ in range(1 if is_sqlite else 2)]
    for one in made:
        one.start()
    yield made
    for one in made:
        one.kill()


class Registrant(threading.Thread):
    """Asks for seats of both types, twice with the same key, when everybody is ready."""

    def __init__(self, server: ServerProcess, wanted: dict[SeatTypeId, int], start: threading.Barrier) -> None:
        super().__init__()
        self.wanted, self._barrier = wanted, start
        self.answers: list[dict[str, Any]] = []
        # Made before the start, and without the list of certificates: that would be most of the test's time.
        self._client = httpx.Client(base_url=server.url, verify=False, timeout=60)

    def run(self) -> None:
        lines = [{"seat_type": one, "quantity": quantity} for one, quantity in self.wanted.items()]
        key = {"Idempotency-Key": str(uuid4())}
        self._barrier.wait()
        with self._client as client:
            for _ in range(2):
                answer = client.post("/api/v1/conferences/gathering/orders", json={"lines": lines}, headers=key)
                assert answer.status_code == 201, answer.text
                self.answers.append(answer.json()["order"])


def test_the_last_seats_go_to_exactly_as_many_as_there_are(servers: list[ServerProcess], tmp_path: Path) -> None:
    ann = Laptop(tmp_path / "ann", servers[0].url, new_id())
    ann.enrol(invited(servers[0].settings))
    ann.workspace.issue(creation())
    for seat_type, quota in QUOTAS.items():
        ann.workspace.issue(AddSeatType(seat_type=seat_type, name="Seats", quota=quota, price=100))
    ann.workspace.issue(PublishConference())
    ann.sync()
    ann.close()
    draw = random.Random(31)
    start = threading.Barrier(REGISTRANTS)
    crowd = [
        Registrant(servers[n % len(servers)], {SEATS: draw.randint(0, 3), DINNER: draw.randint(1, 3)}, start)
        for n in range(REGISTRANTS)
    ]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert all(len(one.answers) == 2 for one in crowd)
    settings = servers[0].settings
    behind = Authority(create_engine_for(settings.database), settings.data_dir, space=ann.conference)
    orders = behind.rows(Order)
    assert len(orders) == REGISTRANTS, "a repeated request is the same order"
    left = Counter(QUOTAS)
    wanted = {one.answers[0]["order"]: one.wanted for one in crowd}
    for id, order in sorted(orders.items(), key=lambda one: one[1].number):
        granted = {one: min(quantity, left[one]) for one, quantity in wanted[id].items() if quantity}
        assert {line.seat_type: line.granted for line in order.lines} == granted, order.number
        assert order.total == 100 * sum(granted.values())
        is_whole = all(line.granted == line.quantity for line in order.lines)
        assert order.state == (OrderState.RESERVED if is_whole else OrderState.PARTIALLY_RESERVED)
        left.subtract(granted)
    for one in crowd:
        for answer in one.answers:
            told = {line["seat_type"]: line["granted"] for line in answer["lines"]}
            assert told == {line.seat_type: line.granted for line in orders[answer["order"]].lines}
    for seat_type, quota in QUOTAS.items():
        seats = behind.row(SeatsOfType, seat_type)
        assert (seats.available, seats.held) == (left[seat_type], quota - left[seat_type])
        assert left[seat_type] == 0, "there were fewer than everybody asked for"
    behind.holds()
    behind.engine.dispose()
