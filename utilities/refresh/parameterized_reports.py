"""Reports with request parameters (another site, another time), refreshed while somebody looks at them."""

import hashlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

from utilities.config.settings import Settings
from utilities.model.clock import Clock, MonotonicClock
from utilities.model.errors import Overloaded, ShareUsedUp
from utilities.model.frames import Frame, Reading
from utilities.model.time_ranges import Comparison
from utilities.model.viewers import QUERY_VIEWER, REQUEST_VIEWER
from utilities.refresh.refresher import Refresher
from utilities.reports import BuildFrames, Report
from utilities.sources import ParameterizedSource, Sources
from utilities.store import EphemeralStore, open_ephemeral_store
from utilities.store.memory_store import MemoryStore

MAX_PARAMETERIZED_REPORTS = 200
MAX_REPORTS_PER_VIEWER = 100  # of one person, token or screen, so that others find room
MAX_PARAMETERIZED_ROWS = 200_000  # of all their frames together; above it the reports idle for longest are evicted
VIEWED_REPORT_SECONDS = 30.0  # how long a report is refreshed after the last request for it
MIN_IDLE_SECONDS = 10.0  # a report requested more recently is not evicted


class AdjustedSources(Sources):
    """The same sources, with the parameters of a request in every query."""

    def __init__(self, sources: Sources, params: Mapping[str, str]) -> None:
        kinds = tuple(sources.registered.values())
        super().__init__(kinds, sources.configured, sources.website, sources.clock, sources.redactor)
        self.params = params

    async def fetch_frame(self, source: str, query: object) -> Frame:
        """Returns the frame of one query; raises SourceError."""
        opened = self.configured.get(source)
        return await super().fetch_frame(
            source, opened.with_params(query, self.params) if isinstance(opened, ParameterizedSource) else query
        )


def build_with_params(build: BuildFrames, params: Mapping[str, str]) -> BuildFrames:
    """Returns the build function with these parameters in each of its queries."""
    return lambda sources: build(AdjustedSources(sources, params))


