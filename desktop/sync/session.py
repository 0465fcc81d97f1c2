"""Sync of one conference without I/O: a generator that yields requests and is sent responses.

First everything pending goes up, then the change comes down. A change is staged page by page and applied only with
its last page, so the device never shows a state that the server never had. The network may vanish at any byte: the
generator is closed, what was staged is kept, and the next one goes on.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Final, Protocol, TypeVar

from desktop.store.base import Base
from desktop.workspace import Change
from shared.domain import DOMAIN, RELEASE
from shared.kernel.codec import RawJson, Undecodable, from_json, to_json
from shared.kernel.decider import Key
from shared.kernel.messages import wire_of
from shared.sync.protocol import (
    BATCH_BYTES_MOST,
    BATCH_COMMANDS_MOST,
    START,
    Batch,
    Checkpoint,
    Code,
    Command,
    Outcome,
    Page,
    Problem,
    Pushed,
    PushedRow,
)

T = TypeVar("T")

_ATTEMPTS: Final = 3
_PAGES_MOST: Final = 10_000
_BATCH_BYTES: Final = BATCH_BYTES_MOST - 4096  # the rest is for the batch's own fields
_KNOWN: Final = {wire_of(kind).name: wire_of(kind).version for kind in DOMAIN.rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask the server. `path` begins at its root."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What the server answered."""

    status: int
    body: bytes


class State(StrEnum):
    """How a session ended."""

    SYNCED = "synced"
    NOT_ENROLLED = "not_enrolled"
    """The server does not know this device, or not in this conference (any more)."""
    UPDATE_DESKTOP = "update_desktop"
    """In step but for views that are newer than this desktop."""
    UPDATE_SERVER = "update_server"
    """The server is older than this desktop; nothing was sent."""
    FAILED = "failed"
    """The server answered what this desktop does not understand; to be tried again later."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a session ended, for the status bar."""

    state: State
    pushed: int = 0
    detail: str = ""


class Numbered(Protocol):
    """A logged command with its number."""

    @property
    def epoch(self) -> int: ...
    @property
    def seq(self) -> int: ...


class Replica(Protocol):
    """The device's side of a conference; `desktop.workspace.Workspace` is the real one."""

    conference: str
    device: str

    @property
    def checkpoint(self) -> Checkpoint: ...
    @property
    def epoch(self) -> int: ...
    def to_send(self, again: Mapping[int, int]) -> Sequence[tuple[Numbered, Command]]: ...
    def open_epoch(self, epoch: int) -> None: ...
    def versions(self) -> dict[str, int]: ...
    def digests_after(self, change: Change) -> dict[str, int]: ...
    def apply(self, change: Change) -> None: ...
    def new_base(self) -> Base: ...
    def swap(self, fresh: Base, *, keep_old: bool) -> None: ...


Asking = Generator[Request, Response, Ended]


