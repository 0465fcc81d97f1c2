"""Edits by seen value: a field carries what its author saw, so that two people can change different fields at once."""

from collections.abc import Collection
from datetime import date
from typing import Any, Generic, TypeVar

from shared.kernel.decider import Rejected
from shared.kernel.messages import value

T = TypeVar("T")


@value
class Edit(Generic[T]):
    """A changed field: what its author saw, and what they want."""

    seen: T
    new: T


def changed_fields(command: Any, current: Any, edited_by: dict[str, str]) -> dict[str, Any]:
    """New values by field, of the fields that differ from what is; Rejected when a same field changed meanwhile."""
    changed: dict[str, Any] = {}
    meanwhile: dict[str, Any] = {}
    for field in type(command).__slots__:
        edit, now = getattr(command, field), getattr(current, field, None)
        if not isinstance(edit, Edit) or edit.new == now:
            continue
        if edit.seen == now:
            changed[field] = edit.new
        else:
            meanwhile[field] = {"theirs": _plain(now), "mine": _plain(edit.new), "by": edited_by.get(field)}
    if meanwhile:
        raise Rejected("changed_meanwhile", fields=meanwhile)
    return changed


def set_fields(event: Any, *, besides: Collection[str]) -> dict[str, Any]:
    """The fields of an event of edits that say something, by name; `besides` are not edits."""
    return {
        field: new
        for field in type(event).__slots__
        if field not in besides and (new := getattr(event, field)) is not None
    }


def _plain(field: Any) -> Any:
    return field.isoformat() if isinstance(field, date) else field
