"""The same intent once more: a refused edit, with what its author saw replaced by what they see now."""

from dataclasses import fields, replace
from typing import Any

from desktop.door import ShownRows
from desktop.workspace import Workspace
from shared.domain import DOMAIN
from shared.execute import gather
from shared.kernel.edits import Edit

_SEEN = "seen_"


def refreshed(command: Any, workspace: Workspace) -> Any:
    """The command as its author would issue it now; the same where it names nothing that was seen."""
    edits = {one.name for one in fields(command) if isinstance(getattr(command, one.name), Edit)}
    seen = {one.name.removeprefix(_SEEN) for one in fields(command) if one.name.startswith(_SEEN)}
    needs = DOMAIN.decider_by_command[type(command)].needs
    found = gather(lambda got: needs(command, got), ShownRows(workspace))
    row = next((one for one in found.rows.values() if one is not None and _has_all(one, edits | seen)), None)
    if row is None:
        return command
    now_seen: dict[str, Any] = {name: replace(getattr(command, name), seen=getattr(row, name)) for name in edits}
    now_seen |= {_SEEN + name: getattr(row, name) for name in seen}
    return replace(command, **now_seen)


def _has_all(row: Any, names: set[str]) -> bool:
    return all(hasattr(row, name) for name in names)
