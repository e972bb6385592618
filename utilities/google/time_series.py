"""Frames of times: in the order of the calendar, with the times that Google Analytics left out because it had none."""

from collections.abc import Sequence
from dataclasses import replace

from utilities.google.ga4_answer import Ga4Response
from utilities.google.ga4_request import MAX_GA4_ROWS, Ga4Query
from utilities.google.time_dimensions import TIME_DIMENSIONS, time_columns, times_of_range
from utilities.model.frames import Column, Frame, Note, Value, ValueKind

Times = tuple[int | None, ...]
Line = tuple[Times, tuple[Value, ...], tuple[Value, ...]]
"""The times of a row, its names, and its figures."""


def arrange_times(frame: Frame, answer: Ga4Response, query: Ga4Query, *, has_ended: bool) -> Frame:
    """Returns the frame with its times written for people; of a series, in order and without gaps.

    Counts are 0 where Google has no row, other figures are None. Nothing is filled in behind the last row of days that
    have not ended, and none where Google cut its answer or withholds rows.
    """
    lines = [split_line(row, frame, answer, place, query) for place, row in enumerate(frame.rows)]
    if query.is_series:
        is_descending = query.order.startswith("-")
        lines = fill_times(lines, frame, answer, query, has_ended=has_ended)
        lines.sort(key=lambda line: [(time is None, time or 0) for time in line[0]], reverse=is_descending)
        lines.sort(key=lambda line: main_time(line, query), reverse=is_descending)
    shown = lines if query.has_all_times else lines[: query.limit]
    rows = tuple(write_line(line, query, frame) for line in shown)
    total = max(answer.row_count, len(lines))
    is_cut = total > len(rows)
    notes = frame.notes
    columns = written_columns(frame, query)
    if is_cut and query.has_all_times:
        notes = (
            *notes,
            Note(f"Only the first {len(rows):,} of {total:,} rows; ask for fewer days or dimensions", short="cut"),
        )
    elif is_cut and columns[0].kind is not ValueKind.TEXT:
        notes = (*notes, Note(f"These are the first {len(rows):,} of {total:,} rows", short="cut"))
    return replace(frame, columns=columns, rows=rows, notes=notes, total_rows=total if is_cut else None)


def split_line(row: tuple[Value, ...], frame: Frame, answer: Ga4Response, place: int, query: Ga4Query) -> Line:
    """Returns a row as times, names and figures; a time that cannot be read stays among the names."""
    count = len(query.dimensions)
    times = tuple(
        TIME_DIMENSIONS[name].parse_value(cell.value)
        for name, cell in zip(query.dimensions, answer.rows[place].dimensions, strict=False)
        if name in TIME_DIMENSIONS
    )
    return times, row[:count], row[count:]


def main_time(line: Line, query: Ga4Query) -> tuple[bool, int]:
    """Returns what a row is sorted by first: the time of the query's order, or else the first one."""
    name = query.order.removeprefix("-")
    time = line[0][query.time_dimensions.index(name) if name else 0]
    return time is None, time or 0


def fill_times(lines: list[Line], frame: Frame, answer: Ga4Response, query: Ga4Query, *, has_ended: bool) -> list[Line]:
    """Returns the rows with one more for each time that Google left out, for each name of one other dimension.

    With more dimensions the rows are a list of combinations, most of which never occur: nothing is filled in.
    """
    known = [line[0] for line in lines if None not in line[0]]
    if not known or len(query.dimensions) > len(query.time_dimensions) + 1:
        return lines
    others = {names_of(line, query): None for line in lines if None not in line[0]}
    times = times_of_range(query.time_dimensions, frame.date_range, MAX_GA4_ROWS // len(others))
    if times is None or (answer.is_cut and query.has_other_dimensions):
        return lines
    if answer.is_cut:
        edge = min(known) if query.order.startswith("-") else max(known)
        times = [time for time in times if (time >= edge if query.order.startswith("-") else time <= edge)]
    if not has_ended and query.time_dimensions != ("minutesAgo",):
        newest = max(known)
        times = [time for time in times if time <= newest]
    has_row = {(line[0], names_of(line, query)) for line in lines}
    withheld = answer.metadata.thresholded
    nothing = tuple(missing_figure(column, withheld=withheld) for column in frame.columns[len(query.dimensions) :])
    return lines + [
        (time, names_with(other, query), nothing) for time in times for other in others if (time, other) not in has_row
    ]


def missing_figure(column: Column, *, withheld: bool) -> Value:
    """Returns what a column has where Google has no row: 0 of a count, None of a rate or where it withholds rows."""
    return 0 if column.kind is ValueKind.INTEGER and not withheld else None


def names_of(line: Line, query: Ga4Query) -> tuple[Value, ...]:
    """Returns the texts of a row that are no times."""
    return tuple(text for name, text in zip(query.dimensions, line[1], strict=True) if name not in TIME_DIMENSIONS)


def names_with(others: Sequence[Value], query: Ga4Query) -> tuple[Value, ...]:
    """Returns these texts with an empty one in the place of each time."""
    rest = iter(others)
    return tuple(None if name in TIME_DIMENSIONS else next(rest) for name in query.dimensions)


def write_line(line: Line, query: Ga4Query, frame: Frame) -> tuple[Value, ...]:
    """Returns the cells of a row."""
    times, cells = iter(line[0]), []
    for name, text in zip(query.dimensions, line[1], strict=True):
        if name not in TIME_DIMENSIONS:
            cells.append(text)
            continue
        time, width = next(times), len(time_columns(name))
        cells += [text, *[None] * (width - 1)] if time is None else TIME_DIMENSIONS[name].write(time)
    return (*cells, *line[2])


def written_columns(frame: Frame, query: Ga4Query) -> tuple[Column, ...]:
    """Returns the columns, with two for a day with a time."""
    count = len(query.dimensions)
    return (*(column for name in query.dimensions for column in dimension_columns(name, frame)), *frame.columns[count:])


def dimension_columns(name: str, frame: Frame) -> tuple[Column, ...]:
    if name in TIME_DIMENSIONS:
        return time_columns(name)
    return (frame.columns[frame.column_index(name)],)
