"""The stories of seats, of whoever gets them, and of tickets at doors that have no network."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from server.store import commits
from server.store.engine import reading
from shared.checkin.areas import DefineArea
from shared.kernel.ids import SeatTypeId
from tests.acceptance.laptop import Laptop
from tests.acceptance.mailbox import *  # noqa: F403 -- steps are fixtures
from tests.acceptance.mailbox import OWN_URL, link_in, ticket_mails
from tests.acceptance.site import Site, details_of, seat_type_of
from tests.acceptance.story import area_of, looked_at
from tests.server.web.world import ORDERS, SPACE, bearer

scenarios("tickets.feature")

GATE = "tablet-at-the-gate"
DAYS_UNTIL_THE_CONFERENCE = 16


@pytest.fixture
def held() -> dict[str, str]:
    """What people keep of tickets and links, whatever becomes of them."""
    return {}


@given(parsers.parse('a gate at the "{area}" for "{name}"'), target_fixture="area")
def _(site: Site, area: str, name: str) -> str:
    site.laptop.does(DefineArea(area=area_of(area), name=area, seat_types=(SeatTypeId(seat_type_of(name)),)))
    assert not site.laptop.complaints()
    site.has_device(GATE, "door")
    return area


@when(parsers.re(r'Rita enters (?P<name>\w+) with the address "(?P<address>.*)" for seat 0'))
def _(site: Site, name: str, address: str) -> None:
    site.gives("Rita", 0, details_of(name) | {"last_name": "Boson", "email": address})


@when(parsers.parse("Rita gives {name} seat {position:d}, too"))
def _(site: Site, name: str, position: int) -> None:
    known = next(one["attendee"] for one in site.seats("Rita") if one["first_name"] == name)
    site.gives("Rita", position, details_of(name) | {"attendee": known})


@when(parsers.parse("Rita takes seat {position:d} back"))
def _(site: Site, position: int) -> None:
    site.asks("Rita", "DELETE", f"/seats/{position}")


@when("the gate has heard of it")
def _(site: Site) -> None:
    site.devices[GATE].syncs()


@when(parsers.re(r"(?P<name>\w+) keeps the ticket"))
def _(site: Site, name: str, held: dict[str, str]) -> None:
    (held[name],) = (one["code"] for one in site.tickets("Rita") if one["first_name"] == name)


@when(parsers.parse("{name}'s link is kept"))
def _(site: Site, name: str, held: dict[str, str]) -> None:
    held[name] = own_link(site, name)


@when(parsers.re(r"(?P<name>\w+) opens the link of the mail and corrects the name to (?P<new>\w+)"))
def _(site: Site, name: str, new: str, held: dict[str, str]) -> None:
    held[name] = own_link(site, name)
    corrects(site, held[name], new)


@when(parsers.re(r"(?P<name>\w+) opens the link and corrects the name to (?P<new>\w+)"))
def _(site: Site, name: str, new: str, held: dict[str, str]) -> None:
    corrects(site, held[name], new)


def own_link(site: Site, name: str) -> str:
    (mail,) = ticket_mails(site, f"{name.lower()}@example.org")
    return link_in(mail)


def corrects(site: Site, link: str, name: str) -> None:
    """By the public API, which takes the key of the link as the secret."""
    page, _, key = link.partition("?key=")
    path = page.replace(f"{OWN_URL}/pycon", "/api/v1/conferences/pycon")
    body = {"first_name": name, "last_name": "Corrected"}
    site.answer = site.client.put(path, json=body, headers=bearer(key)).json()


@then(parsers.parse('Bo is told "{text}"'))
def _(site: Site, text: str) -> None:
    assert site.answer["title"] == text


@then(parsers.re(r"there are tickets for (?P<names>.*)"))
def _(site: Site, names: str) -> None:
    listed = [] if names == "nobody" else names.split(" and ")
    assert [one["first_name"] for one in site.tickets("Rita")] == listed


@then(parsers.parse("{new}'s ticket is the one that {before} had"))
def _(site: Site, new: str, before: str) -> None:
    assert site.versions[new] == site.versions[before]


@then(parsers.parse("{name}'s ticket is still the same"))
def _(site: Site, name: str) -> None:
    (now,) = site.tickets("Rita")
    assert (now["ticket"], now["version"]) == site.versions[name]


@then(parsers.parse('the gate says "{finding}" to {name}, who shows the kept one'))
def _(site: Site, finding: str, name: str, area: str, held: dict[str, str]) -> None:
    assert found_at(site, area, held[name]) == finding


@then(parsers.re(r'the gate says "(?P<finding>\w+)" to (?P<name>\w+)( with the ticket of seat (?P<position>\d))?'))
def _(site: Site, finding: str, name: str, area: str, position: str | None) -> None:
    codes = [one["code"] for one in site.tickets("Rita") if one["first_name"] == name]
    assert found_at(site, area, codes[int(position or 0)]) == finding


@then('the gate says "forged" to whoever changed the ticket')
def _(site: Site, area: str) -> None:
    (ticket,) = site.tickets("Rita")
    code = ticket["code"]
    place = len(code) // 2
    changed = code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :]
    assert found_at(site, area, changed) == "forged"


def found_at(site: Site, area: str, code: str) -> str:
    gate: Laptop = site.devices[GATE]
    at = site.here.clock() + timedelta(days=DAYS_UNTIL_THE_CONFERENCE)
    return looked_at(gate.workspace, code, area=area, gate=GATE, at=at)[1]


@then("the server has nothing new to tell")
def _(site: Site) -> None:
    with reading(site.here.services.engine).begin() as conn:
        last = list(commits.read(conn, SPACE, 0, 1_000))[-1]
    assert json.loads(last.body)["messages"] == []


@then(parsers.parse("{name}'s link opens neither seat 1 nor Rita's order"))
def _(site: Site, name: str, held: dict[str, str]) -> None:
    page, _, key = held[name].partition("?key=")
    order = page.split("/")[-2]
    paths = [f"{ORDERS}/{order}", f"/api/v1/conferences/pycon/tickets/{order}/1"]
    answers: list[Any] = [site.client.get(path, headers=bearer(key)) for path in paths]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, "unknown_order")] * 2
