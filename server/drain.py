"""Group commit: the waiting jobs of a conference are handled together, in one transaction, by one thread at a time.

A job's future is resolved after COMMIT and never before, and after the listeners were told of it, so that whoever is
answered finds it wherever this process shows it. A failed write drops the cache and runs the jobs one by one;
an unknown COMMIT is resolved by the commands' ids, because handling them again finds what was stored.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from server.courtesy import Courtesy
from server.handle import handle
from server.jobs import Answer, Job, Tools
from server.project import Cache
from server.store.problems import EnvironmentProblem

log = structlog.get_logger()

_COMMANDS_MOST: Final = 1_000
_SPACES_MOST: Final = 64
_GATHER_S: Final = 0.0005
_GATHER_TURNS: Final = 10
_TRIES: Final = 3
# Whether the last COMMIT arrived may be unknown, so nothing is claimed of it.
_NO_ANSWER: Final = "The database does not answer. Repeat the request: what was taken already is not done twice."


@dataclass(slots=True)
class _Space:
    cache: Cache = field(default_factory=Cache)
    waiting: deque[tuple[Job, "Future[Answer]"]] = field(default_factory=deque)
    is_draining: bool = False
    was_crowded: bool = False
    """Whether the last batch was of several jobs: then its clients will be back together."""


def _let_gather(queue: _Space) -> None:
    """Wait as long as more jobs keep coming, 5 ms at most: a batch of one costs almost what a batch of thirty does."""
    for _ in range(_GATHER_TURNS):
        before = len(queue.waiting)
        time.sleep(_GATHER_S)
        if len(queue.waiting) == before:
            return


class Drain:
    """The one door to the aggregates: `submit` from any thread, and wait for the answer."""

    def __init__(
        self,
        engine: Engine,
        tools: Tools,
        *,
        clock: Callable[[], datetime],
        wake: Callable[[str, int], None],
        threads: int = 1,
    ) -> None:
        self._engine = engine
        self._tools = tools
        self._clock = clock
        self._wake = wake
        self.courtesy = Courtesy()
        self._lock = threading.Lock()
        self._spaces: dict[str, _Space] = {}
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="drain")

    def submit(self, space: str, job: Job) -> "Future[Answer]":
        """Queue a job of a conference. The future has its answer when it is on disk, or EnvironmentProblem."""
        future: Future[Answer] = Future()
        with self._lock:
            queue = self._spaces.pop(space) if space in self._spaces else _Space()
            self._spaces[space] = queue  # behind those that were used before
            queue.waiting.append((job, future))
            if not queue.is_draining:
                self._pool.submit(self._drain, space, queue)
                queue.is_draining = True
                self.courtesy.begin()
            self._forget_idle()
        return future

    def own_id(self, space: str, *parts: str) -> str:
        """The id of a command of the server's own; see `ConferenceSecret.own_id`."""
        return self._tools.secrets.of(space).own_id(*parts)

    def close(self) -> None:
        """Handle what waits, then stop."""
        self._pool.shutdown()

    def _forget_idle(self) -> None:
        """Keep the rows of the conferences that were used last; the others are read again when they are."""
        while len(self._spaces) > _SPACES_MOST:
            oldest = next((space for space, one in self._spaces.items() if not one.is_draining), None)
            if oldest is None:
                return
            del self._spaces[oldest]

    def _drain(self, space: str, queue: _Space) -> None:
        while self._handle_some(space, queue):
            try:
                # Behind the others that wait: a busy conference must not keep them from their turn.
                self._pool.submit(self._drain, space, queue)
            except RuntimeError:  # the pool takes nothing more; what waits is handled all the same
                continue
            return

    def _handle_some(self, space: str, queue: _Space) -> bool:
        """Handle one batch; False when nothing waited."""
        if queue.was_crowded:
            _let_gather(queue)
        with self._lock:
            taken: list[tuple[Job, Future[Answer]]] = []
            commands = 0
            while queue.waiting and commands < _COMMANDS_MOST:
                job, future = queue.waiting.popleft()
                # Who gave up waiting is left out now or answered: a future cannot be cancelled from here on.
                if future.set_running_or_notify_cancel():
                    taken.append((job, future))
                    commands += len(job.commands)
            queue.was_crowded = len(taken) > 1
            if not taken:
                queue.is_draining = False
                self.courtesy.end()
                return False
        try:
            self._answer(space, queue.cache, taken)
        except Exception:  # noqa: BLE001 - whichever job it was, it is told so when it is alone
            queue.cache.clear()
            for one in taken:
                self._alone(space, queue.cache, one)
        return True

    def _alone(self, space: str, cache: Cache, one: "tuple[Job, Future[Answer]]") -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                return self._answer(space, cache, [one])
            except SQLAlchemyError as error:
                cache.clear()
                log.warning("a write failed", space=space, attempt=attempt, error=type(error).__name__)
            except Exception as error:
                cache.clear()
                log.exception("a job failed", space=space)
                return one[1].set_exception(error)
        return one[1].set_exception(EnvironmentProblem(_NO_ANSWER))

    def _answer(self, space: str, cache: Cache, taken: "list[tuple[Job, Future[Answer]]]") -> None:
        with self._engine.begin() as conn:
            jobs = [job for job, _ in taken]
            answers, kept, head = handle(conn, space, jobs, cache=cache, now=self._clock(), tools=self._tools)
        moved = head.position != cache.position
        cache.take(kept, head)
        if moved:
            self._tell(space, head.position)
        for (_, future), answer in zip(taken, answers, strict=True):
            future.set_result(answer)

    def _tell(self, space: str, position: int) -> None:
        try:
            self._wake(space, position)
        except Exception:  # all is committed and answered; whoever listens looks for themselves
            log.exception("listeners were not woken", space=space)
