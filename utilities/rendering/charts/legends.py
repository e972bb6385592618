"""What each colour means, above a chart, on as many lines as the names need."""

from collections.abc import Sequence

from utilities.rendering.charts.axes import Option
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import shortened
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

LINES = 2  # at most, where shorter names make it so
MARK = 0.7  # the square before a name, in em of text
BESIDE = 5.0  # px between the square and the name, ECharts' own
BETWEEN = 1.0  # two names, and two lines of them, in em of text
SHARES = (1.0, 0.7, 0.45, 0.3, 0.22)  # the most of the width that one name may have


def rows(names: Sequence[str], box: Box) -> list[list[str]]:
    """Shortened names by line; the first way that needs no more lines than there may be."""
    for share in SHARES:
        short = [shortened(n, box.text, share * box.width - MARK * box.text - BESIDE) for n in names]
        found = wrapped(short, box)
        if len(found) <= LINES:
            break
    return found


def wrapped(names: Sequence[str], box: Box) -> list[list[str]]:
    lines: list[list[str]] = [[]]
    used = 0.0
    for name in names:
        wide = MARK * box.text + BESIDE + 1.03 * text_width(name, box.text)
        if lines[-1] and used + wide > box.width:
            lines.append([])
            used = 0.0
        lines[-1].append(name)
        used += wide + BETWEEN * box.text
    return lines


def legend(names: Sequence[str], box: Box) -> Option:
    """Nothing for one colour."""
    if len(names) < 2:
        return {}
    lines = rows(names, box)
    rest = iter(names)
    data: list[str] = []
    for line in lines:
        data += ["", *(next(rest) for _ in line)] if data else [next(rest) for _ in line]
    said = [[name, short] for name, short in zip(names, (s for line in lines for s in line), strict=True)]
    return {
        "legend": {
            "left": 0,
            "top": 0,
            "padding": 0,
            "width": 2 * box.width,
            "itemGap": BETWEEN * box.text,
            "itemWidth": MARK * box.text,
            "itemHeight": MARK * box.text,
            "icon": "rect",
            "selectedMode": False,
            "textStyle": {"fontSize": box.text, "color": DARK.ink, "lineHeight": box.text},
            "formatter": {"said": said},
            "data": data,
        }
    }


def tall(names: Sequence[str], box: Box) -> float:
    """The height it takes, px."""
    return ((1.0 + BETWEEN) * len(rows(names, box)) * box.text) if len(names) > 1 else 0.0
