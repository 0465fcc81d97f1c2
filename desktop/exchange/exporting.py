"""All attendees as rows of a table. E-mail addresses are in it on organizers' devices, which hold them."""

from collections.abc import Callable, Iterator
from typing import Final

from desktop.reading import each
from desktop.workspace import Workspace
from shared.checkin.areas import Area
from shared.checkin.verdict import Admission, Pass, admission_id, effective
from shared.kernel.decider import Role
from shared.kernel.ids import AreaId
from shared.kernel.personal import PersonalText
from shared.registration.assignments import SeatAssignment

TypeName = Callable[[Workspace, str], str]
HEADS: Final = ("First name", "Last name", "E-mail", "Company", "Ticket type", "Order", "Seat", "State", "First entry")
"""The names by which an import knows the columns; they are never translated."""


def attendees(workspace: Workspace, *, seat_type: TypeName, cancelled: str) -> Iterator[tuple[str, ...]]:
    """One row a ticket that somebody has or had. `cancelled` is the word for one that opens no door any more."""
    emails = _emails(workspace)
    areas = [AreaId(id) for id in workspace.rows(Area)]
    for ticket, row in each(workspace, Pass):
        if row.attendee is None:
            continue
        yield (
            _plain(row.first_name),
            _plain(row.last_name),
            emails.get(ticket, ""),
            row.company,
            seat_type(workspace, row.seat_type),
            row.locator or "",
            str(row.position + 1),
            cancelled if row.is_cancelled else "",
            _entry(workspace, row, areas),
        )


def _emails(workspace: Workspace) -> dict[str, str]:
    if workspace.role is not Role.ORGANIZER:
        return {}
    return {row.ticket: _plain(row.email) for _, row in each(workspace, SeatAssignment)}


def _entry(workspace: Workspace, row: Pass, areas: list[AreaId]) -> str:
    found = (workspace.get(Admission, admission_id(area, row.ticket)) for area in areas)
    entries = [entry.at for one in found if one is not None and (entry := effective(one.passages)) is not None]
    return min(entries).astimezone().isoformat(sep=" ", timespec="seconds") if entries else ""


def _plain(text: PersonalText) -> str:
    return text if isinstance(text, str) else ""
