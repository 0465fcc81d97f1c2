"""How often an order may do in an hour what costs others something: a mail to a new address, a payment's page.

Counted in the memory of each process, and so per process. A refused command counts for nothing, a repeated one once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from server.web.errors import Problem
from shared.kernel.decider import Rejected

REGISTRANTS_MOST: Final = 5
"""New addresses of the registrant, each of which is sent the order's link: more than anybody mistypes."""
LINKS_MOST: Final = 5
"""Mails with the order's link, asked for by whoever found the order."""
ATTENDEES_MOST: Final = 60
"""Seats given to new addresses, each of which is sent a ticket: as many as somebody can type in."""
PAYMENTS_MOST: Final = 20
"""Each opens a page at the provider: more than there are cards to try."""
_HOUR: Final = timedelta(hours=1)
_KEPT_LEAST: Final = 1_000


class Pace:
    """What was done lately, by order and kind: each command's id with its time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._done: dict[tuple[str, str], dict[str, datetime]] = {}
        self._tidy_at = _KEPT_LEAST

    @contextmanager
    def keeping(self, order: str, kind: str, id: str, *, most: int) -> Iterator[None]:
        """Around a command with this id; Problem if there were too many of its kind. It counts while it runs."""
        now = self._clock()
        self._tidy_sometimes(now)
        done = self._done.setdefault((order, kind), {})
        for one in [one for one, at in done.items() if at <= now - _HOUR]:
            del done[one]
        if id in done:
            yield
            return
        if len(done) >= most:
            wait = min(done.values()) + _HOUR - now
            raise Problem("too_many_changes", headers={"Retry-After": str(max(1, round(wait.total_seconds())))})
        done[id] = now
        try:
            yield
        except Rejected:
            done.pop(id, None)
            raise

    def _tidy_sometimes(self, now: datetime) -> None:
        """Forget orders that did nothing lately; seldom enough to cost nothing."""
        if len(self._done) <= self._tidy_at:
            return
        self._done = {of: done for of, done in self._done.items() if any(at > now - _HOUR for at in done.values())}
        self._tidy_at = max(_KEPT_LEAST, 2 * len(self._done))
