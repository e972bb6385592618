"""The way of single visits through the site, and what happens at this moment."""

from datetime import datetime, timedelta
from itertools import groupby

from utilities.model.frames import Value
from utilities.model.time_ranges import TimeRange
from utilities.pageviews.classify.countries import country_name
from utilities.pageviews.queries import (
    UNKNOWN,
    VIEWS,
    VISITORS,
    VISITS,
    Arranged,
    Found,
    Question,
    seconds,
    text,
    whole,
)
from utilities.pageviews.sql.landing_exit import ORDER

MOST_STEPS = 200  # of one trail


def steps(found: Found, span: TimeRange) -> Arranged:
    """A row for each page of each trail, so that nothing a path may hold is taken for the end of it."""
    rows: list[tuple[Value, ...]] = []
    for place, (_, trail) in enumerate(groupby(found, key=lambda row: row[0]), 1):
        went = list(trail)
        times = [row[2] for row in went]
        for step, (row, following) in enumerate(zip(went, [*times[1:], None], strict=True), 1):
            stayed = None if following is None else (following - row[2]).total_seconds()
            rows.append((place, step, row[4], row[5], clock(row[2], row[3]), stayed))
    return rows, ()


def lately(found: Found, span: TimeRange) -> Arranged:
    said = ((row[0], row[1], row[2], row[3], country_name(row[4]), *row[5:]) for row in found)
    rows = [(clock(row[0], row[1]), *(cell or UNKNOWN for cell in row[2:])) for row in said]
    return rows, ()


def clock(moment: datetime, offset: int) -> str:
    """`2026-11-20 10:42:07` on the site's clock."""
    return f"{moment.replace(tzinfo=None) + timedelta(minutes=int(offset)):%Y-%m-%d %H:%M:%S}"


TRAILS = Question(
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
    SELECT way, place, moment, zone_offset, path, title FROM ways WHERE place <= MOST
    ORDER BY pages DESC, lasted DESC, way, place""".replace("MOST", str(MOST_STEPS)).replace("{ORDER}", ORDER),
    (
        whole("visit", "Visit"),
        whole("step", "Step"),
        text("path", "Page"),
        text("title", "Title", 2),
        text("at", "At", 1),
        seconds("time", "Time"),
    ),
    steps,
)

NOW = Question(
    "now",
    """
    SELECT page, max(headline), count(*) AS visitors FROM (
        SELECT visitor, argMax(path, (moment, path, id)) AS page, argMax(title, (moment, path, id)) AS headline
        FROM page_views WHERE {where}{only} GROUP BY visitor
    ) AS latest GROUP BY page ORDER BY visitors DESC, page LIMIT $limit""",
    (text("path", "Page"), text("title", "Title", 1), VISITORS),
)
"""Each visitor where last seen, so that their sum is how many there are."""

PRESENT = Question(
    "present",
    """
    SELECT count(DISTINCT visitor), count(DISTINCT visit), count(*) FILTER (WHERE name = '')
    FROM page_views WHERE {where}{only}""",
    (VISITORS, VISITS, VIEWS),
)

LIVE = Question(
    "live",
    """
    SELECT moment, zone_offset, path, title, country, source, browser, device FROM page_views
    WHERE {where} AND name = ''{only} ORDER BY moment DESC, id DESC LIMIT $limit""",
    (
        text("at", "At"),
        text("path", "Page"),
        text("title", "Title", 2),
        text("country", "Country"),
        text("source", "Source"),
        text("browser", "Browser", 3),
        text("device", "Device", 3),
    ),
    lately,
)

QUESTIONS = (TRAILS, NOW, PRESENT, LIVE)
