"""Faults of a board's layout: tiles that are too small, titles that are too long, colours with little contrast."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from utilities.rendering.layout import BoardSpec, Box, MeasuredView, ScreenShape, TileSpec
from utilities.rendering.layout.palette import MIN_TEXT_CONTRAST, contrast_faults
from utilities.rendering.layout.placement import content_box, split_for_trend
from utilities.rendering.layout.portrait import arrange_portrait, tile_boxes

MAX_UPRIGHT_SCALE = 1.25
"""Type on an upright screen may be smaller by this much."""


@dataclass(frozen=True)
class CellPlace:
    """A place on the grid, in cells."""

    column: int
    row: int
    width: int
    height: int


def layout_faults(board: BoardSpec, views: Mapping[str, MeasuredView], titles: Mapping[str, str]) -> list[str]:
    """Returns a sentence for everything that cannot be read from the room; `titles` are the reports' own, by name."""
    faults = [f"theme {board.theme}: {fault}, it needs {MIN_TEXT_CONTRAST}:1" for fault in contrast_faults(board.theme)]
    faults += upright_faults(board, views)
    for tile in board.tiles:
        faults += size_faults(board, tile, views) + title_faults(board, tile, views, titles)
    return faults


def upright_faults(board: BoardSpec, views: Mapping[str, MeasuredView]) -> list[str]:
    """Returns the fault of a board whose type would be too small where the screen is hung upright."""
    scale = arrange_portrait(board, views).scale
    if scale <= MAX_UPRIGHT_SCALE:
        return []
    return [
        f"on an upright screen, {len(board.tiles)} tiles have room only with text of {1 / scale:.0%} of the size that "
        f"can be read from {board.screen.distance:g} m; leave out tiles, or make two boards"
    ]


def size_faults(board: BoardSpec, tile: TileSpec, views: Mapping[str, MeasuredView]) -> list[str]:
    """Returns the fault of a tile that is smaller than its view needs at this distance."""
    if tile.view not in views:
        return []
    room, _ = split_for_trend(content_box(board, tile.place), tile.trend)
    width, height = views[tile.view].min_size(room)
    if room.width >= width and room.height >= height:
        return []
    view = views[tile.view]
    needed = describe_needed_cells(board, tile, lambda box: is_large_enough(view, split_for_trend(box, tile.trend)[0]))
    return [
        f"tile {tile.name} is too small to be read from {board.screen.distance:g} m: it has "
        f"{max(room.width, 0):.0f} × {max(room.height, 0):.0f} px for its figures and a {tile.view} needs "
        f"{width:.0f} × {height:.0f}; {needed or 'no part of this grid is enough: use a larger screen'}"
    ]


def is_large_enough(view: MeasuredView, room: Box) -> bool:
    """Whether a view can be read in this room."""
    width, height = view.min_size(room)
    return room.width >= width and room.height >= height


def describe_needed_cells(
    board: BoardSpec, tile: TileSpec, fits: Callable[[Box], bool], headline_width: float = 0.0
) -> str:
    """Returns `give it at least 8 columns and 5 rows of the grid`; '' when even all of the grid is not enough."""
    grid = board.grid

    def room(width: int, height: int) -> Box:
        place = CellPlace(1 if width == grid.columns else tile.place.column, 1, width, height)
        return replace(content_box(board, place), title=headline_width)

    widths = range(min(tile.place.width, grid.columns), grid.columns + 1)
    width = next((width for width in widths if fits(room(width, grid.rows))), None)
    if width is None:
        return ""
    heights = range(min(tile.place.height, grid.rows), grid.rows + 1)
    height = next(height for height in heights if fits(room(width, height)))
    return f"give it at least {width} columns and {height} rows of the grid"


def title_faults(
    board: BoardSpec,
    tile: TileSpec,
    views: Mapping[str, MeasuredView],
    titles: Mapping[str, str],
    shapes: Collection[ScreenShape] = (ScreenShape.LANDSCAPE, ScreenShape.PORTRAIT),
    stretch: float = 1.0,
) -> list[str]:
    """Returns the fault of a title that would be cut although all is well; in trouble it gives way to the state.

    On a screen that is wider than 16:9 tiles are wider by `stretch`.
    """
    title = tile.title or titles.get(tile.report, "")
    boxes = tile_boxes(board, tile, views, title)
    for shape in shapes:
        where = " on an upright screen" if shape is ScreenShape.PORTRAIT else ""
        room, needed = boxes[shape].width * stretch, boxes[shape].title
        if needed > room:
            return [
                f"tile {tile.name}: the headline “{title}” is {needed:.0f} px wide and has {max(room, 0):.0f}{where}; "
                f"give the tile a shorter title"
            ]
    return []
