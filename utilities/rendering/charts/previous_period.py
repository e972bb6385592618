"""What a dashed line is, in words: the previous period with its days."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from utilities.model.figure_change import compare_figures
from utilities.model.frames import DateRange, Frame
from utilities.model.period_words import name_same_weekdays
from utilities.rendering.charts.series import ChartRows
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

KEY_DASHES = "– – "  # before the words, as templates/tile.html has them
CHANGE_MARK = "change from"  # before the words that say what changes are measured from
KEY_GAP_EM = 0.75  # between a headline and the key, in em of text
DAYS_IN_WORDS = {1: "the day before", 7: "the week before"}


def previous_phrases(frame: Frame, rows: ChartRows) -> tuple[str, str, str] | tuple[()]:
    """Returns what the dashed line is: with its days, in words, and the days alone; () where there is none."""
    if not any(each.previous for each in rows.series):
        return ()
    days = frame.previous_range or (frame.date_range and frame.date_range.preceding_range())
    if not days:
        return "the time before", "the time before", "the time before"
    current = frame.date_range or days
    dates, words = short_days(days, current.last.year), period_words(days, frame.date_range)
    return (f"{words}, {dates}", words, dates) if words else (dates, dates, dates)


def headline_key(phrases: Sequence[str], box: Box, mark: str = KEY_DASHES) -> str:
    """Returns the longest phrase that fits on the line of the tile's headline; "" where none does or there is none."""
    room = box.width - box.title - KEY_GAP_EM * box.text if box.title else 0.0
    return next((each for each in phrases if text_width(f"{mark.strip()} {each}", box.text) <= room), "")


def change_texts(frame: Frame, rows: ChartRows) -> Mapping[str, str]:
    """Returns the change of the first series since the time before, `+6.2%`, by name; only where it is known."""
    each = rows.series[0]
    if not each.previous:
        return {}
    column = frame.columns[frame.column_index(each.key)]
    changes = {
        name: compare_figures(value, before, column)
        for name, value, before in zip(rows.names, each.values, each.previous, strict=True)
    }
    return {name: change.text for name, change in changes.items() if change}


def period_words(days: DateRange, current: DateRange | None) -> str:
    """Returns `the week before`, `the 28 days before` or `last Friday`; '' where only the days tell."""
    count = (days.last - days.first).days + 1
    if current is None:
        return ""
    if current.first - days.last == timedelta(days=1):
        return DAYS_IN_WORDS.get(count, f"the {count} days before")
    return name_same_weekdays(current, days)


def short_days(days: DateRange, year: int) -> str:
    """Returns `20–26 Nov`, `27 Nov – 3 Dec`, or `Fri 20 Nov` for one day; with years unless all are in `year`."""
    first, last = days.first, days.last
    years = ("", "") if first.year == last.year == year else (f" {first.year}", f" {last.year}")
    if first == last:
        return f"{last:%a} {last.day} {last:%b}{years[1]}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%b}{years[1]}"
    return f"{first.day} {first:%b}{years[0]} – {last.day} {last:%b}{years[1]}"
