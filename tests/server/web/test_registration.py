"""Registrants order, correct, pay nothing, are refused, and are found again."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy.event import listen

from server.store import commits
from server.store.engine import reading
from tests.server.web.test_road import mails, text_of, until
from tests.server.web.world import ANN, DINNER, FREE, FULL, ORDERS, SPACE, World, bearer


def test_a_published_conference_is_listed_with_what_is_left(world: World) -> None:
    assert [one["slug"] for one in world.get("/api/v1/conferences").json()] == ["pycon"]
    shown = world.get("/api/v1/conferences/PyCon").json()
    assert shown["currency"] == "EUR"
    assert shown["takes_orders"]
    assert [(one["name"], one["price"], one["remaining"]) for one in shown["seats"]] == [
        ("Full conference", 120_00, 10),
        ("Dinner", 35_50, 2),
        ("Speaker", 0, 5),
    ]


def test_an_order_is_answered_with_totals_and_granted_seats(world: World) -> None:
    lines = [{"seat_type": FULL, "quantity": 2}, {"seat_type": DINNER, "quantity": 3}]
    placed = world.post(ORDERS, {"lines": lines})
    assert placed.status_code == 201
    order = placed.json()["order"]
    assert order["state"] == "partially_reserved"
    assert [(line["quantity"], line["granted"]) for line in order["lines"]] == [(2, 2), (3, 2)]
    assert (order["total"], order["currency"]) == (2 * 120_00 + 2 * 35_50, "EUR")
    assert (order["now"], order["expires_at"]) == ("2026-05-04T09:00:00Z", "2026-05-04T09:15:00Z")
    assert len(order["locator"]) == 6
    secret = placed.json()["secret"]
    assert len(secret) == 26
    assert placed.json()["link"] == f"https://lanyard.example/pycon/orders/{order['order']}?key={secret}"
    assert world.remaining() == {"Full conference": 8, "Dinner": 0, "Speaker": 5}


def test_the_same_key_gives_the_same_answer_and_holds_seats_once(world: World) -> None:
    key, body = str(uuid4()), {"lines": [{"seat_type": FULL, "quantity": 2}]}
    first, again = world.post(ORDERS, body, key=key), world.post(ORDERS, body, key=key)
    assert first.json() == again.json()
    assert world.remaining()["Full conference"] == 8


def test_a_known_key_with_another_body_is_refused(world: World) -> None:
    key = str(uuid4())
    world.post(ORDERS, {"lines": [{"seat_type": FULL, "quantity": 2}]}, key=key)
    other = world.post(ORDERS, {"lines": [{"seat_type": FULL, "quantity": 3}]}, key=key)
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")
    assert world.remaining()["Full conference"] == 8


def test_a_known_key_does_another_thing_all_the_same_or_says_why_not(world: World) -> None:
    key = str(uuid4())
    order, secret = world.place({FREE: 1}, ANN)
    assert world.post(f"{order}/confirmation", key=key, secret=secret).status_code == 200
    other, its_secret = world.place({FULL: 1})
    refused = [
        world.post(f"{other}/codes", {"code": "NOBODY-KNOWS"}, key=key, secret=its_secret),
        world.post(f"{order}/seats/0/cancellation", key=key, secret=secret),
    ]
    assert [one.json()["code"] for one in refused] == ["code_unknown", "cancellation_closed"]


def test_an_order_needs_a_key(world: World) -> None:
    body = {"lines": [{"seat_type": FULL, "quantity": 2}]}
    missing = world.client.post(ORDERS, json=body)
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_missing")
    invalid = world.post(ORDERS, body, key="12345678")
    assert (invalid.status_code, invalid.json()["code"]) == (400, "idempotency_key_invalid")


def test_updating_an_order_moves_its_seats_and_not_its_deadline(world: World) -> None:
    order, secret = world.place({FULL: 2})
    world.clock.pass_time(minutes=5)
    updated = world.put(f"{order}/lines", {"lines": [{"seat_type": DINNER, "quantity": 1}]}, secret).json()
    assert (updated["state"], updated["total"], updated["expires_at"]) == ("reserved", 35_50, "2026-05-04T09:15:00Z")
    assert world.remaining() == {"Full conference": 10, "Dinner": 1, "Speaker": 5}


def test_a_free_order_is_confirmed_without_a_payment(world: World) -> None:
    order, secret = world.place({FREE: 1})
    refused = world.post(f"{order}/confirmation", secret=secret)
    assert (refused.status_code, refused.json()["code"]) == (409, "registrant_missing")
    assert world.put(f"{order}/registrant", ANN, secret).json()["registrant"] == ANN
    key = str(uuid4())
    for _ in range(2):
        confirmed = world.post(f"{order}/confirmation", key=key, secret=secret)
        assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed")
    refused = world.put(f"{order}/lines", {"lines": [{"seat_type": FULL, "quantity": 1}]}, secret)
    assert (refused.status_code, refused.json()["code"]) == (409, "order_confirmed")


def test_a_cancelled_order_gives_its_seats_back(world: World) -> None:
    order, secret = world.place({FULL: 2})
    cancelled = world.client.delete(order, headers=bearer(secret))
    assert cancelled.json()["state"] == "cancelled"
    assert world.remaining()["Full conference"] == 10


def test_correcting_a_name_keeps_the_person(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    changed = world.put(f"{order}/registrant", ANN | {"first_name": "Anna"}, secret).json()
    assert changed["registrant"]["first_name"] == "Anna"


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({}, "lines", "missing"),
        ({"lines": [{"seat_type": FULL}]}, "lines[0].quantity", "missing"),
        ({"lines": [{"seat_type": FULL, "quantity": "2"}]}, "lines[0].quantity", "wrong_type"),
        ({"lines": [{"seat_type": FULL, "quantity": -1}]}, "quantity", "out_of_range"),
        ({"lines": [{"seat_type": FULL, "quantity": 0}] * 101}, "lines", "too_many"),
        ({"lines": [{"seat_type": FULL, "quantity": 1}], "registrant": ANN | {"email": "x"}}, "email", "too_short"),
    ],
)
def test_a_bad_order_names_the_field_at_fault(world: World, body: object, field: str, rule: str) -> None:
    refused = world.post(ORDERS, body)
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["field"]) == (422, "invalid_field", field)
    assert problem["values"]["rule"] == rule
    assert problem["status"] == 422
    assert "…" not in problem["title"]


def test_what_the_domain_refuses_has_its_code_and_status(world: World) -> None:
    unknown = world.post(ORDERS, {"lines": [{"seat_type": "no-such-type", "quantity": 1}]})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_seat_type")
    too_many = world.post(ORDERS, {"lines": [{"seat_type": FULL, "quantity": 21}]})
    assert too_many.json() == {
        "code": "too_many_seats",
        "title": "At most 20 seats of one type fit in one order.",
        "status": 422,
        "values": {"seat_type": FULL, "most": 20},
    }


def test_an_order_opens_only_with_its_secret_and_all_misses_are_alike(world: World) -> None:
    order, secret = world.place({FULL: 1})
    assert world.get(order, secret).json()["state"] == "reserved"
    misses = [
        world.get(order),
        world.get(order, secret[:-1] + ("B" if secret.endswith("A") else "A")),
        world.client.get(order, headers={b"Authorization": b"Bearer \xfc"}),
        world.get(f"{ORDERS}/no-such-order", secret),
        world.client.get(order, headers={"Authorization": f"Basic {secret}"}),
    ]
    assert {(one.status_code, one.text) for one in misses} == {(404, misses[0].text)}
    assert misses[0].json()["code"] == "unknown_order"


def test_guessing_is_limited(world: World) -> None:
    order, secret = world.place({FULL: 1})
    for _ in range(10):
        assert world.get(order, "guess").status_code == 404
    limited = world.get(order, "guess")
    assert (limited.status_code, limited.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(limited.headers["retry-after"]) <= 60
    assert world.get(order, secret).status_code == 200, "who has the secret does not suffer from who guesses"


def test_an_address_is_found_however_its_letters_are_put_together(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN | {"email": "zoe\u0308@example.org"})
    locator = world.get(order, secret).json()["locator"]
    for typed in ("zo\u00eb@example.org", "zoe\u0308@example.org"):
        assert world.client.post(f"{ORDERS}/find", json={"locator": locator, "email": typed}).status_code == 200


def test_locator_and_address_find_an_order(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    locator = world.get(order, secret).json()["locator"]
    found = world.client.post(f"{ORDERS}/find", json={"locator": locator.lower(), "email": "ANN@example.org "})
    assert found.json()["locator"] == locator
    misses = [
        world.client.post(f"{ORDERS}/find", json={"locator": locator, "email": "bo@example.org"}),
        world.client.post(f"{ORDERS}/find", json={"locator": "AAAAAA", "email": "ann@example.org"}),
        world.client.post(f"{ORDERS}/find", json={"locator": "AAAAAA", "email": ""}),
    ]
    assert {(one.status_code, one.text) for one in misses} == {(404, misses[0].text)}


def links_mailed(world: World) -> list[str]:
    """What the mails with an order's link say."""
    return [text for one in mails(world) if "This link opens your order" in (text := text_of(one))]


