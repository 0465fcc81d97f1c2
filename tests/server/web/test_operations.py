"""What a registrant asks of the API beside placing and paying: codes, invoices, cancelled seats, files, own tickets."""

from uuid import uuid4

import pytest

from server.links import ticket_secret
from shared.conference.conference import EditConference
from shared.discounts.discount import DefineDiscount
from shared.kernel.edits import Edit
from shared.registration.order_state import OrderState
from tests.server.web.test_road import call_back, start_payment, told
from tests.server.web.world import ANN, DINNER, FREE, FULL, ORDERS, SPACE, World, bearer

BO = {"first_name": "Bo", "last_name": "Łuk", "email": "bo@example.org"}


@pytest.fixture
def selling(world: World) -> World:
    """The conference has a discount code, sells on invoice, and lets registrants cancel until the day before."""
    world.command(DefineDiscount(code="EARLY10", percentage=10_00, seat_types=(FULL,)))
    world.command(DefineDiscount(code="GIFT", percentage=100_00, quota=1))
    world.command(
        EditConference(
            invoice_prefix=Edit(seen="", new="PYC-"),
            invoice_from=Edit(seen="", new="PyCon e.V.\nBerlin"),
            cancel_days=Edit(seen=-1, new=1),
        )
    )
    return world


def confirmed(world: World, seats: int = 2) -> tuple[str, str]:
    """An order with confirmed seats that cost nothing."""
    order, secret = world.place({FREE: seats}, ANN)
    assert world.post(f"{order}/confirmation", secret=secret).status_code == 200
    return order, secret


def test_a_code_makes_an_order_cheaper_and_is_taken_back(selling: World) -> None:
    order, secret = selling.place({FULL: 2, DINNER: 1}, ANN)
    for _ in range(2):
        shown = selling.post(f"{order}/codes", {"code": " early10 "}, secret=secret).json()
        assert shown["codes"] == [{"code": "EARLY10", "seats": {FULL: 2}}]
        assert [line["reduction"] for line in shown["lines"]] == [24_00, 0]
        assert shown["total"] == shown["owed"] == 240_00 - 24_00 + 35_50
    shown = selling.client.delete(f"{order}/codes/EARLY10", headers=bearer(secret)).json()
    assert (shown["codes"], shown["total"]) == ([], 240_00 + 35_50)


