"""Ranges of time as people write them: Grafana's relative syntax, dates and milliseconds, in a site's time zone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from utilities.model.errors import ParameterError
from utilities.model.frames import Covers

ALLOWED = (
    "now, now-7d, now/d or now-1M/M (s m h d w M Q y), a date like 2026-11-20, a time like 2026-11-20T10:00:00Z, "
    "or milliseconds since 1970"
)
LONGEST = 50  # characters of one end
STEP = re.compile(r"([+-])(\d{0,6})([smhdwMQy])|/(?:f(?=[Qy]))?([smhdwMQy])")
"""`now-d` is `now-1d`; `/fQ` and `/fy` are of the fiscal year, which begins in January, as Grafana's does."""
EXACT = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}
MONTHS = {"M": 1, "Q": 3, "y": 12}


@dataclass(frozen=True)
class Span:
    """From `first` up to but not including `last`, both UTC; its days are those of `zone`."""

    first: datetime
    last: datetime
    zone: ZoneInfo

    @property
    def covers(self) -> Covers:
        """The days it touches."""
        ends = max(self.last - timedelta(milliseconds=1), self.first)
        return Covers(self.first.astimezone(self.zone).date(), ends.astimezone(self.zone).date(), self.zone.key)

    def before(self) -> "Span":
        """As many days earlier as it has, begun ones too, by the wall clock: today until ten is set beside yesterday
        until ten."""
        ends, begins = (each.astimezone(self.zone).replace(tzinfo=None) for each in (self.last, self.first))
        days = -((begins - ends) // timedelta(days=1))
        return Span(earlier(self.first, days, self.zone), earlier(self.last, days, self.zone), self.zone)

    def days(self) -> Iterator[date]:
        """Every day it touches, in order."""
        covers = self.covers
        for count in range((covers.last - covers.first).days + 1):
            yield covers.first + timedelta(days=count)

    def hours(self) -> Iterator[tuple[date, int, int]]:
        """Every hour on the zone's wall clock as day, hour and minutes from UTC; one that comes twice is there twice.

        A clock may move by half an hour (Lord Howe) and an hour may begin at any quarter of UTC's (Nepal), so a
        quarter is the step.
        """
        at, seen = self.first.replace(minute=self.first.minute // 15 * 15, second=0, microsecond=0), None
        while at < self.last:
            here = at.astimezone(self.zone)
            found = (here.date(), here.hour, minutes(here))
            if found != seen:
                yield found
            seen, at = found, at + timedelta(minutes=15)


def span(first: str, last: str, zone: ZoneInfo, now: datetime) -> Span:
    """The range between two ends written as ALLOWED says; `now` is UTC. Raises ParameterError naming `from` or `to`.

    The rounding is Grafana's: `now/d` is the day's beginning as `from` and its end as `to`. A bare date as `to` is
    that day's end as well.
    """
    begins, ends = read("from", first, zone, now, up=False), read("to", last, zone, now, up=True)
    if begins >= ends:
        raise ParameterError("`from` must be before `to`")
    return Span(begins, ends, zone)


def read(name: str, text: str, zone: ZoneInfo, now: datetime, *, up: bool) -> datetime:
    """One end of a range, UTC; `up` rounds to the end of a unit instead of its beginning."""
    wrong = ParameterError(f"`{name}` must be {ALLOWED}")
    text = text.strip()
    if len(text) > LONGEST:
        raise wrong
    try:
        if text.startswith("now"):
            found = relative(text[3:], zone, now, up=up)
        elif re.fullmatch(r"-?[0-9]{5,15}", text):
            found = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(text))
        elif re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            found = midnight(date.fromisoformat(text) + timedelta(days=up), zone)
        else:
            given = datetime.fromisoformat(text)
            found = (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong from None
    if not 1970 <= found.year <= 2200:
        raise wrong
    return found


def relative(steps: str, zone: ZoneInfo, now: datetime, *, up: bool) -> datetime:
    """What follows `now`, step by step from the left; raises ValueError or OverflowError."""
    at, read_up_to = now, 0
    for step in STEP.finditer(steps):
        if step.start() != read_up_to:
            break
        read_up_to = step.end()
        sign, count, unit, rounded = step.groups()
        if rounded:
            at = rounding(at, rounded, zone, up=up)
        else:
            at = moved(at, int(count or 1) * (1 if sign == "+" else -1), unit, zone)
    if read_up_to != len(steps):
        raise ValueError("not understood to its end")
    return at


def moved(at: datetime, count: int, unit: str, zone: ZoneInfo) -> datetime:
    """`at` so many units later: seconds, minutes and hours as they pass, days and longer on the wall clock."""
    if unit in EXACT:
        return at + count * EXACT[unit]
    if unit in "dw":
        return earlier(at, -count * (7 if unit == "w" else 1), zone)
    here = at.astimezone(zone)
    months = here.year * 12 + here.month - 1 + count * MONTHS[unit]
    first = here.replace(year=months // 12, month=months % 12 + 1, day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    longest = (following - timedelta(days=1)).day  # 31 October less a month is 30 September
    return first.replace(day=min(here.day, longest)).astimezone(UTC)


def rounding(at: datetime, unit: str, zone: ZoneInfo, *, up: bool) -> datetime:
    """The beginning of the unit `at` is in, or with `up` that of the next, which is where this one ends."""
    here = at.astimezone(zone)
    if unit in EXACT:
        minute, second = (0 if unit == "h" else here.minute), (here.second if unit == "s" else 0)
        begins = here.replace(minute=minute, second=second, microsecond=0).astimezone(UTC)
        return begins + EXACT[unit] * up
    day = here.date()
    if unit == "w":
        day -= timedelta(days=day.weekday())  # ISO 8601: a week begins on Monday
    elif unit in MONTHS:
        month = (day.month - 1) // MONTHS[unit] * MONTHS[unit] + 1
        day = day.replace(month=month, day=1)
    begins = midnight(day, zone)
    return midnight(moved(begins, 1, unit, zone).astimezone(zone).date(), zone) if up else begins


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins, UTC; where the clock leaps over midnight, that is the moment it leaps."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def earlier(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same time on the wall clock so many days before, UTC."""
    return (at.astimezone(zone) - timedelta(days=days)).astimezone(UTC)


def minutes(here: datetime) -> int:
    """From UTC to the wall clock."""
    return int((here.utcoffset() or timedelta()).total_seconds() // 60)
