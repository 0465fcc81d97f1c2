"""A deadline for a request's head. uvicorn has none, so that whoever sends it byte by byte would be waited for."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


def within(timeout_s: float) -> type[HttpToolsProtocol]:
    """uvicorn's protocol; it closes a connection whose next head is not whole after this time.

    Between requests its own deadline for keeping alive holds. A head that comes in one piece sets no timer.
    """

    class Bounded(HttpToolsProtocol):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._is_in_head = True
            self._deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
            super().connection_made(transport)
            self._follow()

        def connection_lost(self, exc: Exception | None) -> None:
            self._is_in_head = False
            self._follow()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self.timeout_keep_alive_task is not None:  # the next request begins, if only with an empty line
                self._is_in_head = True
            super().data_received(data)
            self._follow()

        def on_message_begin(self) -> None:
            self._is_in_head = True
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            self._is_in_head = False
            super().on_headers_complete()

        def _follow(self) -> None:
            """Let the deadline run while a head is under way, and only then."""
            if self._is_in_head and self._deadline is None:
                self._deadline = self.loop.call_later(timeout_s, self.transport.close)
            elif not self._is_in_head and self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

    return Bounded
