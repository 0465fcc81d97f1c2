"""What follows from a conference's own events."""

from shared.access.access import DeviceRevoked, EnrolDevice
from shared.conference.conference import ClaimSlug, RenewAccessCode, SlugChosen
from shared.conference.process import process
from shared.kernel.decider import Actor, Found, Mail, Role
from shared.kernel.ids import DeviceId
from tests.shared.conference.test_conference import CREATED
from tests.spec import replace_actor


def test_a_new_conference_claims_its_slug_enrols_its_laptop_and_mails_its_owner() -> None:
    laptop = Actor(role=Role.ORGANIZER, id="laptop-1", label="Ann's laptop")
    assert process.react(CREATED, Found(), replace_actor(laptop)) == [
        ClaimSlug(slug="pycon"),
        EnrolDevice(device=DeviceId("laptop-1"), label="Ann's laptop", role=Role.ORGANIZER),
        Mail(template="access_code", about=""),
    ]


def test_a_chosen_slug_is_claimed() -> None:
    context = replace_actor(Actor(role=Role.ORGANIZER, id="laptop-1"))
    assert process.react(SlugChosen(slug="other"), Found(), context) == [ClaimSlug(slug="other")]


def test_whoever_had_a_revoked_laptop_knows_the_access_code_so_the_owner_gets_another() -> None:
    context = replace_actor(Actor(role=Role.ORGANIZER, id="laptop-1"))
    assert process.react(DeviceRevoked(device=DeviceId("laptop-2")), Found(), context) == [
        RenewAccessCode(),
        Mail(template="access_code", about=""),
    ]


def test_no_row_is_needed_for_that() -> None:
    assert list(process.needs(CREATED, Found())) == []
