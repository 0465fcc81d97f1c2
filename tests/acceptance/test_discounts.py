"""The stories of discount codes: the organizer defines them on the laptop, registrants enter them on the web."""

from datetime import timedelta
from typing import Any

from pytest_bdd import given, parsers, scenarios, then, when

from shared.discounts.discount import DefineDiscount, Discount, EditDiscount, WithdrawDiscount
from shared.kernel.edits import Edit
from shared.kernel.ids import SeatTypeId
from shared.sentences import sentence
from tests.acceptance.registrants import REGISTRANT, WANTED, money, quoted, wishes
from tests.acceptance.site import Site, seat_type_of

scenarios("discounts.feature")


def defines(site: Site, code: str, **terms: Any) -> None:
    site.laptop.does(DefineDiscount(code=code, **terms))
    assert not site.laptop.complaints()


def scope(name: str) -> tuple[SeatTypeId, ...]:
    return (SeatTypeId(seat_type_of(name)),)


@given(parsers.re(r'the code "(?P<code>\w+)" takes (?P<amount>\d+\.\d\d) off(, beside "(?P<other>\w+)")?'))
def _(site: Site, code: str, amount: str, other: str | None) -> None:
    defines(site, code, amount=money(amount), combines_with=() if other is None else (other,))


@given(parsers.parse('the code "{code}" takes {percent:d} % off "{name}"'))
def _(site: Site, code: str, percent: int, name: str) -> None:
    defines(site, code, percentage=percent * 100, seat_types=scope(name))


@given(parsers.parse('the code "{code}" takes {percent:d} % off any seat'))
def _(site: Site, code: str, percent: int) -> None:
    defines(site, code, percentage=percent * 100)


@given(parsers.re(r'the code "(?P<code>\w+)" takes (?P<percent>\d+) % off (?P<quota>\d+) seats?'))
def _(site: Site, code: str, percent: str, quota: str) -> None:
    defines(site, code, percentage=int(percent) * 100, quota=int(quota))


@given(parsers.parse('the code "{code}" takes {percent:d} % off from in {first:d} days to in {last:d} days'))
def _(site: Site, code: str, percent: int, first: int, last: int) -> None:
    now = site.here.clock()
    valid_from, valid_until = now + timedelta(days=first), now + timedelta(days=last)
    defines(site, code, percentage=percent * 100, valid_from=valid_from, valid_until=valid_until)


@when(parsers.parse('the organizer defines the code "{code}" with {percent:d} % off {quota:d} seats of "{name}"'))
def _(site: Site, code: str, percent: int, quota: int, name: str) -> None:
    site.laptop.does(DefineDiscount(code=code, percentage=percent * 100, quota=quota, seat_types=scope(name)))


@given(parsers.parse('the organizer withdraws the code "{code}"'))
def _(site: Site, code: str) -> None:
    site.laptop.does(WithdrawDiscount(code=code))
    assert not site.laptop.complaints()


@when(parsers.parse('the organizer changes the code "{code}" to {percent:d} % off'))
def _(site: Site, code: str, percent: int) -> None:
    seen = site.laptop.sees(Discount, code).percentage
    site.laptop.does(EditDiscount(code=code, percentage=Edit(seen=seen, new=percent * 100)))
    assert not site.laptop.complaints()


@when(parsers.re(rf"{REGISTRANT} orders {WANTED} with the codes? (?P<codes>.*)"))
def _(site: Site, person: str, wanted: str, codes: str) -> None:
    site.orders(person, wishes(wanted), quoted(codes))


@when(parsers.re(rf'{REGISTRANT} enters the code "(?P<code>\w+)"'))
def _(site: Site, person: str, code: str) -> None:
    site.asks(person, "POST", "/codes", {"code": code})


@when(parsers.re(rf'{REGISTRANT} takes the code "(?P<code>\w+)" back'))
def _(site: Site, person: str, code: str) -> None:
    site.asks(person, "DELETE", f"/codes/{code}")


@then(parsers.re(rf'{REGISTRANT} sees that "(?P<code>\w+)" was dropped: "(?P<text>.*)"'))
def _(site: Site, person: str, code: str, text: str) -> None:
    shown = site.order(person)
    assert shown["codes"] == []
    assert {one: sentence(reason) for one, reason in shown["dropped"].items()} == {code: text}


@then(parsers.re(rf'{REGISTRANT}\'s order has the code "(?P<code>\w+)" alone'))
def _(site: Site, person: str, code: str) -> None:
    assert [one["code"] for one in site.order(person)["codes"]] == [code]
