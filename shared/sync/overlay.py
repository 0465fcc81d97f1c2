"""What a desktop shows: the rows as pushed (the base) with its pending commands re-decided on them.

Pure. `decide` decides a new command on what the user sees; `Rebase` decides again those pending commands whose needed
rows changed. Nothing is ever merged, and only the server settles a command: one that is refused here after a rebase
stays pending, as *doubtful*, and is sent.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from shared.execute import Recorder, Rows, Undecided, execute
from shared.kernel.decider import Context, Key, Rejected
from shared.kernel.messages import is_fact, wire_of


class Standing(StrEnum):
    """How a pending command stands on this device."""

    WAITING = "waiting"
    """Decided here, not settled by the server yet."""
    DOUBTFUL = "doubtful"
    """Refused here after somebody else's change; it will probably be refused."""
    UNDECIDED = "undecided"
    """Needs rows that this device does not hold; only the server can tell."""


@dataclass(slots=True)
class Pending:
    """A command that the server has not settled, with its speculation on this device."""

    command: Any
    context: Context
    standing: Standing = Standing.WAITING
    refusal: Rejected | None = None
    events: list[Any] = field(default_factory=list)
    changes: dict[Key, Any] = field(default_factory=dict)
    reads: set[Key] = field(default_factory=set)


class Overlay:
    """The base with the pending commands on top. `base` raises `Undecided` for views that it does not hold."""

    def __init__(self, base: Rows) -> None:
        self._base = base
        self._pending: dict[str, Pending] = {}
        self._top: dict[Key, Any] = {}

    @property
    def pending(self) -> Collection[Pending]:
        """The pending commands in the order in which they were issued."""
        return self._pending.values()

    @property
    def touched(self) -> Collection[Key]:
        """The keys of rows that show something the server has not confirmed."""
        return self._top.keys()

    def fetch(self, keys: Iterable[Key]) -> dict[Key, Any]:
        """Rows as the user sees them; absent ones are None."""
        asked = list(keys)
        below = self._base.fetch([key for key in asked if key not in self._top])
        return {key: self._top[key] if key in self._top else below[key] for key in asked}

    def decide(self, command: Any, context: Context) -> Pending:
        """The command decided on what the user sees; raises Rejected. Nothing has changed until `add`."""
        decided = Pending(command=command, context=context)
        self._speculate(decided)
        if decided.refusal is not None and not is_fact(wire_of(command).name):
            raise decided.refusal
        return decided

    def add(self, decided: Pending) -> set[Key]:
        """Show a decided command (its durable copy is written first); the keys of the rows that changed."""
        self._pending[decided.context.command_id] = decided
        self._top.update(decided.changes)
        return set(decided.changes)

    def keep(self, pending: Pending, stale: set[Key]) -> set[Key]:
        """Show a pending command as another overlay decided it, or anew where a row that it read is stale.

        Returns the keys of rows that may look different for it; they are stale for the commands after it.
        """
        looks: set[Key] = set()
        if not stale.isdisjoint(pending.reads):
            before, pending = pending.changes, replace(pending)
            self._speculate(pending)
            looks = set(before.keys() | pending.changes.keys())
        self.add(pending)
        return looks

    def _speculate(self, pending: Pending) -> None:
        pending.refusal, pending.events, pending.changes = None, [], {}
        read = Recorder(self)
        try:
            done = execute(pending.command, pending.context, read, speculative=True)
        except Rejected as refusal:
            pending.standing, pending.refusal = Standing.DOUBTFUL, refusal
        except Undecided:
            pending.standing = Standing.UNDECIDED
        else:
            pending.standing, pending.events, pending.changes = Standing.WAITING, done.events, done.changes
        pending.reads = read.keys


class Rebase:
    """A new overlay on a new base, while whoever reads the old one goes on.

    `changed` are the keys of rows that are different in the new base, `settled` the commands that it has outcomes of.
    `catch_up` takes over what is pending in the old overlay; called again, what was issued since.
    """

    def __init__(self, before: Overlay, base: Rows, changed: Collection[Key], settled: Collection[str]) -> None:
        self.after = Overlay(base)
        self.looks = set(changed)
        """The keys of all rows that may look different."""
        self._before = before
        self._taken = set(settled)
        for pending in list(before.pending):
            if pending.context.command_id in self._taken:
                self.looks.update(pending.changes)

    def catch_up(self) -> None:
        """Decide again those pending commands whose needed rows changed, and keep the others as they are."""
        for pending in list(self._before.pending):
            command_id = pending.context.command_id
            if command_id not in self._taken:
                self._taken.add(command_id)
                self.looks |= self.after.keep(pending, self.looks)
