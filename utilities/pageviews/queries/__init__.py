"""What can be asked of the page views, each in SQL that both engines read. Modules here export `QUESTIONS`.

`{where}` in a question stands for the range and the site, `{only}` for the page or referrer that was asked about;
`$limit` is how many rows are wanted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from utilities.model.frames import Column, Note, Value, ValueKind
from utilities.model.time_ranges import TimeRange

Found = Sequence[tuple[Any, ...]]
"""Rows as an engine gave them."""

Arranged = tuple[list[tuple[Value, ...]], tuple[Note, ...]]
"""Rows as they are shown, and what is to be said of them."""


def as_found(found: Found, span: TimeRange) -> Arranged:
    return [tuple(row) for row in found], ()


@dataclass(frozen=True)
class Question:
    """One question: its SQL, the columns of its answer, and what Python does with the rows before they are shown."""

    name: str
    sql: str
    columns: tuple[Column, ...]
    arrange: Callable[[Found, TimeRange], Arranged] = as_found
    most_days: int = 7320  # twenty years

    def check(self, span: TimeRange) -> None:
        """Raises ParameterError for a range that takes too long to query."""
        span.check_length(self.most_days)

    @property
    def compares(self) -> bool:
        """Whether the figures of the time before fit beside its own: those of one row, of days, or of names."""
        kinds = [column.kind for column in self.columns]
        named = kinds[0] is ValueKind.TEXT and ValueKind.DATE not in kinds and bool(set(kinds) - {ValueKind.TEXT})
        return named or ValueKind.TEXT not in kinds


def text(key: str, heading: str, rank: int = 0) -> Column:
    return Column(key, heading, ValueKind.TEXT, rank)


def whole(key: str, heading: str, rank: int = 0) -> Column:
    return Column(key, heading, ValueKind.INTEGER, rank)


def rate(key: str, heading: str, rank: int = 0) -> Column:
    return Column(key, heading, ValueKind.FRACTION, rank)


def seconds(key: str, heading: str, rank: int = 0) -> Column:
    return Column(key, heading, ValueKind.SECONDS, rank)


VIEWS = whole("views", "Views")
VISITORS = whole("visitors", "Visitors")
VISITS = whole("visits", "Visits")
COUNTED = "count(*) AS views, count(DISTINCT visitor) AS visitors, count(DISTINCT visit) AS visits"
"""Of rows that are page views."""

UNKNOWN = "unknown"


def named(found: Found, span: TimeRange) -> Arranged:
    """An empty text, which is what the store keeps for what nobody knows, is said to be unknown."""
    return [tuple(UNKNOWN if cell == "" else cell for cell in row) for row in found], ()


def ranked(name: str, *texts: Column, only: str = "name = ''") -> Question:
    """Page views by one or more of their own columns, most visitors first."""
    keys = ", ".join(column.key for column in texts)
    sql = f"""
        SELECT {keys}, count(DISTINCT visitor) AS visitors, count(DISTINCT visit) AS visits, count(*) AS views
        FROM page_views WHERE {{where}} AND {only}{{only}}
        GROUP BY {keys} ORDER BY visitors DESC, visits DESC, views DESC, {keys} LIMIT $limit"""
    return Question(name, sql, (*texts, VISITORS, VISITS, VIEWS), named)
