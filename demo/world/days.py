"""The days: what happened on each of them, the same every time it is asked."""

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
from demo.world.people import crowd
from demo.world.visits import Visits

ZONE = ZoneInfo("America/Los_Angeles")
"""Not UTC, so that a UTC "today" is the wrong day for a third of the time."""

HISTORY = 65
"""Days the property has existed when the world is made."""

BASE = 2300  # sessions on an ordinary day at the end
GROWTH = 0.011  # a day
WEEK = (1.1, 1.16, 1.13, 1.08, 0.94, 0.58, 0.62)
"""Monday to Sunday."""


@dataclass
class Day:
    """One day's page views in the order they happened, as columns; `kept` holds those made later."""

    date: date
    columns: dict[str, list[Any]]
    kept: dict[str, list[Any]] = field(default_factory=dict)
    by_event: "Day | None" = None

    def before(self, second: float) -> int:
        """How many rows had happened earlier than this second of the day."""
        return bisect_left(self.columns["second"], second)

    def until(self, second: float) -> int:
        """How many rows had happened by this second of the day."""
        return bisect_right(self.columns["second"], second)


def pages(*, nasty: bool) -> tuple[Page, ...]:
    return (*PAGES, LOST_PAGE) if nasty else PAGES


@lru_cache(maxsize=300)
def made(seed: int, nasty: bool, which: date, sessions: int) -> Day:
    """A day with so many visits; worlds that are alike share their days."""
    visits = Visits(pages(nasty=nasty), CHANNELS, nasty=nasty)
    return Day(which, visits.on(which, sessions, Random(f"{seed} {which.isoformat()}")))


class World:
    """Everything that ever happened on the pretend site; days are made when somebody first asks for them."""

    def __init__(self, clock: VirtualClock, *, nasty: bool = False, empty: bool = False, seed: int = 7) -> None:
        self.clock = clock
        self.nasty = nasty
        self.empty = empty
        self.seed = seed
        self.born = self.today()
        self.first = self.born - timedelta(days=HISTORY)
        self.pages = pages(nasty=nasty)
        self.people = crowd(seed, nasty=nasty)
        self.channels = CHANNELS
        self.queries = QUERIES

    def now(self) -> datetime:
        """The time in the property's own zone."""
        return self.clock().astimezone(ZONE)

    def today(self) -> date:
        return self.now().date()

    def day(self, which: date) -> Day:
        """That day whole, its future included; empty before the property existed."""
        quiet = self.empty or which < self.first
        return made(self.seed, self.nasty, which, 0 if quiet else self.sessions_on(which))

    def sessions_on(self, which: date) -> int:
        """How many sessions that day has: the week's rhythm, growth, and chance."""
        noise = Random(f"{self.seed} {which.isoformat()} noise").gauss(1.0, 0.035)
        growth = exp(GROWTH * min((which - self.born).days, 30))
        return max(1, round(BASE * WEEK[which.weekday()] * growth * noise))

    def span(self, first: date, last: date, *, until: datetime | None = None) -> list[tuple[Day, int]]:
        """The days from `first` to `last`, and how many rows of each had happened by `until` (now, by default)."""
        moment = until or self.now()
        found = []
        for offset in range((min(last, moment.date()) - max(first, self.first)).days + 1):
            day = self.day(max(first, self.first) + timedelta(days=offset))
            found.append((day, day.until((moment - datetime.combine(day.date, time(), ZONE)).total_seconds())))
        return found
