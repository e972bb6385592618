"""The rows of a table on a wall: which are shown, and what says how many are not."""

import re
from dataclasses import dataclass

from utilities.model.formats import format_value
from utilities.model.frames import REST_NAME, Frame, Value, ValueKind
from utilities.rendering.layout import Box
from utilities.rendering.layout.table_columns import MEASURING_MARGIN
from utilities.rendering.layout.text_width import text_width

EXTENT_GAP_EM = 0.6
"""Between the headline and how many of the rows are shown, in em of text."""

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


@dataclass(frozen=True)
class TableContent:
    """What templates/views/table.html receives."""

    heads: tuple[TableHeading, ...]  # none above sentences
    rows: tuple[TableRow, ...]
    full: bool  # all rows that fit are there
    empty: tuple[str, ...]  # sentences instead of rows
    extent: str = ""  # `5 of 41` next to the headline, where rows have no room


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


def describe_extent(frame: Frame, content: TableContent, room: float, box: Box) -> str:
    """Returns `first 5 of 41`, `5 of 41` or '', whichever fits next to the headline."""
    hidden = count_hidden_rows(frame, content)
    if not hidden:
        return ""
    text = f"{len(content.rows):,} of {hidden + len(content.rows):,}"
    which = "last" if is_chronological(frame) else "first"
    room -= EXTENT_GAP_EM * box.text
    return next((one for one in (f"{which} {text}", text) if MEASURING_MARGIN * text_width(one, box.text) <= room), "")


def label_text(value: Value, kind: ValueKind) -> str:
    """Returns a label, without what only a browser needs of a URL."""
    return REST_LABEL if value == REST_NAME else URL_NOISE.sub("", format_value(value, kind))
