"""Converts a frame to what a chart draws: names along one axis, and a series of values for each column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from utilities.model.figure_errors import UnfitFigures
from utilities.model.frames import Column, Frame, Value, ValueKind
from utilities.rendering.charts.labels import day_labels, one_line, parse_day, shorten_spoken
from utilities.rendering.charts.number_formats import format_short, is_count, to_number

MAX_FILLED_DAYS = 40_000


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
    is_complete: bool = True  # False while the last row may still grow

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Returns the names as the chart writes them."""
        return day_labels(self.names) if self.has_days else self.names

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
        return replace(self, names=self.names[rows], series=series)

    def first_rows(self, count: int) -> "ChartRows":
        return self.slice_rows(slice(count))

    def last_rows(self, count: int) -> "ChartRows":
        return self.slice_rows(slice(-count, None))


def build_rows(frame: Frame, keys: Sequence[str] = ()) -> ChartRows | None:
    """Returns the first column as names, and the columns `keys` (the first with numbers when empty) as series.

    Days that a source leaves out, because nothing happened, are filled in. Returns None when there is nothing to draw;
    raises ValueError when no column has one of the keys.
    """
    column_numbers = select_series_columns(frame, keys)
    if not frame.rows or not column_numbers:
        return None
    first = frame.columns[0]
    names = [one_line(row[0]) for row in frame.rows]
    lines: list[tuple[Value, ...]] = list(frame.rows)
    if first.kind is ValueKind.DATE:
        filled = fill_days(frame)
        if filled is not None:
            names, lines = filled
    series = tuple(build_series(frame, column, lines) for column in column_numbers)
    if first.kind is ValueKind.DATE and len(set(names)) < len(names):
        names = hour_names(frame, day_labels(names))
    over = first.kind is not ValueKind.DATE or frame.date_range is None or frame.date_range.has_ended
    return ChartRows(one_line(first.heading), tuple(names), series, first.kind is ValueKind.DATE, over)


def hour_names(frame: Frame, days: Sequence[str]) -> list[str]:
    """Returns names for several rows of a day: `10:00` within one day, `20 Nov 10:00` within several."""
    if frame.columns[1].kind is not ValueKind.TEXT:
        return list(days)
    times = [one_line(row[1]) for row in frame.rows]
    return times if len(set(days)) == 1 else [f"{day} {time}" for day, time in zip(days, times, strict=True)]


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
        few = pairs if len(pairs) <= most else [pairs[0], pairs[-1]]
        parts = [f"{shorten_spoken(name)} {format_short(value, each.kind)}" for name, value in few]
        if len(pairs) > most:
            values = [value for value in each.values if value is not None]
            least, greatest = (format_short(f(values, default=None), each.kind) for f in (min, max))
            parts.insert(1, f"between {least} and {greatest}")
        sentences.append(f"{shorten_spoken(each.name)}: {', '.join(parts)}.")
    return " ".join(sentences)
