"""Two `lanyard serve` with one PostgreSQL and one data folder: what one gave, the other honours."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from desktop.profile import new_id
from desktop.sync.session import State
from server.database import make_ready
from server.settings import Settings
from server.store.engine import create_engine_for
from shared.conference.conference import Owner, PublishConference
from shared.conference.seat_types import AddSeatType
from shared.kernel.decider import Role
from tests.server.authority import SEATS, creation
from tests.server.processes import Laptop, ServerProcess, invited, now


@pytest.fixture
def settings(tmp_path: Path, postgres_database_url: str) -> Settings:
    made = Settings(data_dir=tmp_path / "server", database_url=postgres_database_url)
    made.data_dir.mkdir()
    engine = create_engine_for(made.database)
    make_ready(engine, now())
    engine.dispose()
    return made


def test_what_one_server_enrolled_and_sold_the_other_knows(settings: Settings, tmp_path: Path) -> None:
    first, second = ServerProcess(settings), ServerProcess(settings)
    first.start()
    second.start()
    ann = Laptop(tmp_path / "ann", first.url, new_id())
    door = Laptop(tmp_path / "door", second.url, ann.conference)
    try:
        ann.enrol(invited(settings))
        for command in (creation(), AddSeatType(seat_type=SEATS, name="Full", quota=5, price=0), PublishConference()):
            ann.workspace.issue(command)
        ended = ann.sync()
        assert ended is not None
        assert ended.state is State.SYNCED
        owner = ann.workspace.get(Owner)
        assert owner is not None
        door.join(owner, Role.DOOR)  # with the code that the first server gave, at the second
        ended = door.sync()
        assert ended is not None
        assert ended.state is State.SYNCED
        orders = "/api/v1/conferences/gathering/orders"
        key = {"Idempotency-Key": str(uuid4())}
        body = {"lines": [{"seat_type": SEATS, "quantity": 2}]}
        placed = [httpx.post(server.url + orders, json=body, headers=key) for server in (first, second, first)]
        assert [one.status_code for one in placed] == [201, 201, 201]
        assert len({one.json()["secret"] for one in placed}) == 1, "one order, whichever server the repetition came to"
        secret = {"Authorization": f"Bearer {placed[0].json()['secret']}"}
        for server in (first, second):
            path = f"{server.url}{orders}/{placed[0].json()['order']['order']}"
            assert httpx.get(path, headers=secret).json()["state"] == "reserved"
            shown = httpx.get(f"{server.url}/api/v1/conferences/gathering").json()
            assert [one["remaining"] for one in shown["seats"]] == [3]
    finally:
        ann.close()
        door.close()
        first.stop()
        second.stop()
