"""What is wrong with a sheet: tiles too small, headlines too long, colours too faint."""

from collections.abc import Mapping

from utilities.rendering.layout import Board, Drawn, Tile
from utilities.rendering.layout.palette import TEXT_CONTRAST, contrast_faults
from utilities.rendering.layout.placement import board_type_sizes, content_box, split_for_trend
from utilities.rendering.layout.text_width import text_width

MARK = "since 00:00"
"""The longest thing a tile's frame may have to say beside its headline; with a shape before it."""

SHAPE = 1.65
"""That shape and the air around it, in em of text; wall.css draws them."""


def layout_faults(board: Board, views: Mapping[str, Drawn], titles: Mapping[str, str]) -> list[str]:
    """Everything that cannot be read from the room, one sentence each; `titles` are the reports' own, by name."""
    found = [f"theme {board.theme}: {colour}, it needs {TEXT_CONTRAST}:1" for colour in contrast_faults(board.theme)]
    for tile in board.tiles:
        found += size_faults(board, tile, views) + title_faults(board, tile, titles)
    return found


def size_faults(board: Board, tile: Tile, views: Mapping[str, Drawn]) -> list[str]:
    """A tile that has not the room its view needs at this distance."""
    if tile.view not in views:
        return []
    room, _ = split_for_trend(content_box(board, tile.place), tile.trend)
    wide, high = views[tile.view].min_size(room)
    if room.width >= wide and room.height >= high:
        return []
    return [
        f"tile {tile.name} is too small to be read from {board.screen.distance:g} m: it has "
        f"{max(room.width, 0):.0f} × {max(room.height, 0):.0f} px for its figures and a {tile.view} needs "
        f"{wide:.0f} × {high:.0f}; give it more of the grid"
    ]


def title_faults(board: Board, tile: Tile, titles: Mapping[str, str]) -> list[str]:
    """A headline that would be cut off when the tile has something to say about its age."""
    text = board_type_sizes(board).text
    title = tile.title or titles.get(tile.report, "")
    room = content_box(board, tile.place).width - text_width(MARK, text) - SHAPE * text
    needed = text_width(title, text, weight=600)
    if needed <= room:
        return []
    return [
        f"tile {tile.name}: the headline “{title}” is {needed:.0f} px wide and has {max(room, 0):.0f}; "
        f"give the tile a shorter title"
    ]
