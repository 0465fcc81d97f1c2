"""What one client's address may do: hold so many seats, place so many orders; and whose word on addresses counts."""

import asyncio
from contextlib import suppress
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response
from pydantic import ValidationError
from starlette.testclient import TestClient

from server.settings import Settings
from server.web.errors import Problem
from shared.kernel.decider import Rejected
from tests.server.web.test_availability import left
from tests.server.web.world import ANN, FREE, FULL, ORDERS, Clock, World, bearer, running


def of(address: str) -> dict[str, str]:
    """The headers that a proxy adds for a client."""
    return {"X-Forwarded-For": address}


@pytest.fixture
def strict(tmp_path: Path) -> Any:
    """A server at which an address may hold 4 seats and place 5 orders a minute, behind a proxy."""
    with running(tmp_path, Clock(), held_seats_per_address=4, orders_per_address=5) as world:
        world.make_conference()
        world.client = TestClientOf(world).at("127.0.0.1")
        yield world


class TestClientOf:
    """Clients of a running world from other addresses than its own."""

    __test__ = False

    def __init__(self, world: World) -> None:
        self._world = world

    def at(self, address: str) -> TestClient:
        client = TestClient(self._world.app, client=(address, 1), raise_server_exceptions=False)
        client.portal = self._world.client.portal  # the same event loop
        return client


def place(world: World, address: str, quantity: int, seat_type: str = FULL, key: str | None = None) -> Response:
    lines = [{"seat_type": seat_type, "quantity": quantity}]
    headers = {"Idempotency-Key": key or str(uuid4())} | of(address)
    answer: Response = world.client.post(ORDERS, json={"lines": lines}, headers=headers)
    return answer


def test_one_address_holds_so_many_seats_and_another_as_many_again(strict: World) -> None:
    assert place(strict, "192.0.2.1", 3).status_code == 201
    refused = place(strict, "192.0.2.1", 2)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_holds")
    assert refused.json()["values"] == {"most": 4}
    assert 0 < int(refused.headers["retry-after"]) <= 15 * 60
    assert place(strict, "192.0.2.1", 1).status_code == 201
    assert place(strict, "192.0.2.2", 4).status_code == 201
    assert place(strict, "192.0.2.3", 5).json()["code"] == "too_many_holds"
    assert left(strict)[FULL] == 2


def test_the_same_request_again_holds_nothing_more(strict: World) -> None:
    key = str(uuid4())
    assert [place(strict, "192.0.2.1", 4, key=key).status_code for _ in range(3)] == [201] * 3


def test_only_granted_seats_are_held(strict: World) -> None:
    assert place(strict, "192.0.2.9", 3, FREE).status_code == 201
    assert place(strict, "192.0.2.1", 4, FREE).json()["order"]["lines"][0]["granted"] == 2
    assert place(strict, "192.0.2.1", 2).status_code == 201
    assert place(strict, "192.0.2.1", 1).status_code == 429


def test_confirmed_cancelled_and_expired_seats_are_held_no_more(strict: World) -> None:
    placed = place(strict, "192.0.2.1", 4, FREE).json()
    order, secret = f"{ORDERS}/{placed['order']['order']}", placed["secret"]
    assert place(strict, "192.0.2.1", 1).status_code == 429
    strict.put(f"{order}/registrant", ANN, secret)
    assert strict.post(f"{order}/confirmation", secret=secret).status_code == 200
    placed = place(strict, "192.0.2.1", 4).json()
    strict.client.delete(f"{ORDERS}/{placed['order']['order']}", headers=bearer(placed["secret"]))
    assert place(strict, "192.0.2.1", 4).status_code == 201
    assert place(strict, "192.0.2.1", 1).status_code == 429
    strict.clock.pass_time(minutes=15)
    assert place(strict, "192.0.2.1", 4).status_code == 201


def test_a_refused_order_and_a_smaller_one_give_room(strict: World) -> None:
    refused = place(strict, "192.0.2.1", 4, "no-such-type")
    assert refused.json()["code"] == "unknown_seat_type"
    placed = place(strict, "192.0.2.1", 4).json()
    lines, secret = f"{ORDERS}/{placed['order']['order']}/lines", placed["secret"]

    def update(quantity: int) -> int:
        body = {"lines": [{"seat_type": FULL, "quantity": quantity}]}
        status: int = strict.client.put(lines, json=body, headers=bearer(secret) | of("192.0.2.1")).status_code
        return status

    assert update(5) == 429
    assert place(strict, "192.0.2.1", 1).status_code == 429
    assert update(2) == 200
    assert place(strict, "192.0.2.1", 2).status_code == 201
    assert update(3) == 429
    assert left(strict)[FULL] == 6


def test_one_address_places_so_many_orders_a_minute(strict: World) -> None:
    for _ in range(5):
        assert place(strict, "192.0.2.1", 1, "no-such-type").status_code == 404
    strict.clock.pass_time(seconds=20)
    refused = place(strict, "192.0.2.1", 1)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_orders")
    assert refused.headers["retry-after"] == "40"
    assert place(strict, "192.0.2.2", 1).status_code == 201
    strict.clock.pass_time(seconds=40)
    assert place(strict, "192.0.2.1", 1).status_code == 201


def test_what_is_over_is_forgotten(strict: World) -> None:
    holds = strict.services.holds
    holds._tidy_at = 8
    for number in range(4):
        assert place(strict, f"192.0.2.{number}", 1, FREE).status_code == 201
    strict.clock.pass_time(hours=1)
    assert place(strict, "192.0.2.99", 1).status_code == 201
    assert (len(holds._by_id), list(holds._by_address), list(holds._placed_at)) == (
        1,
        ["192.0.2.99"],
        ["192.0.2.99"],
    )


