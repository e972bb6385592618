"""A table with as many rows and columns as fit at a legible size."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from utilities.model.formats import format_for_wall
from utilities.model.frames import Column, Frame, Value, ValueKind
from utilities.model.period_words import describe_period
from utilities.rendering.layout import Box, TypeSizes
from utilities.rendering.layout.placement import HEAD_EM, HEAD_TOP_EM
from utilities.rendering.layout.plain_names import with_plain_names
from utilities.rendering.layout.share_columns import TOTAL_HEADING, join_share_columns
from utilities.rendering.layout.stylesheet import REM_PX
from utilities.rendering.layout.table_columns import (
    COLUMN_GAP_EM,
    LABEL_WIDTH_EM,
    MEASURING_MARGIN,
    NumericColumn,
    column_width,
    label_width,
    select_columns,
)
from utilities.rendering.layout.table_pages import MAX_TABLE_PAGES, split_pages
from utilities.rendering.layout.table_rows import (
    EXTENT_GAP_EM,
    REST_LABELS,
    TableContent,
    TableHeading,
    TableRow,
    label_text,
    select_rows,
    unsaid_words,
    with_headline_words,
)
from utilities.rendering.layout.text_width import text_width, truncate_words
from utilities.rendering.views import TABLE, View, fits_no_frame

ROW_EM = 1.3
"""Height of a row in em of figures."""

ROW_LINE_PX = 2.0
"""The line above each row, px."""

BAR_PX = 6.0
"""Height of a bar, px; it is the line below its row."""

ASIDE_MARGIN_EM, SPACE_EM = 0.45, 0.3
"""Between a label and the second text: a margin and a space, in em of text."""


@dataclass(frozen=True)
class TableOptions:
    """The options of a table."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is an error

    columns: tuple[str, ...] = ()  # only these, in this order; all when empty
    headings: Mapping[str, str] = field(default_factory=dict)  # by column key; shorter ones leave room for figures
    ranks: Mapping[str, int] = field(default_factory=dict)  # by column key; higher is dropped earlier
    bars: str = ""  # the column drawn as bars as well, each in place of the line below its row
    rows: Annotated[int, Field(ge=1)] = 100  # at most
    pages: bool = False  # where there are more rows than fit, all of them by turns
    shares: Literal["each", "sum"] = "each"  # a column for each network, or all shares and the largest network


def build_table(frame: Frame, box: Box, options: TableOptions) -> TableContent:
    """Returns the rows and columns that fit; raises ValueError when none of the columns in the options is there."""
    frame = frame.with_headings(options.headings).with_drop_priorities(options.ranks)
    capacity = row_capacity(box)
    if options.pages and min(len(frame.rows), options.rows) > capacity:
        rows = frame.rows[: min(capacity * MAX_TABLE_PAGES, options.rows)]
        return build_table_content(frame, box, options, rows, capacity)
    content = build_table_content(frame, box, options, select_rows(frame, min(capacity, options.rows)), capacity)
    unsaid = unsaid_words(frame, content)
    if not unsaid or len(content.rows) < 2:
        return content
    if len(content.rows) < capacity:
        return replace(content, rows=(*content.rows, words_row(unsaid, content, options)))
    shorter = build_table_content(frame, box, options, select_rows(frame, len(content.rows) - 1), capacity)
    unsaid = unsaid_words(frame, replace(shorter, extent="")) or unsaid
    return replace(shorter, rows=(*shorter.rows, words_row(unsaid, shorter, options)), full=content.full, extent="")


def words_row(text: str, content: TableContent, options: TableOptions) -> TableRow:
    """Returns a row of words about the others."""
    return TableRow(text, "", ("",) * len(content.heads), 0.0 if options.bars else None, True)


def build_table_content(
    frame: Frame, box: Box, options: TableOptions, rows: tuple[tuple[Value, ...], ...], capacity: int
) -> TableContent:
    """Returns these rows of the frame with the columns that fit."""
    part = with_plain_names(replace(frame, rows=rows))
    texts, figures = split_columns(part, options.columns)
    labels = (
        [label_text(v, texts[0].kind) for v in part.column_values(texts[0].key)] if texts else [""] * len(part.rows)
    )
    networks = [one for one in part.columns if options.shares == "sum" and one.kind is ValueKind.SHARE]
    every = [build_numeric_column(part, column) for column in figures if column not in networks]
    every += join_share_columns(part, networks) if networks else []
    numeric = select_columns(every, box.width - label_width(labels, box), box, headed=True, keep=options.bars)
    content = TableContent(
        heads=tuple(TableHeading(one.heading, one.note, one.is_text, one.key) for one in numeric) if part.rows else (),
        rows=tuple(build_table_rows(part, labels, texts[1:], numeric, options.bars, box)),
        full=len(part.rows) == capacity,
        empty=() if part.rows else empty_sentences(frame, box),
    )
    room = box.width - sum(column_width(one, box, headed=True) for one in numeric) - MEASURING_MARGIN * box.title
    if len(content.rows) > capacity:
        return split_pages(frame, content, capacity, room, box)
    return with_headline_words(frame, content, room, box)


def omitted_columns_text(frame: Frame, box: Box, options: TableOptions) -> str:
    """Returns which columns that the options name have no room; without named columns the last ones give way."""
    if not options.columns:
        return ""
    frame = frame.with_headings(options.headings)
    shown = {head.text for head in build_table(frame, box, options).heads}
    is_summed = options.shares == "sum" and any(one.kind is ValueKind.SHARE for one in frame.columns)
    figures = split_columns(frame, options.columns)[1]
    named = [one.heading for one in figures if not (is_summed and one.kind is ValueKind.SHARE)]
    named += [TOTAL_HEADING] if is_summed else []
    lost = [heading for heading in named if heading not in shown]
    return f"{len(lost)} of its {len(named)} columns of figures have no room ({', '.join(lost)})" if lost else ""


