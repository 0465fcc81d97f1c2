"""A published conference in a database of its own, filled in this process through the real drain."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import count, islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.places import Place
from desktop.sync.session import Request, Response
from server.database import make_ready
from server.drain import Drain
from server.feed import Asked, page
from server.jobs import Foresight, Incoming, Job, Tools
from server.secrets import Secrets
from server.settings import Settings, kept_secret
from server.store import commits, directory, schema
from server.store.engine import create_engine_for, reading
from server.store.personal import ErasedIds
from shared.access.access import EnrolDevice
from shared.checkin import ticket_code
from shared.checkin.areas import DefineArea
from shared.checkin.ticket_code import TicketCode
from shared.conference.conference import CreateConference, PublishConference
from shared.conference.seat_types import AddSeatType
from shared.kernel.codec import to_json
from shared.kernel.decider import Actor, Role
from shared.kernel.ids import AreaId, ConferenceId, DeviceId, OrderId, PersonId, SeatTypeId, TicketId, uuid7
from shared.kernel.messages import wire_of
from shared.registration.assignments import AssignSeat, ticket_id
from shared.registration.order import ConfirmFreeOrder, PlaceOrder
from shared.registration.pricing import Wanted
from shared.sync.protocol import Checkpoint, Status

BATCH: Final = 500
DEVICE: Final = "door-laptop"
SLUG: Final = "gathering"
SEATS_PER_ORDER: Final = 20
_START_MS: Final = 1_790_000_000_000
_SERVER: Final = Actor(role=Role.SERVER, id="server")
_FAMILIES: Final = ("Okafor", "Lindqvist", "Moreau", "Tanaka", "Kowalska", "Ferreira", "Novák", "Haddad")


def id_of(*parts: object) -> str:
    """A UUIDv7 for these parts; the last one is a number, and the ids are in its order."""
    random = sha256(repr(parts).encode()).digest()
    number = parts[-1]
    return uuid7(unix_ms=_START_MS + (number if isinstance(number, int) else 0), random=random)


SPACE: Final = id_of("conference")
STANDARD: Final = SeatTypeId(id_of("standard"))
FREE: Final = SeatTypeId(id_of("free"))
DOOR: Final = AreaId(id_of("main door"))


class Venue:
    """The conference, its store, and the server's data folder. `close` before a server process takes over."""

    def __init__(self, data: Path, database_url: str | None) -> None:
        self.data = data
        self.database_url = database_url
        self.settings = Settings(data_dir=data, database_url=database_url)
        self.engine = create_engine_for(self.settings.database)
        make_ready(self.engine, datetime.now(UTC))
        self.secrets = Secrets(kept_secret(self.settings.master_secret_file))
        tools = Tools(self.secrets, ErasedIds(self.settings.erased_file), Foresight())
        self._drain = Drain(self.engine, tools, clock=lambda: datetime.now(UTC), wake=lambda _space, _position: None)
        self._numbers = count()
        self.run(
            CreateConference(
                owner=PersonId(id_of("owner")),
                owner_name="Ada Example",
                owner_email="ada@example.org",
                name="Gathering",
                slug=SLUG,
                starts_on=date(2027, 5, 1),
                ends_on=date(2027, 5, 3),
            ),
            AddSeatType(seat_type=STANDARD, name="Standard", quota=100_000, price=50_00),
            AddSeatType(seat_type=FREE, name="Free", quota=100_000, price=0),
            DefineArea(area=DOOR, name="Main door", seat_types=(STANDARD, FREE)),
            PublishConference(),
        )

    def close(self) -> None:
        """Close the connections."""
        self._drain.close()
        self.engine.dispose()

    def run(self, *given: Any, batch: int = BATCH) -> None:
        """Run commands of the server's own, so many in a transaction; all of them are accepted."""
        for some in batches(given, batch):
            answer = self._drain.submit(
                SPACE, Job(commands=[self._arrived(one) for one in some], actor=_SERVER)
            ).result()
            assert all(one.verdict.status is Status.ACCEPTED for one in answer.receipts), answer.receipts

    def _arrived(self, command: Any) -> Incoming:
        command_id = id_of("command", next(self._numbers))
        return Incoming(
            command_id=command_id, wire=wire_of(command), body=to_json(command), issued_at=datetime.now(UTC)
        )

    def admit(self, attendees: int, *, after: int = 0) -> None:
        """Have so many attendees, with `after` before: free orders of 20 seats, confirmed and assigned."""
        orders = range(-(-after // SEATS_PER_ORDER), -(-attendees // SEATS_PER_ORDER))
        self.run(*(one for number in orders for one in confirmed_order(number)))
        self.run(*(assignment(number) for number in range(after, attendees)))

    def forget_mails(self) -> None:
        """As if all of them were sent: a server that starts here has nothing to do beside what is measured."""
        with self.engine.begin() as conn:
            conn.execute(schema.outbox.delete())

    def enrol(self, device: str, role: Role) -> str:
        """Enrol a device here and in the directory; its token."""
        token = f"token-of-{device}"
        enrolled = directory.EnrolledDevice(
            device=device,
            account=None,
            token_hash=self.secrets.hashed(token),
            public_key="",
            label=device,
            role_hint="",
            enrolled_at=datetime.now(UTC),
        )
        with self.engine.begin() as conn:
            directory.add_device(conn, enrolled)
        self.run(EnrolDevice(device=DeviceId(device), label=device, role=role))
        return token

    def answer(self, request: Request, device: str = DEVICE) -> Response:
        """What the change feed answers to a device, without HTTP."""
        asked = Asked(space=SPACE, device=device, after=Checkpoint.parse(request.headers["Last-Event-ID"]))
        return Response(200, to_json(page(self.engine, asked)))

    def code_of(self, attendee: int) -> str:
        """The text of the attendee's ticket code, good today."""
        now = datetime.now(UTC)
        secret = self.secrets.of(SPACE)
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

    @property
    def position(self) -> int:
        """The head's."""
        with reading(self.engine).begin() as conn:
            head = commits.head(conn, SPACE)
        return 0 if head is None else head.position


class Crowd(NamedTuple):
    """A conference with all the attendees, and the token of a door device in it."""

    venue: Venue
    token: str


@cache
def crowd(place: Place) -> Crowd:
    """Made once a run, because that takes a while; whoever uses it leaves the attendees as they are."""
    venue = Venue(*place.new_data())
    venue.admit(place.sizes.attendees)
    venue.forget_mails()
    return Crowd(venue, venue.enrol(DEVICE, Role.DOOR))


def batches(things: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of at most this size."""
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some


def bare_order(number: int) -> PlaceOrder:
    """An order of one paid seat."""
    return PlaceOrder(order=OrderId(id_of("bare", number)), lines=(Wanted(seat_type=STANDARD, quantity=1),))


def order_of(attendee: int) -> OrderId:
    """The order that has this attendee's seat."""
    return OrderId(id_of("order", attendee // SEATS_PER_ORDER))


def ticket_of(attendee: int) -> str:
    """The id of this attendee's ticket."""
    return ticket_id(order_of(attendee), attendee % SEATS_PER_ORDER)


def confirmed_order(number: int) -> tuple[PlaceOrder, ConfirmFreeOrder]:
    """A free order with its registrant, and its confirmation."""
    order = order_of(number * SEATS_PER_ORDER)
    placed = PlaceOrder(
        order=order,
        lines=(Wanted(seat_type=FREE, quantity=SEATS_PER_ORDER),),
        registrant=PersonId(id_of("registrant", number)),
        first_name="Robin",
        last_name=f"Registrant {number}",
        email=f"registrant-{number}@example.org",
    )
    return placed, ConfirmFreeOrder(order=order)


def assignment(attendee: int) -> AssignSeat:
    """Somebody with a name that can be searched."""
    return AssignSeat(
        order=order_of(attendee),
        position=attendee % SEATS_PER_ORDER,
        attendee=PersonId(id_of("attendee", attendee)),
        first_name=f"Kim {attendee}",
        last_name=_FAMILIES[attendee % len(_FAMILIES)],
        email=f"attendee-{attendee}@example.org",
        company=f"Company {attendee % 997}",
    )
