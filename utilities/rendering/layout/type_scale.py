"""Type sizes that can be read from where people stand."""

from math import hypot, radians, tan

from utilities.rendering.layout import SCREEN_HEIGHT, SCREEN_WIDTH, TypeSizes

TEXT_ARCMIN = 16.0
"""The least height of a capital letter, in minutes of arc at the eye (ISO 9241-3; NUREG-0700 for group displays)."""

FIGURE_ARCMIN = 20.0
"""The same for figures, which are what the wall is for (ISO 9241-3 and FAA HF: 20 to 22 preferred)."""

CAP_HEIGHT_EM = 0.70
"""Height of a capital in em. Inter has 0.727; what a television falls back on has less, and must be legible too."""

HERO_STEP = 1.1
HERO_STEP_COUNT = 24
"""Hero figures have these many sizes, each a tenth above the one before; a class for each stands in the stylesheet."""


def min_type_sizes(diagonal: float, distance: float) -> TypeSizes:
    """The smallest legible sizes on a 16:9 screen of `diagonal` inches seen from `distance` metres."""
    return TypeSizes(font_size(TEXT_ARCMIN, diagonal, distance), font_size(FIGURE_ARCMIN, diagonal, distance))


def font_size(arcmin: float, diagonal: float, distance: float) -> float:
    """Font size in whole px at which a capital subtends `arcmin`: h = 2 d tan(α / 2)."""
    pixel = diagonal * 25.4 / hypot(SCREEN_WIDTH, SCREEN_HEIGHT)  # mm
    capital = 2 * distance * 1000 * tan(radians(arcmin / 60) / 2)  # mm
    return float(round(capital / pixel / CAP_HEIGHT_EM))


def hero_sizes(figure: float) -> tuple[float, ...]:
    """The sizes a hero figure may have, px, smallest first; none is below the least for figures."""
    return tuple(round(figure * HERO_STEP**n, 1) for n in range(HERO_STEP_COUNT))
