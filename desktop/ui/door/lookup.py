"""Whom a text typed at the door means: name, company and locator, narrowed by a seat's number and its type's name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from desktop.store.search import folded, searchable_text
from desktop.workspace import Workspace
from shared.checkin.verdict import Admission, Pass, admission_id, is_inside
from shared.conference.seat_types import SeatType
from shared.kernel.ids import AreaId

MOST: Final = 50
_NARROWED_MOST: Final = 500
"""Those found by the other words of which some have the seat: an order of a group, or all of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A ticket that was found, and whether whoever has it is inside."""

    row: Pass
    is_inside: bool


def look_up(workspace: Workspace, text: str, area: AreaId | None, is_over: Callable[[], bool]) -> list[Candidate]:
    """The best first; for a thread of its own. None once it is over."""
    found = _of_seats(workspace, text, is_over) | workspace.search(Pass, text, limit=MOST, is_over=is_over)
    return [Candidate(row=row, is_inside=_has_come(workspace, row, area)) for row in list(found.values())[:MOST]]


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
    text = searchable_text(row)
    return all(word == str(row.position + 1) or word in seat_type or _begins_a_word(word, text) for word in words)


def _begins_a_word(begin: str, text: str) -> bool:
    return any(word.startswith(begin) for word in text.split())


def _has_come(workspace: Workspace, row: Pass, area: AreaId | None) -> bool:
    admission = None if area is None else workspace.get(Admission, admission_id(area, row.ticket))
    return admission is not None and is_inside(admission.passages)
