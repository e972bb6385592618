"""The source of our own page views."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from utilities.config.settings import Settings
from utilities.model.clock import Clock
from utilities.model.errors import ParameterError, SourceMisconfigured
from utilities.model.frames import DateRange, Frame, Note
from utilities.model.time_ranges import Comparison, TimeRange, end_of_period, is_moment, parse_range
from utilities.pageviews.compared_time import compared_range
from utilities.pageviews.counted_time import describe_range
from utilities.pageviews.frame_rows import Row, has_figures
from utilities.pageviews.queries import SiteQuery
from utilities.pageviews.site_figures import MAX_PAGE_VIEW_ROWS, SiteFigures, page_view_columns
from utilities.pageviews.site_figures import site_queries as site_queries
from utilities.pageviews.sql.filters import VISIT_FILTERS, QueriedSites, resolve_site
from utilities.pageviews.storage.interface import PageViewStore
from utilities.sources import Source, SourceType, check_param_text, parse_row_limit

SHORT_RANGE = timedelta(hours=1)  # a shorter range without figures has no date range
NO_VIEWS_TEXT = "Waiting for the first page view"
SCRIPT_ELEMENT = '<script async src="{}/a.js"></script>'
RANGE_PARAMS = {"site": "site", "from": "first", "to": "last"}
FILTER_FIELDS = {name: "traffic_source" if name == "source" else name for name in VISIT_FILTERS}
"""The field of the query for each filter of visits: on a board, `source` is the source of the report."""

PAGE_VIEW_PARAMS = RANGE_PARAMS | FILTER_FIELDS
"""The parameters of a request, and the field of the query each one fills."""


@dataclass(frozen=True)
class PageViewQuery:
    """One query to the page-view store, by its name in utilities/pageviews/queries.

    `first` and `last` are written as people write them (utilities/model/time_ranges.py), in the site's time zone;
    '' for both is the last LOOK_BACK_DAYS days, today until now among them. `site` is '' for the first site of
    boards/sites.yaml, or, while it has none, for all there are together. `page` and the fields after it filter visits:
    only those count that contain it (sql/filters.py); '' is any. `compare` adds a column behind each figure with that
    of the time before (compared_time.py), for the same name where rows have one. At most `limit` rows."""

    question: str
    site: str = ""
    first: str = ""
    last: str = ""
    page: str = ""
    referrer: str = ""
    limit: int = 10
    compare: Comparison = False
    traffic_source: str = ""
    medium: str = ""
    channel: str = ""
    campaign: str = ""
    country: str = ""
    device: str = ""
    browser: str = ""
    system: str = ""

    @property
    def filters(self) -> dict[str, str]:
        """The filters of visits that are set, by parameter."""
        return {name: text for name, field in FILTER_FIELDS.items() if (text := getattr(self, field))}


@runtime_checkable
class StoreQuery(Protocol):
    """A query with SQL of its own, such as those of the flow page."""

    async def fetch_frame(self, views: PageViewStore, sites: QueriedSites, clock: Clock) -> Frame:
        """Returns the frame; raises SourceError, and ParameterError for parameters that have become invalid."""
        ...


class PageViewSource:
    """Queries the store of this process."""

    def __init__(
        self,
        views: PageViewStore,
        sites: QueriedSites,
        clock: Clock,
        days: int,
        address: str = "",
        warnings: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self.views = views
        self.sites = sites
        self.clock = clock
        self.days = days  # of the default range
        self.address = address  # of this server, for the script element
        self.warnings = warnings  # sentences about what makes the figures wrong
        self.sites_with_views: set[str] = set()  # sites with page views

    async def fetch_frame(self, query: "PageViewQuery | StoreQuery") -> Frame:
        """Returns the frame for one query, with a note for each warning; raises SourceError."""
        frame = await self._fetch_frame(query)
        return replace(frame, notes=(*frame.notes, *map(Note, self.warnings())))

    async def _fetch_frame(self, query: "PageViewQuery | StoreQuery") -> Frame:
        now = self.clock()  # before the range is parsed: one that ends now does not end earlier
        try:
            if isinstance(query, StoreQuery):
                return await query.fetch_frame(self.views, self.sites, self.clock)
            site_query, site, range_ = self.resolve_query(query)
        except ParameterError as error:
            raise SourceMisconfigured(str(error)) from error
        earlier = compared_range(range_, self._first_of(query), query.compare, now) if query.compare else None
        figures = SiteFigures(self.views, site_query, site, query.filters, now)
        frame = await figures.fetch_frame(range_, query.limit, earlier)
        unbegun = () if has_figures(frame.rows) else await self._setup_hint(site)
        ends = end_of_period(self._first_of(query), range_, now)
        days = self._date_range(range_, frame.rows, now, is_window=is_moment(self._first_of(query), range_))
        minutes = days.window_minutes if days else 0
        before = frame.previous_range and replace(frame.previous_range, window_minutes=minutes)
        return replace(frame, date_range=days, previous_range=before, setup_hint=unbegun, current_until=ends)

    def _first_of(self, query: PageViewQuery) -> str:
        return query.first or f"now-{self.days - 1}d/d"

    def _date_range(
        self, range_: TimeRange, rows: Sequence[Row], now: datetime, *, is_window: bool
    ) -> DateRange | None:
        """Returns the days of the range; None for a moment without views, because its day may have some."""
        if not rows and range_.end - range_.start < SHORT_RANGE:
            return None
        if is_window:
            minutes = ceil((range_.end - range_.start) / timedelta(minutes=1))
            return replace(describe_range(range_), has_ended=range_.end < now, window_minutes=minutes)
        over = range_.date_range.last < self.clock().astimezone(range_.zone).date()
        return replace(range_.date_range, has_ended=over, until="" if over else describe_range(range_).until)

    async def _setup_hint(self, site: str) -> tuple[str, ...]:
        """Returns how to set up a site without any page view; nothing once it has one."""
        if site not in self.sites_with_views:
            where, values = ("site = $site", {"site": site}) if site else ("1 = 1", {})
            if not await self.views.query(f"SELECT 1 FROM page_views WHERE {where} LIMIT 1", values):  # noqa: S608
                return NO_VIEWS_TEXT, f"Put {SCRIPT_ELEMENT.format(self.address)} on each page"
            self.sites_with_views.add(site)
        return ()

    def resolve_query(self, query: PageViewQuery) -> tuple[SiteQuery, str, TimeRange]:
        """Returns the query, the site ('' for all) and the time range in its zone; raises ParameterError."""
        site_query = site_queries().get(query.question)
        if site_query is None:
            raise SourceMisconfigured(
                f"`question` is {query.question!r}; use one of {', '.join(sorted(site_queries()))}"
            )
        if query.filters and not site_query.has_visits:
            raise ParameterError(next(iter(query.filters)), "cannot filter hits that are not counted")
        if query.compare and not site_query.can_compare:
            raise SourceMisconfigured(f"`{query.question}` cannot be compared with the time before: remove `compare`")
        if not 1 <= query.limit <= MAX_PAGE_VIEW_ROWS:
            raise SourceMisconfigured(f"`limit` must be from 1 to {MAX_PAGE_VIEW_ROWS}")
        site, zone = resolve_site(self.sites, query.site)
        range_ = parse_range(self._first_of(query), query.last or "now", ZoneInfo(zone), self.clock())
        site_query.check_range(range_)
        return site_query, site, range_

    def parameter_names(self, query: PageViewQuery) -> Collection[str]:
        site_query = site_queries().get(query.question)
        return tuple(PAGE_VIEW_PARAMS if site_query is None or site_query.has_visits else RANGE_PARAMS)

    def can_compare(self, query: PageViewQuery) -> bool:
        return (named := site_queries().get(query.question)) is not None and named.can_compare

    def with_params(
        self, query: PageViewQuery, params: Mapping[str, str], *, compare: Comparison = False
    ) -> PageViewQuery:
        """Returns the query with the request's parameters; raises ParameterError."""
        fields: dict[str, Any] = {field: params[name] for name, field in PAGE_VIEW_PARAMS.items() if params.get(name)}
        fields["compare"] = (self.can_compare(query) and compare) or query.compare
        for name in PAGE_VIEW_PARAMS.keys() & params.keys():
            check_param_text(name, params[name])
        query = replace(query, **fields, limit=parse_row_limit(params, query.limit, MAX_PAGE_VIEW_ROWS))
        self.resolve_query(query)
        return query

    async def check(self) -> str:
        """Returns how many page views all sites have had in the last days."""
        site_query, _, range_ = self.resolve_query(PageViewQuery("present"))
        frame = await SiteFigures(self.views, site_query, "", {}, self.clock()).fetch_frame(range_, 1)
        return f"{int(frame.rows[0][2] or 0):,} page views in the last {self.days} days"

    def slowdown(self) -> float:
        return 1.0

    def health(self) -> Mapping[str, object]:
        return {}

    async def close(self) -> None: ...  # the store is closed by its owner


