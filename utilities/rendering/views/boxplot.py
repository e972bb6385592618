"""How figures spread: for each name the middle half as a box, the median across it, whiskers to both ends."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ConfigDict

from utilities.model.frames import Column, Frame
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import GAP, Option, base, caption, fitting, grid, names_axis, value_axis, words
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import plain, shortened
from utilities.rendering.charts.number_formats import figure, marks, written
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import View, fits_no_frame

ROW = 1.7  # the least height of a box and the air around it, in em of text
NAMES = 0.4  # the most that names may take of the width
FOOT = 1.75  # the figures below, in em of text
CAPTIONS = ("box: the middle half; right: the median", "right: the median", "")
HINGES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Options:
    """What a board file may say of boxes."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is a fault

    key: str = ""  # the column of figures; the first when empty


def box_plot(frame: Frame, box: Box, options: Options) -> ChartSpec | None:
    """The rows of each name as one box; None when there is nothing to draw."""
    figures = [c for c in frame.columns[1:] if c.is_numeric]
    column = frame.columns[frame.column_index(options.key)] if options.key else next(iter(figures), None)
    if column is None:
        return None
    values: dict[str, list[float]] = defaultdict(list)
    for row in frame.rows:
        value = figure(row[frame.column_index(column.key)])
        if value is not None:
            values[plain(row[0])].append(value)
    room = max(1, int((box.height - FOOT * box.text) / (ROW * box.text)))
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


def drawn(groups: dict[str, list[float]], column: Column, box: Box) -> ChartSpec:
    names = [shortened(name, box.text, NAMES * box.width) for name in groups]
    medians = [written(five[2], column.kind) for five in groups.values()]
    ends = [value for five in groups.values() for value in (five[0], five[-1])]
    left = max(text_width(name, box.text) for name in names) + GAP * box.text
    right = max(text_width(median, box.text, weight=600) for median in medians) + box.text
    room = box.width - left - right
    widest = max(text_width(written(value, column.kind), box.text) for value in ends)
    found = marks(ends, column.kind, max(1, int(room / (widest + 1.2 * box.text))))
    left = max(left, text_width(written(found[0], column.kind), box.text) / 2)
    right = max(right, text_width(written(found[-1], column.kind), box.text) / 2)
    spare = box.height - FOOT * box.text - len(groups) * ROW * box.text >= 1.3 * box.text
    foot = (FOOT + (1.3 if spare else 0.0)) * box.text
    row = (box.height - foot) / len(groups)
    option = base(box) | {
        "grid": grid(left, right, 0, foot),
        "xAxis": value_axis(found, column.kind, box),
        "yAxis": names_axis(names, box),
        "series": [spread(list(groups.values()), box)],
        "graphic": [
            *(
                words(median, box.width, (place + 0.5) * row, box.text, DARK.ink, weight=600, at="right middle")
                for place, median in enumerate(medians)
            ),
            *([caption(fitting(CAPTIONS, box), box)] if spare else []),
        ],
    }
    about = "; ".join(f"{name}: median {median}" for name, median in zip(groups, medians, strict=True))
    return build_chart_spec(option, box.width, box.height, f"{plain(column.heading)}. {about}.")


def spread(fives: list[list[float]], box: Box) -> Option:
    return {
        "type": "boxplot",
        "silent": True,
        "emphasis": {"disabled": True},
        "boxWidth": [0.4 * box.text, 1.1 * box.text],
        "itemStyle": {"color": DARK.fills[0], "borderColor": DARK.accent, "borderWidth": 0.09 * box.text},
        "data": fives,
    }


def min_size(box: Box) -> tuple[float, float]:
    """Room for a name, a box and two ticks, twice."""
    return 14 * box.text, (2 * ROW + 1.75) * box.text


VIEW = View("box", "box", box_plot, fits_no_frame, min_size, Options)
