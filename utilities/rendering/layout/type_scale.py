"""Font sizes that are legible from the viewing distance."""

from math import hypot, radians, tan

from utilities.rendering.layout import SCREEN_HEIGHT, SCREEN_WIDTH, TypeSizes

TEXT_ARCMIN = 16.0
"""The smallest height of a capital letter, in minutes of arc at the eye (ISO 9241-3; NUREG-0700 for group displays)."""

FIGURE_ARCMIN = 20.0
"""The same for figures (ISO 9241-3 and FAA HF: 20 to 22 preferred)."""

CAP_HEIGHT_EM = 0.70
"""Height of a capital in em. Inter has 0.727; a fallback font has less, and must be legible too."""

HERO_STEP = 1.1
HERO_STEP_COUNT = 24
"""How many sizes large figures have, each a tenth above the one before; the stylesheet has a class for each."""


def min_type_sizes(diagonal: float, distance: float) -> TypeSizes:
    """Returns the smallest legible sizes on a 16:9 screen of `diagonal` inches at `distance` metres."""
    return TypeSizes(font_size(TEXT_ARCMIN, diagonal, distance), font_size(FIGURE_ARCMIN, diagonal, distance))


def font_size(arcmin: float, diagonal: float, distance: float) -> float:
    """Returns the font size in px (an integer) at which a capital has the height `arcmin`: h = 2 d tan(α / 2)."""
    pixel = diagonal * 25.4 / hypot(SCREEN_WIDTH, SCREEN_HEIGHT)  # mm
    capital = 2 * distance * 1000 * tan(radians(arcmin / 60) / 2)  # mm
    return float(round(capital / pixel / CAP_HEIGHT_EM))


def hero_sizes(figure: float) -> tuple[float, ...]:
    """Returns the sizes of large figures, px, smallest first."""
    return tuple(round(figure * HERO_STEP**n, 1) for n in range(HERO_STEP_COUNT))
