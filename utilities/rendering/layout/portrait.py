"""A board on a screen that is hung upright: two columns, in the order in which the tiles are read.

Figures stand two abreast, and an odd one comes first, across both columns. Narrow lists stand in pairs. All other tiles
take both columns. Everything is placed here, so nothing scrolls; type that has no room gets smaller.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from utilities.rendering.layout import (
    SCREEN_HEIGHT,
    SCREEN_WIDTH,
    BoardSpec,
    Box,
    MeasuredView,
    Rectangle,
    ScreenShape,
    TileSpec,
)
from utilities.rendering.layout.placement import (
    FOOTER_GAP_EM,
    GUTTER_EM,
    LINE_EM,
    OVERSCAN,
    board_type_sizes,
    content_box,
    frame_height,
    tile_rectangle,
)
from utilities.rendering.layout.text_width import text_width

NARROW_PART = 0.45
"""A tile that takes at most this part of the board's width is narrow."""

MAX_ENLARGEMENTS = 8
"""How often the screen is made larger, as it were, until all tiles fit."""

HANDHELD_EM = 20.9
"""em of text across a telephone."""


@dataclass(frozen=True)
class PortraitLayout:
    """Where the tiles stand, in px of a screen that is `scale` times 1080 × 1920; type keeps its size in px."""

    scale: float
    places: Mapping[str, Rectangle]

    @property
    def width(self) -> float:
        """The width of the screen, px."""
        return SCREEN_HEIGHT * self.scale

    @property
    def height(self) -> float:
        """The height of the screen, px."""
        return SCREEN_WIDTH * self.scale


Band = tuple[TileSpec, ...]
"""One tile, or two that stand next to each other."""


def tile_boxes(
    board: BoardSpec, tile: TileSpec, views: Mapping[str, MeasuredView], title: str
) -> dict[ScreenShape, Box]:
    """Returns the room inside a tile's frame, below the headline `title`, on each shape of screen."""
    landscape = content_box(board, tile.place)
    text, figure = landscape.text, landscape.figure
    upright = arrange_portrait(board, views).places[tile.name]
    height = max(landscape.height, view_min_size(tile, landscape, views)[1])
    headline = text_width(title, text, weight=600)
    return {
        ScreenShape.LANDSCAPE: replace(landscape, title=headline),
        ScreenShape.PORTRAIT: Box(upright.width, upright.height - frame_height(text), text, figure, headline),
        ScreenShape.HANDHELD: Box(HANDHELD_EM * text, height, text, figure, headline),
    }


def smallest_box(board: BoardSpec, tile: TileSpec, views: Mapping[str, MeasuredView]) -> Box:
    """Returns the room that text has on every screen of a wall."""
    boxes = tile_boxes(board, tile, views, "")
    one, other = boxes[ScreenShape.LANDSCAPE], boxes[ScreenShape.PORTRAIT]
    return replace(one, width=min(one.width, other.width), height=min(one.height, other.height))


def arrange_portrait(board: BoardSpec, views: Mapping[str, MeasuredView]) -> PortraitLayout:
    """Returns where all tiles stand; the screen grows until they have the room that they need."""
    scale = 1.0
    for _ in range(MAX_ENLARGEMENTS):
        columns = PortraitColumns(board, views, scale)
        bands = list(portrait_bands(board, columns))
        needed = sum(columns.min_height(band) for band in bands)
        if needed <= columns.available_height + 0.5:
            break
        scale *= max(1.01, (needed / columns.available_height) ** 0.6)  # wider columns need less height
    return PortraitLayout(scale, dict(place_bands(bands, columns)))