def test_a_code_may_come_with_the_order(selling: World) -> None:
    lines = [{"seat_type": FULL, "quantity": 1}]
    placed = selling.post(ORDERS, {"lines": lines, "codes": ["EARLY10"], "language": "de"}).json()["order"]
    assert (placed["total"], placed["language"]) == (108_00, "de")
    refused = selling.post(ORDERS, {"lines": lines, "codes": ["NOSUCH1"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "code_unknown")


def test_a_code_that_does_not_fit_is_refused_with_the_reason_and_the_order_stays(selling: World) -> None:
    order, secret = selling.place({DINNER: 1}, ANN)
    refused = selling.post(f"{order}/codes", {"code": "EARLY10"}, secret=secret)
    assert (refused.status_code, refused.json()["code"]) == (409, "code_out_of_scope")
    assert selling.get(order, secret).json()["total"] == 35_50


def test_an_update_drops_codes_that_no_longer_fit_and_says_why(selling: World) -> None:
    order, secret = selling.place({FULL: 1}, ANN)
    selling.post(f"{order}/codes", {"code": "EARLY10"}, secret=secret)
    shown = selling.put(f"{order}/lines", {"lines": [{"seat_type": DINNER, "quantity": 1}]}, secret).json()
    assert (shown["codes"], shown["dropped"]) == ([], {"EARLY10": "code_out_of_scope"})


def test_guessing_codes_is_limited_and_locks_nobody_out_of_the_order(selling: World) -> None:
    order, secret = selling.place({FULL: 1}, ANN)
    for number in range(20):
        assert selling.post(f"{order}/codes", {"code": f"GUESS{number}"}, secret=secret).status_code == 409
    limited = selling.post(f"{order}/codes", {"code": "EARLY10"}, secret=secret)
    assert (limited.status_code, limited.json()["code"]) == (429, "too_many_attempts")
    lines = [{"seat_type": FULL, "quantity": 1}]
    assert selling.post(ORDERS, {"lines": lines, "codes": ["EARLY10"]}).status_code == 429
    assert selling.post(ORDERS, {"lines": lines}).status_code == 201
    assert selling.get(order, secret).status_code == 200


def test_an_order_is_confirmed_on_invoice_once(selling: World) -> None:
    order, secret = selling.place({FULL: 2}, ANN)
    key, body = str(uuid4()), {"address": "ACME\nMain Street 1\nBerlin"}
    for _ in range(2):
        shown = selling.post(f"{order}/invoice", body, key=key, secret=secret)
        assert shown.status_code == 200, shown.text
        assert (shown.json()["state"], shown.json()["on_invoice"], shown.json()["owed"]) == ("confirmed", True, 240_00)
    (invoice,) = selling.get(f"{order}/invoices", secret).json()
    assert (invoice["kind"], invoice["total"], invoice["paid_at"]) == ("invoice", 240_00, None)
    assert invoice["label"].startswith("PYC-")
    file = selling.get(f"{order}/invoices/{invoice['number']}.pdf", secret)
    assert (file.status_code, file.headers["content-type"], file.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert file.headers["cache-control"] == "no-store"


def test_nobody_reads_the_invoice_of_another_order(selling: World) -> None:
    order, secret = selling.place({FULL: 1}, ANN)
    selling.post(f"{order}/invoice", {"address": "ACME"}, secret=secret)
    (invoice,) = selling.get(f"{order}/invoices", secret).json()
    other, other_secret = selling.place({FULL: 1}, BO)
    refused = selling.get(f"{other}/invoices/{invoice['number']}.pdf", other_secret)
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_invoice")
    assert selling.get(f"{other}/invoices", other_secret).json() == []


def test_an_order_that_is_paid_may_have_an_invoice_too(selling: World) -> None:
    order, secret = selling.place({FULL: 1}, ANN)
    assert call_back(selling, told(start_payment(selling, order, secret))).status_code == 204
    key = str(uuid4())
    for _ in range(2):
        shown = selling.post(f"{order}/invoice", {"address": "ACME"}, key=key, secret=secret).json()
        assert (shown["on_invoice"], shown["has_invoice"], shown["owed"]) == (False, True, 0)


def test_an_invoice_needs_a_registrant_and_a_conference_that_sells_on_it(world: World) -> None:
    order, secret = world.place({FULL: 1})
    refused = world.post(f"{order}/invoice", {"address": "ACME"}, secret=secret)
    assert (refused.status_code, refused.json()["code"]) == (409, "registrant_missing")
    world.put(f"{order}/registrant", ANN, secret)
    refused = world.post(f"{order}/invoice", {"address": "ACME"}, secret=secret)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_invoices")


def test_a_confirmed_seat_and_then_the_order_is_given_back_by_the_rules(selling: World) -> None:
    order, secret = confirmed(selling, 3)
    seats = selling.post(f"{order}/seats/1/cancellation", secret=secret).json()
    assert [one["is_cancelled"] for one in seats] == [False, True, False]
    assert selling.remaining()["Speaker"] == 3
    unknown = selling.post(f"{order}/seats/9/cancellation", secret=secret)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_position")
    cancelled = selling.client.delete(order, headers=bearer(secret))
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, OrderState.CANCELLED)
    assert selling.remaining()["Speaker"] == 5


def test_confirmed_seats_stay_where_only_the_organizer_cancels(world: World) -> None:
    order, secret = confirmed(world)
    for refused in (
        world.post(f"{order}/seats/0/cancellation", secret=secret),
        world.client.delete(order, headers=bearer(secret)),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "cancellation_closed")


def test_tickets_and_the_calendar_are_files(world: World) -> None:
    order, secret = confirmed(world)
    nobody = world.get(f"{order}/tickets.pdf", secret)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "no_tickets")
    world.put(f"{order}/seats/1", BO, secret)
    for path in (f"{order}/tickets.pdf", f"{order}/seats/1/ticket.pdf"):
        file = world.get(path, secret)
        assert (file.status_code, file.headers["content-type"], file.content[:5]) == (200, "application/pdf", b"%PDF-")
        assert file.headers["cache-control"] == "no-store"
        assert world.get(path).status_code == 404
    assert world.get(f"{order}/seats/0/ticket.pdf", secret).status_code == 404
    calendar = world.get("/api/v1/conferences/pycon/calendar.ics")
    assert calendar.headers["content-type"] == "text/calendar; charset=utf-8"
    assert b"SUMMARY:PyCon" in calendar.content


def test_an_attendee_corrects_the_own_name_and_never_the_address(world: World) -> None:
    order, secret = confirmed(world)
    world.put(f"{order}/seats/1", BO, secret)
    own = own_path(order, 1)
    shown = own_secret(world, order, 1, version=1)
    assert world.get(own, shown).json()["first_name"] == "Bo"
    body = {"first_name": "Bogdan", "last_name": "Łuk", "company": "ACME", "email": "evil@example.org"}
    corrected = world.put(own, body, shown).json()
    assert (corrected["first_name"], corrected["company"], corrected["version"]) == ("Bogdan", "ACME", 1)
    seat = world.get(f"{order}/seats", secret).json()[1]
    assert (seat["first_name"], seat["email"]) == ("Bogdan", BO["email"])
    file = world.get(f"{own}/ticket.pdf", shown)
    assert (file.status_code, file.content[:5]) == (200, b"%PDF-")


def test_a_ticket_given_to_somebody_else_closes_the_first_one_s_link(world: World) -> None:
    order, secret = confirmed(world)
    world.put(f"{order}/seats/1", BO, secret)
    first = own_secret(world, order, 1, version=1)
    world.put(f"{order}/seats/1", ANN, secret)
    for answer in (world.get(own_path(order, 1), first), world.put(own_path(order, 1), {"last_name": "X"}, first)):
        assert (answer.status_code, answer.json()["code"]) == (410, "link_replaced")
    assert world.get(own_path(order, 1), own_secret(world, order, 1, version=2)).json()["first_name"] == "Ann"


def test_all_misses_of_a_ticket_are_alike_and_limited(world: World) -> None:
    order, secret = confirmed(world)
    world.put(f"{order}/seats/1", BO, secret)
    shown = own_secret(world, order, 1, version=1)
    world.client.delete(f"{order}/seats/1", headers=bearer(secret))
    misses = [
        world.get(own_path(order, 1)),
        world.get(own_path(order, 1), shown),
        world.get(own_path(order, 0), shown),
        world.get(own_path(order, 99), shown),
        world.get(own_path(f"{ORDERS}/{uuid4()}", 1), shown),
        world.get(own_path(order, 1), secret),
        world.client.get(own_path(order, 1), headers={"Authorization": f"Basic {shown}"}),
    ]
    assert {(one.status_code, one.text) for one in misses} == {(404, misses[0].text)}
    for _ in range(3):
        world.get(own_path(order, 1), "guess")
    limited = world.get(own_path(order, 1), "guess")
    assert (limited.status_code, limited.json()["code"]) == (429, "too_many_attempts")


def own_path(order: str, position: int) -> str:
    """An attendee's own ticket."""
    return f"/api/v1/conferences/pycon/tickets/{order.rpartition('/')[2]}/{position}"


def own_secret(world: World, order: str, position: int, *, version: int) -> str:
    """What the mailed link has."""
    secret = world.services.secrets.of(SPACE).secret
    return ticket_secret(secret, order.rpartition("/")[2], position=position, version=version)
