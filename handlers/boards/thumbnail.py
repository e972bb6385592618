"""A board in the list of boards: a picture of it with its latest figures, and what its tiles show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from utilities.config.boards import Board
from utilities.config.boards.model import Tile
from utilities.model.formats import format_value
from utilities.model.frames import Frame
from utilities.model.page_titles import shorten_titles
from utilities.model.text import clean_text
from utilities.rendering.layout.placement import tile_rectangle
from utilities.rendering.layout.plain_names import with_plain_names
from utilities.reports import Report

PICTURED_ROWS = 5
MAX_NAME_CHARS = 24
MIN_LINE_VALUES = 2
MAX_READ_ROWS = 100  # of a large frame, on the event loop
NAMED_TILES = 4  # the list names so many; the rest is a number


@dataclass(frozen=True)
class ThumbnailTile:
    """One tile of the picture, in px of a 1920 × 1080 screen."""

    view: str
    left: int
    top: int
    width: int
    height: int
    title: str
    figure: str  # of a tile with one figure, '' while there is none
    rows: tuple[tuple[str, str], ...]  # the names and figures of a table
    points: str  # of a line, in a room of 100 × 40
    shares: tuple[int, ...]  # of bars, per cent of the longest


@dataclass(frozen=True)
class Thumbnail:
    """What the list of boards shows of a board."""

    theme: str
    tiles: tuple[ThumbnailTile, ...]
    titles: tuple[str, ...]  # of the first tiles
    more_tiles: int  # that `titles` leaves out


def build_thumbnail(
    board: Board, reports: Mapping[str, Report], latest_frame: Callable[[str], Frame | None]
) -> Thumbnail:
    """Returns the picture of a board and the titles of its tiles; `latest_frame` has the figures of a report."""
    tiles, titles = [], []
    for tile in board.tiles:
        report = reports.get(tile.report)
        title = tile.title or (report.title if report else tile.report)
        titles.append(title)
        outer = tile_rectangle(board, tile.place)
        frame = latest_frame(tile.report) or Frame((), ())
        left, top, width, height = (round(each) for each in (outer.left, outer.top, outer.width, outer.height))
        figure, rows, values = pictured_figure(tile, frame), pictured_rows(frame), first_values(frame)
        points, shares = line_points(values), bar_shares(values[:PICTURED_ROWS])
        tiles.append(ThumbnailTile(tile.view, left, top, width, height, title, figure, rows, points, shares))
    shown = tuple(titles[:NAMED_TILES])
    return Thumbnail(board.theme, tuple(tiles), shown, len(titles) - len(shown))


def pictured_figure(tile: Tile, frame: Frame) -> str:
    """Returns the figure of a frame of one row; '' without one."""
    key = str(tile.options.get("key", ""))
    columns = [column for column in frame.numeric_columns if column.key == key] or frame.numeric_columns
    if len(frame.rows) != 1 or not columns:
        return ""
    return format_value(frame.rows[0][frame.column_index(columns[0].key)], columns[0].kind)


def pictured_rows(frame: Frame) -> tuple[tuple[str, str], ...]:
    """Returns the first names of a frame, each with its first figure."""
    if not frame.columns or frame.columns[0].is_numeric or not frame.numeric_columns:
        return ()
    column, first = frame.numeric_columns[0], replace(frame, rows=frame.rows[:MAX_READ_ROWS])
    place = frame.column_index(column.key)
    return tuple(
        (clean_text(str(row[0]), MAX_NAME_CHARS), format_value(row[place], column.kind))
        for row in with_plain_names(shorten_titles(first)).rows[:PICTURED_ROWS]
    )


def first_values(frame: Frame) -> list[float]:
    """Returns the values of the first column of figures; a missing one is left out."""
    if not frame.numeric_columns:
        return []
    place = frame.column_index(frame.numeric_columns[0].key)
    values = (row[place] for row in frame.rows[:MAX_READ_ROWS])
    return [float(value) for value in values if isinstance(value, int | float)]


def line_points(values: Sequence[float]) -> str:
    """Returns the points of a line from 0 to the largest value; '' for less than two."""
    largest = max(values, default=0.0)
    if len(values) < MIN_LINE_VALUES or largest <= 0:
        return ""
    step = 100 / (len(values) - 1)
    return " ".join(
        f"{place * step:.1f},{38 - 34 * max(value, 0.0) / largest:.1f}" for place, value in enumerate(values)
    )


def bar_shares(values: Sequence[float]) -> tuple[int, ...]:
    """Returns each value in per cent of the largest."""
    largest = max(values, default=0.0)
    return tuple(round(100 * max(value, 0.0) / largest) for value in values) if largest > 0 else ()
