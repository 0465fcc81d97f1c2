"""What comes to be handled and what is answered, and what handling needs besides the transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from server.secrets import Secrets
from server.store.personal import ErasedIds
from shared.kernel.decider import Actor, Key
from shared.kernel.messages import Wire
from shared.sync.protocol import Code, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A command as it arrived. `error` is set where its envelope could not be read."""

    command_id: str
    wire: Wire
    body: bytes
    issued_at: datetime
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Commands of one origin, handled in order.

    From a device: `device`, `epoch` and `first` number them, and its row says what it may do. Otherwise `actor` acts;
    a registrant's refused request is answered and not recorded.
    """

    commands: Sequence[Incoming]
    actor: Actor | None = None
    device: str | None = None
    epoch: int = 1
    first: int = 1
    may_create: bool = False
    label: str = ""
    is_revoked: bool = False
    """In the directory, and so in every conference; its row says whether it is in this one."""
    releases: str | None = None
    """The held fact that the (one) command decides again: recorded only if it is accepted, and its task closed."""
    not_before: datetime | None = None
    """A deadline's date: its command is not decided at an earlier one, though the clock was set back meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The outcome of one command. `changes` are the rows it left, empty when it was known already."""

    command_id: str
    position: int
    verdict: Verdict
    changes: dict[Key, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How far a job got. `stopped` says why it went no further; `expected` is the device's next number."""

    receipts: list[Receipt]
    head: int
    epoch: int
    expected: int
    stopped: Code | None = None


@dataclass(frozen=True, slots=True)
class Tools:
    """What handling needs besides the transaction."""

    secrets: Secrets
    erased_ids: ErasedIds
    foresight: "Foresight"


class Foresight:
    """Learns which rows a kind of command comes to read, so that a batch reads them in one statement.

    A hint only: rows that it does not name are read when asked for.
    """

    def __init__(self) -> None:
        self._templates: dict[type, set[tuple[str, str | None]]] = {}

    def learn(self, command: Any, reads: Iterable[Key]) -> None:
        """Keep the read keys whose id is a field of the command or the only one."""
        fields = {getattr(command, name): name for name in type(command).__slots__ if _is_id(getattr(command, name))}
        known = self._templates.setdefault(type(command), set())
        known.update((one.view, fields.get(one.id)) for one in reads if not one.id or one.id in fields)

    def keys(self, command: Any) -> list[Key]:
        """What this command will probably read."""
        templates = self._templates.get(type(command), ())
        return [Key(view, getattr(command, name) if name else "") for view, name in templates]


def _is_id(thing: Any) -> bool:
    return isinstance(thing, str) and bool(thing)
