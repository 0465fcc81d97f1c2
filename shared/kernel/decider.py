"""The rules of an aggregate as values: a decider, a process manager, a view.

`decide` says what happens, `evolve` what is so afterwards. Both read only the rows that `needs` named. A stream's
state is rows: small parts by key, so that the cost of a command does not grow with what the stream has seen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Any, Generic, NamedTuple, TypeVar, get_args

from shared.kernel.ids import derive
from shared.kernel.messages import wire_of

C = TypeVar("C")
E = TypeVar("E")
R = TypeVar("R")

ONLY = ""
"""The id of a row of which a conference has just one."""


class Key(NamedTuple):
    """Where a row stands in its conference."""

    view: str
    id: str


Changes = Mapping[Key, Any]
"""New rows by key; None deletes."""


def key(kind: type, id: str = ONLY) -> Key:
    """The key of the row of this class with this id."""
    return Key(wire_of(kind).name, id)


def put(row: Any, id: str = ONLY) -> dict[Key, Any]:
    """The change that stores a row. Join changes with `|`."""
    return {Key(wire_of(row).name, id): row}


def drop(kind: type, id: str = ONLY) -> dict[Key, Any]:
    """The change that deletes a row."""
    return {key(kind, id): None}


class Found:
    """The rows that a command, an event or a view asked for. To read another one is a bug: KeyError."""

    __slots__ = ("rows",)

    def __init__(self, rows: dict[Key, Any] | None = None) -> None:
        self.rows: dict[Key, Any] = {} if rows is None else rows

    def get(self, kind: type[R], id: str = ONLY) -> R | None:
        """The row, or None where there is none."""
        row: R | None = self.rows[Key(wire_of(kind).name, id)]
        return row

    def has(self, kind: type, id: str = ONLY) -> bool:
        """Whether the row was looked up already; for `needs` that go on from what was found."""
        return Key(wire_of(kind).name, id) in self.rows


class Role(StrEnum):
    """On whose behalf a command comes."""

    ORGANIZER = "organizer"
    DOOR = "door"
    REGISTRANT = "registrant"
    SERVER = "server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who issued a command. `id` is a device's or an account's id, never a person's name."""

    role: Role
    id: str
    label: str = ""
    """What the organizer calls the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """All that a rule may know besides rows.

    `now` is the server's clock with authority and the command's `issued_at` on a desktop (aware UTC). `secret` is the
    conference's; only a server has it, so what is derived from it is None elsewhere.
    """

    now: datetime
    actor: Actor
    conference: str
    command_id: str
    issued_at: datetime
    secret: bytes | None = None
    ticket_key: str | None = None
    """The public key (base64) that the conference's tickets are verified with."""
    sign: Callable[[bytes], bytes] | None = None
    """Ed25519 signature with the conference's ticket key."""

    def derive(self, *parts: str) -> bytes | None:
        """Bytes that only the server can make, the same for the same command; None on a desktop."""
        return None if self.secret is None else derive(self.secret, self.command_id, *parts)


class Rejected(Exception):
    """The domain says no: a stable code and the values that explain it (text, numbers; never personal)."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        return f"{self.code} {self.values}" if self.values else self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider(Generic[C, E]):
    """One aggregate. `commands` and `events` are its closed sets, `rows` the classes of its state's parts."""

    name: str
    commands: tuple[type, ...]
    events: tuple[type, ...]
    rows: tuple[type, ...]
    needs: Callable[[C, Found], Iterable[Key]]
    """Keys to read, called again with what was found until it names no new one."""
    decide: Callable[[C, Found, Context], Sequence[E]]
    """Events, or raises Rejected. A fact always gives events."""
    evolve: Callable[[Found, E], Changes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """An effect: run `command` at `due` by the server's clock. The newest under a key counts; None removes it."""

    key: str
    due: datetime | None
    command: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """An effect: send the mail `template` about the thing with the id `about`, written from the rows of then."""

    template: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An effect: have a service outside do something about the thing with the id `about`. Its answer is a fact."""

    service: str
    about: str


Effect = Deadline | Mail | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process manager without state: what follows from an event, as commands and effects."""

    name: str
    events: tuple[type, ...]
    needs: Callable[[Any, Found], Iterable[Key]]
    react: Callable[[Any, Found, Context], Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a view may know of an event besides itself."""

    at: datetime
    actor: Actor
    command_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A read model as a pure fold. `row` is the class of its rows; its version is the view's."""

    row: type
    events: tuple[type, ...]
    needs: Callable[[Any, Found], Iterable[Key]]
    fold: Callable[[Any, Found, Recorded], Changes]


def members(union: Any) -> tuple[type, ...]:
    """The classes of a union (or the one class), for the tables of closed sets."""
    return get_args(union) if isinstance(union, UnionType) else (union,)
