"""Whole visits: how many, how long, where they began and ended, and what brought them."""

from utilities.model.frames import Column, ValueKind
from utilities.model.time_ranges import TimeRange
from utilities.pageviews.classify.countries import country_name
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
from utilities.pageviews.sql.landing_exit import FIRST, LAST, NAMED, NUMBERED

LENGTH = seconds("visitLength", "Visit length", 1)
BOUNCE = rate("bounceRate", "Bounce rate", 1)
A_VISIT = Column("viewsPerVisit", "Views a visit", ValueKind.DECIMAL, 2)

WHOLE = """whole AS (
        SELECT visit, min(visitor) AS person, count(*) AS hits, count(*) FILTER (WHERE name = '') AS pages,
            millis(max(moment)) - millis(min(moment)) AS lasted{picked}
        FROM {views} WHERE {where}{only} GROUP BY visit HAVING count(*) FILTER (WHERE name = '') > 0
    )"""
"""Each visit that has a page view in the range, as far as it lies in it; events make it longer and no bounce."""

FIGURES = """count(*) AS visits, count(DISTINCT person) AS visitors, sum(pages) AS views,
    avg(CASE WHEN hits = 1 THEN 1.0 ELSE 0.0 END) AS bounced, avg(lasted) / 1000.0 AS long, avg(pages) AS each_visit"""


MOST_FIRST = "ORDER BY visits DESC, visitors DESC, views DESC"


def whole_visits(picked: str = "", views: str = "page_views") -> str:
    return WHOLE.replace("{picked}", picked).replace("{views}", views)


def by_origin(name: str, *texts: Column, only: str = "") -> Question:
    """Visits by what brought them, most visits first; every row of a visit says the same of that."""
    picked = "".join(f", min({column.key}) AS first_{column.key}" for column in texts)
    keys = ", ".join(f"first_{column.key}" for column in texts)
    sql = f"""
    WITH {whole_visits(picked)}
    SELECT {keys}, {FIGURES} FROM whole {only} GROUP BY {keys} {MOST_FIRST}, {keys} LIMIT $limit"""
    return Question(name, sql, (*texts, VISITS, VISITORS, VIEWS, BOUNCE, LENGTH, A_VISIT), named)


def from_where(found: Found, span: TimeRange) -> Arranged:
    """The country by its name."""
    return named([(row[0], country_name(row[1]), *row[2:]) for row in found], span)


TOTALS = Question(
    "totals",
    f"""
    WITH {whole_visits()}
    SELECT sum(pages), count(DISTINCT person), count(*), avg(CASE WHEN hits = 1 THEN 1.0 ELSE 0.0 END),
        avg(lasted) / 1000.0, avg(pages)
    FROM whole""",
    (VIEWS, VISITORS, VISITS, BOUNCE, LENGTH, A_VISIT),
)

ENTERED = f", {FIRST} FILTER (WHERE name = '') AS entered"
LANDINGS = Question(
    "landing-pages",
    f"""
    WITH {NAMED}, {whole_visits(ENTERED, "page_views LEFT JOIN named ON path = address")},
    figures AS (SELECT pageOf(entered) AS page, {FIGURES} FROM whole GROUP BY page)
    SELECT address, visits, visitors, views, bounced, long, each_visit
    FROM figures JOIN named ON figures.page = named.page {MOST_FIRST}, address LIMIT $limit""",
    (text("path", "Landing page"), VISITS, VISITORS, VIEWS, BOUNCE, LENGTH, A_VISIT),
)

FLOW = Question(
    "flow",
    f"""
    WITH {NAMED}, ends AS (
        SELECT visit, min(day) AS began, min(country) AS home, {FIRST} AS entered, {LAST} AS leaving
        FROM {NUMBERED} WHERE {{where}} AND name = ''{{only}} GROUP BY visit
    ), largest AS (
        SELECT began, home, pageOf(entered) AS came, pageOf(leaving) AS went, count(*) AS visits
        FROM ends GROUP BY began, home, came, went
        ORDER BY visits DESC, began DESC, home, came, went LIMIT $limit
    )
    SELECT began, home, landings.address, exits.address, visits
    FROM largest JOIN named AS landings ON came = landings.page JOIN named AS exits ON went = exits.page
    ORDER BY visits DESC, began DESC, home, came, went""",
    (
        Column("day", "Day", ValueKind.DATE),
        text("country", "Country"),
        text("landing", "Landing page"),
        text("exit", "Exit page"),
        VISITS,
    ),
    from_where,
)

QUESTIONS = (
    TOTALS,
    LANDINGS,
    by_origin("sources", text("source", "Source"), text("medium", "Medium")),
    by_origin("channels", text("channel", "Channel")),
    by_origin(
        "campaigns",
        text("campaign", "Campaign"),
        text("source", "Source"),
        text("medium", "Medium"),
        only="WHERE first_campaign <> ''",
    ),
    FLOW,
)
