"""The stylesheet of one board: places in per cent of the screen, type in rem, and what its views need.

Every size that the layout in Python and the browser must agree on is generated here from the constant that Python uses.
"""

from collections.abc import Mapping
from pathlib import Path

from utilities.rendering.layout import SCREEN_HEIGHT, SCREEN_WIDTH, BoardSpec, MeasuredView, TileSpec, TypeSizes
from utilities.rendering.layout.placement import (
    FRESHNESS_MARGIN_EM,
    GUTTER_EM,
    HEAD_EM,
    HEAD_TOP_EM,
    LINE_EM,
    MARK_EM,
    OVERSCAN,
    SENTENCE_EM,
    SENTENCE_LINE_EM,
    TILE_BOTTOM_EM,
    TREND_WIDTH,
    board_type_sizes,
    is_in_last_column,
    tile_rectangle,
)
from utilities.rendering.layout.portrait import arrange_portrait
from utilities.rendering.layout.type_scale import hero_sizes

REM_PX = 16
"""px of one rem on a 1920 × 1080 screen."""

HANDHELD_TEXT_PX = 17
"""px of text when the tiles are stacked, in the hand."""

GLASS = "(orientation: landscape), (orientation: portrait) and (min-width: 700px)"
"""The media query of screens that show a whole board."""

PORTRAIT = "(orientation: portrait) and (min-width: 700px)"
HANDHELD = "(orientation: portrait) and (max-width: 699px)"

CLOCK_EM = 9.5
"""Room that the banner leaves to the clock, in em of text."""

VIEWS_FOLDER = Path(__file__).parents[3] / "static" / "views"
"""A view that needs CSS has a file here, named like the view."""


def board_stylesheet(board: BoardSpec, views: Mapping[str, MeasuredView]) -> str:
    """Returns CSS that Chromium 38 reads; with that of the table, which replaces every chart that cannot be drawn."""
    sizes = board_type_sizes(board)
    parts = [frame_rules(), place_rules(board, sizes), portrait_rules(board, views)]
    for name in sorted({"table", *(tile.view for tile in board.tiles)}):
        file = VIEWS_FOLDER / f"{name}.css"
        parts += [file.read_text(encoding="utf-8")] if file.is_file() else []
        css = views[name].css if name in views else None
        parts += [css(sizes)] if css else []
    return "\n".join(parts)


def frame_rules() -> str:
    """Returns the sizes of a tile's frame and of the footer, the same on every board."""
    edge = f"{OVERSCAN:.0%}"
    return f"""\
html {{ font-size: {100 * REM_PX / SCREEN_WIDTH:.5f}vw; }}
@media (min-aspect-ratio: 16/9) {{ html {{ font-size: {100 * REM_PX / SCREEN_HEIGHT:.5f}vh; }} }}
body {{ line-height: {LINE_EM}; }}
.mark {{ width: {MARK_EM}em; height: {MARK_EM}em; }}
.reason.large {{ font-size: {SENTENCE_EM}em; line-height: {SENTENCE_LINE_EM}; }}
.dash {{ line-height: {LINE_EM}; }}
.number .dash {{ padding-top: 0; font-size: {1.5 * SENTENCE_EM:g}em; line-height: 1; }}
.freshness {{ margin-left: {FRESHNESS_MARGIN_EM}em; }}
.colophon {{ height: {LINE_EM}em; }}
.course {{ width: {TREND_WIDTH:.0%}; }}
.head {{ padding-top: {HEAD_TOP_EM}em; }}
.headed .head {{ padding-top: 0; }}
@media {GLASS} {{
  .head {{ height: {HEAD_EM}em; }}
  .headed .head {{ height: auto; }}
  .body {{ height: calc(100% - {HEAD_EM + TILE_BOTTOM_EM:g}em); }}
  .headed {{ height: calc(100% - {TILE_BOTTOM_EM}em); }}
  .footer {{ height: {LINE_EM}em; }}
  .footer, .banner {{ left: {edge}; right: {edge}; bottom: {edge}; }}
  .banner {{ right: calc({edge} + {CLOCK_EM}em); }}
}}
"""


def place_rules(board: BoardSpec, sizes: TypeSizes) -> str:
    """Returns where the board's tiles stand, and how large their type is."""
    text, figure = sizes.text, sizes.figure
    lines = [
        f"body {{ font-size: {to_rem(text)}; }}",
        f".figures {{ font-size: {figure / text:.4f}em; }}",
        f".figures .text {{ font-size: {text / figure:.4f}em; }}",
        *(f".step-{step} {{ font-size: {to_rem(size)}; }}" for step, size in enumerate(hero_sizes(figure))),
        "@media (orientation: landscape) {",
        *(f"  [data-tile='{tile.name}'] {{ {place_declarations(board, tile)} }}" for tile in board.tiles),
        "}",
        # The same sizes on a page that is held in the hand: one rem is whatever makes text comfortable.
        f"@media {HANDHELD} {{ html {{ font-size: {REM_PX * HANDHELD_TEXT_PX / text:.3f}px; }} }}",
    ]
    return "\n".join(lines) + "\n"


def portrait_rules(board: BoardSpec, views: Mapping[str, MeasuredView]) -> str:
    """Returns where the tiles stand on a screen that is hung upright; it is 1080 px wide, or wider for many tiles."""
    upright = arrange_portrait(board, views)
    places = (
        f"  [data-tile='{name}'] {{ left: {place.left / upright.width:.3%}; top: {place.top / upright.height:.3%}; "
        f"width: {place.width / upright.width:.3%}; height: {place.height / upright.height:.3%}; }}"
        for name, place in upright.places.items()
    )
    wide = f"  html {{ font-size: {100 * REM_PX / upright.height:.5f}vh; }}"
    narrow = f"  html {{ font-size: {100 * REM_PX / upright.width:.5f}vw; }}"
    return "\n".join(
        (
            f"@media {PORTRAIT} {{",
            wide,
            *places,
            "}",
            f"@media {PORTRAIT} and (max-aspect-ratio: 9/16) {{",
            narrow,
            "}\n",
        )
    )


def place_declarations(board: BoardSpec, tile: TileSpec) -> str:
    """Returns where a tile stands; its line ends with its content, so that the gutters are seen."""
    outer, gutter = tile_rectangle(board, tile.place), GUTTER_EM * board_type_sizes(board).text
    width = outer.width if is_in_last_column(board, tile.place) else outer.width - gutter
    return (
        f"left: {outer.left / SCREEN_WIDTH:.3%}; top: {outer.top / SCREEN_HEIGHT:.3%}; "
        f"width: {width / SCREEN_WIDTH:.3%}; height: {outer.height / SCREEN_HEIGHT:.3%};"
    )


def to_rem(px: float) -> str:
    """Returns a length of the 1920 × 1080 screen in rem."""
    return f"{px / REM_PX:.4f}rem"
