"""A whole world in one process: the real handle and feed on SQLite in memory, real workspaces on files, no sockets.

The network between them is `ask`, which a test can cut, repeat or answer twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from desktop.store.log import Log
from desktop.store.search import SEARCHED, searchable_text
from desktop.store.tally import TALLIED, differences
from desktop.sync.session import Ended, Request, Response, Staging, sync
from desktop.workspace import Workspace
from server import feed
from server.handle import handle
from server.jobs import Answer, Foresight, Incoming, Job, Tools
from server.project import Cache
from server.secrets import Secrets
from server.store import commits, history, rows
from server.store.engine import create_engine_for, reading
from server.store.personal import ErasedIds
from server.store.schema import metadata
from server.web.batches import read_commands
from shared.conference.conference import CreateConference
from shared.domain import DOMAIN, RELEASE
from shared.kernel.codec import to_json
from shared.kernel.decider import Actor, Role
from shared.kernel.ids import PersonId
from shared.kernel.messages import wire_of
from shared.sync.protocol import Checkpoint, Code, Problem, Pushed, read_batch

CONFERENCE = "01a20000-0000-7000-8000-000000000001"
MASTER = bytes(range(32))
FILE_KEY = bytes(range(32, 64))


@dataclass
class Clock:
    """Time that passes only when told to."""

    now: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@dataclass
class Ids:
    """Ids that are different and the same in every run."""

    prefix: str
    count: int = 0

    def __call__(self) -> str:
        self.count += 1
        return f"{self.prefix}-{self.count:08d}"


class Server:
    """The authority of one conference, called instead of reached over HTTP."""

    def __init__(self, conference: str, clock: Clock, folder: Path, *, page_rows: int = 5000) -> None:
        self.conference = conference
        self.clock = clock
        self.page_rows = page_rows
        self.engine: Engine = create_engine_for("sqlite://")
        metadata.create_all(self.engine)
        with self.engine.begin() as conn:
            history.open_history(conn, "history-1", clock(), {})
        self.cache = Cache()
        self.tools = Tools(Secrets(MASTER), ErasedIds(folder / "erased"), Foresight())
        self.creators: set[str] = set()

    def submit(self, *jobs: Job) -> list[Answer]:
        with self.engine.begin() as conn:
            answers, kept, head = handle(
                conn, self.conference, jobs, cache=self.cache, now=self.clock(), tools=self.tools
            )
        self.cache.take(kept, head)
        return answers

    def run(self, command: Any, *, id: str, actor: Actor | None = None) -> Answer:
        """Run a command of the server's own, or of a registrant."""
        one = Incoming(command_id=id, wire=wire_of(command), body=to_json(command), issued_at=self.clock())
        return self.submit(Job(commands=[one], actor=actor or Actor(role=Role.SERVER, id="server")))[0]

    def answer(self, device: str, request: Request) -> Response:
        if request.method == "POST":
            return self._commands(device, request)
        query = request.path.partition("?")[2]
        asked = dict(part.split("=") for part in query.split("&") if part)
        try:
            given = feed.page(
                self.engine,
                feed.Asked(
                    space=self.conference,
                    device=device,
                    after=Checkpoint.parse(request.headers["Last-Event-ID"]),
                    views=asked["views"].split(",") if "views" in asked else None,
                ),
                limit=self.page_rows,
            )
        except feed.Refused as refused:
            problem = Problem(code=refused.code, title="", status=409, history=refused.history)
            return Response(409, to_json(problem))
        return Response(200, to_json(given))

    def _commands(self, device: str, request: Request) -> Response:
        batch = read_batch(request.body)
        assert batch.release <= RELEASE
        incoming, bad = read_commands(batch, self.clock())
        job = Job(
            commands=incoming,
            device=device,
            epoch=batch.epoch,
            first=batch.first,
            may_create=device in self.creators,
            label=device,
        )
        (answer,) = self.submit(job)
        if answer.stopped is not None:
            problem = Problem(code=answer.stopped, title="", status=409, expected=answer.expected, epoch=answer.epoch)
            return Response(409 if answer.stopped != Code.FORBIDDEN else 403, to_json(problem))
        return Response(200, to_json(Pushed(epoch=answer.epoch, expected=answer.expected, head=answer.head, bad=bad)))

    def digests(self, role: Role) -> dict[str, int]:
        with reading(self.engine).connect() as conn:
            stored = rows.digests(conn, self.conference)
        return {view: stored.get(view, (0, 0))[0] for view in DOMAIN.views_of(role)}

    @property
    def head(self) -> int:
        with reading(self.engine).connect() as conn:
            head = commits.head(conn, self.conference)
        return 0 if head is None else head.position


@dataclass
class Desktop:
    """A device with its files."""

    name: str
    server: Server
    folder: Path
    clock: Clock
    ids: Ids = field(init=False)
    log: Log = field(init=False)
    workspace: Workspace = field(init=False)
    staging: Staging = field(init=False)

    def __post_init__(self) -> None:
        self.ids = Ids(f"{self.name}-command")
        self.open()

    def open(self) -> None:
        """Open the files, as after a start or a crash."""
        self.log = Log(self.folder / "log.db", FILE_KEY)
        self.workspace = Workspace(
            conference=self.server.conference,
            device=self.name,
            label=self.name,
            log=self.log,
            folder=self.folder,
            file_key=FILE_KEY,
            now=self.clock,
            new_id=self.ids,
        )
        self.staging = Staging(self.workspace)

    def close(self) -> None:
        self.workspace.close()
        self.log.close()

    def sync(self, ask: Callable[[Request], Response | None] | None = None) -> Ended | None:
        """One session; None when `ask` gave no answer, as when the network is gone."""
        asking = sync(self.workspace, self.staging)
        answer = ask or (lambda request: self.server.answer(self.name, request))
        try:
            request = next(asking)
            while True:
                response = answer(request)
                if response is None:
                    asking.close()
                    return None
                request = asking.send(response)
        except StopIteration as stop:
            ended: Ended = stop.value
            return ended


def assert_kept_beside(workspace: Workspace) -> None:
    """The sums and the search index are those of the rows."""
    base = workspace._base
    for view in TALLIED.keys() & base.shown.versions():
        sums: dict[int, dict[str, int]] = {}
        for (_, bucket, name), number in differences((), base.shown.rows(view).values()).items():
            sums.setdefault(bucket, {})[name] = number
        assert base.tally(view) == sums, view
    joined = "SELECT found.id, search.text FROM found JOIN search ON search.rowid = found.number WHERE found.view = ?"
    for view in SEARCHED:
        texts = sorted((at.id, searchable_text(row)) for at, row in base.shown.rows(view).items())
        indexed = sorted(base._writer.execute(joined, (view,)).fetchall())
        assert indexed == texts, view


def creation(owner: str = "owner-1") -> CreateConference:
    """An invented conference."""
    return CreateConference(
        owner=PersonId(owner),
        owner_name="Ada Example",
        owner_email="ada@example.org",
        name="Gathering",
        slug="gathering",
        starts_on=date(2027, 5, 1),
        ends_on=date(2027, 5, 3),
    )
