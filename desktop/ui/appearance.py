"""How the windows look by the user's wish: scheme, contrast, motion. What is not chosen follows the system."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from desktop.ui.theme import Theme
from desktop.ui.tokens import DARK, LIGHT, PLAIN_DARK, PLAIN_LIGHT, Colours

_EFFECTS: Final = (
    Qt.UIEffect.UI_General,
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
)
_STILL: Final = "\nQWidget { widget-animation-duration: 0; }\n"


class Scheme(StrEnum):
    SYSTEM = ""
    LIGHT = "light"
    DARK = "dark"


class Contrast(StrEnum):
    SYSTEM = ""
    USUAL = "usual"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What the desktop environment prefers. `is_plain` is high contrast."""

    is_dark: bool
    is_plain: bool


def _system() -> System:
    hints = QGuiApplication.styleHints()
    contrast = hints.accessibility().contrastPreference()
    return System(
        is_dark=hints.colorScheme() is Qt.ColorScheme.Dark,
        is_plain=contrast is Qt.ContrastPreference.HighContrast,
    )


class Appearance(QObject):
    """Dresses the application, and again when the system or the user changes their mind."""

    def __init__(self, app: QApplication, settings: QSettings, system: Callable[[], System] | None = None) -> None:
        super().__init__(app)
        self._app, self._settings = app, settings
        self._system = system or _system
        self._flash_ms = app.cursorFlashTime()

    def follow(self) -> None:
        """Dress, now and whenever the system changes its mind."""
        hints = self._app.styleHints()
        hints.colorSchemeChanged.connect(self.dress)
        hints.accessibility().contrastPreferenceChanged.connect(self.dress)
        self.dress()

    @property
    def scheme(self) -> Scheme:
        return Scheme(self._kept("scheme", Scheme))

    @scheme.setter
    def scheme(self, wanted: Scheme) -> None:
        self._keep("scheme", wanted)

    @property
    def contrast(self) -> Contrast:
        return Contrast(self._kept("contrast", Contrast))

    @contrast.setter
    def contrast(self, wanted: Contrast) -> None:
        self._keep("contrast", wanted)

    @property
    def is_still(self) -> bool:
        """Nothing moves or blinks that need not."""
        return bool(self._settings.value("window/is_still", False, bool))

    @is_still.setter
    def is_still(self, wanted: bool) -> None:
        self._settings.setValue("window/is_still", wanted)
        self.dress()

    def dress(self) -> None:
        """Put on what is wanted now."""
        Theme.use(self._app, self.colours)
        self._app.setCursorFlashTime(0 if self.is_still else self._flash_ms)
        if self.is_still:
            self._app.setStyleSheet(self._app.styleSheet() + _STILL)
            for effect in _EFFECTS:
                self._app.setEffectEnabled(effect, False)

    @property
    def colours(self) -> Colours:
        """The scheme that is wanted, by choice or by the system."""
        system = self._system()
        is_dark = system.is_dark if self.scheme is Scheme.SYSTEM else self.scheme is Scheme.DARK
        is_plain = system.is_plain if self.contrast is Contrast.SYSTEM else self.contrast is Contrast.HIGH
        if is_plain:
            return PLAIN_DARK if is_dark else PLAIN_LIGHT
        return DARK if is_dark else LIGHT

    def _kept(self, name: str, kind: type[StrEnum]) -> str:
        kept = str(self._settings.value(f"window/{name}", "") or "")
        return kept if kept in set(kind) else ""

    def _keep(self, name: str, wanted: StrEnum) -> None:
        self._settings.setValue(f"window/{name}", wanted.value)
        self.dress()
