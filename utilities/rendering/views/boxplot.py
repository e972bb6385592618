"""Box plots: for each name the middle half as a box, the median across it, whiskers to both ends."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ConfigDict

from utilities.model.frames import Column, Frame
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import (
    AXIS_GAP_EM,
    Option,
    base_option,
    caption_element,
    first_fitting,
    grid_option,
    names_axis,
    text_element,
    value_axis,
)
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import one_line, shorten_middle
from utilities.rendering.charts.number_formats import format_short, to_number
from utilities.rendering.charts.value_scale import build_value_scale
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import View, fits_no_frame

BOX_ROW_EM = 1.7  # the least height of a box and the air around it, in em of text
MAX_BOX_TICKS = 6  # besides 0
MAX_BOX_NAMES_WIDTH = 0.4  # the most that names may take of the width
BOX_FOOT_EM = 1.75  # the figures below, in em of text
BOX_CAPTIONS = ("box: the middle half; right: the median", "right: the median", "")
QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class BoxPlotOptions:
    """The options of boxes."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is an error

    key: str = ""  # the column of figures; the first when empty


def box_plot(frame: Frame, box: Box, options: BoxPlotOptions) -> ChartSpec | None:
    """Returns the rows of each name as one box; None when there is nothing to draw."""
    figures = [c for c in frame.columns[1:] if c.is_numeric]
    column = frame.columns[frame.column_index(options.key)] if options.key else next(iter(figures), None)
    if column is None:
        return None
    values: dict[str, list[float]] = defaultdict(list)
    for row in frame.named_rows:
        value = to_number(row[frame.column_index(column.key)])
        if value is not None:
            values[one_line(row[0])].append(value)
    room = max(1, int((box.height - BOX_FOOT_EM * box.text) / (BOX_ROW_EM * box.text)))
    groups = {name: five_number_summary(sorted(values[name])) for name in list(values)[:room]}
    return build_box_plot(groups, column, box) if groups else None


def five_number_summary(values: Sequence[float]) -> list[float]:
    """Returns minimum, lower quartile, median, upper quartile and maximum of sorted values, by linear interpolation.

    Method 7 of Hyndman and Fan (Sample Quantiles, 1996), the default of R and NumPy.
    """
    summary = []
    for part in QUANTILES:
        at = part * (len(values) - 1)
        low = int(at)
        high = min(low + 1, len(values) - 1)
        summary.append(values[low] + (values[high] - values[low]) * (at - low))
    return summary


def build_box_plot(groups: dict[str, list[float]], column: Column, box: Box) -> ChartSpec:
    """Returns the chart of the summary numbers of each name."""
    names = [shorten_middle(name, box.text, MAX_BOX_NAMES_WIDTH * box.width) for name in groups]
    medians = [format_short(summary[2], column.kind) for summary in groups.values()]
    ends = [value for summary in groups.values() for value in (summary[0], summary[-1])]
    left = max(text_width(name, box.text) for name in names) + AXIS_GAP_EM * box.text
    right = max(text_width(median, box.text, weight=600) for median in medians) + box.text
    room = box.width - left - right
    widest = max(text_width(format_short(value, column.kind), box.text) for value in ends)
    scale = build_value_scale(ends, column.kind, max(1, min(MAX_BOX_TICKS, int(room / (widest + 1.2 * box.text)))))
    left = max(left, text_width(format_short(scale.ticks[0], column.kind), box.text) / 2)
    right = max(right, text_width(format_short(scale.ticks[-1], column.kind), box.text) / 2)
    spare = box.height - BOX_FOOT_EM * box.text - len(groups) * BOX_ROW_EM * box.text >= 1.3 * box.text
    foot = (BOX_FOOT_EM + (1.3 if spare else 0.0)) * box.text
    row = (box.height - foot) / len(groups)
    option = base_option(box) | {
        "grid": grid_option(left, right, 0, foot),
        "xAxis": value_axis(scale, box),
        "yAxis": names_axis(names, box),
        "series": [box_series(list(groups.values()), box)],
        "graphic": [
            *(
                text_element(median, box.width, (place + 0.5) * row, box.text, DARK.ink, weight=600, at="right middle")
                for place, median in enumerate(medians)
            ),
            *([caption_element(first_fitting(BOX_CAPTIONS, box), box)] if spare else []),
        ],
    }
    about = "; ".join(f"{name}: median {median}" for name, median in zip(groups, medians, strict=True))
    return build_chart_spec(option, box, f"{one_line(column.heading)}. {about}.")


def box_series(summaries: list[list[float]], box: Box) -> Option:
    """Returns the series of boxes."""
    return {
        "type": "boxplot",
        "silent": True,
        "emphasis": {"disabled": True},
        "boxWidth": [0.4 * box.text, 1.1 * box.text],
        "itemStyle": {"color": DARK.fills[0], "borderColor": DARK.accent, "borderWidth": 0.09 * box.text},
        "data": summaries,
    }


def min_size(box: Box) -> tuple[float, float]:
    """Returns the room for a name, a box and two ticks, twice."""
    return 14 * box.text, (2 * BOX_ROW_EM + 1.75) * box.text


VIEW = View("box", "box", box_plot, fits_no_frame, min_size, BoxPlotOptions)
