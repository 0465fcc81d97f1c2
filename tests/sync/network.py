"""A world as a state machine: desktops and a server, a network that loses, repeats and cuts, copies of profiles and
backups. After each step the invariants hold; at the end everybody agrees. What people do comes on top: `machine.py`.

It takes a `flaw`: a defect planted on purpose, which it must find (`test_convergence.py`).
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from desktop.store.base import Base
from desktop.sync.session import Request, Response, Staging, State
from desktop.workspace import Change, Workspace
from server.operations.rebuild import check
from server.store import commits, rows, schema
from server.store.engine import reading
from shared.access.access import Device, EnrolDevice
from shared.checkin.areas import DefineArea
from shared.conference.conference import PublishConference
from shared.conference.seat_types import AddSeatType
from shared.domain import DOMAIN
from shared.kernel.codec import from_json, to_json
from shared.kernel.decider import Actor, Key, Rejected, Role
from shared.kernel.ids import AreaId, DeviceId, OrderId, PersonId, SeatTypeId
from shared.kernel.messages import is_fact, wire_of
from shared.registration.order import ConfirmFreeOrder, PlaceOrder
from shared.registration.pricing import Wanted
from shared.registration.seats import SeatsOfType
from shared.sync.digest import MODULUS, row_hash
from shared.sync.overlay import Overlay, Pending, Rebase
from shared.sync.protocol import Batch, Page, Pushed, Verdict
from tests.sync.world import CONFERENCE, Clock, Desktop, Server, assert_kept_beside, creation

REGISTRANT = Actor(role=Role.REGISTRANT, id="web")
SERVER = Actor(role=Role.SERVER, id="server")
AREA = AreaId("area-main")
FREE, PAID = SeatTypeId("01a20000-0000-7000-8000-000000000011"), SeatTypeId("01a20000-0000-7000-8000-000000000012")


class Flaw(StrEnum):
    """Defects of sync that others have shipped."""

    DROPPED_ON_PUSH = "a pending command is dropped on the push's answer"
    APPLIED_EARLY = "a change is applied before its last page"
    OUTCOME_WITHOUT_ROWS = "an outcome is applied without its rows"
    NUMBER_ALONE = "repeated commands are told by their number alone"


class Link(StrEnum):
    """What the network does to one request."""

    FINE = "fine"
    REQUEST_LOST = "request lost"
    ANSWER_LOST = "answer lost"
    TWICE = "delivered twice"
    LATE_AGAIN = "an old request arrives again"


class EagerStaging(Staging):
    """The planted defect: every page is applied as it comes."""

    def take(self, page: Page) -> bool:
        if page.digests is None:
            page = replace(page, digests={})
        return super().take(page)


class HastyWorkspace(Workspace):
    """The planted defect: outcomes and checkpoint are applied, and the rows that belong to them are not."""

    def apply(self, change: Change) -> None:
        super().apply(replace(change, rows={}) if change.outcomes else change)


class Network(RuleBasedStateMachine):
    """The world, in which nobody does anything yet. Clones come when a profile is copied."""

    flaw: Flaw | None = None
    devices: tuple[tuple[str, Role], ...] = ()
    """Besides the laptop on which the conference was made."""

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.clock = Clock()
        self.server = Server(CONFERENCE, self.clock, self.folder, page_rows=3)
        self.seen_states: dict[tuple[str, int], dict[str, int]] = {}
        self.backups: list[dict[str, list[Any]]] = []
        self.counter = 0
        self.old_requests: list[tuple[str, Request]] = []
        self.desktops: dict[str, Desktop] = {}
        self.interruptions: list[Callable[[], None]] = []

    # The start: a published conference with two seat types, an area, and three devices

    @initialize()
    def publish(self) -> None:
        self.server.creators.add("ann")
        ann = self._desktop("ann", "ann")
        for command in (
            creation(),
            AddSeatType(seat_type=FREE, name="Full conference", quota=5, price=0),
            AddSeatType(seat_type=PAID, name="Workshop", quota=3, price=5000),
            PublishConference(),
            DefineArea(area=AREA, name="Main door", seat_types=(FREE,)),
        ):
            ann.workspace.issue(command)
        assert ann.sync() is not None
        for device, role in self.devices:
            self.server.run(EnrolDevice(device=DeviceId(device), label=device, role=role), id=f"enrol-{device}")
            self._desktop(device, device)
        self.prepare()
        self._remember()
        for desktop in self.desktops.values():
            desktop.sync()
        self.back_up()

    def prepare(self) -> None:
        """What else is there before anybody does anything."""

    def _desktop(self, name: str, device: str) -> Desktop:
        desktop = Desktop(device, self.server, self.folder / name, self.clock)
        desktop.ids.prefix = f"{name}-command"
        self.desktops[name] = desktop
        self._plant(desktop)
        return desktop

    def _plant(self, desktop: Desktop) -> None:
        if self.flaw is Flaw.APPLIED_EARLY:
            desktop.staging = EagerStaging(desktop.workspace)
        if self.flaw is Flaw.OUTCOME_WITHOUT_ROWS:
            desktop.workspace.__class__ = HastyWorkspace

    # What everybody does with a desktop

    names = st.integers(0, 11)
    """A desktop by its place, counted round: 12 is a multiple of however many there are, mostly."""

    def _named(self, place: int) -> Desktop:
        return list(self.desktops.values())[place % len(self.desktops)]

    def _issue(self, name: int, command: Any) -> None:
        desktop = self._named(name)
        try:
            desktop.workspace.issue(command)
        except Rejected:
            return

    def _place(self, quantity: int, seat_type: SeatTypeId) -> OrderId:
        """An order of a registrant's; confirmed if it costs nothing."""
        self.counter += 1
        order = OrderId(f"order-{self.counter}")
        place = PlaceOrder(
            order=order,
            lines=(Wanted(seat_type=seat_type, quantity=quantity),),
            registrant=PersonId(f"person-{self.counter}"),
            first_name="Ola",
            last_name="Nordmann",
            email=f"ola{self.counter}@example.org",
        )
        self.server.run(place, id=f"place-{self.counter:06d}", actor=REGISTRANT)
        if seat_type == FREE:
            self.server.run(ConfirmFreeOrder(order=order), id=f"confirm-{self.counter:06d}", actor=REGISTRANT)
        self._remember()
        return order

    # What networks and machines do

    links = st.lists(st.sampled_from(list(Link)), max_size=6)

    @rule(name=names, links=links)
    def sync(self, name: int, links: list[Link]) -> None:
        self._sync(self._named(name), links)

    def _sync(self, desktop: Desktop, links: list[Link]) -> None:
        script = iter(links)

        def ask(request: Request) -> Response | None:
            if self.interruptions:
                self.interruptions.pop()()
            link = next(script, Link.FINE)
            if link is Link.REQUEST_LOST:
                return None
            if link is Link.LATE_AGAIN and self.old_requests:
                self._deliver(*self.old_requests[len(links) % len(self.old_requests)])
            response = self._deliver(desktop.name, request)
            if request.method == "POST":
                self.old_requests.append((desktop.name, request))
            if link is Link.TWICE:
                response = self._deliver(desktop.name, request)
            if link is Link.ANSWER_LOST:
                return None
            if self.flaw is Flaw.DROPPED_ON_PUSH and request.method == "POST" and response.status == 200:
                self._drop_sent(desktop, request)
            return response

        desktop.sync(ask)

    def _deliver(self, device: str, request: Request) -> Response:
        if self.flaw is Flaw.NUMBER_ALONE and request.method == "POST":
            batch = from_json(Batch, request.body)
            with reading(self.server.engine).connect() as conn:
                numbers = commits.next_numbers(conn, self.server.conference, [(device, batch.epoch)])
            expected = numbers.get((device, batch.epoch), 1)
            if batch.first + len(batch.commands) <= expected:
                return Response(200, to_json(Pushed(epoch=batch.epoch, expected=expected, head=0, bad=[])))
        response = self.server.answer(device, request)
        self._remember()
        return response

    def _drop_sent(self, desktop: Desktop, request: Request) -> None:
        batch = from_json(Batch, request.body)
        sent = [from_json(dict[str, Any], bytes(one))["id"] for one in batch.commands]
        workspace = desktop.workspace
        rebase = Rebase(workspace._overlay, workspace._base.shown, (), sent)
        rebase.catch_up()
        workspace._overlay = rebase.after

    @rule(name=names)
    def crash_and_reopen(self, name: int) -> None:
        desktop = self._named(name)
        desktop.close()
        desktop.open()
        self._plant(desktop)

    @rule(place=names)
    def copy_a_profile(self, place: int) -> None:
        name = list(self.desktops)[place % (1 + len(self.devices))]  # no copies of copies
        copy = f"{name}-copy"
        if copy in self.desktops:
            return
        original = self.desktops[name]
        original.close()
        shutil.copytree(self.folder / name, self.folder / copy)
        original.open()
        self._plant(original)
        self._desktop(copy, original.name)

    @rule()
    def back_up(self) -> None:
        with reading(self.server.engine).connect() as conn:
            backup = {table.name: list(conn.execute(select(table))) for table in schema.metadata.sorted_tables}
        self.backups.append(backup)

    @rule(choice=st.integers(0, 5))
    def restore_silently(self, choice: int) -> None:
        backup = self.backups[choice % len(self.backups)]
        with self.server.engine.begin() as conn:
            for table in reversed(schema.metadata.sorted_tables):
                conn.execute(table.delete())
            for table in schema.metadata.sorted_tables:
                if backup[table.name]:
                    conn.execute(table.insert(), [dict(one._mapping) for one in backup[table.name]])
        self.server.cache.clear()
        self._remember()

    # What always holds

    def _remember(self) -> None:
        with reading(self.server.engine).connect() as conn:
            head = commits.head(conn, self.server.conference)
            assert head is not None
            stored = rows.digests(conn, self.server.conference)
        self.seen_states[head.hash.hex(), head.position] = {view: digest for view, (digest, _) in stored.items()}

    @invariant()
    def what_is_shown_is_what_its_rules_see(self) -> None:
        for desktop in self.desktops.values():
            workspace = desktop.workspace
            anew = Overlay(workspace._base.shown)
            for pending in workspace.pending:
                decided = Pending(command=pending.command, context=pending.context)
                anew._speculate(decided)
                anew.add(decided)
            for kind in DOMAIN.rows:
                view = wire_of(kind).name
                keys = {*workspace._base.shown.rows(view), *(key for key in anew.touched if key.view == view)}
                if keys and view in workspace.versions():
                    expected = {key.id: to_json(row) for key, row in anew.fetch(keys).items() if row is not None}
                    visible: dict[str, Any] = workspace.rows(kind)
                    shown = {id: to_json(row) for id, row in visible.items()}
                    assert shown == expected, f"{desktop.folder.name}: {view}"

    @invariant()
    def a_base_is_a_state_that_the_server_had(self) -> None:
        for desktop in self.desktops.values():
            checkpoint = desktop.workspace.checkpoint
            if checkpoint.position == 0:
                continue
            had = self.seen_states.get((checkpoint.hash, checkpoint.position))
            assert had is not None, f"{desktop.folder.name} is where the server never was"
            for view in desktop.workspace.versions():
                assert _recomputed(desktop.workspace._base, view) == had.get(view, 0), f"{desktop.folder.name}: {view}"

    @invariant()
    def what_is_kept_beside_the_rows_follows_from_them(self) -> None:
        for desktop in self.desktops.values():
            assert_kept_beside(desktop.workspace)

    @invariant()
    def a_command_is_pending_until_its_outcome_is_covered(self) -> None:
        for desktop in self.desktops.values():
            workspace = desktop.workspace
            pending = {one.context.command_id for one in workspace.pending}
            settled = workspace._base.shown.outcomes()
            for logged, _ in workspace.activity():
                assert (logged.command_id in pending) != (logged.command_id in settled), logged.command_id

    @invariant()
    def seats_are_never_oversold(self) -> None:
        with reading(self.server.engine).connect() as conn:
            stored = rows.rows_of_view(conn, self.server.conference, wire_of(SeatsOfType).name)
        for one in stored.values():
            assert one.body is not None
            seats = from_json(SeatsOfType, one.body)
            assert seats.available + seats.held + seats.sold + seats.allotted == seats.quota
            assert min(seats.available, seats.held, seats.sold, seats.allotted) >= 0

    def teardown(self) -> None:
        """The network is back: everybody syncs, and everybody agrees."""
        try:
            if self.desktops:
                self._settle()
        finally:
            for desktop in self.desktops.values():
                desktop.close()
            self.server.engine.dispose()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _settle(self) -> None:
        for _ in range(4):
            for desktop in self.desktops.values():
                self._sync(desktop, [])
        for name, desktop in self.desktops.items():
            ended = desktop.sync()
            device = self._row(Device, desktop.name)
            if device is None or device.is_revoked:
                # It may send and not read: it cannot learn that a restored server lost what it had settled.
                self._has_everything(desktop, {one.context.command_id for one in desktop.workspace.pending})
                continue
            self._has_everything(desktop)
            assert ended is not None, name
            assert ended.state is State.SYNCED, f"{name}: {ended}"
            assert desktop.workspace.digests == self.server.digests(device.role), name
            assert not desktop.workspace.pending, name
        self.what_is_shown_is_what_its_rules_see()
        self.a_base_is_a_state_that_the_server_had()
        rebuilt = check(self.server.engine, self.server.conference)
        assert rebuilt.is_same, rebuilt

    def _has_everything(self, desktop: Desktop, ids: set[str] | None = None) -> None:
        """Each command that was ever issued has exactly one outcome, and no fact was lost or refused."""
        logged = [one for one, _ in desktop.workspace.activity() if ids is None or one.command_id in ids]
        with reading(self.server.engine).connect() as conn:
            known = commits.known(conn, self.server.conference, [one.command_id for one in logged])
        for one in logged:
            assert one.command_id in known, f"{desktop.folder.name}: {one.command_id} ({one.wire.name}) has no outcome"
            verdict = from_json(Verdict, known[one.command_id].outcome)
            assert not is_fact(one.wire.name) or verdict.status in ("accepted", "held"), one.command_id

    def _row(self, kind: type, id: str) -> Any:
        at = Key(wire_of(kind).name, id)
        with reading(self.server.engine).connect() as conn:
            stored = rows.read_rows(conn, self.server.conference, [at]).get(at)
        return None if stored is None or stored.body is None else from_json(kind, stored.body)


def _recomputed(base: Base, view: str) -> int:
    found = base._writer.execute("SELECT id, body FROM rows WHERE view = ?", (view,)).fetchall()
    return sum(row_hash(view, id, bytes(body)) for id, body in found) % MODULUS
