"""Google Analytics figures with those of the previous period: which days these are, and which rows belong together."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from utilities.google.ga4_request import Ga4Query
from utilities.google.ga4_rest import has_exact_rest, previous_rest_row
from utilities.google.time_dimensions import TIME_DIMENSIONS, pair_times, time_columns
from utilities.model.errors import BadAnswer, SourceMisconfigured
from utilities.model.formats import format_date
from utilities.model.frames import DateRange, Frame, Note, Value, ValueKind
from utilities.model.time_ranges import COMPARED_STEP_DAYS, Comparison, add_units

CALENDAR_UNIT = re.compile(r"/f?([wMQy])$")
MAX_UNITS = 1000
NOT_ENDED_TEXT = "Not compared: this day has not ended, and Google Analytics has no part of a day before"

Row = tuple[Value, ...]


def join_previous_period(frame: Frame) -> Frame:
    """Returns the frame of a comparison of one row with a column of previous figures after each metric.

    Google leaves out a period that has no figures: its counts are 0 then and its other figures None, with a note.
    Raises BadAnswer.
    """
    if frame.rows and not frame.has_column("dateRange"):
        raise BadAnswer("Google Analytics did not mark which rows belong to which period")
    which = frame.column_values("dateRange") if frame.rows else ()
    indexes = [index for index, column in enumerate(frame.columns) if column.key != "dateRange"]
    rows: dict[str, Row] = {}
    for period, row in zip(which, frame.rows, strict=True):
        rows[str(period)] = tuple(row[index] for index in indexes)
    if rows.keys() - {"now", "previous"}:
        raise BadAnswer("Google Analytics answered another period than the requested ones")
    columns = tuple(frame.columns[index] for index in indexes)
    periods = {"now": "these days", "previous": "the days before"}
    missing = [
        Note(f"Google Analytics has no figures for {days}", short=f"nothing for {days}")
        for name, days in periods.items()
        if name not in rows
    ]
    notes = (*frame.notes, *(missing if rows else ()))
    nothing: Row = tuple(0 if column.kind is ValueKind.INTEGER else None for column in columns)
    now, before = ((rows.get(name, nothing),) if rows else () for name in periods)
    return replace(frame, columns=columns, rows=now, notes=notes, total_rows=None, totals={}).with_previous(before)


def join_previous_rows(frame: Frame, previous: Frame, query: Ga4Query) -> Frame:
    """Returns the frame with the figures of the rows of the previous period, by their names and shifted times.

    A row without one had 0 of what is counted, unless the previous rows are not all there. Raises SourceMisconfigured
    where the times of the two periods do not correspond.
    """
    names = [index for index, column in enumerate(frame.columns) if not column.is_numeric]
    shifted, places = shift_times(query, frame.date_range, previous.date_range), time_positions(query)
    before: dict[Row, Row] = {}
    for row in previous.rows:
        key = shift_row(tuple(row[index] for index in names), places, shifted)
        if key is not None:
            before[key] = row
    is_complete = previous.total_rows is None
    nothing = tuple(0 if is_complete and c.kind is ValueKind.INTEGER else None for c in frame.columns)
    unknown: Row = (None,) * len(frame.columns)
    counterparts = None if shifted is None else set(shifted.values())
    joined = []
    is_rest_exact = has_exact_rest(frame)
    for row in frame.named_rows if is_rest_exact else frame.rows:
        key = tuple(row[index] for index in names)
        has_counterpart = counterparts is None or tuple(key[place] for place in places) in counterparts
        joined.append(before.get(key, nothing if has_counterpart else unknown))
    if is_rest_exact:
        names_here = [
            before[key] for row in frame.named_rows if (key := tuple(row[place] for place in names)) in before
        ]
        joined.append(previous_rest_row(frame.rows[-1], frame.columns, previous.rows, names_here))
    return replace(frame.with_previous(joined), previous_range=previous.date_range)


def shift_times(query: Ga4Query, days: DateRange | None, previous: DateRange | None) -> dict[Row, Row] | None:
    """Returns the texts of this period's times by those of the previous one; None without times."""
    names = query.time_dimensions
    if not names or days is None or previous is None:
        return None
    if all(name.startswith("nth") for name in names):
        return None  # counted from the beginning of both periods
    pairs = pair_times(names, days, previous)
    if pairs is None:
        raise SourceMisconfigured(
            f"`compare` cannot match {', '.join(names)} of these days with the days before: "
            "choose whole weeks for weekdays and weeks, whole months for months, or leave `compare` out"
        )
    return {write_times(names, before): write_times(names, now) for before, now in pairs.items()}


