"""The queries of visits: totals, landing pages, attribution and flow."""

from utilities.model.frames import REST_NAME, Column, Note, Value, ValueKind
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
    fraction_column,
    name_unknown,
    seconds_column,
    text_column,
)
from utilities.pageviews.sql.filters import UNKNOWN_NAME
from utilities.pageviews.sql.landing_exit import EXIT_SQL, LANDING_SQL, NUMBERED_PAGES_SQL, VIEWS_WITH_PAGE_SQL

LENGTH_COLUMN = seconds_column("visitLength", "Visit duration", 1)
BOUNCE_COLUMN = fraction_column("bounceRate", "Bounce rate", 1)
VIEWS_PER_VISIT_COLUMN = Column("viewsPerVisit", "Views per visit", ValueKind.DECIMAL, 2)

VISITS_SQL = """visit_rows AS (
        SELECT visit, min(visitor) AS person, count(*) AS hits, count(*) FILTER (WHERE name = '') AS pages,
            millis(max(moment)) - millis(min(moment)) AS lasted{picked}
        FROM {views} WHERE {where}{only} GROUP BY visit HAVING count(*) FILTER (WHERE name = '') > 0
    )"""
"""Each visit with a page view in the range, as far as it lies in it; an event makes it longer and not a bounce."""

VISIT_FIGURES_SQL = """count(*) AS visits, count(DISTINCT person) AS visitors, sum(pages) AS views,
    avg(CASE WHEN hits = 1 THEN 1.0 ELSE 0.0 END) AS bounced, avg(lasted) / 1000.0 AS long, avg(pages) AS each_visit"""


CUT_FLOW_NOTE = "The {:,} largest of {:,} rows. The visits of all others are in rows without a day and country."
ORDER_BY_VISITS_SQL = "ORDER BY visits DESC, visitors DESC, views DESC"


def visits_sql(picked: str = "", views: str = "page_views") -> str:
    return VISITS_SQL.replace("{picked}", picked).replace("{views}", views)


def attribution_query(name: str, *texts: Column, only: str = "1 = 1") -> SiteQuery:
    """Returns a query of visits by attribution, most visits first; all rows of a visit have the same."""
    picked = "".join(f", min({column.key}) AS first_{column.key}" for column in texts)
    names = tuple(f"first_{column.key}" for column in texts)
    keys = ", ".join(names)
    sql = f"""
    WITH {visits_sql(picked)}
    SELECT {keys}, {VISIT_FIGURES_SQL}
    FROM visit_rows WHERE {only} GROUP BY {keys} {ORDER_BY_VISITS_SQL}, {keys} LIMIT $limit"""
    rest = f"""
    WITH {visits_sql(picked)}
    SELECT count(DISTINCT {{name}}) AS names, {VISIT_FIGURES_SQL} FROM visit_rows WHERE {only} AND {{among}}"""
    return SiteQuery(
        name,
        sql,
        (*texts, VISITS_COLUMN, VISITORS_COLUMN, VIEWS_COLUMN, BOUNCE_COLUMN, LENGTH_COLUMN, VIEWS_PER_VISIT_COLUMN),
        name_unknown,
        rest=RestQuery(rest, names),
    )


def name_flow_countries(engine_rows: EngineRows, time_range: TimeRange) -> FrameRows:
    """Replaces country codes by names, and what is cut (a row without a day) by `(other)`; a note has the number."""
    rows: list[tuple[Value, ...]] = []
    for day, code, landing, exit_, visits, _ in engine_rows:
        country = REST_NAME if day is None else country_name(code) or UNKNOWN_NAME
        rows.append((day, country, landing or REST_NAME, exit_ or REST_NAME, visits))
    shown, others = (sum(row[5] for row in engine_rows if (row[0] is None) is cut) for cut in (False, True))
    return rows, (Note(CUT_FLOW_NOTE.format(shown, shown + others), short="largest only"),) if others else ()


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
LANDING_VISITS_SQL = (
    f"{NUMBERED_PAGES_SQL}, {visits_sql(LANDING_COLUMN_SQL, 'page_views LEFT JOIN named ON path = address')}"
)
LANDING_PAGES_QUERY = SiteQuery(
    "landing-pages",
    f"""
    WITH {LANDING_VISITS_SQL},
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
    rest=RestQuery(
        f"""
    WITH {LANDING_VISITS_SQL}
    SELECT count(DISTINCT pageOf(entered)) AS names, {VISIT_FIGURES_SQL}
    FROM visit_rows WHERE pageOf(entered) IN (SELECT page FROM named WHERE {{among}})""",
        ("address",),
    ),
)

LARGEST_SIDE_SQL = "SELECT {side} FROM counted GROUP BY {side} ORDER BY sum(visits) DESC, {side} LIMIT 20"
"""The pages that stay named in the rows that are grouped, so that a chart of landing and exit pages is right."""

FLOW_SQL_QUERY = SiteQuery(
    "flow",
    f"""
    WITH {NUMBERED_PAGES_SQL}, ends AS (
        SELECT visit, min(day) AS began, min(country) AS home, {LANDING_SQL} AS entered, {EXIT_SQL} AS leaving
        FROM {VIEWS_WITH_PAGE_SQL} WHERE {{where}} AND name = ''{{only}} GROUP BY visit
    ), counted AS (
        SELECT began, home, pageOf(entered) AS came, pageOf(leaving) AS went, count(*) AS visits
        FROM ends GROUP BY began, home, came, went
    ), ranked AS (
        SELECT began, home, came, went, visits,
            row_number() OVER (ORDER BY visits DESC, began DESC, home, came, went) AS place
        FROM counted
    ), grouped AS (
        SELECT CASE WHEN place <= $limit THEN began END AS day, CASE WHEN place <= $limit THEN home END AS country,
            CASE WHEN place <= $limit OR came IN ({LARGEST_SIDE_SQL.format(side="came")}) THEN came END AS first_page,
            CASE WHEN place <= $limit OR went IN ({LARGEST_SIDE_SQL.format(side="went")}) THEN went END AS last_page,
            visits
        FROM ranked
    )
    SELECT day, country, landings.address, exits.address, sum(visits) AS times, count(*) AS pairs
    FROM grouped LEFT JOIN named AS landings ON first_page = landings.page
    LEFT JOIN named AS exits ON last_page = exits.page
    GROUP BY day, country, landings.address, exits.address
    ORDER BY day IS NULL, times DESC, day DESC, country, landings.address, exits.address""",
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
        only="first_campaign <> ''",
    ),
    FLOW_SQL_QUERY,
)
