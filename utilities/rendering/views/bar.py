"""Bars side by side or stacked: horizontal with room for long names, or vertical for days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

from pydantic import ConfigDict, Field

from utilities.model.frames import REST_NAME, Frame, ValueKind
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import (
    AXIS_GAP_EM,
    Option,
    axis_labels_width,
    base_option,
    caption_element,
    dashed_key_elements,
    grid_option,
    names_axis,
    time_axis,
    value_axis,
)
from utilities.rendering.charts.bar_series import (
    bar_series,
    has_room_for_values,
    stack_totals,
    value_range,
)
from utilities.rendering.charts.bar_ticks import TICK_MARK, with_previous_ticks
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import shorten_middle
from utilities.rendering.charts.legends import legend_height, legend_option
from utilities.rendering.charts.line_series import previous_line
from utilities.rendering.charts.number_formats import format_short
from utilities.rendering.charts.previous_period import headline_key, previous_phrases
from utilities.rendering.charts.series import ChartRows, build_rows, describe_rows, require_one_unit
from utilities.rendering.charts.single_figures import single_figures
from utilities.rendering.charts.value_scale import build_value_scale
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import FrameShape, View, fits_no_frame, fits_shapes

MAX_BAR_SERIES = 5
BAR_ROW_EM = 1.45  # the smallest height of a horizontal bar and the space around it, in em of text
MAX_BAR_ROW_EM = 2.2  # the largest height of a horizontal bar and the space around it, in em of text
MAX_BAR_NAMES_WIDTH = 0.45  # the most that names may take of the width
CAPTION_EM = 1.4  # the line about rows without room, in em of text
MIN_PLOT_EM = 1.6  # the least height of vertical bars, in em of text
AXIS_ROW_EM = 1.95  # the names below vertical bars, in em of text
VALUE_ROW_EM = 1.5  # the values above vertical bars, in em of text
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
    if rows.has_days and len(rows.names) == 1:
        return single_figures(rows, box)
    return (
        vertical_bars(rows, box, options, dashed_phrases(frame, rows), stacked=stacked)
        if rows.has_days
        else horizontal_bars(
            rows, box, options, frame.total_rows or 0, () if stacked else dashed_phrases(frame, rows), stacked=stacked
        )
    )


def stackable_columns(frame: Frame, stacked: bool) -> tuple[str, ...]:
    """Returns the columns that are stacked by default: all of the same kind as the first with numbers."""
    figures = [c for c in frame.numeric_columns if c is not frame.columns[0]]
    alike = [column.key for column in figures if column.kind is figures[0].kind]
    return tuple(alike[:MAX_BAR_SERIES]) if stacked else ()


def horizontal_bars(
    rows: ChartRows, box: Box, options: BarOptions, total_rows: int, before: Sequence[str], *, stacked: bool
) -> ChartSpec | None:
    """Returns names on the left and bars from the top down, each with its value; None when not even one fits.

    A tick on each bar has the figure of the time that `before` names. Where not all rows are drawn, a line says how
    many of how many; `total_rows` counts those that the frame lacks too.
    """
    whole = box
    top = legend_height(rows.series_names, box)
    bottom, count = CAPTION_EM * box.text, min(len(rows.names), options.rows or len(rows.names))
    row_height = BAR_ROW_EM * box.text * (1 if stacked else len(rows.series))
    most, key = int((box.height - top) / row_height), headline_key(before, box)
    if most < 1:
        return None
    is_part = count < len(rows.names) or (total_rows > count and REST_NAME not in rows.names)
    words = [f"{TICK_MARK} {before[-1]}"] if before and not key else []
    captions: list[Option] = []
    if count > most or is_part or words:
        most = max(1, int((box.height - top - bottom) / row_height))
        if count > most or is_part:
            words.append(f"{min(most, count):,} of {max(total_rows, len(rows.names)):,} rows")
        captions = [caption_element(" · ".join(words), box)] if words else []
        box = replace(box, height=box.height - bottom)
    rows = rows.first_rows(max(1, min(most, count)))
    names = [shorten_middle(name, box.text, MAX_BAR_NAMES_WIDTH * box.width) for name in rows.labels]
    left = max((text_width(name, box.text) for name in names), default=0.0) + AXIS_GAP_EM * box.text
    figures = [format_short(value, each.kind) for each in rows.series for value in each.values]
    sums = [format_short(value, rows.series[0].kind) for value in stack_totals(rows)]
    right = (
        1.04 * max(text_width(text, box.text, tabular=True) for text in (*figures, *sums)) + 2 * AXIS_GAP_EM * box.text
    )
    low, high = value_range(rows, stacked, rows.series[0].previous if before else ())
    height = min(box.height - top, len(names) * (1 if stacked else len(rows.series)) * MAX_BAR_ROW_EM * box.text)
    bars = bar_series(rows, box, stacked=stacked, has_values=True, horizontal=True)
    if before:
        px_per_unit = (box.width - left - right) / (high - low)
        bars = with_previous_ticks(bars, rows.series[0], px_per_unit, height / len(names), box)
    option = base_option(box) | legend_option(rows.series_names, box)
    option |= {
        "grid": grid_option(left, right, top, whole.height - top - height),
        "xAxis": {"min": low, "max": high, "show": False, "type": "value"},
        "yAxis": names_axis(names, box),
        "series": bars,
        "graphic": captions,
    }
    spec = build_chart_spec(option, whole, describe_rows(rows), before[0] if before else "", key)
    return replace(spec, key_mark=TICK_MARK)


def vertical_bars(
    rows: ChartRows, box: Box, options: BarOptions, dashed: Sequence[str], *, stacked: bool
) -> ChartSpec | None:
    """Returns days at the bottom and bars above, the last ones when not all fit; None when the room is too low."""
    count = min(len(rows.names), options.rows or len(rows.names))
    room = box.width - 4 * box.text
    most = max(1, int(room / (MIN_COLUMN_WIDTH_EM * box.text * (1 if stacked else len(rows.series)))))
    captions = [caption_element(f"the last {most:,} of {count:,}", box)] if count > most else []
    rows = rows.last_rows(min(most, count))
    has_values, key = has_room_for_values(rows, box) and not dashed, headline_key(dashed, box)
    label = shorten_middle(dashed[0], box.text, box.width / 2) if dashed and not key else ""
    top = (
        legend_height(rows.series_names, box)
        + (VALUE_ROW_EM if has_values or rows.running is not None or label else 0.6) * box.text
    )
    bottom = (AXIS_ROW_EM + (CAPTION_EM if captions else 0.0)) * box.text
    if box.height - top - bottom < MIN_PLOT_EM * box.text:
        return None
    reached = value_range(rows, stacked, rows.series[0].previous if dashed else ())
    scale = build_value_scale(reached, rows.series[0].kind, max_bar_ticks(box, top, bottom))
    left = axis_labels_width(scale, box)
    option = (
        base_option(box)
        | legend_option(rows.series_names, box)
        | {
            "grid": grid_option(left, 0, top, bottom),
            "xAxis": time_axis(rows, box, left, 0, points=False),
            "yAxis": value_axis(scale, box),
            "series": [
                *bar_series(rows, box, stacked=stacked, has_values=has_values),
                *([previous_line(rows.series[0], DARK.ink, box, rows.running)] if dashed else []),
            ],
            "graphic": [*captions, *dashed_key_elements(label, box)],
        }
    )
    return build_chart_spec(option, box, describe_rows(rows), dashed[0] if dashed else "", key)


def dashed_phrases(frame: Frame, rows: ChartRows) -> Sequence[str]:
    """Returns what the dashed line across the bars is; only those of a single series have one."""
    return previous_phrases(frame, rows) if len(rows.series) == 1 else ()


def max_bar_ticks(box: Box, top: float, bottom: float) -> int:
    """Returns how many ticks leave space between their numbers."""
    return max(1, min(5, int((box.height - top - bottom) / (2.2 * box.text))))


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
