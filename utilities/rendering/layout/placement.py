"""Where tiles stand: from a grid of columns and rows to px, and the room each leaves to its view."""

from dataclasses import replace

from utilities.rendering.layout import HEIGHT, WIDTH, Board, Box, Place, Rectangle
from utilities.rendering.layout.type_scale import TypeSizes, min_type_sizes

OVERSCAN = 0.05
"""The part of each edge that a television may hide (overscan; Mozilla's TV guide says 5 %)."""

GUTTER_EM = 1.5
"""Between two columns, in em of text."""

TILE_HEAD_EM = 2.0
"""The hairline, the headline and the air around it at the top of a tile, in em of text; also in wall.css."""

TILE_BOTTOM_EM = 0.5
"""Below a tile's figures, in em of text; also in wall.css."""

FOOTER_EM = 1.75
"""The line with the board's title and the clock, in em of text; also in wall.css."""


TREND_WIDTH = 0.36
"""The part of a tile's width that the course of its figure is given, where it has one."""


def board_type_sizes(board: Board) -> TypeSizes:
    """The type of a board, px."""
    return min_type_sizes(board.screen.diagonal, board.screen.distance)


def tile_rectangle(board: Board, place: Place) -> Rectangle:
    """Where a tile stands; its gutter is inside, on the right, so that hairlines run through."""
    text = board_type_sizes(board).text
    gutter = GUTTER_EM * text
    column = (WIDTH * (1 - 2 * OVERSCAN) + gutter) / board.grid.columns
    row = (HEIGHT * (1 - 2 * OVERSCAN) - FOOTER_EM * text) / board.grid.rows
    last = place.column - 1 + place.width == board.grid.columns
    return Rectangle(
        left=WIDTH * OVERSCAN + column * (place.column - 1),
        top=HEIGHT * OVERSCAN + row * (place.row - 1),
        width=column * place.width - (gutter if last else 0),
        height=row * place.height,
    )


def content_box(board: Board, place: Place) -> Box:
    """The room inside a tile's frame."""
    type_ = board_type_sizes(board)
    whole = tile_rectangle(board, place)
    last = place.column - 1 + place.width == board.grid.columns
    return Box(
        width=whole.width - (0 if last else GUTTER_EM * type_.text),
        height=whole.height - (TILE_HEAD_EM + TILE_BOTTOM_EM) * type_.text,
        text=type_.text,
        figure=type_.figure,
    )


def split_for_trend(room: Box, trend: str) -> tuple[Box, Box]:
    """The room of a tile's figure, all of it when there is no trend, and that of its course."""
    course = room.width * TREND_WIDTH
    figure = replace(room, width=room.width - course - GUTTER_EM / 2 * room.text) if trend else room
    return figure, replace(room, width=course)
