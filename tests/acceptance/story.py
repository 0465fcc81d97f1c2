"""What the steps speak to: people with laptops and gates around one server, called instead of reached over HTTP."""

import base64
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select

from desktop.sync.session import Ended, Request, Response
from desktop.workspace import Workspace
from server.store import rows, schema
from server.store.engine import reading
from shared.access.access import EnrolDevice
from shared.checkin import ticket_code, verdict
from shared.checkin.admission import Action, RecordScan
from shared.checkin.areas import DefineArea
from shared.checkin.ticket_code import Sign, TicketCode, key_id
from shared.checkin.verdict import MAY_PASS, Direction, Finding, Seen
from shared.conference.conference import Conference, PublishConference
from shared.conference.seat_types import AddSeatType
from shared.domain import CODEC
from shared.execute import gather
from shared.kernel.codec import from_json
from shared.kernel.decider import Actor, Key, Rejected, Role, key
from shared.kernel.ids import AreaId, ConferenceId, DeviceId, OrderId, PersonId, SeatTypeId
from shared.registration.assignments import AssignSeat, SeatAssignment, seat_id, ticket_id
from shared.registration.order import ConfirmFreeOrder, PlaceOrder
from shared.registration.pricing import Wanted
from shared.sentences import sentence
from tests.sync.world import Clock, Desktop, Server, creation

R = TypeVar("R")

CONFERENCE: Final = str(UUID(int=1))
REGISTRANT: Final = Actor(role=Role.REGISTRANT, id="web")
FULL: Final = "Full conference"
GATES: Final = ("West", "East", "North")


def id_of(name: str) -> str:
    """The id of something that has a name in the stories."""
    return str(uuid5(NAMESPACE_OID, name))


def seat_type_of(name: str) -> SeatTypeId:
    return SeatTypeId(id_of(f"seat type {name}"))


def area_of(name: str) -> AreaId:
    return AreaId(id_of(f"area {name}"))


def order_of(person: str) -> OrderId:
    return OrderId(id_of(f"order of {person}"))


