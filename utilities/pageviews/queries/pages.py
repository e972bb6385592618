"""Pages: how often they are seen, for how long, and whether visits begin or end there."""

from utilities.pageviews.queries import VIEWS, VISITORS, VISITS, Question, ranked, rate, seconds, text, whole
from utilities.pageviews.sql.landing_exit import NAMED, NUMBERED

PAGE = text("path", "Page")

STEPS = f"""
    WITH {NAMED}, steps AS (
        SELECT page, path, referrer, referrer_host, visit,
            millis(lead(moment) OVER way) - millis(moment) AS stayed, lag(moment) OVER way IS NULL AS landed
        FROM {NUMBERED} WHERE {{where}} AND name = ''
        WINDOW way AS (PARTITION BY visit ORDER BY moment, page)
    )"""
"""Page views with what came before and after. A page goes by its number, which sorts and groups much faster than its
path. Views of one page at one moment are the same to every question, so they need no order."""

BOUNCES = """countIf(
            landed AND stayed IS NULL AND visit NOT IN (SELECT visit FROM page_views WHERE {where} AND name <> '')
        )"""
"""Visits of one page view and no event."""

PAGES = Question(
    "pages",
    STEPS
    + f""", figures AS (
        SELECT page, count(*) AS views, count(DISTINCT visit) AS visits, sum(stayed) AS stayed,
            countIf(landed) AS entrances, countIf(stayed IS NULL) AS exits, {BOUNCES} AS bounces
        FROM steps WHERE 1 = 1{{only}} GROUP BY page
    )
    SELECT address, views, visits, stayed / nullIf(views - exits, 0) / 1000.0, entrances, exits, bounces
    FROM figures JOIN named ON figures.page = named.page ORDER BY views DESC, visits DESC, address LIMIT $limit""",
    (
        PAGE,
        VIEWS,
        whole("uniqueViews", "Unique views", 1),
        seconds("averageTime", "Avg. time", 2),
        whole("entrances", "Entrances", 3),
        whole("exits", "Exits", 4),
        whole("bounces", "Bounces", 5),
    ),
)
"""A unique view is a visit that saw the page; the last page of a visit has no time and is left out of the average."""

EXITS = Question(
    "exit-pages",
    STEPS
    + """, figures AS (
        SELECT page, countIf(stayed IS NULL) AS exits, count(*) AS views FROM steps WHERE 1 = 1{only} GROUP BY page
    )
    SELECT address, exits, views, exits / views FROM figures JOIN named ON figures.page = named.page WHERE exits > 0
    ORDER BY exits DESC, views, address LIMIT $limit""",
    (text("path", "Exit page"), whole("exits", "Exits"), VIEWS, rate("exitRate", "Exit rate", 1)),
)

EVENTS = Question(
    "events",
    """
    SELECT name, count(*) AS events, count(DISTINCT visitor) AS visitors, count(DISTINCT visit) AS visits
    FROM page_views WHERE {where} AND name <> ''{only}
    GROUP BY name ORDER BY events DESC, visitors DESC, name LIMIT $limit""",
    (text("name", "Event"), whole("events", "Events"), VISITORS, VISITS),
)

QUESTIONS = (PAGES, EXITS, EVENTS, ranked("titles", text("title", "Title")))
