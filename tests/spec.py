"""Given events, when a command, then events: the one way in which an aggregate is tested.

    given(seats.decider, SeatsAdded(...)).when(ReserveSeats(...)).then(SeatsReserved(...))

On the way it holds every decider to the kernel's promises: rows that were not asked for cannot be read, a fact is
never refused and always gives events, and every message and row survives the codec.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from shared.execute import gather
from shared.kernel.codec import Codec, from_json, to_json
from shared.kernel.decider import Actor, Changes, Context, Decider, Found, Key, Rejected, Role, key
from shared.kernel.messages import is_fact, wire_of

R = TypeVar("R")

NOW: Final = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
SECRET: Final = b"a secret of thirty-two bytes ..."
CONFERENCE: Final = "01a20000-0000-7000-8000-000000000001"

SERVER: Final = Actor(role=Role.SERVER, id="server")
ORGANIZER: Final = Actor(role=Role.ORGANIZER, id="laptop-1")
DOOR: Final = Actor(role=Role.DOOR, id="desk-1")
REGISTRANT: Final = Actor(role=Role.REGISTRANT, id="browser-1")

CONTEXT: Final = Context(
    now=NOW, actor=ORGANIZER, conference=CONFERENCE, command_id="command-1", issued_at=NOW, secret=SECRET
)
OFFLINE: Final = replace(CONTEXT, secret=None)


def later(context: Context = CONTEXT, /, **span: float) -> Context:
    """The context after a span of time: `later(minutes=20)`."""
    return replace(context, now=context.now + timedelta(**span))


def replace_actor(actor: Actor, /, **changes: Any) -> Context:
    """The usual context, with this actor or one that differs from them."""
    return replace(CONTEXT, actor=replace(actor, **changes))


class Memory:
    """Rows in a dict, absent ones None; counts what it is asked for."""

    def __init__(self, rows: Changes | None = None) -> None:
        self.rows: dict[Key, Any] = {}
        self.fetched = 0
        self.update(rows or {})

    def fetch(self, keys: Iterable[Key]) -> Mapping[Key, Any]:
        asked = list(keys)
        self.fetched += len(asked)
        return {one: self.rows.get(one) for one in asked}

    def get(self, kind: type[R], row_id: str = "") -> R | None:
        row: R | None = self.rows.get(key(kind, row_id))
        return row

    def all(self, kind: type[R]) -> dict[str, R]:
        """Every row of a class, by its id."""
        view = wire_of(kind).name
        return {one.id: row for one, row in self.rows.items() if one.view == view}

    def update(self, changes: Changes) -> None:
        self.rows.update(changes)
        for one in [one for one, row in changes.items() if row is None]:
            del self.rows[one]


class _EveryRow(Found):
    """All that there is: for events that are given, which no command asked rows for."""

    def __init__(self, memory: Memory) -> None:
        super().__init__(memory.rows)

    def get(self, kind: type[R], row_id: str = "") -> R | None:
        row: R | None = self.rows.get(key(kind, row_id))
        return row


@dataclass(frozen=True)
class Outcome:
    """What came of a command. The methods assert; each returns the state to go on with."""

    state: "Given"
    events: tuple[Any, ...] = ()
    rejected: Rejected | None = None

    def then(self, *events: Any) -> "Given":
        """Exactly these events."""
        assert self.rejected is None, f"refused: {self.rejected}"
        assert self.events == events
        return self.state

    def nothing(self) -> "Given":
        """Accepted, and nothing happened."""
        return self.then()

    def refused(self, code: str, **values: Any) -> "Given":
        """Refused with this code, and with exactly these values."""
        assert self.rejected is not None, f"accepted: {self.events}"
        assert (self.rejected.code, self.rejected.values) == (code, values)
        return self.state


@dataclass(frozen=True)
class Given:
    """An aggregate in a state, and a context."""

    decider: Decider[Any, Any]
    memory: Memory = field(default_factory=Memory)
    context: Context = CONTEXT

    def at(self, context: Context) -> "Given":
        """The same in another context."""
        return replace(self, context=context)

    def when(self, command: Any) -> Outcome:
        """Decide a command and fold its events, on rows that it asked for and no others."""
        codec = Codec(messages=self.decider.commands + self.decider.events, rows=())
        _survives(codec, command)
        found = gather(lambda got: self.decider.needs(command, got), self.memory)
        try:
            events = tuple(self.decider.decide(command, found, self.context))
        except Rejected as rejected:
            if is_fact(wire_of(command).name):
                raise
            return Outcome(self, rejected=rejected)
        assert events or not is_fact(wire_of(command).name), "a fact gave no event"
        after = Memory(self.memory.rows)
        for event in events:
            _survives(codec, event)
            changes = self.decider.evolve(found, event)
            found.rows.update(changes)
            after.update(changes)
            for row in changes.values():
                assert row is None or to_json(from_json(type(row), to_json(row))) == to_json(row)
        return Outcome(replace(self, memory=after), events)

    def row(self, kind: type[R], row_id: str = "") -> R:
        """A row that must be there."""
        row = self.memory.get(kind, row_id)
        assert row is not None, f"no row {key(kind, row_id)}"
        return row

    def lacks(self, kind: type, row_id: str = "") -> None:
        """There is no such row."""
        assert self.memory.get(kind, row_id) is None


def given(decider: Decider[Any, Any], *events: Any, rows: Changes | None = None, context: Context = CONTEXT) -> Given:
    """An aggregate to which these events happened, beside these rows (of others)."""
    memory = Memory(rows)
    for event in events:
        memory.update(decider.evolve(_EveryRow(memory), event))
    return Given(decider, memory, context)


def _survives(codec: Codec, message: Any) -> None:
    # Bytes are compared, because an erased field equals nothing.
    assert to_json(codec.decode(wire_of(message), to_json(message))) == to_json(message)
