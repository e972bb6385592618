"""The visits of each day, always the same for the same seed."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import exp
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from demo.clock import VirtualClock
from demo.world.channels import CHANNELS, QUERIES
from demo.world.pages import LOST_PAGE, PAGES, Page
from demo.world.people import make_people
from demo.world.visits import Visits

ZONE = ZoneInfo("America/Los_Angeles")
"""Not UTC, so that a UTC "today" is the wrong day for a third of the time."""

HISTORY = 65
"""Days that the property has existed when the world is made."""

BASE = 2300  # sessions on an ordinary day at the end
GROWTH = 0.011  # a day
WEEK = (1.1, 1.16, 1.13, 1.08, 0.94, 0.58, 0.62)
"""Monday to Sunday."""


@dataclass
class Day:
    """One day's page views in time order, as columns."""

    date: date
    columns: dict[str, list[Any]]
    cached: dict[str, list[Any]] = field(default_factory=dict)
    by_event: "Day | None" = None

    def rows_before(self, second: float) -> int:
        """Returns how many rows are before this second of the day."""
        return bisect_left(self.columns["second"], second)

    def rows_until(self, second: float) -> int:
        """Returns how many rows are before the end of this second of the day."""
        return bisect_right(self.columns["second"], second)


def world_pages(*, nasty: bool) -> tuple[Page, ...]:
    return (*PAGES, LOST_PAGE) if nasty else PAGES


@lru_cache(maxsize=300)
def make_day(seed: int, nasty: bool, which: date, sessions: int) -> Day:
    """Makes a day with so many visits; equal worlds share their days."""
    visits = Visits(world_pages(nasty=nasty), CHANNELS, nasty=nasty)
    return Day(which, visits.columns_on(which, sessions, Random(f"{seed} {which.isoformat()}")))


class World:
    """All visits of the demo site; a day is generated at its first use."""

    def __init__(self, clock: VirtualClock, *, nasty: bool = False, empty: bool = False, seed: int = 7) -> None:
        self.clock = clock
        self.nasty = nasty
        self.empty = empty
        self.seed = seed
        self.born = self.today()
        self.first = self.born - timedelta(days=HISTORY)
        self.pages = world_pages(nasty=nasty)
        self.people = make_people(seed, nasty=nasty)
        self.channels = CHANNELS
        self.queries = QUERIES

    def now(self) -> datetime:
        """Returns the time in the property's time zone."""
        return self.clock().astimezone(ZONE)

    def today(self) -> date:
        return self.now().date()

    def day(self, which: date) -> Day:
        """Returns the complete day with its future; empty before the property existed."""
        quiet = self.empty or which < self.first
        return make_day(self.seed, self.nasty, which, 0 if quiet else self.sessions_on(which))

    def sessions_on(self, which: date) -> int:
        """Returns the sessions of a day: weekly pattern, growth and chance."""
        noise = Random(f"{self.seed} {which.isoformat()} noise").gauss(1.0, 0.035)
        growth = exp(GROWTH * min((which - self.born).days, 30))
        return max(1, round(BASE * WEEK[which.weekday()] * growth * noise))

    def days_between(self, first: date, last: date, *, until: datetime | None = None) -> list[tuple[Day, int]]:
        """Returns the days from `first` to `last`, each with its number of rows before `until` (now by default)."""
        moment = until or self.now()
        result = []
        for offset in range((min(last, moment.date()) - max(first, self.first)).days + 1):
            day = self.day(max(first, self.first) + timedelta(days=offset))
            result.append((day, day.rows_until((moment - datetime.combine(day.date, time(), ZONE)).total_seconds())))
        return result
