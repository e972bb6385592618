"""Both engines store rows once and return them unchanged."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.pageviews.storage.conftest import Reopen
from tests.pageviews.storage.views import NOON, numbered, view
from utilities.model.errors import BadAnswer, StoreDown, Unavailable
from utilities.pageviews.sql.columns import SAME_NAME_COLUMNS
from utilities.pageviews.storage.interface import PageViewStore

ALL = f"SELECT id, site, moment, zone_offset, {', '.join(SAME_NAME_COLUMNS)} FROM page_views ORDER BY moment, id"


async def paths(views: PageViewStore) -> list[str]:
    return [path for (path,) in await views.query("SELECT path FROM page_views ORDER BY path", {})]


async def test_page_view_is_returned_unchanged(views: PageViewStore):
    page = view(title="Ünïcode, 'quotes', \"more\", \\ and\nlines 🎈", path="/$name;--", props='{"a": "b"}')
    event = view(at=NOON + timedelta(seconds=1), name="sign-up", visitor=2**63 - 1, screen=0, offset=-570)
    odd = view(
        at=NOON + timedelta(seconds=2), title=" \r\n\x1d\x1e\x1f\t\0\x1e", path="\x1d", agent="long" * 50_000, term=" "
    )
    await views.add_views([page, event, odd])
    assert [tuple(row) for row in await views.query(ALL, {})] == [page, event, odd]


async def test_added_rows_are_visible_to_the_next_query(views: PageViewStore):
    for number in range(5):
        await views.add_views([numbered(number)])
        assert await views.query("SELECT count(*) FROM page_views", {}) == [(number + 1,)]


async def test_same_id_is_one_row(views: PageViewStore, reopen: Reopen):
    some = [numbered(number) for number in range(100)]
    await views.add_views([*some, *some])
    await views.add_views(some[:50])
    await asyncio.gather(*(views.add_views([each]) for each in some))
    views = await reopen()
    await views.add_views([*some, numbered(100)])
    assert await views.query("SELECT count(*), count(DISTINCT id) FROM page_views", {}) == [(101, 101)]


async def test_concurrent_adds_are_all_stored(views: PageViewStore):
    await asyncio.gather(*(views.add_views([numbered(number)]) for number in range(1000)))
    assert sorted(await paths(views)) == sorted(f"/{number}" for number in range(1000))


async def test_invalid_row_fails_only_its_own_add_in_both_engines(views: PageViewStore):
    bad = numbered(1)._replace(title="half a pair: \ud83c")
    ends = await asyncio.gather(
        *(views.add_views([each]) for each in (numbered(0), bad, numbered(2))), return_exceptions=True
    )
    assert [type(end) for end in ends] == [type(None), ends[1].__class__, type(None)]
    assert isinstance(ends[1], ValueError)
    assert await paths(views) == ["/0", "/2"]


async def test_number_too_large_for_its_column_is_a_value_error(views: PageViewStore, subtests: pytest.Subtests):
    for wrong in (
        {"id": "12"},
        {"screen": 2**40},
        {"visitor": 2**70},
        {"offset": 10**6},
    ):
        with subtests.test(wrong=wrong):
            with pytest.raises(ValueError, match=r"badly formed|does not fit"):
                await views.add_views([view(**wrong)])
            assert await paths(views) == []


async def test_hours_and_days_are_in_the_time_zone_of_the_site(views: PageViewStore):
    late = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    await views.add_views([view(at=late, offset=60), view(at=late + timedelta(hours=2), offset=120)])
    rows = await views.query("SELECT day, hour, moment FROM page_views ORDER BY moment", {})
    assert rows == [(date(2026, 3, 29), 0, late), (date(2026, 3, 29), 3, late + timedelta(hours=2))]


async def test_closed_store_accepts_nothing(views: PageViewStore):
    await views.add_views([numbered(1)])
    await views.close()
    with pytest.raises(StoreDown):
        await views.add_views([numbered(2)])


async def test_invalid_query_is_a_bad_answer(views: PageViewStore):
    with pytest.raises(BadAnswer, match="nonsense"):
        await views.query("SELECT nonsense FROM page_views", {})
    with pytest.raises(BadAnswer, match="no value for site"):
        await views.query("SELECT count(*) FROM page_views WHERE site = $site", {"other": 1})


async def test_slow_query_is_cancelled_and_the_next_one_answered(views: PageViewStore):
    await views.add_views([numbered(number) for number in range(2000)])
    endless = "SELECT count(*) FROM page_views a, page_views b, page_views c WHERE a.path < b.path AND b.path < c.path"
    views.query_pool.timeout = 0.3  # type: ignore[attr-defined]
    with pytest.raises(Unavailable):
        await views.query(endless, {})
    views.query_pool.timeout = 10  # type: ignore[attr-defined]
    assert await views.query("SELECT count(*) FROM page_views", {}) == [(2000,)]


async def test_health_reports_without_a_query(views: PageViewStore):
    assert views.health()["last_commit"] is None
    await views.add_views([numbered(1)])
    health = views.health()
    assert (health["answers"], health["rows"], health["waiting"]) == (True, 1, health["waiting"])
    assert health["engine"] in ("duckdb", "clickhouse")
    assert str(health["last_commit"]).endswith("+00:00")
