"""A conference's rows folded again from its messages. Pure: rules are not asked anew, only `evolve` and the views.

Rows come out as the server wrote them, byte for byte and with their positions, however its commits were batched.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.access.access import PersonErased
from shared.domain import DOMAIN, Domain
from shared.execute import gather
from shared.kernel.codec import to_json
from shared.kernel.decider import Found, Key, Recorded
from shared.kernel.personal import erase, kind_of, personal_fields, persons_in


@dataclass(slots=True)
class Placed:
    """A row with the position of its last change; None is a tombstone."""

    position: int
    row: Any


_NOWHERE: Final = Placed(0, None)


class Replay:
    """The rows after the commits fed so far."""

    def __init__(self, domain: Domain = DOMAIN) -> None:
        self._domain = domain
        self.rows: dict[Key, Placed] = {}

    def fetch(self, keys: Iterable[Key]) -> dict[Key, Any]:
        return {key: self.rows.get(key, _NOWHERE).row for key in keys}

    def commit(self, position: int, messages: Iterable[Any], recorded: Recorded) -> None:
        """Fold an accepted commit: its commands and events in the order in which they happened."""
        domain, before = self._domain, dict[Key, Any]()
        forced: set[Key] = set()
        found = Found()
        for message in messages:
            decider = domain.decider_by_command.get(type(message))
            if decider is not None:
                found = gather(lambda got: decider.needs(message, got), self)  # noqa: B023 - called at once
                continue
            changes = domain.decider_by_event[type(message)].evolve(found, message)
            found.rows.update(changes)
            self._put(position, changes, before)
            for view in domain.views_by_event.get(type(message), ()):
                seen = gather(lambda got: view.needs(message, got), self)  # noqa: B023 - called at once
                self._put(position, view.fold(message, seen, recorded), before)
            if isinstance(message, PersonErased):
                gone = without(self.rows, message.person)
                forced |= gone.keys()
                self._put(position, gone, before)
        for key, old in before.items():
            if key not in forced and is_same(old.row, self.rows[key].row):
                if old is _NOWHERE:
                    del self.rows[key]
                else:
                    self.rows[key] = old

    def _put(self, position: int, changes: Mapping[Key, Any], before: dict[Key, Any]) -> None:
        for key, row in changes.items():
            before.setdefault(key, self.rows.get(key, _NOWHERE))
            self.rows[key] = Placed(position, row)


def without(rows: Mapping[Key, Placed], person: str) -> dict[Key, Any]:
    """The rows that name the person, each without what it says of them.

    All of them, also those that say nothing any more: else a replay, which can read nothing of the person from the
    beginning, would not find the rows that the erasure changed.
    """
    return {
        key: erase(placed.row, person)
        for key, placed in rows.items()
        if placed.row is not None and person in persons_in(placed.row)
    }


def is_same(one: Any, other: Any) -> bool:
    """Whether two rows are the same bytes. An erased text equals nothing, so rows with one are compared as bytes."""
    if one is None or other is None:
        return one is other
    return bool(one == other) or (bool(personal_fields(kind_of(one))) and to_json(one) == to_json(other))
