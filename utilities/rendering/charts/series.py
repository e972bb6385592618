"""Converts a frame to what a chart draws: names along one axis, and a series of values for each column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from utilities.model.figure_errors import UnfitFigures
from utilities.model.frames import Column, Frame, Value, ValueKind
from utilities.rendering.charts.labels import day_labels, one_line, parse_clock_time, parse_day, shorten_spoken
from utilities.rendering.charts.number_formats import format_short, is_count, to_number

MAX_FILLED_DAYS = 40_000
FIRST_HOUR = "00:00"


@dataclass(frozen=True)
class ChartSeries:
    """One column of values; None is a gap."""

    key: str
    name: str
    kind: ValueKind
    values: tuple[float | None, ...]
    previous: tuple[float | None, ...] = ()  # of the previous period, empty without any

    @property
    def known_values(self) -> list[float]:
        """Returns all values that are not gaps, also those of the previous period."""
        return [value for value in (*self.values, *self.previous) if value is not None]


@dataclass(frozen=True)
class ChartRows:
    """Names and the series of their values."""

    heading: str  # of the column of names
    names: tuple[str, ...]  # days as YYYY-MM-DD
    series: tuple[ChartSeries, ...]
    has_days: bool  # whether the names are days
    times: tuple[str, ...] = ()  # of several rows of a day, as `10:00`
    running: int | None = None  # the row of the day or hour that has begun and is not over

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Returns the names as the chart writes them: `20 Nov`, `20 Nov 10:00`, or `10:00` within one day."""
        days = day_labels(self.names) if self.has_days else self.names
        if not self.times:
            return days
        return self.times if len(set(days)) == 1 else tuple(map(" ".join, zip(days, self.times, strict=True)))

    @cached_property
    def days(self) -> tuple[date | None, ...]:
        """Returns the day of each row, None for other names."""
        return tuple(map(parse_day, self.names)) if self.has_days else (None,) * len(self.names)

    @cached_property
    def minutes(self) -> tuple[int, ...]:
        """Returns the minute of the day of each row; () where the rows are no times of a day."""
        parsed = [parse_clock_time(text) for text in self.times]
        return tuple(minute for minute in parsed if minute is not None) if None not in parsed else ()

    @property
    def known_values(self) -> list[float]:
        return [value for each in self.series for value in each.known_values]

    @property
    def series_names(self) -> list[str]:
        """Returns the names of the series."""
        return [each.name for each in self.series]

    def slice_rows(self, rows: slice) -> "ChartRows":
        """Returns the same series with only these rows."""
        series = tuple(replace(s, values=s.values[rows], previous=s.previous[rows]) for s in self.series)
        places = range(len(self.names))[rows]
        running = places.index(self.running) if self.running is not None and self.running in places else None
        return replace(self, names=self.names[rows], series=series, times=self.times[rows], running=running)

    def first_rows(self, count: int) -> "ChartRows":
        return self.slice_rows(slice(count))

    def last_rows(self, count: int) -> "ChartRows":
        return self.slice_rows(slice(-count, None))


def build_rows(frame: Frame, keys: Sequence[str] = ()) -> ChartRows | None:
    """Returns the first column as names, and the columns `keys` (the first with numbers when empty) as series.

    Days that a source leaves out, because nothing happened, are filled in, and times are in order. Returns None when
    there is nothing to draw; raises ValueError when no column has one of the keys.
    """
    column_numbers = select_series_columns(frame, keys)
    if not frame.rows or not column_numbers:
        return None
    first = frame.columns[0]
    names = [one_line(row[0]) for row in frame.rows]
    lines: list[tuple[Value, ...]] = list(frame.rows)
    times: tuple[str, ...] = ()
    if first.kind is ValueKind.DATE:
        filled = fill_days(frame)
        if filled is not None:
            names, lines = filled
        elif len(frame.columns) > 1 and frame.columns[1].kind is ValueKind.TEXT:
            if names[0] > names[-1]:
                lines.reverse()  # time goes from left to right
            lines += coming_hours(frame, lines)
            names, times = [one_line(line[0]) for line in lines], tuple(one_line(line[1]) for line in lines)
    series = tuple(build_series(frame, column, lines) for column in column_numbers)
    rows = ChartRows(one_line(first.heading), tuple(names), series, first.kind is ValueKind.DATE, times)
    return replace(rows, running=find_running_row(frame, rows))


