"""What carries requests to the server. `client` does it over HTTP; the rest of sync knows no more than this."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from desktop.store.files import EnvironmentProblem
from desktop.sync.session import Request, Response
from shared.kernel.codec import Undecodable, from_json
from shared.kernel.messages import value
from shared.sync.protocol import Checkpoint, Page


class Unreachable(EnvironmentProblem):
    """No answer came, or not all of one. Whether the server got the request is unknown."""


class Denied(Exception):
    """The server answered, and said no."""

    def __init__(self, code: str, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.values = dict(values or {})


@value
class _Problem:
    """The server's application/problem+json, as far as it is told on."""

    code: str
    field: str | None = None
    values: dict[str, Any] | None = None


def denied(response: Response) -> Denied:
    """What an answer that is an error says."""
    try:
        problem = from_json(_Problem, response.body)
    except Undecodable:
        return Denied("unexpected_answer", {"status": response.status})
    return Denied(problem.code, (problem.values or {}) | ({"field": problem.field} if problem.field else {}))


class Feed(Protocol):
    """An open change feed: pages as they come. Ends when the server closes it; raises Unreachable when it breaks."""

    def __iter__(self) -> Iterator[Page]: ...
    def close(self) -> None:
        """End it, from any thread."""


class Link(Protocol):
    """A server, as one device reaches it. Usable from several threads."""

    def ask(self, request: Request) -> Response:
        """Raises Unreachable."""

    def feed(self, conference: str, checkpoint: Checkpoint) -> Feed:
        """Listen for changes after the checkpoint. Raises Unreachable, and Denied when the server refuses."""

    def close(self) -> None: ...
