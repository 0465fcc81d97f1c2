"""From the first look to the ticket in Chromium: with JavaScript and without, and by the keyboard alone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.browser import DESK, PHONE, Reader, reading
from tests.browser.registrant import Registrant
from tests.browser.site import Site, site
from tests.server.web.world import DINNER, FULL


@pytest.fixture
def registrant(chromium: Browser, shop: Site) -> Iterator[Registrant]:
    """On a telephone, with JavaScript."""
    with reading(chromium, Reader(viewport=PHONE)) as context:
        yield Registrant(context.new_page(), shop)


@pytest.mark.parametrize("has_javascript", [True, False])
def test_from_first_look_to_ticket(chromium: Browser, shop: Site, has_javascript: bool) -> None:  # noqa: FBT001 - a parameter
    with reading(chromium, Reader(viewport=PHONE, has_javascript=has_javascript)) as context:
        one = Registrant(context.new_page(), shop)
        problems: list[str] = []
        one.page.on("pageerror", lambda error: problems.append(str(error)))
        one.open("/")
        one.page.get_by_role("link", name="PyCon Vienna").click()
        one.choose(Full_conference=2, Dinner=3)
        expect(one.page.get_by_text("Dinner: 2 of 3 held")).to_be_visible()
        one.give_details()
        one.pay()
        one.press("This is my seat")
        expect(one.page.get_by_text("The seat is given")).to_be_visible()
        one.page.get_by_role("link", name="Show the tickets").click()
        expect(one.page.get_by_role("heading", name="Zoë Łukasiewicz")).to_be_visible()
        expect(one.page.get_by_role("img", name="QR code of the ticket of Zoë Łukasiewicz")).to_be_visible()
        assert problems == []


def test_by_the_keyboard_alone(registrant: Registrant) -> None:
    page = registrant.page
    registrant.open()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "One more of Full conference")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Full conference", exact=True)).to_have_value("1")
    tab_to(page, "Reserve seats")
    page.keyboard.press("Enter")
    expect(registrant.heading("Your seats are held")).to_be_visible()
    tab_to(page, "Go on")
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Last name")).to_be_focused()
    page.keyboard.type("Kim")
    page.keyboard.press("Tab")
    page.keyboard.type("kim@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pay €120.00 now")).to_be_visible()
    tab_to(page, "Pay €120.00 now")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pay?**")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button of this name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(name)


def test_the_countdown_goes_by_the_server_s_clock(chromium: Browser, shop: Site) -> None:
    with reading(chromium, Reader(viewport=DESK)) as context:
        page = context.new_page()
        page.clock.install(time="2001-01-01T00:00:00Z")
        page.clock.pause_at("2001-01-01T00:01:00Z")
        one = Registrant(page, shop)
        one.choose(Full_conference=1)
        box, clock = page.locator("[data-countdown]"), page.locator("[data-clock]")
        left_ms = int(box.get_attribute("data-until") or 0) - int(box.get_attribute("data-now") or 0)
        assert 3 * 60_000 < left_ms <= 15 * 60_000
        expect(clock).to_have_text(minutes_and_seconds(left_ms))
        page.clock.run_for(1_000)
        expect(clock).to_have_text(minutes_and_seconds(left_ms - 1_000))
        page.clock.run_for(left_ms // 1_000 * 1_000 - 111_000)
        expect(clock).to_have_text(minutes_and_seconds(110_000 + left_ms % 1_000))
        expect(page.locator(".countdown.is-short")).to_be_visible()
        expect(page.locator("[data-announce]")).to_have_text("2 minutes left")


def minutes_and_seconds(ms: int) -> str:
    """A time that is left as the countdown shows it: the second that has begun counts."""
    seconds = -(-ms // 1_000)
    return f"{seconds // 60}:{seconds % 60:02}"


def test_what_is_left_follows_while_somebody_looks(registrant: Registrant, shop: Site) -> None:
    page = registrant.page
    page.clock.install()
    registrant.open()
    dinner = page.locator(f"[data-seats='{DINNER}'] [data-left]")
    expect(dinner).to_have_text("Only 2 left")
    order = shop.client.post(
        "/api/v1/conferences/pycon/orders",
        json={"lines": [{"seat_type": DINNER, "quantity": 2}]},
        headers={"Idempotency-Key": "6f1f1f6e-0000-4000-8000-000000000000"},
    )
    assert order.status_code == 201
    page.clock.run_for(11_000)
    expect(dinner).to_have_text("Sold out")


def test_the_total_follows_the_choice_and_a_double_click_is_one_order(registrant: Registrant) -> None:
    page = registrant.page
    registrant.open()
    page.get_by_role("button", name="One more of Full conference").click(click_count=2)
    expect(page.locator("[data-total] strong")).to_have_text("€240.00")
    page.get_by_role("button", name="Reserve seats").dblclick()
    expect(registrant.heading("Your seats are held")).to_be_visible()
    registrant.open()
    expect(page.locator(f"[data-seats='{FULL}'] [data-left]")).to_have_text("38 left")


def test_a_link_of_the_first_release_still_opens_the_order(registrant: Registrant) -> None:
    registrant.choose(Full_conference=1)
    path = registrant.path
    link = registrant.page.locator("[data-copy]").get_attribute("data-copy") or ""
    registrant.page.context.clear_cookies()
    registrant.page.goto("about:blank")
    registrant.open(f"{path}#{link.partition('?key=')[2]}")
    expect(registrant.heading("Your seats are held")).to_be_visible()
    assert registrant.page.url == registrant.site.url + path


def test_the_total_has_the_digits_that_the_server_counts_in(chromium: Browser, tmp_path: Path) -> None:
    with site(tmp_path / "server") as shop, reading(chromium, Reader(viewport=PHONE)) as context:
        shop.make_published(currency="RSD")  # browsers count it in whole dinars
        page = context.new_page()
        Registrant(page, shop).open()
        page.get_by_role("button", name="One more of Dinner").click()
        expect(page.locator("[data-total] strong")).to_have_text("RSD 35.50")


def test_a_refused_card_is_said_by_the_page_itself(registrant: Registrant) -> None:
    page = registrant.page
    registrant.choose(Full_conference=1)
    registrant.give_details()
    registrant.press(re.compile("^Pay "))
    page.locator("button[value=rejected]").click()
    expect(page.get_by_text("The payment was not made, and nothing was charged")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Pay "))).to_be_visible()
