"""The flow page's figures from Google Analytics, which has no exit pages: entered at A, and saw B."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date

from utilities.flow.model import FLOW_COLUMNS
from utilities.flow.query import TEXT_FILTERS, FlowQuery
from utilities.model.errors import ParameterError
from utilities.model.frames import REST_NAME, Frame, Note
from utilities.pageviews.sql.flow import PageDepth
from utilities.sources import Sources
from utilities.sources.ga4 import GA4_FILTERS, Ga4Filter, Ga4Query

MAX_GOOGLE_ROWS = 9_990  # of one answer
MAX_COMPARED_PLACES = 8  # each is a query of its own: one answer by country would have too many rows
GOOGLE_DEVICES = {"tv": "smart tv"}
"""Google's name of a device where it differs from ours."""

SessionCounts = Counter[tuple[str, str, str]]
"""Sessions by day, landing page and another page of the session."""


def check_google_query(query: FlowQuery) -> None:
    """Raises ParameterError for a query that Google cannot answer."""
    if not query.days:
        raise ParameterError("from", "is not for Google's figures, which are of full days: give `days` instead")
    if query.filter_text("referrer"):
        raise ParameterError("referrer", "cannot filter Google's figures: choose our own, or give `traffic_source`")
    if len(query.countries) + len(query.regions) > MAX_COMPARED_PLACES:
        raise ParameterError("country", f"may have {MAX_COMPARED_PLACES} countries and regions at most by Google")


async def fetch_google_flow(sources: Sources, query: FlowQuery) -> Frame:
    """Returns the flow of the last full days as FLOW_COLUMNS; raises SourceError."""
    places = [*(("countryId", code) for code in query.countries), *(("region", name) for name in query.regions)]
    asks = [build_google_query(query), *(build_google_query(query, Ga4Filter(*place)) for place in places)]
    frames = await asyncio.gather(*(sources.fetch_frame("ga4", ask) for ask in asks))
    return await asyncio.to_thread(join_google_flow, frames, query)


def join_google_flow(frames: Sequence[Frame], query: FlowQuery) -> Frame:
    """Returns one flow from the frame of all sessions and one for each compared place; takes long for many days."""
    all_sessions, compared = count_sessions(frames[0], query), SessionCounts()
    for frame in frames[1:]:
        compared.update(count_sessions(frame, query))
    all_sessions |= compared  # Google may omit small rows from all sessions that it has for one place
    top_pages = [largest_pages(all_sessions, position, query.limit) for position in (1, 2)]
    sums: Counter[tuple[str, int, str, str]] = Counter()
    for key, sessions in all_sessions.items():
        landing, page = (name if name in top else REST_NAME for name, top in zip(key[1:], top_pages, strict=True))
        sums[key[0], 1, landing, page] += compared[key]
        sums[key[0], 0, landing, page] += sessions - compared[key]
    rows = tuple((*key, sessions) for key, sessions in sums.items() if sessions)
    is_cut = any(len(frame.rows) >= MAX_GOOGLE_ROWS for frame in frames)
    notes = (
        Note(
            f"Google returned its largest {MAX_GOOGLE_ROWS:,} rows only; smaller ones are missing.",
            short="largest only",
        ),
    )
    return Frame(FLOW_COLUMNS, rows, notes if is_cut else ())


def build_google_query(query: FlowQuery, *places: Ga4Filter) -> Ga4Query:
    """Returns the query for sessions by day, landing page and page, with the filters of `query` and `places`."""
    filters = [
        Ga4Filter("sessionDefaultChannelGroup", query.channel),
        Ga4Filter("deviceCategory", GOOGLE_DEVICES.get(query.device, query.device)),
        Ga4Filter("pagePath", query.page.removesuffix("*"), "begins" if query.page.endswith("*") else "exact"),
        *(Ga4Filter(GA4_FILTERS[TEXT_FILTERS[name]], text) for name, text in query.text_filters),
        *places,
    ]
    return Ga4Query(
        dimensions=("date", "landingPage", "pagePath"),
        metrics=("sessions",),
        days=int(query.days),
        limit=MAX_GOOGLE_ROWS,
        order="-sessions",
        filters=tuple(each for each in filters if each.value),
    )


def count_sessions(frame: Frame, query: FlowQuery) -> SessionCounts:
    """Returns the sessions under the page names that are shown; rows without a page are left out."""
    sums = SessionCounts()
    if frame.rows:
        columns = (frame.column_values(key) for key in ("date", "landingPage", "pagePath", "sessions"))
        for day, landing, page, sessions in zip(*columns, strict=True):
            if landing and landing != "(not set)" and day:
                name, other_name = page_name(str(landing), query.by), page_name(str(page), query.by)
                sums[date.fromisoformat(str(day)).isoformat(), name, other_name] += int(sessions or 0)
    return sums


def page_name(path: str, by: PageDepth) -> str:
    """Returns the name that the page-view store gives a path; Google writes the landing page `/blog/` as `/blog`."""
    if by is PageDepth.SEGMENT and path.startswith("/"):
        return "/" + path[1:].replace("?", "/").replace("#", "/").partition("/")[0]
    return path.rstrip("/") or "/"


def largest_pages(counts: SessionCounts, position: int, limit: int) -> set[str]:
    """Returns the landing pages (1) or pages (2) with the most sessions."""
    sums: Counter[str] = Counter()
    for key, sessions in counts.items():
        sums[key[position]] += sessions
    return {name for name, _ in sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:limit]}
