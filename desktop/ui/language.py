"""The language of the windows: the system's, or the one chosen, which is remembered."""

from enum import StrEnum
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QSettings, QTranslator

import desktop
import shared
from desktop.ui import catalog

_KEY: Final = "window/language"
_OURS: Final = Path(desktop.__file__).parent / "locale"
_SENTENCES: Final = Path(shared.__file__).parent / "locale"


class Language(StrEnum):
    """What one can choose."""

    SYSTEM = ""
    ENGLISH = "en"
    GERMAN = "de"
    KOREAN = "ko"


OWN_NAMES: Final = {Language.ENGLISH: "English", Language.GERMAN: "Deutsch", Language.KOREAN: "한국어"}
"""As their speakers call them, whatever language the windows are in."""
CODES: Final = {
    QLocale.Language.English: Language.ENGLISH,
    QLocale.Language.German: Language.GERMAN,
    QLocale.Language.Korean: Language.KOREAN,
}
_installed: list[QTranslator] = []
"""Qt does not keep them alive."""


def chosen(settings: QSettings) -> Language:
    """What is remembered; the system's for what this release does not have."""
    kept = str(settings.value(_KEY, "") or "")
    return Language(kept) if kept in set(Language) else Language.SYSTEM


def keep(settings: QSettings, language: Language) -> None:
    settings.setValue(_KEY, language.value)


def use(language: Language, system: QLocale | None = None) -> Language:
    """Speak it from now on: windows that are made hereafter do. The language that is spoken."""
    locale = system or QLocale.system()
    spoken = language or CODES.get(locale.language(), Language.ENGLISH)
    if CODES.get(locale.language()) is not spoken:
        locale = QLocale(spoken.value)  # where the system speaks it, its own ways of writing dates are kept
    QLocale.setDefault(locale)
    for old in _installed:
        QCoreApplication.removeTranslator(old)
    _installed.clear()
    if spoken is not Language.ENGLISH:
        for made in (_of_qt(spoken), catalog.Catalog(texts(spoken))):
            QCoreApplication.installTranslator(made)
            _installed.append(made)
    return spoken


def texts(language: Language) -> dict[str, str]:
    """All that the desktop says in a language: its own texts, and the sentences that both ends say."""
    return catalog.read(_SENTENCES / f"{language}.po") | catalog.read(_OURS / f"{language}.po")


def _of_qt(language: Language) -> QTranslator:
    """What Qt itself says: the buttons of its dialogs, the calendar, the menu of a text field."""
    made = QTranslator()
    made.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    return made
