"""Reads a view of any length in pieces, so that a screen never waits for the whole of it. For threads of their own."""

from collections.abc import Iterator
from typing import Final, TypeVar

from desktop.workspace import Workspace

R = TypeVar("R")
_CHUNK: Final = 100  # a few milliseconds, for which a screen may have to wait


def each(workspace: Workspace, kind: type[R], *, chunk: int = _CHUNK) -> Iterator[tuple[str, R]]:
    """The rows by id, as the user should see them. What changes meanwhile is told by `workspace.listen`."""
    after = ""
    while rows := workspace.chunk(kind, after=after, limit=chunk):
        yield from ((id, row) for id, row in rows.items() if row is not None)
        after = max(rows)
