"""Both engines return the rows that expected.py has for each report."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.pageviews.queries.conftest import MakeSource
from tests.pageviews.queries.expected import EXPECTED
from tests.pageviews.queries.week import BUY, NOW, TITLES, WEEK, view_at
from utilities import reports
from utilities.config.discovery import discover_units
from utilities.model.errors import SourceMisconfigured
from utilities.model.frames import DateRange
from utilities.model.period_words import describe_period
from utilities.pageviews.storage.interface import PageViewStore
from utilities.reports import Report
from utilities.sources.pageviews import PageViewQuery, PageViewSource, site_queries

REPORTS = {
    each.name: each for each in discover_units(reports, "REPORT", Report) if isinstance(each.query, PageViewQuery)
}


async def query_report(source: PageViewSource, report: Report) -> tuple[tuple[object, ...], ...]:
    return (await source.fetch_frame(report.query)).rows


async def test_every_report_returns_the_expected_rows(make_source: MakeSource):
    source = await make_source(WEEK)
    frames = {name: await query_report(source, report) for name, report in REPORTS.items() if name != "site-by-hour"}
    paper = {name: EXPECTED[report.query.question] for name, report in REPORTS.items() if name != "site-by-hour"}
    assert frames == paper


async def test_hours_without_views_are_listed_and_the_last_is_partial(make_source: MakeSource):
    rows = await query_report(await make_source(WEEK), REPORTS["site-by-hour"])
    assert len(rows) == 6 * 24 + 13
    assert rows[-1] == ("2026-03-10", "12:00", "+01:00", 1, 1, 1)
    assert [row for row in rows if row[3]] == [
        ("2026-03-09", "23:00", "+01:00", 1, 1, 1),
        ("2026-03-10", "00:00", "+01:00", 1, 1, 1),
        ("2026-03-10", "09:00", "+01:00", 3, 1, 1),
        ("2026-03-10", "10:00", "+01:00", 1, 1, 1),
        ("2026-03-10", "12:00", "+01:00", 1, 1, 1),
    ]


async def test_empty_store_answers_every_report(make_source: MakeSource):
    source = await make_source()
    for name, report in REPORTS.items():
        frame = await source.fetch_frame(report.query)
        figures = [cell for row in frame.rows for cell in row if isinstance(cell, int | float)]
        assert not any(figures), name
    assert (await source.fetch_frame(REPORTS["site-totals"].query)).rows == ((0, None) * 3 + (None,) * 6,)


async def test_empty_table_makes_no_statement_about_days_that_are_not_over(make_source: MakeSource):
    source = await make_source()
    source.clock = iter(NOW + timedelta(milliseconds=n) for n in range(14)).__next__  # time passes while it asks
    assert (await source.fetch_frame(PageViewQuery("now", first="now-5m"))).date_range is None
    today = await source.fetch_frame(PageViewQuery("pages", first="now/d"))
    assert today.date_range == DateRange(
        date(2026, 3, 10), date(2026, 3, 10), "Europe/Berlin", has_ended=False, until="13:00"
    )
    minutes = await source.fetch_frame(PageViewQuery("totals", first="now-30m", compare=True))
    assert minutes.previous_range == DateRange(
        date(2026, 3, 9), date(2026, 3, 9), "Europe/Berlin", until="13:00", window_minutes=30
    )
    assert today.current_until == datetime(2026, 3, 10, 23, tzinfo=UTC)  # midnight in Berlin
    over = await source.fetch_frame(PageViewQuery("pages", first="now-1d/d", last="now-1d/d"))
    assert over.current_until is None
    assert over.date_range == DateRange(date(2026, 3, 9), date(2026, 3, 9), "Europe/Berlin")


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("now-2h", "now", "in the last 2 hours"),
        ("now-25h", "now-24h", "60 minutes until 13:00, Mon 9 March"),  # not the last hour
    ],
)
async def test_moment_that_lies_back_is_dated_and_stays_as_long(make_source: MakeSource, first, last, words):
    source = await make_source()
    source.clock = iter(NOW + timedelta(milliseconds=n) for n in range(9)).__next__
    frame = await source.fetch_frame(PageViewQuery("totals", first=first, last=last))
    assert describe_period(replace(frame, read_on=NOW.date())) == words
    assert frame.current_until and frame.current_until >= NOW + timedelta(hours=1)


async def test_site_says_how_to_begin_until_its_first_page_view(
    make_source: MakeSource, page_view_store: PageViewStore
):
    source = await make_source()
    for site in ("blog", "shop"):
        for question in ("present", "totals", "pages", "by-day"):
            first, how = (await source.fetch_frame(PageViewQuery(question, site=site))).setup_hint
            assert (first, "/a.js" in how) == ("Waiting for the first page view", True)
    await page_view_store.add_views([view for view in WEEK if view.site == "blog"])
    empty = PageViewQuery("pages", site="blog", first="2020-01-01", last="2020-01-02")
    assert (await source.fetch_frame(empty)).setup_hint == ()
    assert (await source.fetch_frame(replace(empty, site="shop"))).setup_hint


async def test_a_filter_selects_the_visits_that_contain_it(make_source: MakeSource):
    source = await make_source(WEEK)

    async def rows(question: str, **more: str) -> list[object]:
        return [row[:2] for row in (await source.fetch_frame(PageViewQuery(question, **more))).rows]

    assert await rows("referrers-for-page", page="/pricing") == [
        ("/", "https://www.google.com/"),
        ("/pricing", "https://news.example/item?id=1,2"),
    ]
    assert await rows("referrers-to-page", referrer="google.com") == [("https://www.google.com/", "/")]
    assert await rows("referrers-to-page", referrer="https://www.google.com/") == [("https://www.google.com/", "/")]
    assert await rows("pages", page=BUY) == [("/", 1), (BUY, 1), ("/pricing", 1)]
    assert await rows("pages", page="/pri*", country="France") == await rows("pages", country="FR") == [("/pricing", 1)]
    assert await rows("totals", traffic_source="news.example", device="mobile", country="unknown") == [(2, 1)]
    for question, query in site_queries().items():
        if query.has_visits:
            nobody = PageViewQuery(question, page="/nowhere", referrer="nobody.example")
            rows_of_nobody = (await source.fetch_frame(nobody)).rows
            assert not any(cell for row in rows_of_nobody for cell in row if not isinstance(cell, str)), question


async def test_titles_are_returned_unchanged(make_source: MakeSource):
    titles = [
        *TITLES.values(),
        "x" * 300,
        'שלום, "עולם"',
        "=1+1",
        "a\tb",
        "'; DROP TABLE page_views; --",
        "$site {site}",
    ]
    source = await make_source([view_at(n, n, "10 08:00:00", f"/{n}", title=title) for n, title in enumerate(titles)])
    frame = await source.fetch_frame(PageViewQuery("titles", limit=100))
    assert set(frame.column_values("title")) == set(titles)


async def test_site_is_the_first_unless_another_is_named(make_source: MakeSource):
    source = await make_source(WEEK)
    assert (await source.fetch_frame(PageViewQuery("totals", site="shop"))).column_values("views") == (1,)
    assert (await source.fetch_frame(PageViewQuery("totals"))).column_values("views") == (7,)
    with pytest.raises(SourceMisconfigured, match="`site` must be one of blog, shop"):
        await source.fetch_frame(PageViewQuery("totals", site="nobody"))


async def test_unconfigured_sites_are_counted_together(make_source: MakeSource):
    source = await make_source(WEEK, sites="")
    assert (await source.fetch_frame(PageViewQuery("totals"))).column_values("views") == (8,)
    assert (await source.fetch_frame(PageViewQuery("totals", site="shop"))).column_values("views") == (1,)


async def test_invalid_query_states_the_reason(make_source: MakeSource):
    source = await make_source()
    for ask, why in (
        (PageViewQuery("pagse"), "`question` is 'pagse'; use one of agents, browsers"),
        (PageViewQuery("flow", compare=True), "cannot be compared"),
        (PageViewQuery("dropped", page="/"), "`page` cannot filter hits that are not counted"),
        (PageViewQuery("pages", limit=0), "`limit` must be from 1 to"),
        (PageViewQuery("by-hour", first="now-2y"), "400 days apart at most"),
        (PageViewQuery("by-day", first="now-40y"), "7,320 days apart at most"),
        (PageViewQuery("pages", first="last week"), "`from` must be now, now-7d"),
    ):
        with pytest.raises(SourceMisconfigured, match=why):
            await source.fetch_frame(ask)


BEFORE_AND_AFTER = [("10", "/new"), ("10", "/both"), ("9", "/both"), ("9", "/both"), ("9", "/old"), ("8", "/new")]


async def test_names_are_joined_with_the_previous_period(make_source: MakeSource):
    source = await make_source(
        [view_at(n, n, f"{day} 08:00:00", path) for n, (day, path) in enumerate(BEFORE_AND_AFTER)]
    )
    ask = source.with_params(PageViewQuery("titles", first="2026-03-10", last="2026-03-10"), {}, compare=True)
    frame = await source.fetch_frame(ask)
    both = zip(
        frame.column_values("title"), frame.column_values("views"), frame.column_values("views:previous"), strict=True
    )
    assert set(both) == {("/new", 1, 0), ("/both", 1, 2)}


async def test_long_trail_is_cut(make_source: MakeSource):
    way = [view_at(1, 1, f"10 08:{n // 60:02d}:{n % 60:02d}", f"/{n}") for n in range(250)]
    others = [view_at(n, n, f"10 09:00:0{n}", "/") for n in (2, 3)]
    frame = await (await make_source(way + others)).fetch_frame(PageViewQuery("trails", limit=2))
    assert [row[2] for row in frame.rows] == [*(f"/{n}" for n in range(200)), "/"]
    assert frame.rows[199][5] == 1.0  # the next page is not here, and yet it ends the time on this one
    assert [note.text for note in frame.notes] == [
        "These are the 2 longest of 3 visits.",
        "Of one visit only the first 200 pages are here.",
    ]


async def test_views_with_one_time_have_a_stable_order(make_source: MakeSource):
    at_once = [view_at(1, 1, "10 08:00:00", f"/{n}", id=f"{9 - n:032x}") for n in (3, 1, 2)]  # by path, not by id
    source = await make_source(at_once)
    assert [row[2] for row in (await source.fetch_frame(PageViewQuery("trails"))).rows] == ["/1", "/2", "/3"]
    assert (await source.fetch_frame(PageViewQuery("flow"))).rows == (("2026-03-10", "Germany", "/1", "/3", 1),)
    assert (await source.fetch_frame(PageViewQuery("landing-pages"))).column_values("path") == ("/1",)
    assert (await source.fetch_frame(PageViewQuery("exit-pages"))).column_values("path") == ("/3",)
    pages = await source.fetch_frame(PageViewQuery("pages"))
    assert [row[:1] + row[3:] for row in pages.rows] == [
        ("/1", 0.0, 1, 0, 0),
        ("/2", 0.0, 0, 0, 0),
        ("/3", None, 0, 1, 0),
    ]


def test_every_question_has_a_report():
    assert {report.query.question for report in REPORTS.values()} == set(site_queries())
