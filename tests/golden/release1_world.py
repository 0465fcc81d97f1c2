"""The world that release 1 left on disk, unpacked and opened with today's code; see `release1/README.md`."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, MetaData, select
from starlette.testclient import TestClient

from desktop.profile import Profile
from desktop.sync.session import Ended, Request, Response, Staging, sync
from desktop.workspace import Workspace
from server.app import create_app
from server.deadlines import Deadlines
from server.gateways.hosted_page import Callback, Result
from server.gateways.signing import HEADER, sign
from server.operations.upgrade import upgrade
from server.settings import Settings
from server.store import migrations, rows
from server.store.engine import create_engine_for, reading
from shared.domain import CODEC, DOMAIN
from shared.kernel.codec import from_json, to_json
from shared.kernel.decider import Role, key
from shared.kernel.messages import value, wire_of
from shared.payments.payment import Payment
from tests.server.web.world import Clock, World, bearer

R = TypeVar("R")

DATA = Path(__file__).parent / "release1" / "data.zip"
SLUG = "gathering"


@value
class Placed:
    """An order of the story."""

    order: str
    secret: str


@value
class Story:
    """What is in the data, by name."""

    now: datetime
    passphrase: str
    conference: str
    draft: str
    orders: dict[str, Placed]
    payment: str
    erased_person: str
    issued: dict[str, list[str]]


@dataclass
class Release1:
    """The unpacked files. Time goes on from where it stood."""

    folder: Path
    story: Story
    clock: Clock
    settings: Settings
    engine: Engine

    def upgrade(self) -> None:
        upgrade(self.engine, self.clock())

    def stored(self, kind: type[R], *, space: str | None = None) -> dict[str, R]:
        """All rows of a view, as today's class."""
        view = wire_of(kind).name
        with reading(self.engine).begin() as conn:
            found = rows.rows_of_view(conn, space or self.story.conference, view)
        return {at.id: CODEC.decode_row(view, one.body or b"") for at, one in found.items()}

    def row(self, kind: type[R], id: str = "") -> R:
        at = key(kind, id)
        with reading(self.engine).begin() as conn:
            found = rows.read_rows(conn, self.story.conference, [at])[at]
        made: R = CODEC.decode_row(at.view, found.body or b"")
        return made

    def digests(self, role: Role) -> dict[str, int]:
        with reading(self.engine).begin() as conn:
            stored = rows.digests(conn, self.story.conference)
        return {view: stored.get(view, (0, 0))[0] for view in DOMAIN.views_of(role)}

    @contextmanager
    def serving(self) -> Iterator["Serving"]:
        """Today's server on the data, called by the test; nothing runs beside the requests."""
        app = create_app(self.settings, clock=self.clock)
        client = TestClient(app, raise_server_exceptions=False)
        world = World(app, client, self.clock, self.settings)
        yield Serving(self, world)
        world.services.drain.close()
        world.services.engine.dispose()


@dataclass
class Serving:
    """Today's server."""

    data: Release1
    world: World

    def path(self, name: str) -> str:
        return f"/api/v1/conferences/{SLUG}/orders/{self.data.story.orders[name].order}"

    def shown(self, name: str) -> Any:
        """The order as its registrant sees it, by the secret of the mail that release 1 wrote."""
        answer = self.world.get(self.path(name), self.data.story.orders[name].secret)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, name: str, part: str, body: Any = None) -> Any:
        answer = self.world.post(f"{self.path(name)}/{part}", body, secret=self.data.story.orders[name].secret)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def put(self, name: str, part: str, body: Any) -> Any:
        answer = self.world.put(f"{self.path(name)}/{part}", body, self.data.story.orders[name].secret)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def provider_says(self, payment: str, result: Result = Result.CAPTURED) -> None:
        """The provider's callback about a payment, over its whole amount."""
        known = self.data.row(Payment, payment)
        body = to_json(
            Callback(
                payment=payment,
                order=known.order or "",
                result=result,
                amount=known.amount,
                currency=known.currency,
                reference=f"of {payment}",
            )
        )
        signature = sign(self.data.settings.payment_key(), body, self.data.clock())
        path = f"/hooks/payments/{self.data.story.conference}"
        assert self.world.client.post(path, content=body, headers={HEADER: signature}).status_code == 204

    def time_passes(self, span: timedelta) -> None:
        """And what came due meanwhile is done."""
        self.data.clock.now += span
        services = self.world.services
        while Deadlines(services.engine, services.drain, self.data.clock).run_due():
            pass


@dataclass
class Desk:
    """A profile of release 1, opened by today's desktop."""

    profile: Profile
    conference: str
    workspace: Workspace = field(init=False)
    staging: Staging = field(init=False)

    def __post_init__(self) -> None:
        self.workspace = self.profile.workspace(self.conference)
        self.staging = Staging(self.workspace)

    def sync(self, serving: Serving) -> Ended:
        """One session with today's server, by the token that release 1 gave."""

        def ask(request: Request) -> Response:
            headers = request.headers | bearer(self.profile.identity.token)
            answer = serving.world.client.request(
                request.method, request.path, headers=headers, content=request.body or None
            )
            return Response(answer.status_code, answer.content)

        return _session(sync(self.workspace, self.staging), ask)


def _session(asking: Any, ask: Callable[[Request], Response]) -> Ended:
    try:
        request = next(asking)
        while True:
            request = asking.send(ask(request))
    except StopIteration as stop:
        ended: Ended = stop.value
        return ended


def unpacked(folder: Path) -> Release1:
    """The data in a folder of the test's own."""
    with zipfile.ZipFile(DATA) as packed:
        packed.extractall(folder)
    story = from_json(Story, (folder / "story.json").read_bytes())
    data_dir = folder / "server"
    data_dir.mkdir()
    for name in ("master.key", "payment.key", "erased"):
        (folder / name).rename(data_dir / name)
    (folder / "server.db").rename(data_dir / "lanyard.sqlite")
    settings = Settings(data_dir=data_dir, public_url="https://lanyard.example")
    return Release1(folder, story, Clock(story.now), settings, create_engine_for(settings.database))


def moved(data: Release1, url: str) -> Release1:
    """The same database on PostgreSQL, as release 1 had it there."""
    engine, tables = create_engine_for(url), MetaData()
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.begin() as there:
        config.attributes["connection"] = there
        command.upgrade(config, "0001")
    with engine.begin() as there, reading(data.engine).begin() as here:
        tables.reflect(there)
        for table in tables.sorted_tables:
            found = [dict(row) for row in here.execute(select(table)).mappings()]
            if found and table.name != "alembic_version":
                there.execute(table.insert(), found)
    settings = data.settings.model_copy(update={"database_url": url})
    return replace(data, settings=settings, engine=engine)


@contextmanager
def desk(data: Release1, name: str) -> Iterator[Desk]:
    """A profile of the data, its files closed in the end."""
    profile = Profile.open(data.folder / name, keyring=lambda: None, passphrase=lambda _: data.story.passphrase)
    try:
        yield Desk(profile, data.story.conference)
    finally:
        profile.close()
