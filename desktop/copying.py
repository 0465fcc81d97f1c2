"""A copy of a conference of this device: read here, made by the rules of `shared.copying`, without a network too."""

from collections.abc import Callable, Iterator
from typing import Any

from desktop.workspace import Workspace
from shared.checkin.areas import Area
from shared.checkin.badges import BadgeLayout
from shared.conference.conference import Conference
from shared.conference.seat_types import SeatType
from shared.copying import Original, commands
from shared.discounts.discount import Discount


def original_of(workspace: Workspace) -> Original | None:
    """What there is to copy; None before the first download."""
    conference = workspace.get(Conference)
    if conference is None:
        return None
    return Original(
        conference=conference,
        seat_types=workspace.rows(SeatType),
        areas=workspace.rows(Area),
        discounts=workspace.rows(Discount),
        layouts=workspace.rows(BadgeLayout),
    )


def steps(original: Original, copy: Workspace, new_id: Callable[[], str]) -> Iterator[Any]:
    """The commands that are still to be issued in a conference that was created as a copy."""
    created = copy.get(Conference)
    assert created is not None, "it was created here"
    return commands(original, created, new_id)
