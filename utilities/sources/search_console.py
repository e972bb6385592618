"""Source: Google Search Console, the search terms of visitors, through its API v1."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from utilities.config.settings import Settings
from utilities.google.client import CALL_TIMEOUT_SECONDS, CHECK_TIMEOUT_SECONDS, GoogleClient, build_api
from utilities.google.error_translation import CallContext
from utilities.google.search_answer import (
    SearchConsoleQuery,
    SearchRow,
    build_search_frame,
    build_search_request,
    build_total_request,
    incomplete_notes,
    parse_search_answer,
    search_columns,
)
from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer
from utilities.model.frames import DateRange, Frame
from utilities.sources import Source, SourceType, check_limit_and_days

__all__ = ["SOURCE", "SearchConsoleQuery", "SearchConsoleSource", "search_columns"]

SEARCH_CONSOLE_SCOPE = "https://www.googleapis.com/auth/webmasters.readonly"
SEARCH_CONSOLE_ENABLE_URL = "https://console.cloud.google.com/apis/library/searchconsole.googleapis.com"
SEARCH_CONSOLE_ZONE = "America/Los_Angeles"  # Search Console counts its days there, whatever the site


class SearchConsoleSource:
    """One site, queried with a service account."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.clock = clock
        self.days = settings.look_back_days
        self.site = settings.search_console_site
        self.methods = build_api("searchconsole", "v1", settings.search_console_api_endpoint).searchanalytics()
        how_to_grant = "add it as a user of SEARCH_CONSOLE_SITE (Search Console → Settings → Users and permissions)"
        context = CallContext("Search Console", how_to_grant, SEARCH_CONSOLE_ENABLE_URL, "SEARCH_CONSOLE_API_ENDPOINT")
        key = settings.google_key
        self.client = GoogleClient(
            context, clock, key, SEARCH_CONSOLE_SCOPE, threads=2, max_server_errors=None, proxies=settings.proxies
        )

    async def fetch_frame(self, query: SearchConsoleQuery) -> Frame:
        """Returns the frame for one query: a column for each dimension, then clicks, impressions, ctr and position."""
        return await self.fetch_query(query, CALL_TIMEOUT_SECONDS)

    async def fetch_query(self, query: SearchConsoleQuery, timeout: float) -> Frame:
        """Runs one query; raises SourceError."""
        days = query.days or self.days
        check_limit_and_days(query.limit, days)
        last = self.clock().astimezone(ZoneInfo(SEARCH_CONSOLE_ZONE)).date() - timedelta(days=1)
        first = last - timedelta(days=days - 1)
        body = build_search_request(query, first, last)
        raw = await self.call_query(body, timeout)
        answer = await asyncio.to_thread(parse_search_answer, raw, query.dimensions)  # long for 25,000 rows
        total = None
        if query.dimensions and answer.rows and "date" not in query.dimensions:
            total = await self.fetch_total(build_total_request(body, answer), timeout)
        date_range = DateRange(first, last, SEARCH_CONSOLE_ZONE)
        frame = await asyncio.to_thread(build_search_frame, answer, total, query, date_range)
        return replace(frame, notes=(*incomplete_notes(raw), *frame.notes))

    async def fetch_total(self, body: dict[str, Any], timeout: float) -> SearchRow | None:
        """Returns the figures of all rows together; None where the answer has none, so that the rows stay."""
        try:
            answer = parse_search_answer(await self.call_query(body, timeout), ())
        except BadAnswer:
            return None
        return answer.rows[0] if answer.rows else None

    async def call_query(self, body: dict[str, Any], timeout: float) -> dict[str, Any]:
        """Returns the response to a request; raises SourceError."""
        call = self.methods.query
        raw: dict[str, Any] = await self.client.call_api(lambda: call(siteUrl=self.site, body=body), "search", timeout)
        return raw

    async def check(self) -> str:
        """Requests the figures of the last days."""
        await self.fetch_query(SearchConsoleQuery(dimensions=()), CHECK_TIMEOUT_SECONDS)
        return "the site answers"

    def slowdown(self) -> float:
        return 1.0

    def health(self) -> Mapping[str, object]:
        return {"resting": self.client.is_resting}

    async def close(self) -> None:
        await self.client.close()


async def open_search_console(settings: Settings, clock: Clock) -> Source | None:
    """Returns the source; None without a site. A wrong key file is an error of its queries, not of the start."""
    return SearchConsoleSource(settings, clock) if settings.search_console_site else None


SOURCE = SourceType(
    name="search-console",
    query_type=SearchConsoleQuery,
    open=open_search_console,
    setup_hint="set SEARCH_CONSOLE_SITE and GOOGLE_APPLICATION_CREDENTIALS",
    title="Search Console",
    columns=search_columns,
)
