"""Time dimensions of Google Analytics: their order, the texts of their cells, and the times of a range of days."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from utilities.google.field_names import dimension_column
from utilities.model.frames import Column, DateRange, ValueKind
from utilities.model.time_ranges import TimeRange, start_of_day

DAY, HOUR, MINUTE = 0, 1, 2
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
REALTIME_MINUTES = 30
HOUR_KEY, HOUR_HEADING = ":time", "Hour"

Moment = tuple[date, int, int]
"""A day, an hour and a minute on the property's clock."""


@dataclass(frozen=True)
class TimeDimension:
    """A dimension of time. Its values are read as whole numbers, which are in the order of the calendar.

    `is_cyclic` tells that the values come again, so that another period has the same ones.
    """

    write: Callable[[int], tuple[str, ...]]  # the texts of a value's cells
    of_moment: Callable[[Moment], int] | None = None  # None where a value does not follow from day and hour
    step: int = DAY  # the longest step in which no value is passed over
    is_cyclic: bool = False
    read: Callable[[str], int] = int  # raises ValueError

    def parse_value(self, text: str) -> int | None:
        """Returns the number of a value; None for other text, such as `(other)`."""
        try:
            return self.read(text) if len(text) < 20 else None
        except ValueError:
            return None


def week_of_year(day: date) -> int:
    """Returns the week as Google counts it: weeks begin on Sunday, 1 January is always in week 1."""
    first = day.replace(month=1, day=1)
    return ((day - first).days + (first.weekday() + 1) % 7) // 7 + 1


