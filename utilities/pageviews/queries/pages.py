"""Pages: how often they are seen, for how long, and whether visits begin or end there."""

from utilities.pageviews.queries import VIEWS, VISITORS, VISITS, Question, ranked, rate, seconds, text, whole

PAGE = text("path", "Page")

STEPS = """
    WITH pages AS (
        SELECT path, min(id) AS page FROM page_views WHERE {where} AND name = '' GROUP BY path
    ), steps AS (
        SELECT page, pages.path AS path, referrer, referrer_host, visit,
            millis(lead(moment) OVER way) - millis(moment) AS stayed, lag(moment) OVER way IS NULL AS landed
        FROM page_views JOIN pages ON page_views.path = pages.path WHERE {where} AND name = ''
        WINDOW way AS (PARTITION BY visit ORDER BY moment, id)
    ), seen AS (
        SELECT page, visit, count(*) AS views, sum(stayed) AS stayed, countIf(landed) AS landings,
            countIf(stayed IS NULL) AS leavings, countIf(landed AND stayed IS NULL) AS alone
        FROM steps WHERE 1 = 1{only} GROUP BY page, visit
    )"""
"""What each visit did at each page; two page views at one moment stand in the order of their ids.

A page goes by the least id of its views, which sorts and groups much faster than its path; so every question is one
sort and one grouping by visit, whatever it counts.
"""

BOUNCES = (
    """sum(CASE WHEN visit NOT IN (SELECT visit FROM page_views WHERE {where} AND name <> '') THEN alone ELSE 0 END)"""
)
"""Visits of one page view and no event."""

PAGES = Question(
    "pages",
    STEPS
    + f""", figures AS (
        SELECT page, sum(views) AS views, count(*) AS visits, sum(stayed) AS stayed, sum(landings) AS entrances,
            sum(leavings) AS exits, {BOUNCES} AS bounces
        FROM seen GROUP BY page
    )
    SELECT path, views, visits, stayed / nullIf(views - exits, 0) / 1000.0, entrances, exits, bounces
    FROM figures JOIN pages ON figures.page = pages.page ORDER BY views DESC, visits DESC, path LIMIT $limit""",
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
    + """, figures AS (SELECT page, sum(leavings) AS exits, sum(views) AS views FROM seen GROUP BY page)
    SELECT path, exits, views, exits / views FROM figures JOIN pages ON figures.page = pages.page WHERE exits > 0
    ORDER BY exits DESC, views, path LIMIT $limit""",
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
