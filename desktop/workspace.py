"""The only door for the screens: issue a command, read rows, hear what changed. One workspace a conference.

Durable before visible: a command is in the log file before its effects show. Sync comes in from the worker thread
through `next_batch`, `staging` and `apply`; a verdict at the door never waits for it.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from desktop.store.aside import is_marked, put_aside
from desktop.store.base import Base
from desktop.store.files import Damaged, files_of
from desktop.store.log import Log, Logged, Notice
from desktop.store.search import folded, is_in, searchable_text
from desktop.store.searcher import Searcher, never
from shared.access.access import ErasedPerson
from shared.execute import Undecided
from shared.kernel.codec import RawJson, Undecodable
from shared.kernel.decider import ONLY, Actor, Context, Key, Rejected, Role, key
from shared.kernel.messages import wire_of
from shared.sync.overlay import Overlay, Pending, Rebase, Standing
from shared.sync.protocol import Checkpoint, Command, Outcome, PushedRow, Status

R = TypeVar("R")
_HEARD: Final = "heard_at:"
_AT_ONCE: Final = 100  # rows, a few milliseconds of reading, for which another thread may have to wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A command that was refused, or that will probably be, with why."""

    logged: Logged
    code: str
    values: dict[str, Any]
    is_settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """All that leads from one state of the server to a later one; applied whole or not at all."""

    checkpoint: Checkpoint
    versions: Mapping[str, int]
    rows: Mapping[Key, PushedRow]
    outcomes: Collection[Outcome]
    emptied: Collection[str] = ()
    digests: Mapping[str, int] = field(default_factory=dict)
    """The digests of the views once it is applied."""


