"""Source: Google Analytics 4, through the Data API v1beta."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from utilities.config.settings import Settings
from utilities.google.client import CALL_TIMEOUT_SECONDS, CHECK_TIMEOUT_SECONDS, GoogleClient, build_api
from utilities.google.comparison import join_previous_period
from utilities.google.error_translation import CallContext
from utilities.google.ga4_response import build_ga4_frame, parse_ga4_response, past_days
from utilities.google.quota import CORE, REALTIME
from utilities.model.clock import Clock
from utilities.model.errors import ParameterError, SourceMisconfigured
from utilities.model.frames import DateRange, Frame
from utilities.model.time_ranges import parse_range
from utilities.sources import Source, SourceType, check_limit_and_days, parse_row_limit

GA4_SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
GA4_ENABLE_URL = "https://console.cloud.google.com/apis/library/analyticsdata.googleapis.com"
SPARE_ROWS = 3  # requested beyond the limit, because `(other)`, `(not set)` and '' are not ranked
MAX_GA4_ROWS = 10_000  # parsing more blocks the process, even in a thread (100,000 rows: a second)

MAX_PREVIOUS_ROWS = 1000  # of the previous period
DIMENSIONS_WITHOUT_NAMES = ((), ("date",))  # rows of these have no names to join by
GA4_EARLIEST_DATE = date(2015, 8, 14)  # Google refuses earlier days
GA4_RANGE_PARAMS = {"from": "first", "to": "last"}
"""Request parameters, and the query's field that each one sets."""


@dataclass(frozen=True)
class Ga4Filter:
    """A condition on one dimension's text, not case sensitive. An empty `value` matches empty text and `(not set)`."""

    field: str
    value: str
    match: Literal["exact", "contains", "begins"] = "exact"
    negate: bool = False


@dataclass(frozen=True)
class Ga4Query:
    """One runReport, or runRealtimeReport when `realtime`.

    The range is the last `days` full days up to and with yesterday, in the property's time zone; None is
    LOOK_BACK_DAYS. `first` and `last` set it in words (utilities/model/time_ranges.py), in full days. With `today`
    it is today instead, as far as Google has counted it. `compare` adds the previous period of as many days, with a
    column with the previous period's figure behind each metric. `order` is a field, with `-` in front for descending;
    '' is the first metric descending. Rows are filtered by all of `filters`.
    """

    dimensions: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    days: int | None = None
    limit: int = 10
    order: str = ""
    filters: tuple[Ga4Filter, ...] = ()
    compare: bool = False
    today: bool = False
    realtime: bool = False
    first: str = ""
    last: str = ""


