"""Rows and columns, as many as can be read from where people stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from utilities.formats import shown
from utilities.frames import Column, Frame, Kind, Value
from utilities.sheet import Box
from utilities.sheet.measure import width
from utilities.views import View

ROW = 1.42
"""Height of a row in em of figures; also in wall.css."""

HEADING = 1.4
"""Height of the headings in em of text; also in wall.css."""

GAP = 0.9
"""Before each column of figures, in em of text; also in wall.css."""

LABEL = 10.0
"""em of text that labels are given before another column is; a longer one is cut with an ellipsis."""

BAR = 0.28
"""The part of the width that bars are given; also in wall.css."""

HAND = 21.0
"""em of text across a telephone held upright."""


@dataclass(frozen=True)
class Options:
    """What a board file may say of a table."""

    columns: tuple[str, ...] = ()  # only these, in this order; all when empty
    bars: str = ""  # the column drawn as bars as well
    rows: int = 100  # at most


@dataclass(frozen=True)
class Cell:
    """One figure; `bar` is its part of the longest bar in per cent, None without one."""

    text: str
    bar: float | None = None


@dataclass(frozen=True)
class Row:
    """A line of the table: what it is about, quietly what else, and the figures."""

    label: str
    quiet: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Head:
    """A heading; `wide` columns have no room on a telephone."""

    text: str
    wide: bool


@dataclass(frozen=True)
class Table:
    """What templates/views/table.html draws."""

    label: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    headed: bool
    full: bool  # every row there is room for is there
    empty: str  # what to say instead of rows


OPTIONS = TypeAdapter(Options)


def prepare(frame: Frame, box: Box, options: Mapping[str, Any]) -> Table:
    """The rows and columns that fit; raises ValueError when a wanted column is not there."""
    wanted = OPTIONS.validate_python(options)
    columns = wished(frame, wanted.columns)
    texts = [c for c in columns if c.kind in (Kind.TEXT, Kind.DATE)]
    headed = not wanted.bars
    room = capacity(box, headed)
    rows = frame.rows[: min(room, wanted.rows)]
    at = {column.key: place for place, column in enumerate(frame.columns)}
    cut = Frame(frame.columns, rows)
    figures = fitting(cut, [c for c in columns if c not in texts], texts[:1], box, wanted.bars)
    hand = Box(HAND * box.text, box.height, box.text, box.figure)
    narrow = fitting(cut, figures, texts[:1], hand, wanted.bars)
    longest = largest(cut, wanted.bars)
    return Table(
        label=texts[0].heading if texts else "",
        heads=tuple(Head(c.heading, c not in narrow) for c in figures),
        rows=tuple(line(row, texts, figures, at, wanted.bars, longest) for row in rows),
        headed=headed,
        full=len(rows) == room,
        empty="" if rows else nothing(frame),
    )


def wished(frame: Frame, keys: tuple[str, ...]) -> list[Column]:
    """The columns to choose from: those named, or all but the figures of the period before."""
    if keys:
        return [frame.columns[frame.index(key)] for key in keys]
    return [c for c in frame.columns if not c.key.endswith(":previous")]


def capacity(box: Box, headed: bool) -> int:
    """How many rows the height has room for, at least one."""
    return max(1, int((box.height - (HEADING * box.text if headed else 0)) / (ROW * box.figure)))


def fitting(frame: Frame, figures: list[Column], label: list[Column], box: Box, bars: str) -> list[Column]:
    """The figures that have room beside the labels, in their order; the highest rank goes first, then the rightmost."""
    kept = list(figures)
    room = box.width * (1 - BAR if bars else 1)
    natural = max((width(shown(v, c.kind), box.text) for c in label for v in frame.values(c.key)), default=0.0)
    room -= min(natural, LABEL * box.text)
    wide = {c.key: breadth(frame, c, box) for c in figures}
    while len(kept) > 1 and sum(wide[c.key] for c in kept) > room:
        spare = [c for c in kept if c.key != bars]
        kept.remove(max(spare, key=lambda c: (c.rank, kept.index(c))))
    return kept


def breadth(frame: Frame, column: Column, box: Box) -> float:
    """The width of a column with the gap before it, px."""
    cells = (width(shown(v, column.kind), box.figure, tabular=True) for v in frame.values(column.key))
    return GAP * box.text + max(width(column.heading, box.text), max(cells, default=0.0))


def largest(frame: Frame, key: str) -> float:
    """The longest bar's figure; 0 without bars."""
    return max((v for v in frame.values(key) if isinstance(v, int | float)), default=0) if key else 0


def line(
    row: tuple[Value, ...],
    texts: list[Column],
    figures: list[Column],
    at: Mapping[str, int],
    bars: str,
    longest: float,
) -> Row:
    """One row, written out."""
    words = [shown(row[at[c.key]], c.kind) for c in texts]
    # GA4 writes what it does not know in brackets; as an aside that is noise.
    quiet = " ".join(word for word in words[1:] if not word.startswith("("))
    return Row(
        label=words[0] if words else "",
        quiet=quiet,
        cells=tuple(cell(row[at[c.key]], c, longest if c.key == bars else 0) for c in figures),
    )


def cell(value: Value, column: Column, longest: float) -> Cell:
    known = isinstance(value, int | float) and longest > 0
    return Cell(shown(value, column.kind), round(100 * float(value or 0) / longest, 1) if known else None)


def nothing(frame: Frame) -> str:
    """A sentence in the place of rows."""
    if frame.covers is None:
        return "Nothing at the moment"
    days = (frame.covers.last - frame.covers.first).days + 1
    return "Nothing yesterday" if days == 1 else f"Nothing in the last {days} days"


def least(box: Box) -> tuple[float, float]:
    """Room for a label, one column of figures, the headings and two rows."""
    wide = LABEL * box.text + GAP * box.text + width("00,000", box.figure, tabular=True)
    return wide, HEADING * box.text + 2 * ROW * box.figure


VIEW = View("table", prepare, least, Options)
