"""The stories of registrants, told to the public web API and to a payment provider."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
from pytest_bdd import given, parsers, scenarios, then, when

from shared.checkin.ticket_code import Evidence
from tests.acceptance.conftest import names
from tests.acceptance.site import Site
from tests.server.gateways.test_processor import click, free_port, process, until
from tests.server.web.test_road import check
from tests.server.web.world import RealClock, running

scenarios("registering.feature")


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
    site.orders("Somebody", [(quantity, name)])


@when("Rita accepts on the provider's page")
def _(site: Site) -> None:
    assert click(site.client, site.page, "captured").status_code == 303


@then("Rita's order is soon confirmed")
def _(site: Site) -> None:
    """The provider tells the server in its own time."""
    until(lambda: site.order("Rita")["state"] == "confirmed")


@then(parsers.parse("the tickets of {people} are genuine"))
def _(site: Site, people: str) -> None:
    tickets = site.tickets("Rita")
    assert [one["first_name"] for one in tickets] == names(people)
    for one in tickets:
        evidence, code = check(site.here, one["code"])
        assert evidence is Evidence.GENUINE
        assert code.ticket == one["ticket"]
