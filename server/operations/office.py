"""What the commands that change a conference work with: the same door as the web's, on the same database.

They may run beside a server: every process brings its rows to the head before it decides.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from server.drain import Drain
from server.jobs import Foresight, Incoming, Job, Receipt, Tools
from server.secrets import Secrets
from server.settings import Settings, kept_secret
from server.store import commits, rows
from server.store.engine import create_engine_for, reading
from server.store.personal import ErasedIds
from server.store.problems import EnvironmentProblem
from shared.conference.conference import SlugClaim
from shared.domain import CODEC
from shared.kernel.codec import to_json
from shared.kernel.decider import Actor, Role, key
from shared.kernel.messages import wire_of

SERVER = Actor(role=Role.SERVER, id="server")


@dataclass(frozen=True, slots=True)
class Office:
    """An open database, and the drain in front of it."""

    engine: Engine
    drain: Drain
    erased_ids: ErasedIds
    clock: Callable[[], datetime]

    def run(self, space: str, command: Any, command_id: str) -> Receipt:
        """Run a command of the server's own; EnvironmentProblem if the database fails."""
        one = Incoming(command_id=command_id, wire=wire_of(command), body=to_json(command), issued_at=self.clock())
        return self.submit(space, Job(commands=[one], actor=SERVER))

    def submit(self, space: str, job: Job) -> Receipt:
        """Run a job of one command."""
        return self.drain.submit(space, job).result().receipts[0]

    def space(self, named: str) -> str:
        """The id of the conference with this address or id; EnvironmentProblem if there is none."""
        with reading(self.engine).begin() as conn:
            return space_named(conn, named)


@contextmanager
def opened(settings: Settings, clock: Callable[[], datetime], *, database: str | None = None) -> Iterator[Office]:
    """The office on the settings' database, or on another one."""
    engine = create_engine_for(database or settings.database)
    erased_ids = ErasedIds(settings.erased_file)
    tools = Tools(Secrets(kept_secret(settings.master_secret_file)), erased_ids, Foresight())
    drain = Drain(engine, tools, clock=clock, wake=_nobody_listens)
    try:
        yield Office(engine, drain, erased_ids, clock)
    finally:
        drain.close()
        engine.dispose()


def space_named(conn: Connection, named: str) -> str:
    """The id of the conference with this address (slug) or id; EnvironmentProblem if there is none."""
    at = key(SlugClaim, named.lower())
    claim = rows.read_rows(conn, "", [at]).get(at)
    if claim is not None and claim.body is not None:
        conference: str = CODEC.decode_row(at.view, claim.body).conference
        return conference
    if commits.head(conn, named) is None:
        raise EnvironmentProblem(f"There is no conference {named}. Give its address or its id.")
    return named


def _nobody_listens(_space: str, _position: int) -> None:
    """This process has no change feed; servers look for themselves."""
