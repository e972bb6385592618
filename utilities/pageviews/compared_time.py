"""What figures are compared with: which time, and which hour of it belongs to which hour."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from utilities.model.time_ranges import COMPARED_STEP_DAYS, Comparison, TimeRange, add_units, rounded_unit, start_of_day
from utilities.pageviews.frame_rows import Row

CALENDAR_UNITS = "wMQy"
MAX_CALENDAR_UNITS = 1000


def compared_range(time_range: TimeRange, first: str, comparison: Comparison, now: datetime) -> TimeRange:
    """Returns the time to compare with the part of the range that has passed; `first` is how its beginning is written.

    `week` and `year` are the same weekdays one or more weeks or 52 weeks before. Otherwise a range that begins with a
    week, month, quarter or year (`now/M`) is compared with the same part of the one before, and any other with as many
    days before it.
    """
    end = now if time_range.start < now < time_range.end else time_range.end
    passed = replace(time_range, end=end)
    if isinstance(comparison, str):
        return passed.previous_range(COMPARED_STEP_DAYS[comparison])
    unit = rounded_unit(first) if first.strip().startswith("now") else ""
    return _previous_units(passed, unit) if unit and unit in CALENDAR_UNITS else passed.previous_range()


def _previous_units(passed: TimeRange, unit: str) -> TimeRange:
    """Returns the same part of as many weeks, months, quarters or years before; all of them where they are over."""
    start, count = passed.start, 1
    while count < MAX_CALENDAR_UNITS and add_units(start, count, unit, passed.zone) < passed.end:
        count += 1
    is_whole = add_units(start, count, unit, passed.zone) == passed.end
    end = start if is_whole else min(start, add_units(passed.end, -count, unit, passed.zone))
    return replace(passed, start=add_units(start, -count, unit, passed.zone), end=end)


def until_midnight(time_range: TimeRange, now: datetime) -> TimeRange:
    """Returns all of today where the range is the part of it that has passed; others unchanged."""
    today = now.astimezone(time_range.zone).date()
    if time_range.start != start_of_day(today, time_range.zone) or time_range.end < now:
        return time_range
    return replace(time_range, end=max(time_range.end, start_of_day(today + timedelta(days=1), time_range.zone)))


def begun_hour(before: TimeRange) -> TimeRange | None:
    """Returns the part of the last hour that a range cuts off; None where it ends with an hour."""
    local = before.end.astimezone(before.zone)
    passed = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return replace(before, start=max(before.start, before.end - passed)) if passed else None


def match_hours(rows: Sequence[Row], earlier: Sequence[Row], days: int) -> list[Row]:
    """Returns for each row that of the same hour, `days` days before; an hour that occurs twice by its turn."""
    before = dict(zip(_number_hours(earlier), earlier, strict=True))
    unknown: Row = (None,) * len(rows[0]) if rows else ()
    shift = timedelta(days=days)
    return [before.get((day - shift, hour, turn), unknown) for day, hour, turn in _number_hours(rows)]


def _number_hours(rows: Sequence[Row]) -> Iterator[tuple[date, str, int]]:
    """Yields day and hour of each row, with how often this hour was there before."""
    counts: Counter[tuple[date, str]] = Counter()
    for row in rows:
        at = date.fromisoformat(str(row[0])), str(row[1])
        yield *at, counts[at]
        counts[at] += 1
