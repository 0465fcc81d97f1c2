"""Whom a text typed at the door means, and whether they are inside."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from desktop.ui.parts.passes import find_passes
from desktop.workspace import Workspace
from shared.checkin.verdict import Admission, Pass, admission_id, is_inside
from shared.kernel.ids import AreaId

MOST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A ticket that was found, and whether whoever has it is inside."""

    row: Pass
    is_inside: bool


def look_up(workspace: Workspace, text: str, area: AreaId | None, is_over: Callable[[], bool]) -> list[Candidate]:
    """The best first; for a thread of its own."""
    found = find_passes(workspace, text, MOST, is_over)
    return [Candidate(row=row, is_inside=_has_come(workspace, row, area)) for row in found.values()]


def _has_come(workspace: Workspace, row: Pass, area: AreaId | None) -> bool:
    admission = None if area is None else workspace.get(Admission, admission_id(area, row.ticket))
    return admission is not None and is_inside(admission.passages)
