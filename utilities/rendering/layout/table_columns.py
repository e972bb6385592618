"""Which columns of a table have room beside its labels, by the width of what is written in them."""

from collections.abc import Iterable
from dataclasses import dataclass

from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

COLUMN_GAP_EM = 0.9
"""Before each column of figures, in em of text."""

NOTE_MARK_EM = 1.0
"""The shape before a heading whose figures lack something, in em of text."""

LABEL_WIDTH_EM = 14.0
"""em of text that labels are given before another column is, but no more than half of the table."""

MEASURING_MARGIN = 1.02
"""What measuring cannot know: kerning, hinting and another version of the font."""


@dataclass(frozen=True)
class NumericColumn:
    """A column of figures, written out."""

    key: str
    heading: str
    cells: tuple[str, ...]
    rank: int  # higher is dropped earlier
    note: str  # what its figures lack, '' when nothing


def column_width(lane: NumericColumn, box: Box, *, headed: bool) -> float:
    """The width of a column with the gap before it, px."""
    cells = max((text_width(cell, box.figure, tabular=True) for cell in lane.cells), default=0.0)
    heading = text_width(lane.heading, box.text) + (NOTE_MARK_EM * box.text if lane.note else 0) if headed else 0.0
    return COLUMN_GAP_EM * box.text + MEASURING_MARGIN * max(heading, cells)


def longest_label_width(labels: Iterable[str], box: Box) -> float:
    """The width of the longest label, px."""
    return MEASURING_MARGIN * max((text_width(label, box.text) for label in labels), default=0.0)


def label_width(labels: Iterable[str], box: Box) -> float:
    """The room that labels are given before another column is, px."""
    return min(longest_label_width(labels, box), LABEL_WIDTH_EM * box.text, box.width / 2)


def select_columns(
    lanes: list[NumericColumn], room: float, box: Box, *, headed: bool, keep: str = ""
) -> list[NumericColumn]:
    """The columns that fit into `room` px, in their order: the lowest rank first, then from the left.

    A column that is too wide is passed over, a narrower one behind it may still fit. The first of all is always
    there, for a table of labels alone says nothing; so is `keep`.
    """
    kept: list[NumericColumn] = []
    for lane in sorted(lanes, key=lambda lane: (lane.key != keep, lane.rank, lanes.index(lane))):
        need = column_width(lane, box, headed=headed)
        if not kept or need <= room:
            kept.append(lane)
            room -= need
    return [lane for lane in lanes if lane in kept]
