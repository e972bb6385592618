"""A Google Analytics response for two periods as one frame."""

from dataclasses import replace
from datetime import timedelta

from utilities.model.errors import BadAnswer
from utilities.model.frames import DateRange, Frame, Note, Value, ValueKind


def join_previous_period(frame: Frame) -> Frame:
    """Returns the frame of a comparison with a column of previous figures after each metric: one row, or one a day.

    Google leaves out a period that has no figures: its cells are None then, with a note, and never 0. Raises BadAnswer.
    """
    if frame.rows and not frame.has_column("dateRange"):
        raise BadAnswer("Google Analytics did not mark which rows belong to which period")
    which = frame.column_values("dateRange") if frame.rows else ()
    indexes = [index for index, column in enumerate(frame.columns) if column.key != "dateRange"]
    rows: dict[str, list[tuple[Value, ...]]] = {"now": [], "previous": []}
    for period, row in zip(which, frame.rows, strict=True):
        rows[str(period)].append(tuple(row[index] for index in indexes))
    columns = tuple(frame.columns[index] for index in indexes)
    periods = {"now": "these days", "previous": "the days before"}
    missing = [Note(f"Google Analytics has no figures for {days}") for name, days in periods.items() if not rows[name]]
    notes = (*frame.notes, *(missing if frame.rows else ()))
    if columns and columns[0].kind is ValueKind.DATE:
        now, before = rows_by_day(frame.date_range, rows["now"], rows["previous"], len(columns))
    else:
        empty: tuple[Value, ...] = (None,) * len(columns)
        now, before = (rows["now"] or [empty] if frame.rows else []), rows["previous"]
    return replace(frame, columns=columns, rows=tuple(now), notes=notes).with_previous(before)


Rows = list[tuple[Value, ...]]


def rows_by_day(date_range: DateRange | None, now: Rows, before: Rows, width: int) -> tuple[Rows, Rows]:
    """Returns a row for each day of the range, and one for the same day of the previous period; 0 without figures."""
    if date_range is None:
        return now, before
    count = (date_range.last - date_range.first).days + 1
    empty: tuple[Value, ...] = (0,) * (width - 1)
    days = [date_range.first + timedelta(days=index) for index in range(count)]
    by_day = {row[0]: row[1:] for row in (*now, *before)}
    these = [(day.isoformat(), *by_day.get(day.isoformat(), empty)) for day in days]
    earlier = [(day - timedelta(days=count)).isoformat() for day in days]
    return these, [(day, *by_day.get(day, empty)) for day in earlier]
