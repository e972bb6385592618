"""Pages: how often they are seen, for how long, and whether visits begin or end there."""

from utilities.pageviews.queries import VIEWS, VISITORS, VISITS, Question, ranked, rate, seconds, text, whole

PAGE = text("path", "Page")

STEPS = """
    WITH steps AS (
        SELECT path, referrer, referrer_host, visit, moment,
            row_number() OVER way AS place, lead(moment) OVER way AS following,
            count(*) OVER (PARTITION BY visit) AS pages
        FROM page_views WHERE {where} AND name = ''
        WINDOW way AS (PARTITION BY visit ORDER BY moment, id)
    )"""
"""Every page view with its place in its visit; two at one moment stand in the order of their ids."""

BOUNCES = """sum(CASE WHEN pages = 1
    AND visit NOT IN (SELECT visit FROM page_views WHERE {where} AND name <> '') THEN 1 ELSE 0 END)"""
"""Visits of one page view and no event."""

PAGES = Question(
    "pages",
    STEPS
    + f"""
    SELECT path, count(*) AS views, count(DISTINCT visit) AS seen,
        avg(CASE WHEN place < pages THEN millis(following) - millis(moment) END) / 1000.0,
        sum(CASE WHEN place = 1 THEN 1 ELSE 0 END), sum(CASE WHEN place = pages THEN 1 ELSE 0 END), {BOUNCES}
    FROM steps WHERE 1 = 1{{only}} GROUP BY path ORDER BY views DESC, seen DESC, path LIMIT $limit""",
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
    + """
    SELECT path, sum(CASE WHEN place = pages THEN 1 ELSE 0 END) AS exits, count(*) AS views,
        avg(CASE WHEN place = pages THEN 1.0 ELSE 0.0 END)
    FROM steps WHERE 1 = 1{only} GROUP BY path HAVING sum(CASE WHEN place = pages THEN 1 ELSE 0 END) > 0
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
