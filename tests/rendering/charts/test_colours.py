"""Colours can be told from their ground and from each other, by the colour-blind as well."""

from itertools import combinations

import pytest

from utilities.rendering.charts.colours import (
    COLOURS_BY_THEME,
    DARK,
    LIGHT,
    dark_to_light,
    ramp_text_colour,
    recolour_svg,
)
from utilities.rendering.layout.palette import contrast_ratio, linear_channel

VISION = {
    "all cones": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
"""How linear RGB is response: Machado, Oliveira and Fernandes, 2009, severity 1.0."""

APART = 12.0  # CIE 1976 colour difference; 2.3 is just noticeable side by side
ENDS = 4  # colours that also write the figure at the end of a line


def lab(colour: str, vision: str) -> tuple[float, float, float]:
    """CIELAB (D65) of a colour as it is response."""
    rgb = [linear_channel(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5)]
    response = [min(1.0, max(0.0, sum(a * b for a, b in zip(row, rgb, strict=True)))) for row in VISION[vision]]
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.95047, 1.0, 1.08883)
    x, y, z = (
        root(sum(a * b for a, b in zip(row, response, strict=True)) / full)
        for row, full in zip(to_xyz, white, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def root(part: float) -> float:
    return float(part ** (1 / 3)) if part > 0.008856 else 7.787 * part + 16 / 116


def difference(one: str, other: str, vision: str) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(lab(one, vision), lab(other, vision), strict=True)) ** 0.5)


@pytest.mark.parametrize("theme", COLOURS_BY_THEME)
@pytest.mark.parametrize("vision", VISION)
def test_colours_of_series_differ_enough(theme: str, vision: str):
    colours = COLOURS_BY_THEME[theme]
    for one, other in combinations((*colours.series, colours.quiet), 2):
        assert difference(one, other, vision) >= APART, (one, other)


@pytest.mark.parametrize("theme", COLOURS_BY_THEME)
def test_graphics_and_text_have_contrast(theme: str):
    colours = COLOURS_BY_THEME[theme]
    assert min(contrast_ratio(colour, colours.ground) for colour in colours.series) >= 3
    words = (colours.ink, colours.title, colours.quiet, *colours.series[:ENDS])
    assert min(contrast_ratio(colour, colours.ground) for colour in words) >= 4.5


@pytest.mark.parametrize("theme", COLOURS_BY_THEME)
def test_text_in_cells_has_contrast_and_steps_grow(theme: str):
    colours, there = COLOURS_BY_THEME[theme], dark_to_light()
    for step, colour in enumerate(colours.ramp):
        words = ramp_text_colour(step) if theme == "dark" else there[ramp_text_colour(step)]
        assert contrast_ratio(words, colour) >= 4.5, step
    against = [contrast_ratio(colour, colours.ground) for colour in colours.ramp]
    assert against == sorted(against)


def test_each_dark_colour_has_one_replacement_in_the_light_theme():
    dark, light = (
        [value for field in vars(one).values() for value in ((field,) if isinstance(field, str) else field)]
        for one in (DARK, LIGHT)
    )
    assert len(set(dark)) == len(set(zip(dark, light, strict=True)))
    assert recolour_svg(f'<a fill="{DARK.ink}"/>', "light") == f'<a fill="{LIGHT.ink}"/>'
