"""Waiting for two dinners: one comes free, which goes to somebody else, and then both do."""

from collections.abc import Iterator
from typing import Any

from tests.browser.registrant import Registrant
from tests.browser.site import SLUG, Site
from tests.server.web.world import DINNER, bearer


def wait_for_dinners(one: Registrant) -> Iterator[str]:
    """From the order that could have none to the one that is offered. Each name is given while its page is open."""
    taken = [one.site.place({DINNER: 1}) for _ in range(2)]
    one.choose(Dinner=2)
    yield "sold-out"
    one.page.get_by_role("link", name="Join the wait list").click()
    yield "waitlist-join"
    one.page.get_by_label("Last name").fill("김민서")
    one.page.get_by_label("E-mail address").fill("minseo@example.org")
    one.press("Join the wait list")
    one.heading("You are on the wait list").wait_for()
    entry = one.path
    body = {"lines": [{"seat_type": DINNER, "quantity": 1}], "last_name": "Lee", "email": "lee@example.org"}
    other = one.site.post(f"/api/v1/conferences/{SLUG}/waitlist", body).json()
    _give_back(one.site, *taken[0])
    one.until_says(entry, "Others were asked before you")
    yield "passed-over"
    _leave(one.site, other)
    _give_back(one.site, *taken[1])
    one.until_says(entry, "Take the seats")
    yield "offer"
    one.press("Take the seats")
    one.heading("Your seats are held").wait_for()
    yield "offered-order"


def _give_back(running: Site, path: str, secret: str) -> None:
    assert running.client.delete(path, headers=bearer(secret)).status_code == 200


def _leave(running: Site, joined: dict[str, Any]) -> None:
    path = f"/api/v1/conferences/{SLUG}/waitlist/{joined['entry']['entry']}"
    assert running.client.delete(path, headers=bearer(joined["secret"])).status_code == 200
