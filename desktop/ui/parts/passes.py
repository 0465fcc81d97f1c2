"""Which tickets a typed text means: by name, company and locator, narrowed by a seat's number and its type's name.

What lists show of a seat is found without being kept with the names: the files of the base keep their form.
"""

from collections.abc import Callable, Iterable
from typing import Final

from desktop.store.search import folded, searchable_text
from desktop.workspace import Workspace
from shared.checkin.verdict import Pass
from shared.conference.seat_types import SeatType

_NARROWED_MOST: Final = 500
"""Those found by the other words of which some have the seat: an order of a group, or all of a name."""


def find_passes(workspace: Workspace, text: str, limit: int, is_over: Callable[[], bool]) -> dict[str, Pass]:
    """The best first; for a thread of its own. None once it is over."""
    found = _of_seats(workspace, text, is_over) | workspace.search(Pass, text, limit=limit, is_over=is_over)
    return dict(list(found.items())[:limit])


def _of_seats(workspace: Workspace, text: str, is_over: Callable[[], bool]) -> dict[str, Pass]:
    """Those that a text finds of which some words tell the seat, as in `UG16J6 · 1`, or in a name and `workshop`."""
    words = [word for word in folded(text).split() if any(letter.isalnum() for letter in word)]
    names = {one.seat_type: folded(one.name) for one in workspace.rows(SeatType).values()}
    tell = [word for word in words if word.isdecimal() or any(word in name for name in names.values())]
    others = [word for word in words if word not in tell]
    if not tell or not others:
        return {}
    found = workspace.search(Pass, " ".join(others), limit=_NARROWED_MOST, is_over=is_over)
    return {id: row for id, row in found.items() if _is_told(row, tell, names.get(row.seat_type, ""))}


def _is_told(row: Pass, words: Iterable[str], seat_type: str) -> bool:
    begins = searchable_text(row).split()
    return all(
        word == str(row.position + 1) or word in seat_type or any(one.startswith(word) for one in begins)
        for word in words
    )
