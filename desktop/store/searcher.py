"""Finds rows of a base file by their words, on a connection of its own: a long search holds up no screen."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlcipher3 import dbapi2 as sqlite

from desktop.store.aside import mark
from desktop.store.files import open_file
from desktop.store.search import match_expression, part_of
from shared.kernel.decider import Key

_FOUND: Final = "SELECT found.id FROM search JOIN part AS found ON found.number = search.rowid WHERE "
_LOOK_EVERY: Final = 2000  # steps of SQLite: far less than a millisecond


def never() -> bool:
    return False


class Searcher:
    """Searches what the file has now, which may be a little newer than what is shown. Any thread, one at a time."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._connection = open_file(path, key, "", mark)

    @property
    def is_closed(self) -> bool:
        """Whether it finds nothing more, whatever there is."""
        return self._closed.is_set()

    def search(
        self, view: str, text: str, *, limit: int = 50, group: str = "", is_over: Callable[[], bool] = never
    ) -> list[Key]:
        """Keys of the rows that hold every word of the text, accents and case aside, the best first.

        No keys once it is closed, or `is_over` says that nobody wants them any more, which is asked all the while.
        """
        match = match_expression(text)
        if match is None:
            return []
        part, which = part_of(view, group)
        sql = part + _FOUND + match.where  # clauses of ours; what was typed is among the arguments
        with self._lock:
            if self._closed.is_set():
                return []
            self._connection.set_progress_handler(lambda: self._closed.is_set() or is_over(), _LOOK_EVERY)
            try:
                found = self._connection.execute(sql, (*which, *match.arguments, limit)).fetchall()
            except sqlite.OperationalError:
                if self._closed.is_set() or is_over():
                    return []
                raise
        return [Key(view, one) for (one,) in found]

    def close(self) -> None:
        """Gives up what is being searched."""
        self._closed.set()
        with self._lock:
            self._connection.close()
