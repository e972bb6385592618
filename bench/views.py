"""Millions of generated page views, made in the engine itself."""

from datetime import datetime

import duckdb

from utilities.pageviews.sql.columns import COLUMN_NAMES

SITE = "example.com"
PATHS, COUNTRIES = 2000, "US DE GB IN FR NL CA PL BR ES SE CH JP AU CZ AT TR NG".split()  # noqa: SIM905

# Ten rows are four visits: two of one view, one of two, one of six; so half of the visits bounce, 2.5 views each.
# Random values are a hash of the row's number, so that the rows are always the same.
MADE = f"""
INSERT INTO page_views BY NAME
WITH numbered AS (
    SELECT i, i // 10 * 4 + [0, 1, 2, 2, 3, 3, 3, 3, 3, 3][i % 10 + 1] AS v,
        [0, 0, 0, 1, 0, 1, 2, 3, 4, 5][i % 10 + 1] AS step, hash(i) / 18446744073709551616.0 AS chance
    FROM range($size) AS rows(i)
), placed AS (
    SELECT *, hash(v + 0.5) / 18446744073709551616.0 AS luck, (pow(chance, 3) * {PATHS})::INT AS page,
        $first::TIMESTAMP + to_milliseconds(
            v * $span // ($size // 5 * 2 + 4) + step * 40000 + (chance * 30000)::BIGINT) AS instant
    FROM numbered
)
SELECT uuid() AS id, '{SITE}' AS site, instant::TIMESTAMP_MS AS moment, instant::DATE AS day, hour(instant) AS hour,
    0 AS zone_offset, (hash(v * 7919 % ($size // 4)) >> 1)::BIGINT AS visitor, (hash(v) >> 1)::BIGINT AS visit,
    '' AS name, '' AS props, 'www.example.com' AS host, '/section-' || page % 20 || '/page-' || page AS path,
    'Page ' || page AS title, '' AS referrer, '' AS referrer_host,
    ['google', '(direct)', 'news.ycombinator.com'][(luck * 3)::INT % 3 + 1] AS source,
    'organic' AS medium, 'Organic Search' AS channel, '' AS campaign, '' AS term, '' AS content,
    {COUNTRIES}[(luck * luck * {len(COUNTRIES)})::INT % {len(COUNTRIES)} + 1] AS country, 'en-US' AS language,
    'Chrome' AS browser, '142' AS browser_version, 'Windows' AS system, '10' AS system_version, 'desktop' AS device,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64)' AS agent, 1920 AS screen
FROM placed WHERE instant < $last
"""


def fill(connection: duckdb.DuckDBPyConnection, size: int, first: datetime, last: datetime) -> None:
    """Inserts `size` page views between two times, in the order of their visits."""
    missing = [name for name in COLUMN_NAMES if f" AS {name}" not in MADE]
    if missing:
        raise SystemExit(f"the table has columns that bench/views.py does not fill: {', '.join(missing)}")
    values = {"size": size, "first": first.replace(tzinfo=None), "last": last.replace(tzinfo=None)}
    span = int((last - first).total_seconds() * 1000)
    with connection.cursor() as cursor:
        cursor.execute(MADE, values | {"span": span})
        cursor.execute("FORCE CHECKPOINT")
