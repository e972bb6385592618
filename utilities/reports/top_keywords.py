"""Search words: Search Console's queries when it is configured, otherwise the campaign term of GA4."""

from collections.abc import AsyncIterator

from utilities.model.frames import Frame
from utilities.reports import Report
from utilities.sources import Sources
from utilities.sources.ga4 import Ga4Filter, Ga4Query, ga4_columns
from utilities.sources.search_console import SearchConsoleQuery, search_columns

SEARCH_QUERY = SearchConsoleQuery(dimensions=("query",), limit=10)
CAMPAIGN_TERMS_QUERY = Ga4Query(
    dimensions=("sessionManualTerm",),
    metrics=("sessions",),
    order="-sessions",
    filters=(Ga4Filter("sessionManualTerm", "(not", match="begins", negate=True),),
)


async def build_keywords(sources: Sources) -> AsyncIterator[Frame]:
    if sources.has_source("search-console"):
        yield await sources.fetch_frame("search-console", SEARCH_QUERY)
    else:
        yield await sources.fetch_frame("ga4", CAMPAIGN_TERMS_QUERY)


REPORT = Report(
    name="top-keywords",
    title="What were people looking for?",
    sources=("search-console", "ga4"),
    build=build_keywords,
    columns=(*search_columns(SEARCH_QUERY), *ga4_columns(CAMPAIGN_TERMS_QUERY)),
    headings={"query": "Search", "sessionManualTerm": "Campaign term"},
    ranks={"clicks": 0, "impressions": 1, "position": 2, "ctr": 3},
)
