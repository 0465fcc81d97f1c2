"""A conference with people in it, on a server and devices of one process; and the desk that the screens see.

The conference, its people and their addresses are invented.
"""

import base64
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Final
from uuid import UUID

from desktop.store.files import EnvironmentProblem
from desktop.sync import bundle
from desktop.ui.desk import AccessRequest, Connection, Delivery, Invitation, Line, Refused
from desktop.workspace import Workspace
from server.secrets import Secrets
from shared.access.access import EnrolDevice
from shared.checkin.areas import DefineArea
from shared.checkin.ticket_code import TicketCode, issue, key_id
from shared.checkin.verdict import Pass
from shared.conference.conference import CreateConference, PublishConference
from shared.conference.seat_types import AddSeatType
from shared.kernel.decider import Actor, Role
from shared.kernel.ids import AreaId, ConferenceId, DeviceId, OrderId, PaymentId, PersonId, SeatTypeId, TicketId
from shared.payments.payment import Method, RecordPayment
from shared.registration.assignments import AssignSeat
from shared.registration.order import PlaceOrder
from shared.registration.pricing import Wanted
from tests.sync.world import MASTER, Clock, Desktop, Server

CONFERENCE: Final = "019a0000-0000-7000-8000-000000000001"
OTHER: Final = "019a0000-0000-7000-8000-000000000002"
FULL, WORKSHOP, DINNER = (SeatTypeId(str(UUID(int=number))) for number in (101, 102, 103))
PRICES: Final = {FULL: 240_00, WORKSHOP: 60_00, DINNER: 45_00}
DOOR, ROOM = AreaId("area-door"), AreaId("area-workshop")
_REGISTRANT: Final = Actor(role=Role.REGISTRANT, id="web")
PEOPLE: Final = (
    ("Łucja", "Wiśniewska", "Politechnika Łódzka"),
    ("伟", "王", "清华大学"),
    ("ليلى", "الحسن", "جامعة القاهرة"),
    ("Jörg", "Müller-Lüdenscheidt", "Übersee GmbH"),
    (
        "Wilhelmina Alexandrina Theodora",
        "van Oldenbarnevelt-Hohenzollern-Sigmaringen",
        "Royal Institute of Very Long Names and Even Longer Affiliations",
    ),
    ("さくら", "田中", "東京大学"),
    ("Айгерим", "Нурланова", ""),
    ("Bo", "Li", "Li & Li"),
    ("Σωκράτης", "Παπαδόπουλος", "ΕΜΠ"),
    ("नेहा", "शर्मा", "आईआईटी दिल्ली"),
    ("José", "Ñíguez", "Café Société"),
    ("Ann", "O’Brien", "Trinity College"),
    ("נועה", "לוי", "הטכניון"),
    ("Søren", "Østergård", "Aarhus Universitet"),
)


@dataclass
class Stage:
    """A server and its devices. `clock` is everybody's."""

    folder: Path
    clock: Clock
    conference: str = CONFERENCE
    server: Server = field(init=False)
    laptop: Desktop = field(init=False)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.server = Server(self.conference, self.clock, self.folder)
        self.server.creators.add("laptop")
        self.laptop = self.desktop("laptop")

    def desktop(self, name: str) -> Desktop:
        """A device with files of its own."""
        return Desktop(name, self.server, self.folder / name, self.clock)

    def found(self, days: date) -> None:
        """Make the conference on the laptop, publish it, and enrol two gates."""
        issue_here = self.laptop.workspace.issue
        issue_here(
            CreateConference(
                owner=PersonId("owner"),
                owner_name="Ada Example",
                owner_email="ada@example.org",
                name="Gathering of Sciences 2026",
                slug="gathering_2026",
                starts_on=days,
                ends_on=days + timedelta(days=2),
                tagline="Three days of open questions",
                description="Talks, workshops and a long dinner. Everything and everybody in it is invented.",
                location="Łódź",
                time_zone="Europe/Warsaw",
            )
        )
        issue_here(
            AddSeatType(
                seat_type=FULL,
                name="Full conference",
                description="All talks on all days.",
                quota=400,
                price=PRICES[FULL],
            )
        )
        issue_here(AddSeatType(seat_type=WORKSHOP, name="Workshop: proofs by hand", quota=30, price=PRICES[WORKSHOP]))
        issue_here(AddSeatType(seat_type=DINNER, name="Dinner", quota=120, price=PRICES[DINNER]))
        issue_here(DefineArea(area=DOOR, name="Main door", seat_types=(FULL,)))
        issue_here(DefineArea(area=ROOM, name="Workshop room", seat_types=(WORKSHOP,)))
        self.laptop.sync()
        issue_here(PublishConference())
        self.laptop.sync()
        for name, label in (("gate-west", "West tablet"), ("gate-east", "East tablet")):
            self.run(EnrolDevice(device=DeviceId(name), label=label, role=Role.DOOR))

    def run(self, command: object, *, actor: Actor | None = None) -> None:
        """Run a command at the server."""
        self.server.run(command, id=str(UUID(int=10_000 + next(self.numbers))), actor=actor)

    def sell(self, person: tuple[str, str, str], *seat_types: SeatTypeId) -> None:
        """One order with one seat of each type for one person, paid and assigned."""
        number = next(self.numbers)
        order, attendee = OrderId(str(UUID(int=50_000 + number))), PersonId(f"person-{number}")
        first, last, company = person
        wanted = tuple(Wanted(seat_type=one, quantity=number) for one, number in Counter(seat_types).items())
        self.run(
            PlaceOrder(
                order=order,
                lines=wanted,
                registrant=attendee,
                first_name=first,
                last_name=last,
                email=f"person{number}@example.org",
            ),
            actor=_REGISTRANT,
        )
        total = sum(PRICES[one] for one in seat_types)
        payment = PaymentId(f"pay-{number}")
        paid = RecordPayment(payment=payment, order=order, method=Method.TRANSFER, amount=total, currency="EUR")
        self.run(paid)
        for position in range(len(seat_types)):
            self.run(
                AssignSeat(
                    order=order,
                    position=position,
                    attendee=attendee,
                    first_name=first,
                    last_name=last,
                    email=f"person{number}@example.org",
                    company=company,
                ),
                actor=_REGISTRANT,
            )


