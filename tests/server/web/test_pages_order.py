"""From the choice of seats to the confirmation, page by page, in a browser without JavaScript."""

import base64
import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from server.gateways.hosted_page import Result
from server.gateways.payments import Charge
from shared.conference.conference import EditConference, UnpublishConference
from shared.discounts.discount import DefineDiscount
from shared.kernel.codec import from_json
from shared.kernel.edits import Edit
from tests.server.web.test_road import call_back, mails, told, until
from tests.server.web.visitor import SITE, Visitor
from tests.server.web.world import ANN, DINNER, FREE, FULL, Clock, World, running


@pytest.fixture
def visitor(world: World) -> Visitor:
    return Visitor(world)


def order_seats(visitor: Visitor, wanted: dict[str, int]) -> str:
    """Choose seats on the conference's page; the path of the order's page."""
    visitor.open("/pycon")
    visitor.send("/pycon", {f"seats-{one}": str(quantity) for one, quantity in wanted.items()})
    assert re.fullmatch(r"/pycon/orders/[0-9a-f-]+", visitor.path), visitor.text
    return visitor.path


def charge_of(visitor: Visitor) -> Charge:
    """The charge that the browser is sent to the provider with."""
    sent = visitor.send("/payment")
    assert sent.status_code == 303, visitor.text
    query = parse_qs(urlsplit(sent.headers["location"]).query)
    return from_json(Charge, base64.urlsafe_b64decode(query["charge"][0]))


def test_from_the_first_look_to_the_confirmation(world: World, visitor: Visitor) -> None:
    path = order_seats(visitor, {FULL: 2, DINNER: 1})
    assert "Your seats are held" in visitor.text
    assert "15 minutes left, until May 4, 2026, 11:15 (Europe/Berlin)" in visitor.text
    assert "€275.50" in visitor.text
    visitor.send("/details", ANN)
    assert "Pay €275.50 now" in visitor.text
    charge = charge_of(visitor)
    assert charge.amount == 275_50
    visitor.open(urlsplit(charge.return_url).path + "?returned")
    assert "Your payment is being confirmed" in visitor.text
    call_back(world, told(charge))
    visitor.open(path)
    assert "You are registered" in visitor.text
    locator = world.get(f"/api/v1/conferences/pycon/orders/{path.rpartition('/')[2]}", key_of(visitor)).json()[
        "locator"
    ]
    assert f"Order number {locator}" in visitor.text


def key_of(visitor: Visitor) -> str:
    return next(one.value or "" for one in visitor.world.client.cookies.jar if one.name == "order_key")


def test_a_double_click_places_one_order_and_pays_once(world: World, visitor: Visitor) -> None:
    visitor.open("/pycon")
    form = visitor.form("/pycon") | {f"seats-{FULL}": "2"}
    paths = {str(visitor.post("/pycon", form).url) for _ in range(2)}
    assert len(paths) == 1
    assert world.remaining()["Full conference"] == 8
    visitor.send("/details", ANN)
    assert charge_of(visitor).payment == charge_of(visitor).payment


def test_the_cookie_is_for_this_order_only_and_out_of_reach_of_scripts(world: World, visitor: Visitor) -> None:
    visitor.open("/pycon")
    form = visitor.form("/pycon") | {f"seats-{FULL}": "1"}
    placed = world.client.post("/pycon", data=form, follow_redirects=False)
    path = placed.headers["location"]
    cookie = next(one for one in placed.headers.get_list("set-cookie") if one.startswith("order_key="))
    parts = {part.strip() for part in cookie.split(";")}
    assert {"HttpOnly", "SameSite=lax", "Secure", f"Path={path}"} <= parts
    assert visitor.open(path).status_code == 200
    visitor.forget()
    assert visitor.open(path).status_code == 404


