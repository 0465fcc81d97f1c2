"""The edited fields of a command that carries edits by seen value."""

from typing import Any

from shared.kernel.edits import Edit


def edits_of(command: Any) -> dict[str, Edit[Any]]:
    """What a command changes, by field."""
    return {one: edit for one in type(command).__slots__ if isinstance(edit := getattr(command, one), Edit)}
