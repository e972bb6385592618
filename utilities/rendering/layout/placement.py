"""Where tiles stand: from the grid's columns and rows to px, and the room that each tile leaves to its view."""

from dataclasses import replace

from utilities.rendering.layout import SCREEN_HEIGHT, SCREEN_WIDTH, BoardSpec, Box, PlaceSpec, Rectangle, TypeSizes
from utilities.rendering.layout.type_scale import min_type_sizes

# The stylesheet of each board is generated with these sizes, so none of them stands in static/wall.css.

OVERSCAN = 0.05
"""The part of each edge that a television may hide (Mozilla's TV guide says 5 %)."""

GUTTER_EM = 1.5
"""Between two columns, in em of text."""

HAIRLINE_EM = 0.1
"""Room for the line above a tile, in em of text."""

HEAD_EM = 1.9
"""The title of a tile and the air around it, in em of text."""

HEAD_TOP_EM = 0.5
"""The air above the title, in em of text; a part of HEAD_EM."""

TILE_BOTTOM_EM = 0.5
"""Below a tile's content, in em of text."""

LINE_EM = 1.3
"""Height of a line of text, in em."""

FOOTER_GAP_EM = 0.1
"""Between the tiles and the line with the board's title and the clock, in em of text."""

SENTENCE_EM, SENTENCE_LINE_EM = 2.5, 1.15
"""The size of the sentence that a tile says for all, in em of text, and its line, in its own em."""

MARK_EM = 0.72
"""Width and height of a shape, such as the one before the age, in em."""

FRESHNESS_MARGIN_EM = 0.6
"""Between a tile's title and its age, in em of text."""

TREND_WIDTH = 0.36
"""The part of a tile's width that a sparkline takes."""


def board_type_sizes(board: BoardSpec) -> TypeSizes:
    """Returns the font sizes of a board, px."""
    return min_type_sizes(board.screen.diagonal, board.screen.distance)


def is_in_last_column(board: BoardSpec, place: PlaceSpec) -> bool:
    """Whether a tile ends at the right edge of the grid."""
    return place.column - 1 + place.width == board.grid.columns


def tile_rectangle(board: BoardSpec, place: PlaceSpec) -> Rectangle:
    """Returns where a tile stands, px; its gutter is inside, on the right, so that lines run through."""
    text = board_type_sizes(board).text
    gutter = GUTTER_EM * text
    column = (SCREEN_WIDTH * (1 - 2 * OVERSCAN) + gutter) / board.grid.columns
    row = (SCREEN_HEIGHT * (1 - 2 * OVERSCAN) - (LINE_EM + FOOTER_GAP_EM) * text) / board.grid.rows
    return Rectangle(
        left=SCREEN_WIDTH * OVERSCAN + column * (place.column - 1),
        top=SCREEN_HEIGHT * OVERSCAN + row * (place.row - 1),
        width=column * place.width - (gutter if is_in_last_column(board, place) else 0),
        height=row * place.height,
    )


def content_box(board: BoardSpec, place: PlaceSpec) -> Box:
    """Returns the room inside a tile's frame."""
    sizes = board_type_sizes(board)
    outer = tile_rectangle(board, place)
    return Box(
        width=outer.width - (0 if is_in_last_column(board, place) else GUTTER_EM * sizes.text),
        height=outer.height - frame_height(sizes.text),
        text=sizes.text,
        figure=sizes.figure,
    )


def frame_height(text: float) -> float:
    """Returns the height of a tile without that of its content, px."""
    return (HAIRLINE_EM + HEAD_EM + TILE_BOTTOM_EM) * text


def split_for_trend(box: Box, trend: str) -> tuple[Box, Box]:
    """Returns the room of a tile's figure, all of it when there is no trend, and the room of its sparkline."""
    trend_width = box.width * TREND_WIDTH
    figure = replace(box, width=box.width - trend_width - GUTTER_EM / 2 * box.text) if trend else box
    return figure, replace(box, width=trend_width)