def test_the_mailed_link_opens_the_order_and_leaves_the_address_clean(world: World, visitor: Visitor) -> None:
    world.place({FULL: 1}, ANN)
    until(lambda: len(mails(world)) == 2)
    body = next(one for one in mails(world) if one["To"] == ANN["email"]).get_body(("plain",))
    assert body is not None
    (link,) = re.findall(r"https://lanyard\.example(/pycon/orders/\S+)", body.get_content())
    assert "?key=" in link
    page = visitor.open(link)
    assert page.status_code == 200
    assert "key=" not in str(page.url)
    assert "Pay €120.00 now" in visitor.text
    assert "ann@example.org" in visitor.text


def test_nothing_that_was_entered_is_lost_and_every_mistake_is_shown(visitor: Visitor) -> None:
    order_seats(visitor, {FULL: 1})
    page = visitor.send("/details", {"first_name": "Ann", "last_name": "", "email": ""})
    assert page.status_code == 422
    assert "There are 2 problems Enter your last name. Enter your e-mail address." in visitor.text
    assert re.search(
        r'id="details-last_name"[^>]*aria-invalid="true"\s*aria-describedby="details-last_name-mistake"', page.text
    )
    assert '<a href="#details-email">' in page.text
    assert "<title>Error: " in page.text
    assert visitor.form("/details")["first_name"] == "Ann"
    page = visitor.send("/details", {"last_name": "Öz", "email": "ann@"})
    assert page.status_code == 422
    assert "Email is not an e-mail address" in visitor.text
    assert visitor.form("/details")["email"] == "ann@"
    visitor.send("/details", {"email": "ann@example.org"})
    assert "Pay €120.00 now" in visitor.text


@pytest.mark.parametrize(
    ("entered", "said"),
    [
        ("", "Choose at least one seat"),
        ("x", "Quantity must be a whole number"),
        ("21", "At most 20 seats"),
        ("9" * 9, "whole"),
    ],
)
def test_a_choice_that_makes_no_order_is_explained(visitor: Visitor, entered: str, said: str) -> None:
    visitor.open("/pycon")
    page = visitor.send("/pycon", {f"seats-{FULL}": entered})
    assert (page.status_code, visitor.path) == (422, "/pycon")
    assert said in visitor.text
    assert visitor.form("/pycon")[f"seats-{FULL}"] == (entered or "0")


def test_a_partial_reservation_is_explained_and_can_be_changed(world: World, visitor: Visitor) -> None:
    path = order_seats(visitor, {FULL: 1, DINNER: 3})
    assert "You did not get all seats" in visitor.text
    assert "Dinner: 2 of 3 held" in visitor.text
    assert "€191.00" in visitor.text
    visitor.open(f"{path}/lines")
    assert visitor.form("/lines")[f"seats-{DINNER}"] == "3"
    assert "2 are held for you" in visitor.text
    visitor.send("/lines", {f"seats-{DINNER}": "2"})
    assert "Your seats are changed" in visitor.text
    assert "You did not get all seats" not in visitor.text
    visitor.open(f"{path}/lines")
    assert visitor.send("/lines", {f"seats-{DINNER}": "0", f"seats-{FULL}": "0"}).status_code == 422
    assert "Choose at least one seat" in visitor.text


def test_what_other_seats_cost_is_said_to_be_before_discounts(world: World, visitor: Visitor) -> None:
    world.command(DefineDiscount(code="HALF", percentage=50_00))
    path = order_seats(visitor, {FULL: 1})
    visitor.open(f"{path}/lines")
    assert "Total before discounts" not in visitor.text
    visitor.open(path)
    visitor.send("/codes", {"code": "half"})
    assert "€60.00" in visitor.text
    visitor.open(f"{path}/lines")
    assert "Total before discounts" in visitor.text


def test_an_order_that_got_nothing_says_what_can_be_done(world: World, visitor: Visitor) -> None:
    world.place({DINNER: 2})
    order_seats(visitor, {DINNER: 1})
    assert "These seats are sold out" in visitor.text
    assert "Join the wait list" in visitor.text
    assert "Your details" not in visitor.text


def test_a_free_order_is_confirmed_without_a_payment(visitor: Visitor) -> None:
    order_seats(visitor, {FREE: 1})
    visitor.send("/details", ANN)
    assert "Nothing to pay" in visitor.text
    visitor.send("/confirm")
    assert "You are registered" in visitor.text