class Staging:
    """Pages received so far of the change that is coming down. It outlives a session that the network cut."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._fresh: Base | None = None
        self._keep_old = False
        self.newer: set[str] = set()
        """Views of this role that this desktop does not know in the server's version."""
        self.differing: frozenset[str] = frozenset()
        """Views whose digest was not the server's at the end of the last change."""
        self._start(replica.checkpoint)

    def _start(self, checkpoint: Checkpoint) -> None:
        self._from = checkpoint
        self._cursor = checkpoint
        self._rows: dict[Key, PushedRow] = {}
        self._outcomes: list[Outcome] = []
        self._rereading: frozenset[str] = frozenset()
        self._reread: frozenset[str] = frozenset()

    def history_changed(self) -> None:
        """The server does not have the position that was asked from: forget staged pages first, then everything."""
        if self._cursor != self._from and self._fresh is None:
            self._start(self._from)
        else:
            self.start_over(keep_old=True)

    def start_over(self, *, keep_old: bool) -> None:
        """Read everything anew into a file beside the one in use."""
        if self._fresh is not None:
            self._fresh.close()
        self._fresh = self._replica.new_base()
        self._keep_old = self._keep_old or keep_old
        self._start(START)

    def request(self) -> Request:
        """Ask for the next page."""
        query = f"?views={','.join(sorted(self._rereading))}" if self._rereading else ""
        return Request(
            method="GET",
            path=f"/sync/{self._replica.conference}/changes{query}",
            headers={"Last-Event-ID": str(self._cursor), "Accept": "application/json"},
        )

    def take(self, page: Page) -> bool:
        """Stage a page. True when it was the last one and the change is applied; ask for the next one otherwise."""
        if page.after != self._cursor.position:
            return False
        known = {view: version for view, version in page.views.items() if _KNOWN.get(view) == version}
        self.newer = set(page.views) - set(known)
        self._rows.update((Key(row.view, row.id), row) for row in page.rows if row.view in known)
        if not self._rereading:
            self._outcomes.extend(page.outcomes)
        self._cursor = page.cursor
        if page.digests is None:
            return False
        if self._rereading:
            # The views are read anew up to here; now on with everything else from where it was.
            self._reread |= self._rereading
            self._rereading = frozenset()
            self._cursor = self._resume
            return False
        changed_views = self._views_to_reread(known)
        if changed_views:
            return self._reread_views(changed_views)
        return self._finish(page, known)

    def _views_to_reread(self, known: dict[str, int]) -> frozenset[str]:
        """Views that came into this role, or whose version this desktop learned since its last download."""
        if self._fresh is not None or self._from == START:
            return frozenset()
        held = self._replica.versions()
        return frozenset(view for view, version in known.items() if held.get(view) != version) - self._reread

    def _reread_views(self, views: frozenset[str]) -> bool:
        self._resume = self._cursor
        self._rows = {key: row for key, row in self._rows.items() if key.view not in views}
        self._rereading, self._cursor = views, START
        return False

    def _finish(self, page: Page, known: dict[str, int]) -> bool:
        assert page.digests is not None
        checkpoint = page.cursor
        change = Change(
            checkpoint=checkpoint,
            versions=known,
            rows=self._rows,
            outcomes=self._outcomes,
            emptied=self._reread,
        )
        after = self._fresh.digests_after(change.rows, ()) if self._fresh else self._replica.digests_after(change)
        self.differing = frozenset(view for view in known if after.get(view, 0) != int(page.digests.get(view, "0"), 16))
        if self.differing - self._reread:
            return self._reread_views(self.differing - self._reread)
        # What is kept is the digest of what is here: views that differ even now are read anew with every change.
        change = replace(change, digests=after)
        if self._fresh is None:
            self._replica.apply(change)
        else:
            self._fresh.apply(checkpoint, known, after, change.rows, change.outcomes)
            fresh, self._fresh = self._fresh, None
            self._replica.swap(fresh, keep_old=self._keep_old)
            self._keep_old = False
        self._start(checkpoint)
        return True


def sync(replica: Replica, staging: Staging) -> Asking:
    """Send what is pending, then take over the server's changes."""
    pushed = 0
    for attempt in range(_ATTEMPTS):
        went = yield from _push(replica)
        pushed += went.pushed
        if went.ended is not None:
            return Ended(went.ended, pushed, went.detail)
        ended = yield from _pull(staging)
        if ended.state not in (State.SYNCED, State.UPDATE_DESKTOP) or not went.gap:
            return Ended(ended.state, pushed, ended.detail)
        if attempt:
            # Not even after reading everything anew does this log hold what the server misses.
            replica.open_epoch(went.epoch)
    return Ended(State.FAILED, pushed, "the server misses commands that this device does not have")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Went:
    """How a push went.

    `gap`: the server misses commands before these, of this epoch or whole epochs. If reading its changes does not tell
    why, `epoch` is the one to go on under.
    """

    pushed: int
    epoch: int = 0
    gap: bool = False
    ended: State | None = None
    detail: str = ""


