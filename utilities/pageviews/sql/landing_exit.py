"""SQL for the landing and exit pages of visits without sorting: one number combines a moment and a page."""

# Page views of one visit at one moment are ordered by path, here and in all other queries. In DuckDB, `argMin` of a
# path by moment and id takes twelve times as long as the minimum of such numbers.

NUMBERED_PAGES_SQL = """named AS (
        SELECT path AS address, row_number() OVER (ORDER BY path) AS page
        FROM (SELECT DISTINCT path FROM page_views WHERE {where} AND name = '') AS paths
    )"""
"""Numbers the pages in the order of their paths; a part of a query's WITH."""

VIEWS_WITH_PAGE_SQL = "page_views JOIN named ON path = address"
"""Page views, each with the number of its page."""

LANDING_SQL, EXIT_SQL = "min(stamp(moment, page))", "max(stamp(moment, page))"
"""Aggregates of a visit; `pageOf` of one returns the page's number."""

VIEW_ORDER_SQL = "moment, path, id"
"""The same order, where single page views are sorted."""
