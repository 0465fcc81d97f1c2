"""The devices of a conference in the order in which they are shown, without widgets."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from desktop.workspace import Workspace
from shared.access.access import Device, HeldFactTask
from shared.kernel.decider import Role
from shared.kernel.ids import DeviceId

_TIMED_UUID = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A device as an organizer sees it."""

    id: str
    device: Device
    is_own: bool
    is_waiting: bool
    """Shows something that the server has not confirmed."""
    held: int
    """How many facts of it the server keeps to be looked at."""
    set_up_at: datetime | None
    """By its own clock; None where its id does not tell."""


def listing(workspace: Workspace) -> list[Listed]:
    """The own device first, then organizers, door staff and revoked ones, each by name."""
    held = Counter(one.device for one in workspace.rows(HeldFactTask).values())
    listed = [
        Listed(
            id=id,
            device=device,
            is_own=id == workspace.device,
            is_waiting=workspace.is_waiting(Device, id),
            held=held[DeviceId(id)],
            set_up_at=set_up_at(id),
        )
        for id, device in workspace.rows(Device).items()
    ]
    return sorted(listed, key=_place)


def set_up_at(id: str) -> datetime | None:
    """When a device made its id: a UUID of version 7 begins with the time."""
    try:
        made = UUID(id)
    except ValueError:
        return None
    return datetime.fromtimestamp((made.int >> 80) / 1000, UTC) if made.version == _TIMED_UUID else None


def _place(one: Listed) -> tuple[bool, bool, bool, str, str]:
    device = one.device
    return device.is_revoked, not one.is_own, device.role is not Role.ORGANIZER, device.label.casefold(), one.id
