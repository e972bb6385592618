"""Landing pages on the left and exit pages on the right, joined by bands as wide as the visits."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Field

from utilities.model.frames import Frame
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.sankey import MAX_PAGES_A_SIDE, SankeyLink, min_size, sankey
from utilities.rendering.layout import Box
from utilities.rendering.views import FrameShape, View, shape_of

DEFAULT_COLUMNS = ("landing", "exit")


@dataclass(frozen=True)
class SankeyOptions:
    """The options of flows."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is an error

    landing: str = "landing"  # the columns
    exit: str = "exit"
    key: str = "visits"
    pages: Annotated[int, Field(ge=1, le=MAX_PAGES_A_SIDE)] = 8  # on each side; further ones are merged
    countries: tuple[str, ...] = ()  # compared with all others, in a colour of their own
    by: str = "country"  # the column that `countries` are in


def draw_pairs(frame: Frame, box: Box, options: SankeyOptions) -> ChartSpec | None:
    """Returns the chart of a frame of pairs; None when there is nothing to draw."""
    if not all(frame.has_column(key) for key in (options.landing, options.exit, options.key)):
        return None
    homes = (
        frame.column_values(options.by)
        if options.countries and frame.has_column(options.by)
        else [None] * len(frame.rows)
    )
    columns = (frame.column_values(key) for key in (options.landing, options.exit, options.key))
    links = [
        SankeyLink(str(landing), str(exit_), home in options.countries, float(value))
        for landing, exit_, value, home in zip(*columns, homes, strict=True)
        if isinstance(value, int | float)
    ]
    group_names = (", ".join(options.countries), "the rest") if options.countries else None
    chart = sankey(links, box, options.pages, group_names=group_names)
    return chart.spec if chart else None


def fit_pairs(frame: Frame) -> int:
    """Returns 60 for the columns that are drawn by default, also among others, and 10 for pairs of names."""
    if frame.rows and all(frame.has_column(key) for key in (*DEFAULT_COLUMNS, SankeyOptions.key)):
        return 60
    return 10 if shape_of(frame) is FrameShape.PAIRS else 0


VIEW = View("sankey", "sankey", draw_pairs, fit_pairs, min_size, SankeyOptions)
