"""Runs commands at their dates, by the server's clock. What came due while no server ran is caught up at the start.

Several processes do no harm: the command's id comes from the deadline's key and date, so one of them is handled and
the others find its outcome.
"""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Engine

from server.drain import Drain
from server.jobs import Answer, Incoming, Job
from server.store import deadlines as store
from server.store.deadlines import DueDeadline
from server.store.engine import reading
from server.store.problems import EnvironmentProblem
from shared.kernel.decider import Actor, Role
from shared.kernel.messages import Wire

log = structlog.get_logger()

_AT_ONCE: Final = 500
_SERVER: Final = Actor(role=Role.SERVER, id="server")


class Deadlines:
    """Takes what is due and puts it through the drain."""

    def __init__(self, engine: Engine, drain: Drain, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._drain = drain
        self._clock = clock

    def run_due(self) -> int:
        """Run what is due now; the answer says how many deadlines were handled."""
        now = self._clock()
        with reading(self._engine).begin() as conn:
            due = store.due(conn, now, _AT_ONCE)
        submitted = [(one, self._submit(one, now)) for one in due]
        handled = [one for one, future in submitted if _is_handled(one, future)]
        if handled:
            with self._engine.begin() as conn:
                store.delete(conn, handled)
        return len(handled)

    def _submit(self, one: DueDeadline, now: datetime) -> "Future[Answer]":
        incoming = Incoming(
            command_id=self._drain.own_id(one.space, "deadline", one.key, one.due.isoformat()),
            wire=Wire(one.command_name, one.command_version),
            body=one.body,
            issued_at=now,
        )
        return self._drain.submit(one.space, Job(commands=[incoming], actor=_SERVER, not_before=one.due))


def _is_handled(one: DueDeadline, future: "Future[Answer]") -> bool:
    """Whether there is an outcome, be it a refusal. A deadline that has none is still there, and comes again."""
    try:
        future.result()
    except EnvironmentProblem:
        return False
    except Exception:  # one that fails by our fault must not keep back the others
        log.exception("a deadline failed", conference=one.space, command=one.command_name)
        return False
    return True
