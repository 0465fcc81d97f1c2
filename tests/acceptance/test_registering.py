"""The stories of registrants, told to the public web API and to a payment provider."""

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx2
import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from server.gateways.payments import Callback, Charge, Result
from server.gateways.signing import HEADER, sign
from server.store.engine import reading
from server.web.services import look_up
from shared.checkin.ticket_code import Evidence
from shared.kernel.codec import from_json, to_json
from shared.kernel.decider import key
from shared.registration.order import Order
from tests.acceptance.conftest import money, names
from tests.server.gateways.test_processor import click, free_port, process, until
from tests.server.web.test_road import check
from tests.server.web.world import DINNER, FREE, FULL, ORDERS, SPACE, Clock, RealClock, World, bearer, running

scenarios("registering.feature")

SEAT_TYPES = {"Full conference": FULL, "Dinner": DINNER, "Speaker": FREE}
REASONS = {"it came late": "late", "it was the wrong amount": "wrong_amount"}


@dataclass
class Site:
    """The server's web API as registrants reach it. `url` is empty while the server is in this process."""

    client: httpx2.Client
    world: World | None = None
    url: str = ""
    opened: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Path and secret of each person's order."""
    answer: Any = None
    charge: Charge | None = None
    page: str = ""
    captures: int = 0
    versions: dict[str, tuple[str, int]] = field(default_factory=dict)

    def post(self, path: str, body: Any = None, secret: str | None = None) -> httpx2.Response:
        headers = {"Idempotency-Key": str(uuid4())} | bearer(secret)
        return self.client.post(self.url + path, json=body, headers=headers)

    def orders(self, person: str, quantity: int, name: str) -> None:
        details = {"first_name": person, "last_name": f"{person}son", "email": f"{person.lower()}@example.org"}
        lines = [{"seat_type": SEAT_TYPES[name], "quantity": quantity}]
        placed = self.post(ORDERS, {"lines": lines, "registrant": details})
        assert placed.status_code == 201, placed.text
        self.answer = placed.json()["order"]
        self.opened[person] = (f"{ORDERS}/{self.answer['order']}", placed.json()["secret"])

    def order(self, person: str) -> Any:
        """The order as its registrant sees it now."""
        path, secret = self.opened[person]
        return self.client.get(self.url + path, headers=bearer(secret)).json()

    def pays(self, person: str) -> None:
        path, secret = self.opened[person]
        started = self.post(f"{path}/payments", secret=secret)
        self.answer = started.json()
        if started.status_code == 201:
            self.page = self.answer["redirect_url"]
            self.charge = from_json(Charge, base64.urlsafe_b64decode(parse_qs(urlsplit(self.page).query)["charge"][0]))

    def is_told(self, result: Result, amount: int | None = None) -> None:
        """The provider's signed callback for the payment that was started last."""
        assert self.world is not None
        assert self.charge is not None
        callback = Callback(
            payment=self.charge.payment,
            order=self.charge.order,
            result=result,
            amount=self.charge.amount if amount is None else amount,
            currency=self.charge.currency,
            reference=f"of {self.charge.payment}",
        )
        body = to_json(callback)
        signature = sign(self.world.settings.payment_key(), body, self.world.clock())
        taken = self.client.post(f"/hooks/payments/{SPACE}", content=body, headers={HEADER: signature})
        assert taken.status_code == 204, taken.text

    def seats(self, person: str) -> Any:
        path, secret = self.opened[person]
        return self.client.get(f"{self.url}{path}/seats", headers=bearer(secret)).json()

    def tickets(self, person: str) -> Any:
        path, secret = self.opened[person]
        return self.client.get(f"{self.url}{path}/tickets", headers=bearer(secret)).json()

    def left(self, name: str) -> int:
        shown = self.client.get(f"{self.url}/api/v1/conferences/pycon").json()
        return next(int(seats["remaining"]) for seats in shown["seats"] if seats["name"] == name)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running(tmp_path / "server", Clock()) as world:
        world.make_conference()
        yield Site(world.client, world)


@given('a published conference with 10 "Full conference" at 120.00, 2 "Dinner" at 35.50 and 5 free "Speaker"')
def _(site: Site) -> None:
    assert [site.left(name) for name in SEAT_TYPES] == [10, 2, 5]


@given("the server and the payment provider are programs of their own", target_fixture="site")
def _(tmp_path: Path) -> Iterator[Site]:
    server_port, provider_port = free_port(), free_port()
    environment = {
        "LANYARD_DATA_DIR": str(tmp_path / "programs"),
        "LANYARD_PUBLIC_URL": f"http://127.0.0.1:{server_port}",
        "LANYARD_PAYMENT_URL": f"http://127.0.0.1:{provider_port}",
    }
    with running(tmp_path / "programs", RealClock()) as world:
        world.make_conference()
    with ExitStack() as programs:
        programs.enter_context(process(provider_port, environment, "server.gateways.processor"))
        programs.enter_context(process(server_port, environment, "server", "serve"))
        client = programs.enter_context(httpx2.Client())
        yield Site(client, url=environment["LANYARD_PUBLIC_URL"])


