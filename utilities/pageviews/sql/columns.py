"""The one table of page views: its columns, their types in both engines, and how a page view becomes a row."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from utilities.pageviews import PageView

TABLE = "page_views"


@dataclass(frozen=True)
class Column:
    """A column and its type in each engine; `name` is the page view's field unless SQL has taken that word."""

    name: str
    duck: str
    click: str


def text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "VARCHAR", "String") for name in names)


def few(*names: str) -> tuple[Column, ...]:
    """Text with few different values."""
    return tuple(Column(name, "VARCHAR", "LowCardinality(String)") for name in names)


# Most questions ask for one site and a few days, so these come first and ClickHouse sorts by them.
COLUMNS = (
    Column("id", "UUID", "UUID"),
    *few("site"),
    Column("moment", "TIMESTAMP_MS", "DateTime64(3, 'UTC')"),  # `at` is a reserved word of DuckDB's
    Column("day", "DATE", "Date"),  # on the site's wall clock
    Column("hour", "UTINYINT", "UInt8"),  # on the site's wall clock
    Column("zone_offset", "SMALLINT", "Int16"),  # `offset` is a reserved word
    Column("visitor", "BIGINT", "Int64"),
    Column("visit", "BIGINT", "Int64"),
    *few("name"),
    *text("props"),
    *few("host"),
    *text("path", "title", "referrer"),
    *few("referrer_host", "source", "medium", "channel", "campaign", "term", "content"),
    *few("country", "language", "browser", "browser_version", "system", "system_version", "device", "agent"),
    Column("screen", "INTEGER", "Int32"),
)
NAMES = tuple(column.name for column in COLUMNS)
AS_THEY_ARE = NAMES[NAMES.index("visitor") :]  # fields of PageView that are kept under their own name, the last
OWN = PageView._fields.index("visitor")
is_id = re.compile("[0-9a-f]{32}").fullmatch
BIG = 1 << 63

Row = tuple[Any, ...]


def moment_of(at: datetime) -> datetime:
    """UTC without saying so, in whole milliseconds: what both engines keep."""
    there = at.astimezone(UTC).replace(tzinfo=None)
    rest = there.microsecond % 1000
    return there.replace(microsecond=there.microsecond - rest) if rest else there


def row_of(view: PageView) -> Row:
    """The page view in the order of COLUMNS; ValueError when its id is not 32 hex digits or a number is too large."""
    if not is_id(view.id):
        raise ValueError(f"the id of page view {view.id!r} is badly formed")
    if not (-BIG <= view.visitor < BIG and -BIG <= view.visit < BIG):
        raise ValueError(f"a number of page view {view.id} does not fit its column")
    if not (-(1 << 31) <= view.screen < 1 << 31 and -(1 << 15) <= view.offset < 1 << 15):
        raise ValueError(f"a number of page view {view.id} does not fit its column")
    moment = moment_of(view.at)
    wall = moment + timedelta(minutes=view.offset) if view.offset else moment
    return (view.id, view.site, moment, wall.date(), wall.hour, view.offset, *view[OWN:])
