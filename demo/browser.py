"""A browser that looks at the registrants' pages as somebody would: a telephone or a desk, light or dark.

Debian's Chromium, driven by Playwright; it fetches nothing but what the pages ask for.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

from playwright.sync_api import Browser, BrowserContext, ViewportSize, sync_playwright

CHROMIUM: Final = shutil.which("chromium")
MISSING: Final = "there is no `chromium` here; on Debian: apt-get install chromium"
PATIENCE_MS: Final = 90_000
"""How long a page is waited for; a machine may be busy with something else."""
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
DESK: Final[ViewportSize] = {"width": 1280, "height": 900}
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks, and with what."""

    viewport: ViewportSize
    scheme: Literal["light", "dark"] = "light"
    language: str = "en-GB"
    has_javascript: bool = True


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium, running until the end of the block."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        try:
            yield running
        finally:
            running.close()


@contextmanager
def reading(running: Browser, reader: Reader, **more: Any) -> Iterator[BrowserContext]:
    """A profile of its own, without cookies, for this reader."""
    context = running.new_context(
        viewport=reader.viewport,
        color_scheme=reader.scheme,
        locale=reader.language,
        java_script_enabled=reader.has_javascript,
        has_touch=reader.viewport["width"] < 600,
        reduced_motion="reduce",
        **more,
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context
    finally:
        context.close()
