"""Lines over time: each series with its last value at its end, the previous period dashed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

from pydantic import ConfigDict, Field

from utilities.model.frames import Frame
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import Option, axis_labels_width, base_option, grid_option, time_axis, value_axis
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.end_labels import (
    END_LABEL_GAP_EM,
    EndLabel,
    build_end_labels,
    end_labels_width,
    spread_end_labels,
)
from utilities.rendering.charts.line_series import previous_line, series_lines
from utilities.rendering.charts.previous_period import headline_key, previous_phrases
from utilities.rendering.charts.series import ChartRows, build_rows, describe_rows, require_one_unit
from utilities.rendering.charts.single_figures import single_figures
from utilities.rendering.charts.value_scale import ValueScale, build_value_scale
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import FrameShape, View, fits_shapes

MAX_LINES = 4
"""Nobody can tell more lines apart from six metres."""

LINES_TOP_EM, LINES_BOTTOM_EM = 0.6, 1.95
"""Above and below the lines, in em of text."""


@dataclass(frozen=True)
class LineOptions:
    """The options of lines."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is an error

    series: Annotated[tuple[str, ...], Field(max_length=MAX_LINES)] = ()  # columns; the first figures when empty


def line_chart(frame: Frame, box: Box, options: LineOptions, *, filled: bool = False) -> ChartSpec | None:
    """Returns the chart; None when there is nothing to draw."""
    rows = build_rows(frame, options.series)
    if rows is None or not rows.known_values:
        return None
    require_one_unit(rows)
    if len(rows.names) == 1:
        return single_figures(rows, box)
    scale = build_value_scale(rows.known_values, rows.series[0].kind, max_ticks(box))
    dashed = previous_phrases(frame, rows)
    key = headline_key(dashed, box)
    ends = build_end_labels(rows, dashed[2] if dashed and not key else "", box)
    left, right = axis_labels_width(scale, box), end_labels_width(ends, box)
    option = base_option(box) | {
        "grid": grid_option(left, right, LINES_TOP_EM * box.text, LINES_BOTTOM_EM * box.text),
        "xAxis": time_axis(rows, box, left, right, points=True),
        "yAxis": value_axis(scale, box),
        "series": list(line_options(rows, box, filled=filled)),
        "graphic": [
            mark
            for end in spread_end_labels([place_end_label(end, rows, scale, box) for end in ends], box)
            for mark in end.elements(box.width - right + END_LABEL_GAP_EM * box.text, box)
        ],
    }
    return build_chart_spec(option, box, describe_rows(rows), dashed[0] if dashed else "", key)


def max_ticks(box: Box) -> int:
    """Returns how many ticks leave space between their numbers."""
    return max(1, min(5, int((box.height - (LINES_TOP_EM + LINES_BOTTOM_EM) * box.text) / (1.8 * box.text))))


def place_end_label(end: EndLabel, rows: ChartRows, scale: ValueScale, box: Box) -> EndLabel:
    """Returns the label next to its point; that of several rings stays at the bottom."""
    if not end.colour:
        value = rows.series[0].previous[end.place]
    else:
        each = next((s for s, colour in zip(rows.series, DARK.series, strict=False) if colour == end.colour), None)
        value = each.values[end.place] if each else None
    if value is None:
        return end
    room = box.height - (LINES_TOP_EM + LINES_BOTTOM_EM) * box.text
    return replace(end, center=LINES_TOP_EM * box.text + (1 - scale.position(value)) * room)


def line_options(rows: ChartRows, box: Box, *, filled: bool) -> Iterator[Option]:
    """Yields each series, and behind it the previous period: dashed, so that colour is not needed."""
    for place, each in enumerate(rows.series):
        if each.previous:
            yield previous_line(each, DARK.series[place] if len(rows.series) > 1 else DARK.quiet, box, rows.running)
        yield from series_lines(each, rows, DARK.series[place], box, filled=filled and place == 0)


def min_size(box: Box) -> tuple[float, float]:
    """Returns the room for two ticks, the names below, the numbers at both sides and a dozen points between them."""
    return text_width("00,000", box.text) + text_width("00,000", box.figure, weight=700) + 12 * box.text, 6 * box.text


LINE_SHAPES = (FrameShape.DAYS, FrameShape.HOURS)
VIEWS = (
    View("area", "area", partial(line_chart, filled=True), fits_shapes(50, *LINE_SHAPES), min_size, LineOptions),
    View("line", "line", line_chart, fits_shapes(40, *LINE_SHAPES), min_size, LineOptions),
)
