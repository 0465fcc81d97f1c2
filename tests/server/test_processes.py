"""Real processes, killed and restored: nothing acknowledged is lost, and nothing is applied twice."""

import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.profile import new_id
from desktop.sync.session import State
from server.database import make_ready
from server.deadlines import Deadlines
from server.operations import backups
from server.operations.office import opened
from server.settings import Settings
from server.store.engine import create_engine_for
from shared.checkin.areas import DefineArea
from shared.checkin.views import Incident
from shared.conference.conference import (
    Conference,
    EditConference,
    Owner,
    PublishConference,
)
from shared.conference.seat_types import AddSeatType
from shared.kernel.codec import to_builtins
from shared.kernel.decider import Role
from shared.kernel.edits import Edit
from shared.kernel.ids import AreaId
from shared.registration.order_state import Order
from shared.registration.seats import SeatsOfType
from tests.server.authority import SEATS, Authority, Clock, creation, scan
from tests.server.processes import Headless, Laptop, Orders, ServerProcess, invited, now, until


@pytest.fixture(params=["sqlite"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = request.getfixturevalue("postgres_database_url") if request.param == "postgresql" else None
    folder = tmp_path / "server"
    folder.mkdir()
    settings = Settings(data_dir=folder, database_url=url)
    engine = create_engine_for(settings.database)
    make_ready(engine, now())
    engine.dispose()
    return settings


@pytest.fixture
def server(settings: Settings) -> Iterator[ServerProcess]:
    made = ServerProcess(settings)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def laptop(server: ServerProcess, tmp_path: Path) -> Iterator[Laptop]:
    """An organizer's laptop that has published a conference with 2,000 seats."""
    made = Laptop(tmp_path / "laptop", server.url, new_id())
    made.enrol(invited(server.settings))
    for command in (
        creation(),
        AddSeatType(seat_type=SEATS, name="Full", quota=2000, price=100_00),
        PublishConference(),
        DefineArea(area=AreaId("area-1"), name="Main door", seat_types=(SEATS,)),
    ):
        made.workspace.issue(command)
    ended = made.sync()
    assert ended is not None
    assert ended.state is State.SYNCED
    yield made
    made.close()


@pytest.fixture
def door(server: ServerProcess, laptop: Laptop, tmp_path: Path) -> Iterator[Laptop]:
    made = Laptop(tmp_path / "door", server.url, laptop.conference)
    owner = laptop.workspace.get(Owner)
    assert owner is not None
    made.join(owner, Role.DOOR)
    made.sync()
    yield made
    made.close()


def database(settings: Settings, laptop: Laptop) -> Authority:
    """A look at the database behind the servers."""
    return Authority(create_engine_for(settings.database), settings.data_dir, space=laptop.conference)


class Scans(threading.Thread):
    """A door that scans without end, and syncs whenever it can."""

    def __init__(self, door: Laptop) -> None:
        super().__init__()
        self._door = door
        self._stop_now = threading.Event()
        self.count = 0

    def run(self) -> None:
        clock = Clock(now())
        while not self._stop_now.is_set():
            for _ in range(3):
                self.count += 1
                self._door.workspace.issue(scan(self.count, clock=clock))
            self._door.sync()

    def end(self) -> None:
        self._stop_now.set()
        self.join(180)


def test_a_server_killed_under_load_loses_nothing_that_it_acknowledged(
    server: ServerProcess, laptop: Laptop, door: Laptop
) -> None:
    chance = random.Random(7)
    registrants = [Orders(lambda _: server.url, "gathering") for _ in range(3)]
    scans = Scans(door)
    for thread in (*registrants, scans):
        thread.start()
    for _ in range(3):
        time.sleep(chance.uniform(0.1, 0.8))
        server.kill()
        server.start()
    time.sleep(0.3)
    for registrant in registrants:
        registrant.end()
    scans.end()
    until(lambda: door.sync() is not None and not door.workspace.pending)
    laptop.sync()
    server.kill()
    behind = database(server.settings, laptop)
    placed = [one for registrant in registrants for one in registrant.placed]
    orders = behind.rows(Order)
    assert len(placed) > 10
    assert {one.order for one in placed} == set(orders), "each was placed once, however often it was sent"
    assert behind.row(SeatsOfType, SEATS).held == len(orders)
    assert len(behind.rows(Incident)) == scans.count
    assert door.workspace.problems() == []
    behind.holds()
    _deadlines_are_all_there(server.settings, behind, orders)


def _deadlines_are_all_there(settings: Settings, behind: Authority, orders: dict[str, Order]) -> None:
    """As after a start much later: every hold ends, and its seats come back."""
    later = Clock(now() + timedelta(days=1))
    with opened(settings, later) as office:
        deadlines = Deadlines(office.engine, office.drain, later)
        assert sum(iter(deadlines.run_due, 0)) == len(orders)
    assert {one.state for one in behind.rows(Order).values()} == {"expired"}
    assert behind.row(SeatsOfType, SEATS).available == 2000
    behind.holds()
    behind.engine.dispose()


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_two_servers_on_one_database_are_as_one(server: ServerProcess, laptop: Laptop, door: Laptop) -> None:
    second = ServerProcess(server.settings)
    second.start()
    try:
        few = [Orders(lambda n: (server.url, second.url)[n % 2], "gathering", quantity=20) for _ in range(4)]
        scans = Scans(door)
        for thread in (*few, scans):
            thread.start()
        until(lambda: sum(one.asked for one in few) > 120)
        for one in few:
            one.end()
        scans.end()
        until(lambda: door.sync() is not None and not door.workspace.pending)
    finally:
        second.kill()
    behind = database(server.settings, laptop)
    orders = behind.rows(Order)
    seats = behind.row(SeatsOfType, SEATS)
    placed = [one for registrant in few for one in registrant.placed]
    assert {one.order for one in placed} == set(orders)
    assert (seats.held, seats.available) == (2000, 0), "all are sold, and none twice"
    assert sum(one.seats.get(SEATS, 0) for one in orders.values()) == 2000
    assert len(behind.rows(Incident)) == scans.count
    assert len({one.locator for one in orders.values()}) == len(orders)
    behind.holds()
    behind.engine.dispose()


@pytest.mark.parametrize("settings", ["postgresql", "sqlite"], indirect=True)
def test_a_listener_at_one_server_sees_what_another_wrote(server: ServerProcess, laptop: Laptop, door: Laptop) -> None:
    second = ServerProcess(server.settings)
    second.start()
    seen: list[int] = []
    feed = door.client.feed(laptop.conference, door.workspace.checkpoint)
    here = door.workspace.checkpoint.position

    def listen() -> None:
        with suppress(Exception):  # it is closed under the reader in the end
            seen.extend(page.upto for page in feed if page.upto > here)

    listener = threading.Thread(target=listen)
    listener.start()
    registrant = Orders(lambda _: second.url, "gathering")
    try:
        for _ in range(3):
            before = len(seen)
            registrant.place(new_id())
            until(lambda before=before: len(seen) > before)  # type: ignore[misc]
        assert seen == sorted(set(seen))
    finally:
        registrant.close()
        feed.close()
        listener.join(180)
        second.kill()


@pytest.mark.parametrize("how", ["restore", "silent copy"])
def test_desktops_heal_a_server_that_went_back_to_a_backup_and_say_so(
    server: ServerProcess, laptop: Laptop, door: Laptop, tmp_path: Path, how: str
) -> None:
    backup = tmp_path / "backup"
    backups.back_up(server.settings, backup)
    laptop.workspace.issue(EditConference(tagline=Edit(seen="", new="Since the backup")))
    clock = Clock(now())
    for number in range(5):
        door.workspace.issue(scan(number, clock=clock))
    for one in (laptop, door):
        assert one.sync() is not None
        assert not one.workspace.pending
    door.workspace.issue(scan(5, clock=clock))
    server.stop()
    current = server.settings.data_dir / "lanyard.sqlite"
    if how == "restore":
        backups.restore(server.settings, backup, now)
    else:
        shutil.copyfile(backup, current)
        for suffix in ("-wal", "-shm"):
            current.with_name(current.name + suffix).unlink(missing_ok=True)
    server.start()
    for one in (laptop, door, laptop, door):
        ended = one.sync()
        assert ended is not None
        assert ended.state is State.SYNCED, ended
    for one in (laptop, door):
        assert [notice.code for notice in one.workspace.notices()] == ["server_was_restored"]
        assert not one.workspace.pending
        assert one.workspace.problems() == []
    behind = database(server.settings, laptop)
    assert behind.row(Conference).tagline == "Since the backup"
    assert len(behind.rows(Incident)) == 6
    behind.holds()
    behind.engine.dispose()
    assert laptop.workspace.digests["checkin.incidents"] == door.workspace.digests["checkin.incidents"]


@pytest.fixture
def start(server: ServerProcess, tmp_path: Path) -> Iterator[Callable[[], Headless]]:
    """Starts a headless desktop, always on the same profile."""
    started: list[Headless] = []

    def start() -> Headless:
        started.append(Headless(tmp_path / "profile", server.url))
        return started[-1]

    yield start
    for one in started:
        one.kill()


def test_a_desktop_killed_at_any_moment_keeps_what_it_answered_and_sends_it_once(
    server: ServerProcess, laptop: Laptop, start: Callable[[], Headless]
) -> None:
    owner = laptop.workspace.get(Owner)
    assert owner is not None
    chance, clock = random.Random(11), Clock(now())
    answered: set[str] = set()
    asked = 0
    desktop = start()
    known = {"owner_email": owner.email, "access_code": owner.access_code, "role": "door"}
    enrolled = desktop.ask("enrol_conference", conference=laptop.conference, **known)
    assert enrolled is not None
    assert enrolled["ok"], enrolled
    for turn in range(3):
        if turn:
            desktop = start()
        opened = desktop.ask("open", conference=laptop.conference)
        assert opened is not None
        assert opened["ok"], opened
        desktop.ask("go_online")
        killer = threading.Timer(chance.uniform(0.05, 0.6), desktop.kill_now)
        killer.start()
        while True:
            asked += 1
            command = scan(asked, clock=clock)
            issued = desktop.ask("issue", name="checkin.record_scan", body=to_builtins(command))
            if issued is None:
                break
            assert issued["ok"], issued
            answered.add(issued["command_id"])
        killer.join()
        desktop.kill()
    desktop = start()
    desktop.ask("open", conference=laptop.conference)
    synced = desktop.ask("sync")
    assert synced is not None
    assert (synced["ended"], synced["pending"], synced["problems"]) == ("synced", [], [])
    activity = desktop.ask("activity", limit=100_000)
    assert activity is not None
    desktop.kill()
    kept = {one["command_id"] for one in activity["activity"]}
    assert len(answered) > 20
    assert answered <= kept, "what was answered is there after the restart"
    assert len(kept - answered) <= 3, "each kill may have come between the write and its answer"
    assert all(one["outcome"]["verdict"]["status"] == "accepted" for one in activity["activity"])
    behind = database(server.settings, laptop)
    assert len(behind.rows(Incident)) == len(kept)
    behind.holds()
    behind.engine.dispose()
