"""The table of the system: nothing stands twice, nothing is forgotten, nobody gets what they must not."""

import re
from collections import Counter
from dataclasses import fields
from typing import Any

import pytest

from shared.domain import CODEC, DOMAIN, Domain
from shared.kernel.decider import Decider, Found, Process, Role
from shared.kernel.messages import is_fact, message, row, wire_of
from shared.kernel.personal import personal_fields

COMMANDS = [kind for decider in DOMAIN.deciders for kind in decider.commands]
EVENTS = [kind for decider in DOMAIN.deciders for kind in decider.events]
NAME = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*")

# What door staff may know of people, and nothing else.
NAMES_AT_THE_DOOR = {"first_name", "last_name"}


def name(kind: Any) -> str:
    return wire_of(kind).name


def test_every_command_has_one_decider() -> None:
    assert [kind for kind, count in Counter(COMMANDS).items() if count > 1] == []


def test_every_event_has_one_decider() -> None:
    assert [kind for kind, count in Counter(EVENTS).items() if count > 1] == []


def test_nothing_is_both_a_command_and_an_event() -> None:
    assert not set(COMMANDS) & set(EVENTS)


def test_every_command_may_be_issued_by_somebody_and_by_the_server() -> None:
    assert set(DOMAIN.roles_by_command) == set(COMMANDS)
    assert [kind for kind, roles in DOMAIN.roles_by_command.items() if Role.SERVER not in roles] == []


def test_door_staff_issue_only_what_belongs_to_the_door() -> None:
    allowed = {name(kind) for kind, roles in DOMAIN.roles_by_command.items() if Role.DOOR in roles}
    assert allowed == {
        "checkin.correct_attendee",
        "checkin.record_badge_printed",
        "checkin.record_scan",
        "checkin.undo_admission",
        "registration.record_door_sale",
        "registration.record_till_count",
        "registration.void_door_sale",
        "payments.record_payment",
        "registration.lease_allotment",
        "registration.record_allotment_sale",
        "registration.return_allotment",
    }


def test_facts_are_told_by_their_names() -> None:
    facts = {name(kind) for kind in COMMANDS if is_fact(name(kind))}
    assert facts == {
        "checkin.record_badge_printed",
        "checkin.record_scan",
        "registration.record_allotment_sale",
        "registration.record_door_sale",
        "registration.record_till_count",
        "payments.record_capture",
        "payments.record_rejection",
        "payments.record_payment",
        "payments.record_refund",
        "payments.record_refund_failure",
    }
    assert [name(kind) for kind in EVENTS if is_fact(name(kind))] == []


@pytest.mark.parametrize("kind", [*COMMANDS, *EVENTS, *DOMAIN.rows], ids=name)
def test_names_and_versions_on_the_wire_have_one_form(kind: Any) -> None:
    assert NAME.fullmatch(name(kind))
    assert wire_of(kind).version >= 1
    assert {field.name for field in fields(kind)} == set(kind.__slots__)


def test_messages_have_names_of_their_own_and_so_have_views() -> None:
    for kinds in ([*COMMANDS, *EVENTS], list(DOMAIN.rows)):
        assert [one for one, count in Counter(map(name, kinds)).items() if count > 1] == []


@pytest.mark.parametrize("part", [*DOMAIN.processes, *DOMAIN.views], ids=lambda part: getattr(part, "name", None))
def test_processes_and_views_hear_events_that_there_are(part: Any) -> None:
    assert set(part.events) <= set(EVENTS)


def test_processes_and_deciders_have_names_of_their_own() -> None:
    for parts in (DOMAIN.processes, DOMAIN.deciders):
        assert [one for one, count in Counter(part.name for part in parts).items() if count > 1] == []


def test_every_row_is_held_by_the_devices_of_some_role_but_the_directory() -> None:
    held = DOMAIN.views_of(Role.ORGANIZER)
    assert {name(kind) for kind in DOMAIN.rows} - set(held) == {"directory.slugs"}


def test_the_directory_never_goes_to_a_device() -> None:
    for role in (Role.ORGANIZER, Role.DOOR):
        assert [view for view in DOMAIN.views_of(role) if view.startswith("directory.")] == []


def test_door_staff_get_seat_types_with_prices_passes_and_no_orders() -> None:
    views = DOMAIN.views_of(Role.DOOR)
    assert {"conference.seat_types", "checkin.passes", "checkin.areas", "checkin.incidents"} <= set(views)
    of_registrants = {"orders", "locators", "reservations", "assignments", "seat_assignments"}
    assert not {f"registration.{one}" for one in of_registrants} & set(views)
    hidden = ("payments.", "discounts.", "conference.owners", "registration.codes")
    assert [view for view in views if view.startswith(hidden)] == []


@pytest.mark.parametrize("view", sorted(DOMAIN.views_of(Role.DOOR)))
def test_the_door_gets_no_personal_field_but_names(view: str) -> None:
    kind: Any = CODEC.row_class(view)
    assert set(personal_fields(kind)) <= NAMES_AT_THE_DOOR
    assert not {"email", "owner_email", "access_code", "total", "amount"} & {field.name for field in fields(kind)}


def test_a_roles_version_changes_with_its_views() -> None:
    assert DOMAIN.role_version(Role.DOOR).startswith("door-")
    assert DOMAIN.role_version(Role.DOOR) != DOMAIN.role_version(Role.ORGANIZER).replace("organizer", "door")
    fewer = Domain(
        deciders=DOMAIN.deciders[:2],
        processes=(),
        views=(),
        roles_by_command=DOMAIN.roles_by_command,
        hidden=DOMAIN.hidden,
    )
    assert fewer.role_version(Role.DOOR) != DOMAIN.role_version(Role.DOOR)
    assert fewer.views_of(Role.DOOR) == {"conference.conferences": 2, "conference.seat_types": 1}


def test_two_processes_may_hear_one_event() -> None:
    @message("tests.rang")
    class Rang:
        pass

    @row("tests.bells")
    class Bell:
        pass

    def needs(command: Any, found: Found) -> Any:
        return ()

    def nothing(command: Any, found: Any, context: Any = None) -> Any:
        return ()

    decider: Decider[Any, Any] = Decider(
        name="bells", commands=(), events=(Rang,), rows=(Bell,), needs=needs, decide=nothing, evolve=nothing
    )
    processes = tuple(Process(name=one, events=(Rang,), needs=needs, react=nothing) for one in ("a", "b"))
    domain = Domain(deciders=(decider,), processes=processes, views=(), roles_by_command={}, hidden={})
    assert [process.name for process in domain.processes_by_event[Rang]] == ["a", "b"]
    assert domain.rows == (Bell,)
