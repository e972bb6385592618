"""The queries of pages, exit pages, titles and events."""

from utilities.pageviews.queries import (
    VIEWS_COLUMN,
    VISITORS_COLUMN,
    VISITS_COLUMN,
    RestQuery,
    SiteQuery,
    fraction_column,
    integer_column,
    ranked_query,
    seconds_column,
    text_column,
)
from utilities.pageviews.sql.landing_exit import NUMBERED_PAGES_SQL, VIEWS_WITH_PAGE_SQL

PATH_COLUMN = text_column("path", "Page")

STEPS_SQL = f"""
    WITH {NUMBERED_PAGES_SQL}, steps AS (
        SELECT page, path, referrer, referrer_host, visit,
            millis(lead(moment) OVER way) - millis(moment) AS stayed, lag(moment) OVER way IS NULL AS landed
        FROM {VIEWS_WITH_PAGE_SQL} WHERE {{where}} AND name = ''
        WINDOW way AS (PARTITION BY visit ORDER BY moment, page)
    )"""
"""Page views with those before and after. Pages have numbers, which sort and group much faster than paths. Views of one
page at one moment give the same result in any order."""

BOUNCES_SQL = """countIf(
            landed AND stayed IS NULL AND visit NOT IN (SELECT visit FROM page_views WHERE {where} AND name <> '')
        )"""
"""Visits of one page view and no event."""

PAGE_FIGURES_SQL = (
    STEPS_SQL
    + f""", figures AS (
        SELECT page, count(*) AS views, count(DISTINCT visit) AS visits, sum(stayed) AS stayed,
            countIf(landed) AS entrances, countIf(stayed IS NULL) AS exits, {BOUNCES_SQL} AS bounces
        FROM steps WHERE 1 = 1{{only}} GROUP BY page
    )"""
)
AVERAGE_SECONDS_SQL = "stayed / nullIf(views - exits, 0) / 1000.0"

SITE_PAGES_QUERY = SiteQuery(
    "pages",
    PAGE_FIGURES_SQL
    + f"""
    SELECT address, views, visits, {AVERAGE_SECONDS_SQL}, entrances, exits, bounces
    FROM figures JOIN named ON figures.page = named.page ORDER BY views DESC, visits DESC, address LIMIT $limit""",
    (
        PATH_COLUMN,
        VIEWS_COLUMN,
        integer_column("uniqueViews", "Unique views", 1),
        seconds_column("averageTime", "Avg. time", 2),
        integer_column("entrances", "Entrances", 3),
        integer_column("exits", "Exits", 4),
        integer_column("bounces", "Bounces", 5),
    ),
    rest=RestQuery(
        STEPS_SQL
        + f"""
    SELECT count(DISTINCT page) AS names, count(*) AS views, count(DISTINCT visit) AS visits,
        sum(stayed) / nullIf(count(*) - countIf(stayed IS NULL), 0) / 1000.0 AS seconds,
        countIf(landed) AS entrances, countIf(stayed IS NULL) AS exits, {BOUNCES_SQL} AS bounces
    FROM steps WHERE {{among}}{{only}}""",
        ("path",),
    ),
)
"""A unique view is a visit that saw the page; the last page of a visit has no time and is left out of the average."""

TITLED_PAGES_QUERY = SiteQuery(
    "titled-pages",
    PAGE_FIGURES_SQL
    + f""", headlines AS (
        SELECT path AS titled, argMax(title, (moment, path, id)) AS headline FROM page_views
        WHERE {{where}} AND name = '' AND title <> ''{{only}} GROUP BY path
    )
    SELECT address, views, visits, {AVERAGE_SECONDS_SQL}, coalesce(headline, '')
    FROM figures JOIN named ON figures.page = named.page LEFT JOIN headlines ON address = titled
    ORDER BY views DESC, visits DESC, address LIMIT $limit""",
    (
        PATH_COLUMN,
        VIEWS_COLUMN,
        integer_column("uniqueViews", "Unique views", 1),
        seconds_column("averageTime", "Avg. time", 2),
        text_column("title", "Title", 3),
    ),
    rest=RestQuery(
        STEPS_SQL
        + """
    SELECT count(DISTINCT page) AS names, count(*) AS views, count(DISTINCT visit) AS visits,
        sum(stayed) / nullIf(count(*) - countIf(stayed IS NULL), 0) / 1000.0 AS seconds
    FROM steps WHERE {among}{only}""",
        ("path",),
    ),
    has_labels=True,
)
"""Pages with the title of their last view, which walls show in place of the path."""

EXIT_PAGES_QUERY = SiteQuery(
    "exit-pages",
    STEPS_SQL
    + """, figures AS (
        SELECT page, countIf(stayed IS NULL) AS exits, count(*) AS views FROM steps WHERE 1 = 1{only} GROUP BY page
    )
    SELECT address, exits, views, exits / views FROM figures JOIN named ON figures.page = named.page WHERE exits > 0
    ORDER BY exits DESC, views, address LIMIT $limit""",
    (
        text_column("path", "Exit page"),
        integer_column("exits", "Exits"),
        VIEWS_COLUMN,
        fraction_column("exitRate", "Exit rate", 1),
    ),
    rest=RestQuery(
        STEPS_SQL
        + """, figures AS (
        SELECT page, countIf(stayed IS NULL) AS exits, count(*) AS views FROM steps WHERE {among}{only} GROUP BY page
    )
    SELECT count(*) AS names, sum(exits) AS left_from, sum(views) AS seen, sum(exits) / nullIf(sum(views), 0) AS rate
    FROM figures WHERE exits > 0""",
        ("path",),
    ),
)

EVENT_COUNTS_SQL = """count(*) AS events, count(DISTINCT visitor) AS visitors, count(DISTINCT visit) AS visits
    FROM page_views WHERE {where} AND name <> ''{only}"""

EVENTS_QUERY = SiteQuery(
    "events",
    f"SELECT name, {EVENT_COUNTS_SQL} GROUP BY name ORDER BY events DESC, visitors DESC, name LIMIT $limit",
    (text_column("name", "Event"), integer_column("events", "Events"), VISITORS_COLUMN, VISITS_COLUMN),
    rest=RestQuery(f"SELECT count(DISTINCT name) AS names, {EVENT_COUNTS_SQL} AND {{among}}", ("name",)),
)

PAGE_TITLES_QUERY = ranked_query("titles", text_column("title", "Title"))

QUERIES = (SITE_PAGES_QUERY, TITLED_PAGES_QUERY, EXIT_PAGES_QUERY, EVENTS_QUERY, PAGE_TITLES_QUERY)