def _push(replica: Replica) -> Generator[Request, Response, _Went]:
    """Send everything pending, in batches of contiguous numbers."""
    sent: dict[int, int] = {}
    again: dict[int, int] = {}
    pushed = forks = 0
    while (batch := next_batch(replica, sent, again)) is not None:
        response = yield Request(
            method="POST",
            path=f"/sync/{replica.conference}/commands",
            headers={"Content-Type": "application/json"},
            body=to_json(batch),
        )
        answer = _read(Pushed, response) if response.status == HTTPStatus.OK else None
        if answer is not None:
            sent[batch.epoch] = batch.first + len(batch.commands) - 1
            pushed += len(batch.commands)
            continue
        problem = _read(Problem, response)
        code = None if problem is None else problem.code
        if problem is not None and code == Code.FORKED and problem.epoch is not None and forks < _ATTEMPTS:
            if problem.epoch <= batch.epoch:
                return _Went(pushed=pushed, epoch=problem.epoch, gap=True)
            forks += 1
            replica.open_epoch(problem.epoch)
            sent.clear()
        elif problem is not None and code == Code.GAP and problem.expected is not None and batch.epoch not in again:
            # The server lost commands that it had settled: they are offered again, whatever came of them.
            again[batch.epoch] = problem.expected
            sent.pop(batch.epoch, None)
        elif code == Code.GAP:
            return _Went(pushed=pushed, epoch=batch.epoch + 1, gap=True)
        else:
            state, detail = _ending(problem, response)
            return _Went(pushed=pushed, ended=state, detail=detail)
    return _Went(pushed=pushed)


def next_batch(replica: Replica, sent: Mapping[int, int], again: Mapping[int, int]) -> Batch | None:
    """The next contiguous run of commands to send: pending, or to be offered `again` (by epoch, from a number on).

    Those up to `sent` (by epoch, a number) went in this session already.
    """
    chosen: list[tuple[Numbered, RawJson]] = []
    size = 0
    for logged, command in replica.to_send(again):
        if logged.seq <= sent.get(logged.epoch, 0):
            continue
        document = RawJson(to_json(command))
        size += len(bytes(document)) + 1
        last = chosen[-1][0] if chosen else None
        is_next = last is None or (logged.epoch, logged.seq) == (last.epoch, last.seq + 1)
        if chosen and (not is_next or size > _BATCH_BYTES or len(chosen) == BATCH_COMMANDS_MOST):
            break
        chosen.append((logged, document))
    if not chosen:
        return None
    first = chosen[0][0]
    return Batch(
        release=RELEASE,
        device=replica.device,
        epoch=first.epoch,
        first=first.seq,
        commands=[document for _, document in chosen],
    )


def _pull(staging: Staging) -> Asking:
    """Ask page by page until the change is applied."""
    for _ in range(_PAGES_MOST):
        response = yield staging.request()
        if response.status == HTTPStatus.OK:
            page = _read(Page, response)
            if page is None:
                return Ended(State.FAILED, detail="unreadable page")
            if staging.take(page):
                return Ended(State.UPDATE_DESKTOP if staging.newer else State.SYNCED)
            continue
        problem = _read(Problem, response)
        if problem is not None and problem.code == Code.HISTORY_CHANGED:
            staging.history_changed()
            continue
        if problem is not None and problem.code == Code.ROLE_CHANGED:
            staging.start_over(keep_old=False)
            continue
        state, detail = _ending(problem, response)
        return Ended(state, detail=detail)
    return Ended(State.FAILED, detail="the change has no end")


def _ending(problem: Problem | None, response: Response) -> tuple[State, str]:
    """What an error means for this device."""
    if problem is None:
        return State.FAILED, f"status {response.status}"
    by_code = {
        Code.UNKNOWN_DEVICE: State.NOT_ENROLLED,
        Code.FORBIDDEN: State.NOT_ENROLLED,
        Code.SERVER_OLDER: State.UPDATE_SERVER,
    }
    return next((state for code, state in by_code.items() if code == problem.code), State.FAILED), problem.code


def _read(kind: type[T], response: Response) -> T | None:
    try:
        return from_json(kind, response.body)
    except Undecodable:
        return None
