"""One line of a line chart."""

from collections.abc import Sequence

from utilities.rendering.charts.axes import LINE_WIDTH_EM, Option
from utilities.rendering.charts.colours import DARK
from utilities.rendering.layout import Box


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
