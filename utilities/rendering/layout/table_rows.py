"""The rows of a table on a wall: which are shown, and what says how many are not."""

import re
from dataclasses import dataclass, replace

from utilities.model.formats import format_value
from utilities.model.frames import REST_NAME, Frame, Note, Value, ValueKind
from utilities.rendering.layout import Box
from utilities.rendering.layout.table_columns import MEASURING_MARGIN, NOTE_MARK_EM
from utilities.rendering.layout.text_width import text_width

EXTENT_GAP_EM = 0.45
"""Between the headline and how many of the rows are shown, in em of text."""

AGE_EM = 7.0
"""The longest age of a stale tile (`59 min old`) with its shape and the space before it, in em of text."""

REST_LABEL = "Other"
REST_LABELS = (REST_NAME, REST_LABEL)
"""The row of all names that are too many to list."""

URL_NOISE = re.compile(r"^https?://(?:www\.)?|(?<=[^/:])/$")
"""What a URL on a wall does not need, where nobody can click it."""


@dataclass(frozen=True)
class TableRow:
    """A row of the table: its label, a second text in grey, and the values."""

    label: str
    quiet: str
    cells: tuple[str, ...]
    bar: float | None = None  # its part of the longest bar in per cent, None without bars
    is_rest: bool = False  # not one name but all the others


@dataclass(frozen=True)
class TableHeading:
    """A heading; `note` says what its values lack."""

    text: str
    note: str
    is_text: bool = False
    key: str = ""  # of its column


@dataclass(frozen=True)
class TablePage:
    """Some of the rows, which the wall shows by turns, and which they are: `rows 1–10 of 41`."""

    rows: tuple[TableRow, ...]
    extent: str


@dataclass(frozen=True)
class TableContent:
    """What templates/views/table.html receives."""

    heads: tuple[TableHeading, ...]  # none above sentences
    rows: tuple[TableRow, ...]
    full: bool  # all rows that fit are there
    empty: tuple[str, ...]  # sentences instead of rows
    extent: str = ""  # `5 of 41` next to the headline, where rows have no room
    note_word: str = ""  # what the mark at a heading means, next to the headline
    stale_extent: str = ""  # the extent while an age stands on the line as well
    keeps_headings: bool = False  # whether the headings have room next to an age
    pages: tuple[TablePage, ...] = ()  # two and more, of a table that shows all rows by turns; `rows` is the first


def select_rows(frame: Frame, most: int) -> tuple[tuple[Value, ...], ...]:
    """Returns the first rows, because reports are ranked; the last ones of days in their order."""
    return frame.rows[-most:] if is_chronological(frame) else frame.rows[:most]


def is_chronological(frame: Frame) -> bool:
    """Whether the rows are days in their order."""
    if not frame.columns or frame.columns[0].kind is not ValueKind.DATE:
        return False
    days = [str(row[0]) for row in frame.rows]
    return days == sorted(days)


def count_hidden_rows(frame: Frame, content: TableContent) -> int:
    """Counts the rows that are not there, where no row has all of them together."""
    if not content.rows or any(row.is_rest for row in content.rows):
        return 0
    return max(len(frame.named_rows), frame.total_rows or 0) - len(content.rows)


def with_headline_words(
    frame: Frame, content: TableContent, room: float, box: Box, extents: tuple[str, ...] | None = None
) -> TableContent:
    """Returns the content with the words that fit next to the headline, where its headings leave `room` px.

    `extents` are the texts to choose from, the longest first; by default those of a table without pages.
    """
    extents = describe_extents(frame, content) if extents is None else extents
    note = next((note.short for head in content.heads if head.note for note in notes_of(frame, head)), "")
    gap, age = EXTENT_GAP_EM * box.text, AGE_EM * box.text
    marked = gap + NOTE_MARK_EM * box.text + MEASURING_MARGIN * text_width(note, box.text) if note else 0.0
    extent = select_extent(extents, room - marked, box)
    has_note = bool(note) and marked <= room and (bool(extent) or not extents)
    keeps_headings = age <= room
    stale_room = room if keeps_headings else box.width - MEASURING_MARGIN * box.title
    return replace(
        content,
        extent=extent or select_extent(extents, room, box),
        note_word=note if has_note else "",
        stale_extent=select_extent(extents, stale_room - age, box),
        keeps_headings=keeps_headings,
    )


def unsaid_words(frame: Frame, content: TableContent) -> str:
    """Returns what has no room next to the headline: `and 38 more`, `Readers incomplete`, or both; '' without any."""
    hidden = count_hidden_rows(frame, content)
    marked = [f"{head.text} {note.short}" for head in content.heads if head.note for note in notes_of(frame, head)]
    more = f"and {hidden:,} more" if hidden and not content.extent and not is_chronological(frame) else ""
    return " · ".join(one for one in (more, *marked[: not content.note_word]) if one)


def notes_of(frame: Frame, head: TableHeading) -> list[Note]:
    """Returns the notes about the column of a heading."""
    return [note for note in frame.notes if note.column == head.key]


def describe_extents(frame: Frame, content: TableContent) -> tuple[str, ...]:
    """Returns `first 5 of 41`, `5 of 41` and `top 5`; () where all rows are shown."""
    hidden = count_hidden_rows(frame, content)
    if not hidden:
        return ()
    shown, is_latest = len(content.rows), is_chronological(frame)
    text = f"{shown:,} of {hidden + shown:,}"
    return f"{'last' if is_latest else 'first'} {text}", text, f"{'last' if is_latest else 'top'} {shown:,}"


def select_extent(extents: tuple[str, ...], room: float, box: Box) -> str:
    """Returns the longest that fits into `room` px with the gap before it; '' where none does."""
    room -= EXTENT_GAP_EM * box.text
    return next((one for one in extents if MEASURING_MARGIN * text_width(one, box.text) <= room), "")


def label_text(value: Value, kind: ValueKind) -> str:
    """Returns a label, without what only a browser needs of a URL."""
    return REST_LABEL if value == REST_NAME else URL_NOISE.sub("", format_value(value, kind))
