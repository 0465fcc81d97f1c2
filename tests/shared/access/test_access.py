"""Devices with their roles and epochs, facts that a human must look at, persons that were erased."""

import pytest

from shared.access.access import (
    ChangeDeviceRole,
    Device,
    DeviceEnrolled,
    DeviceRevoked,
    DeviceRoleChanged,
    EnrolDevice,
    EpochOpened,
    ErasedPerson,
    ErasePerson,
    FactHeld,
    FactReleased,
    HeldFactTask,
    HoldFact,
    OpenEpoch,
    PersonErased,
    ReleaseFact,
    RevokeDevice,
    decider,
)
from shared.kernel.decider import Role
from shared.kernel.ids import DeviceId, PersonId
from tests.spec import given

TABLET, LAPTOP = DeviceId("tablet"), DeviceId("laptop")
ENROLLED = DeviceEnrolled(device=TABLET, label="West gate", role=Role.DOOR)
ENROL = EnrolDevice(device=TABLET, label="West gate", role=Role.DOOR)


def test_a_device_is_enrolled_with_a_role() -> None:
    enrolled = given(decider).when(ENROL).then(ENROLLED)
    assert enrolled.row(Device, TABLET) == Device(label="West gate", role=Role.DOOR)


def test_enrolling_again_as_it_is_changes_nothing() -> None:
    given(decider, ENROLLED).when(ENROL).nothing()


def test_enrolling_again_with_another_label_or_role_is_the_device_anew() -> None:
    again = EnrolDevice(device=TABLET, label="East gate", role=Role.ORGANIZER)
    enrolled = given(decider, ENROLLED).when(again).state
    assert enrolled.row(Device, TABLET) == Device(label="East gate", role=Role.ORGANIZER)


def test_a_revoked_device_may_be_enrolled_again_and_keeps_its_epochs() -> None:
    revoked = given(decider, ENROLLED, EpochOpened(device=TABLET, epoch=2), DeviceRevoked(device=TABLET))
    enrolled = revoked.when(ENROL).then(ENROLLED)
    assert enrolled.row(Device, TABLET) == Device(label="West gate", role=Role.DOOR, epochs=(1, 2))


@pytest.mark.parametrize("role", [Role.REGISTRANT, Role.SERVER])
def test_a_device_is_an_organizers_or_at_the_door(role: Role) -> None:
    why = {"field": "role", "rule": "organizer_or_door"}
    given(decider).when(EnrolDevice(device=TABLET, label="x", role=role)).refused("invalid_field", **why)
    given(decider, ENROLLED).when(ChangeDeviceRole(device=TABLET, role=role)).refused("invalid_field", **why)


def test_a_label_has_at_most_a_hundred_characters() -> None:
    given(decider).when(EnrolDevice(device=TABLET, label="x" * 101, role=Role.DOOR)).refused(
        "invalid_field", field="label", rule="too_long", most=100
    )


def test_a_devices_role_is_changed() -> None:
    changed = (
        given(decider, ENROLLED)
        .when(ChangeDeviceRole(device=TABLET, role=Role.ORGANIZER))
        .then(DeviceRoleChanged(device=TABLET, role=Role.ORGANIZER))
    )
    assert changed.row(Device, TABLET).role == Role.ORGANIZER
    changed.when(ChangeDeviceRole(device=TABLET, role=Role.ORGANIZER)).nothing()


def test_a_device_is_revoked_once() -> None:
    revoked = given(decider, ENROLLED).when(RevokeDevice(device=TABLET)).then(DeviceRevoked(device=TABLET))
    assert revoked.row(Device, TABLET).is_revoked
    revoked.when(RevokeDevice(device=TABLET)).nothing()


def test_a_device_that_nobody_enrolled_cannot_be_changed() -> None:
    nobody = given(decider)
    nobody.when(ChangeDeviceRole(device=TABLET, role=Role.DOOR)).refused("unknown_device", device=TABLET)
    nobody.when(RevokeDevice(device=TABLET)).refused("unknown_device", device=TABLET)


def test_a_cloned_device_gets_an_epoch_of_its_own() -> None:
    opened = given(decider, ENROLLED).when(OpenEpoch(device=TABLET, epoch=2)).then(EpochOpened(device=TABLET, epoch=2))
    assert opened.row(Device, TABLET).epochs == (1, 2)
    opened.when(OpenEpoch(device=TABLET, epoch=2)).nothing()


def test_no_epoch_is_opened_for_a_device_that_nobody_knows() -> None:
    given(decider).when(OpenEpoch(device=TABLET, epoch=2)).nothing()


def test_a_fact_that_could_not_be_handled_is_a_task_until_it_was() -> None:
    hold = HoldFact(held="command-7", device=TABLET, name="checkin.record_scan", version=3, reason="unknown_version")
    held = (
        given(decider)
        .when(hold)
        .then(
            FactHeld(held="command-7", device=TABLET, name="checkin.record_scan", version=3, reason="unknown_version")
        )
    )
    assert held.row(HeldFactTask, "command-7") == HeldFactTask(
        device=TABLET, name="checkin.record_scan", version=3, reason="unknown_version"
    )
    released = held.when(ReleaseFact(held="command-7")).then(FactReleased(held="command-7"))
    released.lacks(HeldFactTask, "command-7")
    released.when(ReleaseFact(held="command-7")).nothing()


def test_a_person_is_erased_once_and_every_desktop_is_told() -> None:
    erased = given(decider).when(ErasePerson(person=PersonId("bo"))).then(PersonErased(person=PersonId("bo")))
    assert erased.row(ErasedPerson, "bo") == ErasedPerson(person=PersonId("bo"))
    erased.when(ErasePerson(person=PersonId("bo"))).nothing()


def test_devices_do_not_know_of_each_other() -> None:
    other = DeviceEnrolled(device=LAPTOP, label="Ann", role=Role.ORGANIZER)
    revoked = given(decider, ENROLLED, other).when(RevokeDevice(device=TABLET)).state
    assert not revoked.row(Device, LAPTOP).is_revoked


def test_nobody_is_no_person_that_can_be_erased() -> None:
    why = {"field": "person", "rule": "too_short", "least": 1}
    given(decider).when(ErasePerson(person=PersonId(""))).refused("invalid_field", **why)
