"""Parses the moment of a dry run: `Tue 17:45`, `17:45`, `2026-12-24 18:00`, `now`."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from utilities.model.errors import ParameterError
from utilities.playlists.written_times import (
    DAY_NAMES,
    MINUTES_OF_DAY,
    parse_date,
    parse_days,
    parse_time_of_day,
)

WEEK = timedelta(days=7)
MOMENT_HINT = 'must be a moment: "Tue 17:45", "17:45", "2026-12-24 18:00", or "now"'


def parse_dry_run_time(text: str, zone: tzinfo, now: datetime, *, name: str = "at") -> datetime:
    """Returns the moment in UTC; a weekday or a time alone is the next one from `now`, which may be today.

    Where the clock shows a time twice it is the first, and where it skips it, the moment of the skip. Raises
    ParameterError with `name`.
    """
    words = text.split()
    if words == ["now"]:
        return now
    today = now.astimezone(zone).date()
    try:
        minute = int(str(parse_time_of_day(words[-1]))) if ":" in words[-1] else 0
        days = words[:-1] if ":" in words[-1] else words
        if minute == MINUTES_OF_DAY or len(days) > 1:
            raise ValueError(text)
        if not days:
            next_at = _at(today, minute, zone)
            return next_at if next_at >= now else _at(today + timedelta(days=1), minute, zone)
        if days[0][0].isdigit():
            day = parse_date(days[0])
            if isinstance(day, date):
                return _at(day, minute, zone)
        names = parse_days(days[0])
        if isinstance(names, tuple) and len(names) == 1 and names[0] in DAY_NAMES:
            coming = today + timedelta(days=(DAY_NAMES.index(names[0]) - today.weekday()) % 7)
            next_at = _at(coming, minute, zone)
            return next_at if next_at >= now else _at(coming + WEEK, minute, zone)
    except (ValueError, IndexError, OverflowError):
        pass
    raise ParameterError(name, MOMENT_HINT)


def _at(day: date, minute: int, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)
