"""The stylesheet of one board: places in per cent of the screen, type in rem, and what its views need."""

from pathlib import Path

from utilities.rendering.layout import HEIGHT, WIDTH, Board, Tile
from utilities.rendering.layout.placement import GUTTER_EM, board_type_sizes, tile_rectangle
from utilities.rendering.layout.type_scale import hero_sizes

ROOT = 16
"""px of one rem on a 1920 × 1080 screen; wall.css makes rem follow the screen."""

READING = 17
"""px of text when the tiles are stacked, in the hand."""


VIEWS = Path(__file__).parents[3] / "static" / "views"
"""A view that needs CSS has a file here, called like itself."""


UPRIGHT = 2.6
"""Text on a wide screen that is hung upright, in per cent of its width."""


def board_stylesheet(board: Board) -> str:
    """CSS that Chromium 38 reads: rem and per cent only."""
    needed = [VIEWS / f"{view}.css" for view in sorted({"table", *(tile.view for tile in board.tiles)})]
    return "\n".join([places(board), *(path.read_text(encoding="utf-8") for path in needed if path.is_file())])


def places(board: Board) -> str:
    """Where the board's tiles stand, and how large their type is."""
    type_ = board_type_sizes(board)
    lines = [
        f"body {{ font-size: {rem(type_.text)}; }}",
        f".figures {{ font-size: {type_.figure / type_.text:.4f}em; }}",
        f".figures .text {{ font-size: {type_.text / type_.figure:.4f}em; }}",
        *(f".step-{n} {{ font-size: {rem(size)}; }}" for n, size in enumerate(hero_sizes(type_.figure))),
        "@media (orientation: landscape) {",
        *(f"  [data-tile='{tile.name}'] {{ {place(board, tile)} }}" for tile in board.tiles),
        "}",
        # The same sizes on a page that is held in the hand: one rem is whatever makes text comfortable.
        f"@media (orientation: portrait) {{ html {{ font-size: {ROOT * READING / type_.text:.3f}px; }} }}",
        "@media (orientation: portrait) and (min-width: 700px) {"
        f" html {{ font-size: {ROOT * UPRIGHT / type_.text:.3f}vw; }} }}",
    ]
    return "\n".join(lines) + "\n"


def place(board: Board, tile: Tile) -> str:
    """A hairline runs on through the gutter to the one beside it, and ends with the figures where there is none."""
    at, gutter = tile_rectangle(board, tile.place), GUTTER_EM * board_type_sizes(board).text
    last = tile.place.column - 1 + tile.place.width == board.grid.columns
    on = not last and any(beside(tile, other) for other in board.tiles)
    return (
        f"left: {at.left / WIDTH:.3%}; top: {at.top / HEIGHT:.3%}; "
        f"width: {(at.width if on or last else at.width - gutter) / WIDTH:.3%}; height: {at.height / HEIGHT:.3%}; "
        f"padding-right: {GUTTER_EM if on else 0:g}em;"
    )


def beside(tile: Tile, other: Tile) -> bool:
    """Whether the other's hairline begins where this one's ends."""
    return (other.place.row, other.place.column) == (tile.place.row, tile.place.column + tile.place.width)


def rem(size: float) -> str:
    return f"{size / ROOT:.4f}rem"
