"""Another day on /flow over ten million page views, over HTTP, and the engine's own time for that day."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import cast
from zoneinfo import ZoneInfo

from tornado.httpclient import AsyncHTTPClient

from bench.results import Result
from bench.views import SITE, fill
from handlers.serving.server import run_server
from utilities.config.environment import read_settings
from utilities.flow.model import Flow
from utilities.flow.query import FlowQuery
from utilities.flow.reports import flow_report
from utilities.model.clock import utc_now
from utilities.model.frames import REST_NAME
from utilities.model.time_ranges import parse_range
from utilities.pageviews.sql.flow import PageDepth, VisitFilter, flow_sql
from utilities.pageviews.storage.duckdb_engine import DuckDBPageViewStore
from utilities.pageviews.storage.reopening_store import ReopeningPageViewStore
from utilities.refresh.parameterized_reports import ParameterizedReports
from utilities.sources import Sources
from utilities.sources.pageviews import PageViewSource

ROUNDS = 5
SIZE = 10_000_000
DAYS = 31
QUERY = FlowQuery(site=SITE, days=str(DAYS), by=PageDepth.PATH, limit=12)
DAY_PART = {"HX-Request": "true", "HX-Target": "day"}
HANDWRITTEN_SQL = """
    WITH pairs AS MATERIALIZED (
        SELECT day, landing, exit, count(*) AS visits
        FROM (SELECT min(day) AS day, arg_min(path, (moment, id)) AS landing, arg_max(path, (moment, id)) AS exit
            FROM page_views WHERE site = '{site}' AND name = '' AND day BETWEEN '{first}' AND '{last}' GROUP BY visit)
        GROUP BY ALL
    ), landings AS (SELECT landing FROM pairs GROUP BY landing ORDER BY sum(visits) DESC, landing LIMIT 12),
    exits AS (SELECT exit FROM pairs GROUP BY exit ORDER BY sum(visits) DESC, exit LIMIT 12)
    SELECT day, CASE WHEN landing IN (FROM landings) THEN landing END AS a,
        CASE WHEN exit IN (FROM exits) THEN exit END AS b, sum(visits)
    FROM pairs GROUP BY ALL"""


@dataclass(frozen=True)
class FlowRound:
    """Seconds of one round."""

    first_answer: float  # of the range
    handwritten: float  # the same by handwritten SQL
    new_day: float  # another day, over HTTP, drawn for a desk and for a phone
    step: float  # the same again: the drawings are cached, all else is repeated
    engine: float  # the engine's own time for that day


def measure(folder: Path) -> Iterator[Result]:
    rounds = asyncio.run(time_rounds(folder))[1:]
    names = ("first_answer", "handwritten", "new_day", "step", "engine")
    first_answer, handwritten, new_day, step, engine = (
        median(getattr(each, name) for each in rounds) for name in names
    )
    yield Result(
        "`/flow`: another day over ten million page views, but its drawing, to the engine's time for that day",
        median(each.step / each.engine for each in rounds),
        "<=",
        1.3,
        f"{step * 1000:.0f} ms over HTTP and {engine * 1000:,.0f} ms; "
        f"the two drawings take {(new_day - step) * 1000:.0f} ms more",
    )
    yield Result(
        "`/flow`: the first answer for 31 days of ten million page views, compared with SQL written by hand",
        median(each.first_answer / each.handwritten for each in rounds),
        "<=",
        1.3,
        f"{first_answer * 1000:,.0f} ms and {handwritten * 1000:,.0f} ms",
    )


async def time_rounds(folder: Path) -> list[FlowRound]:
    settings = read_settings({"PORT": "0", "DATA_DIR": str(folder)}, env_file=None)
    async with run_server(settings) as (services, port):
        source = cast(PageViewSource, services.sources.configured["pageviews"])
        views = cast(DuckDBPageViewStore, cast(ReopeningPageViewStore, source.views).opened_store())
        views.query_pool.timeout = 600.0  # a slow machine is to be measured, too
        allow_slow_queries(services.variants)
        now = utc_now()
        fill(views.connection, SIZE, now - timedelta(days=DAYS - 1), now)
        days = (await fetch_flow(source))[0].days
        address = f"http://127.0.0.1:{port}{QUERY.href()}"
        while b"</svg>" not in (await AsyncHTTPClient().fetch(address, request_timeout=600)).body:
            continue  # each request waits some seconds for the query
        rounds = []
        for number in range(ROUNDS + 1):
            day = days[number + 5]
            found, first_answer, handwritten = await time_full_range(source, views)
            new_day, step = await time_day(port, day), await time_day(port, day)
            rounds.append(FlowRound(first_answer, handwritten, new_day, step, await time_engine(found, views, day)))
        return rounds


def allow_slow_queries(reports: ParameterizedReports) -> None:
    """Lets queries take ten minutes: a slow machine is to be measured, too."""
    reports.refresher.context = replace(reports.refresher.context, timeout=600.0)


async def fetch_flow(source: PageViewSource) -> tuple[Flow, float]:
    """Returns the flow of the range, queried as for the first person who opens the page, and the seconds it took."""
    reports = ParameterizedReports(Sources([], {"pageviews": source}), utc_now)
    allow_slow_queries(reports)
    await reports.refresher.start()
    began = time.perf_counter()
    name = reports.keep_fresh(flow_report(QUERY, source.sites, utc_now()), {})
    announcements = reports.store.listen()
    while (reading := reports.store.latest(name)) is None:
        await anext(announcements)
    if reading.frame is None:
        raise SystemExit(f"/flow has no figures: {reading.last_error}")
    found = Flow(reading.frame)
    seconds = time.perf_counter() - began
    await reports.refresher.stop()
    return found, seconds


async def time_full_range(source: PageViewSource, views: DuckDBPageViewStore) -> tuple[Flow, float, float]:
    """Returns the flow of the range, the seconds of its query, and those of the handwritten SQL."""
    found, first_answer = await fetch_flow(source)
    began = time.perf_counter()
    rows = await views.query_pool.run(lambda stop: run_handwritten(views, found.days[0], found.days[-1]))
    handwritten = time.perf_counter() - began
    expected = {row[:3]: row[3] for row in rows}
    if expected != {
        (date.fromisoformat(row.day), name_or_none(row.landing), name_or_none(row.exit)): row.visits
        for rows in found.rows_by_day.values()
        for row in rows
    }:
        raise SystemExit("/flow and the handwritten SQL do not have the same answer")
    return found, first_answer, handwritten


async def time_day(port: int, day: date) -> float:
    """Returns the seconds of another day, requested as the slider does."""
    address = f"http://127.0.0.1:{port}{QUERY.href(day=day)}"
    began = time.perf_counter()
    response = await AsyncHTTPClient().fetch(address, headers=DAY_PART, request_timeout=600)
    seconds = time.perf_counter() - began
    if b"</svg>" not in response.body or f"{day.day} {day:%b}".encode() not in response.body:
        raise SystemExit("the answer is not that day's chart")
    return seconds


async def time_engine(range_flow: Flow, views: DuckDBPageViewStore, day: date) -> float:
    """Returns the engine's own seconds for one day."""
    time_range = parse_range(f"{day}", f"{day}", ZoneInfo("UTC"), utc_now())
    sql, values = flow_sql(VisitFilter(SITE), time_range, QUERY.by, QUERY.limit)
    began = time.perf_counter()
    rows = await views.query(sql, values)
    seconds = time.perf_counter() - began
    in_range, alone = range_flow.totals(day).total, sum(row[-1] for row in rows)
    if abs(in_range - alone) > 0.001 * in_range:  # a visit over midnight is two visits when a day is queried alone
        raise SystemExit(f"{day} has {in_range} visits in the range and {alone} alone")
    return seconds


def name_or_none(name: str) -> str | None:
    return None if name == REST_NAME else name


def run_handwritten(views: DuckDBPageViewStore, first: date, last: date) -> list[tuple[object, ...]]:
    with views.connection.cursor() as cursor:
        return cursor.execute(HANDWRITTEN_SQL.format(site=SITE, first=first, last=last)).fetchall()
