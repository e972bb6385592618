"""Source: Google Search Console, the search terms of visitors, through its API v1."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from utilities.config.settings import Settings
from utilities.google.client import CALL_TIMEOUT_SECONDS, CHECK_TIMEOUT_SECONDS, GoogleClient, build_api
from utilities.google.error_translation import CallContext
from utilities.google.field_names import dimension_column, field_heading
from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer
from utilities.model.frames import Column, DateRange, Frame, Note, Value, ValueKind
from utilities.model.text import clean_text
from utilities.sources import Source, SourceType, check_limit_and_days

SEARCH_CONSOLE_SCOPE = "https://www.googleapis.com/auth/webmasters.readonly"
SEARCH_CONSOLE_ENABLE_URL = "https://console.cloud.google.com/apis/library/searchconsole.googleapis.com"
SEARCH_CONSOLE_ZONE = "America/Los_Angeles"  # Search Console counts its days there, whatever the site
MAX_SEARCH_FIGURE = 2.0**63  # no figure of a website is larger
SEARCH_METRICS = (
    ("clicks", ValueKind.INTEGER),
    ("impressions", ValueKind.INTEGER),
    ("ctr", ValueKind.FRACTION),
    ("position", ValueKind.DECIMAL),
)


@dataclass(frozen=True)
class SearchConsoleQuery:
    """One search analytics query, most clicks first.

    The range is the last `days` full days up to and with yesterday, Pacific time; None is LOOK_BACK_DAYS.
    """

    dimensions: tuple[str, ...] = ("query",)
    days: int | None = None
    limit: int = 10


class SearchRow(BaseModel):
    """A row of a response; unlike Google Analytics, Search Console sends numbers as JSON numbers."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    keys: tuple[str, ...] = ()
    clicks: Annotated[float, Field(ge=0, le=MAX_SEARCH_FIGURE)] = 0.0
    impressions: Annotated[float, Field(ge=0, le=MAX_SEARCH_FIGURE)] = 0.0
    ctr: Annotated[float, Field(ge=0, le=1)] = 0.0
    position: Annotated[float, Field(ge=0, le=MAX_SEARCH_FIGURE)] = 0.0


class SearchResponse(BaseModel):
    """A search analytics response; it has no rows when nobody searched, but always says how it was aggregated."""

    model_config = ConfigDict(frozen=True)

    aggregation: Annotated[str, Field(alias="responseAggregationType", min_length=1)]
    rows: tuple[SearchRow, ...] = ()


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
        raw = await self.client.call_api(lambda: self.methods.query(siteUrl=self.site, body=body), "search", timeout)
        date_range = DateRange(first, last, SEARCH_CONSOLE_ZONE)
        return await asyncio.to_thread(build_search_frame, raw, query, date_range)

    async def check(self) -> str:
        """Requests one search term of the last days."""
        await self.fetch_query(SearchConsoleQuery(limit=1), CHECK_TIMEOUT_SECONDS)
        return "the site answers"

    def slowdown(self) -> float:
        return 1.0

    def health(self) -> Mapping[str, object]:
        return {"resting": self.client.is_resting}

    async def close(self) -> None:
        await self.client.close()


def build_search_request(query: SearchConsoleQuery, first: date, last: date) -> dict[str, Any]:
    """Returns the body of the request."""
    return {
        "startDate": first.isoformat(),
        "endDate": last.isoformat(),
        "dimensions": list(query.dimensions),
        "rowLimit": min(query.limit, 25_000),
        "dataState": "all",  # final figures are two or three days late; a note tells which are not final
    }


def build_search_frame(raw: dict[str, Any], query: SearchConsoleQuery, date_range: DateRange) -> Frame:
    """Validates a response and returns its frame; raises BadAnswer."""
    try:
        if "error" in raw:
            raise BadAnswer("Search Console answered an error as if it were figures; check for a proxy in between")
        response = SearchResponse.model_validate(raw)
    except ValidationError as error:
        raise BadAnswer("Search Console did not answer with rows of figures") from error
    if any(len(row.keys) != len(query.dimensions) for row in response.rows):
        raise BadAnswer("Search Console answered rows that do not match the query")
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (*(clean_text(key) for key in row.keys), round(row.clicks), round(row.impressions), row.ctr, row.position)
        for row in response.rows[: query.limit]
    )
    metadata = raw.get("metadata")
    facts = metadata if isinstance(metadata, dict) else {}
    incomplete = facts.get("firstIncompleteDate") or facts.get("first_incomplete_date")
    notes = (Note(f"Not yet final from {clean_text(str(incomplete), 10)} on"),) if incomplete else ()
    return Frame(search_columns(query), rows, notes, date_range)


def search_columns(query: SearchConsoleQuery) -> tuple[Column, ...]:
    """Returns the columns of a query: its dimensions, and the figures that Search Console always has."""
    figures = (Column(name, field_heading(name), kind) for name, kind in SEARCH_METRICS)
    return (*map(dimension_column, query.dimensions), *figures)


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
