"""The site's wall clock: which day a moment belongs to there, and how far that clock is from UTC."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

QUARTER = 900
"""Seconds; every zone's midnights and changes of clock since 1972 fall on a quarter of an hour, so one answer serves
the whole of it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the site's clock stands."""

    day: date
    offset: int  # minutes from UTC to the wall clock; 60 in Berlin's winter


def moment(zone: str, at: float) -> Moment:
    """The site's day and offset at `at`, seconds since 1970."""
    return _moment(zone, int(at // QUARTER))


@lru_cache(maxsize=4096)
def _moment(zone: str, quarter: int) -> Moment:
    local = datetime.fromtimestamp(quarter * QUARTER, ZoneInfo(zone))
    offset = local.utcoffset() or timedelta()
    return Moment(local.date(), round(offset.total_seconds() / 60))


def midnight(zone: str, day: date) -> float:
    """When the day begins there, seconds since 1970; where the clock leaps over 0:00, the moment it leaps."""
    return datetime.combine(day, time(), ZoneInfo(zone)).timestamp()
