"""The steps about money: what the provider, the door and the organizer say of it, and what the books say then."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from server.gateways.hosted_page import Callback, Result
from server.store import outbox
from server.store.engine import reading
from shared.kernel.ids import OrderId, PaymentId
from shared.payments.payment import Method, Payment, RecordPayment, RecordRefund, RefundState, RequestRefund
from shared.payments.views import CONFERENCE, Balance, Entry, EntryKind, OpenTask, OpenTasks
from shared.registration.order import ReseatOrder, ResolveTask
from shared.registration.order_state import Order
from shared.registration.receipts import Task
from shared.registration.seats import SeatsOfType
from tests.acceptance.laptop import Laptop
from tests.acceptance.registrants import LOOK_S, money
from tests.acceptance.site import Site
from tests.server.gateways.fake_stripe import KEY, WEBHOOK_SECRET, FakeStripe, running_stripe
from tests.server.gateways.test_processor import until
from tests.server.web.world import Clock, running

ISSUER = "PyCon e. V.\n1 Fair Lane\nIBAN DE02 1203 0000 0000 2020 51"
STRIPES_HOOK = "/hooks/stripe"


def order_of(site: Site, person: str) -> OrderId:
    return OrderId(site.opened[person][0].rpartition("/")[2])


def books(site: Site) -> Laptop:
    """The organizer's laptop, which has heard of everything."""
    site.laptop.syncs()
    return site.laptop


def payment_of(site: Site, person: str) -> PaymentId:
    """The payment of the last money that came for the person's order."""
    return books(site).sees(Order, order_of(site, person)).receipts[-1].payment


# The provider


@given("registrants pay at Stripe", target_fixture="site")
def _(tmp_path: Path) -> Iterator[Site]:
    clock = Clock()
    with running_stripe(clock) as stripe:
        settings: dict[str, Any] = {
            "stripe_key": KEY,
            "stripe_webhook_secret": WEBHOOK_SECRET,
            "stripe_url": stripe.url,
        }
        with running(tmp_path / "stripe", clock, look_s=LOOK_S, **settings) as world:
            world.make_conference()
            made = Site(world.client, world, stripe=stripe)
            yield made
            made.close()


def stripe_of(site: Site) -> FakeStripe:
    assert site.stripe is not None
    return site.stripe


def deliver(site: Site, event: dict[str, Any], **changed: str) -> Any:
    body, headers = stripe_of(site).delivery(event, **changed)
    return site.client.post(STRIPES_HOOK, content=body, headers=headers)


@given(parsers.parse('{person} bought {quantity:d} "{name}" at Stripe'))
def _(site: Site, person: str, quantity: int, name: str) -> None:
    site.orders(person, [(quantity, name)])
    site.pays(person)
    stripe_of(site).pay(site.page)
    for event in stripe_of(site).events:
        assert deliver(site, event).status_code == 204
    assert site.order(person)["state"] == "confirmed"


@when(parsers.parse("{person} pays on Stripe's page"))
def _(site: Site, person: str) -> None:
    stripe_of(site).pay(site.page)


@when("the server asks what became of it")
def _(site: Site) -> None:
    site.settles()
    is_called(site)


@when("Stripe's messages come")
def _(site: Site) -> None:
    is_called(site)
    for event in stripe_of(site).events:
        assert deliver(site, event).status_code == 204


def is_called(site: Site) -> None:
    """Every call of the provider that is due was made, or failed."""

    def waiting() -> list[outbox.Waiting]:
        with reading(site.here.services.engine).begin() as conn:
            return outbox.waiting(conn, outbox.Kind.CALL)

    until(lambda: all(one.last_error is not None for one in waiting()))


@when(parsers.re(r"the provider says that (?P<amount>[\d.]+) (?P<currency>[A-Z]{3}) was paid for (?P<whose>.*)"))
def _(site: Site, amount: str, currency: str, whose: str) -> None:
    asked = site.charges[-1]
    order = asked.order if whose.endswith("'s order") else "another"
    site.is_told(Result.CAPTURED, money(amount), charge=replace(asked, currency=currency, order=order))


@when("the provider says that it was paid once more")
def _(site: Site) -> None:
    site.calls_back(captured(site, reference="another capture"))


@when(parsers.parse("the provider says of {person} that it was paid"))
def _(site: Site, person: str) -> None:
    order = order_of(site, person)
    site.is_told(Result.CAPTURED, charge=next(one for one in reversed(site.charges) if one.order == order))


