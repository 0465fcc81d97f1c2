"""A server in one process, on its own SQLite file, with a clock that passes only when told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from server.app import create_app, utc_now
from server.database import make_ready
from server.jobs import Incoming, Job
from server.settings import Settings
from server.store.engine import create_engine_for
from server.web.services import Services
from shared.conference.conference import CreateConference, PublishConference
from shared.conference.seat_types import AddSeatType
from shared.kernel.codec import to_json
from shared.kernel.decider import Actor, Role
from shared.kernel.ids import PersonId, SeatTypeId
from shared.kernel.messages import wire_of
from shared.sync.protocol import Status

START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
SPACE = str(UUID(int=1))
FULL = SeatTypeId(str(UUID(int=2)))
DINNER = SeatTypeId(str(UUID(int=3)))
FREE = SeatTypeId(str(UUID(int=4)))
ORDERS = "/api/v1/conferences/pycon/orders"
ORGANIZER = Actor(role=Role.ORGANIZER, id="laptop-1", label="Ann's laptop")
ANN = {"first_name": "Ann", "last_name": "Öz", "email": "ann@example.org"}


@dataclass
class Clock:
    """Time that passes only when told to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **span: float) -> None:
        self.now += timedelta(**span)


class RealClock(Clock):
    """The machine's time, where other processes take part."""

    def __call__(self) -> datetime:
        return utc_now()


@dataclass
class World:
    """A started application and a client of it."""

    app: FastAPI
    client: TestClient
    clock: Clock
    settings: Settings

    @property
    def services(self) -> Services:
        services: Services = self.app.state.services
        return services

    def command(self, command: Any, *, actor: Actor = ORGANIZER, space: str = SPACE) -> None:
        """Run a command that must be accepted."""
        one = Incoming(command_id=str(uuid4()), wire=wire_of(command), body=to_json(command), issued_at=self.clock())
        answer = self.services.drain.submit(space, Job(commands=[one], actor=actor)).result()
        assert answer.receipts[0].verdict.status is Status.ACCEPTED, answer.receipts[0].verdict

    def make_conference(self, *, slug: str = "pycon", space: str = SPACE, is_published: bool = True) -> None:
        """A conference with 10 full seats at 120.00, 2 dinners at 35.50 and 5 free ones."""
        create = CreateConference(
            owner=PersonId("owner-1"),
            owner_name="Olga Owner",
            owner_email="olga@example.org",
            name="PyCon",
            slug=slug,
            starts_on=date(2026, 5, 20),
            ends_on=date(2026, 5, 22),
            time_zone="Europe/Berlin",
        )
        self.command(create, space=space)
        for seat_type, name, quota, price in (
            (FULL, "Full conference", 10, 120_00),
            (DINNER, "Dinner", 2, 35_50),
            (FREE, "Speaker", 5, 0),
        ):
            self.command(AddSeatType(seat_type=seat_type, name=name, quota=quota, price=price), space=space)
        if is_published:
            self.command(PublishConference(), space=space)

    def post(self, path: str, body: Any = None, *, key: str | None = None, secret: str | None = None) -> Response:
        """A POST with an Idempotency-Key: a new one unless given."""
        headers = {"Idempotency-Key": key or str(uuid4())} | bearer(secret)
        return self.client.post(path, json=body, headers=headers)

    def put(self, path: str, body: Any, secret: str) -> Response:
        return self.client.put(path, json=body, headers=bearer(secret))

    def get(self, path: str, secret: str | None = None) -> Response:
        return self.client.get(path, headers=bearer(secret))

    def place(self, wanted: dict[SeatTypeId, int], registrant: dict[str, str] | None = None) -> tuple[str, str]:
        """The path and secret of a new order."""
        lines = [{"seat_type": seat_type, "quantity": quantity} for seat_type, quantity in wanted.items()]
        placed = self.post(ORDERS, {"lines": lines, "registrant": registrant})
        assert placed.status_code == 201, placed.text
        return f"{ORDERS}/{placed.json()['order']['order']}", placed.json()["secret"]

    def remaining(self) -> dict[str, int]:
        """How many seats are left, by name."""
        shown = self.get("/api/v1/conferences/pycon").json()
        return {seats["name"]: seats["remaining"] for seats in shown["seats"]}


def bearer(secret: str | None) -> dict[str, str]:
    """The header that shows a secret."""
    return {} if secret is None else {"Authorization": f"Bearer {secret}"}


@contextmanager
def running(folder: Path, clock: Clock, **changed: Any) -> Iterator[World]:
    """A server on this folder, started and in the end stopped."""
    settings = Settings(data_dir=folder, public_url="https://lanyard.example", **changed)
    folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine_for(settings.database)
    make_ready(engine, clock())
    engine.dispose()
    app = create_app(settings, clock=clock)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield World(app, client, clock, settings)
