"""The worker's threads, with a server in the same process behind a link that a test can cut."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Queue

import pytest

from desktop.profile import Membership, Profile
from desktop.store.files import EnvironmentProblem
from desktop.sync import bundle, enrolment
from desktop.sync.lane import Connection, Line, Pace
from desktop.sync.link import Denied, Feed, Unreachable
from desktop.sync.session import Request, Response, State
from desktop.sync.worker import Worker, connect_over_http
from desktop.workspace import Workspace
from server import feed as server_feed
from shared.access.access import EnrolDevice
from shared.conference.conference import Conference, EditConference
from shared.kernel.codec import from_json, to_json
from shared.kernel.decider import Actor, Role
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId
from shared.sync.protocol import BATCH_COMMANDS_MOST, Batch, Checkpoint, Code, Page, Problem
from tests.desktop.fakes import Reply, SocketServer, http, open_profile
from tests.sync.world import Clock, Server, creation

PACE = Pace(first_s=0.001, most_s=0.004)
ORGANIZER = Actor(role=Role.ORGANIZER, id="other", label="other")
WAIT_S = 20


@dataclass
class QueueFeed:
    """Pages that a test puts in; an exception is raised, None ends it."""

    pages: "Queue[Page | Exception | None]" = field(default_factory=Queue)

    def __iter__(self) -> Iterator[Page]:
        while (page := self.pages.get()) is not None:
            if isinstance(page, Exception):
                raise page
            yield page

    def close(self) -> None:
        self.pages.put(None)


@dataclass
class WorldLink:
    """The server of one process. `fault` is called with each request, and may raise."""

    server: Server
    device: str
    fault: Callable[[Request], None] = lambda _: None
    refusal: Exception | None = None
    asked: list[Request] = field(default_factory=list)
    feeds: list[QueueFeed] = field(default_factory=list)
    opened: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    on_feed: Callable[[], None] = lambda: None
    is_closed: bool = False

    def ask(self, request: Request) -> Response:
        self.asked.append(request)
        self.fault(request)
        return self.server.answer(self.device, request)

    def feed(self, conference: str, checkpoint: Checkpoint) -> Feed:
        self.on_feed()
        if self.refusal is not None:
            raise self.refusal
        opened = QueueFeed()
        self.feeds.append(opened)
        self.opened.release()
        return opened

    def close(self) -> None:
        self.is_closed = True


class World:
    """A server, a profile and its worker."""

    def __init__(self, folder: Path) -> None:
        self.profile: Profile = open_profile(folder / "profile")
        self.profile.use_server("http://server.example")
        self.profile.enrolled(token="token-1", may_create=True)
        self.conference = self.profile.create_conference_id()
        self.server = Server(self.conference, Clock(), folder)
        self.device = self.profile.identity.device
        self.server.creators.add(self.device)
        self.link = WorldLink(self.server, self.device)
        self.worker = Worker(self.profile, connect=lambda *_: self.link, pace=PACE)
        self.reports: list[Connection] = []
        self._reported = threading.Condition()
        self.worker.listen(self._report)

    def _report(self, _: str, connection: Connection) -> None:
        with self._reported:
            self.reports.append(connection)
            self._reported.notify_all()

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for a report after which it is so."""
        with self._reported:
            assert self._reported.wait_for(is_so, WAIT_S)

    def until_line(self, line: Line, detail: str | None = None) -> None:
        self.until(lambda: any(one.line is line and detail in (None, one.detail) for one in self.reports))
        self.reports.clear()

    def feed(self) -> QueueFeed:
        """The next feed that the worker opens."""
        assert self.link.opened.acquire(timeout=WAIT_S)
        return self.link.feeds[-1]

    def page(self, checkpoint: Checkpoint) -> Page:
        return server_feed.page(
            self.server.engine,
            server_feed.Asked(
                space=self.conference,
                device=self.device,
                after=checkpoint,
            ),
        )

    def close(self) -> None:
        self.worker.close()
        self.profile.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def tagline(text: str, *, seen: str = "") -> EditConference:
    return EditConference(tagline=Edit(seen=seen, new=text))


def shown(workspace: Workspace) -> str:
    conference = workspace.get(Conference)
    assert conference is not None
    return conference.tagline


