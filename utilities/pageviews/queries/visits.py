"""The queries of visits: totals, landing pages, attribution and flow."""

from utilities.model.frames import Column, ValueKind
from utilities.model.time_ranges import TimeRange
from utilities.pageviews.classify.countries import country_name
from utilities.pageviews.queries import (
    VIEWS_COLUMN,
    VISITORS_COLUMN,
    VISITS_COLUMN,
    EngineRows,
    FrameRows,
    SiteQuery,
    fraction_column,
    name_unknown,
    seconds_column,
    text_column,
)
from utilities.pageviews.sql.landing_exit import EXIT_SQL, LANDING_SQL, NUMBERED_PAGES_SQL, VIEWS_WITH_PAGE_SQL

LENGTH_COLUMN = seconds_column("visitLength", "Visit length", 1)
BOUNCE_COLUMN = fraction_column("bounceRate", "Bounce rate", 1)
VIEWS_PER_VISIT_COLUMN = Column("viewsPerVisit", "Views a visit", ValueKind.DECIMAL, 2)

VISITS_SQL = """visit_rows AS (
        SELECT visit, min(visitor) AS person, count(*) AS hits, count(*) FILTER (WHERE name = '') AS pages,
            millis(max(moment)) - millis(min(moment)) AS lasted{picked}
        FROM {views} WHERE {where}{only} GROUP BY visit HAVING count(*) FILTER (WHERE name = '') > 0
    )"""
"""Each visit with a page view in the range, as far as it lies in it; an event makes it longer and not a bounce."""

VISIT_FIGURES_SQL = """count(*) AS visits, count(DISTINCT person) AS visitors, sum(pages) AS views,
    avg(CASE WHEN hits = 1 THEN 1.0 ELSE 0.0 END) AS bounced, avg(lasted) / 1000.0 AS long, avg(pages) AS each_visit"""


ORDER_BY_VISITS_SQL = "ORDER BY visits DESC, visitors DESC, views DESC"


def visits_sql(picked: str = "", views: str = "page_views") -> str:
    return VISITS_SQL.replace("{picked}", picked).replace("{views}", views)


def attribution_query(name: str, *texts: Column, only: str = "") -> SiteQuery:
    """Returns a query of visits by attribution, most visits first; all rows of a visit have the same."""
    picked = "".join(f", min({column.key}) AS first_{column.key}" for column in texts)
    keys = ", ".join(f"first_{column.key}" for column in texts)
    sql = f"""
    WITH {visits_sql(picked)}
    SELECT {keys}, {VISIT_FIGURES_SQL}
    FROM visit_rows {only} GROUP BY {keys} {ORDER_BY_VISITS_SQL}, {keys} LIMIT $limit"""
    return SiteQuery(
        name,
        sql,
        (*texts, VISITS_COLUMN, VISITORS_COLUMN, VIEWS_COLUMN, BOUNCE_COLUMN, LENGTH_COLUMN, VIEWS_PER_VISIT_COLUMN),
        name_unknown,
    )


def name_flow_countries(engine_rows: EngineRows, time_range: TimeRange) -> FrameRows:
    """Replaces country codes by names."""
    return name_unknown([(row[0], country_name(row[1]), *row[2:]) for row in engine_rows], time_range)


TOTALS_QUERY = SiteQuery(
    "totals",
    f"""
    WITH {visits_sql()}
    SELECT sum(pages), count(DISTINCT person), count(*), avg(CASE WHEN hits = 1 THEN 1.0 ELSE 0.0 END),
        avg(lasted) / 1000.0, avg(pages)
    FROM visit_rows""",
    (VIEWS_COLUMN, VISITORS_COLUMN, VISITS_COLUMN, BOUNCE_COLUMN, LENGTH_COLUMN, VIEWS_PER_VISIT_COLUMN),
)

LANDING_COLUMN_SQL = f", {LANDING_SQL} FILTER (WHERE name = '') AS entered"
LANDING_PAGES_QUERY = SiteQuery(
    "landing-pages",
    f"""
    WITH {NUMBERED_PAGES_SQL}, {visits_sql(LANDING_COLUMN_SQL, "page_views LEFT JOIN named ON path = address")},
    figures AS (SELECT pageOf(entered) AS page, {VISIT_FIGURES_SQL} FROM visit_rows GROUP BY page)
    SELECT address, visits, visitors, views, bounced, long, each_visit
    FROM figures JOIN named ON figures.page = named.page {ORDER_BY_VISITS_SQL}, address LIMIT $limit""",
    (
        text_column("path", "Landing page"),
        VISITS_COLUMN,
        VISITORS_COLUMN,
        VIEWS_COLUMN,
        BOUNCE_COLUMN,
        LENGTH_COLUMN,
        VIEWS_PER_VISIT_COLUMN,
    ),
)

FLOW_SQL_QUERY = SiteQuery(
    "flow",
    f"""
    WITH {NUMBERED_PAGES_SQL}, ends AS (
        SELECT visit, min(day) AS began, min(country) AS home, {LANDING_SQL} AS entered, {EXIT_SQL} AS leaving
        FROM {VIEWS_WITH_PAGE_SQL} WHERE {{where}} AND name = ''{{only}} GROUP BY visit
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
        text_column("country", "Country"),
        text_column("landing", "Landing page"),
        text_column("exit", "Exit page"),
        VISITS_COLUMN,
    ),
    name_flow_countries,
)

QUERIES = (
    TOTALS_QUERY,
    LANDING_PAGES_QUERY,
    attribution_query("sources", text_column("source", "Source"), text_column("medium", "Medium")),
    attribution_query("channels", text_column("channel", "Channel")),
    attribution_query(
        "campaigns",
        text_column("campaign", "Campaign"),
        text_column("source", "Source"),
        text_column("medium", "Medium"),
        only="WHERE first_campaign <> ''",
    ),
    FLOW_SQL_QUERY,
)
