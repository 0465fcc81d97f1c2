"""Makes PDFs of Typst templates. What people wrote goes in as data, and is never read as Typst's markup.

The same content gives the same bytes: no time and no chance gets in. Typesetting lets other threads run meanwhile.
"""

import json
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import structlog
import typst

log = structlog.get_logger()

_TEMPLATES: Final = Path(__file__).parent / "templates"
_PACKAGES: Final = {"Noto Sans": "fonts-noto-core", "Noto Sans CJK KR": "fonts-noto-cjk"}
"""A font of each Debian package that documents need."""
# Han characters are drawn as the reader's own language draws them.
_CJK: Final = {"ko": ("Noto Sans CJK KR", "Noto Sans CJK SC")}
_CJK_USUAL: Final = ("Noto Sans CJK SC", "Noto Sans CJK KR")
_loading: Final = Lock()


class Press:
    """Templates and the fonts to set them in."""

    def __init__(self, fonts: typst.Fonts) -> None:
        self._fonts = fonts
        self._families = frozenset(fonts.families())

    def pdf(self, template: str, content: Mapping[str, Any], language: str) -> bytes:
        """The PDF of a template in `templates/`, which reads the content as JSON. Blocks: not for the event loop."""
        made: bytes = typst.compile(**self._job(template, content, language), timestamp=0)
        return made

    def png(self, template: str, content: Mapping[str, Any], language: str) -> bytes:
        """A document of one page as a picture of it."""
        made: bytes = typst.compile(**self._job(template, content, language), format="png", ppi=100)
        return made

    def _job(self, template: str, content: Mapping[str, Any], language: str) -> dict[str, Any]:
        asked = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", *_CJK.get(language, _CJK_USUAL))
        # Typst finds another font by itself for what these lack; naming one that is not there would be an error.
        fonts = [family for family in asked if family in self._families] or ["Libertinus Serif"]
        return {
            "input": _TEMPLATES / f"{template}.typ",
            "root": _TEMPLATES,
            "font_paths": self._fonts,
            "sys_inputs": {"content": json.dumps({**content, "language": language, "fonts": fonts})},
        }


def missing_packages(families: Collection[str]) -> list[str]:
    """The Debian packages to install, as far as these are all the fonts that a machine has."""
    return [package for family, package in _PACKAGES.items() if family not in families]


def press() -> Press:
    """The one press of this process, with the machine's fonts, which are looked for when it is first asked for."""
    with _loading:
        return _press()


@cache
def _press() -> Press:
    fonts = typst.Fonts()
    missing = missing_packages(fonts.families())
    if missing:
        log.warning("fonts are missing, and some names will not be readable in documents", install=missing)
    return Press(fonts)