@dataclass
class Story:
    """The people, by their names, and the server. A laptop hears nothing before its people are back on the network."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    desktops: dict[str, Desktop] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    """What people were told at once."""
    said: dict[str, Finding] = field(default_factory=dict)
    """The last verdict of each gate."""
    codes: dict[str, str] = field(default_factory=dict)
    """The text of the ticket that each person has in hand."""
    backup: dict[str, list[Any]] = field(default_factory=dict)
    number: int = 0

    def __post_init__(self) -> None:
        self.server = Server(CONFERENCE, self.clock, self.folder)

    def close(self) -> None:
        for desktop in self.desktops.values():
            desktop.close()
        self.server.engine.dispose()

    # People and their devices

    def has_laptop(self, name: str, *, device: str = "") -> Desktop:
        desktop = Desktop(device or name, self.server, self.folder / name, self.clock)
        desktop.ids.prefix = f"{name}-command"
        self.desktops[name] = desktop
        return desktop

    def is_enrolled(self, name: str, role: Role) -> None:
        """By what the owner knows; see the server's own tests of enrolment."""
        self.has_laptop(name)
        self.served(EnrolDevice(device=DeviceId(name), label=name, role=role))
        self.syncs(name)

    def served(self, command: Any, actor: Actor | None = None) -> None:
        """A command that did not come from a device, and that was accepted."""
        self.number += 1
        answer = self.server.run(command, id=f"server-command-{self.number}", actor=actor)
        assert answer.receipts[0].verdict.status == "accepted", answer.receipts[0].verdict

    def does(self, name: str, command: Any) -> None:
        """Somebody issues a command, and is told in a sentence if it is refused at once."""
        try:
            self.desktops[name].workspace.issue(command)
        except Rejected as refusal:
            self.told.setdefault(name, []).append(sentence(refusal.code, refusal.values))

    def syncs(self, name: str) -> Ended:
        """As a laptop does while it has a network: again while something waits, as after a server was restored."""
        desktop = self.desktops[name]
        ended = desktop.sync()
        if desktop.workspace.pending:
            ended = desktop.sync()
        assert ended is not None, "the server answers"
        return ended

    def loses_the_answer(self, name: str) -> None:
        """The server takes the commands, and nobody hears that it did."""
        desktop = self.desktops[name]

        def ask(request: Request) -> Response | None:
            self.server.answer(desktop.name, request)
            return None

        assert desktop.sync(ask) is None

    def restarts(self, name: str) -> None:
        self.desktops[name].close()
        self.desktops[name].open()

    def is_copied(self, name: str, copy: str) -> None:
        self.desktops[name].close()
        shutil.copytree(self.folder / name, self.folder / copy)
        self.desktops[name].open()
        self.has_laptop(copy, device=name)

    def sees(self, name: str, kind: type[R], id: str = "") -> R:
        row = self.desktops[name].workspace.get(kind, id)
        assert row is not None, f"{name} sees no {kind.__name__}"
        return row

    def problems(self, name: str) -> list[str]:
        return [sentence(one.code, one.values) for one in self.desktops[name].workspace.problems()]

    # The server

    def kept(self, kind: type[R], id: str = "") -> R | None:
        """A row of the server."""
        at = key(kind, id)
        with reading(self.server.engine).connect() as conn:
            stored = rows.read_rows(conn, CONFERENCE, [at]).get(at)
        return None if stored is None or stored.body is None else from_json(kind, stored.body)

    def all_kept(self, view: str) -> list[Any]:
        """Every row of a view of the server."""
        with reading(self.server.engine).connect() as conn:
            stored = rows.rows_of_view(conn, CONFERENCE, view)
        return [CODEC.decode_row(view, one.body) for one in stored.values() if one.body is not None]

    def backs_up(self) -> None:
        with reading(self.server.engine).connect() as conn:
            self.backup = {table.name: list(conn.execute(select(table))) for table in schema.metadata.sorted_tables}

    def restores(self) -> None:
        """As when somebody puts an old copy in the place of the database, and tells nobody."""
        with self.server.engine.begin() as conn:
            for table in reversed(schema.metadata.sorted_tables):
                conn.execute(table.delete())
            for table in schema.metadata.sorted_tables:
                if self.backup[table.name]:
                    conn.execute(table.insert(), [dict(one._mapping) for one in self.backup[table.name]])
        self.server.cache.clear()

    # Conferences

    def creates(self, name: str, called: str) -> None:
        self.does(name, replace(creation(), name=called))

    def is_published(self, seat_types: Iterable[str], areas: Mapping[str, Iterable[str]]) -> None:
        """Ann made a conference with free seats of these types, and these areas."""
        self.server.creators.add("Ann")
        self.has_laptop("Ann")
        self.creates("Ann", "Gathering")
        for one in seat_types:
            self.does("Ann", AddSeatType(seat_type=seat_type_of(one), name=one, quota=100, price=0))
        for area, admitted in areas.items():
            self.has_area(area, admitted)
        self.does("Ann", PublishConference())
        self.syncs("Ann")

    def has_area(self, name: str, admitted: Iterable[str]) -> None:
        seat_types = tuple(seat_type_of(one) for one in admitted)
        self.does("Ann", DefineArea(area=area_of(name), name=name, seat_types=seat_types))

    # Tickets

    def buys(self, person: str, seat_type: str, quantity: int = 1) -> None:
        """Somebody orders and confirms free seats on the web."""
        order = order_of(person)
        place = PlaceOrder(
            order=order,
            lines=(Wanted(seat_type=seat_type_of(seat_type), quantity=quantity),),
            registrant=PersonId(id_of(f"registrant {person}")),
            last_name="Registrant",
            email="registrant@example.org",
        )
        self.served(place, REGISTRANT)
        self.served(ConfirmFreeOrder(order=order), REGISTRANT)

    def given_to(self, buyer: str, person: str) -> AssignSeat:
        """The command that gives the only seat of an order to a person."""
        return AssignSeat(
            order=order_of(buyer),
            position=0,
            attendee=PersonId(id_of(person)),
            first_name=person,
            last_name=f"{person}son",
            email=f"{person.lower()}@example.org",
        )

    def has_ticket(self, buyer: str, person: str) -> None:
        """The seat of an order is somebody's, and they have the ticket's text."""
        self.served(self.given_to(buyer, person), REGISTRANT)
        seat = self.kept(SeatAssignment, seat_id(order_of(buyer), 0))
        assert seat is not None
        self.codes[person] = self.ticket(buyer, seat.version, self.server.tools.secrets.of(CONFERENCE).sign)

    def ticket(self, buyer: str, version: int, sign: Sign) -> str:
        day = timedelta(days=1000)
        code = TicketCode(
            conference=ConferenceId(CONFERENCE),
            ticket=ticket_id(order_of(buyer), 0),
            version=version,
            seat_type=seat_type_of(FULL),
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
            valid_until=datetime(2026, 1, 1, tzinfo=UTC) + day,
            key_id=key_id(self._public_key()),
        )
        return ticket_code.issue(code, sign)

    def forged_ticket(self, buyer: str) -> str:
        """Like a genuine one, signed by somebody else."""
        return self.ticket(buyer, 1, Ed25519PrivateKey.generate().sign)

    def _public_key(self) -> bytes:
        conference = self.kept(Conference)
        assert conference is not None
        assert conference.ticket_key is not None
        return base64.b64decode(conference.ticket_key)

    # Gates

    def scans(self, gate: str, code: str, *, area: str, direction: Direction = Direction.ENTRY) -> None:
        """A gate looks at a ticket with what it holds, lets the person through or not, and records it."""
        workspace = self.desktops[gate].workspace
        seen, self.said[gate] = looked_at(workspace, code, area=area, gate=gate, direction=direction, at=self.clock())
        action = Action.ADMITTED if self.said[gate] in MAY_PASS else Action.TURNED_AWAY
        self.number += 1
        self.does(gate, RecordScan(scan=f"scan-{self.number}", seen=seen, action=action))

    def lets_in(self, gate: str, code: str, area: str) -> None:
        """Whatever the verdict would be with better knowledge, this gate finds nothing against it."""
        self.scans(gate, code, area=area)
        assert self.said[gate] in MAY_PASS


