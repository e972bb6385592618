"""How figures spread: for each name the middle half as a box, the median across it, whiskers to both ends."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pydantic import ConfigDict

from utilities.charts import Picture, picture
from utilities.charts.bars import beside
from utilities.charts.colours import DARK
from utilities.charts.parts import GAP, base, grid, marks, shortened, written
from utilities.frames import Column, Frame, Kind
from utilities.sheet import Box
from utilities.sheet.measure import width

ROW = 1.7  # the least height of a box and the air around it, in em of text
NAMES = 0.4  # the most that names may take of the width
HINGES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Options:
    """What a board file may say of boxes."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is a fault

    key: str = ""  # the column of figures; the first when empty


def boxed(frame: Frame, box: Box, options: Options) -> Picture | None:
    """The rows of each name as one box; None when there is nothing to draw."""
    figures = [c for c in frame.columns[1:] if c.kind not in (Kind.TEXT, Kind.DATE)]
    column = frame.columns[frame.index(options.key)] if options.key else next(iter(figures), None)
    if column is None:
        return None
    values: dict[str, list[float]] = defaultdict(list)
    for row in frame.rows:
        value = row[frame.index(column.key)]
        if isinstance(value, int | float):
            values[str(row[0])].append(float(value))
    room = max(1, int((box.height - 1.75 * box.text) / (ROW * box.text)))
    groups = {name: hinges(sorted(values[name])) for name in list(values)[:room]}
    return drawn(groups, column, box) if groups else None


def hinges(values: Sequence[float]) -> list[float]:
    """Least, lower quartile, median, upper quartile and greatest of sorted values, by linear interpolation.

    Hyndman and Fan's seventh way (Sample Quantiles, 1996), which R and NumPy use.
    """
    found = []
    for part in HINGES:
        at = part * (len(values) - 1)
        low = int(at)
        high = min(low + 1, len(values) - 1)
        found.append(values[low] + (values[high] - values[low]) * (at - low))
    return found


def drawn(groups: dict[str, list[float]], column: Column, box: Box) -> Picture:
    names = [shortened(name, box.text, NAMES * box.width) for name in groups]
    left = max(width(name, box.text) for name in names) + GAP * box.text
    ends = [value for five in groups.values() for value in (five[0], five[-1])]
    room = box.width - left
    found = marks(ends, column.kind, max(1, int(room / (width("00,000", box.text) + box.text))))
    found = found if all(a < b for a, b in pairwise(found)) else (0.0, 1.0)
    right = width(written(found[-1], column.kind), box.text) / 2
    said = [[tick, written(tick, column.kind)] for tick in found]
    option = base(box) | {
        "grid": grid(left, right, 0, 1.75 * box.text),
        "xAxis": {
            "type": "value",
            "min": found[0],
            "max": found[-1],
            "interval": found[1] - found[0],
            "axisLabel": {"fontSize": box.text, "color": DARK.quiet, "formatter": {"said": said}},
            "splitLine": {"lineStyle": {"color": DARK.line}},
        },
        "yAxis": beside(names, box),
        "series": [
            {
                "type": "boxplot",
                "silent": True,
                "emphasis": {"disabled": True},
                "boxWidth": [0.4 * box.text, 1.1 * box.text],
                "itemStyle": {"color": DARK.fills[0], "borderColor": DARK.accent, "borderWidth": 0.09 * box.text},
                "data": list(groups.values()),
            }
        ],
    }
    about = "; ".join(f"{n}: half of them around {written(five[2], column.kind)}" for n, five in groups.items())
    return picture(option, box.width, box.height, f"{column.heading}. {about}.")


def least(box: Box) -> tuple[float, float]:
    """Room for a name, a box and two ticks, twice."""
    return 14 * box.text, (2 * ROW + 1.75) * box.text