# Sessions


def test_what_is_issued_is_sent_at_once(world: World) -> None:
    workspace = world.worker.open(world.conference)
    world.worker.start()
    workspace.issue(creation())
    world.until_line(Line.SERVER)
    assert not workspace.is_pending
    world.feed()
    workspace.issue(tagline("x"))
    world.until(lambda: not workspace.is_pending and bool(world.reports))
    connection = world.worker.connection(world.conference)
    assert (connection.line, connection.is_equal) == (Line.SERVER, True)
    assert connection.heard_at is not None
    membership = world.profile.membership(world.conference)
    assert membership is not None
    assert membership.title == "Gathering"


def test_a_conference_that_the_server_cannot_know_is_not_asked_for(world: World) -> None:
    world.worker.open(world.conference)
    world.worker.start()
    world.worker.sync_now()
    world.worker.stop()
    assert not world.link.asked
    assert world.worker.sync_once(world.conference).state is State.NOT_ENROLLED


def test_a_network_that_vanishes_is_tried_again(world: World) -> None:
    workspace = world.worker.open(world.conference)
    workspace.issue(creation())
    failures = [Unreachable("gone"), Unreachable("gone"), RuntimeError("a bug"), Unreachable("gone")]

    def fault(_: Request) -> None:
        if failures:
            raise failures.pop()

    world.link.fault = fault
    world.worker.start()
    world.until(lambda: any(one.line is Line.SERVER for one in world.reports))
    assert {one.detail for one in world.reports if one.line is Line.ALONE} == {"gone", "internal_error"}
    assert not workspace.is_pending


def test_a_server_that_fails_is_tried_again(world: World) -> None:
    workspace = world.worker.open(world.conference)
    workspace.issue(creation())
    world.server.creators.clear()
    world.worker.start()
    world.until_line(Line.NOT_ENROLLED, "forbidden")
    world.server.creators.add(world.device)
    world.worker.sync_now()
    world.until_line(Line.SERVER)


def test_a_device_without_a_token_asks_nothing(world: World, tmp_path: Path) -> None:
    profile = open_profile(tmp_path / "fresh")
    worker = Worker(profile, connect=lambda *_: world.link, pace=PACE)
    conference = profile.create_conference_id()
    worker.open(conference)
    assert worker.sync_once(conference).state is State.NOT_ENROLLED
    assert worker.connection(conference).line is Line.NOT_ENROLLED
    assert worker.connection("another") == Connection()
    with pytest.raises(Unreachable, match="no server"):
        worker.ask(Request(method="GET", path="/"))
    assert not world.link.asked
    worker.close()
    profile.close()


def test_one_session_on_demand(world: World) -> None:
    workspace = world.worker.open(world.conference)
    assert world.worker.open(world.conference) is workspace
    workspace.issue(creation())
    world.link.fault = _unreachable
    with pytest.raises(Unreachable):
        world.worker.sync_once(world.conference)
    assert world.worker.connection(world.conference).detail == "gone"
    world.link.fault = lambda _: None
    assert world.worker.sync_once(world.conference).pushed == 1
    assert not world.worker.is_running


def _unreachable(_: Request) -> None:
    raise Unreachable("gone")


def test_newer_views_ask_for_an_update(world: World) -> None:
    workspace = world.worker.open(world.conference)
    workspace.issue(creation())
    answer = world.link.server.answer

    def newer(device: str, request: Request) -> Response:
        response = answer(device, request)
        if request.method == "POST":
            return response
        page = from_json(Page, response.body)
        return Response(200, to_json(replace(page, views=page.views | {"program.talks": 1})))

    world.link.server.answer = newer  # type: ignore[method-assign]
    assert world.worker.sync_once(world.conference).state is State.UPDATE_DESKTOP
    connection = world.worker.connection(world.conference)
    assert (connection.line, connection.detail) == (Line.UPDATE_NEEDED, "update_desktop")


