"""SQL of the flow page: landing and exit pages of visits by day, and the neighbours of one page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from utilities.model.time_ranges import TimeRange
from utilities.pageviews.sql.filters import where_clause
from utilities.pageviews.sql.landing_exit import (
    EXIT_SQL,
    LANDING_SQL,
    NUMBERED_PAGES_SQL,
    VIEW_ORDER_SQL,
    VIEWS_WITH_PAGE_SQL,
)


class PageDepth(StrEnum):
    """What counts as one page."""

    SEGMENT = "segment"  # everything below the first part of an address: `/blog`
    PATH = "path"  # the full address


FIRST_SEGMENT_SQL = """'/' || substring(substring({cut}, 2), 1, position('/' IN (substring({cut}, 2) || '/')) - 1)"""
PAGE_NAME_SQL: Mapping[PageDepth, Callable[[str], str]] = {
    PageDepth.SEGMENT: lambda path: FIRST_SEGMENT_SQL.format(cut=f"replace(replace({path}, '?', '/'), '#', '/')"),
    PageDepth.PATH: lambda path: path,
}
"""The name of a path's page."""


@dataclass(frozen=True)
class VisitFilter:
    """Which visits of a site: those that contain the filters (sql/filters.py), and that began on `day`; None is any."""

    site: str
    filters: Mapping[str, str] = field(default_factory=dict)
    day: date | None = None


TOP_PAGES_SQL = "SELECT {side} FROM pairs GROUP BY {side} ORDER BY sum(visits) DESC, {side} LIMIT $most"

PAGE_PAIRS_SQL = """SELECT began, in_countries, {landing} AS landing, {leaving} AS leaving, sum(times) AS visits
        FROM paths GROUP BY began, in_countries, landing, leaving"""
"""Visits by day, landing and exit; paths are cut after they are counted, for there are fewer of them than visits."""

SqlQuery = tuple[str, dict[str, Any]]
"""A query in the SQL that both engines understand, and its values."""


def flow_sql(
    through: VisitFilter, time_range: TimeRange, depth: PageDepth, most: int, countries: Sequence[str] = ()
) -> SqlQuery:
    """Returns SQL for rows of day, whether from one of the countries, landing, exit and visits.

    Page names beyond the `most` frequent are None.
    """
    where, only, values = where_clause(through.site, time_range, through.filters)
    home = "min(country) IN $countries" if countries else "1 = 0"
    sql = f"""
    WITH {NUMBERED_PAGES_SQL.format(where=where)}, visit_ends AS (
        SELECT min(day) AS began, {home} AS in_countries, {LANDING_SQL} AS entered, {EXIT_SQL} AS leaving
        FROM {VIEWS_WITH_PAGE_SQL} WHERE {where} AND name = ''{only} GROUP BY visit
    ), paths AS (
        SELECT began, in_countries, landings.address AS came, exits.address AS went, times FROM (
            SELECT began, in_countries, pageOf(entered) AS came, pageOf(leaving) AS went, count(*) AS times
            FROM visit_ends GROUP BY began, in_countries, came, went
        ) AS numbered JOIN named AS landings ON came = landings.page JOIN named AS exits ON went = exits.page
    ), pairs AS (
        {PAGE_PAIRS_SQL.format(landing=PAGE_NAME_SQL[depth]("came"), leaving=PAGE_NAME_SQL[depth]("went"))}
    ), named_pairs AS (
        SELECT began, in_countries, visits,
            CASE WHEN landing IN ({TOP_PAGES_SQL.format(side="landing")}) THEN landing END AS entrance,
            CASE WHEN leaving IN ({TOP_PAGES_SQL.format(side="leaving")}) THEN leaving END AS exit
        FROM pairs
    )
    SELECT began, in_countries, entrance, exit, sum(visits)
    FROM named_pairs GROUP BY began, in_countries, entrance, exit"""
    return sql, values | {"most": most, "countries": list(countries)}


def neighbours_sql(
    through: VisitFilter, time_range: TimeRange, depth: PageDepth, node: str, by: str, limit: int
) -> SqlQuery:
    """Returns SQL for rows of the columns `by` and visits, most visits first.

    `earlier, before, after, later` are the pages around the node, two on each side, None where the visit began or
    ended. Consecutive views of one page are one step. A visit counts once in each of its rows.
    """
    where, only, values = where_clause(through.site, time_range, through.filters)
    page, here = PAGE_NAME_SQL[depth]("path"), f"FROM page_views WHERE {where} AND name = ''"
    order = VIEW_ORDER_SQL
    began = f" AND visit IN (SELECT visit {here} GROUP BY visit HAVING min(day) = $day)" if through.day else ""
    sql = f"""
    WITH steps AS (
        SELECT visit, moment, path, id, {page} AS page {here}
            AND visit IN (SELECT visit {here} AND {page} = $node){only}{began}
    ), moved AS (
        SELECT visit, moment, path, id, page, lag(page) OVER way AS left_page
        FROM steps WINDOW way AS (PARTITION BY visit ORDER BY {order})
    ), near AS (
        SELECT visit, moment, path, id, page, lag(page) OVER way AS before, lead(page) OVER way AS after
        FROM moved WHERE left_page IS NULL OR left_page <> page WINDOW way AS (PARTITION BY visit ORDER BY {order})
    ), around AS (
        SELECT visit, page, before, after, lag(before) OVER way AS earlier, lead(after) OVER way AS later
        FROM near WINDOW way AS (PARTITION BY visit ORDER BY {order})
    )
    SELECT {by}, count(DISTINCT visit) AS visits FROM around WHERE page = $node
    GROUP BY {by} ORDER BY visits DESC, {by} LIMIT $limit"""
    return sql, values | {"day": through.day, "node": node, "limit": limit}
