"""The steps about laptops, gates and the server. What registrants do has its steps in `registrants.py`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from server.store import commits
from server.store.engine import reading
from shared.access.access import ChangeDeviceRole, Device, ErasePerson, HeldFactTask, RevokeDevice
from shared.checkin.areas import Arrivals
from shared.checkin.verdict import Direction, Finding, Pass
from shared.checkin.views import Incident
from shared.conference.conference import (
    ChooseSlug,
    Conference,
    EditConference,
    PublishConference,
)
from shared.conference.seat_types import AddSeatType, EditSeatType, SeatType
from shared.kernel.decider import Role
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId, PersonId
from shared.kernel.personal import Erased
from shared.registration.assignments import SeatAssignment, ticket_id
from shared.registration.seats import Sales
from tests.acceptance.registrants import *  # noqa: F403 -- steps are fixtures, and must stand here for all to find
from tests.acceptance.registrants import money
from tests.acceptance.story import CONFERENCE, FULL, GATES, Story, area_of, id_of, order_of, seat_type_of
from tests.sync.world import Server, creation

MAIN_DOOR = "Main door"
EVERY_END = ("West", "East", "Ann")
"""The gates of the story that matter, and the organizer."""


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path)
    yield story
    story.close()


def names(text: str) -> list[str]:
    """`West, East and the organizer`: the organizer of the stories is Ann, and `the copy` is of her laptop."""
    listed = text.replace(" and ", ", ").split(", ")
    return ["Ann" if one == "the organizer" else "copy" if one == "the copy" else one for one in listed]


# Who there is


@given("Ann's laptop, which may create conferences")
def _(story: Story) -> None:
    story.server.creators.add("Ann")
    story.has_laptop("Ann")


@given("Bob is an organizer, too")
def _(story: Story) -> None:
    story.is_enrolled("Bob", Role.ORGANIZER)


@given(parsers.parse("{who} has no network"))
@given(parsers.parse("neither {who} has a network"))
@given("the gates have no network")
def _() -> None:
    """Nothing reaches anybody before a story says that they are back on the network."""


@given(parsers.parse('another conference has the address "{slug}"'))
def _(story: Story, slug: str) -> None:
    other = Server(id_of("another conference"), story.clock, story.folder)
    other.engine.dispose()
    other.engine = story.server.engine
    answer = other.run(replace(creation(), slug=slug), id="create-the-other")
    assert answer.receipts[0].verdict.status == "accepted"


@given(parsers.parse('Ann created the conference "{called}" with {quota:d} seats "{name}"'))
def _(story: Story, called: str, quota: int, name: str) -> None:
    story.creates("Ann", called)
    story.does("Ann", AddSeatType(seat_type=seat_type_of(name), name=name, quota=quota, price=0))
    story.syncs("Ann")


@given("the conference is published")
def _(story: Story) -> None:
    story.does("Ann", PublishConference())
    story.syncs("Ann")


@given(parsers.parse('{quantity:d} seats "{name}" were sold while Ann had no network'))
def _(story: Story, quantity: int, name: str) -> None:
    story.buys("Somebody", name, quantity)


@given(parsers.parse('a published conference with the gates West, East and North at the "{area}"'))
def _(story: Story, area: str) -> None:
    story.is_published([FULL, "Dinner"], {area: [FULL]})
    for gate in GATES:
        story.is_enrolled(gate, Role.DOOR)


@given(parsers.parse('{person} has a ticket for the "{seat_type}"'))
def _(story: Story, person: str, seat_type: str) -> None:
    story.buys(person, seat_type)
    story.has_ticket(person, person)
    for one in (*GATES, "Ann"):
        story.syncs(one)


@given(parsers.parse("{buyer}'s seat was given to {person}"))
def _(story: Story, buyer: str, person: str) -> None:
    """On the web; a gate has heard of it only where the story lets it."""
    story.has_ticket(buyer, person)


@given("the gates have heard of it")
def _(story: Story) -> None:
    for gate in GATES:
        story.syncs(gate)


@given(parsers.parse('an area "{area}" for the "{seat_type}"'))
def _(story: Story, area: str, seat_type: str) -> None:
    story.has_area(area, [seat_type])
    for one in ("Ann", *GATES):
        story.syncs(one)


@given("Ann's laptop was copied to another one")
def _(story: Story) -> None:
    story.is_copied("Ann", "copy")


@given("the server is backed up")
def _(story: Story) -> None:
    story.backs_up()


@given("a gate West with Bo's ticket let in while it had no network")
def _(story: Story) -> None:
    story.has_area(MAIN_DOOR, [FULL])
    story.does("Ann", PublishConference())
    story.syncs("Ann")
    story.buys("Bo", FULL)
    story.has_ticket("Bo", "Bo")
    story.is_enrolled("West", Role.DOOR)
    story.lets_in("West", story.codes["Bo"], MAIN_DOOR)


@given(parsers.parse("all gates know {people}"))
def _(story: Story, people: str) -> None:
    for gate in GATES:
        story.syncs(gate)
        for person in names(people):
            assert story.sees(gate, Pass, ticket_id(order_of(person), 0)).first_name == person


@given(parsers.parse("{who} gave Bo's seat to Dee, with no network"))
def _(story: Story, who: str) -> None:
    (name,) = names(who)
    story.syncs(name)
    story.does(name, story.given_to("Bo", "Dee"))
    assert not story.told


# What they do


@given(parsers.parse("{who} is back on the network"))
@when(parsers.parse("{who} is back on the network"))
@when(parsers.parse("{who} are back on the network"))
def _(story: Story, who: str) -> None:
    everybody = list(story.desktops)
    for _round in range(2 if who == "all gates" else 1):  # the second time each hears what the last ones said
        for name in everybody if who == "all gates" else names(who):
            story.syncs(name)


@when(parsers.parse("{who}'s laptop is switched off and on again"))
def _(story: Story, who: str) -> None:
    story.restarts(who)


@when(parsers.parse('{who} creates the conference "{called}"'))
def _(story: Story, who: str, called: str) -> None:
    story.creates(who, called)


@when(parsers.parse('{who} adds {quota:d} seats "{name}" at {price}'))
def _(story: Story, who: str, quota: int, name: str, price: str) -> None:
    story.does(who, AddSeatType(seat_type=seat_type_of(name), name=name, quota=quota, price=money(price)))


@when(parsers.parse("{who} publishes the conference"))
def _(story: Story, who: str) -> None:
    story.does(who, PublishConference())


@when(parsers.parse('{who} chooses the address "{slug}"'))
def _(story: Story, who: str, slug: str) -> None:
    story.does(who, ChooseSlug(slug=slug))


@when(parsers.parse('{who} changes the {field} of the conference to "{new}"'))
def _(story: Story, who: str, field: str, new: str) -> None:
    (name,) = names(who)
    seen = getattr(story.sees(name, Conference), field)
    edits: dict[str, Any] = {field: Edit(seen=seen, new=new)}
    story.does(name, EditConference(**edits))


@when(parsers.parse('{who} lowers the seats "{name}" to {quota:d}'))
def _(story: Story, who: str, name: str, quota: int) -> None:
    seat_type = story.sees(who, SeatType, seat_type_of(name))
    story.does(who, EditSeatType(seat_type=seat_type.seat_type, quota=Edit(seen=seat_type.quota, new=quota)))


@when(parsers.parse("the network vanishes while the server answers {who}"))
def _(story: Story, who: str) -> None:
    story.loses_the_answer(who)


@when("the server is restored from the backup")
def _(story: Story) -> None:
    story.restores()


@when(parsers.parse("Ann revokes {device}"))
def _(story: Story, device: str) -> None:
    story.syncs("Ann")
    story.does("Ann", RevokeDevice(device=DeviceId(device)))
    assert not story.told


@when(parsers.parse("{who} becomes door staff"))
def _(story: Story, who: str) -> None:
    story.served(ChangeDeviceRole(device=DeviceId(who), role=Role.DOOR))


@when(parsers.parse("the organizer erases {person}"))
def _(story: Story, person: str) -> None:
    story.does("Ann", ErasePerson(person=PersonId(id_of(person))))
    story.syncs("Ann")


@when(parsers.re(r"(?P<person>\w+) shows the ticket at (?P<gate>\w+)"))
def _(story: Story, person: str, gate: str) -> None:
    story.scans(gate, story.codes[person], area=MAIN_DOOR)


@when(parsers.parse('{person} shows the ticket at {gate}, at the "{area}"'))
def _(story: Story, person: str, gate: str, area: str) -> None:
    story.scans(gate, story.codes[person], area=area)


@when(parsers.parse("{person} leaves by {gate}"))
def _(story: Story, person: str, gate: str) -> None:
    story.scans(gate, story.codes[person], area=MAIN_DOOR, direction=Direction.EXIT)


@when(parsers.parse("somebody shows a forged ticket at {gate}"))
def _(story: Story, gate: str) -> None:
    story.scans(gate, story.forged_ticket("Bo"), area=MAIN_DOOR)


# What they see


@then(parsers.parse('{who} sees the conference "{called}" with {quota:d} seats "{name}"'))
def _(story: Story, who: str, called: str, quota: int, name: str) -> None:
    assert story.sees(who, Conference).name == called
    assert story.sees(who, SeatType, seat_type_of(name)).quota == quota


@then("it waits for the server")
def _(story: Story) -> None:
    assert story.desktops["Ann"].workspace.is_waiting(Conference)


@then(parsers.parse("nothing of {who}'s waits for the server"))
def _(story: Story, who: str) -> None:
    assert not story.desktops[who].workspace.pending


@then(parsers.parse('the server has the conference "{called}" with {quota:d} seats "{name}"'))
def _(story: Story, called: str, quota: int, name: str) -> None:
    conference, seat_type = story.kept(Conference), story.kept(SeatType, seat_type_of(name))
    assert conference is not None
    assert seat_type is not None
    assert (conference.name, seat_type.quota) == (called, quota)


@then(parsers.re(r'the server has the tagline "(?P<tagline>.*)"'))
def _(story: Story, tagline: str) -> None:
    conference = story.kept(Conference)
    assert conference is not None
    assert conference.tagline == tagline


@then("the server heard of it once")
def _(story: Story) -> None:
    logged, _ = story.desktops["Ann"].workspace.activity()[0]
    with reading(story.server.engine).connect() as conn:
        ids = [one.command_id for one in commits.read(conn, CONFERENCE, after=0, limit=100)]
    assert ids.count(logged.command_id) == 1


@then("the conference is public and takes orders")
def _(story: Story) -> None:
    conference, sales = story.kept(Conference), story.kept(Sales)
    assert conference is not None
    assert sales is not None
    assert (conference.is_published, sales.is_open) == (True, True)


@then(parsers.parse('the conference is public under "{slug}"'))
def _(story: Story, slug: str) -> None:
    conference = story.kept(Conference)
    assert conference is not None
    assert (conference.is_published, conference.slug, conference.slug_held) == (True, slug, slug)
    assert story.sees("Ann", Conference).is_published


@then(parsers.re(r'(?P<who>Ann|Bob) is told "(?P<text>.*)"'))
def _(story: Story, who: str, text: str) -> None:
    assert story.told[who] == [text]


@then(parsers.parse('{who} finds among the problems "{text}"'))
def _(story: Story, who: str, text: str) -> None:
    assert text in story.problems(who)


@then("nobody has a problem")
def _(story: Story) -> None:
    assert [story.problems(name) for name in story.desktops] == [[] for _ in story.desktops]


@then(parsers.parse('{who} is shown "{theirs}" by {other} beside the own "{mine}"'))
def _(story: Story, who: str, theirs: str, other: str, mine: str) -> None:
    (problem,) = story.desktops[who].workspace.problems()
    assert problem.is_settled
    assert problem.values["fields"]["tagline"] == {"theirs": theirs, "mine": mine, "by": other}


@then(parsers.parse('{who} see the tagline "{tagline}" and the location "{location}"'))
def _(story: Story, who: str, tagline: str, location: str) -> None:
    for name in names(who):
        conference = story.sees(name, Conference)
        assert (conference.tagline, conference.location) == (tagline, location)


@then(parsers.re(r'(?P<who>\w+ and \w+) see the tagline "(?P<tagline>[^"]*)"'))
def _(story: Story, who: str, tagline: str) -> None:
    assert [story.sees(name, Conference).tagline for name in names(who)] == [tagline] * 2


@then("the copy is told that it is a copy")
def _(story: Story) -> None:
    assert [one.code for one in story.desktops["copy"].workspace.notices()] == ["device_was_copied"]
    assert story.sees("Ann", Device, "Ann").epochs == (1, 2)


@then("Ann is told that the server was restored")
def _(story: Story) -> None:
    (notice,) = story.desktops["Ann"].workspace.notices()
    assert (notice.code, notice.details["offered_again"]) == ("server_was_restored", 1)


@then(parsers.parse("what happened at {gate} is kept for a human to look at"))
def _(story: Story, gate: str) -> None:
    story.syncs("Ann")
    (task,) = story.desktops["Ann"].workspace.rows(HeldFactTask).values()
    assert (task.device, task.name, task.reason) == (gate, "checkin.record_scan", "device_revoked")


# At the door


@then(parsers.parse('{gate} says "{finding}"'))
def _(story: Story, gate: str, finding: str) -> None:
    assert story.said[gate] == finding


@then(parsers.parse('the organizer counts {number:d} person at the "{area}"'))
def _(story: Story, number: int, area: str) -> None:
    story.syncs("Ann")
    assert sum(story.sees("Ann", Arrivals, area_of(area)).admitted.values()) == number


@then(
    parsers.re(r'the organizer sees that (?P<number>\d+) (person|people) (was|were) turned away at the "(?P<area>.*)"')
)
def _(story: Story, number: str, area: str) -> None:
    arrivals = story.sees("Ann", Arrivals, area_of(area))
    assert (arrivals.turned_away, arrivals.admitted) == (int(number), {})


@then(parsers.parse("{who} see a double admission of {person}, at {first} and at {second}"))
def _(story: Story, who: str, person: str, first: str, second: str) -> None:
    for name in names(who):
        story.syncs(name)
    for name in names(who):
        (incident,) = story.desktops[name].workspace.rows(Incident).values()
        assert incident.first is not None
        assert (incident.finding, incident.is_withdrawn) == (Finding.ALREADY_INSIDE, False)
        assert (incident.first.gate, incident.second.gate) == (first, second)
        assert incident.ticket is not None
        assert story.sees(name, Pass, incident.ticket).first_name == person


@then("the warning is withdrawn at West, East and with the organizer")
def _(story: Story) -> None:
    for name in EVERY_END:
        assert [one.is_withdrawn for one in story.desktops[name].workspace.rows(Incident).values()] == [True]


@then("nobody sees a warning")
def _(story: Story) -> None:
    assert [story.desktops[name].workspace.rows(Incident) for name in story.desktops] == [{}] * len(story.desktops)


@then(parsers.parse("the organizer is told that a revoked ticket was let in at {gate}"))
def _(story: Story, gate: str) -> None:
    story.syncs("Ann")
    (incident,) = story.desktops["Ann"].workspace.rows(Incident).values()
    assert (incident.finding, incident.second.gate) == (Finding.REVOKED, gate)


# Erasing


@then(parsers.parse("neither a gate nor the organizer knows {person}'s name"))
def _(story: Story, person: str) -> None:
    ticket = ticket_id(order_of(person), 0)
    for name in (*GATES, "Ann"):
        assert isinstance(story.sees(name, Pass, ticket).first_name, Erased)
    assert isinstance(story.sees("Ann", SeatAssignment, f"{order_of(person)}:0").email, Erased)


@then(parsers.parse("they all know {person}'s name"))
def _(story: Story, person: str) -> None:
    for name in (*GATES, "Ann"):
        assert story.sees(name, Pass, ticket_id(order_of(person), 0)).first_name == person


@then(parsers.parse('{person}\'s ticket still opens the "{area}" at {gate}'))
def _(story: Story, person: str, area: str, gate: str) -> None:
    story.scans(gate, story.codes[person], area=area)
    assert story.said[gate] is Finding.ADMIT


@then(parsers.parse("nothing on {who}'s laptop says {person}'s name"))
def _(story: Story, who: str, person: str) -> None:
    (name,) = names(who)
    assert isinstance(story.sees(name, Pass, ticket_id(order_of("Bo"), 0)).last_name, Erased)
    forgets(story, name, person)


@then("so it is when the organizer's laptop was switched off and on again")
def _(story: Story) -> None:
    story.restarts("Ann")
    forgets(story, "Ann", "Dee")


def forgets(story: Story, name: str, person: str) -> None:
    """The log of a laptop says that there was somebody, and not who."""
    logged = [one.body + one.events for one, _ in story.desktops[name].workspace.activity()]
    assert any(id_of(person).encode() in one for one in logged)
    assert not any(f"{person}son".encode() in one for one in logged)
