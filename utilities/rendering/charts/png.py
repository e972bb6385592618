"""Converts SVG to PNG, for mail and chat programs that show no SVG. It runs in a process of its own (drawing.py)."""

from pathlib import Path

from resvg_py import svg_to_bytes

from utilities.model.errors import NotDrawn

TTF_FOLDER = Path(__file__).parents[3] / "static" / "fonts" / "ttf"
PNG_ZOOM = 2.0  # px for each px of the SVG


def render_png(svg: str, zoom: float = PNG_ZOOM) -> bytes:
    """Returns the PNG; raises NotDrawn. Keeps the interpreter's lock until it is drawn."""
    unclipped = svg.replace('<svg x="', '<svg overflow="visible" x="')  # clipping takes a third of the time
    try:
        return bytes(
            svg_to_bytes(svg_string=unclipped, zoom=zoom, font_dirs=[str(TTF_FOLDER)], sans_serif_family="Inter")
        )
    except ValueError as error:
        raise NotDrawn("This chart cannot be drawn as PNG.") from error