def row_capacity(box: Box) -> int:
    """Returns how many rows fit, at least one."""
    return max(1, int(box.height / (ROW_EM * box.figure + ROW_LINE_PX)))


def split_columns(frame: Frame, keys: tuple[str, ...]) -> tuple[list[Column], list[Column]]:
    """Returns the columns on the left and on the right: those with these keys, or all but the previous period's."""
    columns = [c for c in frame.columns if not c.is_previous]
    if keys:
        # Columns of a share network come late, or never when it is not configured: the others do not wait.
        columns = [frame.columns[frame.column_index(key)] for key in keys if frame.has_column(key)]
        if not columns:
            raise ValueError(f"none of the columns {', '.join(keys)} is in the figures")
    texts = [c for c in columns if not c.is_numeric]
    return texts, [c for c in columns if c.is_numeric]


def build_numeric_column(frame: Frame, column: Column) -> NumericColumn:
    """Returns a column of numbers as text."""
    cells = tuple(format_for_wall(value, column.kind) for value in frame.column_values(column.key))
    note = " · ".join(note.text for note in frame.notes if note.column == column.key)
    return NumericColumn(column.key, column.heading, cells, column.drop_priority, note)


def build_table_rows(
    frame: Frame, labels: list[str], asides: list[Column], numeric: list[NumericColumn], bars: str, box: Box
) -> Iterator[TableRow]:
    """Yields every row as text."""
    top = max((v for v in frame.column_values(bars) if isinstance(v, int | float)), default=0) if bars else 0
    left = box.width - sum(column_width(one, box, headed=True) for one in numeric)
    for place, (row, label) in enumerate(zip(frame.rows, labels, strict=True)):
        # GA4 writes unknown values in brackets; as a second text that is noise.
        words = [label_text(row[frame.column_index(c.key)], c.kind) for c in asides]
        quiet = second_text(label, [word for word in words if word and not word.startswith("(")], left, box)
        bar = bar_length(row[frame.column_index(bars)], top) if bars else None
        yield TableRow(label, quiet, tuple(one.cells[place] for one in numeric), bar, label in REST_LABELS)


def second_text(label: str, words: list[str], left: float, box: Box) -> str:
    """Returns as many of the texts as fit behind the label in `left` px."""
    left -= text_width(label, box.text) + (ASIDE_MARGIN_EM + SPACE_EM) * box.text
    fit = (" ".join(words[:count]) for count in range(len(words), 0, -1))
    return next((text for text in fit if text_width(text, box.text) <= left), "")


def bar_length(value: Value, top: float) -> float:
    """Returns the length of a bar in per cent, 0 without a value."""
    return round(100 * value / top, 1) if isinstance(value, int | float) and top > 0 else 0.0


def empty_sentences(frame: Frame, box: Box) -> tuple[str, ...]:
    """Returns sentences for a table without rows; how to begin is among them where it fits on two lines."""
    if frame.setup_hint:
        first, how = frame.setup_hint[0], " ".join(frame.setup_hint[1:])
        return (first, how) if how and truncate_words(how, box.text, box.width, 2) == how else (first,)
    if frame.date_range is None:
        return ("Nothing at the moment",)
    period = describe_period(frame)
    if period == "today until now":
        return ("Nothing yet today",)
    preposition = "in " if period[0].isdigit() else "on " if period[0].isupper() else ""
    return (f"Nothing {preposition}{period}",)


def min_size(box: Box) -> tuple[float, float]:
    """Returns the room for a label, one column of numbers and two rows."""
    wide = LABEL_WIDTH_EM / 2 * box.text + COLUMN_GAP_EM * box.text + text_width("00,000", box.figure, tabular=True)
    return wide, 2 * (ROW_EM * box.figure + ROW_LINE_PX)


def table_css(sizes: TypeSizes) -> str:
    """Returns the CSS of the sizes above; the line is a hair thicker than it counts, browsers would round it down."""
    line_height = (ROW_EM * sizes.figure + ROW_LINE_PX - BAR_PX) / sizes.figure
    return f"""\
.table th {{ height: {HEAD_EM - HEAD_TOP_EM}em; padding-top: {HEAD_TOP_EM}em; padding-left: {COLUMN_GAP_EM}em; }}
.table td {{ line-height: {ROW_EM}; padding-left: {COLUMN_GAP_EM * sizes.text / sizes.figure:.4f}em; }}
.table .label {{ padding-left: 0; }}
.table tbody tr {{ border-top-width: {1.04 * ROW_LINE_PX / REM_PX:g}rem; }}
.table .quiet {{ margin-left: {ASIDE_MARGIN_EM}em; }}
.table .extent {{ margin-left: {EXTENT_GAP_EM}em; }}
.table .bars td {{ line-height: {line_height:.4f}; }}
.table .bars .bar {{ padding: 0; line-height: 0; }}
.table .bar svg {{ height: {BAR_PX / REM_PX:g}rem; }}
"""


VIEW = View(
    TABLE,
    "only the table",
    build_table,
    fits_no_frame,
    min_size,
    TableOptions,
    TABLE,
    css=table_css,
    omits=omitted_columns_text,
)
