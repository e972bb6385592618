"""Where visits begin and where they end, day by day, and the ways through one page: what the flow page asks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from utilities.model.time_ranges import TimeRange
from utilities.pageviews.sql.filters import condition
from utilities.pageviews.sql.landing_exit import FIRST, LAST, NAMED, NUMBERED, ORDER


class Depth(StrEnum):
    """What counts as one page."""

    SEGMENT = "segment"  # everything below the first part of an address: `/blog`
    PATH = "path"  # the whole address


SEGMENT = """'/' || substring(substring({cut}, 2), 1, position('/' IN (substring({cut}, 2) || '/')) - 1)"""
CALLED: Mapping[Depth, Callable[[str], str]] = {
    Depth.SEGMENT: lambda path: SEGMENT.format(cut=f"replace(replace({path}, '?', '/'), '#', '/')"),
    Depth.PATH: lambda path: path,
}
"""What a path is called."""


@dataclass(frozen=True)
class Through:
    """Which visits of a site and time; '' is any."""

    site: str
    channel: str = ""  # that brought the visit
    device: str = ""
    page: str = ""  # seen at any time of the visit; with `*` at its end, every page that begins so
    day: date | None = None  # on which it began

    def values(self) -> dict[str, Any]:
        page = self.page.removesuffix("*")
        return {"channel": self.channel, "device": self.device, "page": page, "day": self.day}

    def having(self) -> str:
        """What is true of a visit as a whole."""
        found = "startsWith(path, $page)" if self.page.endswith("*") else "path = $page"
        parts = (
            (self.channel, "min(channel) = $channel"),
            (self.device, "min(device) = $device"),
            (self.page, f"countIf({found}) > 0"),
            (self.day, "min(day) = $day"),
        )
        said = [sql for value, sql in parts if value]
        return f" HAVING {' AND '.join(said)}" if said else ""


TOP = "SELECT {side} FROM pairs GROUP BY {side} ORDER BY sum(visits) DESC, {side} LIMIT $most"

PAIRS = """SELECT began, chosen, {landing} AS landing, {leaving} AS leaving, sum(times) AS visits
        FROM paths GROUP BY began, chosen, landing, leaving"""
"""Visits by day, landing and exit; paths are cut after they are counted, for there are fewer of them than visits."""

Asked = tuple[str, dict[str, Any]]
"""A question in the SQL that both engines understand, and its values."""


def flow(through: Through, span: TimeRange, depth: Depth, most: int, countries: Sequence[str] = ()) -> Asked:
    """Rows of day, whether from one of the countries, landing, exit and visits: a name beyond the `most` is None."""
    where, _, values = condition(through.site, span)
    home = "min(country) IN $countries" if countries else "1 = 0"
    sql = f"""
    WITH {NAMED.format(where=where)}, whole AS (
        SELECT min(day) AS began, {home} AS chosen, {FIRST} AS entered, {LAST} AS leaving
        FROM {NUMBERED} WHERE {where} AND name = '' GROUP BY visit{through.having()}
    ), paths AS (
        SELECT began, chosen, landings.address AS came, exits.address AS went, times FROM (
            SELECT began, chosen, pageOf(entered) AS came, pageOf(leaving) AS went, count(*) AS times
            FROM whole GROUP BY began, chosen, came, went
        ) AS numbered JOIN named AS landings ON came = landings.page JOIN named AS exits ON went = exits.page
    ), pairs AS (
        {PAIRS.format(landing=CALLED[depth]("came"), leaving=CALLED[depth]("went"))}
    ), kept AS (
        SELECT began, chosen, visits,
            CASE WHEN landing IN ({TOP.format(side="landing")}) THEN landing END AS entrance,
            CASE WHEN leaving IN ({TOP.format(side="leaving")}) THEN leaving END AS exit
        FROM pairs
    )
    SELECT began, chosen, entrance, exit, sum(visits) FROM kept GROUP BY began, chosen, entrance, exit"""
    return sql, values | through.values() | {"most": most, "countries": list(countries)}


def ways(through: Through, span: TimeRange, depth: Depth, node: str, by: str, limit: int) -> Asked:
    """Rows of the columns `by` and visits, most visits first: `earlier, before, after, later` are the pages around the
    node, two on each side, None where the visit began or ended. Views of one page in a row are one step. A visit counts
    once for each row it belongs to."""
    where, _, values = condition(through.site, span)
    page, here = CALLED[depth]("path"), f"FROM page_views WHERE {where} AND name = ''"
    narrowed = f" AND visit IN (SELECT visit {here} GROUP BY visit{through.having()})" if through.having() else ""
    sql = f"""
    WITH steps AS (
        SELECT visit, moment, path, id, {page} AS page {here}
            AND visit IN (SELECT visit {here} AND {page} = $node){narrowed}
    ), moved AS (
        SELECT visit, moment, path, id, page, lag(page) OVER way AS left_page
        FROM steps WINDOW way AS (PARTITION BY visit ORDER BY {ORDER})
    ), near AS (
        SELECT visit, moment, path, id, page, lag(page) OVER way AS before, lead(page) OVER way AS after
        FROM moved WHERE left_page IS NULL OR left_page <> page WINDOW way AS (PARTITION BY visit ORDER BY {ORDER})
    ), around AS (
        SELECT visit, page, before, after, lag(before) OVER way AS earlier, lead(after) OVER way AS later
        FROM near WINDOW way AS (PARTITION BY visit ORDER BY {ORDER})
    )
    SELECT {by}, count(DISTINCT visit) AS visits FROM around WHERE page = $node
    GROUP BY {by} ORDER BY visits DESC, {by} LIMIT $limit"""
    return sql, values | through.values() | {"node": node, "limit": limit}
