"""A server and a payment processor on free ports, in threads of this process, with a conference for a browser."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.testclient import TestClient

from server.app import create_app, utc_now
from server.database import make_ready
from server.gateways import processor
from server.settings import Settings
from server.store.engine import create_engine_for
from shared.conference.conference import CreateConference, EditConference, PublishConference
from shared.conference.seat_types import AddSeatType
from shared.kernel.edits import Edit
from shared.kernel.ids import PersonId
from tests.server.web.world import DINNER, FREE, FULL, Clock, World

SLUG = "pycon"


class RunningClock(Clock):
    """The machine's time, which the browser and the processor go by, and what was let pass besides."""

    def __init__(self) -> None:
        super().__init__(utc_now())
        self._passed = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self._passed

    def pass_time(self, **span: float) -> None:
        self._passed += timedelta(**span)


@dataclass
class Site(World):
    """A running server with its address."""

    url: str = ""

    def make_published(self, *, currency: str = "EUR", **changed: Any) -> None:
        """A conference next month: 10 full seats at 120.00, 2 dinners at 35.50, 5 free ones."""
        today = utc_now().date()
        create = CreateConference(
            owner=PersonId("owner-1"),
            owner_name="Olga Owner",
            owner_email="olga@example.org",
            name="PyCon Vienna",
            slug=SLUG,
            tagline="Three days about Python, for beginners and for those who never stop",
            description="Talks, workshops and sprints in the old university.\n\nChildren are welcome.",
            location="Universitätsring 1, 1010 Wien",
            starts_on=today + timedelta(days=30),
            ends_on=today + timedelta(days=32),
            time_zone="Europe/Vienna",
            currency=currency,
        )
        self.command(create)
        for seat_type, name, quota, price, description in (
            (FULL, "Full conference", 40, 120_00, "All talks and workshops on three days"),
            (DINNER, "Dinner", 2, 35_50, "In the town hall’s cellar on the second evening"),
            (FREE, "Children’s day", 12, 0, ""),
        ):
            added = AddSeatType(seat_type=seat_type, name=name, quota=quota, price=price, description=description)
            self.command(added)
        self.command(EditConference(**{name: Edit(seen=seen, new=new) for name, (seen, new) in changed.items()}))
        self.command(PublishConference())


@contextmanager
def served(app: Any, port: int) -> Iterator[None]:
    """The application behind uvicorn in a thread, until the end of the block."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.02)
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """A server without conferences, and a processor that shares its secret."""
    port, processor_port = free_port(), free_port()
    settings = Settings(
        data_dir=folder, port=port, payment_url=f"http://127.0.0.1:{processor_port}", held_seats_per_address=0
    )
    folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine_for(settings.database)
    make_ready(engine, utc_now())
    engine.dispose()
    clock = RunningClock()
    app = create_app(settings, clock=clock)
    with ExitStack() as running:
        running.enter_context(served(app, port))
        running.enter_context(served(processor.create_app(settings.payment_key(), first_wait_s=0.1), processor_port))
        yield Site(app, TestClient(app), clock, settings, settings.url)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
