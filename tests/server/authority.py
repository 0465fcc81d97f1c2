"""`handle` and the drain on a database of a test's own: devices send numbered commands, the web and the server not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from server.handle import handle
from server.jobs import Answer, Foresight, Incoming, Job, Tools
from server.operations.rebuild import check, read_all
from server.project import Cache
from server.secrets import Secrets
from server.store import commits, rows
from server.store.commits import NO_HASH, Stored, chain_hash
from server.store.engine import reading
from server.store.personal import ErasedIds
from shared.access.access import EnrolDevice
from shared.checkin.admission import Action, RecordScan
from shared.checkin.ticket_code import Evidence
from shared.checkin.verdict import Direction, Seen
from shared.conference.conference import CreateConference, PublishConference
from shared.conference.seat_types import AddSeatType
from shared.domain import CODEC
from shared.kernel.codec import from_json, to_json
from shared.kernel.decider import Actor, Key, Role, key
from shared.kernel.ids import AreaId, DeviceId, OrderId, PersonId, SeatTypeId
from shared.kernel.messages import Wire, wire_of
from shared.registration.order import PlaceOrder
from shared.registration.pricing import Wanted
from shared.sync.protocol import Verdict

SPACE = "01a20000-0000-7000-8000-000000000001"
LAPTOP, DOOR = "laptop-1", "door-1"
SERVER = Actor(role=Role.SERVER, id="server")
WEB = Actor(role=Role.REGISTRANT, id="web")
SEATS = SeatTypeId("01a20000-0000-7000-8000-000000000011")
FREE = SeatTypeId("01a20000-0000-7000-8000-000000000012")


@dataclass
class Clock:
    """Time that passes a millisecond a look, and otherwise only when told to."""

    now: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


def incoming(command: Any, id: str, at: datetime) -> Incoming:
    """A command as it arrives."""
    return Incoming(command_id=id, wire=wire_of(command), body=to_json(command), issued_at=at)


def raw(name: str, body: bytes, id: str, at: datetime, *, version: int = 1, error: str | None = None) -> Incoming:
    """A command that no class of ours made."""
    return Incoming(command_id=id, wire=Wire(name, version), body=body, issued_at=at, error=error)


@dataclass
class Authority:
    """One server process: its cache and tools on a database. Several may share an engine."""

    engine: Engine
    folder: Path
    space: str = SPACE
    clock: Clock = field(default_factory=Clock)
    cache: Cache = field(default_factory=Cache)
    count: int = 0

    def __post_init__(self) -> None:
        self.tools = Tools(Secrets(bytes(range(32))), ErasedIds(self.folder / "erased"), Foresight())

    # Commands in

    def new_id(self) -> str:
        self.count += 1
        return f"command-{self.count:06d}"

    def incoming(self, *commands: Any) -> list[Incoming]:
        return [one if isinstance(one, Incoming) else incoming(one, self.new_id(), self.clock()) for one in commands]

    def submit(self, *jobs: Job) -> list[Answer]:
        """The jobs as one batch in one transaction."""
        with self.engine.begin() as conn:
            answers, kept, head = handle(conn, self.space, jobs, cache=self.cache, now=self.clock(), tools=self.tools)
        self.cache.take(kept, head)
        return answers

    def numbered(
        self, *commands: Any, first: int, device: str = LAPTOP, epoch: int = 1, may_create: bool = False
    ) -> Job:
        """Commands of a device, from number `first` on."""
        return Job(commands=self.incoming(*commands), device=device, epoch=epoch, first=first, may_create=may_create)

    def push(self, *commands: Any, first: int, device: str = LAPTOP, epoch: int = 1) -> Answer:
        return self.submit(self.numbered(*commands, first=first, device=device, epoch=epoch))[0]

    def run(self, *commands: Any, actor: Actor = SERVER) -> Answer:
        return self.submit(Job(commands=self.incoming(*commands), actor=actor))[0]

    def open_conference(self, *, quota: int = 100) -> None:
        """A published conference with paid and free seats, made by the laptop with its numbers 1 to 4; and a door."""
        commands = (
            creation(),
            AddSeatType(seat_type=SEATS, name="Full", quota=quota, price=100_00),
            AddSeatType(seat_type=FREE, name="Free", quota=quota, price=0),
            PublishConference(),
        )
        self.submit(self.numbered(*commands, first=1, may_create=True))
        self.run(EnrolDevice(device=DeviceId(DOOR), label="The door", role=Role.DOOR))

    # What came of it

    def log(self) -> list[Stored]:
        with reading(self.engine).begin() as conn:
            return list(read_all(conn, self.space))

    def stored(self, command_id: str) -> Stored | None:
        with reading(self.engine).begin() as conn:
            return commits.known(conn, self.space, [command_id]).get(command_id)

    def verdict(self, command_id: str) -> Verdict:
        stored = self.stored(command_id)
        assert stored is not None, f"{command_id} has no outcome"
        return from_json(Verdict, stored.outcome)

    def row(self, kind: type, id: str = "") -> Any:
        at = key(kind, id)
        with reading(self.engine).begin() as conn:
            stored = rows.read_rows(conn, self.space, [at]).get(at)
        return None if stored is None or stored.body is None else CODEC.decode_row(at.view, stored.body)

    def rows(self, kind: type) -> dict[str, Any]:
        view = wire_of(kind).name
        with reading(self.engine).begin() as conn:
            found = rows.rows_of_view(conn, self.space, view)
        return {at.id: CODEC.decode_row(view, one.body) for at, one in found.items() if one.body is not None}

    def expected(self, device: str = LAPTOP, epoch: int = 1) -> int:
        with reading(self.engine).begin() as conn:
            return commits.next_numbers(conn, self.space, [(device, epoch)]).get((device, epoch), 1)

    def everything_stored(self) -> bytes:
        """All bytes of the log, the deadlines and the outbox."""
        tables = ("commits", "deadlines", "outbox")
        with reading(self.engine).begin() as conn:
            found = [one for table in tables for one in conn.execute(text(f"SELECT * FROM {table}"))]
        return repr(
            [tuple(bytes(part) if isinstance(part, memoryview) else part for part in one) for one in found]
        ).encode()

    def drop_row(self, kind: type, id: str) -> None:
        """Damage: a row is gone that the rules rely on."""
        with self.engine.begin() as conn:
            at = key(kind, id)
            conn.execute(text("DELETE FROM rows WHERE view = :view AND key = :key"), {"view": at.view, "key": at.id})
        self.cache.clear()

    def put_row(self, at: Key, body: bytes) -> None:
        with self.engine.begin() as conn:
            statement = text(
                "INSERT INTO rows (space, view, key, position, body) VALUES (:space, :view, :key, 1, :body)"
            )
            conn.execute(statement, {"space": self.space, "view": at.view, "key": at.id, "body": body})
        self.cache.clear()

    def holds(self) -> None:
        """The invariants: a gapless chain of commits with unique ids and numbers, and rows and digests as it says."""
        log = self.log()
        previous = NO_HASH
        for place, one in enumerate(log, start=1):
            assert one.position == place
            previous = chain_hash(previous, place, one)
            assert previous == one.hash
        with reading(self.engine).begin() as conn:
            head = commits.head(conn, self.space)
        assert head is not None
        assert (head.position, head.hash) == (len(log), previous)
        assert len({one.command_id for one in log}) == len(log)
        rebuilt = check(self.engine, self.space)
        assert rebuilt.is_same, rebuilt


def creation(slug: str = "gathering") -> CreateConference:
    return CreateConference(
        owner=PersonId("owner-1"),
        owner_name="Olga Secretowner",
        owner_email="olga@secret.example",
        name="Gathering",
        slug=slug,
        starts_on=date(2027, 5, 1),
        ends_on=date(2027, 5, 3),
    )


def order(number: int, quantity: int = 1, seat_type: SeatTypeId = SEATS) -> PlaceOrder:
    """Order `number` of a person of its own."""
    return PlaceOrder(
        order=OrderId(f"order-{number}"),
        lines=(Wanted(seat_type=seat_type, quantity=quantity),),
        registrant=PersonId(f"person-{number}"),
        first_name="Zacharias",
        last_name=f"Secretname{number}",
        email=f"zacharias{number}@secret.example",
    )


def scan(number: int, *, clock: Clock, ticket: Any = None) -> RecordScan:
    """A code that nobody could read at the main door, or a ticket."""
    seen = Seen(
        area=AreaId("area-1"),
        gate="main",
        direction=Direction.ENTRY,
        evidence=Evidence.UNREADABLE if ticket is None else Evidence.GENUINE,
        ticket=ticket,
        version=None,
        seat_type=None,
        scanned_at=clock(),
    )
    return RecordScan(scan=f"scan-{number}", seen=seen, action=Action.ADMITTED)


def statuses(answer: Answer) -> list[str]:
    return [one.verdict.status.value for one in answer.receipts]


def codes(answers: Iterable[Answer] | Sequence[Answer]) -> list[str | None]:
    return [one.verdict.code for answer in answers for one in answer.receipts]