def test_a_session_stops_when_the_worker_does(world: World) -> None:
    workspace = world.worker.open(world.conference)
    workspace.issue(creation())
    asked, answered = threading.Event(), threading.Event()

    def slow(_: Request) -> None:
        asked.set()
        assert answered.wait(WAIT_S)

    world.link.fault = slow
    world.worker.start()
    world.worker.start()
    assert asked.wait(WAIT_S)
    stopping = threading.Thread(target=world.worker.stop)
    stopping.start()
    while world.worker.is_running:
        threading.Event().wait(0.001)
    answered.set()
    stopping.join()
    world.worker.stop()
    assert workspace.is_pending
    assert world.server.head > 0
    assert world.worker.connection(world.conference).detail == "stopped"
    world.link.fault = lambda _: None
    assert world.worker.sync_once(world.conference).pushed == 1
    assert not workspace.is_pending


def test_a_conference_without_a_row_is_not_described(world: World) -> None:
    """A device that is enrolled before the conference's first command came."""
    enrolment_here = EnrolDevice(device=DeviceId(world.device), label="Door", role=Role.DOOR)
    world.server.run(enrolment_here, id="enrolment-0001")
    world.worker.open(world.conference)
    assert world.worker.sync_once(world.conference).state is State.SYNCED
    membership = world.profile.membership(world.conference)
    assert membership is not None
    assert membership.title == ""


# The feed


@pytest.fixture
def running(world: World) -> World:
    """A worker that listens."""
    world.worker.start()
    workspace = world.worker.open(world.conference)
    workspace.issue(creation())
    world.until_line(Line.SERVER)
    return world


def test_a_page_of_the_feed_is_applied_without_a_request(running: World) -> None:
    feed = running.feed()
    workspace = running.worker.open(running.conference)
    asked = len(running.link.asked)
    running.server.run(tagline("Theirs"), id="theirs-0001", actor=ORGANIZER)
    feed.pages.put(running.page(workspace.checkpoint))
    running.until_line(Line.SERVER)
    assert shown(workspace) == "Theirs"
    assert len(running.link.asked) == asked


def test_a_page_that_does_not_fit_starts_a_session(running: World) -> None:
    feed = running.feed()
    workspace = running.worker.open(running.conference)
    running.server.run(tagline("Theirs"), id="theirs-0001", actor=ORGANIZER)
    page = running.page(workspace.checkpoint)
    feed.pages.put(replace(page, digests=None, after=99))
    feed.pages.put(replace(page, after=page.upto))
    running.until_line(Line.SERVER)
    assert shown(workspace) == "Theirs"
    asked = len(running.link.asked)
    feed.pages.put(page)  # once more, and now old
    running.server.run(tagline("Again", seen="Theirs"), id="theirs-0002", actor=ORGANIZER)
    feed.pages.put(running.page(workspace.checkpoint))
    running.until_line(Line.SERVER)
    assert shown(workspace) == "Again"
    assert len(running.link.asked) == asked


@pytest.mark.parametrize("end", [None, Unreachable("gone"), RuntimeError("a bug")])
def test_a_feed_that_ends_is_opened_again(running: World, end: Exception | None) -> None:
    feed = running.feed()
    workspace = running.worker.open(running.conference)
    feed.pages.put(running.page(workspace.checkpoint))
    running.server.run(tagline("Theirs"), id="theirs-0001", actor=ORGANIZER)
    feed.pages.put(end)
    assert running.feed() is not feed
    assert shown(workspace) == "Theirs"


def test_a_feed_that_is_refused_is_asked_for_again_after_a_while(world: World) -> None:
    world.link.refusal = Denied("role_changed")
    tried = threading.Semaphore(0)
    world.link.on_feed = tried.release
    world.worker.open(world.conference).issue(creation())
    world.worker.start()
    for _ in range(3):
        assert tried.acquire(timeout=WAIT_S)
    world.link.refusal = None
    world.feed()


def test_a_worker_that_stops_ends_its_feeds(running: World) -> None:
    running.feed()
    running.worker.stop()
    assert not [one for one in threading.enumerate() if one.name in ("sync", "feed")]
    running.worker.start()
    running.feed()


def test_a_feed_that_opens_while_the_worker_stops_is_ended(world: World) -> None:
    opening, may_open = threading.Event(), threading.Event()

    def slow() -> None:
        opening.set()
        assert may_open.wait(WAIT_S)

    world.link.on_feed = slow
    world.worker.open(world.conference).issue(creation())
    world.worker.start()
    assert opening.wait(WAIT_S)
    stopping = threading.Thread(target=world.worker.stop)
    stopping.start()
    while world.worker.is_running:
        threading.Event().wait(0.001)
    may_open.set()
    stopping.join()
    assert not [one for one in threading.enumerate() if one.name in ("sync", "feed")]


