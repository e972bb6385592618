"""The days of figures and of those that they are compared with, in words."""

from utilities.model.frames import DateRange, Frame
from utilities.model.period_words import format_days as format_days


def compared_days(frame: Frame) -> DateRange | None:
    """Returns the days that the figures are compared with; None without figures of a previous period."""
    if frame.previous_range or not frame.date_range:
        return frame.previous_range
    previous = [place for place, column in enumerate(frame.columns) if column.is_previous]
    has_previous = any(row[place] is not None for place in previous for row in frame.rows)
    return frame.date_range.preceding_range() if has_previous else None
