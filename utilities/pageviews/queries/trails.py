"""The queries of single visits, and of the last minutes."""

from datetime import datetime, timedelta
from itertools import groupby

from utilities.model.frames import Note, Value
from utilities.model.time_ranges import TimeRange
from utilities.pageviews.classify.countries import country_name
from utilities.pageviews.queries import (
    VIEWS_COLUMN,
    VISITORS_COLUMN,
    VISITS_COLUMN,
    EngineRows,
    FrameRows,
    RestQuery,
    SiteQuery,
    integer_column,
    seconds_column,
    text_column,
)
from utilities.pageviews.sql.filters import UNKNOWN_NAME
from utilities.pageviews.sql.landing_exit import VIEW_ORDER_SQL

MAX_TRAIL_STEPS = 200  # of one trail


def number_steps(engine_rows: EngineRows, time_range: TimeRange) -> FrameRows:
    """Returns a row for each page of each visit, with its position and the time on the page."""
    rows: list[tuple[Value, ...]] = []
    place = longer = 0
    for place, (_, trail) in enumerate(groupby(engine_rows, key=lambda row: row[0]), 1):
        steps = list(trail)
        times = [row[2] for row in steps]
        longer += len(steps) > MAX_TRAIL_STEPS
        for step, (row, following) in enumerate(zip(steps, [*times[1:], None], strict=True), 1):
            stayed = None if following is None else (following - row[2]).total_seconds()
            if step <= MAX_TRAIL_STEPS:
                rows.append((place, step, row[4], row[5], format_local_time(row[2], row[3]), stayed))
    all_visits = int(engine_rows[0][6]) if engine_rows else 0
    sentences = [f"These are the {place:,} longest of {all_visits:,} visits."] if all_visits > place else []
    which = "one visit" if longer == 1 else f"{longer:,} visits"
    sentences += [f"Of {which} only the first {MAX_TRAIL_STEPS} pages are here."] if longer else []
    return rows, tuple(map(Note, sentences))


def format_recent_views(engine_rows: EngineRows, time_range: TimeRange) -> FrameRows:
    named = ((row[0], row[1], row[2], row[3], country_name(row[4]), *row[5:]) for row in engine_rows)
    rows = [(format_local_time(row[0], row[1]), *(cell or UNKNOWN_NAME for cell in row[2:])) for row in named]
    return rows, ()


def format_local_time(moment: datetime, offset: int) -> str:
    """Formats a moment in the site's time zone: `2026-11-20 10:42:07`."""
    return f"{moment.replace(tzinfo=None) + timedelta(minutes=int(offset)):%Y-%m-%d %H:%M:%S}"


TRAILS_QUERY = SiteQuery(
    "trails",
    """
    WITH longest AS (
        SELECT visit, count(*) AS pages, millis(max(moment)) - millis(min(moment)) AS lasted
        FROM page_views WHERE {where}{only} AND name = '' GROUP BY visit
        ORDER BY pages DESC, lasted DESC, visit LIMIT $limit
    ), ways AS (
        SELECT page_views.visit AS way, moment, id, zone_offset, path, title, pages, lasted,
            row_number() OVER (PARTITION BY page_views.visit ORDER BY {ORDER}) AS place
        FROM page_views JOIN longest ON page_views.visit = longest.visit WHERE {where} AND name = ''
    )
    SELECT way, place, moment, zone_offset, path, title,
        (SELECT count(DISTINCT visit) FROM page_views WHERE {where}{only} AND name = '') AS all_visits
    FROM ways WHERE place <= MOST
    ORDER BY pages DESC, lasted DESC, way, place""".replace("MOST", str(MAX_TRAIL_STEPS + 1)).replace(
        "{ORDER}", VIEW_ORDER_SQL
    ),
    (
        integer_column("visit", "Visit"),
        integer_column("step", "Step"),
        text_column("path", "Page"),
        text_column("title", "Title", 2),
        text_column("at", "At", 1),
        seconds_column("time", "Time"),
    ),
    number_steps,
)

LATEST_VIEWS_SQL = """(
        SELECT visitor, argMax(path, (moment, path, id)) AS page, argMax(title, (moment, path, id)) AS headline
        FROM page_views WHERE {where}{only} GROUP BY visitor
    ) AS latest"""

NOW_QUERY = SiteQuery(
    "now",
    f"""
    SELECT page, max(headline), count(*) AS visitors FROM {LATEST_VIEWS_SQL}
    GROUP BY page ORDER BY visitors DESC, page LIMIT $limit""",
    (text_column("path", "Page"), text_column("title", "Title", 1), VISITORS_COLUMN),
    rest=RestQuery(
        f"SELECT count(DISTINCT page) AS names, count(*) AS visitors FROM {LATEST_VIEWS_SQL} WHERE {{among}}",
        ("page",),
    ),
)
"""Each visitor counts on the page of the last view, so the sum is the number of visitors."""

PRESENT_QUERY = SiteQuery(
    "present",
    """
    SELECT count(DISTINCT visitor), count(DISTINCT visit), count(*) FILTER (WHERE name = '')
    FROM page_views WHERE {where}{only}""",
    (VISITORS_COLUMN, VISITS_COLUMN, VIEWS_COLUMN),
)

LIVE_QUERY = SiteQuery(
    "live",
    """
    SELECT moment, zone_offset, path, title, country, source, browser, device FROM page_views
    WHERE {where} AND name = ''{only} ORDER BY moment DESC, id DESC LIMIT $limit""",
    (
        text_column("at", "At"),
        text_column("path", "Page"),
        text_column("title", "Title", 2),
        text_column("country", "Country"),
        text_column("source", "Source"),
        text_column("browser", "Browser", 3),
        text_column("device", "Device", 3),
    ),
    format_recent_views,
)

QUERIES = (TRAILS_QUERY, NOW_QUERY, PRESENT_QUERY, LIVE_QUERY)