def coming_hours(frame: Frame, lines: Sequence[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    """Returns a row without figures for each hour until midnight, where the rows are today's hours from midnight on."""
    last = parse_clock_time(one_line(lines[-1][1]))
    is_today = frame.date_range is not None and not frame.date_range.has_ended
    if not is_today or last is None or last % 60 or lines[0][0] != lines[-1][0] or lines[0][1] != FIRST_HOUR:
        return []
    nothing = (None,) * (len(frame.columns) - 2)
    return [(lines[0][0], f"{hour:02d}:00", *nothing) for hour in range(last // 60 + 1, 24)]


def find_running_row(frame: Frame, rows: ChartRows) -> int | None:
    """Returns the last row with a figure, where its day or hour is not over; None without one."""
    days = frame.date_range
    if days is None or days.has_ended or not rows.has_days:
        return None
    last = max((at for at in range(len(rows.names)) if any(s.values[at] is not None for s in rows.series)), default=0)
    is_whole_hour = bool(days.until and rows.minutes) and days.until != rows.times[last] and days.until.endswith(":00")
    return last if rows.days[last] == days.last and not is_whole_hour else None


def select_series_columns(frame: Frame, keys: Sequence[str]) -> list[Column]:
    """Returns the columns to draw; raises ValueError when none of the keys is there."""
    if not keys:
        return [c for c in frame.numeric_columns if c is not frame.columns[0]][:1]
    columns = [frame.columns[frame.column_index(key)] for key in keys if frame.has_column(key)]
    if not columns:
        raise ValueError(f"none of the columns {', '.join(keys)} is in the figures")
    return columns


def require_one_unit(rows: ChartRows) -> None:
    """Raises UnfitFigures when one axis would have values of several units."""
    first = rows.series[0]
    for each in rows.series[1:]:
        if value_unit(each.kind) != value_unit(first.kind):
            raise UnfitFigures(
                f"`{first.key}` is {value_unit(first.kind)} and `{each.key}` is {value_unit(each.kind)}: columns on"
                " one axis have one unit; draw them in charts of their own"
            )


def value_unit(kind: ValueKind) -> str:
    """Returns the unit of an axis, in words."""
    return {ValueKind.FRACTION: "a share in per cent", ValueKind.SECONDS: "a time"}.get(kind, "a number")


def fill_days(frame: Frame) -> tuple[list[str], list[tuple[Value, ...]]] | None:
    """Returns every day from the first to the last with its row; None when a row is not a day or a day repeats."""
    rows = {parse_day(row[0]): row for row in frame.rows}
    by_day = {day: row for day, row in rows.items() if day is not None}
    if len(by_day) < len(frame.rows):
        return None
    first, last = min(by_day), max(by_day)
    if (last - first).days > MAX_FILLED_DAYS:
        return None
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    nothing = tuple(0 if is_count(column.kind) else None for column in frame.columns)
    return [day.isoformat() for day in days], [by_day.get(day, nothing) for day in days]


def build_series(frame: Frame, column: Column, lines: Sequence[tuple[Value, ...]]) -> ChartSeries:
    before = column.previous_key
    earlier = tuple(column_numbers(lines, frame.column_index(before))) if frame.has_column(before) else ()
    return ChartSeries(
        column.key,
        one_line(column.heading),
        column.kind,
        tuple(column_numbers(lines, frame.column_index(column.key))),
        earlier if any(value is not None for value in earlier) else (),
    )


def column_numbers(lines: Sequence[tuple[Value, ...]], place: int) -> Iterator[float | None]:
    for line in lines:
        yield to_number(line[place])


def describe_rows(rows: ChartRows, most: int = 12) -> str:
    """Returns the values as a sentence for screen readers."""
    sentences = []
    for each in rows.series:
        pairs = list(zip(rows.labels, each.values, strict=True))
        if rows.running is not None:
            name, value = pairs[rows.running]
            pairs = [*pairs[: rows.running], (f"{name} so far", value)]
        few = pairs if len(pairs) <= most else [pairs[0], pairs[-1]]
        parts = [f"{shorten_spoken(name)} {format_short(value, each.kind)}" for name, value in few]
        if len(pairs) > most:
            values = [value for value in each.values if value is not None]
            least, greatest = (format_short(f(values, default=None), each.kind) for f in (min, max))
            parts.insert(1, f"between {least} and {greatest}")
        sentences.append(f"{shorten_spoken(each.name)}: {', '.join(parts)}.")
    return " ".join(sentences)
