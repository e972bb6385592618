"""A report with the parameters of a request: parsed, fetched, waited for and described in one place."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from handlers.reports.desk_state import compare_params, parse_comparison, query_string
from handlers.reports.presenter import ReportView, build_report_view
from utilities.google.ga4_request import SPARE_ROWS
from utilities.model.frames import Frame, Reading, ReadingState, ValueKind
from utilities.model.time_ranges import Comparison
from utilities.refresh.parameterized_reports import ParameterizedReports
from utilities.refresh.schedule import has_turned
from utilities.reports import Report
from utilities.services import Services
from utilities.sources import ROWS_PARAM
from utilities.sources.pageviews import PageViewQuery, site_queries

MAX_REPORT_ROWS = 10_000  # that any source returns in one answer
READING_TIMEOUT_SECONDS = 5.0  # that an answer to a program may be delayed until there are figures

GetParam = Callable[[str], str]
"""Returns the value of a request's parameter, '' where the request has none."""


@dataclass(frozen=True)
class ReportQuery:
    """A report and the request parameters that it accepts.

    Reads readings and marks the report as in use, so that the refresher queries its source. Queries no source itself.
    """

    services: Services
    report: Report
    params: Mapping[str, str] = field(default_factory=dict)
    compare: Comparison = False

    def with_params(self, get_param: GetParam) -> "ReportQuery":
        """Returns the query with those parameters of a request that this report accepts; all others are ignored."""
        names = (*self.filter_names, *((ROWS_PARAM,) if self.has_row_limit else ()))
        params = {name: value for name in names if (value := get_param(name))}
        return replace(self, params=params, compare=self.requested_comparison(get_param("compare")))

    def requested_comparison(self, text: str) -> Comparison:
        """Returns the comparison of a request; that of the report itself is none of the request."""
        comparison = parse_comparison(text) if self.can_compare else False
        return False if comparison == self.own_comparison else comparison

    @property
    def own_comparison(self) -> Comparison:
        """The comparison that the report has without a request."""
        return getattr(self.report.query, "compare", False)

    @property
    def _variants(self) -> ParameterizedReports:
        return self.services.variants

    @property
    def filter_names(self) -> Collection[str]:
        """The parameters of the report's source: site, range, page and the like."""
        return self._variants.parameter_names(self.report)

    @property
    def has_range(self) -> bool:
        """Whether it can be queried for another time range; a live report cannot."""
        return not self.report.live and "from" in self.filter_names

    @property
    def has_row_limit(self) -> bool:
        """Whether it can be queried for more rows than a wall has room for."""
        return self.report.build is None and self.has_range

    @property
    def accepted_names(self) -> list[str]:
        """All parameters that change the figures."""
        names = list(self.filter_names)
        names += [ROWS_PARAM] if self.has_row_limit else []
        return [*names, "compare"] if self.can_compare or self.own_comparison else names

    @property
    def row_limit(self) -> int:
        """The most rows that the answer can have, 0 without a limit."""
        return int(self.params.get(ROWS_PARAM, 0)) or getattr(self.report.query, "limit", 0)

    def is_cut(self, frame: Frame) -> bool:
        """Whether rows are missing because of the limit; days and hours do not depend on it."""
        if frame.total_rows is not None or knows_total_rows(self.report.query):
            return self.has_row_limit and frame.is_cut
        is_ranking = bool(frame.columns) and frame.columns[0].kind is ValueKind.TEXT
        is_full = self.row_limit <= len(frame.rows) <= self.row_limit + SPARE_ROWS
        return self.has_row_limit and is_ranking and is_full and self.row_limit > 0

    def with_all_rows(self) -> "ReportQuery":
        """Returns the query for as many rows as there can be, unless it has a limit of its own."""
        if not self.has_row_limit or ROWS_PARAM in self.params:
            return self
        return replace(self, params={**self.params, ROWS_PARAM: str(MAX_REPORT_ROWS)})

    @property
    def site_name(self) -> str:
        """The site of the figures, '' where they are of none or of all together."""
        if "site" not in self.filter_names:
            return ""
        sites = self.services.collector.sites
        named = self.params.get("site") or getattr(self.report.query, "site", "")
        return named or next((site.name for site in sites if sites.configured), "")

    @property
    def can_compare(self) -> bool:
        """Whether a request can choose the time before that the figures are compared with."""
        return self._variants.can_compare(self.report)

    @property
    def is_parameterized(self) -> bool:
        """Whether it has a reading of its own, apart from the one that walls show."""
        return bool(self.params) or bool(self.compare) or self.services.reports.get(self.report.name) is not self.report

    @property
    def query_string(self) -> str:
        """The parameters as an address has them: `?from=now-1d%2Fd`, or ''."""
        return query_string({**self.params, **compare_params(self.compare)})

    def request_refresh(self) -> str:
        """Keeps the report refreshed for a while, and returns the name its reading is stored under.

        Raises ParameterError for a wrong value, and Overloaded while too many reports with parameters are in use.
        """
        if self.is_parameterized:
            return self._variants.keep_fresh(self.report, self.params, compare=self.compare)
        self.services.refresher.keep_fresh(self.report.name)
        return self.report.name

    def latest_reading(self) -> Reading | None:
        """Returns the reading in memory, None before the first; never waits. Raises as `request_refresh`."""
        name = self.request_refresh()
        return (self._variants.store if self.is_parameterized else self.services.store).latest(name)

    async def wait_for_reading(self, is_settled: Callable[[Reading], bool]) -> Reading:
        """Returns the reading once it is settled; after MAX_WAIT_SECONDS as it is, perhaps empty.

        Raises as `request_refresh`.
        """
        name = self.request_refresh()
        store = self._variants.store if self.is_parameterized else self.services.store
        refresher = self._variants.refresher if self.is_parameterized else self.services.refresher
        if not refresher.is_running:
            return store.latest(name) or Reading(name)
        announcements = store.listen()
        try:
            async with asyncio.timeout(READING_TIMEOUT_SECONDS):
                while (reading := store.latest(name)) is None or not is_settled(reading):
                    refresher.check_due(name)
                    await anext(announcements)
        except TimeoutError:
            return store.latest(name) or Reading(name)
        return reading

    def is_answered(self, reading: Reading) -> bool:
        """Whether there are figures of this day or an error, of whatever age."""
        has_answer = self.state_of(reading) is not ReadingState.WAITING
        return has_answer and (reading.last_error is not None or not self.is_of_other_day(reading))

    def is_of_other_day(self, reading: Reading) -> bool:
        """Whether the day of the figures' zone has ended since they were taken: what was yesterday is not any more."""
        return reading.taken_at is not None and has_turned(reading, reading.taken_at, self.services.clock())

    def names_other_days(self, reading: Reading) -> bool:
        """Whether the request names days relative to now, and the figures are of others."""
        named = [text for name in ("from", "to") if (text := self.params.get(name, ""))]
        return any(text.strip().startswith("now") for text in named) and self.is_of_other_day(reading)

    def is_settled(self, reading: Reading) -> bool:
        """Whether no later reading is due: it is not older than its schedule, or the next try is yet to come."""
        error = reading.last_error
        is_live = self.state_of(reading) is ReadingState.LIVE and not self.is_of_other_day(reading)
        return is_live or (error is not None and error.retry_at > self.services.clock())

    def is_current(self, reading: Reading) -> bool:
        """Whether a later reading is not worth waiting for. Walls keep a report without parameters current anyway."""
        if reading.last_error is not None:
            return True
        is_fresh = not self.is_parameterized or self.state_of(reading) is ReadingState.LIVE
        return is_fresh and not self.is_of_other_day(reading)

    def state_of(self, reading: Reading) -> ReadingState:
        """Returns the freshness of a reading of this report now."""
        return reading.state_at(self.services.clock(), self.report.refresh_every, self.report.stale_after)

    def describe(self, reading: Reading | None) -> ReportView:
        """Returns what desks, images and programs show of a reading."""
        view = build_report_view(self.report, reading, self.services.clock(), self.services.sources)
        return replace(view, query_string=self.query_string)

    def adjusted_report(self) -> Report:
        """Returns the report with these parameters in its query. Raises ParameterError."""
        return self._variants.with_params(self.report, self.params, compare=self.compare)


def latest_reading_named(services: Services, name: str) -> Reading | None:
    """Returns the reading stored under a name that `request_refresh` returned, and keeps its report refreshed."""
    if name in services.reports:
        services.refresher.keep_fresh(name)
        return services.store.latest(name)
    return services.variants.latest_by_name(name)


def knows_total_rows(query: object) -> bool:
    """Whether frames of the query say how many rows there are wherever its limit cuts some."""
    site_query = site_queries().get(query.question) if isinstance(query, PageViewQuery) else None
    return site_query is not None and site_query.rest is not None