class RemotePageViewSource:
    """The source in a process without a page-view store: opens or connects to the store for each query."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock

    async def fetch_frame(self, query: PageViewQuery) -> Frame:
        async with self._open_source() as source:
            return await source.fetch_frame(query)

    async def check(self) -> str:
        async with self._open_source() as source:
            return await source.check()

    @asynccontextmanager
    async def _open_source(self) -> AsyncIterator[PageViewSource]:
        # Imported late: it loads much, and a serving process has its own source.
        from utilities.pageviews.collection import open_sites
        from utilities.pageviews.storage.open import connect_or_open_store

        sites, views = open_sites(self.settings), await connect_or_open_store(self.settings, self.clock)
        try:
            yield PageViewSource(views, sites, self.clock, self.settings.look_back_days, self.settings.address)
        finally:
            await views.close()

    def slowdown(self) -> float:
        return 1.0

    def health(self) -> Mapping[str, object]:
        return {}

    async def close(self) -> None: ...


async def open_remote_source(settings: Settings, clock: Clock) -> Source:
    """Returns a source; a process with a page-view store replaces it by its own."""
    return RemotePageViewSource(settings, clock)


FIELD_HINTS = {
    "days": "Write `first: now-6d/d` for today and the six days before.",
    "from": "Write `first` instead of `from`.",
    "to": "Write `last` instead of `to`.",
    "rows": "Write `limit` instead of `rows`.",
}


SOURCE = SourceType(
    "pageviews", PageViewQuery, open_remote_source, "", "our own page views", FIELD_HINTS, page_view_columns
)