def compact_day(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def iso_day(number: int) -> str:
    return date(number // 10_000, number // 100 % 100, number % 100).isoformat()


def read_calendar(text: str, digits: int) -> int:
    """Returns the number of a date with an optional time after it; raises ValueError for other text."""
    if len(text) != digits or not re.fullmatch(r"[0-9]+", text):
        raise ValueError("no date")
    iso_day(int(text[:8]))
    return int(text)


def read_weekday_name(text: str) -> int:
    return WEEKDAYS.index(text[:3].capitalize())


def write_week(number: int) -> tuple[str, ...]:
    """Returns `Week 39, 2026`."""
    return (f"Week {number % 100}, {number // 100}",)


def write_month(number: int) -> tuple[str, ...]:
    """Returns `Sep 2026`."""
    return (f"{MONTHS[(number % 100 - 1) % 12]} {number // 100}",)


def minutes_text(ago: int) -> str:
    """Returns an age as it stands on tiles: `now`, `1 min`, `29 min`."""
    return f"{ago} min" if ago else "now"


def numbered(word: str) -> TimeDimension:
    """Returns a dimension that numbers the parts of the range, from 0000."""
    return TimeDimension(lambda number: (f"{word} {number + 1}",), is_cyclic=True)


TIME_DIMENSIONS: dict[str, TimeDimension] = {
    "date": TimeDimension(
        lambda n: (iso_day(n),), lambda at: compact_day(at[0]), read=lambda text: read_calendar(text, 8)
    ),
    "dateHour": TimeDimension(
        lambda n: (iso_day(n // 100), f"{n % 100:02d}:00"),
        lambda at: compact_day(at[0]) * 100 + at[1],
        HOUR,
        read=lambda text: read_calendar(text, 10),
    ),
    "dateHourMinute": TimeDimension(
        lambda n: (iso_day(n // 10_000), f"{n // 100 % 100:02d}:{n % 100:02d}"),
        lambda at: compact_day(at[0]) * 10_000 + at[1] * 100 + at[2],
        MINUTE,
        read=lambda text: read_calendar(text, 12),
    ),
    "hour": TimeDimension(lambda n: (f"{n:02d}:00",), lambda at: at[1], HOUR, is_cyclic=True),
    "minute": TimeDimension(lambda n: (f":{n:02d}",), lambda at: at[2], MINUTE, is_cyclic=True),
    "day": TimeDimension(lambda n: (str(n),), lambda at: at[0].day, is_cyclic=True),
    "dayOfWeek": TimeDimension(
        lambda n: (WEEKDAYS[n],), lambda at: at[0].weekday(), is_cyclic=True, read=lambda text: (int(text) + 6) % 7
    ),
    "dayOfWeekName": TimeDimension(
        lambda n: (WEEKDAYS[n],), lambda at: at[0].weekday(), is_cyclic=True, read=read_weekday_name
    ),
    "week": TimeDimension(lambda n: (f"Week {n}",), lambda at: week_of_year(at[0])),
    "isoWeek": TimeDimension(lambda n: (f"Week {n}",), lambda at: at[0].isocalendar().week),
    "yearWeek": TimeDimension(write_week, lambda at: at[0].year * 100 + week_of_year(at[0])),
    "isoYearIsoWeek": TimeDimension(write_week, lambda at: at[0].isocalendar().year * 100 + at[0].isocalendar().week),
    "yearMonth": TimeDimension(write_month, lambda at: at[0].year * 100 + at[0].month),
    "month": TimeDimension(lambda n: (MONTHS[(n - 1) % 12],), lambda at: at[0].month),
    "year": TimeDimension(lambda n: (str(n),), lambda at: at[0].year),
    "isoYear": TimeDimension(lambda n: (str(n),), lambda at: at[0].isocalendar().year),
    "minutesAgo": TimeDimension(lambda n: (minutes_text(-n),), read=lambda text: -int(text)),
    **{f"nth{word}": numbered(word) for word in ("Minute", "Hour", "Day", "Week", "Month", "Year")},
}
"""By the name of the dimension. `minutesAgo` is read as a negative number, because the oldest minute comes first."""


def time_columns(name: str) -> tuple[Column, ...]:
    """Returns the column of a time dimension; for a day with a time, the day and the time."""
    column = dimension_column(name)
    if name in ("dateHour", "dateHourMinute"):
        heading = HOUR_HEADING if name == "dateHour" else "Time"
        return Column(name, column.heading, ValueKind.DATE), Column(name + HOUR_KEY, heading, ValueKind.TEXT)
    return (column,)


def each_moment(days: DateRange, step: int) -> Iterator[Moment]:
    """Yields the days, hours or minutes of a range in order; hours that the clock skips are left out."""
    zone = ZoneInfo(days.zone)
    if step == DAY:
        for count in range((days.last - days.first).days + 1):
            yield days.first + timedelta(days=count), 0, 0
        return
    following = days.last + timedelta(days=1)
    time_range = TimeRange(start_of_day(days.first, zone), start_of_day(following, zone), zone)
    for day, hour, _ in time_range.each_hour():
        for minute in range(60 if step == MINUTE else 1):
            yield day, hour, minute


def times_of_range(names: Sequence[str], days: DateRange | None, most: int) -> list[tuple[int, ...]] | None:
    """Returns the values of all these dimensions that a range has, in order; None when unknown or more than `most`."""
    if list(names) == ["minutesAgo"]:
        return [(-ago,) for ago in reversed(range(REALTIME_MINUTES))]
    dimensions = [TIME_DIMENSIONS[name] for name in names]
    readers = [dimension.of_moment for dimension in dimensions if dimension.of_moment]
    if days is None or len(readers) < len(names):
        return None
    step = max(dimension.step for dimension in dimensions)
    times: set[tuple[int, ...]] = set()
    for moment in each_moment(days, step):
        times.add(tuple(read(moment) for read in readers))
        if len(times) > most:
            return None
    return sorted(times)


def pair_times(
    names: Sequence[str], days: DateRange, previous: DateRange
) -> dict[tuple[int, ...], tuple[int, ...]] | None:
    """Returns the time of this period for each time of the previous one; None where they cannot be compared.

    The first day is compared with the first day, and so on. Weekdays and other values that come again are compared
    with themselves; weeks and months only where each is one week or month of the previous period.
    """
    dimensions = [TIME_DIMENSIONS[name] for name in names]
    if any(dimension.of_moment is None for dimension in dimensions):
        return None
    step = max(dimension.step for dimension in dimensions)
    pairs: dict[tuple[int, ...], tuple[int, ...]] = {}
    for offset in range(min((days.last - days.first).days, (previous.last - previous.first).days) + 1):
        here, there = (each.first + timedelta(days=offset) for each in (days, previous))
        for clock in clock_times(step):
            now, before = (
                tuple(d.of_moment((day, *clock)) for d in dimensions if d.of_moment) for day in (here, there)
            )
            changed = any(d.is_cyclic and a != b for d, a, b in zip(dimensions, now, before, strict=True))
            if changed or pairs.setdefault(before, now) != now:
                return None
    return pairs if len(set(pairs.values())) == len(pairs) else None


def clock_times(step: int) -> Iterator[tuple[int, int]]:
    """Yields the hours and minutes of a day, as far as a step needs them."""
    for hour in range(24 if step >= HOUR else 1):
        for minute in range(60 if step == MINUTE else 1):
            yield hour, minute


def parse_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """Returns the time of a `dateHourMinute` cell pair written `2026-11-20 14:05`; None for other text."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=zone)
    except ValueError:
        return None
