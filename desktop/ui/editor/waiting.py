"""Which fields wait for the server, and which edits were refused: read from the commands, without Qt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from desktop.ui.edits import edits_of
from desktop.workspace import Problem
from shared.conference.conference import (
    TERMS,
    ChangeOwner,
    ChooseSlug,
    CreateConference,
    EditConference,
    PublishConference,
    UnpublishConference,
)
from shared.conference.seat_types import AddSeatType, EditSeatType
from shared.kernel.codec import Undecodable
from shared.kernel.edits import Edit
from shared.sync.overlay import Pending

EDITED: Final = (
    "name",
    "tagline",
    "description",
    "location",
    "time_zone",
    "starts_on",
    "ends_on",
    "links",
    *TERMS,
)
"""The fields of a conference that an edit may change."""

# Moved in one command, because each is checked against the other.
_TOGETHER: Final = ("starts_on", "ends_on")
STATE: Final = "is_published"


def waiting_fields(pending: Iterable[Pending]) -> set[str]:
    """The conference's fields whose value the server does not have yet."""
    fields: set[str] = set()
    for one in pending:
        match one.command:
            case CreateConference():
                fields |= {*EDITED, "slug", "owner_name", "owner_email", STATE} - {"links", *TERMS}
            case EditConference():
                fields |= set(edits_of(one.command))
            case ChooseSlug():
                fields.add("slug")
            case ChangeOwner():
                fields |= {"owner_name", "owner_email"}
            case PublishConference() | UnpublishConference():
                fields.add(STATE)
            case _:
                pass
    return fields


def waiting_seat_types(pending: Iterable[Pending]) -> dict[str, set[str]]:
    """The fields of seat types that wait, by seat type; all of a new one's."""
    waiting: dict[str, set[str]] = {}
    for one in pending:
        if isinstance(one.command, AddSeatType):
            waiting.setdefault(one.command.seat_type, set()).update(("name", "description", "quota", "price"))
        elif isinstance(one.command, EditSeatType):
            waiting.setdefault(one.command.seat_type, set()).update(edits_of(one.command))
    return waiting


def edit_commands(seen: Mapping[str, Any], new: Mapping[str, Any]) -> list[EditConference]:
    """One command a changed field, so that a conflict in one holds up no other; the days go together."""
    edits = {field: Edit(seen=seen[field], new=new[field]) for field in EDITED if new[field] != seen[field]}
    days = {field: edits.pop(field) for field in _TOGETHER if field in edits}
    return [EditConference(**{field: edit}) for field, edit in edits.items()] + (
        [EditConference(**days)] if days else []
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A field of a refused edit: what somebody else made of it, and what was wanted here."""

    field: str
    theirs: Any
    mine: Any
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedEdit:
    """An edit that was refused, or probably will be, because somebody else changed a same field."""

    command_id: str
    command: EditConference | EditSeatType
    conflicts: tuple[Conflict, ...]
    is_settled: bool
    issued_at: datetime
    """By this device's clock. Of theirs, rows tell who, not when."""


def refused_edits(problems: Iterable[Problem]) -> list[RefusedEdit]:
    """The problems that are conflicts of edits."""
    found: list[RefusedEdit] = []
    for problem in problems:
        if problem.code != "changed_meanwhile" or not isinstance(problem.values.get("fields"), Mapping):
            continue
        try:
            command = problem.logged.command()
        except Undecodable:
            continue
        if not isinstance(command, EditConference | EditSeatType):
            continue
        conflicts = tuple(
            Conflict(field=field, theirs=both.get("theirs"), mine=edit.new, by=both.get("by"))
            for field, both in problem.values["fields"].items()
            if (edit := edits_of(command).get(field)) is not None
        )
        found.append(
            RefusedEdit(
                command_id=problem.logged.command_id,
                command=command,
                conflicts=conflicts,
                is_settled=problem.is_settled,
                issued_at=problem.logged.issued_at,
            )
        )
    return found


def undisputed(command: EditConference | EditSeatType, refused: RefusedEdit) -> EditConference | EditSeatType | None:
    """What is left of an edit when theirs are kept, None if nothing is."""
    kept: dict[str, Any] = dict.fromkeys((one.field for one in refused.conflicts), None)
    left = replace(command, **kept)
    return left if edits_of(left) else None
