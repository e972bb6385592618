"""What is wrong with a sheet: tiles too small, headlines too long, colours too faint."""

from collections.abc import Mapping

from utilities.rendering.layout import Board, Drawn, Tile
from utilities.rendering.layout.palette import TEXT_CONTRAST, faint
from utilities.rendering.layout.placement import box, halves, sizes
from utilities.rendering.layout.text_width import width

MARK = "since 00:00"
"""The longest thing a tile's frame may have to say beside its headline; with a shape before it."""

SHAPE = 1.65
"""That shape and the air around it, in em of text; wall.css draws them."""


def faults(board: Board, views: Mapping[str, Drawn], titles: Mapping[str, str]) -> list[str]:
    """Everything that cannot be read from the room, one sentence each; `titles` are the reports' own, by name."""
    found = [f"theme {board.theme}: {colour}, it needs {TEXT_CONTRAST}:1" for colour in faint(board.theme)]
    for tile in board.tiles:
        found += small(board, tile, views) + long(board, tile, titles)
    return found


def small(board: Board, tile: Tile, views: Mapping[str, Drawn]) -> list[str]:
    """A tile that has not the room its view needs at this distance."""
    if tile.view not in views:
        return []
    room, _ = halves(box(board, tile.place), tile.trend)
    wide, high = views[tile.view].least(room)
    if room.width >= wide and room.height >= high:
        return []
    return [
        f"tile {tile.name} is too small to be read from {board.screen.distance:g} m: it has "
        f"{max(room.width, 0):.0f} × {max(room.height, 0):.0f} px for its figures and a {tile.view} needs "
        f"{wide:.0f} × {high:.0f}; give it more of the grid"
    ]


def long(board: Board, tile: Tile, titles: Mapping[str, str]) -> list[str]:
    """A headline that would be cut off when the tile has something to say about its age."""
    text = sizes(board).text
    title = tile.title or titles.get(tile.report, "")
    room = box(board, tile.place).width - width(MARK, text) - SHAPE * text
    needed = width(title, text, weight=600)
    if needed <= room:
        return []
    return [
        f"tile {tile.name}: the headline “{title}” is {needed:.0f} px wide and has {max(room, 0):.0f}; "
        f"give the tile a shorter title"
    ]
