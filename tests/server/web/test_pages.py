"""What all pages share: where they stand, headers, languages, misses, and that nothing comes from elsewhere."""

import re
from pathlib import Path

import pytest
from starlette.routing import Mount, Route

import server.web
from server.store.problems import EnvironmentProblem
from server.web import openapi
from server.web.pages import router
from shared.conference.conference import RESERVED_SLUGS, EditConference, UnpublishConference
from shared.kernel.edits import Edit
from tests.server.web.visitor import SITE, Visitor
from tests.server.web.world import ANN, DINNER, FULL, World

STATIC = Path(server.web.__file__).parent / "static"
EVERYWHERE = ["/", "/pycon", "/pycon/find", "/pycon/orders/some-order", "/nowhere", "/pycon/tickets/x/0"]


@pytest.fixture
def visitor(world: World) -> Visitor:
    return Visitor(world)


def test_the_list_has_the_published_conferences_and_says_so_if_there_is_none(bare: World) -> None:
    visitor = Visitor(bare)
    bare.make_conference(is_published=False)
    assert "No conference is open for registration yet" in visitor.open("/").text
    bare.make_conference(slug="second", space="00000000-0000-0000-0000-000000000009")
    visitor.open("/")
    assert "Coming PyCon May 20" in visitor.text
    assert 'href="/second"' in (visitor.page.text if visitor.page else "")
    bare.clock.pass_time(days=30)
    visitor.open("/")
    assert "Over PyCon" in visitor.text
    assert "Coming" not in visitor.text


def test_a_conference_has_a_page_with_prices_and_what_is_left(world: World, visitor: Visitor) -> None:
    world.place({DINNER: 2})
    page = visitor.open("/PyCon")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for words in ("PyCon", "May 20", "22, 2026", "€120.00 Only 10 left", "€35.50 Sold out", "Free Only 5 left"):
        assert words in visitor.text.replace("\xa0", " "), words


def test_what_an_organizer_writes_is_text_and_no_markup(world: World, visitor: Visitor) -> None:
    world.command(EditConference(description=Edit(seen="", new="<script>alert(1)</script> & more")))
    page = visitor.open("/pycon").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    assert "<script>" not in page


@pytest.mark.parametrize("path", ["/pycon", "/pycon/orders/some-order", "/nowhere", "/nowhere/orders/x", "/%00"])
def test_an_unpublished_conference_has_no_page(bare: World, path: str) -> None:
    bare.make_conference(is_published=False)
    visitor = Visitor(bare)
    page = visitor.open(path)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such conference" in page.text
    assert "PyCon" not in page.text


def test_a_conference_that_was_unpublished_still_finds_its_orders(world: World, visitor: Visitor) -> None:
    world.command(UnpublishConference())
    assert visitor.open("/pycon").status_code == 404
    assert visitor.open("/pycon/find").status_code == 200


def test_a_conference_that_is_over_takes_no_orders(world: World, visitor: Visitor) -> None:
    world.clock.pass_time(days=30)
    assert "This conference is over" in visitor.open("/pycon").text


