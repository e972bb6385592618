"""The bars of a bar chart, side by side or stacked; that of a day or hour that is not over is hollow."""

from collections.abc import Sequence

from utilities.model.frames import REST_NAME
from utilities.rendering.charts.axes import AXIS_GAP_EM, Option
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.line_series import RING_WIDTH_EM
from utilities.rendering.charts.number_formats import format_short
from utilities.rendering.charts.series import ChartRows, ChartSeries
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

BAR_THICKNESS = 0.62  # of the room of a bar
MAX_BAR_WIDTH_EM = 4.0  # of one bar, in em of text


def bar_series(rows: ChartRows, box: Box, *, stacked: bool, has_values: bool, horizontal: bool = False) -> list[Option]:
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
            "data": list(bar_data(rows, each, place, box, stacked=stacked)),
            "label": {
                "show": has_values,
                "position": "right" if horizontal else "top",
                "fontSize": box.text,
                "color": DARK.ink,
                "distance": AXIS_GAP_EM * box.text,
            },
        }
        for place, each in enumerate(rows.series)
    ]


def bar_data(rows: ChartRows, each: ChartSeries, place: int, box: Box, *, stacked: bool) -> list[Option]:
    """Returns each bar with its label; of a stack only the last part has one, the sum."""
    last = place == len(rows.series) - 1
    labels = stack_totals(rows) if stacked else each.values
    labelled = rows.running if running_value_fits(rows, each, box) else None
    return [
        {
            "value": 0.0 if value is None and stacked and last and text is not None else value,
            "label": {
                "show": False if stacked and not last else True if row == labelled else None,
                "formatter": format_short(text, each.kind),
                **({"color": DARK.running_ink} if row == rows.running else {}),
            },
            **(hollow_bar(place, box) if row == rows.running else {}),
            **({"itemStyle": {"color": DARK.quiet}} if rows.names[row] == REST_NAME and not stacked else {}),
        }
        for row, (value, text) in enumerate(zip(each.values, labels, strict=True))
    ]


def running_value_fits(rows: ChartRows, each: ChartSeries, box: Box) -> bool:
    """Whether the value above the bar that still grows does not leave the chart on the right."""
    if rows.running is None:
        return False
    room = (len(rows.names) - rows.running - 0.5) * (box.width - 4 * box.text) / len(rows.names)
    return text_width(format_short(each.values[rows.running], each.kind), box.text) / 2 <= room


def hollow_bar(place: int, box: Box) -> Option:
    """Returns what makes the bar of a day or hour that is not over hollow."""
    style = {"color": DARK.running_ground, "borderColor": DARK.series[place], "borderWidth": RING_WIDTH_EM * box.text}
    return {"itemStyle": style}


def has_room_for_values(rows: ChartRows, box: Box) -> bool:
    """Whether values fit above vertical bars without touching."""
    widest = max(text_width(format_short(value, each.kind), box.text) for each in rows.series for value in each.values)
    return len(rows.series) == 1 and any(rows.known_values) and widest * 1.1 * len(rows.names) < box.width * 0.85


def stack_totals(rows: ChartRows) -> list[float | None]:
    """Returns the sum of each stack; None where all parts are gaps."""
    stacks = zip(*(each.values for each in rows.series), strict=True)
    return [sum(values) if (values := [v for v in stack if v is not None]) else None for stack in stacks]


def value_range(rows: ChartRows, stacked: bool, dashed: Sequence[float | None] = ()) -> tuple[float, float]:
    """Returns the axis range, also of a dashed line; negative parts of a stack accumulate separately."""
    stacks = zip(*(each.values for each in rows.series), strict=True)
    groups = [[value for value in stack if value is not None] for stack in stacks]
    if stacked:
        groups = [[sum(v for v in stack if v < 0), sum(v for v in stack if v > 0)] for stack in groups]
    values = [*(value for stack in groups for value in stack), *(value for value in dashed if value is not None)]
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    return low, high if high > low else low + 1
