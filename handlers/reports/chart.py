"""The chart above a table at a desk: which views are offered, the chart in two sizes, and its data for chart.js."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cachetools import LRUCache
from markupsafe import Markup

from utilities.model.errors import NotDrawn, Overloaded
from utilities.model.frames import Frame
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.colours import DARK, dark_to_light
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.layout import Box
from utilities.rendering.views import TABLE, View, default_view, fitting_views
from utilities.reports import Report

WIDE_BOX, NARROW_BOX = Box(1072, 360, 14, 16), Box(358, 300, 13, 15)
CHART_TIMEOUT_SECONDS = 2.0  # that a page waits for its chart
MAX_OPTION_CHARS = 200_000  # of an ECharts option that is sent to the browser
MAX_CACHED_REPORTS = 300


@dataclass(frozen=True)
class ChartPair:
    """The same figures drawn for wide and for narrow windows."""

    wide: Markup
    narrow: Markup
    option: Mapping[str, Any] | None = None  # what static/chart.js needs to make the wide one interactive


@dataclass(frozen=True)
class OfferedViews:
    """The views that can draw a frame."""

    frame: Frame
    views: tuple[str, ...]


class DrawableViews:
    """Which views can draw the figures of a report; computed once for each frame."""

    def __init__(self) -> None:
        self._cached: LRUCache[str, OfferedViews] = LRUCache(MAX_CACHED_REPORTS)

    def find(self, name: str, frame: Frame) -> tuple[str, ...] | None:
        """Returns the names of the views, the default first; None for a new frame. `name` has the parameters."""
        cached = self._cached.get(name)
        return cached.views if cached is not None and cached.frame is frame else None

    def add(self, name: str, frame: Frame, views: tuple[str, ...]) -> None:
        """Stores the names of the views that can draw a frame."""
        self._cached[name] = OfferedViews(frame, views)


def drawable_views(report: Report, frame: Frame, views: Mapping[str, View]) -> list[str]:
    """Returns the views that can draw a frame, the default first."""
    if not frame.rows:
        return []
    default = report.view or default_view(frame, views)
    if default == TABLE:
        return []
    names = dict.fromkeys((default, *fitting_views(frame, views)))
    return [name for name in names if name in views and prepare_picture(views[name], frame, NARROW_BOX) is not None]


@dataclass(frozen=True)
class PicturePair:
    """The same figures, ready to be drawn for wide and for narrow windows."""

    wide: ChartSpec
    narrow: ChartSpec
    option: Mapping[str, Any] | None


def prepare_pictures(
    title: str,
    view: View,
    frame: Frame,
    options: Mapping[str, Any] | None = None,
    boxes: tuple[Box, Box] = (WIDE_BOX, NARROW_BOX),
) -> PicturePair | None:
    """Returns the pictures, None where the view draws none. Its time grows with the frame: run it in a worker."""
    pictures = [prepare_picture(view, frame, shrink_box(view, frame, box), options) for box in boxes]
    wide, narrow = (replace(each, title=title) if each else None for each in pictures)
    if wide is None or narrow is None:
        return None
    return PicturePair(wide, narrow, browser_option(wide, frame))


def prepare_picture(view: View, frame: Frame, box: Box, options: Mapping[str, Any] | None = None) -> ChartSpec | None:
    """Returns the picture of a view, None where it draws none."""
    prepared = view.build_content(frame, box, options or {})
    return prepared if isinstance(prepared, ChartSpec) else None


def shrink_box(view: View, frame: Frame, box: Box) -> Box:
    """Returns the box, lower where the view needs less for so few rows."""
    return replace(box, height=min(box.height, view.max_height(frame, box))) if view.max_height else box


async def draw_charts(pictures: PicturePair, gallery: ChartRenderer) -> ChartPair | None:
    """Returns the charts; None when it fails or takes too long: the page still has its table."""
    try:
        async with asyncio.timeout(CHART_TIMEOUT_SECONDS):
            svgs = await asyncio.gather(gallery.draw(pictures.wide), gallery.draw(pictures.narrow))
    except (NotDrawn, Overloaded, TimeoutError):
        return None
    return ChartPair(Markup(svgs[0]), Markup(svgs[1]), pictures.option)  # noqa: S704 (our own, cleaned)


def browser_option(picture: ChartSpec, frame: Frame) -> Mapping[str, Any] | None:
    """Returns what static/chart.js needs to draw the chart, None where it would be too long."""
    if len(picture.option) > MAX_OPTION_CHARS:
        return None
    return {
        "option": json.loads(picture.option),
        "width": picture.width,
        "height": picture.height,
        "light": dark_to_light(),
        "colours": {
            "ground": DARK.ground,
            "ink": DARK.ink,
            "rule": DARK.rule,
            "quiet": DARK.quiet,
            "fill": DARK.fills[0],
        },
        "kinds": {column.heading: column.kind for column in frame.columns},
    }