class ParameterizedReports:
    """A second refresher over the same sources, with at most `max_reports` reports. Owned by the event loop.

    `store` shares the readings with other processes; without it they stay in this one. `reports` are those in use, by
    name: the same dict that the store has.
    """

    def __init__(
        self,
        sources: Sources,
        clock: Clock,
        store: EphemeralStore | None = None,
        reports: dict[str, Report] | None = None,
        max_reports: int = MAX_PARAMETERIZED_REPORTS,
        max_per_viewer: int = MAX_REPORTS_PER_VIEWER,
        max_rows: int = MAX_PARAMETERIZED_ROWS,
        monotonic: MonotonicClock = time.monotonic,
    ) -> None:
        self.max_reports = max_reports
        self.max_per_viewer = max_per_viewer
        self.max_rows = max_rows
        self.viewers: dict[str, str] = {}  # by name: whose share the report takes
        self.sources = sources
        self.monotonic = monotonic
        self.store: EphemeralStore = store or MemoryStore()
        self.reports = reports if reports is not None else {}
        self.last_viewed: dict[str, float] = {}  # monotonic seconds by name; least recent first
        self.refresher = Refresher(
            self.store,
            sources,
            self.reports,
            clock,
            keep_seconds=VIEWED_REPORT_SECONDS,
            start_jitter=0.0,
            monotonic=monotonic,
        )

    def latest_reading(
        self, report: Report, params: Mapping[str, str], *, compare: Comparison = False
    ) -> Reading | None:
        """Returns the reading of the report with these parameters, None while pending, and keeps it fresh.

        Never waits. Raises as `keep_fresh` does.
        """
        return self.store.latest(self.keep_fresh(report, params, compare=compare))

    def keep_fresh(self, report: Report, params: Mapping[str, str], *, compare: Comparison = False) -> str:
        """Keeps the report with these parameters fresh for a while; returns the name its readings are stored under.

        Raises ParameterError for invalid parameters, and Overloaded while too many other reports are in use, and
        ShareUsedUp while too many of this viewer are.
        """
        adjusted = self.with_params(report, params, compare=compare)
        name = f"{report.name}.{hashlib.sha256(repr(adjusted.query).encode()).hexdigest()[:24]}"
        viewer = REQUEST_VIEWER.get()
        if name not in self.reports:
            self._make_room_for(viewer)
            self.reports[name] = replace(adjusted, name=name)
            self.viewers[name] = viewer
        elif self._count_of(self.viewers[name]) > self._count_of(viewer):
            self.viewers[name] = viewer  # it is not evicted because its first viewer has too many
        self._extend(name)
        return name

    def latest_by_name(self, name: str) -> Reading | None:
        """Returns the reading under a name from `keep_fresh`, as `latest_reading` does; None also after eviction."""
        if name not in self.reports:
            return None
        self._extend(name)
        return self.store.latest(name)

    def _extend(self, name: str) -> None:
        self.last_viewed.pop(name, None)
        self.last_viewed[name] = self.monotonic()
        token = QUERY_VIEWER.set(self.viewers[name])  # the task that is started here inherits it
        self.refresher.keep_fresh(name)
        QUERY_VIEWER.reset(token)

    def parameter_names(self, report: Report) -> Collection[str]:
        """Returns the parameters of the report; none when its source has none or is not configured."""
        source = self.sources.configured.get(report.sources[0])
        return (
            source.parameter_names(report.query)
            if report.query is not None and isinstance(source, ParameterizedSource)
            else ()
        )

    def can_compare(self, report: Report) -> bool:
        """Whether a request can compare the report with a time before, also where it is compared already."""
        source = self.sources.configured.get(report.sources[0])
        return (
            report.build is None
            and report.query is not None
            and isinstance(source, ParameterizedSource)
            and source.can_compare(report.query)
        )

    def with_params(self, report: Report, params: Mapping[str, str], *, compare: Comparison = False) -> Report:
        """Returns the report with these parameters; raises ParameterError."""
        if not params and not compare:
            return report
        query = cast(ParameterizedSource, self.sources.configured[report.sources[0]]).with_params(
            report.query, params, compare=compare
        )
        build = None if report.build is None else build_with_params(report.build, params)
        return replace(report, query=query, build=build)

    def _make_room_for(self, viewer: str) -> None:
        """Evicts reports so that one more has room. Raises Overloaded when all are in use.

        First those idle for longest go. When none is idle, the viewer with the most gives way to one with fewer.
        """
        own = [name for name in self.last_viewed if self.viewers[name] == viewer]
        if len(own) >= self.max_per_viewer:
            if not self._is_idle(own[0]):
                raise ShareUsedUp("You use too many reports with parameters at once. Try again in some seconds.")
            self._evict(own[0])
        while self.reports and (len(self.reports) >= self.max_reports or self.store.count_rows() > self.max_rows):
            oldest = next(iter(self.last_viewed))
            if not self._is_idle(oldest):
                greediest, count = Counter(self.viewers.values()).most_common(1)[0]
                if greediest == viewer or count <= self._count_of(viewer) + 1:
                    raise Overloaded("Too many reports with parameters are in use. Try again in some seconds.")
                oldest = next(name for name in self.last_viewed if self.viewers[name] == greediest)
            self._evict(oldest)

    def _is_idle(self, name: str) -> bool:
        return self.monotonic() - self.last_viewed[name] >= MIN_IDLE_SECONDS

    def _count_of(self, viewer: str) -> int:
        return sum(each == viewer for each in self.viewers.values())

    def _evict(self, name: str) -> None:
        del self.last_viewed[name], self.reports[name], self.viewers[name]
        self.refresher.drop_report(name)
        self.store.delete_reading(name)


@asynccontextmanager
async def open_parameterized_reports(
    sources: Sources, settings: Settings, clock: Clock
) -> AsyncIterator[ParameterizedReports]:
    """Starts ParameterizedReports and stops it on exit."""
    reports: dict[str, Report] = {}
    store = await open_ephemeral_store(settings, clock, reports.keys())
    parameterized = ParameterizedReports(sources, clock, store, reports)
    await parameterized.refresher.start()
    try:
        yield parameterized
    finally:
        await parameterized.refresher.stop()
        await parameterized.store.close()
