"""Group commit: the waiting jobs of a conference are handled together, in one transaction, by one thread at a time.

A job's future is resolved after COMMIT and never before. A failed write drops the cache and runs the jobs one by one; an
unknown COMMIT is resolved by the commands' ids, because handling them again finds what was stored.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from server.handle import Answer, Job, Tools, handle
from server.project import Cache
from server.store.problems import EnvironmentProblem

log = structlog.get_logger()

_COMMANDS_MOST: Final = 1_000
_TRIES: Final = 3


@dataclass(slots=True)
class _Space:
    cache: Cache = field(default_factory=Cache)
    waiting: deque[tuple[Job, "Future[Answer]"]] = field(default_factory=deque)
    is_draining: bool = False


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
        self._lock = threading.Lock()
        self._spaces: dict[str, _Space] = {}
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="drain")

    def submit(self, space: str, job: Job) -> "Future[Answer]":
        """Queue a job of a conference. The future has its answer when it is on disk, or EnvironmentProblem."""
        future: Future[Answer] = Future()
        with self._lock:
            queue = self._spaces.setdefault(space, _Space())
            queue.waiting.append((job, future))
            if not queue.is_draining:
                queue.is_draining = True
                self._pool.submit(self._drain, space, queue)
        return future

    def close(self) -> None:
        """Handle what waits, then stop."""
        self._pool.shutdown()

    def _drain(self, space: str, queue: _Space) -> None:
        while True:
            with self._lock:
                taken: list[tuple[Job, Future[Answer]]] = []
                commands = 0
                while queue.waiting and commands < _COMMANDS_MOST:
                    taken.append(queue.waiting.popleft())
                    commands += len(taken[-1][0].commands)
                if not taken:
                    queue.is_draining = False
                    return
            try:
                self._answer(space, queue.cache, taken)
            except Exception:
                queue.cache.clear()
                for one in taken:
                    self._alone(space, queue.cache, one)

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
        return one[1].set_exception(EnvironmentProblem("The database did not take the write. Nothing was changed."))

    def _answer(self, space: str, cache: Cache, taken: "list[tuple[Job, Future[Answer]]]") -> None:
        with self._engine.begin() as conn:
            jobs = [job for job, _ in taken]
            answers, kept, position = handle(conn, space, jobs, cache=cache, now=self._clock(), tools=self._tools)
        moved = position != cache.position
        cache.rows.update(kept)
        cache.position = position
        if moved:
            self._wake(space, position)
        for (_, future), answer in zip(taken, answers, strict=True):
            future.set_result(answer)
