"""The stories of orders and their seats, told to the public web API."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pytest_bdd import parsers, scenarios, then, when
from sqlalchemy import func, select
from sqlalchemy.event import listen, remove

from server.operations.rebuild import Body, read_all
from server.store import schema
from server.store.engine import reading
from shared.conference.conference import UnpublishConference
from shared.conference.seat_types import EditSeatType, SeatType
from shared.kernel.codec import from_json
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId, SeatTypeId
from shared.registration.allotments import LeaseAllotment
from shared.registration.seats import SeatsOfType
from tests.acceptance.conftest import names
from tests.acceptance.mailbox import link_in, mails_to
from tests.acceptance.money import *  # noqa: F403 -- steps are fixtures
from tests.acceptance.registrants import REGISTRANT, WANTED, money, quoted, wishes
from tests.acceptance.site import SEAT_TYPES, Site, details_of, seat_type_of
from tests.server.web.world import ORDERS, SPACE, bearer

scenarios("ordering.feature")

RECORDED = {
    "placed": "order_placed",
    "named": "registrant_assigned",
    "updated": "order_updated",
    "reserved": "order_reserved",
    "partially_reserved": "order_partially_reserved",
    "confirmed": "order_confirmed",
    "expired": "order_expired",
    "cancelled": "order_cancelled",
    "needed attention": "order_needs_attention",
}


@when(parsers.re(f"{REGISTRANT}'s browser sends the order again"))
def _(site: Site, person: str) -> None:
    site.sends(person, *site.sent[person])


@when(parsers.re(rf"{REGISTRANT} orders {WANTED} with the code (?P<code>\"\w+\")"))
def _(site: Site, person: str, wanted: str, code: str) -> None:
    site.orders(person, wishes(wanted), quoted(code))


@when(parsers.re(rf"{REGISTRANT} orders {WANTED} without a name"))
def _(site: Site, person: str, wanted: str) -> None:
    site.orders(person, wishes(wanted), details={})


@when(parsers.re(f"{REGISTRANT} gives the name"))
def _(site: Site, person: str) -> None:
    site.asks(person, "PUT", "/registrant", details_of(person))


@when(parsers.re(rf"(?P<number>\d+) other people order {WANTED} each"), target_fixture="changed")
def _(site: Site, number: str, wanted: str) -> list[int]:
    """How many rows each of the orders changed."""
    changed = []
    for one in range(int(number)):
        site.orders(f"Somebody{one}", wishes(wanted))
        with reading(site.here.services.engine).connect() as conn:
            (latest,) = conn.execute(select(func.max(schema.rows.c.position)).where(schema.rows.c.space == SPACE)).one()
            at = (schema.rows.c.space == SPACE) & (schema.rows.c.position == latest)
            changed.append(conn.execute(select(func.count()).select_from(schema.rows).where(at)).scalar_one())
    return changed


@when(parsers.re(rf"(?P<number>\d+) people order {WANTED} at the same moment"))
def _(site: Site, number: str, wanted: str) -> None:
    people = [f"Somebody{one}" for one in range(int(number))]
    with ThreadPoolExecutor(len(people)) as threads:
        list(threads.map(lambda person: site.orders(person, wishes(wanted)), people))
    assert len(site.opened) == len(people)


@when('the organizer\'s desk borrows 1 "Full conference"')
def _(site: Site) -> None:
    desk, seat_type = DeviceId(site.laptop.workspace.device), SeatTypeId(SEAT_TYPES["Full conference"])
    site.laptop.does(LeaseAllotment(allotment="desk-1", desk=desk, seat_type=seat_type, quantity=1))
    assert not site.laptop.complaints()


@when("the organizer unpublishes the conference")
def _(site: Site) -> None:
    site.laptop.does(UnpublishConference())
    assert not site.laptop.complaints()


@when(parsers.parse('the organizer sells the "{name}" as "{new}" at {price}'))
def _(site: Site, name: str, new: str, price: str) -> None:
    seat_type = SeatTypeId(seat_type_of(name))
    seen = site.laptop.sees(SeatType, seat_type)
    edit = EditSeatType(
        seat_type=seat_type, name=Edit(seen=seen.name, new=new), price=Edit(seen=seen.price, new=money(price))
    )
    site.laptop.does(edit)
    assert not site.laptop.complaints()


@when("the server forgets to look at the clock")
def _(site: Site) -> None:
    """The command that would expire the order never runs."""
    with site.here.services.engine.begin() as conn:
        assert conn.execute(schema.deadlines.delete()).rowcount == 1


# What they see


@then(parsers.re(rf'{REGISTRANT}\'s order is for 1 "(?P<name>\w+)" at (?P<price>[\d.]+)'))
def _(site: Site, person: str, name: str, price: str) -> None:
    (line,) = site.order(person)["lines"]
    assert (line["name"], line["quantity"], line["price"]) == (name, 1, money(price))
    assert site.order(person)["total"] == money(price)


@then(parsers.re(r'(?P<number>\d+) of them hold 1 "Dinner" each'))
def _(site: Site, number: str) -> None:
    held = [line["granted"] for person in site.opened for line in site.order(person)["lines"]]
    assert sorted(held) == [0] * (len(held) - int(number)) + [1] * int(number)


@then("it is the same order")
def _(site: Site) -> None:
    assert site.answer == site.order("Rita")
    path, secret = site.opened["Rita"]
    assert site.client.get(f"{ORDERS}/{site.answer['order']}", headers=bearer(secret)).status_code == 200
    assert path.endswith(site.answer["order"])


@then(
    parsers.parse('of the "{name}" the organizer sees {left:d} left, {held:d} held, {sold:d} sold and {lent:d} on loan')
)
def _(site: Site, name: str, left: int, held: int, sold: int, lent: int) -> None:
    site.laptop.syncs()
    seats = site.laptop.sees(SeatsOfType, seat_type_of(name))
    assert (seats.available, seats.held, seats.sold, seats.allotted) == (left, held, sold, lent)
    assert left + held + sold + lent == seats.quota


@then("the last of them changed as many rows as the first")
def _(changed: list[int]) -> None:
    assert changed == [changed[0]] * len(changed)


@then(parsers.re(rf"{REGISTRANT}'s order was (?P<what>.*)"))
def _(site: Site, person: str, what: str) -> None:
    """The log of the conference says so, in this order."""
    words = what.replace(" and ", ", ").split(", ")
    assert recorded(site, site.order(person)["order"]) == words


def recorded(site: Site, order: str) -> list[str]:
    """What the log says of an order, in the words of the stories."""
    words = {f"registration.{name}": word for word, name in RECORDED.items()}
    with reading(site.here.services.engine).connect() as conn:
        messages = [one for commit in read_all(conn, SPACE) for one in from_json(Body, commit.body).messages]
    of_order = [name for name, _, body in messages if json.loads(bytes(body)).get("order") == order]
    return [words[name] for name in of_order if name in words]


@then('1 of 2 "Dinner" and 2 of 2 "Full conference" are held for Rita')
def _(site: Site) -> None:
    held = {one["name"]: (one["granted"], one["quantity"]) for one in site.order("Rita")["lines"]}
    assert held == {"Dinner": (1, 2), "Full conference": (2, 2)}


@then("Rita can neither pay, confirm, change, discount, rename nor give up the order, because it expired")
def _(site: Site) -> None:
    lines = {"lines": [{"seat_type": seat_type_of("Dinner"), "quantity": 2}]}
    for method, path, body in (
        ("POST", "/payments", None),
        ("POST", "/confirmation", None),
        ("PUT", "/lines", lines),
        ("POST", "/codes", {"code": "TENTH"}),
        ("PUT", "/registrant", details_of("Rosa")),
        ("DELETE", "", None),
    ):
        site.asks("Rita", method, path, body)
        assert site.answer["code"] == "order_expired", (method, path, site.answer)
    assert "expired" not in recorded(site, site.opened["Rita"][0].rpartition("/")[2])


@then("no two orders have the same locator of six unmistakable characters")
def _(site: Site) -> None:
    locators = [site.order(person)["locator"] for person in site.opened]
    assert len(set(locators)) == len(locators) == 21
    for one in locators:
        assert re.fullmatch(r"[A-HJKMNP-Z1-9]{6}", one)


@then("Rita's locator in the place of the secret opens nothing")
def _(site: Site) -> None:
    shown = site.order("Rita")
    for id in (shown["order"], shown["locator"]):
        assert site.client.get(f"{ORDERS}/{id}", headers=bearer(shown["locator"])).status_code == 404


@then("the link in the mail to Rita has a secret of 26 characters of 5 bits")
def _(site: Site) -> None:
    (mail,) = mails_to(site, "rita@example.org")
    secret = link_in(mail).partition("?key=")[2]
    assert re.fullmatch(r"[A-Z2-7]{26}", secret)
    assert secret == site.opened["Rita"][1]


@then("nothing that the server stores has Rita's secret")
def _(site: Site) -> None:
    """But the mail itself, which is a file here."""
    settings = site.here.settings
    files = [one for one in settings.data_dir.rglob("*") if one.is_file() and settings.mail_dir not in one.parents]
    assert any(one.name.startswith("lanyard.sqlite") for one in files)
    secret, id = site.opened["Rita"][1].encode(), site.order("Rita")["order"].encode()
    stored = [one.read_bytes() for one in files]
    assert any(id in one for one in stored)
    assert not any(secret in one for one in stored)


@then("a wrong locator, and a wrong address, take as many looks into the database as the right ones")
def _(site: Site) -> None:
    mails_to(site, "rita@example.org")  # whoever sends them looks, too
    locator = site.order("Rita")["locator"]
    right = looks(site, locator, "rita@example.org", 200)
    assert right
    assert looks(site, "AAAAAA", "rita@example.org", 404) == right
    assert looks(site, locator, "eve@example.org", 404) == right
    assert looks(site, "AAAAAA", "eve@example.org", 404) == right


def looks(site: Site, locator: str, address: str, status: int) -> int:
    """How often the rows are asked for to answer this."""
    asked: list[str] = []

    def look(*told: Any) -> None:
        asked.append(str(told[2]))

    engine = site.here.services.engine
    listen(engine, "before_cursor_execute", look)
    found = site.client.post(f"{ORDERS}/find", json={"locator": locator, "email": address})
    remove(engine, "before_cursor_execute", look)
    assert found.status_code == status
    return len([one for one in asked if " rows " in one])


@then(parsers.re(r"Rita's seats are (?P<listed>\".*\")"))
def _(site: Site, listed: str) -> None:
    shown = [(one["position"], one["seat_type"]) for one in site.seats("Rita")]
    assert shown == list(enumerate(seat_type_of(name) for name in quoted(listed)))


@then(parsers.parse("the seats are of {people}"))
def _(site: Site, people: str) -> None:
    listed = [None if one == "nobody" else one for one in names(people)]
    assert [one["first_name"] for one in site.seats("Rita")] == listed
    assert [one["first_name"] for one in site.tickets("Rita")] == [one for one in listed if one is not None]
