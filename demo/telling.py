"""How the story is told: chapters, plain lines, and claims that are checked before they are printed."""

import sys
import textwrap
import time
from collections.abc import Callable
from typing import Final, TextIO

_WIDTH: Final = 120
_LOOK_S: Final = 0.01


class Untrue(Exception):
    """A claim of the story did not hold. The text is a sentence for a person."""


class Telling:
    """Prints the story. Every claim is counted; the first one that does not hold ends the story."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._began = time.monotonic()
        self._chapters = 0
        self.claims = 0

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self._chapters += 1
        self._print(f"\n{self._chapters}. {title}  ({self.elapsed_s:.0f} s)")

    def line(self, text: str) -> None:
        """Something that happens."""
        self._wrap("   · ", text)

    def claim(self, holds: bool, text: str, otherwise: object = "") -> None:  # noqa: FBT001 - like `assert`
        """Something that is so. If it is not, Untrue says so, with what was found otherwise."""
        if not holds:
            found = f" Found: {otherwise}" if otherwise != "" else ""
            raise Untrue(f"This should be so, and is not: “{text}”{found}")
        self.claims += 1
        self._wrap("   ✓ ", text)

    def hold(self, holds: bool, text: str, otherwise: object = "") -> None:  # noqa: FBT001 - like `assert`
        """The same, but counted in silence: for what is checked many times."""
        if not holds:
            raise Untrue(f"This should be so, and is not: “{text}” Found: {otherwise}")
        self.claims += 1

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._began

    def _wrap(self, mark: str, text: str) -> None:
        self._print(textwrap.fill(text, _WIDTH, initial_indent=mark, subsequent_indent="     "))

    def _print(self, text: str) -> None:
        print(text, file=self._out, flush=True)


def until(what: str, is_so: Callable[[], bool], *, within_s: float = 20.0, look_s: float = _LOOK_S) -> None:
    """Wait for what another process does; Untrue if it does not come."""
    give_up = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > give_up:
            raise Untrue(f"Waited {within_s:.0f} s in vain: {what}")
        time.sleep(look_s)


def money(amount: int, currency: str) -> str:
    """An amount as it is read."""
    return f"{amount / 100:,.2f} {currency}"


def seconds(began: float) -> str:
    """How long it took since this moment of the monotonic clock."""
    return f"{time.monotonic() - began:.1f} s"
