"""Bars side by side or stacked: horizontal with room for long names, or vertical for days."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

from pydantic import ConfigDict, Field

from utilities.model.frames import Frame, ValueKind
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import (
    AXIS_GAP_EM,
    Option,
    axis_labels_width,
    base_option,
    caption_element,
    category_axis,
    grid_option,
    names_axis,
    value_axis,
)
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import shorten_middle
from utilities.rendering.charts.legends import legend_height, legend_option
from utilities.rendering.charts.number_formats import axis_ticks, format_short
from utilities.rendering.charts.series import ChartRows, ChartSeries, build_rows, describe_rows, require_one_unit
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import FrameShape, View, fits_no_frame, fits_shapes

MAX_BAR_SERIES = 5
BAR_THICKNESS = 0.62  # of the room of a bar
BAR_ROW_EM = 1.45  # the smallest height of a horizontal bar and the space around it, in em of text
MAX_BAR_ROW_EM = 2.2  # the largest height of a horizontal bar and the space around it, in em of text
MAX_BAR_NAMES_WIDTH = 0.45  # the most that names may take of the width
CAPTION_EM = 1.4  # the line about rows without room, in em of text
AXIS_ROW_EM = 1.75  # the names below vertical bars, in em of text
MAX_BAR_WIDTH_EM = 4.0  # of one bar, in em of text
MIN_COLUMN_WIDTH_EM = 0.35  # the smallest width of a vertical bar and the space around it, in em of text


@dataclass(frozen=True)
class BarOptions:
    """The options of bars."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is an error

    series: Annotated[tuple[str, ...], Field(max_length=MAX_BAR_SERIES)] = ()  # columns; the first figures when empty
    rows: Annotated[int, Field(ge=1)] | None = None  # at most; as many as fit when None


def bar_chart(frame: Frame, box: Box, options: BarOptions, *, stacked: bool = False) -> ChartSpec | None:
    """Returns the chart; None when there is nothing to draw."""
    rows = build_rows(frame, options.series or stackable_columns(frame, stacked))
    if rows is None or not rows.known_values:
        return None
    require_one_unit(rows)
    return (
        vertical_bars(rows, box, options, stacked=stacked)
        if rows.has_days
        else horizontal_bars(rows, box, options, stacked=stacked)
    )


def stackable_columns(frame: Frame, stacked: bool) -> tuple[str, ...]:
    """Returns the columns that are stacked by default: all of the same kind as the first with numbers."""
    figures = [c for c in frame.numeric_columns if c is not frame.columns[0]]
    alike = [column.key for column in figures if column.kind is figures[0].kind]
    return tuple(alike[:MAX_BAR_SERIES]) if stacked else ()


def horizontal_bars(rows: ChartRows, box: Box, options: BarOptions, *, stacked: bool) -> ChartSpec:
    """Returns names on the left and bars from the top down, each with its value at its end."""
    whole = box
    top = legend_height(rows.series_names, box)
    bottom, count = CAPTION_EM * box.text, min(len(rows.names), options.rows or len(rows.names))
    row_height = BAR_ROW_EM * box.text * (1 if stacked else len(rows.series))
    most = int((box.height - top) / row_height)
    captions: list[Option] = []
    if count > max(1, most):
        most = int((box.height - top - bottom) / row_height)
        captions = [caption_element(f"{max(1, most):,} of {count:,} rows", box)]
        box = replace(box, height=box.height - bottom)
    rows = rows.first_rows(max(1, min(most, count)))
    names = [shorten_middle(name, box.text, MAX_BAR_NAMES_WIDTH * box.width) for name in rows.labels]
    left = max((text_width(name, box.text) for name in names), default=0.0) + AXIS_GAP_EM * box.text
    figures = [format_short(value, each.kind) for each in rows.series for value in each.values]
    sums = [format_short(value, rows.series[0].kind) for value in stack_totals(rows)]
    right = (
        1.04 * max(text_width(text, box.text, tabular=True) for text in (*figures, *sums)) + 2 * AXIS_GAP_EM * box.text
    )
    low, high = value_range(rows, stacked)
    height = min(box.height - top, len(names) * (1 if stacked else len(rows.series)) * MAX_BAR_ROW_EM * box.text)
    room = {"min": low, "max": high, "show": False, "type": "value"}
    option = (
        base_option(box)
        | legend_option(rows.series_names, box)
        | {
            "grid": grid_option(left, right, top, whole.height - top - height),
            "xAxis": room,
            "yAxis": names_axis(names, box),
            "series": list(bar_series(rows, box, stacked=stacked, horizontal=True)),
            "graphic": captions,
        }
    )
    return build_chart_spec(option, whole, describe_rows(rows))


