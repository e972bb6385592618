"""What was sent in the week, and the figures that it must come to: plain Python, without a line of the product."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from demo.google.reports import LAG
from demo.world.days import ZONE, World

VISIT_BREAK = timedelta(minutes=30)
SITES = {"hall": ZoneInfo("Europe/Berlin"), "desk": ZoneInfo("America/New_York")}


@dataclass(frozen=True)
class SentView:
    """A page view that was acknowledged; `visit` numbers the reader's visits, and this one began on the day `begun`."""

    site: str
    reader: int
    path: str
    at: datetime
    visit: int
    begun: date

    def local(self) -> datetime:
        return self.at.astimezone(SITES[self.site])

    def day(self) -> date:
        return self.local().date()


Figures = tuple[int, int, int]
"""Views, visitors and visits."""


def count(views: Iterable[SentView]) -> Figures:
    """Counts visitors by the day on which their visit began: nobody can recognize a reader of yesterday."""
    views = list(views)
    visitors = {(view.reader, view.begun) for view in views}
    return len(views), len(visitors), len({(view.reader, view.visit) for view in views})


class Ledger:
    """Every page view that was acknowledged, in order."""

    def __init__(self) -> None:
        self.views: list[SentView] = []
        self._last: dict[tuple[str, int], SentView] = {}

    def add(self, site: str, reader: int, path: str, at: datetime) -> None:
        last = self._last.get((site, reader))
        goes_on = last is not None and at - last.at < VISIT_BREAK
        visit = last.visit + (not goes_on) if last else 1
        begun = last.begun if last and goes_on else at.astimezone(SITES[site]).date()
        view = self._last[site, reader] = SentView(site, reader, path, at, visit, begun)
        self.views.append(view)

    def as_of(self, first: datetime, last: datetime) -> "list[Ledger]":
        """Returns the ledger as it was at each moment between the two: a query sees some of what comes meanwhile."""
        times = [view.at for view in self.views]
        ledgers = [Ledger() for _ in range(bisect_right(times, first), bisect_right(times, last) + 1)]
        for number, ledger in enumerate(ledgers, bisect_right(times, first)):
            ledger.views = self.views[:number]
        return ledgers

    def of(self, site: str) -> list[SentView]:
        return [view for view in self.views if view.site == site]

    def on_day(self, site: str, day: date) -> Figures:
        return count(view for view in self.of(site) if view.day() == day)

    def in_month(self, site: str, now: datetime) -> tuple[int, int]:
        """Returns the views and visits of the local month that has begun. Its visitors cannot be added up."""
        month = now.astimezone(SITES[site]).date().replace(day=1)
        figures = count(view for view in self.of(site) if view.day().replace(day=1) == month)
        return figures[0], figures[2]

    def by_day(self, site: str, days: Iterable[date]) -> list[tuple[str, int, int, int]]:
        return [(day.isoformat(), *self.on_day(site, day)) for day in days]

    def by_hour(self, site: str, now: datetime) -> list[int]:
        """Returns the views of each hour of the local day that has begun, by real time: 23, 24 or 25 of them at its
        end."""
        begin = now.astimezone(SITES[site]).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        hours = Counter(int((view.at - begin) / timedelta(hours=1)) for view in self.of(site) if view.at >= begin)
        return [hours[number] for number in range(int((now - begin) / timedelta(hours=1)) + 1)]

    def pages(self, site: str, now: datetime) -> dict[str, int]:
        today = now.astimezone(SITES[site]).date()
        return dict(Counter(view.path for view in self.of(site) if view.day() == today))


def google_sessions(world: World, day: date, moment: datetime) -> int:
    """Returns Google's sessions of a day on the property's clock, as Google had counted it by `moment`."""
    begin = datetime.combine(day, time(), ZONE)
    end = datetime.combine(day + timedelta(days=1), time(), ZONE) - timedelta(seconds=1)
    until = min(end, (moment - LAG).astimezone(ZONE))
    columns = world.day(day).columns
    rows = bisect_right(columns["second"], (until - begin).total_seconds())
    return len(set(columns["session"][:rows]))