@dataclass(frozen=True)
class PortraitColumns:
    """The two columns of an upright screen, and what a band needs of them, px."""

    board: BoardSpec
    views: Mapping[str, MeasuredView]
    scale: float

    @property
    def text(self) -> float:
        return board_type_sizes(self.board).text

    @property
    def left(self) -> float:
        return SCREEN_HEIGHT * self.scale * OVERSCAN

    @property
    def top(self) -> float:
        return SCREEN_WIDTH * self.scale * OVERSCAN

    @property
    def full_width(self) -> float:
        return SCREEN_HEIGHT * self.scale - 2 * self.left

    @property
    def half_width(self) -> float:
        return (self.full_width - GUTTER_EM * self.text) / 2

    @property
    def available_height(self) -> float:
        """The height for all tiles, above the footer."""
        return SCREEN_WIDTH * self.scale - 2 * self.top - (LINE_EM + FOOTER_GAP_EM) * self.text

    def box(self, count: int) -> Box:
        """Returns the room for each of `count` tiles in a band; its height is unlimited."""
        sizes = board_type_sizes(self.board)
        return Box(self.full_width if count == 1 else self.half_width, SCREEN_WIDTH, sizes.text, sizes.figure)

    def is_figure(self, tile: TileSpec) -> bool:
        """Whether a tile has a height of its own, however large the screen."""
        view = self.views.get(tile.view)
        return view is not None and view.figure_height is not None

    def is_narrow(self, tile: TileSpec) -> bool:
        """Whether a tile that is no figure fits into one column."""
        is_narrow = tile.place.width <= NARROW_PART * self.board.grid.columns
        return is_narrow and view_min_size(tile, self.box(2), self.views)[0] <= self.half_width

    def min_height(self, band: Band) -> float:
        """Returns the height that a band needs with its frames."""
        box = self.box(len(band))
        figures = [view.figure_height(box) for t in band if (view := self.views.get(t.view)) and view.figure_height]
        others = [view_min_size(tile, box, self.views)[1] for tile in band]
        return frame_height(self.text) + max(*figures, *others, 0.0)

    def share(self, band: Band) -> float:
        """Returns the part of the spare height that a band takes, in px of the board on a wide screen."""
        if all(self.is_figure(tile) for tile in band):
            return 0.0
        return max(tile_rectangle(self.board, tile.place).height for tile in band)


def portrait_bands(board: BoardSpec, columns: PortraitColumns) -> Iterator[Band]:
    """Yields the bands from the top down; a narrow list waits for the next one."""
    ordered = sorted(board.tiles, key=lambda tile: (tile.place.row, tile.place.column))
    waiting: list[TileSpec] = []
    for are_figures, group in groupby(ordered, key=columns.is_figure):
        tiles = list(group)
        if are_figures:
            yield from pair_tiles(tiles)
            continue
        for tile in tiles:
            if not columns.is_narrow(tile):
                yield (tile,)
            elif waiting:
                yield (waiting.pop(), tile)
            else:
                waiting.append(tile)
    yield from ((tile,) for tile in waiting)


def pair_tiles(tiles: Sequence[TileSpec]) -> Iterator[Band]:
    """Yields tiles two by two, an odd one first."""
    odd = len(tiles) % 2
    yield from ((tile,) for tile in tiles[:odd])
    yield from zip(tiles[odd::2], tiles[odd + 1 :: 2], strict=True)


def place_bands(bands: Sequence[Band], columns: PortraitColumns) -> Iterator[tuple[str, Rectangle]]:
    """Yields the name of each tile and where it stands."""
    top = columns.top
    for band, height in zip(bands, band_heights(bands, columns), strict=True):
        for place, tile in enumerate(band):
            left = columns.left + place * (columns.half_width + GUTTER_EM * columns.text)
            yield tile.name, Rectangle(left, top, columns.box(len(band)).width, height)
        top += height


def band_heights(bands: Sequence[Band], columns: PortraitColumns) -> list[float]:
    """Returns the height of each band, px: by its share of the available height, and at least what it needs."""
    least = [columns.min_height(band) for band in bands]
    shares = [columns.share(band) for band in bands]
    if not any(shares):
        shares = least
    open_places = {place for place, share in enumerate(shares) if share}
    while True:
        fixed = sum(height for place, height in enumerate(least) if place not in open_places)
        total = sum(shares[place] for place in open_places) or 1.0
        factor = (columns.available_height - fixed) / total
        tight = {place for place in open_places if shares[place] * factor < least[place]}
        if not tight:
            return [shares[at] * factor if at in open_places else height for at, height in enumerate(least)]
        open_places -= tight


def view_min_size(tile: TileSpec, box: Box, views: Mapping[str, MeasuredView]) -> tuple[float, float]:
    """Returns the smallest room of a tile's view, px; nothing for a view that does not exist."""
    return views[tile.view].min_size(box) if tile.view in views else (0.0, 0.0)
