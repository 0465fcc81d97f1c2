"""What one address holds without having paid: orders on invoice, offers from the wait list; and what it waits for."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from httpx2 import Response

from shared.conference.conference import EditConference
from shared.kernel.edits import Edit
from tests.server.web.test_limits import TestClientOf, of, place
from tests.server.web.test_road import call_back, start_payment, told
from tests.server.web.world import ANN, DINNER, FULL, ORDERS, Clock, World, bearer, running

LIST = "/api/v1/conferences/pycon/waitlist"
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[World]:
    """A server behind a proxy at which an address may hold 4 seats and wait for 4; it sells on invoice."""
    with running(tmp_path, Clock(), held_seats_per_address=4) as world:
        world.make_conference()
        issuer = Edit(seen="", new="PyCon")
        world.command(EditConference(invoice_prefix=Edit(seen="", new="PY-"), invoice_from=issuer))
        world.client = TestClientOf(world).at("127.0.0.1")
        yield world


def invoiced(world: World, placed: Response) -> tuple[str, str]:
    """The path and secret of an order that is confirmed on invoice."""
    order, secret = f"{ORDERS}/{placed.json()['order']['order']}", placed.json()["secret"]
    assert world.put(f"{order}/registrant", ANN, secret).status_code == 200
    assert world.post(f"{order}/invoice", {"address": "ACME"}, secret=secret).status_code == 200
    return order, secret


def join(world: World, address: str, quantity: int, key: str | None = None) -> Response:
    body = {"lines": [{"seat_type": DINNER, "quantity": quantity}], **ANN}
    headers = {"Idempotency-Key": key or str(uuid4())} | of(address)
    answer: Response = world.client.post(LIST, json=body, headers=headers)
    return answer


def give_back(world: World, placed: Response) -> None:
    """Cancel an order."""
    path = f"{ORDERS}/{placed.json()['order']['order']}"
    assert world.client.delete(path, headers=bearer(placed.json()["secret"])).status_code == 200


def test_seats_on_invoice_count_as_held_for_a_day(strict: World) -> None:
    invoiced(strict, place(strict, HERE, 4))
    strict.clock.pass_time(hours=23)
    refused = place(strict, HERE, 1)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_holds")
    assert refused.headers["retry-after"] == "3600"
    assert place(strict, THERE, 1).status_code == 201
    strict.clock.pass_time(hours=1)
    assert place(strict, HERE, 1).status_code == 201


def test_an_order_that_was_given_time_to_pay_counts_when_it_goes_on_invoice(strict: World) -> None:
    placed = place(strict, HERE, 4)
    order, secret = f"{ORDERS}/{placed.json()['order']['order']}", placed.json()["secret"]
    strict.put(f"{order}/registrant", ANN, secret)
    strict.clock.pass_time(minutes=14)
    payment = start_payment(strict, order, secret).payment
    strict.clock.pass_time(minutes=5)
    assert place(strict, HERE, 1).status_code == 429
    assert strict.client.delete(f"{order}/payments/{payment}", headers=bearer(secret)).status_code == 200
    assert strict.post(f"{order}/invoice", {"address": "ACME"}, secret=secret).status_code == 200
    strict.clock.pass_time(hours=2)
    assert place(strict, HERE, 1).status_code == 429


def test_seats_that_are_paid_and_orders_that_are_cancelled_are_held_no_more(strict: World) -> None:
    placed = place(strict, HERE, 4)
    order, secret = f"{ORDERS}/{placed.json()['order']['order']}", placed.json()["secret"]
    strict.put(f"{order}/registrant", ANN, secret)
    charge = start_payment(strict, order, secret)
    assert place(strict, HERE, 1).status_code == 429
    assert call_back(strict, told(charge)).status_code == 204
    again = place(strict, HERE, 4)
    assert again.status_code == 201
    give_back(strict, again)
    assert place(strict, HERE, 4).status_code == 201


def test_one_address_waits_for_so_many_seats(strict: World) -> None:
    sold = place(strict, "192.0.2.9", 2, DINNER)
    key = str(uuid4())
    entries = [join(strict, HERE, 2), *(join(strict, HERE, 2, key=key) for _ in range(2))]
    assert [one.status_code for one in entries] == [201, 201, 201]
    refused = join(strict, HERE, 1)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_waited_for")
    assert (refused.json()["values"], int(refused.headers["retry-after"])) == ({"most": 4}, 24 * 3600)
    assert join(strict, THERE, 1).status_code == 201
    assert place(strict, HERE, 4).status_code == 201, "who waits holds nothing yet"
    left = entries[0].json()
    path = f"{LIST}/{left['entry']['entry']}"
    assert strict.client.delete(path, headers=bearer(left["secret"])).status_code == 200
    assert join(strict, HERE, 1).status_code == 201
    give_back(strict, sold)


def test_who_is_refused_waits_for_nothing(strict: World) -> None:
    assert join(strict, HERE, 3).json()["code"] == "never_fits"
    place(strict, "192.0.2.9", 2, DINNER)
    key = str(uuid4())
    assert join(strict, HERE, 2, key=key).status_code == 201
    assert join(strict, HERE, 1, key=key).json()["code"] == "id_reused"
    assert join(strict, HERE, 2).status_code == 201
    assert join(strict, HERE, 1).status_code == 429


def test_an_offer_is_held_by_the_address_that_joined(strict: World) -> None:
    sold = place(strict, "192.0.2.9", 2, DINNER)
    entry = join(strict, HERE, 2).json()
    give_back(strict, sold)
    assert place(strict, HERE, 3).status_code == 429
    assert place(strict, HERE, 2).status_code == 201
    offer = strict.get(f"{LIST}/{entry['entry']['entry']}", entry["secret"]).json()["offer"]
    order = f"{ORDERS}/{offer['order']}"
    assert strict.post(f"{order}/invoice", {"address": "ACME"}, secret=offer["secret"]).status_code == 200
    strict.clock.pass_time(hours=20)
    assert place(strict, HERE, 3).status_code == 429
    strict.clock.pass_time(hours=4)
    assert place(strict, HERE, 3, FULL).status_code == 201


def test_who_has_an_offer_waits_no_more(strict: World) -> None:
    sold = place(strict, "192.0.2.9", 2, DINNER)
    join(strict, HERE, 2)
    give_back(strict, sold)
    assert [join(strict, HERE, 2).status_code for _ in range(3)] == [201, 201, 429]


def test_an_offer_that_nobody_looked_at_counts_from_its_confirmation(strict: World) -> None:
    sold = place(strict, "192.0.2.9", 2, DINNER)
    entry = join(strict, HERE, 2).json()
    give_back(strict, sold)
    strict.clock.pass_time(hours=20)
    offer = strict.get(f"{LIST}/{entry['entry']['entry']}", entry["secret"]).json()["offer"]
    path = f"{ORDERS}/{offer['order']}"
    assert strict.post(f"{path}/invoice", {"address": "ACME"}, secret=offer["secret"]).status_code == 200
    strict.clock.pass_time(hours=23)
    assert place(strict, HERE, 3).status_code == 429


def test_an_offer_that_lapsed_is_held_no_more(strict: World) -> None:
    sold = place(strict, "192.0.2.9", 2, DINNER)
    join(strict, HERE, 2)
    give_back(strict, sold)
    assert place(strict, HERE, 3).status_code == 429
    strict.clock.pass_time(hours=25)
    assert place(strict, HERE, 4).status_code == 201


def test_joining_counts_as_placing_an_order(tmp_path: Path) -> None:
    with running(tmp_path, Clock(), orders_per_address=2) as world:
        world.make_conference()
        world.place({DINNER: 2})
        assert join(world, HERE, 1).status_code == 201
        assert join(world, HERE, 1).json()["code"] == "too_many_orders"
