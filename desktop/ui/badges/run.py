"""All badges in advance: who gets one, in which order, and the printing of them in parts."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from desktop.reading import each
from desktop.store.search import sorting_text
from desktop.ui import words
from desktop.ui.badges.printing import BadgeDesk
from desktop.ui.parts.job import Cancelled, Job
from desktop.ui.parts.paper import save_pdf
from desktop.ui.parts.printers import arranged
from desktop.workspace import Workspace
from shared.checkin.badges import Badge
from shared.checkin.verdict import Pass
from shared.kernel.ids import SeatTypeId

PART: Final = 20  # badges handed to the printer at a time: after a jam, no more than these are in doubt
A4: Final = (2100, 2970)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whose badges. `seat_types` are in the order of the conference."""

    seat_types: tuple[SeatTypeId, ...]
    not_printed_alone: bool
    """Leave out whoever has a badge already."""


def chosen(workspace: Workspace, wish: Wish, order: tuple[SeatTypeId, ...]) -> list[Pass]:
    """One ticket a person, that of the first of their seat types, sorted by name. For a thread of its own."""
    first: dict[str, Pass] = {}
    printed: set[str] = set()
    for _, row in each(workspace, Pass):
        if row.attendee is None or row.is_cancelled:
            continue
        if workspace.get(Badge, row.ticket) is not None:
            printed.add(row.attendee)
        known = first.get(row.attendee)
        if known is None or _place(row, order) < _place(known, order):
            first[row.attendee] = row
    rows = (one for one in first.values() if one.seat_type in wish.seat_types)
    if wish.not_printed_alone:
        rows = (one for one in rows if one.attendee not in printed)
    return sorted(rows, key=lambda one: (sorting_text(one), one.ticket))


def _place(row: Pass, order: tuple[SeatTypeId, ...]) -> tuple[int, int]:
    known = order.index(row.seat_type) if row.seat_type in order else len(order)
    return known, row.position


def print_all(job: Job, badges: BadgeDesk, rows: list[Pass]) -> int:
    """Print them in parts, and count each part when the printer has it; how many it has."""
    done = 0
    with suppress(Cancelled):
        for part in job.each(parts(rows)):
            badges.press.print([badges.badge(row) for row in part], badges.printer)
            _record(badges, part)
            done += len(part)
    return done


def parts(rows: list[Pass]) -> list[list[Pass]]:
    """What is given to the printer at a time."""
    return [rows[start : start + PART] for start in range(0, len(rows), PART)]


def write_all(job: Job, badges: BadgeDesk, rows: list[Pass], file: Path, *, on_pages: bool) -> int:
    """Write them into one PDF file, on A4 pages to cut if that is wanted, and count them; how many they are.

    A file that was there is replaced by a whole one, or stays as it was.
    """
    sheets = [badges.badge(row) for row in rows]
    unfinished = file.with_name(f"{file.name}.part")
    try:
        save_pdf(job.each(arranged(sheets, *A4) if on_pages else sheets), unfinished, words.say("Badges"))
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    _record(badges, rows)
    return len(rows)


def _record(badges: BadgeDesk, rows: list[Pass]) -> None:
    for row in rows:
        badges.record(row)
