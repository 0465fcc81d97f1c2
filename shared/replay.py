"""A conference's rows folded again from its messages. Pure: rules are not asked anew, only `evolve` and the views.

Rows come out as the server wrote them, byte for byte and with their positions, however its commits were batched.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.access.access import PersonErased
from shared.domain import DOMAIN, Domain
from shared.kernel.codec import to_json
from shared.kernel.decider import Changes, Found, Key, Recorded
from shared.kernel.personal import erase, kind_of, personal_fields, persons_in


class _Everything(dict[Key, Any]):
    """All rows. What was never there reads as None, so that nothing has to be asked for."""

    def __missing__(self, key: Key) -> None:
        return None


class Replay:
    """The rows after the commits fed so far, None for a tombstone; and the position of each one's last change."""

    def __init__(self, domain: Domain = DOMAIN) -> None:
        self._domain = domain
        self.rows: dict[Key, Any] = _Everything()
        self.positions: dict[Key, int] = {}

    def commit(self, position: int, events: Iterable[Any], recorded: Recorded) -> None:
        """Fold the events of an accepted commit, in the order in which they happened."""
        domain, before = self._domain, dict[Key, Any]()
        forced: set[Key] = set()
        found = Found(self.rows)
        for event in events:
            kind = type(event)
            self._put(domain.decider_by_event[kind].evolve(found, event), before)
            for view in domain.views_by_event.get(kind, ()):
                self._put(view.fold(event, found, recorded), before)
            if kind is PersonErased:
                gone = without(self.rows, event.person)
                forced |= gone.keys()
                self._put(gone, before)
        for key, old in before.items():
            if key in forced or not is_same(old, self.rows[key]):
                self.positions[key] = position
            elif key not in self.positions:
                del self.rows[key]  # made and deleted by the same commit: it was never there

    def _put(self, changes: Changes, before: dict[Key, Any]) -> None:
        for key, row in changes.items():
            if key not in before:
                before[key] = self.rows[key]
            self.rows[key] = row


def without(rows: Mapping[Key, Any], person: str) -> dict[Key, Any]:
    """The rows that name the person, each without what it says of them.

    All of them, also those that say nothing any more: else a replay, which can read nothing of the person from the
    beginning, would not find the rows that the erasure changed.
    """
    return {key: erase(row, person) for key, row in rows.items() if row is not None and person in persons_in(row)}


def is_same(one: Any, other: Any) -> bool:
    """Whether two rows are the same bytes. An erased text equals nothing, so rows with one are compared as bytes."""
    if one is None or other is None:
        return one is other
    return bool(one == other) or (bool(personal_fields(kind_of(one))) and to_json(one) == to_json(other))
