"""The first and the last page of visits, found without sorting: one number holds a moment and a page."""

# Page views of one visit at one moment stand in the order of their paths, here and in every other question. `argMin` of
# a path by moment and id takes DuckDB twelve times as long as the least of such numbers.

NAMED = """named AS (
        SELECT path AS address, row_number() OVER (ORDER BY path) AS page
        FROM (SELECT DISTINCT path FROM page_views WHERE {where} AND name = '') AS paths
    )"""
"""Pages by number, in the order of their paths; stands in a question's WITH."""

NUMBERED = "page_views JOIN named ON path = address"
"""Page views, each with the number of its page."""

FIRST, LAST = "min(stamp(moment, page))", "max(stamp(moment, page))"
"""Of a visit; `pageOf` of it is the page's number."""

ORDER = "moment, path, id"
"""The same where single page views are put in order."""
