"""Asks for flows and keeps the answers for a while: all days of a range at once, so that a day costs nothing more."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from utilities.flow.google import from_google
from utilities.flow.model import OTHER, Band, Flow
from utilities.flow.query import GOOGLE, Wanted
from utilities.model.clock import Clock
from utilities.model.time_ranges import TimeRange, parse_range
from utilities.pageviews.sql.filters import Sites, chosen
from utilities.pageviews.sql.flow import Through, flow, ways
from utilities.pageviews.storage.interface import PageViewStore
from utilities.sources import Sources

KEPT = 300.0  # seconds an answer is shown before it is asked for again; the page says when it was taken
MOST_ROWS = 200_000  # of all answers that are kept, some 30 MB
MOST_DAYS = 92  # of one range
MOST_WAYS = 12  # rows of each list about one page

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Ways:
    """What visits do around one page; '' stands for the beginning and the end of a visit."""

    before: tuple[tuple[str, int], ...]
    after: tuple[tuple[str, int], ...]
    trails: tuple[tuple[tuple[str, ...], int, bool, bool], ...]  # pages, visits, whether begun and ended there


class Flows:
    """PageViewStore by the event loop's thread; the same question of several people is asked once."""

    def __init__(
        self,
        views: PageViewStore,
        sites: Sites,
        sources: Sources,
        clock: Clock,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.views = views
        self.sites = sites
        self.sources = sources
        self.clock = clock
        self.steady = steady
        self.kept: OrderedDict[Hashable, tuple[float, int, Any]] = OrderedDict()  # since when, how many rows, what
        self.asking: dict[Hashable, asyncio.Task[Any]] = {}

    @property
    def has_google(self) -> bool:
        return self.sources.has_source("ga4")

    def site_names(self) -> list[str]:
        """The sites one may choose from; none where there is nothing to choose."""
        found = [site.name for site in self.sites]
        return found if len(found) > 1 else []

    async def flow(self, want: Wanted) -> Flow:
        """The flow of the whole range; raises ParameterError and SourceError."""
        key = replace(want, day=None, node="")
        if want.source == GOOGLE:
            return await self.once(key, lambda: from_google(self.sources, key, self.clock()), size)
        span_, through = self.range_of(want)
        return await self.once(key, lambda: self.ours(key, span_, through), size)

    async def ways(self, want: Wanted) -> Ways:
        """What is before and after the node, on the day or in the range that is shown; raises as `flow` does."""
        span_, through = self.range_of(want)
        through = replace(through, day=want.day)
        return await self.once(want, lambda: self.around(want, span_, through), lambda _: 3 * MOST_WAYS)

    async def once(
        self, key: Hashable, ask: Callable[[], Coroutine[Any, Any, Answer]], rows: Callable[[Answer], int]
    ) -> Answer:
        """The answer that is kept, or being asked for, or asked for now."""
        since, _, found = self.kept.get(key, (0.0, 0, None))
        if found is not None and self.steady() - since < KEPT:
            self.kept.move_to_end(key)
            answer: Answer = found
            return answer
        task: asyncio.Task[Answer] | None = self.asking.get(key)
        if task is None:
            task = self.asking[key] = asyncio.create_task(ask())
            task.add_done_callback(lambda done: self.keep(key, done, rows))
        return await asyncio.shield(task)

    def keep(self, key: Hashable, done: "asyncio.Task[Any]", rows: Callable[[Any], int]) -> None:
        del self.asking[key]
        if done.cancelled() or done.exception() is not None:
            return
        self.kept.pop(key, None)
        self.kept[key] = (self.steady(), rows(done.result()) + 1, done.result())
        while len(self.kept) > 1 and sum(size for _, size, _ in self.kept.values()) > MOST_ROWS:
            self.kept.popitem(last=False)

    def range_of(self, want: Wanted) -> tuple[TimeRange, Through]:
        site, zone = chosen(self.sites, want.site)
        first = want.first or f"now-{int(want.days) - 1}d/d"
        found = parse_range(first, want.last or "now", ZoneInfo(zone), self.clock())
        found.check_length(MOST_DAYS)
        return found, Through(site, want.channel, want.device, want.page)

    async def ours(self, want: Wanted, span_: TimeRange, through: Through) -> Flow:
        sql, values = flow(through, span_, want.by, want.most, want.countries)
        rows = await self.views.query(sql, values)
        bands = tuple(
            Band(day, bool(mine), landing or OTHER, exit_ or OTHER, int(visits))
            for day, mine, landing, exit_, visits in rows
        )
        days = {*span_.each_day(), *(band.day for band in bands)}
        return Flow(tuple(sorted(days)), bands, self.clock())

    async def around(self, want: Wanted, span_: TimeRange, through: Through) -> Ways:
        async def found(by: str) -> list[tuple[Any, ...]]:
            return await self.views.query(*ways(through, span_, want.by, want.node, by, MOST_WAYS))

        before, after, trails = [await found(by) for by in ("before", "after", "earlier, before, after, later")]
        return Ways(
            tuple((page or "", int(visits)) for page, visits in before),
            tuple((page or "", int(visits)) for page, visits in after),
            tuple(trail(row, want.node) for row in trails),
        )


def size(found: Flow) -> int:
    return len(found.bands)


def trail(row: tuple[Any, ...], node: str) -> tuple[tuple[str, ...], int, bool, bool]:
    earlier, before, after, later, visits = row
    pages = tuple(page for page in (earlier, before, node, after, later) if page is not None)
    return pages, int(visits), earlier is None, later is None
