"""Source: Google Analytics 4, through the Data API v1beta."""

import asyncio
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from utilities.config.settings import Settings
from utilities.google.client import CALL_TIMEOUT_SECONDS, CHECK_TIMEOUT_SECONDS, GoogleClient, build_api
from utilities.google.comparison import (
    comparable_days,
    ga4_previous_days,
    is_unlike,
    join_previous_period,
    join_previous_rows,
    leave_uncompared,
    note_unfinished_day,
    shift_times,
)
from utilities.google.error_translation import CallContext
from utilities.google.field_names import query_columns
from utilities.google.ga4_answer import Ga4Response, parse_ga4_response
from utilities.google.ga4_request import MAX_GA4_ROWS, Ga4Filter, Ga4Query, build_ga4_request
from utilities.google.ga4_response import build_ga4_frame, past_days
from utilities.google.quota import CORE, REALTIME
from utilities.google.time_dimensions import HOUR_KEY
from utilities.google.time_series import arrange_times
from utilities.model.clock import Clock
from utilities.model.errors import ParameterError, SourceMisconfigured
from utilities.model.frames import Column, DateRange, Frame, ValueKind
from utilities.model.time_ranges import Comparison, end_of_period, is_moment, parse_range, start_of_day
from utilities.sources import Source, SourceType, check_param_text, parse_row_limit

__all__ = ["SOURCE", "Ga4Filter", "Ga4Query", "Ga4Source", "build_ga4_request"]

GA4_SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
GA4_ENABLE_URL = "https://console.cloud.google.com/apis/library/analyticsdata.googleapis.com"

MAX_PREVIOUS_ROWS = 1000  # of the previous period
GA4_EARLIEST_DATE = date(2015, 8, 14)  # Google refuses earlier days
REALTIME_WINDOW = timedelta(minutes=30)  # of the realtime figures of a standard property
GA4_RANGE_PARAMS = {"from": "first", "to": "last"}
"""Request parameters, and the query's field that each one sets."""