@pytest.mark.parametrize("path", EVERYWHERE)
def test_a_page_runs_only_our_own_scripts_and_tells_nobody_where_it_was(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert {source for allowed in policy.values() for source in allowed.split()} == {"'none'", "'self'"}
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "camera=()" in page.headers["permissions-policy"]
    assert page.headers["vary"] == "Accept-Language, Cookie"
    assert 'name="viewport"' in page.text
    for address in re.findall(r'(?:href|src)="([^"]*\?v=[^"]*)"', page.text):
        assert visitor.world.get(address).status_code == 200, address
    assert not re.search(r"<style|style=|<script>|\son\w+=", page.text), "the policy would not let it through"
    assert not re.search(r'(?:href|src|action)="(?!/|#|")', page.text), "nothing is from elsewhere"


def test_static_files_are_named_by_their_content_and_kept_for_long(visitor: Visitor) -> None:
    page = visitor.open("/pycon").text
    (style,) = re.findall(r'href="(/static/pages\.css\?v=\w+)"', page)
    kept = visitor.world.get(style)
    assert "immutable" in kept.headers["cache-control"]
    assert "prefers-color-scheme: dark" in kept.text
    assert "cache-control" not in visitor.world.get("/static/pages.css").headers
    for path in ("/static/", "/static/../pages/render.py", "/static/%2e%2e/pages/render.py"):
        assert visitor.world.get(path).status_code == 404


def test_scripts_make_no_markup_of_texts() -> None:
    scripts = sorted(STATIC.glob("*.js"))
    assert [one.name for one in scripts] == [
        "copy.js",
        "countdown.js",
        "forms.js",
        "old_link.js",
        "seats.js",
        "waiting.js",
    ]
    for script in scripts:
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval", script.read_text())


def test_the_browser_s_language_is_spoken_until_another_is_chosen(visitor: Visitor) -> None:
    page = visitor.open("/pycon", **{"Accept-Language": "fr, de-AT;q=0.8, en;q=0.5"})
    assert '<html lang="de">' in page.text
    assert page.headers["content-language"] == "de"
    assert "120,00 €" in page.text.replace("\xa0", " ")
    visitor.open("/pycon?lang=ko", **{"Accept-Language": "de"})
    assert '<html lang="ko">' in visitor.open("/pycon", **{"Accept-Language": "de"}).text
    assert "좌석 예약" in visitor.text
    assert '<html lang="ko">' in visitor.open("/pycon?lang=xx").text


@pytest.mark.parametrize(
    "path", ["/pycon/orders/some-order", "/pycon/waitlist/some-entry", "/pycon/tickets/an-order/0"]
)
def test_all_misses_look_the_same(world: World, visitor: Visitor, path: str) -> None:
    order, _ = world.place({FULL: 1}, ANN)
    known = f"/pycon/orders/{order.rpartition('/')[2]}"
    pages = []
    for one in (path, f"{path}?key=wrong", known, f"{known}?key=wrong"):
        page = visitor.open(one)
        assert page.status_code == 404
        pages.append(re.sub(r'href="[^"]*lang=\w+"', "", page.text))
    assert len(set(pages)) == 1
    assert "This page opens with your own link" in pages[0]


def test_guessing_a_key_ends_after_some_attempts(visitor: Visitor) -> None:
    answers = [visitor.open(f"/pycon/orders/some-order?key={one}").status_code for one in range(12)]
    assert answers == [404] * 10 + [429] * 2
    assert visitor.page is not None
    assert int(visitor.page.headers["retry-after"]) > 0
    assert "Too many attempts" in visitor.text


@pytest.mark.parametrize(("path", "status"), [("/no/where/at/all", 404), ("/static/nothing.css", 404)])
def test_what_is_not_there_is_a_page_for_a_browser_and_a_problem_for_a_program(
    visitor: Visitor, path: str, status: int
) -> None:
    asked = visitor.open(path, Accept="text/html,application/xhtml+xml")
    assert asked.status_code == status
    assert ("There is nothing here" in asked.text) is not path.startswith("/static/")
    assert visitor.open(path, Accept="application/json").json()["code"] == "not_found"


def test_without_its_database_the_server_says_that_it_will_be_back(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise EnvironmentProblem("away")

    monkeypatch.setattr(type(visitor.world.services), "_read", away)
    page = visitor.open("/")
    assert (page.status_code, page.headers["retry-after"]) == (503, "15")
    assert "We will be right back" in page.text


@pytest.mark.parametrize("path", ["//elsewhere.example/", "/%09/elsewhere.example", "/%09/orders/x"])
def test_no_address_leads_to_another_site(visitor: Visitor, path: str) -> None:
    client = visitor.world.client
    missed = client.get(f"{SITE}{path}", headers={"accept": "text/html"})
    assert 'href="//' not in missed.text
    chosen = client.get(f"{SITE}{path}?lang=de", headers={"accept": "text/html"}, follow_redirects=False)
    assert not chosen.headers.get("location", "").startswith("//")


def test_a_bug_is_a_page_too(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(visitor.world.services), "_read", broken)
    page = visitor.open("/", Accept="text/html")
    assert page.status_code == 500
    assert "Something went wrong" in page.text


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_a_form_from_another_site_is_not_taken(world: World, visitor: Visitor, headers: dict[str, str]) -> None:
    visitor.open("/pycon")
    refused = visitor.send("/pycon", {f"seats-{FULL}": "1"}, **headers)
    assert refused.status_code == 403
    assert world.remaining()["Full conference"] == 10


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": SITE}, {}])
def test_a_form_of_ours_is(world: World, visitor: Visitor, headers: dict[str, str]) -> None:
    visitor.open("/pycon")
    assert visitor.send("/pycon", {f"seats-{FULL}": "1"}, **headers).status_code == 200
    assert world.remaining()["Full conference"] == 9


def test_no_conference_can_take_an_address_of_the_server_s(world: World) -> None:
    routes = [*world.app.router.routes, *(route for part in openapi.ROUTERS for route in part.routes), *router.routes]
    paths = [one.path for one in routes if isinstance(one, Route | Mount)]
    first = {path.split("/")[1] for path in paths}
    assert {one for one in first if one and not one.startswith("{")} <= RESERVED_SLUGS
    assert {"api", "sync", "enrol", "hooks", "static"} <= first


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/pycon", 200), ("/pycon/find", 200), ("/nothing", 404)])
def test_whoever_watches_a_server_may_ask_for_a_page_s_head(world: World, path: str, status: int) -> None:
    whole, head = world.client.get(path), world.client.head(path)
    assert (head.status_code, head.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert head.headers["content-security-policy"] == whole.headers["content-security-policy"]


def test_the_calendar_has_the_conference(visitor: Visitor) -> None:
    calendar = visitor.open("/pycon/calendar.ics")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert "SUMMARY:PyCon" in calendar.text
