"""How one conference stands to the server, and what the worker knows of it."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from desktop.sync.link import Feed
from desktop.sync.session import Staging
from desktop.workspace import Workspace
from shared.sync.protocol import START


class Line(StrEnum):
    """How this device stands to the server, for one conference."""

    SERVER = "server"
    """The server answers."""
    ALONE = "alone"
    """It does not, or not as it should; work goes on."""
    NOT_ENROLLED = "not_enrolled"
    """The server does not know this device, or not in this conference (any more)."""
    UPDATE_NEEDED = "update_needed"
    """One of the two is too old for the other; `detail` says which: update_desktop or update_server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """For the status bar. `heard_at` is when this device last had all that the server had."""

    line: Line = Line.ALONE
    detail: str = ""
    """A code, or a sentence where the network failed."""
    heard_at: datetime | None = None
    is_equal: bool | None = None
    """Whether the digests agreed then; None before the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long to wait after failures: twice as long each time, with jitter."""

    first_s: float = 0.5
    most_s: float = 30.0

    def after(self, failures: int) -> float:
        """Seconds to wait, between half and all of the full time."""
        full: float = min(self.most_s, self.first_s * 2 ** min(failures - 1, 16))
        return full * (1 + random.random()) / 2  # noqa: S311 - jitter is no secret


@dataclass(slots=True, eq=False)
class Lane:
    """One conference. `busy` is held while its staging is used; the rest changes under the worker's condition."""

    workspace: Workspace
    staging: Staging
    is_made_here: bool
    busy: threading.Lock = field(default_factory=threading.Lock)
    busy_thread: int = 0
    connection: Connection = field(default_factory=Connection)
    is_touched: bool = False
    """Something changed here; there may be commands to send."""
    is_due: bool = True
    """A session is wanted whether or not anything is pending."""
    failures: int = 0
    deaf: int = 0
    """How often in a row the feed ended before it said anything."""
    not_before: float = 0.0
    is_in_step: bool = False
    feed: Feed | None = None

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Nobody else uses the staging meanwhile."""
        with self.busy:
            self.busy_thread = threading.get_ident()
            try:
                yield
            finally:
                self.busy_thread = 0

    def is_wanted(self) -> bool:
        """Whether a session has something to do."""
        if self.workspace.is_pending:
            return self.is_due or self.is_touched
        # The server cannot know a conference of which nothing was sent yet.
        return self.is_due and not (self.is_made_here and self.workspace.checkpoint == START)
