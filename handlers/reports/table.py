"""A table as somebody wants to see it: in another order, only the rows with some words, a part at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from utilities.model.formats import format_value
from utilities.model.frames import Column, Frame, Value, ValueKind

PART = 50  # rows
SHORT = 20  # characters that a column of words is not broken for


@dataclass(frozen=True)
class Heading:
    """What stands above a column, and what a click on it asks for."""

    text: str
    key: str
    set: str  # how what is below is set: `figure`, `word`, or `words` that need several lines
    order: str  # `ascending`, `descending`, or '' when the rows are not in its order
    sort: str  # the `sort` that a click asks for


@dataclass(frozen=True)
class Table:
    headings: tuple[Heading, ...]
    rows: tuple[tuple[str, ...], ...]  # of this part, as people read them
    found: int  # rows with the words
    whole: int  # rows there are
    part: int
    parts: int

    @property
    def first(self) -> int:
        """The place of the first row of this part, counted from 1."""
        return (self.part - 1) * PART + 1


def sifted(frame: Frame, q: str = "", sort: str = "", part: int = 1) -> Table:
    """The rows with `q` in one of their cells, by `sort`; an unknown column and a part too far change nothing."""
    kinds = [column.kind for column in frame.columns]
    rows: Sequence[tuple[Value, ...]] = frame.rows
    if words := q.casefold().split():
        rows = [row for row in rows if all(word in line(row, kinds) for word in words)]
    key, down = sort.removeprefix("-"), sort.startswith("-")
    if frame.has_column(key):
        rows = ordered(rows, frame.column_index(key), down=down)
    parts = max(1, -(-len(rows) // PART))
    part = min(part, parts)
    cells = tuple(
        tuple(format_value(value, kind) for value, kind in zip(row, kinds, strict=True))
        for row in rows[(part - 1) * PART : part * PART]
    )
    return Table(headings(frame.columns, cells, sort), cells, len(rows), len(frame.rows), part, parts)


def line(row: tuple[Value, ...], kinds: Sequence[ValueKind]) -> str:
    return "\n".join(format_value(value, kind) for value, kind in zip(row, kinds, strict=True)).casefold()


def ordered(rows: Sequence[tuple[Value, ...]], place: int, *, down: bool) -> list[tuple[Value, ...]]:
    """In order of one column; what nobody knows comes last both ways."""
    known = [row for row in rows if row[place] is not None]
    unknown = [row for row in rows if row[place] is None]
    return [*sorted(known, key=lambda row: rank(row[place]), reverse=down), *unknown]


def rank(value: Value) -> tuple[int, float, str]:
    """Figures before words, for a column of days may hold `(other)`."""
    return (1, 0.0, value.casefold()) if isinstance(value, str) else (0, float(value or 0), "")


def headings(columns: Sequence[Column], cells: Sequence[Sequence[str]], sort: str) -> tuple[Heading, ...]:
    longest = [max(map(len, each)) for each in zip(*cells, strict=True)] or [0] * len(columns)
    return tuple(heading(column, long, sort) for column, long in zip(columns, longest, strict=True))


def heading(column: Column, longest: int, sort: str) -> Heading:
    """A click on figures asks for the greatest first, on words for A, and on either again for the other end."""
    up, down = column.key, f"-{column.key}"
    first, again = (up, down) if not column.is_numeric else (down, up)
    order = {up: "ascending", down: "descending"}.get(sort, "")
    how = "figure" if column.is_numeric else "words" if longest > SHORT else "word"
    return Heading(column.heading, column.key, how, order, again if sort == first else first)
