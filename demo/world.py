"""What the story is made of, handed from chapter to chapter."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from demo.frab import Schedule
from demo.laptop import Laptop
from demo.ledger import Ledger
from demo.processes import Processes, Server
from demo.registrant import Order, WebApi
from demo.telling import Telling

SCHEDULE_FILE: Final = Path(__file__).parent / "data" / "31c3-schedule.xml"
SLUG: Final = "31c3"
OWNER: Final = "Olga Orlova"
OWNER_EMAIL: Final = "olga@example.org"
CURRENCY: Final = "EUR"
FULL_PRICE, WORKSHOP_PRICE, DINNER_PRICE = 120_00, 40_00, 35_00
WORKSHOP_QUOTA: Final = 6
HOLD_S: Final = 60  # the shortest that the rules allow; the story waits for it once
NORTH, SOUTH, ROOM = "North", "South", "Workshop room"
"""Two gates of the main door, and a room with one gate."""


@dataclass(slots=True, kw_only=True)
class Ticket:
    """A ticket that somebody fetched."""

    name: str
    id: str
    code: str


@dataclass(slots=True, kw_only=True)
class World:
    """Everything and everyone of the story. What a chapter makes, the later ones find here."""

    told: Telling
    folder: Path
    processes: Processes
    server: Server
    schedule: Schedule
    a: Laptop
    """The organizer's."""
    b: Laptop
    """At the door."""
    c: Laptop
    """A second organizer's."""
    api: WebApi
    conference: str = ""
    seat_types: dict[str, str] = field(default_factory=dict)
    """Ids by name."""
    areas: dict[str, str] = field(default_factory=dict)
    speakers: list[Ticket] = field(default_factory=list)
    group: dict[str, Ticket] = field(default_factory=dict)
    """The tickets of the paid order, by first name."""
    group_order: Order | None = None
    unpaid: Order | None = None
    revoked_code: str = ""
    paid: int = 0
    """What came and did not go back."""
    inside: int = 0
    """How many should be inside at the end."""
    turned_away: int = 4
    """How many scans at the main door should be."""

    @property
    def laptops(self) -> tuple[Laptop, Laptop, Laptop]:
        return self.a, self.b, self.c

    @property
    def data(self) -> Path:
        return self.server.data

    def ledger(self) -> Ledger:
        """The server's disk."""
        return Ledger(self.data, self.conference)

    def every(self, view: str) -> list[dict[str, Any]]:
        """The rows of a view on each laptop, asked at the same time."""
        with ThreadPoolExecutor(len(self.laptops)) as pool:
            return list(pool.map(lambda one: one.rows(view), self.laptops))

    def sync_all(self) -> None:
        """One session on each laptop, one after the other."""
        for one in self.laptops:
            one.sync()
