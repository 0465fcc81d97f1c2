"""axe-core finds nothing on any page: with mistakes shown and without, light and dark, on a telephone and at a desk."""

import re
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.browser import DESK, PHONE, Reader, reading
from tests.browser.registrant import Registrant
from tests.browser.site import SLUG, Site
from tests.browser.waiting import wait_for_dinners
from tests.server.web.test_pages_after import own_link

AXE: Final = (Path(__file__).parent / "axe.min.js").read_text()
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def check(page: Page) -> None:
    """Nothing for axe-core to find, and nothing wider than the screen."""
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, { runOnly: tags })", TAGS)
    assert [(page.url, one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page.url, "does not fit the screen")


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")], ids=str
)
def test_every_page(chromium: Browser, shop: Site, viewport: dict[str, int], scheme: Literal["light", "dark"]) -> None:
    reader = Reader(viewport={"width": viewport["width"], "height": viewport["height"]}, scheme=scheme)
    # Scripts are asked about, and axe is none of the page's own.
    with reading(chromium, reader, bypass_csp=True) as context:
        one = Registrant(context.new_page(), shop)
        before(one)
        order = paying(one)
        after(one, order)


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")], ids=str
)
def test_every_end(chromium: Browser, shop: Site, viewport: dict[str, int], scheme: Literal["light", "dark"]) -> None:
    reader = Reader(viewport={"width": viewport["width"], "height": viewport["height"]}, scheme=scheme)
    with reading(chromium, reader, bypass_csp=True) as context:
        one = Registrant(context.new_page(), shop)
        for _ in wait_for_dinners(one):
            check(one.page)
        under_way(one)
        over(one)


def before(one: Registrant) -> None:
    """The pages that anybody sees, and their mistakes."""
    for path in ("/", f"/{SLUG}", f"/{SLUG}/find", f"/{SLUG}/orders/nowhere", "/nowhere"):
        one.open(path)
        check(one.page)
    one.open(f"/{SLUG}/find")
    one.press("Find my order")
    check(one.page)
    one.choose()
    check(one.page)


def paying(one: Registrant) -> str:
    """An order from its first page to its confirmation; its path."""
    one.choose(Full_conference=2, Dinner=4)
    order = one.path
    check(one.page)
    one.press("Go on")
    check(one.page)
    one.open(f"{order}/lines")
    check(one.page)
    one.page.get_by_label("Dinner", exact=True).fill("3")
    one.press("Change seats")
    one.give_details()
    check(one.page)
    one.open(f"{order}/waitlist")
    check(one.page)
    one.press("Join the wait list")
    check(one.page)
    one.open(order)
    one.page.get_by_text("Pay on invoice").click()
    one.press("Order on invoice")
    check(one.page)
    one.page.get_by_label("Address for the invoice").fill("ACME, Ring 1, 1010 Wien")
    one.press("Order on invoice")
    check(one.page)
    return order


def after(one: Registrant, order: str) -> None:
    """What follows the confirmation."""
    one.press("This is my seat")
    check(one.page)
    one.page.get_by_text("Change or give to somebody else").first.click()
    one.page.get_by_label("Last name").first.fill("")
    one.press("Save")
    check(one.page)
    one.open(f"{order}/tickets")
    check(one.page)
    one.open(own_link(one.site, order))
    check(one.page)
    one.page.get_by_label("Last name").fill("")
    one.press("Save")
    check(one.page)
    one.choose(Dinner=1)
    check(one.page)
    one.page.context.clear_cookies()
    one.open(order)
    check(one.page)


def under_way(one: Registrant) -> None:
    """A payment that nobody has decided yet, and the page where it is decided."""
    one.choose(Full_conference=1)
    order = one.path
    one.give_details()
    one.press(re.compile("^Pay "))
    one.page.wait_for_url("**/pay?**")
    check(one.page)
    processor = one.page.url
    one.open(order)
    expect(one.heading("Waiting for your payment")).to_be_visible()
    check(one.page)
    one.open(f"{order}?returned")
    expect(one.page.get_by_text("Your payment is being confirmed")).to_be_visible()
    check(one.page)
    one.press("Go back to the payment")
    one.page.locator("button[value=captured]").click()
    one.until_confirmed()
    one.page.goto(processor)
    expect(one.page.get_by_role("link", name="Go back")).to_be_visible()
    check(one.page)


def over(one: Registrant) -> None:
    """A cancelled order, an expired one, one that was found by its number, and a link that is mailed again."""
    one.choose(Full_conference=1)
    one.page.get_by_text("Cancel this order").click()
    one.press("Release my seats")
    expect(one.heading("This order is cancelled")).to_be_visible()
    check(one.page)
    one.choose(Full_conference=1)
    order = one.path
    one.give_details()
    told = one.page.get_by_text("or find the order with its number").inner_text()
    one.site.clock.pass_time(hours=1)
    one.open(order)
    expect(one.heading("The time is over")).to_be_visible()
    check(one.page)
    one.page.context.clear_cookies()
    one.open(f"/{SLUG}/find")
    one.page.get_by_label("Order number").fill(told.rstrip(".").rpartition(" ")[2])
    one.page.get_by_label("E-mail address").fill("zoe@example.org")
    one.press("Find my order")
    expect(one.heading("The time is over")).to_be_visible()
    one.press("Mail me the link again")
    expect(one.page.get_by_text("The link is on its way to the e-mail address")).to_be_visible()
    check(one.page)
