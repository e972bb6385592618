"""A report's rows for a desk: filtered by words, sorted by a column, one page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from utilities.model.formats import format_value
from utilities.model.frames import Column, Frame, Value, ValueKind

ROWS_PER_PAGE = 50
NO_BREAK_CHARS = 20  # a text column whose longest cell has at most so many is not broken into lines


@dataclass(frozen=True)
class SortableHeading:
    """The heading of a column, and the sort order that a click on it selects."""

    text: str
    key: str
    css_class: str  # of the column's cells: `figure`, `word`, or `words` that may need several lines
    order: str  # `ascending`, `descending`, or '' when the table is not sorted by the column
    sort: str  # the `sort` that a click selects


@dataclass(frozen=True)
class Table:
    """One page of the rows that match."""

    headings: tuple[SortableHeading, ...]
    rows: tuple[tuple[str, ...], ...]  # formatted
    matching: int  # rows with the search words, on all pages
    total: int  # rows of the report
    page: int
    pages: int

    @property
    def first(self) -> int:
        """The number of the first row on this page, counted from 1."""
        return (self.page - 1) * ROWS_PER_PAGE + 1


def filter_sort_page(frame: Frame, q: str = "", sort: str = "", page: int = 1) -> Table:
    """Returns one page of the rows that have every word of `q` in some cell, in the order of `sort`.

    An unknown column does not sort, and a page past the end is the last one.
    """
    kinds = [column.kind for column in frame.columns]
    rows: Sequence[tuple[Value, ...]] = frame.rows
    if words := q.casefold().split():
        rows = [row for row in rows if all(word in searchable_text(row, kinds) for word in words)]
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if frame.has_column(key):
        rows = sort_rows(rows, frame.column_index(key), descending=descending)
    pages = max(1, -(-len(rows) // ROWS_PER_PAGE))
    page = min(page, pages)
    cells = tuple(
        tuple(format_value(value, kind) for value, kind in zip(row, kinds, strict=True))
        for row in rows[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE]
    )
    return Table(build_headings(frame.columns, cells, sort), cells, len(rows), len(frame.rows), page, pages)


def searchable_text(row: tuple[Value, ...], kinds: Sequence[ValueKind]) -> str:
    """Returns the cells of a row as people read them, in lower case."""
    return "\n".join(format_value(value, kind) for value, kind in zip(row, kinds, strict=True)).casefold()


def sort_rows(rows: Sequence[tuple[Value, ...]], index: int, *, descending: bool) -> list[tuple[Value, ...]]:
    """Returns the rows in the order of one column; rows without a value come last in both orders."""
    with_value = [row for row in rows if row[index] is not None]
    without_value = [row for row in rows if row[index] is None]
    return [*sorted(with_value, key=lambda row: sort_key(row[index]), reverse=descending), *without_value]


def sort_key(value: Value) -> tuple[int, float, str]:
    """Returns a key that puts figures before text: a column of days may hold `(other)`."""
    return (1, 0.0, value.casefold()) if isinstance(value, str) else (0, float(value or 0), "")


def build_headings(columns: Sequence[Column], cells: Sequence[Sequence[str]], sort: str) -> tuple[SortableHeading, ...]:
    """Returns a heading for each column of the formatted cells."""
    longest = [max(map(len, each)) for each in zip(*cells, strict=True)] or [0] * len(columns)
    return tuple(build_heading(column, chars, sort) for column, chars in zip(columns, longest, strict=True))


def build_heading(column: Column, longest: int, sort: str) -> SortableHeading:
    """Returns the heading of a column whose longest cell has `longest` characters.

    The first click sorts figures descending and text ascending; the next click reverses the order.
    """
    ascending, descending = column.key, f"-{column.key}"
    first, second = (descending, ascending) if column.is_numeric else (ascending, descending)
    order = {ascending: "ascending", descending: "descending"}.get(sort, "")
    css_class = "figure" if column.is_numeric else "words" if longest > NO_BREAK_CHARS else "word"
    return SortableHeading(column.heading, column.key, css_class, order, second if sort == first else first)
