"""Faults of a board's layout: tiles that are too small, titles that are too long, colours with little contrast."""

from collections.abc import Mapping

from utilities.rendering.layout import BoardSpec, MeasuredView, ScreenShape, TileSpec
from utilities.rendering.layout.palette import MIN_TEXT_CONTRAST, contrast_faults
from utilities.rendering.layout.placement import content_box, split_for_trend
from utilities.rendering.layout.portrait import tile_boxes


def layout_faults(board: BoardSpec, views: Mapping[str, MeasuredView], titles: Mapping[str, str]) -> list[str]:
    """Returns a sentence for everything that cannot be read from the room; `titles` are the reports' own, by name."""
    faults = [f"theme {board.theme}: {fault}, it needs {MIN_TEXT_CONTRAST}:1" for fault in contrast_faults(board.theme)]
    for tile in board.tiles:
        faults += size_faults(board, tile, views) + title_faults(board, tile, views, titles)
    return faults


def size_faults(board: BoardSpec, tile: TileSpec, views: Mapping[str, MeasuredView]) -> list[str]:
    """Returns the fault of a tile that is smaller than its view needs at this distance."""
    if tile.view not in views:
        return []
    room, _ = split_for_trend(content_box(board, tile.place), tile.trend)
    width, height = views[tile.view].min_size(room)
    if room.width >= width and room.height >= height:
        return []
    return [
        f"tile {tile.name} is too small to be read from {board.screen.distance:g} m: it has "
        f"{max(room.width, 0):.0f} × {max(room.height, 0):.0f} px for its figures and a {tile.view} needs "
        f"{width:.0f} × {height:.0f}; give it more of the grid"
    ]


def title_faults(
    board: BoardSpec, tile: TileSpec, views: Mapping[str, MeasuredView], titles: Mapping[str, str]
) -> list[str]:
    """Returns the fault of a title that would be cut although all is well; in trouble it gives way to the state."""
    title = tile.title or titles.get(tile.report, "")
    boxes = tile_boxes(board, tile, views, title)
    for shape, where in ((ScreenShape.LANDSCAPE, ""), (ScreenShape.PORTRAIT, " on an upright screen")):
        room, needed = boxes[shape].width, boxes[shape].title
        if needed > room:
            return [
                f"tile {tile.name}: the headline “{title}” is {needed:.0f} px wide and has {max(room, 0):.0f}{where}; "
                f"give the tile a shorter title"
            ]
    return []
