"""How many hits were not counted and why, by site and day; since the start of the process, in bounded memory."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from utilities.pageviews import Dropped

DAYS = 1000  # pairs of site and day that are remembered


class Tally:
    """Dropped hits."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, date], Counter[Dropped]] = {}

    def add(self, site: str, day: date, why: Dropped) -> None:
        counts = self._days.get((site, day))
        if counts is None:
            if len(self._days) >= DAYS:
                del self._days[next(iter(self._days))]  # the one that began first
            counts = self._days[site, day] = Counter()
        counts[why] += 1

    def by_day(self, site: str) -> Mapping[date, Mapping[Dropped, int]]:
        """The site's days, oldest first."""
        return {day: dict(counts) for (name, day), counts in self._days.items() if name == site}

    def total(self) -> Mapping[Dropped, int]:
        """All sites and days together, for /healthz."""
        return dict(sum(self._days.values(), Counter()))