class Workspace:
    """One conference on this device. `now` and `new_id` supply time (aware UTC) and fresh command ids."""

    def __init__(
        self,
        *,
        conference: str,
        device: str,
        label: str,
        log: Log,
        folder: Path,
        file_key: bytes,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self.conference = conference
        self.device = device
        self._label = label
        self._log = log
        self._path = folder / f"base-{conference}.db"
        self._file_key = file_key
        self._now = now
        self._new_id = new_id
        self._lock = threading.RLock()
        self._listeners: list[Callable[[set[Key]], None]] = []
        self._outcomes: dict[str, Outcome] = {}
        self._logged: dict[str, Logged] = {}
        self._offered_again: set[str] = set()
        self._base: Base
        self._overlay: Overlay
        if is_marked(self._path):
            self._put_aside()
        try:
            self._open()
        except Damaged as damage:
            if damage.path != self._path:
                raise
            self._put_aside()
            self._open()

    def close(self) -> None:
        with self._lock:  # nobody is in the middle of reading
            self._base.close()

    # For the screens

    def issue(self, command: Any) -> Pending:
        """Decide a command here, write it to the log, show it. Raises Rejected, and then nothing was queued."""
        with self._lock:
            now = self._now()
            decided = self._overlay.decide(command, self._context(self._new_id(), now))
            command_id = decided.context.command_id
            logged = self._log.append(self.conference, command_id, command, now, decided.events)
            self._logged[command_id] = logged
            changed = self._overlay.add(decided)
        self._tell(changed)
        return decided

    def get(self, kind: type[R], id: str = ONLY) -> R | None:
        """One row as the user should see it, None where there is none or it is not for this device."""
        wanted = key(kind, id)
        with self._lock:
            try:
                row: R | None = self._overlay.fetch([wanted])[wanted]
            except Undecided:
                return None
            return row

    def rows(self, kind: type[R]) -> dict[str, R]:
        """All rows of a view by id, as the user should see them."""
        view = wire_of(kind).name
        with self._lock:
            below = {at.id: row for at, row in self._base.shown.rows(view).items()}
            touched = [at for at in self._overlay.touched if at.view == view]
            for at, row in self._overlay.fetch(touched).items():
                below.pop(at.id, None)
                if row is not None:
                    below[at.id] = row
        return dict(sorted(below.items()))

    def chunk(self, kind: type[R], *, after: str, limit: int) -> dict[str, R | None]:
        """The next rows of a view by id, None where one is gone. Only its end is empty: see `desktop.reading.each`."""
        view = wire_of(kind).name
        with self._lock:
            rows: dict[Key, R | None] = dict(self._base.shown.rows_after(view, after, limit))
            last = max(rows).id if len(rows) == limit else None
            touched = (at for at in self._overlay.touched if at.view == view and at.id > after)
            rows |= self._overlay.fetch([at for at in touched if last is None or at.id <= last])
        return {at.id: row for at, row in sorted(rows.items())}

    def page(self, kind: type[R], *, offset: int, limit: int, group: str = "") -> dict[str, R]:
        """Some rows of a searched view or its group, as the user should see them. New ones that wait come first."""
        view = wire_of(kind).name
        with self._lock:
            fresh = self._fresh(view, group)
            keys = fresh[offset : offset + limit]
            place, left = max(offset - len(fresh), 0), limit - len(keys)
            below = self._base.shown.page(view, offset=place, limit=left, group=group)
            rows = below | self._overlay.fetch([*keys, *(at for at in below if at in self._overlay.touched)])
            return {at.id: rows[at] for at in (*keys, *below) if rows[at] is not None}

    def count(self, kind: type, group: str = "") -> int:
        """How many rows of a searched view or its group there are to page through."""
        view = wire_of(kind).name
        with self._lock:
            return self._base.shown.count(view, group) + len(self._fresh(view, group))

    def _fresh(self, view: str, group: str) -> list[Key]:
        """The keys of rows that came, or came into the group, by what the server does not have yet."""
        touched = [at for at in self._overlay.touched if at.view == view]
        known, shown = self._base.shown.fetch(touched), self._overlay.fetch(touched)
        if not group:
            return [at for at in touched if known[at] is None]
        return [at for at in touched if is_in(group, shown[at]) and not is_in(group, known[at])]

    def search(
        self,
        kind: type[R],
        text: str,
        *,
        limit: int = 50,
        group: str = "",
        is_over: Callable[[], bool] = never,
    ) -> dict[str, R]:
        """Rows of a view that hold every word of the text, the best first; rows that wait for the server come too.

        For a thread where there may be many rows: nobody waits for it meanwhile. See `Searcher.search` for `is_over`.
        """
        view, words = wire_of(kind).name, folded(text).split()
        found: dict[str, R] | None = None
        while found is None:
            with self._lock:
                searcher = self._base.searcher
            keys = [*searcher.search(view, text, limit=limit, group=group, is_over=is_over)]
            keys += [key(kind, id) for id in self.waiting(kind)]
            found = self._found(searcher, keys, words, group)
        return found

    def _found(self, searcher: Searcher, keys: list[Key], words: list[str], group: str) -> dict[str, Any] | None:
        """The rows that still fit; None where another base took the place of the one that was searched."""
        found: dict[str, Any] = {}
        for start in range(0, max(len(keys), 1), _AT_ONCE):
            with self._lock:
                if self._base.searcher is not searcher:
                    return None
                if searcher.is_closed:
                    break
                rows = self._overlay.fetch(keys[start : start + _AT_ONCE])
            found |= {
                at.id: row
                for at, row in rows.items()
                if row is not None and words and all(word in searchable_text(row) for word in words)
                if not group or is_in(group, row)
            }
        return found

    def tally(self, kind: type, is_over: Callable[[], bool] = never) -> dict[int, dict[str, int]]:
        """The kept sums of a view, by bucket and name, without what waits: see `desktop.store.tally`.

        For a thread: the file of an earlier release is counted first, unless `is_over`.
        """
        with self._lock:
            base = self._base
        base.count_old_rows(is_over)
        return base.tally(wire_of(kind).name)

    def waiting(self, kind: type) -> list[str]:
        """The ids of the rows of a view that show something that the server has not confirmed."""
        view = wire_of(kind).name
        with self._lock:
            return [at.id for at in self._overlay.touched if at.view == view]

    def compared(self, kind: type[R], ids: Iterable[str]) -> list[tuple[str, R | None, R | None]]:
        """Rows by id, each as the server confirmed it last and as the user should see it."""
        keys = [key(kind, id) for id in ids]
        with self._lock:
            below, above = self._base.shown.fetch(keys), self._overlay.fetch(keys)
        return [(at.id, below[at], above[at]) for at in keys]

    def is_waiting(self, kind: type, id: str = ONLY) -> bool:
        """Whether a row shows something that the server has not confirmed."""
        with self._lock:
            return key(kind, id) in self._overlay.touched

    @property
    def pending(self) -> list[Pending]:
        """The commands that the server has not settled, in order of issue."""
        with self._lock:
            return list(self._overlay.pending)

    @property
    def is_pending(self) -> bool:
        """Whether anything waits for the server."""
        with self._lock:
            return bool(self._overlay.pending)

    def is_settled(self, command_id: str) -> bool:
        """Whether the server has settled a command of this device. Costs the same however many wait."""
        with self._lock:
            return command_id in self._outcomes

    def problems(self) -> list[Problem]:
        """What was refused and not dealt with, and what will probably be refused."""
        with self._lock:
            dropped = self._log.dropped()
            settled = [
                Problem(
                    logged=self._logged[command_id],
                    code=outcome.verdict.code or "",
                    values=outcome.verdict.values or {},
                    is_settled=True,
                )
                for command_id, outcome in self._outcomes.items()
                if outcome.verdict.status is Status.REFUSED and command_id in self._logged and command_id not in dropped
            ]
            doubtful = [
                Problem(
                    logged=self._logged[pending.context.command_id],
                    code=pending.refusal.code,
                    values=pending.refusal.values,
                    is_settled=False,
                )
                for pending in self._overlay.pending
                if pending.standing is Standing.DOUBTFUL and pending.refusal is not None
            ]
        return settled + doubtful

    def drop(self, command_id: str) -> None:
        """The user has dealt with a refused command; it stays in the log."""
        self._log.drop(command_id)
        self._tell(set())

    def take_back_drop(self, command_ids: Iterable[str]) -> None:
        """The user wants to decide about these refused commands again."""
        self._log.take_back(command_ids)
        self._tell(set())

    def notices(self) -> list[Notice]:
        """What the user should know that is no refusal of theirs."""
        return self._log.notices(self.conference)

    def read_notice(self, number: int) -> None:
        self._log.read_notice(number)
        self._tell(set())

    def activity(self) -> list[tuple[Logged, Outcome | None]]:
        """The local event log with the outcomes known so far, the newest first."""
        with self._lock:
            return [(logged, self._outcomes.get(one)) for one, logged in reversed(self._logged.items())]

    @property
    def checkpoint(self) -> Checkpoint:
        """Up to where this device has the server's changes."""
        with self._lock:
            return self._base.shown.checkpoint()

    @property
    def heard_at(self) -> datetime | None:
        """When this device last had all that the server had, as it was kept from an earlier start; None for never."""
        kept = self._log.setting(f"{_HEARD}{self.conference}")
        return None if kept is None else datetime.fromisoformat(kept)

    def keep_heard_at(self, at: datetime) -> None:
        """Keep it for the next start."""
        self._log.set(f"{_HEARD}{self.conference}", at.isoformat())

    @property
    def digests(self) -> dict[str, int]:
        """The digest of each view held."""
        with self._lock:
            return self._base.shown.digests()

    @property
    def role(self) -> Role:
        """What this device is in the conference; an organizer, as its maker is, until the server said otherwise."""
        name = self.checkpoint.role.partition("-")[0]
        return Role(name) if name else Role.ORGANIZER

    def listen(self, listener: Callable[[set[Key]], None]) -> None:
        """Call the listener with the keys of rows that changed, on the thread that changed them."""
        self._listeners.append(listener)

    # For sync

    def to_send(self, again: Mapping[int, int]) -> list[tuple[Logged, Command]]:
        """The pending commands as they travel, in order of their numbers.

        With those that the server lost: `again` names, by epoch, the first number that it expects once more.
        """
        with self._lock:
            lost = {
                command_id
                for command_id, one in self._logged.items()
                if command_id in self._outcomes and one.epoch in again and one.seq >= again[one.epoch]
            }
            self._offered_again |= lost
            waiting = [
                one for command_id, one in self._logged.items() if command_id not in self._outcomes.keys() - lost
            ]
        return [
            (
                one,
                Command(
                    id=one.command_id,
                    name=one.wire.name,
                    version=one.wire.version,
                    issued_at=one.issued_at,
                    body=RawJson(one.body),
                ),
            )
            for one in sorted(waiting, key=lambda one: (one.epoch, one.seq))
        ]

    @property
    def epoch(self) -> int:
        return self._log.epoch(self.conference)

    def open_epoch(self, epoch: int) -> None:
        """The server knows another history of this device: number what is pending anew, and tell the user."""
        with self._lock:
            pending = [command_id for command_id in self._logged if command_id not in self._outcomes]
            self._log.open_epoch(self.conference, epoch, pending)
            self._logged = {one.command_id: one for one in self._log.commands(self.conference)}
            self._log.notify(self.conference, self._now(), "device_was_copied", {"epoch": epoch})
        self._tell(set())

    def versions(self) -> dict[str, int]:
        """The views held, with their versions."""
        with self._lock:
            return self._base.shown.versions()

    def digests_after(self, change: Change) -> dict[str, int]:
        """The digests as they will be with this change."""
        return self._base.digests_after(change.rows, change.emptied)

    def apply(self, change: Change) -> None:
        """Apply a whole change, then show it. The file is written while the screens go on with the old snapshot."""
        self._base.apply(
            change.checkpoint, change.versions, change.digests, change.rows, change.outcomes, change.emptied
        )
        erased = [at.id for at in change.rows if at.view == wire_of(ErasedPerson).name]
        snapshot = self._base.snapshot()
        rebase = Rebase(self._overlay, snapshot, change.rows, [one.command_id for one in change.outcomes])
        rebase.catch_up()
        with self._lock:
            rebase.catch_up()  # with what was issued meanwhile
            self._base.show(snapshot)
            self._overlay, changed = rebase.after, rebase.looks
            for outcome in change.outcomes:
                self._outcomes[outcome.command_id] = outcome
            if erased:
                changed |= self._forget(erased)
                self._forget_kept()
        self._tell(changed)

    def new_base(self) -> Base:
        """An empty base beside the one in use, for a first or a fresh download."""
        beside = self._path.with_suffix(".new")
        for file in files_of(beside):
            file.unlink(missing_ok=True)
        return Base(beside, self._file_key)

    def swap(self, fresh: Base, *, keep_old: bool) -> None:
        """Put a finished download in the place of the base in use. `keep_old` leaves the old file beside it."""
        fresh.close()
        with self._lock:
            before = {at for view in self._base.shown.versions() for at in self._base.shown.rows(view)}
            known_erased = self._erased()
            lost = self._outcomes
            self._base.close()
            if keep_old:
                self._path.replace(self._path.with_suffix(f".{self._now():%Y%m%dT%H%M%S}.old"))
            fresh.path.replace(self._path)
            for leftover in files_of(self._path)[1:]:
                leftover.unlink(missing_ok=True)
            self._base = Base(self._path, self._file_key)
            erased = self._erased()
            looks = self._forget(erased)
            if erased - known_erased:
                self._forget_kept()
            offered = {one for one in lost if one in self._logged and one not in self._outcomes} | self._offered_again
            if keep_old:
                self._offered_again = set()
                self._log.notify(self.conference, self._now(), "server_was_restored", {"offered_again": len(offered)})
            after = {at for view in self._base.shown.versions() for at in self._base.shown.rows(view)}
        self._tell(before | after | looks)

    def _erased(self) -> set[str]:
        return {at.id for at in self._base.shown.rows(wire_of(ErasedPerson).name)}

    def _forget_kept(self) -> None:
        """The rows from before a restore name them still whom the server has erased since."""
        for kept in self._path.parent.glob(f"{self._path.stem}.*.old"):
            kept.unlink()

    def _open(self) -> None:
        self._base = Base(self._path, self._file_key)
        try:
            self._overlay = Overlay(self._base.shown)
            self._reload()
        except BaseException:
            self._base.close()
            raise

    def _put_aside(self) -> None:
        """Begin with an empty base: the log has what was done here, and the server everything else."""
        kept = put_aside(self._path, self._now())
        self._log.notify(self.conference, self._now(), "base_was_damaged", {"file": kept})

    def _forget(self, persons: Collection[str]) -> set[Key]:
        """Take erased persons out of the log, and out of what is shown and still waits; the keys that may look new."""
        before = set(self._overlay.touched)
        self._log.forget(self.conference, persons)
        self._overlay = Overlay(self._base.shown)
        self._reload()
        return before | set(self._overlay.touched)

    def _reload(self) -> None:
        """Outcomes, log and speculation, read anew from the files."""
        self._outcomes = self._base.shown.outcomes()
        self._logged = {one.command_id: one for one in self._log.commands(self.conference)}
        for command_id, logged in self._logged.items():
            if command_id in self._outcomes:
                continue
            try:
                command = logged.command()
            except Undecodable:
                continue
            context = self._context(command_id, logged.issued_at)
            try:
                pending = self._overlay.decide(command, context)
            except Rejected as refusal:
                pending = Pending(command=command, context=context, standing=Standing.DOUBTFUL, refusal=refusal)
            self._overlay.add(pending)

    def _context(self, command_id: str, now: datetime) -> Context:
        return Context(
            now=now,
            actor=Actor(role=self.role, id=self.device, label=self._label),
            conference=self.conference,
            command_id=command_id,
            issued_at=now,
        )

    def _tell(self, changed: set[Key]) -> None:
        for listener in self._listeners:
            listener(changed)
