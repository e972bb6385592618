"""One line of a line chart, and the sparkline."""

from collections.abc import Sequence

from utilities.model.frames import Frame
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import LINE_WIDTH_EM, Option, base_option, grid_option
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.series import build_rows, describe_rows
from utilities.rendering.layout import Box

MIN_SPARKLINE_VALUES = 4


def unfinished_dashes(values: Sequence[float | None], box: Box) -> Option:
    """Returns what dashes the line to a last value that is not complete yet: dashes in the colour of the ground."""
    ends = [[len(values) - 2, values[-2]], [len(values) - 1, values[-1]]] if len(values) > 1 else []
    if not ends or None in values[-2:]:
        return {}
    style = {"color": DARK.ground, "width": 1.6 * LINE_WIDTH_EM * box.text, "type": [0.22 * box.text, 0.3 * box.text]}
    data = [[{"coord": end} for end in ends]]
    return {"markLine": {"symbol": "none", "silent": True, "label": {"show": False}, "lineStyle": style, "data": data}}


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


def sparkline(frame: Frame, box: Box, key: str) -> ChartSpec | None:
    """Returns a line without axes, as wide as its box, with a dot at the last value; None for fewer than 4 values."""
    rows = build_rows(frame, (key,) if key and frame.has_column(key) else ())
    if rows is None or len(rows.known_values) < MIN_SPARKLINE_VALUES or rows.series[0].values[-1] is None:
        return None
    each = rows.series[0]
    low, high = min(0.0, *rows.known_values), max(rows.known_values)
    dot = 0.4 * box.text
    line = line_option(each.name, each.values, {"color": DARK.series[0], "width": LINE_WIDTH_EM * box.text}, box)
    line["areaStyle"] = {"color": DARK.series[0], "opacity": 0.14, "origin": "start"}
    line["markPoint"] = {
        "symbol": "circle",
        "symbolSize": dot,
        "silent": True,
        "label": {"show": False},
        "data": [{"coord": [len(each.values) - 1, each.values[-1]]}],
    }
    if not rows.is_complete:
        line |= unfinished_dashes(each.values, box)
    option = base_option(box) | {
        "grid": grid_option(dot, dot, dot, dot),
        "xAxis": {"type": "category", "data": list(rows.labels), "boundaryGap": False, "show": False},
        "yAxis": {"type": "value", "min": low, "max": high if high > low else low + 1, "show": False},
        "series": [line],
    }
    return build_chart_spec(option, box, describe_rows(rows))
