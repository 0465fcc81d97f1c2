"""The two pages: what a conference's says, that an order's holds nothing personal, and where they stand."""

import re
from pathlib import Path

import pytest
from starlette.routing import Mount, Route

import server.web
from server.web import openapi
from shared.conference.conference import RESERVED_SLUGS, EditConference, UnpublishConference
from shared.kernel.edits import Edit
from tests.server.web.test_road import mails, start_payment, until
from tests.server.web.world import ANN, DINNER, FULL, World

STATIC = Path(server.web.__file__).parent / "static"


def test_a_conference_has_a_page_with_prices_and_what_is_left(world: World) -> None:
    world.place({DINNER: 2})
    page = world.get("/PyCon")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    said = re.sub(r"<[^>]*>|\s+", " ", page.text)
    for words in ("PyCon", "20 May 2026", "22 May 2026", "120.00 EUR", "0.00 EUR", "sold out"):
        assert words in said, words
    rows = re.findall(r'<th scope="row">(\w+).*?<td>(.*?)</td>\s*<td>(.*?)</td>', page.text, re.DOTALL)
    assert rows == [("Full", "120.00 EUR", "10"), ("Dinner", "35.50 EUR", "sold out"), ("Speaker", "0.00 EUR", "5")]
    assert "https://lanyard.example/api/v1/conferences/pycon/orders" in page.text
    assert FULL in page.text


def test_what_an_organizer_writes_is_text_and_no_markup(world: World) -> None:
    world.command(EditConference(description=Edit(seen="", new="<script>alert(1)</script> & more")))
    page = world.get("/pycon").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    assert "<script" not in page


@pytest.mark.parametrize("path", ["/pycon", "/pycon/orders/some-order", "/nowhere", "/nowhere/orders/x", "/%00"])
def test_an_unpublished_conference_has_no_page(bare: World, path: str) -> None:
    bare.make_conference(is_published=False)
    page = bare.get(path)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such conference" in page.text
    assert "PyCon" not in page.text


def test_an_order_of_a_conference_that_was_unpublished_keeps_its_page(world: World) -> None:
    world.command(UnpublishConference())
    assert world.get("/pycon").status_code == 404
    assert world.get("/pycon/orders/some-order").status_code == 200


def test_the_mailed_link_opens_a_page_without_anything_of_the_order(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    locator = world.get(order, secret).json()["locator"]
    until(lambda: len(mails(world)) == 2)
    (link,) = re.findall(r"https://lanyard\.example(/\S+)", mails(world)[1].get_content())
    page = world.get(link.partition("#")[0])
    assert page.status_code == 200
    assert "comes by mail" in page.text
    assert [one for one in (locator, secret, *ANN.values()) if one in page.text] == []
    assert page.text == world.get("/pycon/orders/another").text, "it does not tell whether there is such an order"


def test_the_payment_sends_back_to_the_order_s_page_which_does_not_call_it_paid(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    charge = start_payment(world, order, secret)
    page = world.get(charge.return_url.removeprefix("https://lanyard.example"))
    assert page.status_code == 200
    assert "is being confirmed" in page.text
    assert "is being confirmed" not in world.get("/pycon/orders/another").text


@pytest.mark.parametrize("path", ["/pycon", "/pycon/orders/some-order", "/nowhere"])
def test_a_page_runs_only_our_own_script_and_tells_nobody_where_it_was(world: World, path: str) -> None:
    page = world.get(path)
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {source for allowed in policy.values() for source in allowed.split()} == {"'none'", "'self'"}
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert 'name="viewport"' in page.text
    for address in re.findall(r'(?:href|src)="([^"]*)"', page.text):
        assert address.startswith("/")
        assert world.get(address).status_code == 200, address
    assert not re.search(r"<style|style=|<script>|\son\w+=", page.text), "the policy would not let it through"


def test_the_static_files_are_two_and_work_light_and_dark(world: World) -> None:
    assert sorted(path.name for path in STATIC.iterdir()) == ["order.js", "pages.css"]
    assert "prefers-color-scheme: dark" in world.get("/static/pages.css").text
    script = world.get("/static/order.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "innerHTML" not in script.text
    for path in ("/static/", "/static/../pages.py", "/static/%2e%2e/pages.py"):
        assert world.get(path).status_code == 404


def test_no_conference_can_take_an_address_of_the_server_s(world: World) -> None:
    routes = [*world.app.router.routes, *(route for part in openapi.ROUTERS for route in part.routes)]
    paths = [one.path for one in routes if isinstance(one, Route | Mount)]
    first = {path.split("/")[1] for path in paths}
    assert {one for one in first if not one.startswith("{")} <= RESERVED_SLUGS
    assert {"api", "sync", "enrol", "hooks", "static"} <= first
