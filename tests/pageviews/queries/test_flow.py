"""The flow: each day has its own sums, and the days together are the range."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs

import pytest

from tests.pageviews.queries.week import BUY, WEEK, view_at
from utilities.flow.google import check_google_query
from utilities.flow.model import Flow, PageNeighbours
from utilities.flow.page_views import FlowAsk, NeighboursAsk
from utilities.flow.query import FlowQuery, parse_flow_query
from utilities.model.errors import ParameterError
from utilities.model.frames import REST_NAME
from utilities.pageviews import PageView
from utilities.pageviews.sql.flow import PageDepth
from utilities.sources.pageviews import FILTER_FIELDS, PageViewQuery, PageViewSource

COUNTS = ((8, 5), (9, 7), (10, 9))
"""Day of March, and how many visits go from /a to /b on it: the sum of all days stands on no single one."""


def days() -> Iterator[PageView]:
    for day, count in COUNTS:
        for number in range(count):
            visit = 1000 * day + number
            more = {"country": "FR" if number < 2 else "DE", "device": "mobile" if number < 3 else "desktop"}
            yield view_at(visit, visit, f"{day} 09:00:00", "/a/one?x=1", **more)
            yield view_at(visit, visit, f"{day} 09:01:00", "/a/two", **more)
            yield view_at(visit, visit, f"{day} 09:02:00", "/b#c/d", **more)


async def fetch_flow(source: PageViewSource, query: FlowQuery) -> Flow:
    return Flow(await source.fetch_frame(FlowAsk(query)))


async def fetch_neighbours(source: PageViewSource, query: FlowQuery) -> PageNeighbours:
    return PageNeighbours.from_frame(await source.fetch_frame(NeighboursAsk(query)), query.node)


def sums(flow: Flow, day: date | None = None) -> dict[tuple[str, str], int]:
    visits_by_pair: Counter[tuple[str, str]] = Counter()
    for landing, exit_, _, visits in flow.totals(day):
        visits_by_pair[landing, exit_] += visits
    return dict(visits_by_pair)


async def test_each_day_has_its_own_sums_and_the_days_are_the_range(make_source):
    source = await make_source([*days(), *WEEK])
    flow = await fetch_flow(source, FlowQuery(days="7", by=PageDepth.PATH, limit=20))
    raw = {
        ("/", BUY): 1,
        ("/pricing", "/pricing"): 1,
        ("/", "/"): 1,
        ("/pricing", "/"): 1,
        ("/a/one?x=1", "/b#c/d"): 21,
    }
    assert sums(flow) == raw
    assert [flow.totals(date(2026, 3, day)).visits_by_pair["/a/one?x=1", "/b#c/d"] for day, _ in COUNTS] == [
        [5, 0],
        [7, 0],
        [9, 0],
    ]
    together: Counter[tuple[str, str]] = Counter()
    for day in flow.days:
        together.update(sums(flow, day))
    assert together == raw
    assert [day.day for day in flow.days] == [4, 5, 6, 7, 8, 9, 10]
    segments = await fetch_flow(source, FlowQuery(days="7"))
    assert sums(segments)["/a", "/b"] == 21
    assert segments.totals(None).totals_by_page(0)[0] == ("/a", 21, 0)
    few = await fetch_flow(source, FlowQuery(days="7", by=PageDepth.PATH, limit=1))
    assert sums(few) == {("/a/one?x=1", "/b#c/d"): 21, (REST_NAME, REST_NAME): 4}


async def test_filters_and_comparison_count_whole_visits(make_source):
    source = await make_source([*days(), *WEEK])

    async def total(**params: str) -> int:
        return (
            (
                await fetch_flow(
                    source, parse_flow_query({"days": ["7"], **{name: [value] for name, value in params.items()}})
                )
            )
            .totals(None)
            .total
        )

    assert await total(channel="Email") == 1
    assert await total(device="mobile") == 10
    assert await total(page="/a/two") == 21
    assert await total(page="/pricing*") == 3
    assert await total(page="/pricing", device="mobile") == 1
    totals = (await fetch_flow(source, FlowQuery(days="7", countries=("FR",)))).totals(None)
    assert (totals.visits_by_pair["/a", "/b"], totals.total, totals.compared) == ([15, 6], 25, 7)
    with pytest.raises(ParameterError, match="`country`"):
        parse_flow_query({"country": ["Germany"]})


async def test_a_filter_means_the_same_on_the_flow_page_as_in_reports(make_source):
    source = await make_source([*days(), *WEEK])
    asked = (
        {"referrer": "news.example"},
        {"referrer": "https://www.google.com/", "page": "/pricing"},
        {"source": "google"},
        {"traffic_source": "letter", "medium": "email", "campaign": "spring"},
        {"only_country": "France", "device": "mobile"},
        {"only_country": "unknown", "system": "iOS"},
        {"browser": "Safari", "channel": "Email"},
    )
    counts = []
    for params in asked:
        query = parse_flow_query({"days": ["7"], **{name: [text] for name, text in params.items()}})
        assert parse_flow_query(parse_qs(query.href().partition("?")[2])) == query
        fields = {FILTER_FIELDS[name]: text for name, text in query.filters.items()}
        totals = await source.fetch_frame(PageViewQuery("totals", first="now-6d/d", **fields))
        flow = await fetch_flow(source, query)
        assert flow.totals(None).total == totals.column_values("visits")[0], params
        counts.append(flow.totals(None).total)
        around = await fetch_neighbours(source, replace(query, by=PageDepth.PATH, node="/pricing"))
        pages = await source.fetch_frame(PageViewQuery("pages", first="now-6d/d", **fields))
        unique = dict(zip(pages.column_values("path"), pages.column_values("uniqueViews"), strict=True))
        assert sum(visits for _, visits in around.before) == unique.get("/pricing", 0), params
    assert counts == [1, 1, 22, 1, 6, 1, 0]
    with pytest.raises(ParameterError, match="`referrer` cannot filter Google"):
        check_google_query(parse_flow_query({"days": ["7"], "source": ["ga4"], "referrer": ["news.example"]}))


async def test_pages_of_one_part_in_a_row_are_one_step(make_source):
    paths = ("/blog/a", "/blog/b", "/docs/x", "/blog/a", "/blog/a", "/pricing")
    source = await make_source([view_at(1, 1, f"10 09:0{n}:00", path) for n, path in enumerate(paths)])
    neighbours = await fetch_neighbours(source, FlowQuery(days="7", node="/blog"))
    assert (neighbours.before, neighbours.after) == ([("/docs", 1), ("", 1)], [("/docs", 1), ("/pricing", 1)])
    trails = {trail[0] for trail in neighbours.trails}
    assert trails == {("/blog", "/docs", "/blog"), ("/blog", "/docs", "/blog", "/pricing")}


async def test_trails_through_a_page_are_of_the_selected_day(make_source):
    source = await make_source([*days(), *WEEK])
    query = FlowQuery(days="7", by=PageDepth.PATH, node="/a/two", day=date(2026, 3, 9))
    neighbours = await fetch_neighbours(source, query)
    assert (neighbours.before, neighbours.after) == ([("/a/one?x=1", 7)], [("/b#c/d", 7)])
    assert neighbours.trails == [(("/a/one?x=1", "/a/two", "/b#c/d"), 7, True, True)]
    pricing = await fetch_neighbours(source, FlowQuery(days="7", node="/pricing"))
    assert pricing.before == [("", 2), ("/", 1)]
    assert pricing.after == [("/", 1), (BUY, 1), ("", 1)]
