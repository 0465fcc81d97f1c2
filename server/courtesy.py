"""Work that nobody waits for stands back while commands come in close succession, as when a sale begins.

All threads of a server share one interpreter: a mail written then makes every order slower, and is as good a second
later.
"""

import time
from collections.abc import Callable
from typing import Final

_QUIET_S: Final = 1 / 64
_LOOKS: Final = 16


class Courtesy:
    """Knows when commands came last. Its methods are for any thread."""

    def __init__(
        self, *, now_s: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._now_s = now_s
        self._sleep = sleep
        self._came_at = now_s() - _QUIET_S

    def came(self) -> None:
        """Commands were handled."""
        self._came_at = self._now_s()

    def stand_back(self) -> None:
        """Wait until none came for a moment; a quarter of a second at most, so that a long sale has its mails, too."""
        for _ in range(_LOOKS):
            if self._now_s() - self._came_at >= _QUIET_S:
                return
            self._sleep(_QUIET_S)
