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
    """Knows whether commands are handled, and when the last ones were."""

    def __init__(
        self, *, now_s: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._now_s = now_s
        self._sleep = sleep
        self._under_way = 0
        self._ended_at = now_s() - _QUIET_S

    def begin(self) -> None:
        """Commands are handled from now on. It and `end` are called by one thread at a time."""
        self._under_way += 1

    def end(self) -> None:
        """They were handled, and no others wait."""
        self._under_way -= 1
        self._ended_at = self._now_s()

    def stand_back(self) -> None:
        """Wait for a moment without commands; a quarter of a second at most, so that a long sale has its mails, too."""
        for _ in range(_LOOKS):
            if not self._under_way and self._now_s() - self._ended_at >= _QUIET_S:
                return
            self._sleep(_QUIET_S)