def test_the_time_that_is_over_keeps_the_choice(world: World, visitor: Visitor) -> None:
    path = order_seats(visitor, {FULL: 2})
    form = visitor.form("/details")
    world.clock.pass_time(minutes=16)
    assert visitor.post(f"{path}/details", form | ANN).status_code == 409
    assert "The time is over" in visitor.text
    assert "its seats were released" in visitor.text
    page = visitor.open(path)
    (again,) = re.findall(r'class="button" href="(/pycon\?[^"]*)"', page.text)
    visitor.open(again.replace("&amp;", "&"))
    assert visitor.form("/pycon")[f"seats-{FULL}"] == "2"


def test_an_order_under_way_is_found_again_from_the_conference_s_page(world: World, visitor: Visitor) -> None:
    path = order_seats(visitor, {FULL: 2})
    assert f'href="{path}"' in visitor.open("/pycon").text
    world.clock.pass_time(minutes=16)
    assert f'href="{path}"' not in visitor.open("/pycon").text


def test_the_details_can_be_corrected_and_the_order_cancelled(world: World, visitor: Visitor) -> None:
    path = order_seats(visitor, {FULL: 2})
    visitor.send("/details", ANN)
    visitor.send("/details", {"last_name": "Lee"})
    assert "Your details are saved" in visitor.text
    assert "Ann Lee" in visitor.text
    visitor.send("/cancel")
    assert "This order is cancelled" in visitor.text
    assert world.remaining()["Full conference"] == 10
    assert visitor.open(f"{path}/details").status_code == 200, "an address of a form leads back to the order"
    assert visitor.path == path


def test_a_payment_under_way_can_be_gone_back_to_or_cancelled(visitor: Visitor) -> None:
    path = order_seats(visitor, {FULL: 1})
    visitor.send("/details", ANN)
    first = charge_of(visitor)
    visitor.open(path)
    assert "A payment is under way" in visitor.text
    assert charge_of(visitor).payment == first.payment
    visitor.open(path)
    visitor.send("/payment/cancel")
    assert "The payment was cancelled" in visitor.text
    assert "Pay €120.00 now" in visitor.text
    assert charge_of(visitor).payment != first.payment


def test_a_refused_card_is_said_and_another_way_to_pay_is_there(world: World, visitor: Visitor) -> None:
    path = order_seats(visitor, {FULL: 1})
    visitor.send("/details", ANN)
    charge = charge_of(visitor)
    assert "was not made" not in visitor.text
    call_back(world, told(charge, Result.REJECTED))
    visitor.open(f"{path}?returned")
    assert "The payment was not made, and nothing was charged" in visitor.text
    assert "Pay €120.00 now" in visitor.text


def test_whoever_comes_back_too_late_is_not_told_that_nothing_was_charged(world: World, visitor: Visitor) -> None:
    path = order_seats(visitor, {FULL: 1})
    visitor.send("/details", ANN)
    charge = charge_of(visitor)
    world.clock.pass_time(minutes=16)
    visitor.open(f"{path}?returned")
    assert "The time was over before your payment reached us" in visitor.text
    assert "Nothing was charged" not in visitor.text
    call_back(world, told(charge))
    visitor.open(f"{path}?returned")
    assert "You are registered" in visitor.text


def test_whoever_leaves_the_provider_s_page_is_not_thanked_for_a_payment(visitor: Visitor) -> None:
    order_seats(visitor, {FULL: 1})
    visitor.send("/details", ANN)
    left = urlsplit(charge_of(visitor).way_out)
    visitor.open(f"{left.path}?{left.query}")
    assert "A payment is under way" in visitor.text
    assert "Thank you" not in visitor.text