class Ga4Source:
    """One property, queried with a service account."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.clock = clock
        self.days = settings.look_back_days
        self.zone = "UTC"  # the property's, after the first response
        self.property = settings.ga4_property_id
        self.methods = build_api("analyticsdata", "v1beta", settings.ga4_api_endpoint).properties()
        how_to_grant = (
            f"give it the role Viewer on property {self.property} "
            "(Google Analytics → Admin → Property access management)"
        )
        context = CallContext("Google Analytics", how_to_grant, GA4_ENABLE_URL, "GA4_API_ENDPOINT")
        key, errors = settings.google_key, settings.data_dir / f"server-errors.{self.property}"
        self.client = GoogleClient(context, clock, key, GA4_SCOPE, errors_file=errors, proxies=settings.proxies)

    async def fetch_frame(self, query: Ga4Query) -> Frame:
        """Returns the frame for one query: at most `limit` ranked rows.

        Rows that are not ranked (`(other)`, `(not set)`, empty text) come after them, each with a note. Raises
        SourceError.
        """
        try:
            by_name = query.compare and query.dimensions not in DIMENSIONS_WITHOUT_NAMES and not query.realtime
            return await (
                self.fetch_with_previous_by_name(query) if by_name else self.fetch_query(query, CALL_TIMEOUT_SECONDS)
            )
        except ParameterError as error:
            raise SourceMisconfigured(str(error)) from error

    async def fetch_with_previous_by_name(self, query: Ga4Query) -> Frame:
        """Runs two queries, because the first rows of this period need not be the first of the previous one."""
        now = await self.fetch_query(replace(query, compare=False), CALL_TIMEOUT_SECONDS)
        if now.date_range is None:
            raise SourceMisconfigured(
                "Google Analytics did not return its time zone, so there is no previous period to compare with"
            )
        days = (now.date_range.last - now.date_range.first).days + 1
        first, last = (day - timedelta(days=days) for day in (now.date_range.first, now.date_range.last))
        before = replace(query, compare=False, limit=MAX_PREVIOUS_ROWS, first=first.isoformat(), last=last.isoformat())
        rows = (await self.fetch_query(before, CALL_TIMEOUT_SECONDS)).rows
        is_complete = len(rows) < MAX_PREVIOUS_ROWS
        return await asyncio.to_thread(now.with_previous_by_name, rows, is_complete=is_complete)

    async def fetch_query(self, query: Ga4Query, timeout: float) -> Frame:
        """Runs one query; runs it again when the response shows that the property is in another time zone."""
        days = self.requested_days(query)
        frame = await self.fetch_report(query, days, timeout)
        if days and days != self.requested_days(query):
            frame = await self.fetch_report(query, self.requested_days(query), timeout)
        return frame

    def requested_days(self, query: Ga4Query) -> DateRange | None:
        """Returns the days from `first` to `last`; None when both are empty. Raises ParameterError."""
        if not query.first and not query.last:
            return None
        now, first = self.clock(), query.first or f"now-{(query.days or self.days)}d/d"
        date_range = parse_range(first, query.last or "now", ZoneInfo(self.zone), now).date_range
        if date_range.first < GA4_EARLIEST_DATE:
            raise ParameterError(f"`from` must be {GA4_EARLIEST_DATE} or later, for Google Analytics begins there")
        return replace(date_range, has_ended=date_range.last < now.astimezone(ZoneInfo(self.zone)).date())

    def parameter_names(self, query: Ga4Query) -> Collection[str]:
        return () if query.realtime or query.today else tuple(GA4_RANGE_PARAMS)

    def can_compare(self, query: Ga4Query) -> bool:
        return bool(self.parameter_names(query))

    def with_params(self, query: Ga4Query, params: Mapping[str, str], *, compare: bool = False) -> Ga4Query:
        """Returns the query for other days; raises ParameterError."""
        if not self.parameter_names(query):
            return query
        fields: dict[str, Any] = {field: params[name] for name, field in GA4_RANGE_PARAMS.items() if params.get(name)}
        limit = parse_row_limit(params, query.limit, MAX_GA4_ROWS)
        query = replace(query, **fields, compare=query.compare or compare, limit=limit)
        self.requested_days(query)
        return query

    async def fetch_report(self, query: Ga4Query, requested: DateRange | None, timeout: float) -> Frame:
        days = query.days or self.days
        body = build_ga4_request(query, days, requested)
        method = self.methods.runRealtimeReport if query.realtime else self.methods.runReport
        category = REALTIME if query.realtime else CORE
        requested_at = self.clock()
        raw = await self.client.call_api(
            lambda: method(property=f"properties/{self.property}", body=body), category, timeout
        )
        response = await asyncio.to_thread(parse_ga4_response, raw)  # both take long with 10,000 rows
        self.client.update_quota(category, {name: bucket.remaining for name, bucket in response.quota.items()})
        self.client.add_usage(category, {name: bucket.consumed for name, bucket in response.quota.items()})
        # "Today" is what "yesterday" will be one day later.
        requested_at, days = (requested_at + timedelta(days=1), 1) if query.today else (requested_at, days)
        date_range = past_days(requested_at, days, response.metadata.zone) if response.metadata.zone else None
        if date_range:
            self.zone = date_range.zone
        limit = query.limit * 2 if query.compare else query.limit
        frame = await asyncio.to_thread(build_ga4_frame, response, limit, requested or date_range)
        return await asyncio.to_thread(join_previous_period, frame) if query.compare else frame

    async def check(self) -> str:
        """Queries yesterday's sessions; returns a sentence with the day's remaining tokens."""
        await self.fetch_query(Ga4Query(metrics=("sessions",), days=1, limit=1), CHECK_TIMEOUT_SECONDS)
        left = self.client.quota.remaining_in(CORE, "tokensPerDay")
        return f"property {self.property} answers" + (f", {left:,} tokens left today" if left is not None else "")

    def slowdown(self) -> float:
        return self.client.quota.slowdown()

    def health(self) -> Mapping[str, object]:
        return self.client.health()

    async def close(self) -> None:
        await self.client.close()


def build_ga4_request(query: Ga4Query, days: int, requested: DateRange | None = None) -> dict[str, Any]:
    """Returns the body of the request; raises SourceMisconfigured for an invalid query."""
    if query.compare and (query.realtime or query.today):
        raise SourceMisconfigured("a query with `compare` cannot be `realtime` or `today`")
    check_limit_and_days(query.limit, days)
    body: dict[str, Any] = {
        "dimensions": [{"name": name} for name in query.dimensions],
        "metrics": [{"name": name} for name in query.metrics],
        "limit": str(min((2 * query.limit if query.compare else query.limit) + SPARE_ROWS, MAX_GA4_ROWS)),
        "returnPropertyQuota": True,
    }
    if not query.realtime:
        today = [{"startDate": "today", "endDate": "today"}]
        body["dateRanges"] = today if query.today else build_date_ranges(days, requested, compare=query.compare)
    order = query.order or (f"-{query.metrics[0]}" if query.metrics and query.dimensions else "")
    if order:
        body["orderBys"] = [build_order(order, query)]
    if query.filters:
        body["dimensionFilter"] = {"andGroup": {"expressions": [build_filter(filter_) for filter_ in query.filters]}}
    return body


def build_date_ranges(days: int, requested: DateRange | None, *, compare: bool) -> list[dict[str, str]]:
    """Returns the last `days`, or the requested ones; with `compare` also the previous period."""
    now = {"startDate": f"{days}daysAgo", "endDate": "yesterday"}
    before = {"startDate": f"{2 * days}daysAgo", "endDate": f"{days + 1}daysAgo"}
    if requested:
        back = requested.last - requested.first + timedelta(days=1)
        now = {"startDate": requested.first.isoformat(), "endDate": requested.last.isoformat()}
        before = {"startDate": (requested.first - back).isoformat(), "endDate": (requested.last - back).isoformat()}
    if not compare:
        return [now]
    return [{**now, "name": "now"}, {**before, "name": "previous"}]


def build_order(order: str, query: Ga4Query) -> dict[str, Any]:
    field = order.removeprefix("-")
    by = {"metric": {"metricName": field}} if field in query.metrics else {"dimension": {"dimensionName": field}}
    return {**by, "desc": order.startswith("-")}


def build_filter(filter_: Ga4Filter) -> dict[str, Any]:
    match = {"exact": "EXACT", "contains": "CONTAINS", "begins": "BEGINS_WITH"}[filter_.match]
    text = {"stringFilter": {"matchType": match, "value": filter_.value}} if filter_.value else {"emptyFilter": {}}
    plain = {"filter": {"fieldName": filter_.field, **text}}
    return {"notExpression": plain} if filter_.negate else plain


async def open_ga4(settings: Settings, clock: Clock) -> Source | None:
    """Returns the source; None without a property. A wrong key file is an error of its queries, not of the start."""
    return Ga4Source(settings, clock) if settings.ga4_property_id else None


SOURCE = SourceType(
    name="ga4",
    query_type=Ga4Query,
    open=open_ga4,
    setup_hint="set GA4_PROPERTY_ID, and GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_APPLICATION_CREDENTIALS_JSON",
    title="Google Analytics",
)
