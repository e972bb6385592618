"""The table of page views: its columns, their types in both engines, and the conversion of a page view to a row."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from utilities.pageviews import PageView

PAGE_VIEWS_TABLE = "page_views"


@dataclass(frozen=True)
class TableColumn:
    """A column and its type in each engine; `name` is the page view's field unless that word is reserved in SQL."""

    name: str
    duckdb_type: str
    clickhouse_type: str


def text_columns(*names: str) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name, "VARCHAR", "String") for name in names)


def low_cardinality_columns(*names: str) -> tuple[TableColumn, ...]:
    """Returns text columns with few different values."""
    return tuple(TableColumn(name, "VARCHAR", "LowCardinality(String)") for name in names)


# Most queries have one site and a few days, so these come first and ClickHouse sorts by them.
PAGE_VIEW_COLUMNS = (
    TableColumn("id", "UUID", "UUID"),
    *low_cardinality_columns("site"),
    TableColumn("moment", "TIMESTAMP_MS", "DateTime64(3, 'UTC')"),  # `at` is a reserved word of DuckDB's
    TableColumn("day", "DATE", "Date"),  # on the site's wall clock
    TableColumn("hour", "UTINYINT", "UInt8"),  # on the site's wall clock
    TableColumn("zone_offset", "SMALLINT", "Int16"),  # `offset` is a reserved word
    TableColumn("visitor", "BIGINT", "Int64"),
    TableColumn("visit", "BIGINT", "Int64"),
    *low_cardinality_columns("name"),
    *text_columns("props"),
    *low_cardinality_columns("host"),
    *text_columns("path", "title", "referrer"),
    *low_cardinality_columns("referrer_host", "source", "medium", "channel", "campaign", "term", "content"),
    *low_cardinality_columns(
        "country", "language", "browser", "browser_version", "system", "system_version", "device", "agent"
    ),
    TableColumn("screen", "INTEGER", "Int32"),
)
FORMULA_PATTERN = "^ *[-=+@\t\r\n＝＋－＠]"
"""Texts that a spreadsheet runs as a formula, as in utilities/model/csv_export.py; in the syntax of both engines."""
COLUMN_NAMES = tuple(column.name for column in PAGE_VIEW_COLUMNS)
SAME_NAME_COLUMNS = COLUMN_NAMES[COLUMN_NAMES.index("visitor") :]  # the last fields of PageView
SAME_NAME_START = PageView._fields.index("visitor")
is_row_id = re.compile("[0-9a-f]{32}").fullmatch
INT64_LIMIT = 1 << 63

StoredRow = tuple[Any, ...]


def to_stored_moment(at: datetime) -> datetime:
    """Returns the moment in UTC without time zone, in integer milliseconds, as both engines store it."""
    there = at.astimezone(UTC).replace(tzinfo=None)
    rest = there.microsecond % 1000
    return there.replace(microsecond=there.microsecond - rest) if rest else there


def to_stored_row(view: PageView) -> StoredRow:
    """Returns the row of a page view; raises ValueError when its id is not 32 hex digits or a number is too large."""
    if not is_row_id(view.id):
        raise ValueError(f"the id of page view {view.id!r} is badly formed")
    if not (-INT64_LIMIT <= view.visitor < INT64_LIMIT and -INT64_LIMIT <= view.visit < INT64_LIMIT):
        raise ValueError(f"a number of page view {view.id} does not fit its column")
    if not (-(1 << 31) <= view.screen < 1 << 31 and -(1 << 15) <= view.offset < 1 << 15):
        raise ValueError(f"a number of page view {view.id} does not fit its column")
    moment = to_stored_moment(view.at)
    wall = moment + timedelta(minutes=view.offset) if view.offset else moment
    return (view.id, view.site, moment, wall.date(), wall.hour, view.offset, *view[SAME_NAME_START:])


def guarded_columns_sql(match_function: str) -> str:
    """Returns all columns, the texts with an apostrophe in front where they would be formulas."""
    return ", ".join(
        f"CASE WHEN {match_function}({name}, '{FORMULA_PATTERN}') THEN concat('''', {name}) ELSE {name} END AS {name}"
        if column.duckdb_type == "VARCHAR"
        else name
        for column in PAGE_VIEW_COLUMNS
        for name in (column.name,)
    )
