"""What the screens need besides a workspace: the conferences on this device, enrolment, the state of the connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from desktop.workspace import Workspace
from shared.conference.conference import CreateConference
from shared.kernel.decider import Role


class Line(StrEnum):
    """How this device stands to its server. A state, not a mode: nobody switches it."""

    SERVER = "server"
    """The server answers."""
    ALONE = "alone"
    """The server does not answer; work goes on."""
    NOT_ENROLLED = "not_enrolled"
    """The server does not know this device, or not any more."""
    UPDATE_NEEDED = "update_needed"
    """One of the two is too old for the other; `detail` says which: update_desktop or update_server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """For the status bar. `heard_at` is when this device last had all that the server had."""

    line: Line
    server: str = ""
    heard_at: datetime | None = None
    is_equal: bool | None = None
    """Whether the digests agreed then; None before the first time."""
    detail: str = ""


class Refused(Exception):
    """Enrolment failed. `field` is the one at fault, empty where it is none."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the user typed to enrol with a one-time code."""

    server: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """What the user typed to join a conference."""

    server: str
    conference: str
    owner_email: str
    access_code: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An exported queue that the server took. It does no command twice, so nobody need know who delivered first."""

    commands: int
    is_own: bool
    """This device had exported it."""
    is_known: bool
    """It is for a conference on this device."""


class Desk(Protocol):
    """The profile, as far as the screens see it. Calls return at once, but `enrol` and `deliver` ask the server."""

    @property
    def label(self) -> str:
        """What the organizer calls this device."""

    @property
    def may_create(self) -> bool: ...
    def workspaces(self) -> Mapping[str, Workspace]:
        """The conferences on this device, by id."""

    def create(self, command: CreateConference) -> Workspace:
        """Make a conference here. Raises Rejected, and then there is none."""

    def enrol(self, request: Invitation | AccessRequest) -> Workspace | None:
        """Ask the server; call it in a thread. The conference joined, None for a one-time code. Raises Refused."""

    def connection(self, conference: str) -> Connection: ...
    def sync_now(self) -> None: ...
    def export_queue(self, conference: str, file: Path) -> int:
        """Write what is pending into a signed file that another device can deliver; how many commands."""

    def deliver(self, file: Path) -> Delivery:
        """Hand a queue that a device exported to the server; call it in a thread. Raises Refused."""

    def listen(self, listener: Callable[[], None]) -> None:
        """Call the listener when a connection or the set of conferences changed, on whatever thread."""

    def now(self) -> datetime: ...
    def new_id(self) -> str: ...
