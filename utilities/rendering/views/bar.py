"""Bars side by side or stacked: lying, with room for long names, or standing along days."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from pydantic import ConfigDict, Field

from utilities.model.frames import Frame
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import GAP, Option, along, base, grid, labels_wide, names_axis, value_axis
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import shortened
from utilities.rendering.charts.legends import legend, tall
from utilities.rendering.charts.number_formats import marks, written
from utilities.rendering.charts.series import Rows, Series, in_words, rows_of
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import FrameShape, View, fits_no_frame, fits_shapes

MOST_SERIES = 5
THICK = 0.62  # of the room a bar has
ROW = 1.45  # the least height of a lying bar and the air around it, in em of text
NAMES = 0.45  # the most that names may take of the width
WIDEST = 4.0  # of one bar, in em of text
STANDING = 1.1  # the least width of a standing bar and the air around it, in em of text


@dataclass(frozen=True)
class Options:
    """What a board file may say of bars."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is a fault

    series: Annotated[tuple[str, ...], Field(max_length=MOST_SERIES)] = ()  # columns; the first figures when empty
    rows: Annotated[int, Field(ge=1)] = 60  # at most


def bar_chart(frame: Frame, box: Box, options: Options, *, stacked: bool = False) -> ChartSpec | None:
    """The picture; None when there is nothing to draw."""
    rows = rows_of(frame, options.series or every(frame, stacked))
    if rows is None or not rows.known:
        return None
    return standing(rows, box, options, stacked=stacked) if rows.days else lying(rows, box, options, stacked=stacked)


def every(frame: Frame, stacked: bool) -> tuple[str, ...]:
    """What is stacked when nothing is named: every figure of one kind with the first."""
    figures = [c for c in frame.numeric_columns if c is not frame.columns[0]]
    alike = [column.key for column in figures if column.kind is figures[0].kind]
    return tuple(alike[:MOST_SERIES]) if stacked else ()


def lying(rows: Rows, box: Box, options: Options, *, stacked: bool) -> ChartSpec:
    """Names on the left, bars from the top down, each with its figure at its end."""
    top = tall(rows.called, box)
    most = max(1, int((box.height - top) / (ROW * box.text * (1 if stacked else len(rows.series)))))
    rows = rows.first(min(most, options.rows))
    names = [shortened(name, box.text, NAMES * box.width) for name in rows.labels]
    left = max((text_width(name, box.text) for name in names), default=0.0) + GAP * box.text
    figures = [written(value, each.kind) for each in rows.series for value in each.values]
    sums = [written(value, rows.series[0].kind) for value in totals(rows)]
    right = 1.04 * max(text_width(text, box.text, tabular=True) for text in (*figures, *sums)) + 2 * GAP * box.text
    low, high = extent(rows, stacked)
    deep = min(box.height - top, len(names) * (1 if stacked else len(rows.series)) * 2.2 * box.text)
    room = {"min": low, "max": high, "show": False, "type": "value"}
    option = (
        base(box)
        | legend(rows.called, box)
        | {
            "grid": grid(left, right, top, box.height - top - deep),
            "xAxis": room,
            "yAxis": names_axis(names, box),
            "series": list(bars(rows, box, stacked=stacked, lying=True)),
        }
    )
    return build_chart_spec(option, box.width, box.height, in_words(rows))


def standing(rows: Rows, box: Box, options: Options, *, stacked: bool) -> ChartSpec:
    """Days along the foot; of more than there is room for, the last."""
    top = max(tall(rows.called, box), 0.8 * box.text)
    kind = rows.series[0].kind
    low, high = extent(rows, stacked)
    found = marks((low, high), kind, max(1, min(5, int((box.height - top - 1.75 * box.text) / (2.2 * box.text)))))
    left = labels_wide(found, kind, box)
    room = box.width - left
    rows = rows.last(
        min(options.rows, max(1, int(room / (STANDING * box.text * (1 if stacked else len(rows.series))))))
    )
    option = (
        base(box)
        | legend(rows.called, box)
        | {
            "grid": grid(left, 0, top, 1.75 * box.text),
            "xAxis": along(rows.labels, box, room, points=False),
            "yAxis": value_axis(found, kind, box),
            "series": list(bars(rows, box, stacked=stacked, lying=False)),
        }
    )
    return build_chart_spec(option, box.width, box.height, in_words(rows))


def bars(rows: Rows, box: Box, *, stacked: bool, lying: bool) -> list[Option]:
    """One for each column; a figure stands at the end of each bar, or of the whole stack."""
    return [
        {
            "type": "bar",
            "name": each.name,
            "stack": "all" if stacked else None,
            "silent": True,
            "emphasis": {"disabled": True},
            "barWidth": f"{100 * THICK / (1 if stacked else len(rows.series)):.0f}%",
            "barGap": "12%",
            "barMaxWidth": WIDEST * box.text,
            "itemStyle": {
                "color": DARK.series[place],
                "borderColor": DARK.ground,
                "borderWidth": 1 if stacked and any(rows.known) else 0,
            },
            "data": list(data(rows, each, place, stacked=stacked)),
            "label": {
                "show": lying or fits(rows, box),
                "position": "right" if lying else "top",
                "fontSize": box.text,
                "color": DARK.ink,
                "distance": GAP * box.text,
            },
        }
        for place, each in enumerate(rows.series)
    ]


def data(rows: Rows, each: Series, place: int, *, stacked: bool) -> list[Option]:
    """Each bar with what is written at it; of a stack only the last part says something, the sum."""
    last = place == len(rows.series) - 1
    said = totals(rows) if stacked else each.values
    return [
        {
            "value": 0.0 if value is None and stacked and last and text is not None else value,
            "label": {
                "show": None if last or not stacked else False,
                "formatter": written(text, each.kind),
            },
        }
        for value, text in zip(each.values, said, strict=True)
    ]


def fits(rows: Rows, box: Box) -> bool:
    """Whether figures may stand above standing bars without touching."""
    widest = max(text_width(written(value, each.kind), box.text) for each in rows.series for value in each.values)
    return len(rows.series) == 1 and any(rows.known) and widest * 1.1 * len(rows.names) < box.width * 0.85


def totals(rows: Rows) -> list[float | None]:
    """The sum of each stack; None where nothing is known."""
    stacks = zip(*(each.values for each in rows.series), strict=True)
    return [sum(known) if (known := [v for v in stack if v is not None]) else None for stack in stacks]


def extent(rows: Rows, stacked: bool) -> tuple[float, float]:
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
    return 14 * box.text, 2 * ROW * box.text


SHAPES = (FrameShape.DAYS, FrameShape.HOURS, FrameShape.NAMES, FrameShape.PAIRS)
VIEWS = (
    View(
        "bar",
        "bar",
        bar_chart,
        fits_shapes(30, *SHAPES),
        min_size,
        Options,
    ),
    View("stacked", "stacked", partial(bar_chart, stacked=True), fits_no_frame, min_size, Options),
)
