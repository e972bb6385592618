"""Lines over time: each series with its last value at its end, the previous period dashed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

from pydantic import ConfigDict, Field

from utilities.model.frames import Frame
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import (
    LINE_WIDTH_EM,
    Option,
    axis_labels_width,
    base_option,
    category_axis,
    grid_option,
    text_element,
    value_axis,
)
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import shorten_middle
from utilities.rendering.charts.line_series import line_option, unfinished_dashes
from utilities.rendering.charts.number_formats import axis_ticks, format_short
from utilities.rendering.charts.series import ChartRows, ChartSeries, build_rows, describe_rows, require_one_unit
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import FrameShape, View, fits_shapes

MAX_LINES = 4
"""Nobody can tell more lines apart from six metres."""

LINES_TOP_EM, LINES_BOTTOM_EM = 0.6, 1.75
"""Above and below the lines, in em of text."""

MAX_END_NAME_WIDTH = 0.3  # the largest part of the width for a name at the end of a line
PREVIOUS_LABEL = "before"
UNFINISHED_LABEL = "so far"


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
    ticks = axis_ticks(rows.known_values, rows.series[0].kind, max_ticks(box))
    left = axis_labels_width(ticks, rows.series[0].kind, box)
    right = max(end_label_width(each, rows, box) for each in rows.series)
    room = box.width - left - right
    option = base_option(box) | {
        "grid": grid_option(left, right, LINES_TOP_EM * box.text, LINES_BOTTOM_EM * box.text),
        "xAxis": category_axis(rows.labels, box, room, points=True),
        "yAxis": value_axis(ticks, rows.series[0].kind, box),
        "series": list(line_options(rows, box, filled=filled)),
        "graphic": [
            mark
            for end in build_end_labels(rows, ticks, box)
            for mark in end.text_elements(box.width - right + 0.4 * box.text)
        ],
    }
    return build_chart_spec(option, box, describe_rows(rows))


def max_ticks(box: Box) -> int:
    """Returns how many ticks leave space between their numbers."""
    return max(1, min(5, int((box.height - (LINES_TOP_EM + LINES_BOTTOM_EM) * box.text) / (2.2 * box.text))))


def end_label_width(each: ChartSeries, rows: ChartRows, box: Box) -> float:
    """Returns the width of the label at the end of a line, px."""
    last = text_width(last_value_text(each), box.figure, weight=700)
    texts = [
        text_width(text, box.text)
        for text in (*end_captions(each, rows, box), *([PREVIOUS_LABEL] if each.previous else ()))
    ]
    return max(last, *texts, 0.0) + 0.8 * box.text


def end_captions(each: ChartSeries, rows: ChartRows, box: Box) -> list[str]:
    """Returns the text below the last value: the name of one of several lines, or that a single one is not complete."""
    if len(rows.series) > 1:
        return [end_series_name(each, box)]
    return [] if rows.is_complete else [UNFINISHED_LABEL]


def end_series_name(each: ChartSeries, box: Box) -> str:
    """Returns the name of a series as it stands at the end of its line."""
    return shorten_middle(each.name, box.text, MAX_END_NAME_WIDTH * box.width)


def last_value_text(each: ChartSeries) -> str:
    """Returns the last value of a series, or ''."""
    values = [value for value in each.values if value is not None]
    return format_short(values[-1], each.kind) if values else ""


@dataclass(frozen=True)
class EndLabel:
    """The lines of text at the end of a line."""

    lines: tuple[tuple[str, float, str, int], ...]  # text, size in px, colour, weight
    center: float  # px from the top of the chart

    @property
    def height(self) -> float:
        """Returns the height of all lines, px."""
        return sum(1.15 * size for _, size, _, _ in self.lines)

    def text_elements(self, left: float) -> Iterator[Option]:
        """Yields the lines from the top down."""
        top = self.center - self.height / 2
        for text, size, colour, weight in self.lines:
            yield text_element(text, left, top + 1.15 * size / 2, size, colour, weight=weight, at="left middle")
            top += 1.15 * size


def build_end_labels(rows: ChartRows, ticks: Sequence[float], box: Box) -> list[EndLabel]:
    """Returns a label for each line with a last value and one for the previous period; none overlaps another."""
    room = box.height - (LINES_TOP_EM + LINES_BOTTOM_EM) * box.text
    low, high = ticks[0], ticks[-1]
    labels = []
    for place, each in enumerate(rows.series):
        if each.values[-1] is not None:
            figures = (last_value_text(each), box.figure, DARK.series[place], 700)
            below = ((text, box.text, DARK.quiet, 400) for text in end_captions(each, rows, box))
            labels.append(
                EndLabel((figures, *below), LINES_TOP_EM * box.text + (high - each.values[-1]) / (high - low) * room)
            )
        if place == 0 and each.previous and each.previous[-1] is not None:
            colour = previous_colour(place, len(rows.series) > 1)
            at = LINES_TOP_EM * box.text + (high - each.previous[-1]) / (high - low) * room
            labels.append(EndLabel(((PREVIOUS_LABEL, box.text, colour, 400),), at))
    return spread_end_labels(labels, box.height)


def previous_colour(place: int, named: bool) -> str:
    """Returns the colour of the previous period: grey, but of several lines each keeps its own."""
    return DARK.series[place] if named else DARK.quiet


def spread_end_labels(labels: Sequence[EndLabel], bottom: float) -> list[EndLabel]:
    """Moves labels that overlap down, and all of them up again where the chart ends."""
    order = sorted(labels, key=lambda end: end.center)
    centres: list[float] = []
    for place, end in enumerate(order):
        least = centres[-1] + (order[place - 1].height + end.height) / 2 if centres else end.height / 2
        centres.append(max(end.center, least))
    over = centres[-1] + order[-1].height / 2 - bottom if centres else 0.0
    for place in reversed(range(len(order))):
        if over <= 0:
            break
        centres[place] -= over
        if place:
            over = centres[place - 1] + (order[place].height + order[place - 1].height) / 2 - centres[place]
    return [replace(end, center=center) for end, center in zip(order, centres, strict=True)]


def line_options(rows: ChartRows, box: Box, *, filled: bool) -> Iterator[Option]:
    """Yields each series, and behind it the previous period: dashed, so that colour is not needed."""
    for place, each in enumerate(rows.series):
        if each.previous:
            colour = previous_colour(place, len(rows.series) > 1)
            dash = {"color": colour, "width": 0.07 * box.text, "type": [0.22 * box.text, 0.18 * box.text]}
            yield line_option(f"{each.name}, before", each.previous, dash, box)
        line = line_option(
            each.name, each.values, {"color": DARK.series[place], "width": LINE_WIDTH_EM * box.text}, box
        )
        if filled and place == 0:
            line["areaStyle"] = {"color": DARK.series[place], "opacity": 0.14, "origin": "start"}
        if not rows.is_complete:
            line |= unfinished_dashes(each.values, box)
        yield line


def min_size(box: Box) -> tuple[float, float]:
    """Returns the room for two ticks, the names below, the numbers at both sides and a dozen points between them."""
    return text_width("00,000", box.text) + text_width("00,000", box.figure, weight=700) + 12 * box.text, 6 * box.text


LINE_SHAPES = (FrameShape.DAYS, FrameShape.HOURS)
VIEWS = (
    View("area", "area", partial(line_chart, filled=True), fits_shapes(50, *LINE_SHAPES), min_size, LineOptions),
    View("line", "line", line_chart, fits_shapes(40, *LINE_SHAPES), min_size, LineOptions),
)
