"""The stories of finding an order again, and of those who only guess."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from tests.acceptance.mailbox import link_in, mails_to
from tests.acceptance.registrants import wishes
from tests.acceptance.site import Site, details_of, lines_of
from tests.server.web.test_limits import TestClientOf, of
from tests.server.web.world import ORDERS, Clock, bearer, running

scenarios("finding.feature")

FIND = f"{ORDERS}/find"


@pytest.fixture
def network(site: Site) -> httpx2.Client:
    """Behind a proxy that says who asks."""
    client: httpx2.Client = TestClientOf(site.here).at("127.0.0.1")
    return client


@pytest.fixture
def browser(site: Site) -> httpx2.Client:
    """Of somebody who was never here."""
    client = TestClientOf(site.here).at("192.0.2.200")
    client.base_url = httpx2.URL("https://lanyard.example")
    return client


@given("at most 6 seats may be held from one address", target_fixture="site")
def _(tmp_path: Path) -> Iterator[Site]:
    with running(tmp_path / "strict", Clock(), held_seats_per_address=6) as world:
        world.make_conference()
        yield Site(world.client, world)


def locator_of(site: Site, person: str) -> str:
    locator: str = site.order(person)["locator"]
    return locator


def looks_for(client: httpx2.Client, locator: str, address: str, *, from_: str = "192.0.2.1") -> httpx2.Response:
    return client.post(FIND, json={"locator": locator, "email": address}, headers=of(from_))


@when(parsers.parse('somebody looks for Rita\'s locator, {typed}, with "{address}"'))
def _(site: Site, network: httpx2.Client, typed: str, address: str) -> None:
    locator = locator_of(site, "Rita")
    shown = {"as it is": locator, "in small letters": locator.lower(), "with blanks": f"  {locator} "}[typed]
    site.answer = looks_for(network, shown, address).json()


@then("Rita's order is found")
def _(site: Site) -> None:
    assert site.answer["order"] == site.order("Rita")["order"]
    assert site.answer["registrant"]["email"] == "rita@example.org"


@when("somebody finds Rita's order on the web page", target_fixture="page")
def _(site: Site, browser: httpx2.Client) -> Any:
    found = {"locator": locator_of(site, "Rita"), "email": "rita@example.org"}
    return browser.post("/pycon/find", data=found, headers={"Origin": "https://lanyard.example"})


@then("the page shows Rita's order")
def _(site: Site, page: httpx2.Response) -> None:
    assert page.status_code == 200
    assert locator_of(site, "Rita") in page.text


@when(parsers.parse("they try to {change} there"))
def _(site: Site, browser: httpx2.Client, page: httpx2.Response, change: str) -> None:
    form = {"give Rita's seat to Eve": "seats/0", "cancel Rita's order": "cancel", "pay": "payment"}[change]
    answer = browser.post(f"{page.url}/{form}", data={"last_name": "Eve", "email": "eve@example.org"})
    site.answer = {"status": answer.status_code, "text": answer.text}


@then(parsers.parse('they are told "{text}"'))
def _(site: Site, text: str) -> None:
    assert site.answer["status"] == 403
    assert text in site.answer["text"]


@then("the locator opens nothing as a secret")
def _(site: Site) -> None:
    path, _ = site.opened["Rita"]
    assert site.client.get(path, headers=bearer(locator_of(site, "Rita"))).json()["code"] == "unknown_order"


@then(parsers.re(r"there are tickets for (?P<names>.*)"))
def _(site: Site, names: str) -> None:
    assert [one["first_name"] for one in site.tickets("Rita")] == ([] if names == "nobody" else names.split(" and "))


@when("Rita opens the link of the mail", target_fixture="page")
def _(site: Site, browser: httpx2.Client) -> Any:
    mail = next(one for one in mails_to(site, "rita@example.org") if "your order" in one["Subject"])
    return browser.get(link_in(mail))


@when("Rita gives the seat to Bo on the web page")
def _(site: Site, browser: httpx2.Client, page: httpx2.Response) -> None:
    """As a browser without JavaScript sends the form."""
    form = next(one for one in page.text.split("<form") if '/seats/0"' in one and 'name="last_name"' in one)
    (action,) = re.findall(r'action="([^"]*)"', form)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    answer = browser.post(action, data=hidden | details_of("Bo"))
    assert answer.status_code == 200, answer.text


@then("the secret is not in the address of the page")
def _(site: Site, page: httpx2.Response) -> None:
    assert page.status_code == 200
    assert site.opened["Rita"][1] not in str(page.url)
    assert "key=" not in str(page.url)


@then("these misses look alike")
def _(site: Site, network: httpx2.Client, datatable: list[list[str]]) -> None:
    locators = {"Rita's": locator_of(site, "Rita"), "one that is not": "AAAAAA", "nothing at all": ""}
    rows = enumerate(datatable[1:])
    answers = [looks_for(network, locators[one], address, from_=f"192.0.2.{n}") for n, (one, address) in rows]
    assert len({(one.status_code, one.text) for one in answers}) == 1
    assert answers[0].json()["title"] == "No order was found. Check what you entered."


@then("these misses of the link look alike")
def _(site: Site, datatable: list[list[str]]) -> None:
    site.orders("Sam", [(1, "Speaker")])
    orders = {"Rita's": site.opened["Rita"][0], "one that is not": f"{ORDERS}/{uuid4()}"}
    secrets = {"a guess": "A" * 26, "Sam's": site.opened["Sam"][1], "none": None}
    answers = [site.client.get(orders[order], headers=bearer(secrets[secret])) for order, secret in datatable[1:]]
    assert len({(one.status_code, one.text) for one in answers}) == 1
    assert answers[0].json()["title"] == "No order was found. Check what you entered."


@when("somebody guesses 10 locators")
def _(network: httpx2.Client) -> None:
    guesses(network, "192.0.2.1")


@when("people at 20 addresses guess 10 locators each")
def _(network: httpx2.Client) -> None:
    for number in range(20):
        guesses(network, f"192.0.2.{number}")


def guesses(network: httpx2.Client, address: str) -> None:
    for number in range(10):
        assert looks_for(network, f"AAAAA{number}", "rita@example.org", from_=address).status_code == 404


@then(parsers.parse('the next guess is told "{text}", even the right one'))
def _(site: Site, network: httpx2.Client, text: str) -> None:
    for locator in ("AAAAAB", locator_of(site, "Rita")):
        refused = looks_for(network, locator, "rita@example.org")
        assert (refused.status_code, refused.json()["title"]) == (429, text)
        assert int(refused.headers["retry-after"]) > 0


@when("somebody guesses 10 links to Rita's order")
def _(site: Site, network: httpx2.Client) -> None:
    path, _ = site.opened["Rita"]
    for number in range(10):
        guess = bearer(f"{'A' * 24}{number:02}") | of("192.0.2.1")
        assert network.get(path, headers=guess).status_code == 404


@then(parsers.parse('the next guess of the link is told "{text}"'))
def _(site: Site, network: httpx2.Client, text: str) -> None:
    path, _ = site.opened["Rita"]
    refused = network.get(path, headers=bearer("B" * 26) | of("192.0.2.1"))
    assert (refused.status_code, refused.json()["title"]) == (429, text)


@then("from another address Rita's order is found")
def _(site: Site, network: httpx2.Client) -> None:
    found = looks_for(network, locator_of(site, "Rita"), "rita@example.org", from_="198.51.100.1")
    assert found.json()["order"] == site.order("Rita")["order"]


@then("Rita's own link still opens the order, even from that address")
def _(site: Site, network: httpx2.Client) -> None:
    path, secret = site.opened["Rita"]
    assert network.get(path, headers=bearer(secret) | of("192.0.2.1")).status_code == 200


@then(parsers.parse('from another address a guess is told "{text}"'))
def _(network: httpx2.Client, text: str) -> None:
    refused = looks_for(network, "AAAAAB", "rita@example.org", from_="198.51.100.1")
    assert (refused.status_code, refused.json()["title"]) == (429, text)


@when(parsers.parse("Sam orders from another address: {wanted}"))
def _(site: Site, network: httpx2.Client, wanted: str) -> None:
    body = {"lines": lines_of(wishes(wanted)), "registrant": details_of("Sam")}
    headers = {"Idempotency-Key": str(uuid4())} | of("198.51.100.1")
    assert network.post(ORDERS, json=body, headers=headers).status_code == 201