def vertical_bars(rows: ChartRows, box: Box, options: BarOptions, *, stacked: bool) -> ChartSpec:
    """Returns days at the bottom and bars above; the last ones when not all fit."""
    top = max(legend_height(rows.series_names, box), 0.8 * box.text)
    kind = rows.series[0].kind
    low, high = value_range(rows, stacked)
    ticks = axis_ticks((low, high), kind, max_bar_ticks(box, top, AXIS_ROW_EM * box.text))
    left = axis_labels_width(ticks, kind, box)
    room = box.width - left
    count = min(len(rows.names), options.rows or len(rows.names))
    most = max(1, int(room / (MIN_COLUMN_WIDTH_EM * box.text * (1 if stacked else len(rows.series)))))
    captions: list[Option] = []
    bottom = AXIS_ROW_EM * box.text
    if count > most:
        captions = [caption_element(f"the last {most:,} of {count:,}", box)]
        bottom += CAPTION_EM * box.text
        ticks = axis_ticks((low, high), kind, max_bar_ticks(box, top, bottom))
    rows = rows.last_rows(min(most, count))
    option = (
        base_option(box)
        | legend_option(rows.series_names, box)
        | {
            "grid": grid_option(left, 0, top, bottom),
            "xAxis": category_axis(rows.labels, box, room, points=False),
            "yAxis": value_axis(ticks, kind, box),
            "series": list(bar_series(rows, box, stacked=stacked, horizontal=False)),
            "graphic": captions,
        }
    )
    return build_chart_spec(option, box, describe_rows(rows))


def max_bar_ticks(box: Box, top: float, bottom: float) -> int:
    """Returns how many ticks leave space between their numbers."""
    return max(1, min(5, int((box.height - top - bottom) / (2.2 * box.text))))


def bar_series(rows: ChartRows, box: Box, *, stacked: bool, horizontal: bool) -> list[Option]:
    """Returns a series for each column; a value stands at the end of each bar or stack."""
    return [
        {
            "type": "bar",
            "name": each.name,
            "stack": "all" if stacked else None,
            "silent": True,
            "emphasis": {"disabled": True},
            "barWidth": f"{100 * BAR_THICKNESS / (1 if stacked else len(rows.series)):.0f}%",
            "barGap": "12%",
            "barMaxWidth": MAX_BAR_WIDTH_EM * box.text,
            "itemStyle": {
                "color": DARK.series[place],
                "borderColor": DARK.ground,
                "borderWidth": 1 if stacked and any(rows.known_values) else 0,
            },
            "data": list(bar_data(rows, each, place, stacked=stacked)),
            "label": {
                "show": horizontal or has_room_for_values(rows, box),
                "position": "right" if horizontal else "top",
                "fontSize": box.text,
                "color": DARK.ink,
                "distance": AXIS_GAP_EM * box.text,
            },
        }
        for place, each in enumerate(rows.series)
    ]


def bar_data(rows: ChartRows, each: ChartSeries, place: int, *, stacked: bool) -> list[Option]:
    """Returns each bar with its label; of a stack only the last part has one, the sum."""
    last = place == len(rows.series) - 1
    labels = stack_totals(rows) if stacked else each.values
    return [
        {
            "value": 0.0 if value is None and stacked and last and text is not None else value,
            "label": {
                "show": None if last or not stacked else False,
                "formatter": format_short(text, each.kind),
            },
        }
        for value, text in zip(each.values, labels, strict=True)
    ]


def has_room_for_values(rows: ChartRows, box: Box) -> bool:
    """Whether values fit above vertical bars without touching."""
    widest = max(text_width(format_short(value, each.kind), box.text) for each in rows.series for value in each.values)
    return len(rows.series) == 1 and any(rows.known_values) and widest * 1.1 * len(rows.names) < box.width * 0.85


def stack_totals(rows: ChartRows) -> list[float | None]:
    """Returns the sum of each stack; None where all parts are gaps."""
    stacks = zip(*(each.values for each in rows.series), strict=True)
    return [sum(values) if (values := [v for v in stack if v is not None]) else None for stack in stacks]


def value_range(rows: ChartRows, stacked: bool) -> tuple[float, float]:
    """Returns the axis range; negative parts of a stack accumulate separately."""
    stacks = zip(*(each.values for each in rows.series), strict=True)
    groups = [[value for value in stack if value is not None] for stack in stacks]
    if stacked:
        groups = [[sum(v for v in stack if v < 0), sum(v for v in stack if v > 0)] for stack in groups]
    values = [value for stack in groups for value in stack]
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    return low, high if high > low else low + 1


def min_size(box: Box) -> tuple[float, float]:
    """Returns the room for a short name, a bar, its value, and two rows."""
    return 14 * box.text, 2 * BAR_ROW_EM * box.text


def max_bars_height(frame: Frame, box: Box) -> float:
    """Returns the height of all horizontal bars at their largest, px; vertical bars take any height."""
    return box.height if frame.columns[0].kind is ValueKind.DATE else MAX_BAR_ROW_EM * box.text * len(frame.rows)


BAR_SHAPES = (FrameShape.DAYS, FrameShape.HOURS, FrameShape.NAMES, FrameShape.PAIRS)
VIEWS = (
    View(
        "bar",
        "bar",
        bar_chart,
        fits_shapes(30, *BAR_SHAPES),
        min_size,
        BarOptions,
        max_height=max_bars_height,
    ),
    View("stacked", "stacked", partial(bar_chart, stacked=True), fits_no_frame, min_size, BarOptions),
)
