"""The stories of money that is not needed, and of money that goes back."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx2
from pytest_bdd import given, parsers, scenarios, then, when

from server.gateways.hosted_page import Result
from shared.kernel.ids import PaymentId
from shared.payments.payment import Payment, RefundState, RequestRefund
from shared.payments.views import CONFERENCE, Balance, EntryKind
from tests.acceptance.money import *  # noqa: F403 -- steps are fixtures
from tests.acceptance.money import booked, books, refund_of, stripe_of
from tests.acceptance.registrants import LOOK_S, money
from tests.acceptance.site import Site
from tests.server.gateways.test_processor import click, free_port, process, until
from tests.server.web.world import Clock, running

scenarios("refunding.feature")

BOB = "laptop-of-bob"


@given('it came late for Rita\'s 2 "Dinner", of which Sam has 1')
def _(site: Site) -> None:
    site.orders("Rita", [(2, "Dinner")])
    site.pays("Rita")
    late = site.charges[-1]
    site.passes(minutes=60)
    site.settles()
    site.orders("Sam", [(1, "Dinner")])
    assert site.order("Sam")["state"] == "reserved"
    site.is_told(Result.CAPTURED, charge=late)


@given("another organizer has a laptop")
def _(site: Site) -> None:
    site.has_device(BOB, "organizer")


@when(parsers.parse("both organizers refund {amount} to {person}, where there is no network"))
def _(site: Site, amount: str, person: str) -> None:
    books(site)
    site.devices[BOB].syncs()
    site.laptop.workspace.issue(refund_of(site, person, amount))
    site.devices[BOB].workspace.issue(refund_of(site, person, amount, by="Bob"))


@when("both organizers have a network again")
def _(site: Site) -> None:
    site.laptop.syncs()
    site.devices[BOB].syncs()


@then(parsers.parse('one of them is refused, because "{text}"'))
def _(site: Site, text: str) -> None:
    assert site.laptop.complaints() + site.devices[BOB].complaints() == [text]


@then(parsers.parse("the provider was asked for {amount} in all"))
def _(site: Site, amount: str) -> None:
    payments = books(site).workspace.rows(Payment).values()
    asked = [one for payment in payments for one in payment.refunds if one.state is RefundState.REQUESTED]
    assert sum(one.amount for one in asked) == money(amount)


@then(parsers.parse("Stripe gave {amount} back"))
def _(site: Site, amount: str) -> None:
    assert [one["amount"] for one in stripe_of(site).refunds.values()] == [money(amount)]


@given("the payment provider is a program of its own, whose messages never arrive", target_fixture="site")
def _(tmp_path: Path) -> Iterator[Site]:
    """Nobody is at the address that the server is said to have."""
    port, folder = free_port(), tmp_path / "its-server"
    clock = Clock(datetime.now(UTC))  # the program has no other
    environment = {"LANYARD_DATA_DIR": str(folder)}
    with (
        process(port, environment, "server.gateways.processor"),
        running(folder, clock, look_s=LOOK_S, payment_url=f"http://127.0.0.1:{port}") as world,
    ):
        world.make_conference()
        made = Site(world.client, world)
        yield made
        made.close()


@when("Rita accepts on that program's page")
def _(site: Site) -> None:
    with httpx2.Client() as browser:
        assert click(browser, site.page, "captured").status_code == 303


@then(parsers.parse("Rita's order says before long that {amount} was returned"))
def _(site: Site, amount: str) -> None:
    until(lambda: site.order("Rita")["returned"] == money(amount))


@when(parsers.parse("somebody refunds {amount} in Stripe's dashboard"))
def _(site: Site, amount: str) -> None:
    stripe_of(site).refund_by_hand("pi_1", money(amount))


@when("Rita's bank sends the money back to Stripe")
def _(site: Site) -> None:
    (refund,) = stripe_of(site).refunds
    stripe_of(site).settle(refund, "failed")


@when(parsers.parse("the organizer refunds {amount} of what nobody asked for"))
def _(site: Site, amount: str) -> None:
    ((payment, _),) = books(site).workspace.rows(Payment).items()
    site.laptop.does(RequestRefund(refund="refund-1", payment=PaymentId(payment), amount=money(amount)))


@then("the balance of the conference is that of its orders and of what is unknown")
def _(site: Site) -> None:
    balances = books(site).workspace.rows(Balance)
    whole = balances.pop(CONFERENCE)
    for name in ("captured", "refunded", "recorded"):
        assert without_nothing(getattr(whole, name)) == summed(getattr(one, name) for one in balances.values())


@then("the book and the balances say the same")
def _(site: Site) -> None:
    whole, sums = books(site).sees(Balance, CONFERENCE), booked(site)
    for kind, said in ((EntryKind.CAPTURED, whole.captured), (EntryKind.REFUNDED, whole.refunded)):
        assert {currency: amount for (one, currency), amount in sums.items() if one is kind} == said


def summed(amounts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Sums by currency, without those that are nothing."""
    sums = Counter[str]()
    for one in amounts:
        sums.update(one)
    return without_nothing(sums)


def without_nothing(amounts: Mapping[str, int]) -> dict[str, int]:
    return {currency: amount for currency, amount in amounts.items() if amount}
