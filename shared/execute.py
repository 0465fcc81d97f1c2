"""Run one command to its outcome: read what it needs, decide, evolve, fold the views, let the processes react.

A server runs this with authority, a desktop speculatively and with the same rules. There, a row that the device does
not hold makes the command undecided (`Undecided` is raised) and a reaction or a view that lacks one is left out.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from shared.domain import DOMAIN, Domain
from shared.kernel.decider import Context, Effect, Found, Key, Recorded, Rejected

ID_MOST: Final = 200
"""Characters of a row's id. A database's index takes no more than some kilobytes, and would fail at every retry."""


class Undecided(Exception):
    """Rows were asked for that this end does not hold."""


class Rows(Protocol):
    """Where rows are read from: a store, a cache, an overlay."""

    def fetch(self, keys: Iterable[Key]) -> Mapping[Key, Any]:
        """Every asked key with its row, or None where there is none; raises Undecided for a view that is not held."""


class Recorder:
    """Rows that keep in mind which keys were asked for."""

    def __init__(self, below: Rows) -> None:
        self._below = below
        self.keys: set[Key] = set()

    def fetch(self, keys: Iterable[Key]) -> Mapping[Key, Any]:
        asked = list(keys)
        self.keys.update(asked)
        return self._below.fetch(asked)


class Scratch:
    """Rows with the changes of one command on top; the rows below stay as they are."""

    def __init__(self, below: Rows) -> None:
        self._below = below
        self.changes: dict[Key, Any] = {}

    def fetch(self, keys: Iterable[Key]) -> dict[Key, Any]:
        asked = list(keys)
        missing = [one for one in asked if one not in self.changes]
        below = self._below.fetch(missing) if missing else {}
        return {one: below[one] if one in below else self.changes[one] for one in asked}


@dataclass(slots=True)
class Execution:
    """What an accepted command did. `messages` are its commands and events in the order in which they happened."""

    messages: list[Any] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    changes: dict[Key, Any] = field(default_factory=dict)


def gather(needs: Callable[[Found], Iterable[Key]], rows: Rows) -> Found:
    """The rows that `needs` names, asked again with what was found until it names no new one."""
    found = Found()
    while missing := [one for one in needs(found) if one not in found.rows]:
        if any(len(one.id) > ID_MOST for one in missing):
            raise Rejected("invalid_field", field="id", rule="too_long", most=ID_MOST)
        found.rows.update(rows.fetch(missing))
    return found


def execute(
    command: Any,
    context: Context,
    rows: Rows,
    *,
    speculative: bool = False,
    domain: Domain = DOMAIN,
) -> Execution:
    """Run a command; raises Rejected when the domain says no, to it or to a command that follows from it."""
    if context.actor.role not in domain.roles_by_command[type(command)]:
        raise Rejected("forbidden", role=context.actor.role.value)
    scratch = Scratch(rows)
    done = Execution(changes=scratch.changes)
    recorded = Recorded(at=context.now, actor=context.actor, command_id=context.command_id)
    waiting = deque([command])
    while waiting:
        command = waiting.popleft()
        decider = domain.decider_by_command[type(command)]
        try:
            found = gather(lambda got: decider.needs(command, got), scratch)  # noqa: B023 - called before the next turn
        except Undecided:
            if not (speculative and done.messages):
                raise
            continue
        done.messages.append(command)
        for event in decider.decide(command, found, context):
            changes = decider.evolve(found, event)
            found.rows.update(changes)
            scratch.changes.update(changes)
            done.messages.append(event)
            done.events.append(event)
            _fold(event, recorded, scratch, domain, speculative=speculative)
            waiting.extend(_react(event, context, scratch, done.effects, domain, speculative=speculative))
    return done


def _fold(event: Any, recorded: Recorded, scratch: Scratch, domain: Domain, *, speculative: bool) -> None:
    for view in domain.views_by_event.get(type(event), ()):
        try:
            found = gather(lambda got: view.needs(event, got), scratch)  # noqa: B023 - called before the next turn
        except Undecided:
            if not speculative:
                raise
            continue
        scratch.changes.update(view.fold(event, found, recorded))


def _react(
    event: Any,
    context: Context,
    scratch: Scratch,
    effects: list[Effect],
    domain: Domain,
    *,
    speculative: bool,
) -> list[Any]:
    commands: list[Any] = []
    for process in domain.processes_by_event.get(type(event), ()):
        try:
            found = gather(lambda got: process.needs(event, got), scratch)  # noqa: B023 - called before the next turn
        except Undecided:
            if not speculative:
                raise
            continue
        for step in process.react(event, found, context):
            if isinstance(step, Effect):
                effects.append(step)
            else:
                commands.append(step)
    return commands
