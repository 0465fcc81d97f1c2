"""Rows as the user should see them: what the server confirmed last, with what waits on this device on top."""

import threading
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from desktop.store.base import Base
from desktop.store.search import folded, is_in, searchable_text
from desktop.store.searcher import Searcher, never
from shared.execute import Undecided
from shared.kernel.decider import ONLY, Key, key
from shared.kernel.messages import wire_of
from shared.sync.overlay import Overlay

R = TypeVar("R")
_AT_ONCE: Final = 100  # rows, a few milliseconds of reading, for which another thread may have to wait


class Shown:
    """Reads a base and the overlay on it, from any thread. Whoever replaces one of them holds `_lock`."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._base: Base
        self._overlay: Overlay

    def get(self, kind: type[R], id: str = ONLY) -> R | None:
        """One row as the user should see it, None where there is none or it is not for this device."""
        wanted = key(kind, id)
        with self._lock:
            try:
                row: R | None = self._overlay.fetch([wanted])[wanted]
            except Undecided:
                return None
            return row

    def rows(self, kind: type[R]) -> dict[str, R]:
        """All rows of a view by id, as the user should see them."""
        view = wire_of(kind).name
        with self._lock:
            below = {at.id: row for at, row in self._base.shown.rows(view).items()}
            touched = [at for at in self._overlay.touched if at.view == view]
            for at, row in self._overlay.fetch(touched).items():
                below.pop(at.id, None)
                if row is not None:
                    below[at.id] = row
        return dict(sorted(below.items()))

    def chunk(self, kind: type[R], *, after: str, limit: int) -> dict[str, R | None]:
        """The next rows of a view by id, None where one is gone. Only its end is empty: see `desktop.reading.each`."""
        view = wire_of(kind).name
        with self._lock:
            rows: dict[Key, R | None] = dict(self._base.shown.rows_after(view, after, limit))
            last = max(rows).id if len(rows) == limit else None
            touched = (at for at in self._overlay.touched if at.view == view and at.id > after)
            rows |= self._overlay.fetch([at for at in touched if last is None or at.id <= last])
        return {at.id: row for at, row in sorted(rows.items())}

    def page(self, kind: type[R], *, offset: int, limit: int, group: str = "") -> dict[str, R]:
        """Some rows of a searched view or its group, as the user should see them. New ones that wait come first."""
        view = wire_of(kind).name
        with self._lock:
            fresh = self._fresh(view, group)
            keys = fresh[offset : offset + limit]
            place, left = max(offset - len(fresh), 0), limit - len(keys)
            below = self._base.shown.page(view, offset=place, limit=left, group=group)
            rows = below | self._overlay.fetch([*keys, *(at for at in below if at in self._overlay.touched)])
            return {at.id: rows[at] for at in (*keys, *below) if rows[at] is not None}

    def count(self, kind: type, group: str = "") -> int:
        """How many rows of a searched view or its group there are to page through."""
        view = wire_of(kind).name
        with self._lock:
            return self._base.shown.count(view, group) + len(self._fresh(view, group))

    def _fresh(self, view: str, group: str) -> list[Key]:
        """The keys of rows that came, or came into the group, by what the server does not have yet."""
        touched = [at for at in self._overlay.touched if at.view == view]
        known, shown = self._base.shown.fetch(touched), self._overlay.fetch(touched)
        if not group:
            return [at for at in touched if known[at] is None]
        return [at for at in touched if is_in(group, shown[at]) and not is_in(group, known[at])]

    def search(
        self,
        kind: type[R],
        text: str,
        *,
        limit: int = 50,
        group: str = "",
        is_over: Callable[[], bool] = never,
    ) -> dict[str, R]:
        """Rows of a view that hold every word of the text, the best first; rows that wait for the server come too.

        For a thread where there may be many rows: nobody waits for it meanwhile. See `Searcher.search` for `is_over`.
        """
        view, words = wire_of(kind).name, folded(text).split()
        found: dict[str, R] | None = None
        while found is None:
            with self._lock:
                searcher = self._base.searcher
            keys = [*searcher.search(view, text, limit=limit, group=group, is_over=is_over)]
            keys += [key(kind, id) for id in self.waiting(kind)]
            found = self._found(searcher, keys, words, group)
        return found

    def _found(self, searcher: Searcher, keys: list[Key], words: list[str], group: str) -> dict[str, Any] | None:
        """The rows that still fit; None where another base took the place of the one that was searched."""
        found: dict[str, Any] = {}
        for start in range(0, max(len(keys), 1), _AT_ONCE):
            with self._lock:
                if self._base.searcher is not searcher:
                    return None
                if searcher.is_closed:
                    break
                rows = self._overlay.fetch(keys[start : start + _AT_ONCE])
            found |= {
                at.id: row
                for at, row in rows.items()
                if row is not None and words and all(word in searchable_text(row) for word in words)
                if not group or is_in(group, row)
            }
        return found

    def tally(self, kind: type, is_over: Callable[[], bool] = never) -> dict[int, dict[str, int]]:
        """The kept sums of a view, by bucket and name, without what waits: see `desktop.store.tally`.

        For a thread: the file of an earlier release is counted first, unless `is_over`.
        """
        with self._lock:
            base = self._base
        base.count_old_rows(is_over)
        return base.tally(wire_of(kind).name)

    def waiting(self, kind: type) -> list[str]:
        """The ids of the rows of a view that show something that the server has not confirmed."""
        view = wire_of(kind).name
        with self._lock:
            return [at.id for at in self._overlay.touched if at.view == view]

    def compared(self, kind: type[R], ids: Iterable[str]) -> list[tuple[str, R | None, R | None]]:
        """Rows by id, each as the server confirmed it last and as the user should see it."""
        keys = [key(kind, id) for id in ids]
        with self._lock:
            below, above = self._base.shown.fetch(keys), self._overlay.fetch(keys)
        return [(at.id, below[at], above[at]) for at in keys]

    def is_waiting(self, kind: type, id: str = ONLY) -> bool:
        """Whether a row shows something that the server has not confirmed."""
        with self._lock:
            return key(kind, id) in self._overlay.touched
