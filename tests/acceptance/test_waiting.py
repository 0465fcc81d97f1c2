"""The stories of those who wait for seats, told to the public web API."""

from datetime import datetime, timedelta

from pytest_bdd import given, parsers, scenarios, then, when

from shared.conference.seat_types import EditSeatType, SeatType
from shared.kernel.edits import Edit
from shared.kernel.ids import SeatTypeId
from tests.acceptance.registrants import REGISTRANT, WANTED, wishes
from tests.acceptance.site import Site, lines_of, seat_type_of
from tests.server.web.world import bearer

scenarios("waiting.feature")


@given(parsers.parse("an offer holds for {minutes:d} minutes"))
def _(site: Site, minutes: int) -> None:
    site.laptop.edits(offer_s=minutes * 60)


@when(parsers.re(rf"{REGISTRANT} waits for {WANTED}"))
def _(site: Site, person: str, wanted: str) -> None:
    site.waits(person, wishes(wanted))


@when(parsers.re(rf"{REGISTRANT} waits for the missing {WANTED}"))
def _(site: Site, person: str, wanted: str) -> None:
    site.waits(person, wishes(wanted), instead_of=site.order(person)["order"])


@when(parsers.re(f"{REGISTRANT} waits no longer"))
def _(site: Site, person: str) -> None:
    path, secret = site.entries[person]
    assert site.client.delete(path, headers=bearer(secret)).status_code == 200


@when(parsers.re(f"{REGISTRANT} takes up the offer"))
def _(site: Site, person: str) -> None:
    site.takes_up(person)


@when(parsers.parse('the organizer raises the seats "{name}" to {quota:d}'))
def _(site: Site, name: str, quota: int) -> None:
    id = SeatTypeId(seat_type_of(name))
    seen = site.laptop.sees(SeatType, id).quota
    site.laptop.does(EditSeatType(seat_type=id, quota=Edit(seen=seen, new=quota)))
    assert not site.laptop.complaints()


@then(parsers.re(rf"{REGISTRANT} waits, behind (?P<before>\d+) others"))
def _(site: Site, person: str, before: str) -> None:
    entry = site.entry(person)
    assert (entry["state"], entry["before"], entry["offer"]) == ("waiting", int(before), None)


@then(parsers.re(rf"{REGISTRANT}'s place in the wait list is (?P<state>\w+)"))
def _(site: Site, person: str, state: str) -> None:
    assert site.entry(person)["state"] == state


@then(parsers.re(rf"{WANTED} are offered to {REGISTRANT} for (?P<minutes>\d+) minutes"))
def _(site: Site, wanted: str, person: str, minutes: str) -> None:
    """They are held for an order of the person's own, which waits for its payment as long as the offer holds."""
    entry = site.entry(person)
    assert entry["state"] == "offered"
    held_until = datetime.fromisoformat(entry["offer"]["expires_at"]) - site.here.clock()
    assert held_until == timedelta(minutes=int(minutes))
    site.takes_up(person)
    order = site.order(person)
    offered = [{"seat_type": one["seat_type"], "quantity": one["granted"]} for one in order["lines"]]
    assert (order["state"], offered) == ("reserved", lines_of(wishes(wanted)))
    assert site.time_left(person) == held_until


@then(
    parsers.re(
        rf'{REGISTRANT} sees that she was passed over (?P<times>\d+) times, because (?P<free>\d+) "(?P<name>\w+)" '
        r"were free and she wants (?P<wanted>\d+)"
    )
)
def _(site: Site, person: str, times: str, free: str, name: str, wanted: str) -> None:
    entry = site.entry(person)
    assert entry["passed_over"]["times"] == int(times)
    assert entry["passed_over"]["free"] == {seat_type_of(name): int(free)}
    assert entry["lines"] == lines_of([(int(wanted), name)])
