"""How many cells of a heatmap and weeks of a calendar have room, and what has none."""

from datetime import timedelta

from utilities.model.frames import Frame
from utilities.rendering.charts.axes import AXIS_GAP_EM
from utilities.rendering.charts.labels import parse_day
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

CELLS_FOOT_EM = 2.9  # the names below and the line of text under them, in em of text
MIN_CELL_HEIGHT_EM, MIN_CELL_WIDTH_EM = 0.6, 0.3  # the least height and width of a cell, in em of text
MIN_WEEK_WIDTH_EM = 0.8  # of a calendar, in em of text
MAX_ROW_NAMES_WIDTH = 0.3  # the most that names may take of the width


def cells_in(box: Box) -> tuple[int, int]:
    """Returns how many rows and columns of cells have room."""
    down = int((box.height - CELLS_FOOT_EM * box.text) / MIN_CELL_HEIGHT_EM / box.text)
    return down, int(box.width * (1 - MAX_ROW_NAMES_WIDTH) / MIN_CELL_WIDTH_EM / box.text)


def omitted_cells_text(frame: Frame, box: Box, options: object) -> str:
    """Returns how many rows and columns of times have no room; of other names the largest are enough."""
    counts = (len({row[0] for row in frame.rows}), len({row[1] for row in frame.rows})) if frame.rows else (0, 0)
    for count, room, what in zip(counts, cells_in(box), ("rows", "columns"), strict=True):
        if count > room:
            return f"{count - room} of its {count} {what} have no room"
    return ""


def weeks_in(box: Box) -> int:
    """Returns how many weeks have room."""
    return int((box.width - text_width("Mon", box.text) - AXIS_GAP_EM * box.text) / (MIN_WEEK_WIDTH_EM * box.text))


def omitted_weeks_text(frame: Frame, box: Box, options: object) -> str:
    """Returns how many weeks of a calendar have no room."""
    days = [day for day in (parse_day(row[0]) for row in frame.rows) if day is not None]
    if not days:
        return ""
    first, last = (day - timedelta(days=day.weekday()) for day in (min(days), max(days)))
    weeks, room = (last - first).days // 7 + 1, weeks_in(box)
    return f"{weeks - room} of its {weeks} weeks have no room" if weeks > room else ""
