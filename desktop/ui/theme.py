"""Puts the tokens on Fusion: palette, fonts, and one style sheet. `Theme.now()` is what painted widgets ask."""

from typing import Final

from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from desktop.ui.style_sheet import style_sheet
from desktop.ui.tokens import FONTS, LIGHT, Colours, Size, Tone

_STYLE: Final = "fusion"
_ROLES: Final = QPalette.ColorRole


class Theme:
    """The scheme in use."""

    _now: Colours = LIGHT

    @classmethod
    def now(cls) -> Colours:
        return cls._now

    @classmethod
    def use(cls, app: QApplication, colours: Colours) -> None:
        """Dress the application. Widgets that paint themselves get a PaletteChange."""
        cls._now = colours
        app.setStyleSheet("")  # from one sheet to another every widget is dressed piece by piece: ten times as long
        if app.style().name() != _STYLE:
            app.setStyle(_STYLE)
        app.setFont(_font())
        app.setPalette(palette(colours))
        app.setStyleSheet(style_sheet(colours))


def _font() -> QFont:
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    families = [QFontInfo(system).family(), *FONTS]
    font = QFont(list(dict.fromkeys(families)))
    font.setPointSizeF(Size.BODY)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def palette(colours: Colours) -> QPalette:
    """The scheme as Fusion wants it."""
    made = QPalette()
    by_role = {
        _ROLES.Window: colours.window,
        _ROLES.WindowText: colours.text,
        _ROLES.Base: colours.surface,
        _ROLES.AlternateBase: colours.window,
        _ROLES.Text: colours.text,
        _ROLES.PlaceholderText: colours.muted,
        _ROLES.Button: colours.surface,
        _ROLES.ButtonText: colours.text,
        _ROLES.BrightText: colours.on_strong,
        _ROLES.ToolTipBase: colours.text,
        _ROLES.ToolTipText: colours.surface,
        _ROLES.Highlight: colours.strong[Tone.ACCENT],
        _ROLES.HighlightedText: colours.on_strong,
        _ROLES.Accent: colours.strong[Tone.ACCENT],
        _ROLES.Link: colours.strong[Tone.ACCENT],
        _ROLES.Light: colours.surface,
        _ROLES.Midlight: colours.sunken,
        _ROLES.Mid: colours.line,
        _ROLES.Dark: colours.control_line,
        _ROLES.Shadow: colours.control_line,
    }
    for role, colour in by_role.items():
        made.setColor(role, QColor(colour))
    for role in (_ROLES.Text, _ROLES.WindowText, _ROLES.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.muted))
    return made