@given(parsers.parse('somebody else holds {quantity:d} "{name}"'))
@when(parsers.parse('somebody else orders {quantity:d} "{name}"'))
def _(site: Site, quantity: int, name: str) -> None:
    site.orders("Somebody", quantity, name)


@given(parsers.parse('Rita bought {quantity:d} "{name}"'))
def _(site: Site, quantity: int, name: str) -> None:
    site.orders("Rita", quantity, name)
    site.pays("Rita")
    site.is_told(Result.CAPTURED)


@when(parsers.parse('Rita orders {quantity:d} "{name}"'))
def _(site: Site, quantity: int, name: str) -> None:
    site.orders("Rita", quantity, name)


@when("Rita starts to pay")
def _(site: Site) -> None:
    site.pays("Rita")


@when("Rita confirms without paying")
def _(site: Site) -> None:
    path, secret = site.opened["Rita"]
    assert site.post(f"{path}/confirmation", secret=secret).status_code == 200


@when("Rita accepts on the provider's page")
def _(site: Site) -> None:
    assert click(site.client, site.page, "captured").status_code == 303


@when("the provider says that it was paid")
def _(site: Site) -> None:
    site.is_told(Result.CAPTURED)


@when("the provider says that it was refused")
def _(site: Site) -> None:
    site.is_told(Result.REJECTED)


@when(parsers.re(r"the provider says that (?P<amount>[\d.]+) was paid"))
def _(site: Site, amount: str) -> None:
    site.is_told(Result.CAPTURED, money(amount))


@when(parsers.parse("{minutes:d} minutes pass"))
def _(site: Site, minutes: int) -> None:
    assert site.world is not None
    site.world.clock.pass_time(minutes=minutes)


@when(parsers.parse("Rita gives seat {position:d} to {person}"))
def _(site: Site, position: int, person: str) -> None:
    path, secret = site.opened["Rita"]
    attendee = {"first_name": person, "last_name": f"{person}son", "email": f"{person.lower()}@example.org"}
    given = site.client.put(f"{path}/seats/{position}", json=attendee, headers=bearer(secret))
    assert given.status_code == 200, given.text
    for one in site.tickets("Rita"):
        site.versions[one["first_name"]] = (one["ticket"], one["version"])


@then(parsers.parse('{granted:d} of {quantity:d} "{name}" are held for Rita, and it costs {total}'))
def _(site: Site, granted: int, quantity: int, name: str, total: str) -> None:
    """All of it stands in the answer to the request that placed the order."""
    (line,) = site.answer["lines"]
    assert (line["name"], line["granted"], line["quantity"]) == (name, granted, quantity)
    assert (site.answer["total"], site.answer["currency"]) == (money(total), "EUR")


@then(parsers.parse('{number:d} "{name}" are left'))
def _(site: Site, number: int, name: str) -> None:
    until(lambda: site.left(name) == number)


@then(parsers.parse("Rita's order is {state}"))
def _(site: Site, state: str) -> None:
    if site.url:  # the provider tells the server in its own time
        until(lambda: site.order("Rita")["state"] == state)
    assert site.order("Rita")["state"] == state


@then(parsers.parse('Rita is told "{text}"'))
def _(site: Site, text: str) -> None:
    assert text in (site.answer["title"], site.answer.get("detail"))


@then(parsers.parse("Rita has {number:d} seat to give to people"))
def _(site: Site, number: int) -> None:
    assert [one["attendee"] for one in site.seats("Rita")] == [None] * number


@then("nobody must look at Rita's money")
def _(site: Site) -> None:
    assert site.order("Rita")["needs_attention"] is False


@then(parsers.parse("the organizer must look at Rita's money, because {reason}"))
def _(site: Site, reason: str) -> None:
    assert site.world is not None
    assert site.order("Rita")["needs_attention"] is True
    id = site.order("Rita")["order"]
    with reading(site.world.services.engine).begin() as conn:
        order = look_up(conn, SPACE, [key(Order, id)]).get(Order, id)
    assert order is not None
    assert [task.reason for task in order.tasks] == [REASONS[reason]]


@then(parsers.parse("the tickets of {people} are genuine"))
def _(site: Site, people: str) -> None:
    assert site.world is not None
    tickets = site.tickets("Rita")
    assert [one["first_name"] for one in tickets] == names(people)
    for one in tickets:
        evidence, code = check(site.world, one["code"])
        assert evidence is Evidence.GENUINE
        assert code.ticket == one["ticket"]


@then(parsers.parse("{person}'s ticket replaces the one that {before} had"))
def _(site: Site, person: str, before: str) -> None:
    (ticket, version), (old_ticket, old_version) = site.versions[person], site.versions[before]
    assert (ticket, version) == (old_ticket, old_version + 1)
