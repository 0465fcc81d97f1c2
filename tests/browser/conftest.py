"""One Chromium for the tests of a file, and a site of its own for each.

Not longer: as long as Playwright runs, its event loop is in the way of every test that starts one of its own.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from demo.browser import CHROMIUM, MISSING, PATIENCE_MS, browser
from tests.browser.site import Site, site


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; without it the tests of this folder are skipped."""
    if CHROMIUM is None:
        pytest.skip(MISSING)
    expect.set_options(timeout=PATIENCE_MS)
    with browser() as running:
        yield running


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Site]:
    """A site with a published conference that also sells on invoice."""
    with site(tmp_path / "server") as running:
        running.make_published(invoice_prefix=("", "PV-"), invoice_from=("", "PyCon Vienna, Ring 1, 1010 Wien"))
        yield running
