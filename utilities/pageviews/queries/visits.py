"""Whole visits: how many, how long, where they began and ended, and what brought them."""

from utilities.frames import Column, Kind
from utilities.pageviews.countries import country
from utilities.pageviews.queries import (
    VIEWS,
    VISITORS,
    VISITS,
    Arranged,
    Found,
    Question,
    named,
    rate,
    seconds,
    text,
)
from utilities.pageviews.ranges import Span

LENGTH = seconds("visitLength", "Visit length", 1)
BOUNCE = rate("bounceRate", "Bounce rate", 1)
A_VISIT = Column("viewsPerVisit", "Views a visit", Kind.DECIMAL, 2)

VISITS_WITH = """
    WITH whole AS (
        SELECT visit, min(visitor) AS person, count(*) AS hits, count(*) FILTER (WHERE name = '') AS pages,
            millis(max(moment)) - millis(min(moment)) AS lasted{picked}
        FROM page_views WHERE {where}{only} GROUP BY visit HAVING count(*) FILTER (WHERE name = '') > 0
    )"""
"""Each visit that has a page view in the range, as far as it lies in it; events make it longer and no bounce."""

FIGURES = """count(*) AS visits, count(DISTINCT person) AS visitors, sum(pages) AS views,
    avg(CASE WHEN hits = 1 THEN 1.0 ELSE 0.0 END) AS bounced, avg(lasted) / 1000.0 AS long, avg(pages) AS each_visit"""


def first(column: str) -> str:
    """The column as it was on the visit's first page view; two at one moment stand in the order of their ids."""
    return f"argMin({column}, (moment, id)) FILTER (WHERE name = '')"


def by_visit(name: str, *texts: Column, only: str = "") -> Question:
    """Visits by what was true of their first page view, most visits first."""
    picked = "".join(f", {first(column.key)} AS first_{column.key}" for column in texts)
    keys = ", ".join(f"first_{column.key}" for column in texts)
    sql = f"""{VISITS_WITH.replace("{picked}", picked)}
        SELECT {keys}, {FIGURES} FROM whole {only} GROUP BY {keys}
        ORDER BY visits DESC, visitors DESC, views DESC, {keys} LIMIT $limit"""
    return Question(name, sql, (*texts, VISITS, VISITORS, VIEWS, BOUNCE, LENGTH, A_VISIT), named)


def from_where(found: Found, span: Span) -> Arranged:
    """The country by its name."""
    return named([(row[0], country(row[1]), *row[2:]) for row in found], span)


TOTALS = Question(
    "totals",
    VISITS_WITH.replace("{picked}", "")
    + """
    SELECT sum(pages), count(DISTINCT person), count(*), avg(CASE WHEN hits = 1 THEN 1.0 ELSE 0.0 END),
        avg(lasted) / 1000.0, avg(pages)
    FROM whole""",
    (VIEWS, VISITORS, VISITS, BOUNCE, LENGTH, A_VISIT),
)

FLOW = Question(
    "flow",
    """
    WITH whole AS (
        SELECT visit, min(day) AS began, min(country) AS home,
            argMin(path, (moment, id)) AS came, argMax(path, (moment, id)) AS went
        FROM page_views WHERE {where} AND name = ''{only} GROUP BY visit
    )
    SELECT began, home, came, went, count(*) AS visits FROM whole GROUP BY began, home, came, went
    ORDER BY visits DESC, began DESC, home, came, went LIMIT $limit""",
    (
        Column("day", "Day", Kind.DATE),
        text("country", "Country"),
        text("landing", "Landing page"),
        text("exit", "Exit page"),
        VISITS,
    ),
    from_where,
)

QUESTIONS = (
    TOTALS,
    by_visit("landing-pages", text("path", "Landing page")),
    by_visit("sources", text("source", "Source"), text("medium", "Medium")),
    by_visit("channels", text("channel", "Channel")),
    by_visit(
        "campaigns",
        text("campaign", "Campaign"),
        text("source", "Source"),
        text("medium", "Medium"),
        only="WHERE first_campaign <> ''",
    ),
    FLOW,
)
