"""Another day on /flow over ten million page views, asked over HTTP, beside the engine's own time for that day."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import cast
from zoneinfo import ZoneInfo

from tornado.httpclient import AsyncHTTPClient

from bench.results import Result
from bench.views import SITE, fill
from handlers.serving.server import serving
from utilities.config.settings import read_settings
from utilities.flow.query import Wanted
from utilities.flow.service import Flows
from utilities.model.clock import utc_now
from utilities.model.time_ranges import parse_range
from utilities.pageviews.sql.flow import Depth, Through, flow
from utilities.pageviews.storage.duckdb_engine import DuckDBPageViewStore
from utilities.sources import Sources

ROUNDS = 5
SIZE = 10_000_000
DAYS = 31
WANT = Wanted(site=SITE, days=str(DAYS), by=Depth.PATH, most=12)
PART = {"HX-Request": "true", "HX-Target": "day"}
BY_HAND = """
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
class Round:
    """Seconds."""

    ours: float  # the whole range
    theirs: float  # the same by hand
    first: float  # another day, over HTTP, drawn for a desk and for the hand
    step: float  # the same once more: the drawings are kept, all else is done again
    engine: float  # the engine's own time for that day alone


def measure(folder: Path) -> Iterator[Result]:
    rounds = asyncio.run(timed(folder))[1:]
    ours, theirs, first, step, engine = (
        median(getattr(each, name) for each in rounds) for name in ("ours", "theirs", "first", "step", "engine")
    )
    yield Result(
        "`/flow`: another day over ten million page views, but its drawing, beside the engine's own time for that day",
        median(each.step / each.engine for each in rounds),
        "<=",
        1.3,
        f"{step * 1000:.0f} ms over HTTP and {engine * 1000:,.0f} ms; "
        f"the two drawings take {(first - step) * 1000:.0f} ms more",
    )
    yield Result(
        "`/flow`: the first answer for 31 days of ten million page views, beside SQL written by hand",
        median(each.ours / each.theirs for each in rounds),
        "<=",
        1.3,
        f"{ours * 1000:,.0f} ms and {theirs * 1000:,.0f} ms",
    )


async def timed(folder: Path) -> list[Round]:
    settings = read_settings({"PORT": "0", "DATA_DIR": str(folder)}, env_file=None)
    async with serving(settings) as (services, port):
        if services.flows is None:
            raise SystemExit("this Foyer has no flows")
        views = cast(DuckDBPageViewStore, services.flows.views)
        views.query_pool.timeout = 600.0  # a slow machine is to be measured, too
        now = utc_now()
        fill(views.connection, SIZE, now - timedelta(days=DAYS - 1), now)
        kept = (await services.flows.flow(WANT)).days
        rounds = []
        for number in range(ROUNDS + 1):
            day = kept[number + 5]
            ours, theirs = await whole(services.flows, views)
            first, step = await changed(port, day), await changed(port, day)
            rounds.append(Round(ours, theirs, first, step, await alone(services.flows, views, day)))
        return rounds


async def whole(flows: Flows, views: DuckDBPageViewStore) -> tuple[float, float]:
    """The range, asked anew, and the same by hand."""
    anew = Flows(views, flows.sites, Sources([], {}), utc_now)
    began = time.perf_counter()
    found = await anew.flow(WANT)
    between = time.perf_counter()
    rows = await views.query_pool.run(lambda stop: by_hand(views, found.days[0], found.days[-1]))
    ended = time.perf_counter()
    if {row[:3]: row[3] for row in rows} != {
        (band.day, named(band.landing), named(band.exit)): band.visits for band in found.bands
    }:
        raise SystemExit("/flow and the SQL by hand do not answer the same")
    return between - began, ended - between


async def changed(port: int, day: date) -> float:
    """Another day, as the slider asks for it."""
    address = f"http://127.0.0.1:{port}{WANT.href(day=day)}"
    began = time.perf_counter()
    answer = await AsyncHTTPClient().fetch(address, headers=PART, request_timeout=600)
    ended = time.perf_counter()
    if b"</svg>" not in answer.body or f"{day.day} {day:%b}".encode() not in answer.body:
        raise SystemExit("the answer is not that day's drawing")
    return ended - began


async def alone(flows: Flows, views: DuckDBPageViewStore, day: date) -> float:
    """The engine's own time for one day."""
    sql, values = flow(Through(SITE), parse_range(f"{day}", f"{day}", ZoneInfo("UTC"), utc_now()), WANT.by, WANT.most)
    began = time.perf_counter()
    rows = await views.query(sql, values)
    ended = time.perf_counter()
    there, here = (await flows.flow(WANT)).of(day).total, sum(row[-1] for row in rows)
    if abs(there - here) > 0.001 * there:  # a visit over midnight begins again where a day stands alone
        raise SystemExit(f"{day} has {there} visits in the range and {here} alone")
    return ended - began


def named(name: str) -> str | None:
    return None if name == "(other)" else name


def by_hand(views: DuckDBPageViewStore, first: date, last: date) -> list[tuple[object, ...]]:
    with views.connection.cursor() as cursor:
        return cursor.execute(BY_HAND.format(site=SITE, first=first, last=last)).fetchall()
