"""The days of figures and of those that they are compared with, in words."""

from datetime import date

from utilities.model.frames import DateRange, Frame


def compared_days(frame: Frame) -> DateRange | None:
    """Returns the days that the figures are compared with; None without figures of a previous period."""
    if frame.previous_range or not frame.date_range:
        return frame.previous_range
    previous = [place for place, column in enumerate(frame.columns) if column.is_previous]
    has_previous = any(row[place] is not None for place in previous for row in frame.rows)
    return frame.date_range.preceding_range() if has_previous else None


def format_days(days: DateRange, today: date) -> str:
    """Returns `20–26 Nov`, `27 Nov – 3 Dec`, or `Thu 26 Nov` for one day; with the year when it is not this year.

    Days that are cut off end with `until 13:00`.
    """
    first, last = days.first, days.last
    year = "" if first.year == last.year == today.year else f" {last.year}"
    year += f" until {days.until}" if days.until else ""
    if first == last:
        return f"{last:%a} {last.day} {last:%b}{year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%b}{year}"
    first_year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%b}{first_year} – {last.day} {last:%b}{year}"
