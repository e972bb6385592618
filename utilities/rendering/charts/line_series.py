"""The lines of a line chart: until the last whole day or hour, with a ring for the one that has begun."""

from collections.abc import Iterator, Sequence

from utilities.rendering.charts.axes import LINE_WIDTH_EM, UNFINISHED_LABEL, Option
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.series import ChartRows, ChartSeries
from utilities.rendering.layout import Box

PREVIOUS_WIDTH_EM = 0.09  # of the dashed line of the previous period, in em of text
PREVIOUS_DASH_EM = (0.25, 0.2)  # a dash and the space after it, in em of text
DOT_EM = 0.48  # the dot at a line's end and the ring, in em of text
RING_WIDTH_EM = 0.1  # in em of text
AREA_OPACITY = 0.14


def whole_values(each: ChartSeries, running: int | None) -> list[float | None]:
    """Returns the values without that of the row that is not over."""
    return [None if place == running else value for place, value in enumerate(each.values)]


def last_place(values: Sequence[float | None]) -> int | None:
    """Returns the position of the last value, None without any."""
    return next((place for place in reversed(range(len(values))) if values[place] is not None), None)


def series_lines(each: ChartSeries, rows: ChartRows, colour: str, box: Box, *, filled: bool) -> Iterator[Option]:
    """Yields the line with a dot at its last value, and the ring of the row that is not over."""
    values = whole_values(each, rows.running)
    line = line_option(each.name, values, {"color": colour, "width": LINE_WIDTH_EM * box.text}, box)
    if filled:
        line["areaStyle"] = {"color": colour, "opacity": AREA_OPACITY, "origin": "start"}
    last = last_place(values)
    if last is not None:
        line["markPoint"] = {
            "symbol": "circle",
            "symbolSize": DOT_EM * box.text,
            "silent": True,
            "label": {"show": False},
            "itemStyle": {"color": colour},
            "data": [{"coord": [last, values[last]]}],
        }
    yield line
    value = each.values[rows.running] if rows.running is not None else None
    if value is not None:
        yield running_ring(f"{each.name}, {UNFINISHED_LABEL}", [rows.running, value], colour, box)


def running_ring(name: str, point: list[float | None], colour: str, box: Box) -> Option:
    """Returns a ring that no line reaches."""
    width = RING_WIDTH_EM * box.text
    return {
        "type": "line",
        "name": name,
        "data": [point],
        "symbol": "circle",
        "symbolSize": DOT_EM * box.text - width,
        "clip": False,
        "silent": True,
        "emphasis": {"disabled": True},
        "itemStyle": {"color": DARK.running_ground, "borderColor": colour, "borderWidth": width},
    }


def previous_line(each: ChartSeries, colour: str, box: Box, running: int | None = None) -> Option:
    """Returns the dashed line of the previous period, which does not need a colour of its own.

    It passes over the row that is not over: its figure is of a part, too, and would look like a fall.
    """
    values = list(each.previous)
    if running is not None and 0 < running < len(values) - 1:
        left, right = values[running - 1], values[running + 1]
        values[running] = None if left is None or right is None else (left + right) / 2
    dash = {
        "color": colour,
        "width": PREVIOUS_WIDTH_EM * box.text,
        "type": [part * box.text for part in PREVIOUS_DASH_EM],
    }
    return line_option(f"{each.name}, before", values, dash, box)


def line_option(name: str, values: Sequence[float | None], style: Option, box: Box) -> Option:
    """Returns one line; values without neighbours are dots, because no line reaches them."""
    return {
        "type": "line",
        "name": name,
        "data": list(values),
        "showSymbol": has_isolated_values(values),
        "symbol": "circle",
        "symbolSize": 0.3 * box.text,
        "sampling": "lttb",
        "clip": False,  # the axis holds every figure
        "silent": True,
        "emphasis": {"disabled": True},
        "itemStyle": {"color": style["color"]},
        "lineStyle": {"join": "round", "cap": "round", **style},
    }


def has_isolated_values(values: Sequence[float | None]) -> bool:
    """Whether a value has no neighbour that a line could reach."""
    around = [None, *values, None]
    return (len(values) == 1 or None in values) and any(
        at is not None and before is None and after is None
        for before, at, after in zip(around, values, around[2:], strict=False)
    )
