"""The queries of the flow page to the page-view store."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from utilities.flow.model import FLOW_COLUMNS, NEIGHBOUR_COLUMNS
from utilities.flow.query import FlowQuery
from utilities.model.clock import Clock
from utilities.model.frames import REST_NAME, Frame, Value
from utilities.model.time_ranges import TimeRange, end_of_period, parse_range
from utilities.pageviews.sql.filters import QueriedSites, resolve_site
from utilities.pageviews.sql.flow import VisitFilter, flow_sql, neighbours_sql
from utilities.pageviews.storage.interface import PageViewStore

MAX_FLOW_DAYS = 92
MAX_NEIGHBOURS = 12  # rows of each list about one page


@dataclass(frozen=True)
class FlowAsk:
    """Asks for the visits of all days of a range at once, so that another day needs no query: FLOW_COLUMNS."""

    query: FlowQuery

    async def fetch_frame(self, views: PageViewStore, sites: QueriedSites, clock: Clock) -> Frame:
        """Returns the frame; raises SourceError, and ParameterError for a bad range."""
        time_range, visits = resolve_range(self.query, sites, clock())
        sql, values = flow_sql(visits, time_range, self.query.by, self.query.limit, self.query.countries)
        rows = await asyncio.to_thread(read_flow_rows, await views.query(sql, values))
        return Frame(FLOW_COLUMNS, rows, **describe_time(self.query, time_range, clock()))


@dataclass(frozen=True)
class NeighboursAsk:
    """Asks for the pages before and after the query's `node` on its day or in its range: NEIGHBOUR_COLUMNS."""

    query: FlowQuery

    async def fetch_frame(self, views: PageViewStore, sites: QueriedSites, clock: Clock) -> Frame:
        """Returns the frame; raises as FlowAsk does."""
        time_range, visits = resolve_range(self.query, sites, clock())
        visits = replace(visits, day=self.query.day)

        async def fetch_rows(columns: str) -> list[tuple[Any, ...]]:
            sql, values = neighbours_sql(visits, time_range, self.query.by, self.query.node, columns, MAX_NEIGHBOURS)
            return await views.query(sql, values)

        rows = [
            *(("before", None, page, None, None, int(count)) for page, count in await fetch_rows("before")),
            *(("after", None, None, page, None, int(count)) for page, count in await fetch_rows("after")),
            *(("trail", *row[:4], int(row[4])) for row in await fetch_rows("earlier, before, after, later")),
        ]
        return Frame(NEIGHBOUR_COLUMNS, tuple(rows), **describe_time(self.query, time_range, clock()))


def read_flow_rows(rows: Sequence[tuple[Any, ...]]) -> tuple[tuple[Value, ...], ...]:
    """Returns the rows of a flow's frame; takes long for many days."""
    return tuple(
        (day.isoformat(), int(compared), landing or REST_NAME, exit_ or REST_NAME, int(count))
        for day, compared, landing, exit_, count in rows
    )


def describe_time(query: FlowQuery, time_range: TimeRange, now: datetime) -> dict[str, Any]:
    """Returns the days of a frame, and when its running period is over."""
    days = time_range.date_range
    has_ended = days.last < now.astimezone(time_range.zone).date()
    ends = end_of_period(first_of(query), time_range, now)
    return {"date_range": replace(days, has_ended=has_ended), "current_until": ends}


def first_of(query: FlowQuery) -> str:
    """Returns the beginning of the range as it is written."""
    return query.first or f"now-{int(query.days) - 1}d/d"


def resolve_range(query: FlowQuery, sites: QueriedSites, now: datetime) -> tuple[TimeRange, VisitFilter]:
    """Returns the range in the site's zone, and the filter of the visits; raises ParameterError."""
    site, zone = resolve_site(sites, query.site)
    time_range = parse_range(first_of(query), query.last or "now", ZoneInfo(zone), now)
    time_range.check_length(MAX_FLOW_DAYS)
    return time_range, VisitFilter(site, query.filters)