HOURS_OF_RANGE = re.compile("[smh]")  # the unit of a bound such as `now-30m`, which is no day
MOMENT_DIMENSIONS = ("dateHour", "dateHourMinute")
GA4_FILTERS = {
    "channel": "sessionDefaultChannelGroup",
    "source": "sessionSource",
    "medium": "sessionMedium",
    "campaign": "sessionCampaignName",
    "country": "country",
    "device": "deviceCategory",
    "browser": "browser",
    "system": "operatingSystem",
}
"""Request parameters that select sessions, and the dimension of each.

There is none for pages: Google would count the views of that page alone, and not those of the sessions that saw it.
"""


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
        """Returns the frame for one query: all times of a series, otherwise at most `limit` ranked rows.

        Rows that are not ranked (`(other)`, `(not set)`, empty text) come after them, each with a note. Raises
        SourceError.
        """
        try:
            by_name = query.compare and query.dimensions and not (query.realtime or query.today)
            return await (
                self.fetch_with_previous_by_name(query) if by_name else self.fetch_query(query, CALL_TIMEOUT_SECONDS)
            )
        except ParameterError as error:
            raise SourceMisconfigured(str(error)) from error

    async def fetch_with_previous_by_name(self, query: Ga4Query) -> Frame:
        """Runs two queries, because the first rows of this period need not be the first of the previous one."""
        plain = replace(query, compare=False)
        now = await self.fetch_query(plain, CALL_TIMEOUT_SECONDS, is_compared=True)
        if now.date_range is None:
            raise SourceMisconfigured(
                "Google Analytics did not return its time zone, so there is no previous period to compare with"
            )
        if is_unlike(now.date_range, query):
            return leave_uncompared(now)
        days = ga4_previous_days(now.date_range, query.first, query.compare)
        shift_times(query, now.date_range, days)  # refuses times that cannot be compared
        first, last = days.first.isoformat(), days.last.isoformat()
        before = replace(plain, limit=max(query.limit, MAX_PREVIOUS_ROWS), first=first, last=last)
        previous = await self.fetch_query(before, CALL_TIMEOUT_SECONDS)
        return await asyncio.to_thread(join_previous_rows, now, previous, query)

    async def fetch_query(self, query: Ga4Query, timeout: float, *, is_compared: bool = False) -> Frame:
        """Runs one query; runs it again when the response shows that the property is in another time zone."""
        is_compared = is_compared or bool(query.compare)
        days = self.requested_days(query, is_compared=is_compared)
        frame = await self.fetch_report(query, days, timeout)
        if days and days != (again := self.requested_days(query, is_compared=is_compared)):
            frame = await self.fetch_report(query, again, timeout)
        return frame

    def requested_days(self, query: Ga4Query, *, is_compared: bool = False) -> DateRange | None:
        """Returns the days from `first` to `last`; None when both are empty. Raises ParameterError.

        Days that are compared end with yesterday, where there are others than today.
        """
        if not query.first and not query.last and not isinstance(query.compare, str):
            return None
        now, first = self.clock(), query.first or f"now-{(query.days or self.days)}d/d"
        last = query.last or ("now" if query.first else "now-1d/d")
        time_range = parse_range(first, last, ZoneInfo(self.zone), now)
        if HOURS_OF_RANGE.search(first) and is_moment(first, time_range) and not query.has_hours:
            raise ParameterError("from", "must be in days: Google Analytics has no minutes; `now/d` is today")
        date_range = time_range.date_range
        if date_range.first < GA4_EARLIEST_DATE:
            raise ParameterError("from", f"must be {GA4_EARLIEST_DATE} or later, for Google Analytics begins there")
        days = replace(date_range, has_ended=date_range.last < now.astimezone(ZoneInfo(self.zone)).date())
        return comparable_days(days) if is_compared else days

    def parameter_names(self, query: Ga4Query) -> Collection[str]:
        return () if query.realtime or query.today else (*GA4_RANGE_PARAMS, *GA4_FILTERS)

    def can_compare(self, query: Ga4Query) -> bool:
        return bool(self.parameter_names(query))

    def with_params(self, query: Ga4Query, params: Mapping[str, str], *, compare: Comparison = False) -> Ga4Query:
        """Returns the query for other days, of the sessions with these properties; raises ParameterError."""
        if not self.parameter_names(query):
            return query
        selected = {name: params[name] for name in GA4_FILTERS if params.get(name)}
        for name, text in selected.items():
            check_param_text(name, text)
        filters = (*query.filters, *(Ga4Filter(GA4_FILTERS[name], text) for name, text in selected.items()))
        fields: dict[str, Any] = {field: params[name] for name, field in GA4_RANGE_PARAMS.items() if params.get(name)}
        limit = parse_row_limit(params, query.limit, MAX_GA4_ROWS)
        query = replace(query, **fields, filters=filters, compare=compare or query.compare, limit=limit)
        self.requested_days(query)
        return query

    async def fetch_report(self, query: Ga4Query, requested: DateRange | None, timeout: float) -> Frame:
        days = query.days or self.days
        previous = ga4_previous_days(requested, query.first, query.compare) if requested and query.compare else None
        body = build_ga4_request(query, days, requested, previous)
        method = self.methods.runRealtimeReport if query.realtime else self.methods.runReport
        category = REALTIME if query.realtime else CORE
        requested_at = self.clock()
        raw = await self.client.call_api(
            lambda: method(property=f"properties/{self.property}", body=body), category, timeout
        )
        dimensions = (*query.dimensions, *(("dateRange",) if query.compare else ()))
        response = await asyncio.to_thread(parse_ga4_response, raw, dimensions, query.metrics)  # long for 10,000 rows
        self.client.update_quota(category, {name: bucket.remaining for name, bucket in response.quota.items()})
        self.client.add_usage(category, {name: bucket.consumed for name, bucket in response.quota.items()})
        date_range = past_days(requested_at, days, response.metadata.zone, today=query.today)
        if date_range:
            self.zone = date_range.zone
        covered = None if query.realtime else requested or date_range
        frame = await asyncio.to_thread(build_query_frame, response, query, covered, previous)
        return replace(frame, current_until=self.end_of_period(query, covered, requested_at))

    def end_of_period(self, query: Ga4Query, covered: DateRange | None, now: datetime) -> datetime | None:
        """Returns when the moment or the running period of the figures is over; None for closed days."""
        if query.realtime:
            return now + REALTIME_WINDOW
        if query.today:
            return start_of_day(covered.last + timedelta(days=1), ZoneInfo(covered.zone)) if covered else None
        if not query.first:
            return None
        return end_of_period(query.first, parse_range(query.first, query.last or "now", ZoneInfo(self.zone), now), now)

    async def check(self) -> str:
        """Queries yesterday's sessions; returns a sentence with the day's remaining tokens."""
        await self.fetch_query(Ga4Query(metrics=("sessions",), days=1, limit=1), CHECK_TIMEOUT_SECONDS)
        left = self.client.quota.remaining_in(CORE, "tokensPerDay")
        return f"property {self.property} answers" + (f", {left:,} tokens left today" if left is not None else "")

    def quota_scope(self, query: object) -> str:
        """Returns the quota that a query uses; queries of the flow page are not realtime."""
        return REALTIME if getattr(query, "realtime", False) else CORE

    def slowdown(self) -> float:
        return self.client.quota.slowdown()

    def health(self) -> Mapping[str, object]:
        return self.client.health()

    async def close(self) -> None:
        await self.client.close()


def build_query_frame(
    response: Ga4Response, query: Ga4Query, days: DateRange | None, previous: DateRange | None
) -> Frame:
    """Returns the frame of a response: times in their order, ranked rows, or one row with the previous period's."""
    if query.compare:
        earlier = previous or (ga4_previous_days(days, "") if days else None)
        frame = replace(join_previous_period(build_ga4_frame(response, 2, days)), previous_range=earlier)
        return leave_uncompared(frame) if days and is_unlike(days, query) else note_unfinished_day(frame)
    if not query.time_dimensions:
        return build_ga4_frame(response, query.limit, days)
    frame = build_ga4_frame(response, len(response.rows), days)
    has_ended = days is None or days.has_ended
    return arrange_times(frame, response, query, has_ended=has_ended)


async def open_ga4(settings: Settings, clock: Clock) -> Source | None:
    """Returns the source; None without a property. A wrong key file is an error of its queries, not of the start."""
    return Ga4Source(settings, clock) if settings.ga4_property_id else None


def ga4_columns(query: Ga4Query) -> list[Column]:
    """Returns the columns of a query before Google has answered; the hour of a moment has a column of its own."""
    hours = (Column(name + HOUR_KEY, "Hour", ValueKind.TEXT) for name in query.dimensions if name in MOMENT_DIMENSIONS)
    return [*query_columns(query.dimensions, query.metrics), *hours]


SOURCE = SourceType(
    name="ga4",
    query_type=Ga4Query,
    open=open_ga4,
    setup_hint="set GA4_PROPERTY_ID, and GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_APPLICATION_CREDENTIALS_JSON",
    title="Google Analytics",
    columns=ga4_columns,
)
