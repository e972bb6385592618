"""Selects the columns of a table that fit next to its labels, by the width of their text."""

from collections.abc import Iterable
from dataclasses import dataclass

from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

COLUMN_GAP_EM = 0.9
"""Before each column of figures, in em of text."""

NOTE_MARK_EM = 1.0
"""The shape before a heading with a note, in em of text."""

LABEL_WIDTH_EM = 14.0
"""Labels get this width, in em of text, before another column is added; at most half of the table."""

MAX_TITLE_PART = 0.75
"""The part of a table's width for which a headline makes columns give way; a longer one is cut."""

MEASURING_MARGIN = 1.02
"""A margin for kerning, hinting and another version of the font."""


@dataclass(frozen=True)
class NumericColumn:
    """A column of numbers as text."""

    key: str
    heading: str
    cells: tuple[str, ...]
    rank: int  # columns with a higher rank are dropped first
    note: str  # what its values lack, '' when nothing
    is_text: bool = False  # words in the size of text, in grey


def column_width(column: NumericColumn, box: Box, *, headed: bool) -> float:
    """Returns the width of a column with the gap before it, px."""
    size = box.text if column.is_text else box.figure
    cells = max((text_width(cell, size, tabular=not column.is_text) for cell in column.cells), default=0.0)
    heading = text_width(column.heading, box.text) + (NOTE_MARK_EM * box.text if column.note else 0) if headed else 0.0
    return COLUMN_GAP_EM * box.text + MEASURING_MARGIN * max(heading, cells)


def longest_label_width(labels: Iterable[str], box: Box) -> float:
    """Returns the width of the longest label, px."""
    return MEASURING_MARGIN * max((text_width(label, box.text) for label in labels), default=0.0)


def label_width(labels: Iterable[str], box: Box) -> float:
    """Returns the width that labels and the headline get before another column is added, px."""
    label = min(longest_label_width(labels, box), LABEL_WIDTH_EM * box.text, box.width / 2)
    return max(label, min(MEASURING_MARGIN * box.title, MAX_TITLE_PART * box.width))


def select_columns(
    columns: list[NumericColumn], room: float, box: Box, *, headed: bool, keep: str = ""
) -> list[NumericColumn]:
    """Returns the columns that fit into `room` px, in their order: the lowest rank first, then from the left.

    A column that is too wide is skipped, and a narrower one after it may still fit. The first is always returned,
    because labels alone say nothing; so is `keep`.
    """
    selected: list[NumericColumn] = []
    for column in sorted(columns, key=lambda column: (column.key != keep, column.rank, columns.index(column))):
        need = column_width(column, box, headed=headed)
        if not selected or need <= room:
            selected.append(column)
            room -= need
    return [column for column in columns if column in selected]
