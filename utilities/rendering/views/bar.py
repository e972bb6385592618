"""Bars side by side or stacked: lying, with room for long names, or standing along days."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from pydantic import ConfigDict, Field

from utilities.model.frames import Frame
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import (
    AXIS_GAP_EM,
    Option,
    axis_labels_width,
    base_option,
    category_axis,
    grid_option,
    names_axis,
    value_axis,
)
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import shorten_middle
from utilities.rendering.charts.legends import legend_height, legend_option
from utilities.rendering.charts.number_formats import axis_ticks, format_short
from utilities.rendering.charts.series import ChartRows, ChartSeries, build_rows, describe_rows
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import FrameShape, View, fits_no_frame, fits_shapes

MAX_BAR_SERIES = 5
BAR_THICKNESS = 0.62  # of the room a bar has
BAR_ROW_EM = 1.45  # the least height of a lying bar and the air around it, in em of text
MAX_BAR_NAMES_WIDTH = 0.45  # the most that names may take of the width
MAX_BAR_WIDTH_EM = 4.0  # of one bar, in em of text
MIN_COLUMN_WIDTH_EM = 1.1  # the least width of a standing bar and the air around it, in em of text


@dataclass(frozen=True)
class Options:
    """What a board file may say of bars."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is a fault

    series: Annotated[tuple[str, ...], Field(max_length=MAX_BAR_SERIES)] = ()  # columns; the first figures when empty
    rows: Annotated[int, Field(ge=1)] = 60  # at most


def bar_chart(frame: Frame, box: Box, options: Options, *, stacked: bool = False) -> ChartSpec | None:
    """The picture; None when there is nothing to draw."""
    rows = build_rows(frame, options.series or stackable_columns(frame, stacked))
    if rows is None or not rows.known:
        return None
    return (
        vertical_bars(rows, box, options, stacked=stacked)
        if rows.days
        else horizontal_bars(rows, box, options, stacked=stacked)
    )


def stackable_columns(frame: Frame, stacked: bool) -> tuple[str, ...]:
    """What is stacked when nothing is named: every figure of one kind with the first."""
    figures = [c for c in frame.numeric_columns if c is not frame.columns[0]]
    alike = [column.key for column in figures if column.kind is figures[0].kind]
    return tuple(alike[:MAX_BAR_SERIES]) if stacked else ()


def horizontal_bars(rows: ChartRows, box: Box, options: Options, *, stacked: bool) -> ChartSpec:
    """Names on the left, bars from the top down, each with its figure at its end."""
    top = legend_height(rows.called, box)
    most = max(1, int((box.height - top) / (BAR_ROW_EM * box.text * (1 if stacked else len(rows.series)))))
    rows = rows.first(min(most, options.rows))
    names = [shorten_middle(name, box.text, MAX_BAR_NAMES_WIDTH * box.width) for name in rows.labels]
    left = max((text_width(name, box.text) for name in names), default=0.0) + AXIS_GAP_EM * box.text
    figures = [format_short(value, each.kind) for each in rows.series for value in each.values]
    sums = [format_short(value, rows.series[0].kind) for value in stack_totals(rows)]
    right = (
        1.04 * max(text_width(text, box.text, tabular=True) for text in (*figures, *sums)) + 2 * AXIS_GAP_EM * box.text
    )
    low, high = value_range(rows, stacked)
    deep = min(box.height - top, len(names) * (1 if stacked else len(rows.series)) * 2.2 * box.text)
    room = {"min": low, "max": high, "show": False, "type": "value"}
    option = (
        base_option(box)
        | legend_option(rows.called, box)
        | {
            "grid": grid_option(left, right, top, box.height - top - deep),
            "xAxis": room,
            "yAxis": names_axis(names, box),
            "series": list(bar_series(rows, box, stacked=stacked, horizontal=True)),
        }
    )
    return build_chart_spec(option, box, describe_rows(rows))


def vertical_bars(rows: ChartRows, box: Box, options: Options, *, stacked: bool) -> ChartSpec:
    """Days along the foot; of more than there is room for, the last."""
    top = max(legend_height(rows.called, box), 0.8 * box.text)
    kind = rows.series[0].kind
    low, high = value_range(rows, stacked)
    found = axis_ticks((low, high), kind, max(1, min(5, int((box.height - top - 1.75 * box.text) / (2.2 * box.text)))))
    left = axis_labels_width(found, kind, box)
    room = box.width - left
    rows = rows.last(
        min(options.rows, max(1, int(room / (MIN_COLUMN_WIDTH_EM * box.text * (1 if stacked else len(rows.series))))))
    )
    option = (
        base_option(box)
        | legend_option(rows.called, box)
        | {
            "grid": grid_option(left, 0, top, 1.75 * box.text),
            "xAxis": category_axis(rows.labels, box, room, points=False),
            "yAxis": value_axis(found, kind, box),
            "series": list(bar_series(rows, box, stacked=stacked, horizontal=False)),
        }
    )
    return build_chart_spec(option, box, describe_rows(rows))


def bar_series(rows: ChartRows, box: Box, *, stacked: bool, horizontal: bool) -> list[Option]:
    """One for each column; a figure stands at the end of each bar, or of the whole stack."""
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
                "borderWidth": 1 if stacked and any(rows.known) else 0,
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
    """Each bar with what is written at it; of a stack only the last part says something, the sum."""
    last = place == len(rows.series) - 1
    said = stack_totals(rows) if stacked else each.values
    return [
        {
            "value": 0.0 if value is None and stacked and last and text is not None else value,
            "label": {
                "show": None if last or not stacked else False,
                "formatter": format_short(text, each.kind),
            },
        }
        for value, text in zip(each.values, said, strict=True)
    ]


def has_room_for_values(rows: ChartRows, box: Box) -> bool:
    """Whether figures may stand above standing bars without touching."""
    widest = max(text_width(format_short(value, each.kind), box.text) for each in rows.series for value in each.values)
    return len(rows.series) == 1 and any(rows.known) and widest * 1.1 * len(rows.names) < box.width * 0.85


def stack_totals(rows: ChartRows) -> list[float | None]:
    """The sum of each stack; None where nothing is known."""
    stacks = zip(*(each.values for each in rows.series), strict=True)
    return [sum(known) if (known := [v for v in stack if v is not None]) else None for stack in stacks]


def value_range(rows: ChartRows, stacked: bool) -> tuple[float, float]:
    """From where to where bars go; of a stack, parts below nothing pile up on their own."""
    piles = zip(*(each.values for each in rows.series), strict=True)
    known = [[value for value in pile if value is not None] for pile in piles]
    if stacked:
        known = [[sum(v for v in pile if v < 0), sum(v for v in pile if v > 0)] for pile in known]
    values = [value for pile in known for value in pile]
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    return low, high if high > low else low + 1


def min_size(box: Box) -> tuple[float, float]:
    """Room for a short name, a bar, its figure, and two rows."""
    return 14 * box.text, 2 * BAR_ROW_EM * box.text


BAR_SHAPES = (FrameShape.DAYS, FrameShape.HOURS, FrameShape.NAMES, FrameShape.PAIRS)
VIEWS = (
    View(
        "bar",
        "bar",
        bar_chart,
        fits_shapes(30, *BAR_SHAPES),
        min_size,
        Options,
    ),
    View("stacked", "stacked", partial(bar_chart, stacked=True), fits_no_frame, min_size, Options),
)