@when(parsers.parse("the provider says that {amount} was paid that nobody asked for"))
def _(site: Site, amount: str) -> None:
    unknown = Callback(
        payment="unheard-of",
        order="unheard-of",
        result=Result.CAPTURED,
        amount=money(amount),
        currency="EUR",
        reference="of nobody",
    )
    site.calls_back(unknown)


def captured(site: Site, *, reference: str) -> Callback:
    """A capture of the payment that was started last."""
    asked = site.charges[-1]
    return Callback(
        payment=asked.payment,
        order=asked.order,
        result=Result.CAPTURED,
        amount=asked.amount,
        currency=asked.currency,
        reference=reference,
    )


@when("the provider says that it gave the money back")
def _(site: Site) -> None:
    site.calls_back(refunded(site, Result.REFUNDED))


@when("the provider says that it could not give the money back")
def _(site: Site) -> None:
    site.calls_back(refunded(site, Result.REFUND_FAILED))


def refunded(site: Site, result: Result) -> Callback:
    """Of the refund that was asked for, or of the last one if it was told of already."""
    known = [(id, one) for id, payment in books(site).workspace.rows(Payment).items() for one in payment.refunds]
    id, refund = max(reversed(known), key=lambda one: one[1].state is RefundState.REQUESTED)
    return Callback(
        payment=id,
        order="",
        result=result,
        amount=refund.amount,
        currency=refund.currency,
        reference=f"refund {refund.id}",
        refund=refund.id,
    )


# The conference and its organizer


@given(parsers.parse('the conference takes invoices with the prefix "{prefix}", to be paid within {days:d} days'))
def _(site: Site, prefix: str, days: int) -> None:
    site.laptop.edits(invoice_prefix=prefix, invoice_days=days, invoice_from=ISSUER)


@when(parsers.parse("the organizer enters a transfer of {amount} for {person}'s order"))
def _(site: Site, amount: str, person: str) -> None:
    site.laptop.does(paid_by(site, person, Method.TRANSFER, amount, number=len(books(site).workspace.rows(Entry))))


def paid_by(site: Site, person: str, method: Method, amount: str, *, number: int) -> RecordPayment:
    order = order_of(site, person) if person in site.opened else OrderId("an-order-that-nobody-knows")
    payment = PaymentId(f"payment-by-hand-{number}")
    return RecordPayment(payment=payment, order=order, method=method, amount=money(amount), currency="EUR")


@when(parsers.parse("the organizer refunds {amount} to {person}"))
def _(site: Site, amount: str, person: str) -> None:
    site.laptop.does(refund_of(site, person, amount))


def refund_of(site: Site, person: str, amount: str, *, by: str = "Ann") -> RequestRefund:
    """Each refund has an id of its own."""
    payment = payment_of(site, person)
    number = len(books(site).sees(Payment, payment).refunds) + 1
    return RequestRefund(refund=f"refund-{number}-{by}", payment=payment, amount=money(amount))


@when("the organizer has paid it out")
def _(site: Site) -> None:
    ((id, payment),) = ((id, one) for id, one in books(site).workspace.rows(Payment).items() if one.refunds)
    (refund,) = payment.refunds
    paid = RecordRefund(refund=refund.id, payment=PaymentId(id), amount=refund.amount, currency=refund.currency)
    site.laptop.does(paid)


@given("the organizer looked at the matter of Rita's money before", target_fixture="looked_at")
def _(site: Site) -> tuple[Task, ...]:
    return books(site).sees(Order, order_of(site, "Rita")).tasks


@pytest.fixture
def looked_at() -> tuple[Task, ...]:
    """Tasks that may be gone by the time that something is done about them."""
    return ()


@when(parsers.parse("the organizer gives {person} the seats after all"))
def _(site: Site, person: str, looked_at: tuple[Task, ...]) -> None:
    order = order_of(site, person)
    (task,) = looked_at or books(site).sees(Order, order).tasks
    site.laptop.does(ReseatOrder(order=order, task=task))


@when(parsers.parse("the organizer settles {person}'s money"))
def _(site: Site, person: str) -> None:
    order = order_of(site, person)
    (task,) = books(site).sees(Order, order).tasks
    site.laptop.does(ResolveTask(order=order, task=task))


# The books, as the organizer sees them