def test_waits_grow_and_have_an_end() -> None:
    pace = Pace(first_s=0.5, most_s=30)
    for failures, full in ((1, 0.5), (2, 1), (3, 2), (7, 30), (10_000, 30)):
        assert full / 2 <= pace.after(failures) <= full


# Enrolment


def test_enrolment_over_http(world: World) -> None:
    answers = {
        "/enrol": to_json({"device": world.device, "token": "token-2", "may_create": True}),
        "/enrol/a%2Fb": to_json(
            {"device": world.device, "token": None, "may_create": True, "conference": "c-2", "role": "door"}
        ),
    }
    server = SocketServer(lambda asked: Reply(http(answers.get(asked.path, b"{}"))))
    with server.running():
        world.profile.use_server(server.url)
        worker = Worker(world.profile, connect=connect_over_http)
        enrolment.enrol(world.profile, worker.ask, code="ABCDE")
        joined = enrolment.join(
            world.profile, worker.ask, conference="a/b", owner_email="a@example.org", access_code="X", role=Role.DOOR
        )
        with pytest.raises(Denied, match="unexpected_answer"):
            enrolment.join(
                world.profile, worker.ask, conference="c", owner_email="a@example.org", access_code="X", role=Role.DOOR
            )
        worker.close()
    assert world.profile.identity.token == "token-2"
    assert joined == Membership(conference="c-2", role=Role.DOOR)
    assert world.profile.membership("c-2") == joined
    said = from_json(dict[str, str], server.asked[0].body)
    assert said["code"] == "ABCDE"
    assert said["proof"] == world.profile.sign(f"lanyard enrol\n{world.device}\nABCDE".encode())
    assert server.asked[1].headers["authorization"] == "Bearer token-2"


def test_a_refused_enrolment_says_why(world: World) -> None:
    body = to_json({"code": "invalid_field", "title": "", "status": 422, "field": "role", "values": {"rule": "x"}})
    with pytest.raises(Denied) as refused:
        enrolment.enrol(world.profile, lambda _: Response(422, body), code="ABCDE")
    assert (refused.value.code, refused.value.values) == ("invalid_field", {"rule": "x", "field": "role"})


# Bundles


def test_another_device_delivers_a_queue(world: World) -> None:
    workspace = world.worker.open(world.conference)
    workspace.issue(creation())
    for number in range(BATCH_COMMANDS_MOST):
        workspace.issue(tagline(f"{number}", seen=shown(workspace)))
    exported = bundle.read(bundle.write(bundle.export(workspace, world.profile.sign)))
    assert exported.commands == BATCH_COMMANDS_MOST + 1
    assert [len(one.commands) for one in exported.batches] == [BATCH_COMMANDS_MOST, 1]
    taken: list[Batch] = []

    def ask(request: Request) -> Response:
        taken.append(from_json(Batch, request.body))
        return world.server.answer(world.device, request)

    assert bundle.deliver(exported, ask) == BATCH_COMMANDS_MOST + 1
    assert all(one.signature for one in taken)
    head = world.server.head
    assert world.worker.sync_once(world.conference).state is State.SYNCED
    assert world.server.head == head
    assert not workspace.is_pending
    assert not workspace.problems()


def test_a_queue_that_is_refused_says_why(world: World) -> None:
    workspace = world.worker.open(world.conference)
    workspace.issue(creation())
    exported = bundle.export(workspace, world.profile.sign)
    answer = Response(409, to_json(Problem(code=Code.GAP, title="", status=409)))
    with pytest.raises(Denied, match="gap"):
        bundle.deliver(exported, lambda _: answer)


def test_a_file_that_is_no_queue_is_told(world: World) -> None:
    newer = to_json({"format": "lanyard-bundle-9", "conference": "c", "batches": []})
    for document, sentence in ((b"{", "no exported queue"), (newer, "newer Lanyard")):
        with pytest.raises(EnvironmentProblem, match=sentence):
            bundle.read(document)
