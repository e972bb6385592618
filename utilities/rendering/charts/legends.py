"""The legend above a chart, on up to two lines."""

from collections.abc import Sequence

from utilities.rendering.charts.axes import Option
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import shorten_middle
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

MAX_LEGEND_LINES = 2  # at most, where shorter names make it so
LEGEND_MARK_EM = 0.7  # the square before a name, in em of text
LEGEND_MARK_GAP_PX = 5.0  # px between the square and the name, ECharts' own
LEGEND_GAP_EM = 1.0  # two names, and two lines of them, in em of text
MAX_NAME_WIDTHS = (1.0, 0.7, 0.45, 0.3, 0.22)  # the most of the width that one name may have


def legend_lines(names: Sequence[str], box: Box) -> list[list[str]]:
    """Returns the names by line, shortened only as far as needed for two lines."""
    for share in MAX_NAME_WIDTHS:
        short = [
            shorten_middle(n, box.text, share * box.width - LEGEND_MARK_EM * box.text - LEGEND_MARK_GAP_PX)
            for n in names
        ]
        lines = wrap_names(short, box)
        if len(lines) <= MAX_LEGEND_LINES:
            break
    return lines


def wrap_names(names: Sequence[str], box: Box) -> list[list[str]]:
    """Returns the names by line."""
    lines: list[list[str]] = [[]]
    used = 0.0
    for name in names:
        width = LEGEND_MARK_EM * box.text + LEGEND_MARK_GAP_PX + 1.03 * text_width(name, box.text)
        if lines[-1] and used + width > box.width:
            lines.append([])
            used = 0.0
        lines[-1].append(name)
        used += width + LEGEND_GAP_EM * box.text
    return lines


def legend_option(names: Sequence[str], box: Box) -> Option:
    """Returns the legend; {} for a single series."""
    if len(names) < 2:
        return {}
    lines = legend_lines(names, box)
    rest = iter(names)
    data: list[str] = []
    for line in lines:
        data += ["", *(next(rest) for _ in line)] if data else [next(rest) for _ in line]
    labels = [[name, short] for name, short in zip(names, (s for line in lines for s in line), strict=True)]
    return {
        "legend": {
            "left": 0,
            "top": 0,
            "padding": 0,
            "width": 2 * box.width,
            "itemGap": LEGEND_GAP_EM * box.text,
            "itemWidth": LEGEND_MARK_EM * box.text,
            "itemHeight": LEGEND_MARK_EM * box.text,
            "icon": "rect",
            "selectedMode": False,
            "textStyle": {"fontSize": box.text, "color": DARK.ink, "lineHeight": box.text},
            "formatter": {"labels": labels},
            "data": data,
        }
    }


def legend_height(names: Sequence[str], box: Box) -> float:
    """Returns the height of the legend, px."""
    return ((1.0 + LEGEND_GAP_EM) * len(legend_lines(names, box)) * box.text) if len(names) > 1 else 0.0
