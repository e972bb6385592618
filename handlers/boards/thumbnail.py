"""A board in the list of boards: the layout as a picture, and what its tiles show."""

from collections.abc import Mapping
from dataclasses import dataclass

from utilities.config.boards import Board
from utilities.rendering.layout.placement import tile_rectangle
from utilities.reports import Report

TITLE_CHAR_WIDTH = 15  # px of a 1920 × 1080 screen
NAMED_TILES = 4  # the list names so many; the rest is a number


@dataclass(frozen=True)
class ThumbnailTile:
    """One tile of the picture, in px of a 1920 × 1080 screen."""

    view: str
    left: int
    top: int
    width: int
    height: int
    title_width: int


@dataclass(frozen=True)
class Thumbnail:
    """What the list of boards shows of a board."""

    theme: str
    tiles: tuple[ThumbnailTile, ...]
    titles: tuple[str, ...]  # of the first tiles
    more_tiles: int  # that `titles` leaves out


def build_thumbnail(board: Board, reports: Mapping[str, Report]) -> Thumbnail:
    """Returns the picture of a board and the titles of its tiles."""
    tiles, titles = [], []
    for tile in board.tiles:
        report = reports.get(tile.report)
        title = tile.title or (report.title if report else tile.report)
        titles.append(title)
        outer = tile_rectangle(board, tile.place)
        width = round(outer.width)
        tiles.append(
            ThumbnailTile(
                tile.view,
                round(outer.left),
                round(outer.top),
                width,
                round(outer.height),
                min(round(width * 0.8), TITLE_CHAR_WIDTH * len(title)),
            )
        )
    shown = tuple(titles[:NAMED_TILES])
    return Thumbnail(board.theme, tuple(tiles), shown, len(titles) - len(shown))
