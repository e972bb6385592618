"""A report's rows for a desk: filtered by words, sorted by a column, one page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from utilities.model.figure_change import FigureChange, compare_figures
from utilities.model.formats import format_value
from utilities.model.frames import Column, Frame, Value, ValueKind
from utilities.model.page_titles import shorten_titles

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
    is_previous: bool = False  # a column of the previous period: its figures stand in the changes


@dataclass(frozen=True)
class Table:
    """One page of the rows that match."""

    headings: tuple[SortableHeading, ...]
    rows: tuple[tuple[str, ...], ...]  # formatted
    matching: int  # rows with the search words, on all pages
    total: int  # rows of the report
    page: int
    pages: int
    changes: tuple[Mapping[int, FigureChange], ...] = ()  # of each row since the previous period, by place
    shares: tuple[float, ...] = ()  # per cent of the largest figure, for each row of a ranking
    ranked: str = ""  # the key of the column that `shares` are of
    cut: tuple[int, int] | None = None  # how many rows of a ranking there are here, and how many in all

    @property
    def last(self) -> int:
        """The number of the last row on this page."""
        return self.first + len(self.rows) - 1

    @property
    def first(self) -> int:
        """The number of the first row on this page, counted from 1."""
        return (self.page - 1) * ROWS_PER_PAGE + 1


def filter_sort_page(frame: Frame, q: str = "", sort: str = "", page: int = 1, ranked: str = "") -> Table:
    """Returns one page of the rows that have every word of `q` in some cell, in the order of `sort`.

    An unknown column does not sort, and a page past the end is the last one. `ranked` is the column whose figures have
    shares, the first when ''.
    """
    kinds, searched_rows, frame = [column.kind for column in frame.columns], frame.rows, shorten_titles(frame)
    rows: Sequence[tuple[Value, ...]] = frame.rows
    if words := q.casefold().split():
        texts = (searchable_text(row, kinds) for row in searched_rows)  # of titles with the site's ending, too
        rows = [row for row, text in zip(rows, texts, strict=True) if all(word in text for word in words)]
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if frame.has_column(key):
        rows = sort_rows(rows, frame.column_index(key), descending=descending)
    pages = max(1, -(-len(rows) // ROWS_PER_PAGE))
    page = min(page, pages)
    shown = rows[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE]
    cells = tuple(tuple(format_value(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in shown)
    key = ranked_key(frame, ranked)
    return Table(
        headings=build_headings(frame.columns, cells, sort),
        rows=cells,
        matching=len(rows),
        total=len(frame.rows),
        page=page,
        pages=pages,
        changes=tuple(row_changes(frame, row) for row in shown),
        shares=row_shares(frame, key, shown) if key else (),
        ranked=key,
        cut=(len(frame.named_rows), frame.total_rows or 0) if frame.is_cut else None,
    )


def row_changes(frame: Frame, row: tuple[Value, ...]) -> dict[int, FigureChange]:
    """Returns the change of each figure that has a previous one, by its place."""
    places = {column.key: place for place, column in enumerate(frame.columns)}
    changes = {
        place: compare_figures(row[place], row[places[column.previous_key]], column)
        for place, column in enumerate(frame.columns)
        if column.previous_key in places
    }
    return {place: change for place, change in changes.items() if change}


def ranked_key(frame: Frame, key: str) -> str:
    """Returns the column of counts that a ranking's shares are of, '' for days, hours and rates."""
    columns = {column.key: column for column in frame.numeric_columns}
    column = columns.get(key) or next(iter(columns.values()), None)
    is_ranking = bool(frame.columns) and frame.columns[0].kind is ValueKind.TEXT
    return column.key if is_ranking and column and column.kind in (ValueKind.INTEGER, ValueKind.SHARE) else ""


def row_shares(frame: Frame, key: str, rows: Sequence[tuple[Value, ...]]) -> tuple[float, ...]:
    """Returns each row's figure in per cent of the largest of all rows."""
    place = frame.column_index(key)
    named = set(frame.named_rows)  # `(other)` is not a row of the ranking
    largest = max((float(row[place] or 0) for row in named), default=0.0)
    return tuple(
        round(100 * max(float(row[place] or 0), 0.0) / largest, 1) if largest > 0 and row in named else 0.0
        for row in rows
    )


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
    return SortableHeading(
        column.heading, column.key, css_class, order, second if sort == first else first, column.is_previous
    )
