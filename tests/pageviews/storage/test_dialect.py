"""Both engines mean the same by the SQL that reports are written in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.pageviews.storage.views import NOON, view
from utilities.pageviews.storage.interface import PageViewStore

EXPRESSIONS: list[tuple[str, Any]] = [
    ("count(*)", 6),
    ("count(DISTINCT visitor)", 3),
    ("count(DISTINCT visitor) FILTER (WHERE country = 'DE')", 1),
    ("countIf(path = '/a')", 3),
    ("sum(screen)", 6000),
    ("sum(screen) FILTER (WHERE path = '/none')", None),
    ("avg(screen)", 1000.0),
    ("min(screen) + max(screen)", 2000),
    ("argMin(path, moment)", "/a"),
    ("argMax(path, moment)", "/c"),
    ("any_value(host)", "example.com"),
    ("medianOf(screen)", 1000.0),
    ("quantileOf(screen, 0.95)", 1375.0),
    ("countIf(screen > 500) / count(*)", 5 / 6),
    ("intDiv(count(*), 4)", 1),
    ("if(count(*) > 5, 'many', 'few')", "many"),
    ("CASE WHEN count(*) > 5 THEN 'many' ELSE 'few' END", "many"),
    ("coalesce(nullIf(max(campaign), ''), 'none')", "none"),
    ("dateDiff('second', min(moment), max(moment))", 1250),
    ("dateDiff('day', min(day), max(day))", 0),
    ("max(millis(moment)) - min(millis(moment))", 1_250_000),
    ("min(millis(moment))", 1_773_144_000_125),
    ("min(toDayOfWeek(day))", 2),
    ("min(toMonday(day))", date(2026, 3, 9)),
    ("min(toStartOfMonth(day))", date(2026, 3, 1)),
    ("min(localTime(moment, zone_offset))", NOON + timedelta(hours=1)),
    ("max(lower('AbC') || upper('x'))", "abcX"),
    ("countIf(startsWith(path, '/'))", 6),
    ("countIf(path LIKE '/_')", 6),
    ("max(substring(host, 1, 4))", "exam"),
    ("max(length(host))", 11),
    ("min(moment)", NOON),
    ("max(hour)", 13),
    ("count(DISTINCT name) = 1", True),
]

QUERIES: list[tuple[str, dict[str, Any], list[tuple[Any, ...]]]] = [
    (
        "SELECT path, count(*) AS views FROM page_views GROUP BY path ORDER BY views DESC, path LIMIT 2 OFFSET 1",
        {},
        [("/b", 2), ("/c", 1)],
    ),
    (
        "SELECT count(*) FROM page_views WHERE path IN $some AND NOT path IN $none",
        {"some": ["/a", "/b"], "none": []},
        [(5,)],
    ),
    (
        "SELECT count(*) FROM page_views WHERE day BETWEEN $first AND $last AND site = $site",
        {"first": date(2026, 3, 10), "last": date(2026, 3, 10), "site": "main"},
        [(6,)],
    ),
    (
        "SELECT count(*) FROM page_views WHERE moment >= $since AND moment < $until",
        {"since": NOON + timedelta(seconds=250), "until": NOON + timedelta(seconds=750)},
        [(2,)],
    ),
    (
        "WITH visits AS (SELECT visit, count(*) AS views, argMin(path, moment) AS landing FROM page_views"
        " GROUP BY visit) SELECT landing, countIf(views = 1), sum(views) FROM visits GROUP BY landing"
        " HAVING sum(views) > 1",
        {},
        [("/a", 0, 6)],
    ),
    (
        "SELECT path, lead(path) OVER (PARTITION BY visit ORDER BY moment) AS next,"
        " row_number() OVER (ORDER BY moment) FROM page_views ORDER BY moment DESC LIMIT 2",
        {},
        [("/c", None, 6), ("/b", "/c", 5)],
    ),
    (
        "SELECT a.path, b.n FROM (SELECT DISTINCT path FROM page_views) a LEFT JOIN (SELECT path, count(*) AS n FROM"
        " page_views WHERE path <> '/c' GROUP BY path) b ON a.path = b.path ORDER BY b.n, a.path",
        {},
        [("/b", 2), ("/a", 3), ("/c", None)],
    ),
    (
        "SELECT day FROM (SELECT max(day) AS day FROM page_views WHERE day > $day UNION ALL SELECT max(day)"
        " FROM page_views) ORDER BY day",
        {"day": date(2030, 1, 1)},
        [(date(2026, 3, 10),), (None,)],
    ),
    (
        "SELECT $text, $whole, $part, $yes",
        {"text": "it's $whole; {x:String}\\n", "whole": -(2**62), "part": 0.25, "yes": True},
        [("it's $whole; {x:String}\\n", -(2**62), 0.25, True)],
    ),
]


@pytest.fixture
async def six(views: PageViewStore) -> PageViewStore:
    """Six page views of one visit, 250 seconds apart."""
    paths = ["/a", "/a", "/b", "/a", "/b", "/c"]
    await views.add_views(
        [
            view(
                at=NOON + timedelta(seconds=250 * number),
                path=path,
                visitor=number % 3,
                country="DE" if number % 3 == 0 else "FR",
                screen=[1000, 500, 1000, 1000, 1000, 1500][number],
            )
            for number, path in enumerate(paths)
        ]
    )
    return views


async def test_expressions_mean_the_same(six: PageViewStore):
    results = {}
    for expression, _ in EXPRESSIONS:
        ((results[expression],),) = await six.query(f"SELECT {expression} FROM page_views", {})
    assert results == {
        expression: pytest.approx(value) if isinstance(value, float) else value for expression, value in EXPRESSIONS
    }


async def test_queries_mean_the_same(six: PageViewStore, subtests: pytest.Subtests):
    for sql, values, rows in QUERIES:
        with subtests.test(sql, values=values):
            assert await six.query(sql, values) == rows


async def test_aggregates_of_no_rows(views: PageViewStore):
    sql = "SELECT count(*), sum(screen), min(day), max(moment), avg(screen), medianOf(screen), argMin(path, moment)"
    rows = await views.query(f"{sql}, count(DISTINCT path), countIf(path = '') FROM page_views", {})
    assert rows == [(0, None, None, None, None, None, None, 0, 0)]


async def test_days_of_23_and_25_hours_have_every_hour_once(views: PageViewStore):
    spring, autumn = (datetime(2026, 3, 28, 23, tzinfo=UTC), 23), (datetime(2026, 10, 24, 22, tzinfo=UTC), 25)
    for start, hours in (spring, autumn):
        for each in range(hours):
            at = start + timedelta(hours=each)
            summer = datetime(2026, 3, 29, 1, tzinfo=UTC) <= at < datetime(2026, 10, 25, 1, tzinfo=UTC)
            await views.add_views([view(at=at, offset=120 if summer else 60)])
    sql = "SELECT day, count(*), count(DISTINCT hour), countIf(hour = 2) FROM page_views GROUP BY day ORDER BY day"
    assert await views.query(sql, {}) == [(date(2026, 3, 29), 23, 23, 0), (date(2026, 10, 25), 25, 24, 2)]
