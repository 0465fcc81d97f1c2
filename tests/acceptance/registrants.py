"""The steps about registrants and their orders that several features share; `conftest.py` hands them to all."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_bdd import given, parsers, then, when

from server.gateways.hosted_page import Result
from shared.conference.seat_types import AddSeatType
from shared.discounts.discount import DefineDiscount
from shared.kernel.ids import OrderId, SeatTypeId
from shared.payments.payment import RecordRefund
from shared.registration.assignments import CancelSeats
from shared.registration.receipts import Attention
from tests.acceptance.site import SEAT_TYPES, Site, Wishes, details_of, seat_type_of
from tests.server.web.world import Clock, running

REGISTRANT = "(?P<person>Rita|Sam|Tom|Uma)"
WANTED = r'(?P<wanted>-?\d+ "[^"]*"(?:(?:, | and )-?\d+ "[^"]*")*)'
LOOK_S = 0.1  # mails are to come at once
REASONS = {
    "it came late": Attention.LATE,
    "it was the wrong amount": Attention.WRONG_AMOUNT,
    "seats were cancelled": Attention.SEATS_CANCELLED,
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running(tmp_path / "server", Clock(), look_s=LOOK_S) as world:
        world.make_conference()
        site = Site(world.client, world)
        yield site
        site.close()


def money(text: str) -> int:
    """Minor units of an amount as people write it."""
    whole, _, cents = text.partition(".")
    return int(whole) * 100 + int(cents or 0)


def wishes(text: str) -> Wishes:
    """`2 "Full conference" and 1 "Dinner"`."""
    return [(int(quantity), name) for quantity, name in re.findall(r'(-?\d+) "([^"]*)"', text)]


def quoted(text: str) -> list[str]:
    return re.findall(r'"([^"]*)"', text)


# The conference


@given('a published conference with 10 "Full conference" at 120.00, 2 "Dinner" at 35.50 and 5 free "Speaker"')
def _(site: Site) -> None:
    assert [site.left(name) for name in SEAT_TYPES] == [10, 2, 5]


@given(parsers.parse('the organizer sells {quota:d} "{name}" at {price}'))
def _(site: Site, quota: int, name: str, price: str) -> None:
    seat_type = SeatTypeId(seat_type_of(name))
    site.laptop.does(AddSeatType(seat_type=seat_type, name=name, quota=quota, price=money(price)))
    assert site.left(name) == quota


@given(parsers.parse("registrants may cancel until {days:d} days before the conference"))
def _(site: Site, days: int) -> None:
    site.laptop.edits(cancel_days=days)


@given(parsers.parse('the code "{code}" takes {percent:d} % off'))
def _(site: Site, code: str, percent: int) -> None:
    site.laptop.does(DefineDiscount(code=code, percentage=percent * 100))
    assert not site.laptop.complaints()


@when(parsers.parse("the organizer cancels seat {position:d} of {person}'s order"))
def _(site: Site, position: int, person: str) -> None:
    site.laptop.does(CancelSeats(order=OrderId(site.order(person)["order"]), positions=(position,)))
    assert not site.laptop.complaints()


@when(parsers.parse("the organizer pays {amount} back to {person}"))
def _(site: Site, amount: str, person: str) -> None:
    """By hand; nobody asked the provider."""
    payment = site.kept_order(person).receipts[-1].payment
    site.laptop.does(RecordRefund(refund=f"refund-{amount}", payment=payment, amount=money(amount), currency="EUR"))
    assert not site.laptop.complaints()


# Orders


@given(parsers.re(rf"{REGISTRANT} bought {WANTED}"))
def _(site: Site, person: str, wanted: str) -> None:
    site.buys(person, wishes(wanted))


@when(parsers.re(rf"{REGISTRANT} orders {WANTED}"))
def _(site: Site, person: str, wanted: str) -> None:
    site.orders(person, wishes(wanted))


@when(parsers.re(rf"{REGISTRANT} changes the order to {WANTED}"))
def _(site: Site, person: str, wanted: str) -> None:
    lines = [{"seat_type": seat_type_of(name), "quantity": quantity} for quantity, name in wishes(wanted)]
    site.asks(person, "PUT", "/lines", {"lines": lines})


@when(parsers.re(f"{REGISTRANT} gives up the order"))
def _(site: Site, person: str) -> None:
    site.asks(person, "DELETE")


@when(parsers.re(f"{REGISTRANT} confirms without paying"))
def _(site: Site, person: str) -> None:
    site.asks(person, "POST", "/confirmation")


@when(parsers.re(f"{REGISTRANT} asks for an invoice"))
def _(site: Site, person: str) -> None:
    site.asks(person, "POST", "/invoice", {"address": f"{person}son\nHauptstr. 1\n10115 Berlin"})


@when(parsers.re(f"{REGISTRANT} starts to pay"))
def _(site: Site, person: str) -> None:
    site.pays(person)


@when(parsers.re(f"{REGISTRANT} cancels the payment"))
def _(site: Site, person: str) -> None:
    site.asks(person, "DELETE", f"/payments/{site.charges[-1].payment}")


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
    site.passes(minutes=minutes)


@when("whatever is due is done")
def _(site: Site) -> None:
    site.settles()


# Seats


@when(parsers.re(rf"{REGISTRANT} gives seat (?P<position>\d+) to (?P<attendee>[A-Z]\w+)"))
def _(site: Site, person: str, position: str, attendee: str) -> None:
    site.gives(person, int(position), details_of(attendee))
    if isinstance(site.answer, list):
        assert site.answer[int(position)]["first_name"] == attendee


@when(parsers.re(rf"{REGISTRANT} cancels seat (?P<position>\d+)"))
def _(site: Site, person: str, position: str) -> None:
    site.asks(person, "POST", f"/seats/{position}/cancellation")


# What they see


@then(parsers.re(rf'{REGISTRANT} is told "(?P<text>.*)"'))
def _(site: Site, person: str, text: str) -> None:
    assert text in (site.answer.get("title"), site.answer.get("detail")), site.answer


@then(parsers.parse('the organizer is told "{text}"'))
def _(site: Site, text: str) -> None:
    assert site.laptop.complaints()[-1:] == [text]


@then(parsers.parse('{granted:d} of {quantity:d} "{name}" are held for Rita, and it costs {total}'))
def _(site: Site, granted: int, quantity: int, name: str, total: str) -> None:
    shown = site.order("Rita")
    (line,) = shown["lines"]
    assert (line["name"], line["granted"], line["quantity"]) == (name, granted, quantity)
    assert (shown["total"], shown["currency"]) == (money(total), "EUR")


@then(parsers.re(rf"{REGISTRANT}'s order costs (?P<total>[\d.]+)"))
def _(site: Site, person: str, total: str) -> None:
    assert site.order(person)["total"] == money(total)


@then(parsers.re(rf"{REGISTRANT}'s order is (?P<state>\w+)"))
def _(site: Site, person: str, state: str) -> None:
    assert site.order(person)["state"] == state


@then(parsers.re(f"{WANTED} are left"))
def _(site: Site, wanted: str) -> None:
    site.settles()
    for quantity, name in wishes(wanted):
        assert site.left(name) == quantity


@then(parsers.re(rf"{REGISTRANT} has (?P<number>\d+) seats? to give to people"))
def _(site: Site, person: str, number: str) -> None:
    assert [one["attendee"] for one in site.seats(person)] == [None] * int(number)


@then(parsers.re(rf"{REGISTRANT} has (?P<minutes>\d+) minutes left"))
def _(site: Site, person: str, minutes: str) -> None:
    assert site.time_left(person) == timedelta(minutes=int(minutes))


@then(parsers.re(f"nobody must look at {REGISTRANT}'s money"))
def _(site: Site, person: str) -> None:
    assert site.order(person)["needs_attention"] is False
    assert site.kept_order(person).tasks == ()


@then(parsers.re(rf"the organizer is asked to refund (?P<amount>[\d.]+) to {REGISTRANT}, because (?P<reason>.*)"))
def _(site: Site, amount: str, person: str, reason: str) -> None:
    """It stands on the organizer's own laptop."""
    assert site.order(person)["needs_attention"] is True
    site.laptop.syncs()
    (task,) = site.laptop.sees(type(site.kept_order(person)), site.order(person)["order"]).tasks
    assert (task.reason, task.to_refund, task.receipt.currency) == (REASONS[reason], money(amount), "EUR")


@then(parsers.parse("the provider is asked for {amount}"))
def _(site: Site, amount: str) -> None:
    assert (site.charges[-1].amount, site.charges[-1].currency) == (money(amount), "EUR")


@then(parsers.parse("{person}'s ticket replaces the one that {before} had"))
def _(site: Site, person: str, before: str) -> None:
    (ticket, version), (old_ticket, old_version) = site.versions[person], site.versions[before]
    assert (ticket, version) == (old_ticket, old_version + 1)
