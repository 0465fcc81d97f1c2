"""Pictures of every screen and dialog of the desktop, of an invented conference, and of the registrants' pages.

python -m demo.screens [FOLDER] [--desktop]

In light and dark; some in German and Korean, with high contrast, empty, with errors, and with 100,000 people.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from demo import pages
from demo.browser import CHROMIUM, MISSING
from demo.scenes import crowd, door, first, office, organizer
from demo.scenes.stages import Pictures, on_the_first_day, settings_in, shown
from desktop.ui import language
from desktop.ui.language import Language
from desktop.ui.theme import Theme
from desktop.ui.tokens import DARK, LIGHT, PLAIN_DARK, PLAIN_LIGHT, Colours

_BRITISH: Final = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
_SMALLEST: Final = 0  # a PNG's quality: how little it is packed
_TRANSLATED: Final = ("door-admit", "door-double", "sale", "till", "conference", "attendees", "dashboard", "badges")
_TRANSLATED_DIALOGS: Final = tuple(
    f"dialog-{name}" for name in ("connection", "crash", "device-revoke", "discount", "import", "keys", "settings")
)
_PLAIN: Final = ("door-admit", "door-double", "door-stop", "conference", "dashboard", "badges")


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo.screens", description="Pictures of every screen.")
    usual = Path(__file__).parent.parent / "docs" / "screens"
    parser.add_argument("folder", nargs="?", type=Path, default=usual)
    parser.add_argument("--desktop", action="store_true", help="leave the registrants' pages out")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    QLocale.setDefault(_BRITISH)
    app = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as scratch:
        for name in _desktop(app, asked.folder, Path(scratch)):
            print(name, flush=True)
        if asked.desktop:
            return 0
        if CHROMIUM is None:
            print(f"The registrants' pages are left out: {MISSING}")
            return 0
        for file in pages.take(asked.folder, Path(scratch) / "pages"):
            print(file.name)
    return 0


def _desktop(app: QApplication, folder: Path, scratch: Path) -> Iterator[str]:
    """Take the pictures of the desktop; their names."""
    for scheme, colours in (("light", LIGHT), ("dark", DARK)):
        yield from _take(app, colours, folder, scheme, lambda scheme=scheme: _all(scratch / scheme))  # type: ignore[misc]
    for of in (Language.GERMAN, Language.KOREAN):
        with _spoken(of):
            yield from _take(app, LIGHT, folder, of.value, lambda of=of: _translated(scratch / of.value))  # type: ignore[misc]
    for scheme, colours in (("contrast-light", PLAIN_LIGHT), ("contrast-dark", PLAIN_DARK)):
        yield from _take(app, colours, folder, scheme, lambda s=scheme: _only(_PLAIN, _usual(scratch / s)))  # type: ignore[misc]
    yield from _take(app, LIGHT, folder, "light", lambda: _few_and_many(scratch))


def _take(
    app: QApplication, colours: Colours, folder: Path, suffix: str, pictures: Callable[[], Pictures]
) -> Iterator[str]:
    Theme.use(app, colours)
    for name, widget in pictures():
        file = folder / f"{name}-{suffix}.png"
        if not _packed(widget.grab().toImage()).save(str(file), None, _SMALLEST):
            raise OSError(f"{file} could not be written")
        yield file.name


def _packed(picture: QImage) -> QImage:
    """With fewer shades than an eye tells apart: a fifth smaller as a file."""
    fewer = picture.convertToFormat(QImage.Format.Format_RGB16, Qt.ImageConversionFlag.AvoidDither)
    return fewer.convertToFormat(QImage.Format.Format_RGB888)


def _all(folder: Path) -> Pictures:
    settings = settings_in(folder / "settings")
    yield from first.pictures(folder / "first", settings)
    yield from _usual(folder)
    stage, made = office.busy(folder / "office")
    yield from office.pictures(stage, made, settings)
    yield from office.every_dialog(stage, settings)


def _few_and_many(folder: Path) -> Pictures:
    """Lists with nothing in them, and with very much."""
    settings = settings_in(folder / "lists")
    yield from office.empty(folder / "empty", settings)
    yield from crowd.pictures(folder / "crowd", settings)


def _usual(folder: Path) -> Pictures:
    """The door, and what the organizer sees of it."""
    settings = settings_in(folder / "settings")
    stage = on_the_first_day(folder)
    yield from door.pictures(stage, settings)
    yield from organizer.pictures(stage, settings)


def _translated(folder: Path) -> Pictures:
    """Where a language needs most room."""
    yield from _only(_TRANSLATED, _usual(folder))
    stage, made = office.busy(folder / "office")
    settings = settings_in(folder / "settings")
    with shown(office.desk_of(stage), settings) as window:
        window.open_conference(stage.server.conference, "orders")
        yield from office.lists(window)
        yield from office.orders(window, made)
    yield from _only(_TRANSLATED_DIALOGS, office.every_dialog(stage, settings))


def _only(names: tuple[str, ...], pictures: Pictures) -> Pictures:
    return (one for one in pictures if one[0] in names)


@contextmanager
def _spoken(of: Language) -> Iterator[None]:
    language.use(of, _BRITISH)
    try:
        yield
    finally:
        language.use(Language.ENGLISH, QLocale.c())
        QLocale.setDefault(_BRITISH)


if __name__ == "__main__":
    sys.exit(main())
