"""The server over HTTP. The only module that knows httpx, and imported late, because that costs 0.6 s.

Whatever goes wrong below HTTP comes out as `Unreachable`: the network may vanish at any byte.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

import httpx
import httpx_sse

from desktop.sync.link import Unreachable, denied
from desktop.sync.session import Request, Response
from shared.kernel.codec import Undecodable, from_json
from shared.sync.protocol import Checkpoint, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for the server. Its feed gives a sign of life every 15 s."""

    connect_s: float = 10.0
    answer_s: float = 30.0
    feed_s: float = 40.0


class Client:
    """A server, asked with this device's token. Certificates are verified, by the given context or the usual one.

    Raises Unreachable where the address cannot be one.
    """

    def __init__(
        self, url: str, token: str, *, patience: Patience | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self._patience = patience or Patience()
        try:
            address = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise _unreachable(error) from error
        self._http = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            verify=True if tls is None else tls,
            timeout=httpx.Timeout(self._patience.answer_s, connect=self._patience.connect_s),
            # One connection for requests and one for each conference's feed; none waits for another.
            limits=httpx.Limits(max_connections=None, keepalive_expiry=60),
        )

    def ask(self, request: Request) -> Response:
        """The whole answer, unpacked; raises Unreachable."""
        try:
            answer = self._http.request(
                request.method, request.path, headers=request.headers, content=request.body or None
            )
        except httpx.HTTPError as error:
            raise _unreachable(error) from error
        return Response(answer.status_code, answer.content)

    def feed(self, conference: str, checkpoint: Checkpoint) -> "HttpFeed":
        """The change feed, as soon as the server has accepted the checkpoint. Raises Unreachable and Denied."""
        request = self._http.build_request(
            "GET",
            f"/sync/{conference}/changes",
            # Pages in a feed are not compressed: the server would keep a window for each listener.
            headers={"Accept": "text/event-stream", "Accept-Encoding": "identity", "Last-Event-ID": str(checkpoint)},
            timeout=httpx.Timeout(self._patience.feed_s, connect=self._patience.connect_s),
        )
        try:
            response = self._http.send(request, stream=True)
            if response.status_code != HTTPStatus.OK:
                raise denied(Response(response.status_code, response.read()))
        except httpx.HTTPError as error:
            raise _unreachable(error) from error
        return HttpFeed(response)

    def close(self) -> None:
        self._http.close()


class HttpFeed:
    """Server-sent events as pages."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[Page]:
        try:
            for event in httpx_sse.EventSource(self._response).iter_sse():
                if event.event == "closed":
                    return
                if event.event == "change":
                    yield from_json(Page, event.data.encode())
        except (httpx.HTTPError, httpx.StreamError, httpx_sse.SSEError) as error:
            raise _unreachable(error) from error
        except Undecodable as error:
            raise Unreachable("The server's changes cannot be read ({why}).", why=error.detail) from error
        finally:
            self._response.close()

    def close(self) -> None:
        # A reader in another thread wakes only when the socket is shut down. Not by the TLS layer, which is busy there.
        connection = self._response.extensions["network_stream"].get_extra_info("socket")
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _unreachable(error: Exception) -> Unreachable:
    return Unreachable(
        "The server cannot be reached ({why}). Work goes on without it.", why=str(error) or type(error).__name__
    )
