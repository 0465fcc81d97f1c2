"""Colours, spacing and type sizes: the one place that says how Lanyard looks.

Text on its ground has a contrast of at least 4.5 to 1, borders of controls and shapes at least 3 to 1.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Tone(StrEnum):
    """What a colour says. It never says it alone: a shape and a word stand beside it."""

    NEUTRAL = "neutral"
    ACCENT = "accent"
    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """One scheme. `strong` colours carry text and shapes, `soft` ones are grounds for them."""

    is_dark: bool
    window: str
    surface: str
    sunken: str
    line: str
    control_line: str
    text: str
    muted: str
    on_strong: str
    strong: dict[Tone, str]
    soft: dict[Tone, str]


LIGHT: Final = Colours(
    is_dark=False,
    window="#f4f5f7",
    surface="#ffffff",
    sunken="#eceff3",
    line="#dde1e7",
    control_line="#868f9c",
    text="#1a222c",
    muted="#56606d",
    on_strong="#ffffff",
    strong={
        Tone.NEUTRAL: "#56606d",
        Tone.ACCENT: "#2457c5",
        Tone.GOOD: "#1a7341",
        Tone.CAUTION: "#8a5700",
        Tone.BAD: "#b3261e",
        Tone.WAITING: "#6a4ba3",
    },
    soft={
        Tone.NEUTRAL: "#eceff3",
        Tone.ACCENT: "#e7edfb",
        Tone.GOOD: "#e2f3e9",
        Tone.CAUTION: "#fcf0d8",
        Tone.BAD: "#fbe8e6",
        Tone.WAITING: "#efeaf8",
    },
)

DARK: Final = Colours(
    is_dark=True,
    window="#13171d",
    surface="#1b2129",
    sunken="#232b35",
    line="#303945",
    control_line="#74808f",
    text="#e7ebf0",
    muted="#a5b0bd",
    on_strong="#10151b",
    strong={
        Tone.NEUTRAL: "#a5b0bd",
        Tone.ACCENT: "#86abff",
        Tone.GOOD: "#63cc90",
        Tone.CAUTION: "#e8b75e",
        Tone.BAD: "#ff8f86",
        Tone.WAITING: "#bda4f0",
    },
    soft={
        Tone.NEUTRAL: "#2a323d",
        Tone.ACCENT: "#223152",
        Tone.GOOD: "#173424",
        Tone.CAUTION: "#3a2d14",
        Tone.BAD: "#452320",
        Tone.WAITING: "#2e2547",
    },
)

PLAIN_LIGHT: Final = Colours(
    is_dark=False,
    window="#ffffff",
    surface="#ffffff",
    sunken="#f0f0f0",
    line="#000000",
    control_line="#000000",
    text="#000000",
    muted="#262626",
    on_strong="#ffffff",
    strong={
        Tone.NEUTRAL: "#262626",
        Tone.ACCENT: "#0031a8",
        Tone.GOOD: "#004d1f",
        Tone.CAUTION: "#5c3300",
        Tone.BAD: "#8a0000",
        Tone.WAITING: "#42117f",
    },
    soft=dict.fromkeys(Tone, "#ffffff") | {Tone.ACCENT: "#d6e4ff"},
)
"""High contrast, 7 to 1 and lines in full strength."""

PLAIN_DARK: Final = Colours(
    is_dark=True,
    window="#000000",
    surface="#000000",
    sunken="#1c1c1c",
    line="#ffffff",
    control_line="#ffffff",
    text="#ffffff",
    muted="#e0e0e0",
    on_strong="#000000",
    strong={
        Tone.NEUTRAL: "#e0e0e0",
        Tone.ACCENT: "#ffe14d",
        Tone.GOOD: "#6dffa5",
        Tone.CAUTION: "#ffc46b",
        Tone.BAD: "#ffb3ad",
        Tone.WAITING: "#dcc8ff",
    },
    soft=dict.fromkeys(Tone, "#000000") | {Tone.ACCENT: "#3d3500"},
)


LOUD: Final = {
    Tone.GOOD: ("#14703c", "#ffffff"),
    Tone.CAUTION: ("#f2b01e", "#1a1508"),
    Tone.BAD: ("#b5241c", "#ffffff"),
}
"""Ground and ink of a verdict, the same in both schemes: it is known by its colour from two metres."""


class Space:
    """Distances in device-independent pixels."""

    HAIR: Final = 2
    TIGHT: Final = 4
    SMALL: Final = 8
    USUAL: Final = 12
    WIDE: Final = 16
    ROOMY: Final = 24
    RADIUS: Final = 8
    RADIUS_CONTROL: Final = 5
    CONTROL_HEIGHT: Final = 20  # of the text; padding and border come on top
    PAGE: Final = 24


class Size:
    """Type sizes in points."""

    SMALL: Final = 9.0
    BODY: Final = 10.0
    HEADING: Final = 12.0
    TITLE: Final = 17.0
    FIGURE: Final = 19.0
    VERDICT: Final = 44.0


FONTS: Final = ("Noto Sans", "Noto Sans CJK SC", "Noto Sans Arabic", "Noto Sans Hebrew", "DejaVu Sans")
"""After the system's own font, for names in every script."""