def looked_at(
    workspace: Workspace, code: str, *, area: str, gate: str, at: datetime, direction: Direction = Direction.ENTRY
) -> tuple[Seen, Finding]:
    """What a gate sees of a ticket, and what its own rows say of it."""
    conference = workspace.get(Conference)
    assert conference is not None
    public_key = base64.b64decode(conference.ticket_key or "")
    evidence, ticket = ticket_code.examine(
        code,
        verify=lambda *signed: is_signed(public_key, *signed),
        conference=ConferenceId(workspace.conference),
        at=at,
    )
    seen = Seen(
        area=area_of(area),
        gate=gate,
        direction=direction,
        evidence=evidence,
        ticket=None if ticket is None else ticket.ticket,
        version=None if ticket is None else ticket.version,
        seat_type=ticket.seat_type if isinstance(ticket, TicketCode) else None,
        scanned_at=at,
    )
    found = gather(lambda got: verdict.needs(seen, got), Shown(workspace))
    return seen, verdict.verdict(seen, found).finding


@dataclass
class Shown:
    """The rows of a workspace as its user sees them."""

    workspace: Workspace

    def fetch(self, keys: Iterable[Key]) -> dict[Key, Any]:
        found: dict[Key, Any] = {}
        for at in keys:
            kind = CODEC.row_class(at.view)
            assert kind is not None
            found[at] = self.workspace.get(kind, at.id)
        return found


def is_signed(public_key: bytes, signature: bytes, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except InvalidSignature:
        return False
    return True
