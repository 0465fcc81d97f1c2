"""What routes need, made once by the composition root, and the two things they do with it: read rows, run a command."""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from server.drain import Drain
from server.gateways.payments import PaymentGateway
from server.jobs import Incoming, Job, Receipt
from server.lookup import look_up
from server.secrets import Secrets
from server.settings import Settings
from server.store.engine import reading
from server.web.availability import Availability
from server.web.holds import Holds
from server.web.limits import Attempts
from server.web.pace import Pace
from shared.kernel.codec import to_json
from shared.kernel.decider import Actor, Found, Key, Rejected, Role
from shared.kernel.ids import uuid7
from shared.kernel.messages import wire_of
from shared.sync.protocol import Status

T = TypeVar("T")

REGISTRANT = Actor(role=Role.REGISTRANT, id="web")
SERVER = Actor(role=Role.SERVER, id="server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """One of these a process; `request.app.state.services`."""

    settings: Settings
    engine: Engine
    drain: Drain
    secrets: Secrets
    payments: PaymentGateway
    clock: Callable[[], datetime]
    availability: Availability
    holds: Holds
    pace: Pace
    attempts: Attempts = field(default_factory=Attempts)
    published: dict[str, str] = field(default_factory=dict)
    """Conferences by slug in lower case, once they were published: from then on a slug is fixed."""

    def new_id(self) -> str:
        """A UUIDv7."""
        return uuid7(unix_ms=int(self.clock().timestamp() * 1000), random=secrets.token_bytes(10))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Do something with a connection that only reads, in a thread."""
        return await run_in_threadpool(self._read, work)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with reading(self.engine).begin() as conn:
            return work(conn)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do something in one transaction on the directory, in a thread. Aggregates are written by `run` alone."""
        return await run_in_threadpool(self._write, work)

    def _write(self, work: Callable[[Connection], T]) -> T:
        with self.engine.begin() as conn:
            return work(conn)

    async def rows(self, space: str, keys: Iterable[Key]) -> Found:
        """Rows of a conference, all of one moment."""
        asked = list(keys)
        return await self.read(lambda conn: look_up(conn, space, asked))

    async def run(self, space: str, command: Any, *, command_id: str, actor: Actor = REGISTRANT) -> Receipt:
        """Run a command of the web or of the server, and wait until its outcome is on disk; Rejected if it is refused.

        A fact that could not be handled is kept, and counts as done here.
        """
        incoming = Incoming(command_id=command_id, wire=wire_of(command), body=to_json(command), issued_at=self.clock())
        answer = await asyncio.wrap_future(self.drain.submit(space, Job(commands=[incoming], actor=actor)))
        receipt = answer.receipts[0]
        if receipt.verdict.status is Status.REFUSED:
            raise Rejected(receipt.verdict.code or "internal_error", **(receipt.verdict.values or {}))
        return receipt


def services_of(request: Request) -> Services:
    """The services of the app that the request came to."""
    services: Services = request.app.state.services
    return services
