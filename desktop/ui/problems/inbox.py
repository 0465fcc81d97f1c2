"""What stands in the inbox, newest first: refused and doubtful commands, notices, incidents. No widgets."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desktop.store.log import Notice
from desktop.workspace import Problem, Workspace
from shared.access.access import HeldFactTask
from shared.checkin.views import Incident
from shared.kernel.codec import Undecodable


@dataclass(frozen=True, slots=True)
class Held:
    """A fact that the server keeps and could not handle yet."""

    id: str
    task: HeldFactTask


Entry = Problem | Notice | Incident | Held


def entries(workspace: Workspace) -> list[tuple[str, Entry]]:
    """The open entries with stable ids: what this user must decide first, then news."""
    problems: list[tuple[str, Entry, datetime]] = [
        (f"{one.logged.command_id}:{one.is_settled}", one, one.logged.issued_at) for one in workspace.problems()
    ]
    notices: list[tuple[str, Entry, datetime]] = [(f"notice:{one.id}", one, one.at) for one in workspace.notices()]
    incidents: list[tuple[str, Entry, datetime]] = [
        (id, one, one.since) for id, one in workspace.rows(Incident).items() if not one.is_withdrawn
    ]
    held: list[tuple[str, Entry]] = [
        (f"held:{id}", Held(id, task)) for id, task in workspace.rows(HeldFactTask).items()
    ]
    ordered = [
        (id, entry)
        for group in (problems, notices, incidents)
        for id, entry, _ in sorted(group, key=lambda one: one[2], reverse=True)
    ]
    return [*ordered, *held]


def count(workspace: Workspace) -> int:
    """How many entries there are."""
    return len(entries(workspace))


def body_of(problem: Problem) -> Any:
    """The command, None where this build cannot read it."""
    try:
        return problem.logged.command()
    except Undecodable:
        return None
