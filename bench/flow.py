"""A change of the day on /flow over ten million page views, beside the engine's own time for that day's question."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from bench.questions import DAYS, NOW, store
from bench.results import Result
from bench.views import SITE
from utilities.charts.engine import Engine
from utilities.charts.flows import Link, flowing
from utilities.charts.gallery import Gallery
from utilities.charts.linked import linked
from utilities.flow.flows import Flows
from utilities.flow.wanted import Wanted
from utilities.pageviews.duck import DuckPageViews
from utilities.pageviews.flows import Depth, Through, flow
from utilities.pageviews.ranges import span
from utilities.pageviews.sites import Sites
from utilities.sheet import Box
from utilities.sources import Sources

ROUNDS = 5
SIZE = 10_000_000
WANT = Wanted(site=SITE, first=f"now-{DAYS}d/d", last="now", by=Depth.PATH, most=12)
BOX = Box(1072, 460, 14, 14)
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

    ours: float  # the whole range, through Flows
    theirs: float  # the same by hand
    step: float  # another day, from what is kept
    drawing: float  # and its drawing
    engine: float  # the engine's own time for that day alone


def measure(folder: Path) -> Iterator[Result]:
    rounds = asyncio.run(timed(folder))[1:]
    ours, theirs, step, drawing, engine = (
        median(getattr(each, name) for each in rounds) for name in ("ours", "theirs", "step", "drawing", "engine")
    )
    yield Result(
        "`/flow`: a change of the day over ten million page views, beside the engine's own time for that day",
        median(each.step / each.engine for each in rounds),
        "<=",
        1.3,
        f"{step * 1000:.2f} ms and {engine * 1000:,.0f} ms; drawing it takes {drawing * 1000:.0f} ms more",
    )
    yield Result(
        "`/flow`: the first answer for 31 days of ten million page views, beside SQL written by hand",
        median(each.ours / each.theirs for each in rounds),
        "<=",
        1.3,
        f"{ours * 1000:,.0f} ms and {theirs * 1000:,.0f} ms",
    )


async def timed(folder: Path) -> list[Round]:
    sites = Sites(folder / "no-sites.yaml", any_host=True, zone="UTC")
    sites.find(SITE, SITE)
    async with store(folder / "flow.duckdb", SIZE) as views, gallery() as drawings:
        return [await once(views, sites, drawings, number) for number in range(ROUNDS + 1)]


async def once(views: DuckPageViews, sites: Sites, drawings: Gallery, number: int) -> Round:
    flows = Flows(views, sites, Sources([], {}), lambda: NOW)
    at = [time.perf_counter()]
    found = await flows.flow(WANT)
    at.append(time.perf_counter())
    rows = await views.questions.run(lambda stop: by_hand(views, found.days[0], found.days[-1]))
    at.append(time.perf_counter())
    if {row[:3]: row[3] for row in rows} != {
        (band.day, named(band.landing), named(band.exit)): band.visits for band in found.bands
    }:
        raise SystemExit("/flow and the SQL by hand do not answer the same")
    day = found.days[number + 5]
    at.append(time.perf_counter())
    bands = (await flows.flow(replace(WANT, day=day))).of(day)
    total = bands.total
    at.append(time.perf_counter())
    drawn = flowing([Link(*pair) for pair in bands], BOX, WANT.most)
    if drawn is None:
        raise SystemExit("there is nothing to draw")
    linked(await drawings.draw(drawn.picture), drawn, lambda name: f"/flow?node={name}", str)
    at.append(time.perf_counter())
    one = span(f"{day}", f"{day}", ZoneInfo("UTC"), NOW)
    alone = await views.ask(*flow(Through(SITE), one, WANT.by, WANT.most))
    at.append(time.perf_counter())
    if abs(sum(row[-1] for row in alone) - total) > 0.001 * total:  # a visit over midnight is on both days there
        raise SystemExit(f"{day} has {total} visits in the range and {sum(row[-1] for row in alone)} alone")
    return Round(at[1] - at[0], at[2] - at[1], at[4] - at[3], at[5] - at[4], at[6] - at[5])


def named(name: str) -> str | None:
    return None if name == "(other)" else name


def by_hand(views: DuckPageViews, first: date, last: date) -> list[tuple[object, ...]]:
    with views.connection.cursor() as cursor:
        return cursor.execute(BY_HAND.format(site=SITE, first=first, last=last)).fetchall()


@asynccontextmanager
async def gallery() -> AsyncIterator[Gallery]:
    opened = Gallery(Engine())
    try:
        yield opened
    finally:
        await opened.close()
