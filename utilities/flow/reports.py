"""The reports of the flow page: its figures are queried, shared and refreshed as those of every other page."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

from utilities.flow.google import check_google_query, fetch_google_flow
from utilities.flow.page_views import FlowAsk, NeighboursAsk, resolve_range
from utilities.flow.query import GOOGLE, FlowQuery
from utilities.model.frames import Frame
from utilities.pageviews.sql.filters import QueriedSites
from utilities.reports import Report
from utilities.sources import Sources

REFRESH_FLOW_EVERY = timedelta(minutes=5)
FLOW_STALE_AFTER = timedelta(hours=1)


def flow_report(query: FlowQuery, sites: QueriedSites, now: datetime) -> Report:
    """Returns the report of the full range, for any day and node of the query; raises ParameterError."""
    range_query = replace(query, day=None, node="")
    if query.source == GOOGLE:
        check_google_query(query)

        async def build(sources: Sources) -> AsyncIterator[Frame]:
            yield await fetch_google_flow(sources, range_query)

        return Report(
            "flow", "Flow", ("ga4",), range_query, build,
            refresh_every=REFRESH_FLOW_EVERY, stale_after=FLOW_STALE_AFTER,
        )  # fmt: skip
    resolve_range(query, sites, now)
    return _page_view_report(FlowAsk(range_query))


def neighbours_report(query: FlowQuery) -> Report:
    """Returns the report of the pages around the query's node."""
    return _page_view_report(NeighboursAsk(query))


def _page_view_report(ask: FlowAsk | NeighboursAsk) -> Report:
    times = {"refresh_every": REFRESH_FLOW_EVERY, "stale_after": FLOW_STALE_AFTER}
    return Report("flow", "Flow", ("pageviews",), ask, **times)  # type: ignore[arg-type]
