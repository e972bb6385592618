"""Days with a clock change, and midnight, in the site's own zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.pageviews.queries.conftest import MakeSource
from tests.pageviews.queries.week import view_at
from utilities.pageviews import PageView
from utilities.sources.pageviews import PageViewQuery, PageViewSource


def hourly(zone: str, first: datetime, hours: int) -> list[PageView]:
    """A view at every full hour of UTC, each by another visitor, as the site's own clock has it."""
    there = ZoneInfo(zone)
    moments = [first + timedelta(hours=count) for count in range(hours)]
    offsets = [int((at.astimezone(there).utcoffset() or timedelta()).total_seconds() // 60) for at in moments]
    pairs = enumerate(zip(moments, offsets, strict=True))
    return [view_at(n, n, "1 00:00:00", "/", at=at, offset=offset) for n, (at, offset) in pairs]


async def counted(source: PageViewSource, question: str, **more: str) -> list[tuple[object, ...]]:
    return [row for row in (await source.fetch_frame(PageViewQuery(question, limit=100, **more))).rows if row[-1]]


def sites(zone: str) -> str:
    return f"sites: [{{name: blog, domains: [example.com], zone: {zone}}}]\n"


@pytest.mark.parametrize(
    ("zone", "day", "views"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2026-11-01", 25),
        ("Asia/Beirut", "2026-03-29", 23),
        ("Atlantic/Azores", "2026-10-25", 25),
        ("Asia/Kathmandu", "2026-03-29", 24),
        ("Pacific/Kiritimati", "2026-03-29", 24),
    ],
)
async def test_day_has_the_views_of_all_its_hours_and_no_other(
    make_source: MakeSource, zone: str, day: str, views: int
):
    around = datetime.fromisoformat(f"{day}T00:00:00+00:00") - timedelta(days=2)
    source = await make_source(hourly(zone, around, 5 * 24), now=around + timedelta(days=9), sites=sites(zone))
    there = {"first": day, "last": day}
    assert (await source.fetch_frame(PageViewQuery("totals", **there))).column_values("views") == (views,)
    assert [row[:2] for row in await counted(source, "by-day", **there)] == [(day, views)]
    hours = await counted(source, "by-hour", **there)
    assert sum(int(str(row[3])) for row in hours) == views
    assert {row[0] for row in hours} == {day}


async def test_repeated_hour_is_distinguished_by_its_offset_from_utc(make_source: MakeSource):
    begins = datetime(2026, 10, 24, 22, tzinfo=UTC)
    source = await make_source(hourly("Europe/Berlin", begins, 25), now=begins + timedelta(days=3))
    rows = await counted(source, "by-hour", first="2026-10-25", last="2026-10-25")
    assert [row[1:4] for row in rows][1:5] == [
        ("01:00", "+02:00", 1),
        ("02:00", "+02:00", 1),
        ("02:00", "+01:00", 1),
        ("03:00", "+01:00", 1),
    ]
    four = await counted(source, "four-hours", first="2026-10-25", last="2026-10-25")
    assert four[0] == ("00:00 to 04:00", 5, 5, 5)
    week = await counted(source, "weekday-hours", first="2026-10-25", last="2026-10-25")
    assert ("Sun", "02:00", 2) in week


async def test_view_in_the_last_millisecond_of_a_day_is_of_that_day(make_source: MakeSource):
    last = view_at(1, 1, "9 22:59:59.999", "/late")
    first = view_at(2, 2, "9 23:00:00", "/early")
    source = await make_source([last, first])
    monday = {"first": "2026-03-09", "last": "2026-03-09"}
    assert [row[0] for row in await counted(source, "pages", **monday)] == ["/late"]
    assert [row[0] for row in await counted(source, "pages", first="now/d")] == ["/early"]


async def test_visit_past_midnight_counts_once_for_the_week_and_on_both_days(make_source: MakeSource):
    source = await make_source([view_at(1, 1, "9 22:59:00", "/a"), view_at(1, 1, "9 23:01:00", "/b")])
    assert (await source.fetch_frame(PageViewQuery("totals"))).column_values("visits") == (1,)
    assert [row[3] for row in await counted(source, "by-day")] == [1, 1]
    assert (await source.fetch_frame(PageViewQuery("landing-pages"))).column_values("path") == ("/a",)


async def test_sites_in_several_zones_are_each_counted_on_their_own_clock(make_source: MakeSource):
    at = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
    far = [("kiribati", 14 * 60), ("samoa", -11 * 60), ("berlin", 60)]
    views = [view_at(n, n, "1 00:00:00", "/", at=at, site=site, offset=off) for n, (site, off) in enumerate(far)]
    source = await make_source(views, sites="")
    assert (await source.fetch_frame(PageViewQuery("totals", first="now/d"))).column_values("views") == (3,)
    days = {row[0] for row in await counted(source, "by-day", first="now/d")}
    assert days == {"2026-03-10", "2026-03-09"}
