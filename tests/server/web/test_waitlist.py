"""Whoever waits sees the place in the queue, why others were asked first, and the offer."""

from typing import Any
from uuid import uuid4

from tests.server.web.world import ANN, DINNER, FULL, World, bearer

LIST = "/api/v1/conferences/pycon/waitlist"


def join(world: World, quantity: int = 2, key: str | None = None) -> tuple[str, str, dict[str, Any]]:
    """The path, secret and entry of somebody who waits for dinners."""
    joined = world.post(LIST, {"lines": [{"seat_type": DINNER, "quantity": quantity}], **ANN}, key=key)
    assert joined.status_code == 201, joined.text
    entry = joined.json()["entry"]
    return f"{LIST}/{entry['entry']}", joined.json()["secret"], entry


def test_seats_that_come_free_are_offered_to_the_first_who_fits(world: World) -> None:
    order, secret = world.place({DINNER: 1}, ANN)
    world.place({DINNER: 1}, ANN)
    large, large_secret, entry = join(world, 2)
    assert (entry["state"], entry["before"], entry["offer"]) == ("waiting", 0, None)
    small, small_secret, entry = join(world, 1)
    assert entry["before"] == 1
    world.client.delete(order, headers=bearer(secret))
    shown = world.get(small, small_secret).json()
    assert (shown["state"], shown["before"], shown["passed_over"]) == ("offered", None, None)
    offer = shown["offer"]
    assert offer["link"].endswith(f"{offer['order']}?key={offer['secret']}")
    assert offer["expires_at"] == "2026-05-05T09:00:00Z"
    offered = world.get(f"/api/v1/conferences/pycon/orders/{offer['order']}", offer["secret"]).json()
    assert (offered["state"], offered["offer_of"]) == ("reserved", small.rpartition("/")[2])
    passed = world.get(large, large_secret).json()
    assert (passed["state"], passed["before"]) == ("waiting", 0)
    assert passed["passed_over"] == {"at": "2026-05-04T09:00:00Z", "times": 1, "free": {DINNER: 1}}


def test_who_leaves_declines_the_offer_and_the_next_one_has_it(world: World) -> None:
    order, secret = world.place({DINNER: 2}, ANN)
    first, first_secret, _ = join(world)
    second, second_secret, _ = join(world)
    world.client.delete(order, headers=bearer(secret))
    assert world.get(first, first_secret).json()["state"] == "offered"
    left = world.client.delete(first, headers=bearer(first_secret))
    assert (left.status_code, left.json()["state"], left.json()["offer"]) == (200, "declined", None)
    assert world.get(second, second_secret).json()["state"] == "offered"


def test_the_same_request_again_is_one_entry(world: World) -> None:
    world.place({DINNER: 2}, ANN)
    key = str(uuid4())
    assert join(world, key=key) == join(world, key=key)
    other = world.post(LIST, {"lines": [{"seat_type": DINNER, "quantity": 1}], **ANN}, key=key)
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")


def test_an_entry_opens_only_with_its_secret_and_all_misses_are_alike(world: World) -> None:
    world.place({DINNER: 2}, ANN)
    path, secret, _ = join(world)
    _, order_secret = world.place({FULL: 1}, ANN)
    misses = [
        world.get(path),
        world.get(path, order_secret),
        world.get(f"{LIST}/nowhere", secret),
        world.client.delete(path, headers={"Authorization": f"Basic {secret}"}),
    ]
    assert {(one.status_code, one.text) for one in misses} == {(404, misses[0].text)}
    assert misses[0].json()["code"] == "unknown_wait_entry"


def test_what_can_never_be_had_is_not_waited_for(world: World) -> None:
    refused = world.post(LIST, {"lines": [{"seat_type": DINNER, "quantity": 3}], **ANN})
    assert (refused.status_code, refused.json()["code"]) == (409, "never_fits")


def test_what_can_be_had_is_not_waited_for(world: World) -> None:
    refused = world.post(LIST, {"lines": [{"seat_type": DINNER, "quantity": 2}], **ANN})
    assert (refused.status_code, refused.json()["code"]) == (409, "seats_available")