def test_who_placed_orders_is_forgotten_even_where_no_seats_are_counted(tmp_path: Path) -> None:
    with running(tmp_path, Clock(), held_seats_per_address=0) as world:
        holds = world.services.holds
        for number in range(3_000):
            holds.count_order(f"192.0.{number // 256}.{number % 256}")
            world.clock.pass_time(minutes=2)
        assert len(holds._placed_at) <= 1_000


def test_a_request_that_came_twice_and_was_refused_holds_nothing(strict: World) -> None:
    holds = strict.services.holds

    async def refused(gate: asyncio.Event) -> None:
        with suppress(Problem):
            async with holds.holding("192.0.2.1", "space", "order", 4):
                await gate.wait()
                raise Problem("unavailable")

    async def twice() -> None:
        gate = asyncio.Event()
        twins = [asyncio.create_task(refused(gate)) for _ in range(2)]
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*twins)

    asyncio.run(twice())
    assert place(strict, "192.0.2.1", 4).status_code == 201


def test_codes_are_not_guessed_many_at_a_time_and_nobody_is_turned_away_for_company(strict: World) -> None:
    attempts, begun = strict.services.attempts, list[str]()

    async def enter(address: str, gate: asyncio.Event, code: str) -> None:
        async with attempts.guessing_codes(address, "space"):
            begun.append(address)
            await gate.wait()
            if code != "KNOWN":
                raise Rejected("code_unknown")

    async def crowd(code: str, many: int) -> list[BaseException | None]:
        begun.clear()
        gate = asyncio.Event()
        entered = [asyncio.create_task(enter("192.0.2.1", gate, code)) for _ in range(many)]
        entered.append(asyncio.create_task(enter("192.0.2.2", gate, "KNOWN")))
        await asyncio.sleep(0)
        assert begun == ["192.0.2.1"] * 10 + ["192.0.2.2"]
        gate.set()
        return await asyncio.gather(*entered, return_exceptions=True)

    assert asyncio.run(crowd("KNOWN", 25)) == [None] * 26
    ends = [str(one) for one in asyncio.run(crowd("GUESS", 60))[:-1]]
    assert 20 <= ends.count("code_unknown") < 30
    assert ends.count("too_many_attempts") == 60 - ends.count("code_unknown")
    assert not attempts._guessing


def test_a_limit_of_0_is_none(tmp_path: Path) -> None:
    with running(tmp_path, Clock(), held_seats_per_address=0, orders_per_address=0) as world:
        world.make_conference()
        for _ in range(70):
            assert world.post(ORDERS, {"lines": [{"seat_type": FULL, "quantity": 20}]}).status_code == 201


@pytest.mark.parametrize(
    ("proxies", "peer", "is_believed"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "198.51.100.7", False),
        ("10.1.0.0/16, ::1", "10.1.2.3", True),
        ("10.1.0.0/16, ::1", "::1", True),
        ("10.1.0.0/16, ::1", "10.2.2.3", False),
        ("", "127.0.0.1", False),
    ],
)
def test_only_a_trusted_proxy_says_who_asks(tmp_path: Path, proxies: str, peer: str, *, is_believed: bool) -> None:
    with running(tmp_path, Clock(), trusted_proxies=proxies, held_seats_per_address=2) as world:
        world.make_conference()
        world.client = TestClientOf(world).at(peer)
        # A client's own lines stand before those that the proxy added.
        statuses = [place(world, f"203.0.113.{one}, 192.0.2.{one}", 2).status_code for one in (1, 2)]
        assert statuses == [201, 201 if is_believed else 429]


def test_a_proxy_that_is_no_address_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        Settings(trusted_proxies="proxy.example.org")


def test_all_misses_of_an_order_are_alike_in_body_status_reads_and_time(tmp_path: Path) -> None:
    """Each guess comes from another address, so that no limit ends the series.

    The times are compared by medians, and are those of this process: what else the machine does is not in them.
    """
    with running(tmp_path, Clock(), trusted_proxies="127.0.0.1") as world:
        world.make_conference()
        order, secret = world.place({FULL: 1}, ANN)
        locator = world.get(order, secret).json()["locator"]
        world.client = TestClientOf(world).at("127.0.0.1")
        find = f"{ORDERS}/find"
        guesses: dict[str, tuple[str, str, dict[str, str] | None, str]] = {
            "another secret": ("GET", order, None, "A" * 26),
            "no such order": ("GET", f"{ORDERS}/{uuid4()}", None, secret),
            "another address": ("POST", find, {"locator": locator, "email": "bo@example.org"}, ""),
            "no such locator": ("POST", find, {"locator": "AAAAAA", "email": "ann@example.org"}, ""),
        }
        took: dict[str, list[float]] = {name: [] for name in guesses}
        answers = set()
        for number in range(40):
            for at, (name, (method, path, body, shown)) in enumerate(guesses.items()):
                headers = bearer(shown or None) | of(f"192.0.{at}.{number}")
                began = process_time()
                missed = world.client.request(method, path, json=body, headers=headers)
                took[name].append(process_time() - began)
                answers.add((missed.status_code, missed.text, tuple(sorted(missed.headers.items()))))
        assert len(answers) == 1, answers
        known = {name: median(seconds) for name, seconds in took.items()}
        for one, other in (("another secret", "no such order"), ("another address", "no such locator")):
            assert 1 / 2 < known[one] / known[other] < 2, known
