"""Which view is the default for a frame, and which others are offered."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.rendering.charts.states import NAMES, SOURCES, days, drawn, flow, names, of
from utilities.config.discovery import discover_units
from utilities.model.frames import Column, Frame, ValueKind
from utilities.rendering import views
from utilities.rendering.layout import Box
from utilities.rendering.views import FrameShape, View, default_view, fits_shapes, fitting_views, shape_of

VIEWS = {view.name: view for view in discover_units(views, "VIEW", View)}
COUNTRIES = of([("Country", ValueKind.TEXT), ("Visits", ValueKind.INTEGER)], [("Germany", 3)])
HOURS = of(
    [("Day", ValueKind.DATE), ("Hour", ValueKind.TEXT), ("Visits", ValueKind.INTEGER)], [("2026-11-20", "10:00", 3)]
)
NAMES_BY_DAY = of(
    [("Day", ValueKind.DATE), ("Country", ValueKind.TEXT), ("Visits", ValueKind.INTEGER)], [("2026-11-20", "India", 3)]
)
FLOW_BY_DAY = Frame(
    tuple(
        Column(key, key, kind)
        for key, kind in (
            *(("day", ValueKind.DATE), ("country", ValueKind.TEXT), ("landing", ValueKind.TEXT)),
            *(("exit", ValueKind.TEXT), ("visits", ValueKind.INTEGER)),
        )
    ),
    (("2026-11-20", "India", "/", "/blog", 3), (None, "(other)", "/", "/", 2)),
)


@pytest.mark.parametrize(
    ("frame", "shape", "expected"),
    [
        (days(3, drawn), FrameShape.DAYS, ["area", "line", "bar", "calendar"]),
        (HOURS, FrameShape.HOURS, ["area", "line", "bar"]),
        (names(SOURCES, drawn), FrameShape.NAMES, ["bar", "pie"]),
        (COUNTRIES, FrameShape.NAMES, ["bar", "pie", "map"]),
        (flow(("/", "/blog"), 9), FrameShape.PAIRS, ["sankey", "bar", "heatmap"]),
        (FLOW_BY_DAY, FrameShape.OTHER, ["sankey"]),  # its rows are no times: an area of them would be nonsense
        (NAMES_BY_DAY, FrameShape.OTHER, []),
        (NAMES["empty"], FrameShape.OTHER, []),
        (of([("Visits", ValueKind.INTEGER)], [(3,)]), FrameShape.OTHER, []),
        (of([("Page", ValueKind.TEXT)], [("/",)]), FrameShape.OTHER, []),
    ],
)
def test_views_that_fit_are_offered_with_the_default_first(frame: Frame, shape: FrameShape, expected: list[str]):
    assert shape_of(frame) is shape
    assert fitting_views(frame, VIEWS) == expected
    assert default_view(frame, VIEWS) == (expected or ["table"])[0]


@dataclass(frozen=True)
class Options:
    """A view without options."""


def min_size(box: Box) -> tuple[float, float]:
    """Returns no minimum."""
    return 0, 0


def test_new_view_is_offered_and_may_be_the_default():
    """Without a change to any other module."""
    new = View("dots", "dots", lambda frame, box, options: None, fits_shapes(35, FrameShape.NAMES), min_size, Options)
    every: Mapping[str, View] = VIEWS | {"dots": new}
    assert fitting_views(names(SOURCES, drawn), every) == ["dots", "bar", "pie"]
    assert default_view(days(3, drawn), every) == "area"
