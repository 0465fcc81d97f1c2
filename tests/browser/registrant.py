"""What a registrant does with the pages, in any browser: by what stands on buttons and labels, as people do."""

import re
import time
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from demo.browser import PATIENCE_MS
from tests.browser.site import SLUG, Site


@dataclass(frozen=True, slots=True)
class Registrant:
    """Somebody at a page."""

    page: Page
    site: Site

    def open(self, path: str = f"/{SLUG}") -> None:
        """Read a page of the site."""
        self.page.goto(self.site.url + path)

    def choose(self, **quantities: int) -> None:
        """Enter quantities on the conference's page, and reserve."""
        self.open()
        for name, quantity in quantities.items():
            self.page.get_by_label(re.compile(f"^{name.replace('_', ' ')}$")).fill(str(quantity))
        self.press("Reserve seats")

    def give_details(self) -> None:
        """Name and address, as a registrant enters them."""
        self.page.get_by_label("First name").first.fill("Zoë")
        self.page.get_by_label("Last name").first.fill("Łukasiewicz")
        self.page.get_by_label("E-mail address").first.fill("zoe@example.org")
        self.press("Go on")

    def pay(self) -> None:
        """At the provider's page and back; wait until the order's page says that it is confirmed."""
        self.press(re.compile("^Pay "))
        self.page.locator("button[value=captured]").click()
        self.until_confirmed()

    def until_confirmed(self) -> None:
        """By the page's own script, or its refresh, or by looking again."""
        expect(self.heading("You are registered")).to_be_visible(timeout=PATIENCE_MS)

    def until_says(self, path: str, text: str) -> None:
        """Read a page again and again until it says this."""
        give_up = time.monotonic() + PATIENCE_MS / 1000
        self.open(path)
        while not self.page.get_by_text(text).count():
            assert time.monotonic() < give_up, text
            self.page.wait_for_timeout(100)
            self.open(path)

    def press(self, name: str | re.Pattern[str]) -> None:
        """The first button of this name."""
        self.page.get_by_role("button", name=name).first.click()

    def heading(self, name: str) -> Locator:
        """The page's heading."""
        return self.page.get_by_role("heading", name=name, level=1)

    @property
    def path(self) -> str:
        """Where the browser is, without what follows the path."""
        return self.page.url.removeprefix(self.site.url).partition("?")[0].partition("#")[0]
