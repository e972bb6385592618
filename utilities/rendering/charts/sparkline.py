"""The sparkline: the course of a figure, without axes, beside its number."""

from utilities.model.frames import Frame
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import base_option, grid_option
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.line_series import DOT_EM, series_lines
from utilities.rendering.charts.series import build_rows, describe_rows
from utilities.rendering.layout import Box

MIN_SPARKLINE_VALUES = 4


def sparkline(frame: Frame, box: Box, key: str) -> ChartSpec | None:
    """Returns a line without axes, as wide as its box, with a dot at the last value; None for fewer than 4 values."""
    rows = build_rows(frame, (key,) if key and frame.has_column(key) else ())
    if rows is None or len(rows.known_values) < MIN_SPARKLINE_VALUES or rows.series[0].values[-1] is None:
        return None
    low, high = min(0.0, *rows.known_values), max(rows.known_values)
    dot = DOT_EM * box.text
    option = base_option(box) | {
        "grid": grid_option(dot, dot, dot, dot),
        "xAxis": {"type": "category", "data": list(rows.labels), "boundaryGap": False, "show": False},
        "yAxis": {"type": "value", "min": low, "max": high if high > low else low + 1, "show": False},
        "series": list(series_lines(rows.series[0], rows, DARK.series[0], box, filled=True)),
    }
    return build_chart_spec(option, box, describe_rows(rows))
