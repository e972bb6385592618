"""The colours of both themes, and their contrast."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

MIN_TEXT_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3: for text; we require it of large text and graphics too."""


@dataclass(frozen=True)
class Palette:
    """Colours as #rrggbb; blue and orange after Wong (Nature Methods, 2011), safe for the colour-blind."""

    ground: str
    ink: str
    title: str
    quiet: str
    rule: str  # the line above a tile; lines carry no meaning, so they need no contrast
    line: str  # the one between two rows
    accent: str
    trouble: str
    now: str


THEMES: Mapping[str, Palette] = {
    "dark": Palette("#0f1216", "#e8eaed", "#c3c8cf", "#9aa3ad", "#3a4048", "#1f242a", "#56b4e9", "#e69f00", "#0fb485"),
    "light": Palette("#f8f6f1", "#14171a", "#383e45", "#59616a", "#b9b4a8", "#e3dfd6", "#0072b2", "#995400", "#00704f"),
}


def contrast_ratio(one: str, other: str) -> float:
    """Returns the contrast of two colours, 1 to 21, after WCAG 2.2."""
    light, dark = sorted((relative_luminance(one), relative_luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def relative_luminance(colour: str) -> float:
    """Returns the relative luminance of #rrggbb, 0 to 1, after WCAG 2.2."""
    red, green, blue = (linear_channel(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear_channel(channel: float) -> float:
    """Returns a channel of sRGB, 0 to 1, as linear light."""
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def contrast_faults(theme: str) -> list[str]:
    """Returns the colours of a theme with too little contrast to its ground, each with its ratio."""
    palette = THEMES[theme]
    ratios = {f.name: contrast_ratio(getattr(palette, f.name), palette.ground) for f in fields(palette)}
    checked = {name: ratio for name, ratio in ratios.items() if name not in ("ground", "rule", "line")}
    return [f"{name} has contrast {ratio:.1f}:1" for name, ratio in checked.items() if ratio < MIN_TEXT_CONTRAST]
