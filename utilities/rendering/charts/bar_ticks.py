"""The ticks of horizontal bars: the figures of the time before."""

from utilities.rendering.charts.axes import AXIS_GAP_EM, Option
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.series import ChartSeries
from utilities.rendering.layout import Box

TICK_MARK = "|"  # before the words that say what the ticks are
TICK_WIDTH_EM = 0.12  # in em of text
TICK_HEIGHT = 0.86  # of the room of a bar


def with_previous_ticks(
    bars: list[Option], each: ChartSeries, px_per_unit: float, row_height: float, box: Box
) -> list[Option]:
    """Returns the bars with a tick at each figure of the time before; values stand to the right of both."""
    for bar, value, before in zip(bars[0]["data"], each.values, each.previous, strict=True):
        beyond = max(0.0, before) - max(0.0, value or 0.0) if before is not None else 0.0
        if beyond > 0:
            bar["label"]["distance"] = AXIS_GAP_EM * box.text + beyond * px_per_unit
    ticks = {
        "type": "line",
        "name": f"{each.name}, before",
        "data": [[value, place] for place, value in enumerate(each.previous) if value is not None],
        "symbol": "rect",
        "symbolSize": [TICK_WIDTH_EM * box.text, TICK_HEIGHT * row_height],
        "showSymbol": True,
        "clip": False,
        "silent": True,
        "emphasis": {"disabled": True},
        "lineStyle": {"width": 0},
        "itemStyle": {"color": DARK.ink},
        "z": 3,
    }
    return [*bars, ticks]
