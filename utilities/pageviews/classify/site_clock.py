"""The site's local time: the date of a moment there, and the offset from UTC."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

QUARTER_HOUR_SECONDS = 900
"""Midnights and clock changes of all zones since 1972 are at quarters of an hour, so one cached result is valid for
the quarter."""


@dataclass(frozen=True, slots=True)
class SiteTime:
    """The site's date and offset at a moment."""

    day: date
    offset: int  # minutes from UTC to the wall clock; 60 in Berlin's winter


def site_time(zone: str, at: float) -> SiteTime:
    """Returns the site's date and offset at `at`, seconds since 1970."""
    return _site_time(zone, int(at // QUARTER_HOUR_SECONDS))


@lru_cache(maxsize=4096)
def _site_time(zone: str, quarter: int) -> SiteTime:
    local = datetime.fromtimestamp(quarter * QUARTER_HOUR_SECONDS, ZoneInfo(zone))
    offset = local.utcoffset() or timedelta()
    return SiteTime(local.date(), round(offset.total_seconds() / 60))


def midnight_epoch(zone: str, day: date) -> float:
    """Returns when the day begins there, in seconds since 1970; where the clock skips 0:00, the moment of the skip."""
    return datetime.combine(day, time(), ZoneInfo(zone)).timestamp()
