"""Devices of a conference with their roles, facts that a human must look at, and persons that were erased.

A device's token lives in the server's directory; what the device may do here is its row of this aggregate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import assert_never

from shared.kernel import checks
from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, Role, drop, key, members, put
from shared.kernel.ids import DeviceId, PersonId
from shared.kernel.messages import message, row

# Commands


@message("access.enrol_device")
class EnrolDevice:
    device: DeviceId
    label: str
    role: Role


@message("access.change_device_role")
class ChangeDeviceRole:
    device: DeviceId
    role: Role


@message("access.revoke_device")
class RevokeDevice:
    device: DeviceId


@message("access.open_epoch")
class OpenEpoch:
    """Asked by the server when a device's numbers show that it was cloned or restored from a backup."""

    device: DeviceId
    epoch: int


@message("access.hold_fact")
class HoldFact:
    """Asked by the server for a fact that it could not handle: stored whole, to be decided again after the mend."""

    held: str
    device: DeviceId
    name: str
    version: int
    reason: str


@message("access.release_fact")
class ReleaseFact:
    """Asked by the server when a held fact was handled at last."""

    held: str


@message("access.erase_person")
class ErasePerson:
    person: PersonId


Command = EnrolDevice | ChangeDeviceRole | RevokeDevice | OpenEpoch | HoldFact | ReleaseFact | ErasePerson

# Events


@message("access.device_enrolled")
class DeviceEnrolled:
    device: DeviceId
    label: str
    role: Role


@message("access.device_role_changed")
class DeviceRoleChanged:
    device: DeviceId
    role: Role


@message("access.device_revoked")
class DeviceRevoked:
    device: DeviceId


@message("access.epoch_opened")
class EpochOpened:
    device: DeviceId
    epoch: int


@message("access.fact_held")
class FactHeld:
    held: str
    device: DeviceId
    name: str
    version: int
    reason: str


@message("access.fact_released")
class FactReleased:
    held: str


@message("access.person_erased")
class PersonErased:
    person: PersonId


Event = DeviceEnrolled | DeviceRoleChanged | DeviceRevoked | EpochOpened | FactHeld | FactReleased | PersonErased

# State


@row("access.devices")
class Device:
    label: str
    role: Role
    is_revoked: bool = False
    epochs: tuple[int, ...] = (1,)
    """More than one: the device was cloned or restored from a backup, and each copy has its own numbers."""


@row("access.held_facts")
class HeldFactTask:
    """A task for a human, by the held command's id."""

    device: DeviceId
    name: str
    version: int
    reason: str


@row("access.erased_persons")
class ErasedPerson:
    """Tells every desktop to forget this person, in its local log too."""

    person: PersonId


# Rules


def needs(command: Command, found: Found) -> Iterable[Key]:
    match command:
        case EnrolDevice() | ChangeDeviceRole() | RevokeDevice() | OpenEpoch():
            yield key(Device, command.device)
        case HoldFact() | ReleaseFact():
            yield key(HeldFactTask, command.held)
        case ErasePerson():
            yield key(ErasedPerson, command.person)
        case _:
            assert_never(command)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    match command:
        case EnrolDevice(device=device, label=label, role=role):
            checks.text("label", label, most=100)
            _check_role(role)
            known = found.get(Device, device)
            if known is not None and not known.is_revoked and (known.label, known.role) == (label, role):
                return []
            return [DeviceEnrolled(device=device, label=label, role=role)]
        case ChangeDeviceRole(device=device, role=role):
            _check_role(role)
            return [] if _device(device, found).role == role else [DeviceRoleChanged(device=device, role=role)]
        case RevokeDevice(device=device):
            return [] if _device(device, found).is_revoked else [DeviceRevoked(device=device)]
        case OpenEpoch(device=device, epoch=epoch):
            known = found.get(Device, device)
            return [] if known is None or epoch in known.epochs else [EpochOpened(device=device, epoch=epoch)]
        case HoldFact():
            return [
                FactHeld(
                    held=command.held,
                    device=command.device,
                    name=command.name,
                    version=command.version,
                    reason=command.reason,
                )
            ]
        case ReleaseFact(held=held):
            return [] if found.get(HeldFactTask, held) is None else [FactReleased(held=held)]
        case ErasePerson(person=person):
            checks.person("person", person)
            return [] if found.get(ErasedPerson, person) else [PersonErased(person=person)]
        case _:
            assert_never(command)


def _device(device: DeviceId, found: Found) -> Device:
    known = found.get(Device, device)
    if known is None:
        raise Rejected("unknown_device", device=device)
    return known


def _check_role(role: Role) -> None:
    if role not in (Role.ORGANIZER, Role.DOOR):
        raise Rejected("invalid_field", field="role", rule="organizer_or_door")


def evolve(found: Found, event: Event) -> Changes:
    match event:
        case DeviceEnrolled(device=device):
            known = found.get(Device, device)
            epochs = (1,) if known is None else known.epochs
            return put(Device(label=event.label, role=event.role, epochs=epochs), device)
        case DeviceRoleChanged(device=device):
            return put(replace(_device(device, found), role=event.role), device)
        case DeviceRevoked(device=device):
            return put(replace(_device(device, found), is_revoked=True), device)
        case EpochOpened(device=device):
            known = _device(device, found)
            return put(replace(known, epochs=(*known.epochs, event.epoch)), device)
        case FactHeld():
            task = HeldFactTask(device=event.device, name=event.name, version=event.version, reason=event.reason)
            return put(task, event.held)
        case FactReleased(held=held):
            return drop(HeldFactTask, held)
        case PersonErased(person=person):
            return put(ErasedPerson(person=person), person)
        case _:
            assert_never(event)


decider: Decider[Command, Event] = Decider(
    name="access",
    commands=members(Command),
    events=members(Event),
    rows=(Device, HeldFactTask, ErasedPerson),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
