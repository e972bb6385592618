"""The queries of the site reports, in SQL that both engines understand. Modules here export `QUERIES`.

`{where}` in a query stands for the conditions on range and site, `{only}` for the filters of visits; `$limit` is
the maximum of rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from utilities.model.frames import Column, Note, Value, ValueKind
from utilities.model.time_ranges import TimeRange
from utilities.pageviews.sql.filters import UNKNOWN_NAME

EngineRows = Sequence[tuple[Any, ...]]
"""Rows as an engine returns them."""

FrameRows = tuple[list[tuple[Value, ...]], tuple[Note, ...]]
"""The rows of the frame, and its notes."""


def keep_rows(engine_rows: EngineRows, time_range: TimeRange) -> FrameRows:
    return [tuple(row) for row in engine_rows], ()


@dataclass(frozen=True)
class RestQuery:
    """The query for what the limit of a ranking cuts: one row with the number of names and their figures together.

    `{among}` in the SQL stands for the condition on names. `keys` are the columns or expressions of a name, the first
    columns of the ranking's rows as well.
    """

    sql: str
    keys: tuple[str, ...]

    @property
    def name_sql(self) -> str:
        """The name as one value."""
        return NAME_SEPARATOR_SQL.join(f"({key})" for key in self.keys)

    def name_of(self, row: tuple[Any, ...]) -> Any:
        """Returns the name of a row of the ranking as one value."""
        return row[0] if len(self.keys) == 1 else NAME_SEPARATOR.join(map(str, row[: len(self.keys)]))

    def conditioned_sql(self, list_count: int) -> str:
        """Returns the SQL for all names but those in the lists `$named_0`, `$named_1` and so on."""
        among = " AND ".join(f"{self.name_sql} NOT IN $named_{place}" for place in range(list_count)) or "1 = 1"
        return self.sql.replace("{among}", among).replace("{name}", self.name_sql)


def split_names(names: Sequence[Any]) -> list[list[Any]]:
    """Returns the names in lists of at most MAX_LIST_BYTES, because ClickHouse refuses longer values."""
    lists: list[list[Any]] = []
    room = 0
    for name in names:
        size = 3 * (len(str(name).encode()) + LIST_ITEM_BYTES)  # each byte may be sent as `%20`
        if size > room:
            lists.append([])
            room = MAX_LIST_BYTES
        lists[-1].append(name)
        room -= size
    return lists


MAX_LIST_BYTES = 100_000  # of a value that is sent to ClickHouse: its `http_max_field_value_size` is 131,072
LIST_ITEM_BYTES = 3  # quotation marks and comma
NAME_SEPARATOR = "\x1f"
NAME_SEPARATOR_SQL = " || $separator || "
"""Joins the parts of a name."""


@dataclass(frozen=True)
class SiteQuery:
    """One query: its SQL, the columns of its frame, and the function that converts the engine's rows."""

    name: str
    sql: str
    columns: tuple[Column, ...]
    to_rows: Callable[[EngineRows, TimeRange], FrameRows] = keep_rows
    max_days: int = 7320  # twenty years
    averages: bool = False  # for each hour or day: `to_rows` gets the counted part of the range
    has_visits: bool = True  # so that filters of visits apply
    rest: RestQuery | None = None  # of a ranking, which its limit may cut
    has_labels: bool = False  # texts that describe a row and may change, by which no earlier row can be matched

    def check_range(self, time_range: TimeRange) -> None:
        """Raises ParameterError when the range is longer than `max_days`."""
        time_range.check_length(self.max_days)

    @property
    def has_hours(self) -> bool:
        """Whether the rows are the hours of days."""
        return self.columns[0].kind is ValueKind.DATE and any(column.key == "hour" for column in self.columns)

    @property
    def can_compare(self) -> bool:
        """Whether the previous period can be compared: for one row, for days, hours, and names."""
        kinds = [column.kind for column in self.columns]
        has_names = kinds[0] is ValueKind.TEXT and ValueKind.DATE not in kinds and bool(set(kinds) - {ValueKind.TEXT})
        return not self.has_labels and (has_names or self.has_hours or ValueKind.TEXT not in kinds)


def text_column(key: str, heading: str, rank: int = 0) -> Column:
    return Column(key, heading, ValueKind.TEXT, rank)


def integer_column(key: str, heading: str, rank: int = 0) -> Column:
    return Column(key, heading, ValueKind.INTEGER, rank)


def fraction_column(key: str, heading: str, rank: int = 0) -> Column:
    return Column(key, heading, ValueKind.FRACTION, rank)


def seconds_column(key: str, heading: str, rank: int = 0) -> Column:
    return Column(key, heading, ValueKind.SECONDS, rank)


VIEWS_COLUMN = integer_column("views", "Views")
VISITORS_COLUMN = integer_column("visitors", "Visitors")
VISITS_COLUMN = integer_column("visits", "Visits")
COUNTS_SQL = "count(*) AS views, count(DISTINCT visitor) AS visitors, count(DISTINCT visit) AS visits"
"""The figures of rows that are page views."""


def name_unknown(engine_rows: EngineRows, time_range: TimeRange) -> FrameRows:
    """Replaces empty texts, which the store has for unknown values, by `unknown`."""
    return [tuple(UNKNOWN_NAME if cell == "" else cell for cell in row) for row in engine_rows], ()


def name_sql(column: str) -> str:
    """Returns the expression for a name: the store has empty texts for unknown values."""
    return f"CASE WHEN {column} = '' THEN '{UNKNOWN_NAME}' ELSE {column} END"


def ranked_query(name: str, *texts: Column, only: str = "name = ''", has_unknown: bool = True) -> SiteQuery:
    """Returns a query of page views grouped by some of their columns, most visitors first.

    With `has_unknown`, empty texts are called `unknown`.
    """
    counts = "count(DISTINCT visitor) AS visitors, count(DISTINCT visit) AS visits, count(*) AS views"
    rows = f"FROM page_views WHERE {{where}} AND {only}{{only}}"
    names = tuple(name_sql(column.key) if has_unknown else column.key for column in texts)
    selected = ", ".join(f"{name} AS name_{place}" for place, name in enumerate(names))
    keys = ", ".join(f"name_{place}" for place in range(len(names)))
    sql = f"""
        SELECT {selected}, {counts} {rows}
        GROUP BY {keys} ORDER BY visitors DESC, visits DESC, views DESC, {keys} LIMIT $limit"""
    rest = RestQuery(f"SELECT count(DISTINCT {{name}}) AS names, {counts} {rows} AND {{among}}", names)
    return SiteQuery(name, sql, (*texts, VISITORS_COLUMN, VISITS_COLUMN, VIEWS_COLUMN), rest=rest)
