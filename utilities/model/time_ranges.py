"""Relative and absolute time ranges: Grafana's syntax, dates and milliseconds, in a site's time zone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from utilities.model.errors import ParameterError
from utilities.model.frames import DateRange

RANGE_SYNTAX = (
    "now, now-7d, now/d or now-1M/M (s m h d w M Q y), a date like 2026-11-20, a time like 2026-11-20T10:00:00Z, "
    "or milliseconds since 1970"
)
MAX_BOUND_CHARS = 50
RELATIVE_STEP = re.compile(r"([+-])(\d{0,6})([smhdwMQy])|/(?:f(?=[Qy]))?([smhdwMQy])")
"""`now-d` is `now-1d`. `/fQ` and `/fy` are the fiscal quarter and year, which begin in January, as in Grafana."""
MAX_WINDOW = timedelta(days=2)
"""A relative range that is shorter and not of calendar days is a moment: `now-5m`."""

MIN_WINDOW = timedelta(minutes=1)
"""Figures of a shorter moment (`now-1s`) are shown for a minute: otherwise they would be queried each second."""

FIXED_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}
MONTHS_PER_UNIT = {"M": 1, "Q": 3, "y": 12}


Comparison = bool | Literal["week", "year"]
"""With as many days before, or with the same weekdays: a week (or weeks) before, or 52 weeks before."""

COMPARED_STEP_DAYS = {"week": 7, "year": 364}
"""By so many days, or a multiple, a time moves back: its weekdays stay."""


@dataclass(frozen=True)
class TimeRange:
    """From `start` up to but not including `end`, both UTC; its days are those of `zone`."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    @property
    def date_range(self) -> DateRange:
        """The days that the range touches."""
        last_moment = max(self.end - timedelta(milliseconds=1), self.start)
        return DateRange(
            self.start.astimezone(self.zone).date(), last_moment.astimezone(self.zone).date(), self.zone.key
        )

    def check_length(self, max_days: int) -> None:
        """Raises ParameterError when the range is longer than `max_days`."""
        if self.end - self.start > timedelta(days=max_days):
            raise ParameterError("from", f"and `to` may be {max_days:,} days apart at most")

    def previous_range(self, step_days: int = 1) -> "TimeRange":
        """Returns the range moved back by its own number of days, rounded up to `step_days`, on the local clock.

        Today until 10:00 becomes yesterday until 10:00.
        """
        local_end, local_start = (each.astimezone(self.zone).replace(tzinfo=None) for each in (self.end, self.start))
        days = -((local_start - local_end) // timedelta(days=step_days)) * step_days
        return TimeRange(days_before(self.start, days, self.zone), days_before(self.end, days, self.zone), self.zone)

    def each_day(self) -> Iterator[date]:
        """Yields every day that the range touches, in order."""
        dates = self.date_range
        for count in range((dates.last - dates.first).days + 1):
            yield dates.first + timedelta(days=count)

    def each_hour(self) -> Iterator[tuple[date, int, int]]:
        """Yields day, hour and UTC offset in minutes of every local hour; an hour that occurs twice comes twice.

        The step is a quarter of an hour: a clock may move by 30 minutes (Lord Howe), and an hour may begin at any
        quarter of a UTC hour (Nepal).
        """
        at = self.start.replace(minute=self.start.minute // 15 * 15, second=0, microsecond=0)
        previous = None
        while at < self.end:
            local = at.astimezone(self.zone)
            hour = (local.date(), local.hour, utc_offset_minutes(local))
            if hour != previous:
                yield hour
            previous, at = hour, at + timedelta(minutes=15)


def parse_range(start: str, end: str, zone: ZoneInfo, now: datetime) -> TimeRange:
    """Parses the two bounds, written as RANGE_SYNTAX says; `now` is UTC. Raises ParameterError naming `from` or `to`.

    Rounding is Grafana's: `now/d` is the beginning of the day as `from` and its end as `to`. A bare date as `to` is
    the end of that day as well.
    """
    begins, ends = _parse_bound("from", start, zone, now, up=False), _parse_bound("to", end, zone, now, up=True)
    if begins == ends and "/" in start and end.strip() == "now":
        ends += timedelta(milliseconds=1)  # `now/d` in the first moment of the day
    if begins >= ends:
        raise ParameterError("from", "must be before `to`")
    return TimeRange(begins, ends, zone)


def end_of_period(first: str, time_range: TimeRange, now: datetime) -> datetime | None:
    """Returns when figures of a range that begins with `first` are no longer about what it names.

    `now/M` is over with the month. `now-5m`, a moment, is over when none of its minutes is left, also where it lies
    back (`now-25h` to `now-24h`). None for a range of fixed or closed days, and for one that moves on from day to day
    (`now-6d/d`).
    """
    if not first.strip().startswith("now"):
        return None
    unit = rounded_unit(first)
    if unit and (ends := round_to_unit(time_range.start, unit, time_range.zone, up=True)) > now:
        return ends
    if not is_moment(first, time_range):
        return None
    moves_from = round_to_unit(now, unit, time_range.zone, up=False) if unit else now
    return max(time_range.end, moves_from) + max(time_range.end - time_range.start, MIN_WINDOW)


def is_moment(first: str, time_range: TimeRange) -> bool:
    """Whether a range that begins with `first` is a relative one of minutes or hours instead of days."""
    is_short = time_range.end - time_range.start < MAX_WINDOW
    return first.strip().startswith("now") and is_short and rounded_unit(first) in ("", *FIXED_UNITS)


def rounded_unit(relative: str) -> str:
    """Returns the unit that a relative bound is rounded to last, '' without one: `d` of `now-6d/d`."""
    units = [step[4] for step in RELATIVE_STEP.finditer(relative.strip()) if step[4]]
    return units[-1] if units else ""


@cache
def zone_names() -> frozenset[str]:
    """Returns the IANA time zones of this machine, read once: it takes 26 ms."""
    return frozenset(available_timezones())


def parse_zone_name(value: str) -> str:
    """Returns the IANA time zone name unchanged; raises ValueError when there is no such zone."""
    if value not in zone_names():
        raise ValueError(f"{value!r} is no time zone; write one like Europe/Berlin")
    return value


def _parse_bound(name: str, text: str, zone: ZoneInfo, now: datetime, *, up: bool) -> datetime:
    """Parses one bound to UTC; `up` rounds to the end of a unit instead of its beginning."""
    invalid = ParameterError(name, f"must be {RANGE_SYNTAX}")
    text = text.strip()
    if len(text) > MAX_BOUND_CHARS:
        raise invalid
    try:
        if text.startswith("now"):
            moment = _parse_relative(text[3:], zone, now, up=up)
        elif re.fullmatch(r"-?[0-9]{5,15}", text):
            moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(text))
        elif re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            moment = start_of_day(date.fromisoformat(text) + timedelta(days=up), zone)
        else:
            parsed = datetime.fromisoformat(text)
            moment = (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid from None
    if not 1970 <= moment.year <= 2200:
        raise invalid
    return moment


def _parse_relative(steps: str, zone: ZoneInfo, now: datetime, *, up: bool) -> datetime:
    """Applies the steps after `now` from left to right; raises ValueError or OverflowError."""
    at, parsed_to = now, 0
    for step in RELATIVE_STEP.finditer(steps):
        if step.start() != parsed_to:
            break
        parsed_to = step.end()
        sign, count, unit, rounded_unit = step.groups()
        if rounded_unit:
            at = round_to_unit(at, rounded_unit, zone, up=up)
        else:
            at = add_units(at, int(count or 1) * (1 if sign == "+" else -1), unit, zone)
    if parsed_to != len(steps):
        raise ValueError("invalid step")
    return at


def add_units(at: datetime, count: int, unit: str, zone: ZoneInfo) -> datetime:
    """Adds seconds, minutes and hours in elapsed time, days and longer units on the local clock."""
    if unit in FIXED_UNITS:
        return at + count * FIXED_UNITS[unit]
    if unit in "dw":
        return days_before(at, -count * (7 if unit == "w" else 1), zone)
    local = at.astimezone(zone)
    months = local.year * 12 + local.month - 1 + count * MONTHS_PER_UNIT[unit]
    first = local.replace(year=months // 12, month=months % 12 + 1, day=1)
    next_month = (first + timedelta(days=32)).replace(day=1)
    days_in_month = (next_month - timedelta(days=1)).day  # 31 October minus a month is 30 September
    return first.replace(day=min(local.day, days_in_month)).astimezone(UTC)


def round_to_unit(at: datetime, unit: str, zone: ZoneInfo, *, up: bool) -> datetime:
    """Returns the beginning of the unit that contains `at`; with `up`, the beginning of the next unit."""
    local = at.astimezone(zone)
    if unit in FIXED_UNITS:
        minute, second = (0 if unit == "h" else local.minute), (local.second if unit == "s" else 0)
        begins = local.replace(minute=minute, second=second, microsecond=0).astimezone(UTC)
        return begins + FIXED_UNITS[unit] * up
    day = local.date()
    if unit == "w":
        day -= timedelta(days=day.weekday())  # ISO 8601: a week begins on Monday
    elif unit in MONTHS_PER_UNIT:
        month = (day.month - 1) // MONTHS_PER_UNIT[unit] * MONTHS_PER_UNIT[unit] + 1
        day = day.replace(month=month, day=1)
    begins = start_of_day(day, zone)
    return start_of_day(add_units(begins, 1, unit, zone).astimezone(zone).date(), zone) if up else begins


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Returns when the day begins, in UTC; where the clock skips midnight, the moment of the skip."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def days_before(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Returns the same local time `days` days earlier, in UTC."""
    return (at.astimezone(zone) - timedelta(days=days)).astimezone(UTC)


def utc_offset_minutes(local: datetime) -> int:
    """Returns the offset from UTC of an aware datetime, in minutes."""
    return int((local.utcoffset() or timedelta()).total_seconds() // 60)
