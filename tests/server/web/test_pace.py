"""What an order may do only so often in an hour: write to new addresses, open pages at the payment provider."""

from typing import Any
from uuid import uuid4

from httpx2 import Response

from tests.server.web.test_road import start_payment
from tests.server.web.visitor import Visitor
from tests.server.web.world import ANN, FREE, FULL, World, bearer


def known_as(world: World, order: str, secret: str, name: str) -> Response:
    return world.put(f"{order}/registrant", ANN | {"email": f"{name}@example.org"}, secret)


def confirmed(world: World, seats: int) -> tuple[str, str]:
    """An order with confirmed seats that cost nothing."""
    order, secret = world.place({FREE: seats}, ANN)
    assert world.post(f"{order}/confirmation", secret=secret).status_code == 200
    return order, secret


def refusal(answer: Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()["code"]


def test_an_order_is_written_to_at_five_new_addresses_an_hour(world: World) -> None:
    order, secret = world.place({FREE: 1}, ANN)
    for number in range(5):
        assert known_as(world, order, secret, f"{number}").status_code == 200
        world.clock.pass_time(minutes=1)
    refused = known_as(world, order, secret, "6")
    assert refusal(refused) == (429, "too_many_changes")
    assert refused.headers["retry-after"] == str(55 * 60)
    assert known_as(world, order, secret, "4").status_code == 200, "nobody new is written to"
    other, other_secret = world.place({FREE: 1}, ANN)
    assert known_as(world, other, other_secret, "6").status_code == 200


def test_addresses_of_an_hour_ago_count_no_more_and_refused_ones_never(world: World) -> None:
    order, secret = confirmed(world, 1)
    for _ in range(8):
        assert known_as(world, order, secret, "no address ").status_code == 422
    for number in range(5):
        assert known_as(world, order, secret, f"{number}").status_code == 200
    assert refusal(known_as(world, order, secret, "6")) == (429, "too_many_changes")
    world.clock.pass_time(hours=1)
    assert known_as(world, order, secret, "6").status_code == 200


def test_seats_are_given_to_so_many_new_addresses_an_hour(world: World) -> None:
    order, secret = confirmed(world, 2)
    for number in range(60):
        seat = f"{order}/seats/{number % 2}"
        assert world.put(seat, ANN | {"email": f"{number}@example.org"}, secret).status_code == 200
    refused = world.put(f"{order}/seats/0", ANN, secret)
    assert refusal(refused) == (429, "too_many_changes")
    corrected = world.put(f"{order}/seats/0", ANN | {"email": "58@example.org", "first_name": "Anne"}, secret)
    assert (corrected.status_code, corrected.json()[0]["first_name"]) == (200, "Anne")


def test_a_seat_that_is_given_twice_by_the_same_request_counts_once(world: World) -> None:
    order, secret = confirmed(world, 1)
    headers = bearer(secret) | {"Idempotency-Key": str(uuid4())}
    body = ANN | {"attendee": None}
    for _ in range(70):
        world.client.delete(f"{order}/seats/0", headers=bearer(secret))
        assert world.client.put(f"{order}/seats/0", json=body, headers=headers).status_code == 200


def test_an_order_starts_so_many_payments_an_hour(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    for _ in range(20):
        payment = start_payment(world, order, secret).payment
        assert world.client.delete(f"{order}/payments/{payment}", headers=bearer(secret)).status_code == 200
    refused = world.post(f"{order}/payments", secret=secret)
    assert refusal(refused) == (429, "too_many_changes")
    assert refused.headers["retry-after"] == "3600"


def test_a_payment_that_is_refused_or_started_again_counts_no_more(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    key = str(uuid4())
    for _ in range(30):
        assert world.post(f"{order}/payments", key=key, secret=secret).status_code == 201
        assert world.post(f"{order}/payments", secret=secret).status_code == 409, "one is under way"


def test_a_page_says_so_and_keeps_what_was_typed(world: World) -> None:
    visitor = Visitor(world)
    order, secret = world.place({FREE: 1}, ANN)
    for number in range(5):
        known_as(world, order, secret, f"{number}")
    visitor.open(f"/pycon/orders/{order.rpartition('/')[2]}?key={secret}")
    assert visitor.send("/details", {"email": "six@example.org"}).status_code == 429
    assert "too often" in visitor.text
    assert visitor.form("/details")["email"] == "six@example.org"


def test_a_page_gives_seats_as_often_as_the_api(world: World) -> None:
    visitor = Visitor(world)
    order, secret = confirmed(world, 1)
    for number in range(60):
        world.put(f"{order}/seats/0", ANN | {"email": f"{number}@example.org"}, secret)
    visitor.open(f"/pycon/orders/{order.rpartition('/')[2]}?key={secret}")
    fields = {"first_name": "Bo", "last_name": "Öz", "email": "bo@example.org"}
    assert visitor.send("/seats/0", fields).status_code == 429
    assert visitor.form("/seats/0")["email"] == "bo@example.org"


def test_what_orders_did_is_forgotten(world: World) -> None:
    pace = world.services.pace
    for number in range(3_000):
        with pace.keeping(f"{number}", "kind", "id", most=1):
            world.clock.pass_time(minutes=10)
    assert len(pace._done) <= 1_001