@then(parsers.parse('the organizer has to look at {amount} {currency} of {whose}, because of "{reason}"'))
def _(site: Site, amount: str, currency: str, whose: str, reason: str) -> None:
    person = whose.removesuffix("'s order")
    order = order_of(site, person) if person in site.opened else None
    found = [(task.amount, task.currency, task.reason) for of, task in open_tasks(site) if of == order]
    assert found == [(money(amount), currency, reason)]


@then("nobody has to look at any money")
def _(site: Site) -> None:
    assert open_tasks(site) == []


def open_tasks(site: Site) -> list[tuple[OrderId | None, OpenTask]]:
    listed = books(site).workspace.rows(OpenTasks).values()
    return [(row.order, task) for row in listed for task in row.tasks]


@then(parsers.re(r"the book has (?P<amount>[\d.]+) (?P<currency>\w+) of (?P<person>\w+)'s order, as (?P<kind>\w+)"))
def _(site: Site, amount: str, currency: str, person: str, kind: str) -> None:
    (entry,) = books(site).workspace.rows(Entry).values()
    assert (entry.kind, entry.amount, entry.currency) == (EntryKind.CAPTURED, money(amount), currency)
    assert (entry.order, entry.is_unexpected) == (order_of(site, person), kind == "unexpected")


@then("the book is empty")
def _(site: Site) -> None:
    assert books(site).workspace.rows(Entry) == {}
    assert books(site).workspace.rows(Balance) == {}


@then(parsers.re(r"(?P<came>[\d.]+) EUR came, and (?P<went>nothing|[\d.]+ EUR) went back"))
def _(site: Site, came: str, went: str) -> None:
    """The book, the balances and the order all say so."""
    back = 0 if went == "nothing" else money(went.removesuffix(" EUR"))
    balance = books(site).sees(Balance, CONFERENCE)
    assert booked(site) == {(EntryKind.CAPTURED, "EUR"): money(came)} | (
        {(EntryKind.REFUNDED, "EUR"): back} if back else {}
    )
    assert (balance.captured, balance.refunded) == ({"EUR": money(came)}, {"EUR": back} if back else {})
    assert {"EUR": money(came) - back} == {"EUR": 0} | balance.recorded


def booked(site: Site) -> dict[tuple[EntryKind, str], int]:
    """Sums of the book."""
    sums = Counter[tuple[EntryKind, str]]()
    for entry in books(site).workspace.rows(Entry).values():
        sums[entry.kind, entry.currency] += entry.amount
    return dict(sums)


@then("every balance adds up")
def _(site: Site) -> None:
    balances = books(site).workspace.rows(Balance)
    assert balances
    for id, one in balances.items():
        for currency in one.captured | one.refunded | one.recorded:
            left = one.captured.get(currency, 0) - one.refunded.get(currency, 0)
            assert left == one.recorded.get(currency, 0), id


@then("no seats are oversold")
def _(site: Site) -> None:
    for one in books(site).workspace.rows(SeatsOfType).values():
        assert min(one.available, one.held, one.sold, one.allotted) >= 0
        assert one.available + one.held + one.sold + one.allotted == one.quota


@then(parsers.parse("{person} owes {amount}"))
def _(site: Site, person: str, amount: str) -> None:
    assert site.order(person)["owed"] == money(amount)


@then(parsers.parse("{person}'s order says that {amount} was returned"))
def _(site: Site, person: str, amount: str) -> None:
    assert site.order(person)["returned"] == money(amount)


@then(parsers.parse('the organizer is refused, because "{text}"'))
def _(site: Site, text: str) -> None:
    assert site.laptop.complaints()[-1:] == [text]


# The door


@given("a tablet at the door")
def _(site: Site) -> None:
    site.has_device("tablet-at-the-door", "door")


@pytest.fixture
def door(site: Site) -> Laptop:
    return site.devices["tablet-at-the-door"]


@when(parsers.parse("the door takes {amount} in {way} for {whose}, where there is no network"))
@when(parsers.re(r"the door takes (?P<amount>[\d.]+) in (?P<way>\w+) for (?P<whose>an order that nobody knows)"))
def _(site: Site, door: Laptop, amount: str, way: str, whose: str) -> None:
    door.workspace.issue(paid_by(site, whose.removesuffix("'s order"), Method(way), amount, number=0))


@when("the door has a network again")
def _(door: Laptop) -> None:
    door.syncs()
    assert door.complaints() == []