def write_times(names: Sequence[str], times: Sequence[int]) -> Row:
    return tuple(
        text for name, number in zip(names, times, strict=True) for text in TIME_DIMENSIONS[name].write(number)
    )


def time_positions(query: Ga4Query) -> list[int]:
    """Returns the positions of the cells with times among the cells with names and times."""
    positions: list[int] = []
    at = 0
    for name in query.dimensions:
        width = len(time_columns(name)) if name in TIME_DIMENSIONS else 1
        positions += range(at, at + width) if name in TIME_DIMENSIONS else []
        at += width
    return positions


def shift_row(key: Row, places: Sequence[int], shifted: dict[Row, Row] | None) -> Row | None:
    """Returns a previous row's names and times as those of this period; None where it has no such time.

    `places` are the positions of the times.
    """
    if shifted is None:
        return key
    times = shifted.get(tuple(key[place] for place in places))
    if times is None:
        return None
    moved = dict(zip(places, times, strict=True))
    return tuple(moved.get(place, cell) for place, cell in enumerate(key))


def is_unlike(days: DateRange, query: Ga4Query) -> bool:
    """Whether a day that has not ended would be compared with a whole one.

    Its hours can be compared, and the first day of a month (`now/M`) with the first of the month before: the next days
    have whole ones.
    """
    return not days.has_ended and not query.has_hours and CALENDAR_UNIT.search(query.first.strip()) is None


def note_unfinished_day(frame: Frame) -> Frame:
    """Returns the frame with a note where its last day is still compared with a whole one."""
    if frame.date_range is None or frame.date_range.has_ended:
        return frame
    text = f"{format_date(frame.date_range.last)} is not over yet, and is compared with a whole day"
    return replace(frame, notes=(*frame.notes, Note(text, short="day not over")))


def leave_uncompared(frame: Frame) -> Frame:
    """Returns the frame with columns for a previous period that have no figures, and a note with the reason."""
    bare = frame if any(column.is_previous for column in frame.columns) else frame.with_previous(())
    previous = [column.is_previous for column in bare.columns]
    rows = (tuple(None if hide else cell for cell, hide in zip(row, previous, strict=True)) for row in bare.rows)
    return replace(bare, rows=tuple(rows), notes=(*bare.notes, Note(NOT_ENDED_TEXT, short="")), previous_range=None)


def comparable_days(days: DateRange) -> DateRange:
    """Returns the range without today where it has other days: an unfinished day is not compared with whole ones."""
    if days.has_ended or days.first == days.last:
        return days
    return replace(days, last=days.last - timedelta(days=1), has_ended=True)


def ga4_previous_days(days: DateRange, first: str, comparison: Comparison = True) -> DateRange:
    """Returns the days to compare with; `first` is how the range's beginning is written.

    `week` and `year` are the same weekdays one or more weeks or 52 weeks before.
    A range that begins with a week, month, quarter or year (`now/M`) is compared with the same days of the one before;
    any other with as many days before it.
    """
    if isinstance(comparison, str):
        step, length = COMPARED_STEP_DAYS[comparison], (days.last - days.first).days + 1
        shift = timedelta(days=-(-length // step) * step)
        return replace(days, first=days.first - shift, last=days.last - shift, has_ended=True)
    match = CALENDAR_UNIT.search(first.strip())
    if match is None:
        return days.preceding_range()
    unit, count = match[1], 1
    while count < MAX_UNITS and move_day(days.first, count, unit) <= days.last:
        count += 1
    begin, following = move_day(days.first, -count, unit), days.last + timedelta(days=1)
    is_whole = move_day(days.first, count, unit) == following
    last = days.first - timedelta(days=1)
    return replace(
        days, first=begin, last=last if is_whole else min(last, move_day(days.last, -count, unit)), has_ended=True
    )


def move_day(day: date, count: int, unit: str) -> date:
    """Returns the day `count` weeks, months, quarters or years later."""
    return add_units(datetime.combine(day, time(12), UTC), count, unit, ZoneInfo("UTC")).date()
