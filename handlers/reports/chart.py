"""The drawing above a table at a desk: which view, in two sizes, and what brings it to life in a browser."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from utilities.model.errors import NotDrawn, Overloaded
from utilities.model.frames import Frame, ValueKind
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.colours import DARK, pairs
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.layout import Box
from utilities.rendering.views import TABLE, View, default_view, fitting_views
from utilities.reports import Report

WIDE, NARROW = Box(1072, 360, 14, 16), Box(358, 300, 13, 15)
PATIENCE = 2.0  # seconds that a page waits for its drawing
ROW = 2.2  # of a lying bar, in em of text
LARGEST = 200_000  # characters of an option that is sent along to be brought to life
MOST_KNOWN = 300  # reports of which it is remembered what can draw them


@dataclass(frozen=True)
class Drawn:
    """The same figures drawn for a desk and for the hand."""

    wide: Markup
    narrow: Markup
    live: Mapping[str, Any] | None = None  # what static/chart.js needs


@dataclass(frozen=True)
class Offered:
    """The views that can draw a frame."""

    frame: Frame
    views: tuple[str, ...]


class Offers:
    """Which views can draw the figures of a report; found out once for each frame."""

    def __init__(self) -> None:
        self.known: OrderedDict[str, Offered] = OrderedDict()

    def of(self, name: str, report: Report, frame: Frame, views: Mapping[str, View]) -> tuple[str, ...]:
        known = self.known.get(name)
        if known is None or known.frame is not frame:
            known = self.known[name] = Offered(frame, tuple(able(report, frame, views)))
        self.known.move_to_end(name)
        while len(self.known) > MOST_KNOWN:
            self.known.popitem(last=False)
        return known.views


def able(report: Report, frame: Frame, views: Mapping[str, View]) -> list[str]:
    """The views that make a picture of it, the usual one first."""
    if not frame.rows:
        return []
    first = report.view or default_view(frame, views)
    if first == TABLE:
        return []
    names = dict.fromkeys((first, *fitting_views(frame, views)))
    return [name for name in names if name in views and pictured(views[name], frame, NARROW) is not None]


def pictured(view: View, frame: Frame, box: Box, options: Mapping[str, Any] | None = None) -> ChartSpec | None:
    made = view.build_content(frame, box, options or {})
    return made if isinstance(made, ChartSpec) else None


def fitted(view: View, frame: Frame, box: Box) -> Box:
    """No taller than a few bars need."""
    lying = view.name == "bar" and frame.columns[0].kind is not ValueKind.DATE
    return replace(box, height=min(box.height, ROW * box.text * len(frame.rows))) if lying else box


async def drawn(
    title: str,
    view: View,
    frame: Frame,
    gallery: ChartRenderer,
    options: Mapping[str, Any] | None = None,
    boxes: tuple[Box, Box] = (WIDE, NARROW),
) -> Drawn | None:
    """The drawings; None where there is nothing to draw, or it takes too long, so that the table stands by itself."""
    pictures = [pictured(view, frame, fitted(view, frame, box), options) for box in boxes]
    wide, narrow = (replace(each, title=title) if each else None for each in pictures)
    if wide is None or narrow is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            svgs = await asyncio.gather(gallery.draw(wide), gallery.draw(narrow))
    except (NotDrawn, Overloaded, TimeoutError):
        return None
    return Drawn(Markup(svgs[0]), Markup(svgs[1]), live(wide, frame))  # noqa: S704 (our own, cleaned)


def live(picture: ChartSpec, frame: Frame) -> Mapping[str, Any] | None:
    if len(picture.option) > LARGEST:
        return None
    return {
        "option": json.loads(picture.option),
        "width": picture.width,
        "height": picture.height,
        "light": pairs(),
        "colours": {
            "ground": DARK.ground,
            "ink": DARK.ink,
            "rule": DARK.rule,
            "quiet": DARK.quiet,
            "fill": DARK.fills[0],
        },
        "kinds": {column.heading: column.kind for column in frame.columns},
    }