def test_the_seats_of_an_order_are_changed_after_its_conference_was_unpublished(world: World, visitor: Visitor) -> None:
    path = order_seats(visitor, {FULL: 2})
    world.command(UnpublishConference())
    assert visitor.open(f"{path}/lines").status_code == 200
    assert visitor.send("/lines", {f"seats-{DINNER}": "x"}).status_code == 422
    visitor.send("/lines", {f"seats-{FULL}": "1", f"seats-{DINNER}": "1"})
    assert "Your seats are changed" in visitor.text
    assert "€155.50" in visitor.text


def test_the_page_with_the_payment_allows_the_way_to_the_provider(world: World, visitor: Visitor) -> None:
    order_seats(visitor, {FULL: 1})
    page = visitor.send("/details", ANN)
    assert f"form-action 'self' {world.settings.payment_url};" in page.headers["content-security-policy"]


def test_a_form_without_its_token_changes_nothing(world: World, visitor: Visitor) -> None:
    path = order_seats(visitor, {FULL: 1})
    forms = [{}, {"token": "wrong", "request": "x"}, visitor.form("/cancel") | {"token": "ö"}]
    for form in forms:
        assert visitor.post(f"{path}/cancel", form).status_code == 403
        assert "Nothing was changed" in visitor.text
    visitor.open(path)
    assert visitor.post(f"{path}/cancel", visitor.form("/cancel") | {"request": "no uuid"}).status_code == 403
    assert world.remaining()["Full conference"] == 9


def test_a_field_with_half_a_character_is_not_taken(world: World, visitor: Visitor) -> None:
    path = order_seats(visitor, {FULL: 1})
    body = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n+2AA-\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x; charset=utf-7"}
    assert world.client.post(f"{path}/cancel", content=body, headers=headers).status_code == 400


def test_an_order_speaks_the_language_of_its_registrant(world: World, visitor: Visitor) -> None:
    visitor.open("/pycon?lang=de")
    path = order_seats(visitor, {FULL: 1})
    shown = world.get(f"/api/v1/conferences/pycon/orders/{path.rpartition('/')[2]}", key_of(visitor)).json()
    assert shown["language"] == "de"


def test_an_order_is_confirmed_on_invoice_where_the_conference_allows_it(world: World, visitor: Visitor) -> None:
    path = order_seats(visitor, {FULL: 1})
    visitor.send("/details", ANN)
    assert "Pay on invoice" not in visitor.text
    world.command(EditConference(invoice_prefix=Edit(seen="", new="PY-"), invoice_from=Edit(seen="", new="PyCon")))
    visitor.open(path)
    assert visitor.send("/invoice", {"address": " "}).status_code == 422
    visitor.send("/invoice", {"address": "ACME\r\nRing 1"})
    assert "You are registered" in visitor.text
    assert "€120.00 are still to be paid" in visitor.text
    invoice = visitor.open(f"{path}/invoices/1.pdf")
    assert (invoice.status_code, invoice.content[:4]) == (200, b"%PDF")
    assert visitor.open(f"{path}/invoices/2.pdf").status_code == 404


def test_no_nul_reaches_postgresql(tmp_path: Path, postgres_database_url: str) -> None:
    """It takes none in a key, and would fail the orders of others in the same batch."""
    with running(tmp_path, Clock(), database_url=postgres_database_url) as world:
        world.make_conference()
        visitor, form = Visitor(world), {"Content-Type": "application/x-www-form-urlencoded"}
        world.client.base_url = SITE
        order, secret = world.place({FULL: 1})
        page = f"/pycon/orders/{order.rpartition('/')[2]}"
        visitor.open(f"{page}?key={secret}")
        visitor.open(f"{page}/lines")
        fields = urlencode({name: visitor.form("/lines")[name] for name in ("token", "request")})
        answers = [
            world.client.get("/api/v1/conferences/pycon/tickets/%00/0"),
            world.client.get("/pycon/tickets/%00/0?key=x"),
            world.client.post(f"{page}/lines", content=f"{fields}&seats-%00=1", headers=form),
        ]
        assert [one.status_code for one in answers] == [422, 422, 422]
        assert world.client.get("/pycon", headers={"Cookie": 'order_under_way="\\000"'}).status_code == 200
