"""Reports over ten million page views, compared with the same questions asked of the engine in SQL written by hand."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bench.results import Result
from bench.views import SITE, fill
from utilities import reports
from utilities.config.discovery import discover_units
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.pageviews.storage.duckdb_engine import DuckDBPageViewStore, open_duckdb_store
from utilities.reports import Report
from utilities.sources.pageviews import PageViewSource

ROUNDS = 5
DAYS = 30
SIZES = (1_000_000, 10_000_000)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REPORTS = ("site-totals", "site-pages", "site-by-day", "site-flow")
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
PERIODS = ((MIDNIGHT - timedelta(days=29), NOW), (MIDNIGHT - timedelta(days=59), NOW - timedelta(days=30)))
"""The last 30 days, and those before: site-totals compares the two, and so does the SQL."""

WHERE = f"site = '{SITE}' AND day BETWEEN '{{0:%F}}' AND '{{1:%F}}' AND moment < '{{1:%F %T}}'"
BY_HAND = {
    "site-totals": """
        SELECT sum(n), count(DISTINCT visitor), count(*), avg((n = 1 AND hits = 1)::INT), avg(ms) / 1000, avg(n)
        FROM (SELECT any_value(visitor) AS visitor, count(*) AS hits, count(*) FILTER (name = '') AS n,
            epoch_ms(max(moment)) - epoch_ms(min(moment)) AS ms
            FROM page_views WHERE {where} GROUP BY visit) WHERE n > 0""",
    "site-pages": """
        SELECT path, count(*) AS views, count(DISTINCT visit), avg(epoch_ms(next) - epoch_ms(moment)) / 1000,
            count(*) FILTER (first), count(*) FILTER (next IS NULL), count(*) FILTER (
                first AND next IS NULL AND visit NOT IN (SELECT visit FROM page_views WHERE {where} AND name <> ''))
        FROM (SELECT path, visit, moment, lead(moment) OVER way AS next, lag(moment) OVER way IS NULL AS first
            FROM page_views WHERE {where} AND name = '' WINDOW way AS (PARTITION BY visit ORDER BY moment))
        GROUP BY path ORDER BY views DESC LIMIT 10""",
    "site-by-day": """
        SELECT day, count(*), count(DISTINCT visitor), count(DISTINCT visit)
        FROM page_views WHERE {where} AND name = '' GROUP BY day ORDER BY day""",
    "site-flow": """
        SELECT day, country, landing, exit, count(*) AS visits
        FROM (SELECT arg_min(day, moment) AS day, arg_min(country, moment) AS country, arg_min(path, moment) AS landing,
            arg_max(path, moment) AS exit
            FROM page_views WHERE {where} AND name = '' GROUP BY visit)
        GROUP BY ALL ORDER BY visits DESC LIMIT 1000""",
}


@dataclass(frozen=True)
class Spent:
    """Seconds of one report and of the same question by hand; processor time is that of every thread."""

    ours: float
    theirs: float
    ours_busy: float
    theirs_busy: float


Rounds = list[tuple[Spent, Spent]]  # of the small store and of the large one, one after the other


def measure(folder: Path) -> Iterator[Result]:
    for report, rounds in asyncio.run(timed(folder)).items():
        ratios = sorted(large.ours / large.theirs for _, large in rounds)
        busy = median(large.ours_busy / large.theirs_busy for _, large in rounds)
        ours, theirs = (median(getattr(large, which) for _, large in rounds) for which in ("ours", "theirs"))
        yield Result(
            f"`{report}` over ten million page views, compared with SQL written by hand",
            median(ratios),
            "<=",
            1.3,
            f"{ours * 1000:,.0f} ms and {theirs * 1000:,.0f} ms; ratios {ratios[0]:.2f} to {ratios[-1]:.2f}; "
            f"by processor time {busy:.2f}",
        )
        growths = sorted(large.ours / small.ours for small, large in rounds)
        busy = median(large.ours_busy / small.ours_busy for small, large in rounds)
        before = median(small.ours for small, _ in rounds)
        yield Result(
            f"`{report}`: from one million to ten, by how much it grows",
            median(growths),
            "<=",
            SIZES[1] / SIZES[0],
            f"{before * 1000:,.0f} ms and {ours * 1000:,.0f} ms; {growths[0]:.1f} to {growths[-1]:.1f} times; "
            f"by processor time {busy:.1f}",
        )


async def timed(folder: Path) -> dict[str, Rounds]:
    """Each report and the SQL by hand at both sizes in turn, round by round, warm."""
    small, large = SIZES
    async with store(folder / f"{small}.duckdb", small) as few, store(folder / f"{large}.duckdb", large) as many:
        sites = SiteRegistry(folder / "no-sites.yaml", any_host=True, zone="UTC")
        sites.find_site(SITE, SITE)
        sources = [(views, PageViewSource(views, sites, lambda: NOW, DAYS)) for views in (few, many)]
        found = {report.name: report for report in discover_units(reports, "REPORT", Report)}
        spent: dict[str, Rounds] = {}
        for name in REPORTS:
            rounds = [[await pair(*each, found[name]) for each in sources] for _ in range(ROUNDS + 1)]
            spent[name] = [(first, second) for first, second in rounds[1:]]
        return spent


async def pair(views: DuckDBPageViewStore, source: PageViewSource, report: Report) -> Spent:
    began, busy = time.perf_counter(), time.process_time()
    frame = await source.fetch_frame(source.with_params(report.query, {"site": SITE}))
    between, busy_between = time.perf_counter(), time.process_time()
    rows = await views.query_pool.run(lambda stop: by_hand(views, report.name))  # on a thread like the report's
    ended, busy_ended = time.perf_counter(), time.process_time()
    if len(frame.rows) != len(rows):
        raise SystemExit(f"{report.name} answers {len(frame.rows)} rows, the SQL by hand {len(rows)}")
    return Spent(between - began, ended - between, busy_between - busy, busy_ended - busy_between)


def by_hand(views: DuckDBPageViewStore, report: str) -> list[tuple[object, ...]]:
    periods = PERIODS if report == "site-totals" else PERIODS[:1]
    with views.connection.cursor() as cursor:
        asked = [BY_HAND[report].replace("{where}", WHERE.format(*period)) for period in periods]
        first, *_ = [cursor.execute(sql).fetchall() for sql in asked]
        return first


@asynccontextmanager
async def store(file: Path, size: int) -> AsyncIterator[DuckDBPageViewStore]:
    """A store with so many page views in the last 30 days."""
    views = await open_duckdb_store(file, lambda: NOW)
    views.query_pool.timeout = 600.0  # a slow machine is to be measured, too
    fill(views.connection, size, NOW - timedelta(days=DAYS), NOW)
    try:
        yield views
    finally:
        await views.close()
