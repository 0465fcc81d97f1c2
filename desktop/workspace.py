"""The only door for the screens: issue a command, read rows, hear what changed. One workspace a conference.

Durable before visible: a command is in the log file before its effects show. Sync comes in from the worker thread
through `to_send`, `apply` and `swap`; a verdict at the door never waits for it. What is read is in `store/shown.py`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from desktop.store.aside import is_marked, put_aside
from desktop.store.base import Base
from desktop.store.files import Damaged, files_of
from desktop.store.log import Log, Logged, Notice
from desktop.store.shown import Shown
from shared.access.access import ErasedPerson
from shared.kernel.codec import RawJson, Undecodable
from shared.kernel.decider import Actor, Context, Key, Rejected, Role
from shared.kernel.messages import wire_of
from shared.sync.overlay import Overlay, Pending, Rebase, Standing
from shared.sync.protocol import Checkpoint, Command, Outcome, PushedRow, Status

_HEARD: Final = "heard_at:"


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


class Workspace(Shown):
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
        super().__init__()
        self.conference = conference
        self.device = device
        self._label = label
        self._log = log
        self._path = folder / f"base-{conference}.db"
        self._file_key = file_key
        self._now = now
        self._new_id = new_id
        self._listeners: list[Callable[[set[Key]], None]] = []
        self._outcomes: dict[str, Outcome] = {}
        self._logged: dict[str, Logged] = {}
        self._offered_again: set[str] = set()
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