def written(world: World) -> int:
    """How many commits the log has."""
    with reading(world.services.engine).begin() as conn:
        head = commits.head(conn, SPACE)
    assert head is not None
    return head.position


def test_a_link_is_mailed_again_so_often_and_the_answer_never_tells(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    known = {"locator": world.get(order, secret).json()["locator"], "email": "ANN@example.org"}
    misses = [known | {"email": "bo@example.org"}, known | {"locator": "AAAAAA"}, known | {"locator": "\x00"}]
    answers = [world.client.post(f"{ORDERS}/find/link", json=one) for one in misses]
    for count in range(1, 6):
        answers.append(world.client.post(f"{ORDERS}/find/link", json=known))
        until(lambda count=count: len(links_mailed(world)) == count)
    before = written(world)
    answers += [world.client.post(f"{ORDERS}/find/link", json=known) for _ in range(2)]
    assert {(one.status_code, one.text) for one in answers} == {(202, "")}
    refused = world.client.post(f"{ORDERS}/find/link", json=misses[1])
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert world.client.post(f"{ORDERS}/find", json=known).status_code == 200, "asking for links is no guessing"
    assert written(world) == before


def test_an_unpublished_conference_is_unknown(bare: World) -> None:
    bare.make_conference(is_published=False)
    assert bare.get("/api/v1/conferences").json() == []
    unknown = bare.get("/api/v1/conferences/pycon")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_conference")
    refused = bare.post(ORDERS, {"lines": [{"seat_type": FULL, "quantity": 1}]})
    assert refused.json()["code"] == "unknown_conference"


def test_text_is_kept_in_one_normal_form_and_without_nul(world: World) -> None:
    order, secret = world.place({FULL: 1})
    decomposed = ANN | {"last_name": "O\u0308z"}
    assert world.put(f"{order}/registrant", decomposed, secret).json()["registrant"]["last_name"] == "Öz"
    half = b'{"last_name": "\\ud800", "email": "ann@example.org"}'
    headers = {"Content-Type": "application/json"} | bearer(secret)
    assert world.client.put(f"{order}/registrant", content=half, headers=headers).json()["code"] == "unreadable"
    refused = world.put(f"{order}/registrant", ANN | {"last_name": "\x00"}, secret)
    assert (refused.status_code, refused.json()["code"]) == (422, "nul_in_text")
    refused = world.post(ORDERS, {"lines": [{"seat_type": "\x00", "quantity": 1}]})
    assert (refused.status_code, refused.json()["code"]) == (422, "nul_in_text")
    assert world.get("/api/v1/conferences/%00").json()["code"] == "unknown_conference"


def test_no_cache_keeps_an_order(world: World) -> None:
    order, secret = world.place({FULL: 1})
    assert world.get(order, secret).headers["cache-control"] == "no-store"


def test_the_list_of_conferences_is_one_query_however_many_there_are(bare: World) -> None:
    asked: list[str] = []
    for number in range(4):
        bare.make_conference(slug=f"con{number}", space=str(UUID(int=100 + number)), is_published=number != 2)
    listen(bare.services.engine, "before_cursor_execute", lambda *given: asked.append(str(given[2])))
    assert [one["slug"] for one in bare.get("/api/v1/conferences").json()] == ["con0", "con1", "con3"]
    assert len([one for one in asked if " rows " in one]) == 1
