"""The change feed: pages of a conference's changes, and waking whoever waits for the next one.

A page is read in one snapshot. Other processes' writes are noticed by a look at the heads of the conferences that
somebody here listens to, every 100 ms; no NOTIFY stands inside a commit.
"""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from server.store import commits, history, rows
from server.store.engine import reading
from shared.access.access import Device
from shared.conference.conference import Conference
from shared.domain import CODEC, DOMAIN
from shared.kernel.codec import RawJson, from_json
from shared.kernel.decider import Role, key
from shared.sync.protocol import PAGE_ROWS, START, Checkpoint, Code, Outcome, Page, PushedRow, Verdict

log = structlog.get_logger()

_LOOK_S: Final = 0.1


class Refused(Exception):
    """The feed cannot go on from this checkpoint, or not for this device."""

    def __init__(self, code: Code, history: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.history = history


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a device asks for: the page after a checkpoint or the end of another page; of some views only, if named."""

    space: str
    device: str
    after: Checkpoint
    views: Collection[str] | None = None


def role_of(conn: Connection, space: str, device: str) -> Role:
    """What the device is in a conference now; Refused where it is nothing (any more)."""
    at, made = key(Device, device), key(Conference)
    found = rows.read_rows(conn, space, [at, made])
    stored = found.get(at)
    if stored is None or stored.body is None:
        if made not in found and commits.epochs(conn, space, device):
            # Its conference was refused, so nothing enrolled it; it hears why, as the organizer that it meant to be.
            return Role.ORGANIZER
        raise Refused(Code.FORBIDDEN)
    row = CODEC.decode_row(at.view, stored.body)
    if row.is_revoked:
        raise Refused(Code.FORBIDDEN)
    role: Role = row.role
    return role


def page(engine: Engine, asked: Asked, *, limit: int = PAGE_ROWS) -> Page:
    """The next page of a change; Refused when the device must start over or has no business here."""
    with reading(engine).begin() as conn:
        role = role_of(conn, asked.space, asked.device)
        head = commits.head(conn, asked.space)
        now = history.current(conn)
        assert head is not None, "a conference with a device has commits"
        assert now is not None, "a migrated database has a history"
        _check(conn, asked, DOMAIN.role_version(role), now.history)
        visible = DOMAIN.views_of(role)
        wanted = visible.keys() if asked.views is None else visible.keys() & set(asked.views)
        after = asked.after.position
        changed = rows.changed_rows(conn, asked.space, wanted, after, None, limit)
        is_last = len(changed) < limit
        upto = head.position if is_last else changed[-1][1].position
        outcomes = commits.outcomes_of(conn, asked.space, asked.device, after, upto, limit)
        if len(outcomes) == limit:  # perhaps not all: the page ends here, and the next one has the others
            upto = outcomes[-1][0]
            changed = [(at, stored) for at, stored in changed if stored.position <= upto]
        digests = rows.digests(conn, asked.space) if upto == head.position else None
        hashed = head.hash if upto == head.position else commits.hash_at(conn, asked.space, upto)
        assert hashed is not None, "rows have positions of commits"
    return Page(
        history=now.history,
        after=after,
        upto=upto,
        role=DOMAIN.role_version(role),
        views=visible,
        rows=[
            PushedRow(at.view, at.id, stored.position, RawJson(stored.body or b"null"))
            for at, stored in changed
            # A device without anything has nothing to delete.
            if stored.body is not None or after > 0
        ],
        outcomes=[
            Outcome(command_id=command_id, epoch=epoch, seq=seq, position=position, verdict=from_json(Verdict, outcome))
            for position, command_id, epoch, seq, outcome in outcomes
        ],
        digests=None if digests is None else {view: f"{digests.get(view, (0, 0))[0]:x}" for view in visible},
        hash=hashed.hex(),
    )


def _check(conn: Connection, asked: Asked, role: str, now: str) -> None:
    """Hold the device's checkpoint against this log, whatever history it names."""
    if asked.after == START:
        return
    hashed = commits.hash_at(conn, asked.space, asked.after.position)
    if hashed is None or hashed.hex() != asked.after.hash:
        raise Refused(Code.HISTORY_CHANGED, now)
    if asked.after.role != role:
        raise Refused(Code.ROLE_CHANGED, now)


class Hears(Protocol):
    """Somebody to tell of a conference, on the event loop."""

    def hear(self) -> None:
        """The head moved: forward, or back, if the database was restored."""


class Listener:
    """Hears of a conference's commits as long as it is `Feed.listening`."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self.hear()  # what came before it listened may be news as well

    def hear(self) -> None:
        """The head moved: forward, or back, if the database was restored."""
        self._news.set()

    async def moved(self, timeout_s: float) -> bool:
        """Wait until the head has moved since this was asked last; False after the timeout."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True


class Feed:
    """Wakes the listeners of a conference when its head moves, whichever process moved it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._heads: dict[str, int] = {}
        self._listeners: dict[str, set[Hears]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self, space: str, position: int) -> None:
        """Tell this process's listeners; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._moved, space, position)

    async def look(self) -> None:
        """Look for other processes' writes until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOK_S)
            if not self._listeners:
                continue
            try:
                heads = await asyncio.to_thread(self._read_heads, list(self._listeners))
            except SQLAlchemyError as error:  # the database is away, and will come back
                log.warning("the heads were not read", error=type(error).__name__)
                continue
            for space, position in heads.items():
                self._moved(space, position)

    @contextmanager
    def listening(self, space: str) -> Iterator[Listener]:
        """Somebody who hears of this conference. Nothing is kept of one that nobody listens to."""
        listener = Listener()
        self.listen(space, listener)
        try:
            yield listener
        finally:
            self.unlisten(space, listener)

    def listen(self, space: str, listener: Hears) -> None:
        """Tell this one too, until `unlisten`."""
        self._listeners.setdefault(space, set()).add(listener)

    def unlisten(self, space: str, listener: Hears) -> None:
        """Tell this one nothing more."""
        listeners = self._listeners[space]
        listeners.discard(listener)
        if not listeners:
            del self._listeners[space]
            self._heads.pop(space, None)

    def _moved(self, space: str, position: int) -> None:
        listeners = self._listeners.get(space, ())
        if not listeners or self._heads.get(space) == position:
            return
        self._heads[space] = position
        for listener in listeners:
            listener.hear()

    def _read_heads(self, spaces: list[str]) -> dict[str, int]:
        with reading(self._engine).connect() as conn:
            return {space: head.position for space, head in commits.heads(conn, spaces).items()}