def code_of(row: Pass, *, version: int | None = None) -> str:
    """The text of a ticket's code, signed by the server's key, and valid whenever this runs."""
    secret = Secrets(MASTER).of(CONFERENCE)
    now = datetime.now(UTC)
    code = TicketCode(
        conference=ConferenceId(CONFERENCE),
        ticket=TicketId(row.ticket),
        version=row.version if version is None else version,
        seat_type=row.seat_type,
        valid_from=datetime.combine(now.date() - timedelta(days=2), time(), UTC),
        valid_until=datetime.combine(now.date() + timedelta(days=2), time(), UTC),
        key_id=key_id(base64.b64decode(secret.public_ticket_key)),
    )
    return issue(code, secret.sign)


@dataclass
class StagedDesk:
    """What the screens see of one device, without a network. `line` is as the test wants it."""

    device: Desktop
    line: Connection = field(default_factory=lambda: Connection(line=Line.SERVER, server="https://lanyard.example.org"))
    may_create: bool = True
    label: str = "Ada’s laptop"
    refusal: Refused | None = None
    is_empty: bool = False
    syncs: int = 0
    others: dict[str, Workspace] = field(default_factory=dict)
    listeners: list[Callable[[], None]] = field(default_factory=list)

    def workspaces(self) -> Mapping[str, Workspace]:
        return {} if self.is_empty else {self.device.workspace.conference: self.device.workspace} | self.others

    def create(self, command: CreateConference) -> Workspace:
        self.device.workspace.issue(command)
        self.is_empty = False
        return self.device.workspace

    def enrol(self, request: Invitation | AccessRequest) -> Workspace | None:
        if self.refusal is not None:
            raise self.refusal
        self.is_empty = False
        return None if isinstance(request, Invitation) else self.device.workspace

    def connection(self, conference: str) -> Connection:
        return self.line

    def sync_now(self) -> None:
        self.syncs += 1
        self.device.sync()

    def export_queue(self, conference: str, file: Path) -> int:
        exported = bundle.export(self.device.workspace, lambda _: "signed")
        file.write_bytes(bundle.write(exported))
        return exported.commands

    def deliver(self, file: Path) -> Delivery:
        """As the server takes it: it knows the origin by its signature, which this one believes."""
        if self.refusal is not None:
            raise self.refusal
        try:
            read = bundle.read(file.read_bytes())
        except (EnvironmentProblem, OSError) as problem:
            raise Refused(str(problem)) from None
        origin = read.batches[0].device
        taken = bundle.deliver(read, lambda request: self.device.server.answer(origin, request))
        self.device.sync()
        return Delivery(commands=taken, is_own=origin == self.device.name, is_known=True)

    def listen(self, listener: Callable[[], None]) -> None:
        self.listeners.append(listener)

    def now(self) -> datetime:
        return self.device.clock()

    def new_id(self) -> str:
        return self.device.ids()
