"""Flows: each day is that day's sums and no other, and the days together are the range."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest

from tests.pageviews.queries.week import BUY, NOW, WEEK, seen
from utilities.flow.model import OTHER, Flow
from utilities.flow.query import Wanted, wanted
from utilities.flow.service import Flows
from utilities.model.errors import ParameterError
from utilities.pageviews import PageView
from utilities.pageviews.sql.flow import Depth
from utilities.sources import Sources

COUNTS = ((8, 5), (9, 7), (10, 9))
"""Day of March, and how many visits go from /a to /b on it: the sum of all days stands on no single one."""


def days() -> Iterator[PageView]:
    for day, count in COUNTS:
        for number in range(count):
            visit = 1000 * day + number
            more = {"country": "FR" if number < 2 else "DE", "device": "mobile" if number < 3 else "desktop"}
            yield seen(visit, visit, f"{day} 09:00:00", "/a/one?x=1", **more)
            yield seen(visit, visit, f"{day} 09:01:00", "/a/two", **more)
            yield seen(visit, visit, f"{day} 09:02:00", "/b#c/d", **more)


@pytest.fixture
def flows(ours):
    """`await flows(views)`: over a store of each engine."""

    async def make(views) -> Flows:
        source = await ours(views)
        return Flows(source.views, source.sites, Sources([], {}), lambda: NOW)

    return make


def sums(flow: Flow, day: date | None = None) -> dict[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    for landing, exit_, _, visits in flow.of(day):
        found[landing, exit_] += visits
    return dict(found)


async def test_each_day_has_its_own_sums_and_the_days_are_the_range(flows):
    asked = await flows([*days(), *WEEK])
    flow = await asked.flow(Wanted(days="7", by=Depth.PATH, most=20))
    raw = {
        ("/", BUY): 1,
        ("/pricing", "/pricing"): 1,
        ("/", "/"): 1,
        ("/pricing", "/"): 1,
        ("/a/one?x=1", "/b#c/d"): 21,
    }
    assert sums(flow) == raw
    assert [flow.of(date(2026, 3, day)).pairs["/a/one?x=1", "/b#c/d"] for day, _ in COUNTS] == [[5, 0], [7, 0], [9, 0]]
    together: Counter[tuple[str, str]] = Counter()
    for day in flow.days:
        together.update(sums(flow, day))
    assert together == raw
    assert [day.day for day in flow.days] == [4, 5, 6, 7, 8, 9, 10]
    segments = await asked.flow(Wanted(days="7"))
    assert sums(segments)["/a", "/b"] == 21
    assert segments.of(None).side(0)[0] == ("/a", 21, 0)
    few = await asked.flow(Wanted(days="7", by=Depth.PATH, most=1))
    assert sums(few) == {("/a/one?x=1", "/b#c/d"): 21, (OTHER, OTHER): 4}


async def test_filters_and_comparison_count_whole_visits(flows):
    asked = await flows([*days(), *WEEK])

    async def total(**said: str) -> int:
        return (
            (await asked.flow(wanted({"days": ["7"], **{name: [value] for name, value in said.items()}})))
            .of(None)
            .total
        )

    assert await total(channel="Email") == 1
    assert await total(device="mobile") == 10
    assert await total(page="/a/two") == 21
    assert await total(page="/pricing*") == 3
    assert await total(page="/pricing", device="mobile") == 1
    bands = (await asked.flow(Wanted(days="7", countries=("FR",)))).of(None)
    assert (bands.pairs["/a", "/b"], bands.total, bands.chosen) == ([15, 6], 25, 7)
    with pytest.raises(ParameterError, match="`country`"):
        wanted({"country": ["Germany"]})


async def test_pages_of_one_part_in_a_row_are_one_step(flows):
    paths = ("/blog/a", "/blog/b", "/docs/x", "/blog/a", "/blog/a", "/pricing")
    asked = await flows([seen(1, 1, f"10 09:0{n}:00", path) for n, path in enumerate(paths)])
    ways = await asked.ways(Wanted(days="7", node="/blog"))
    assert (ways.before, ways.after) == ((("/docs", 1), ("", 1)), (("/docs", 1), ("/pricing", 1)))
    trails = {trail[0] for trail in ways.trails}
    assert trails == {("/blog", "/docs", "/blog"), ("/blog", "/docs", "/blog", "/pricing")}


async def test_ways_through_a_page_are_of_the_day_that_is_shown(flows):
    asked = await flows([*days(), *WEEK])
    want = Wanted(days="7", by=Depth.PATH, node="/a/two", day=date(2026, 3, 9))
    ways = await asked.ways(want)
    assert (ways.before, ways.after) == ((("/a/one?x=1", 7),), (("/b#c/d", 7),))
    assert ways.trails == ((("/a/one?x=1", "/a/two", "/b#c/d"), 7, True, True),)
    at = await asked.ways(Wanted(days="7", node="/pricing"))
    assert at.before == (("", 2), ("/", 1))
    assert at.after == (("/", 1), (BUY, 1), ("", 1))
