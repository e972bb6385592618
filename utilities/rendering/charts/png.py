"""Converts SVG to PNG, for mail and chat programs that show no SVG."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from resvg_py import svg_to_bytes

from utilities.model.errors import NotDrawn

TTF_FOLDER = Path(__file__).parents[3] / "static" / "fonts" / "ttf"
PNG_THREAD = ThreadPoolExecutor(1, thread_name_prefix="png")


async def svg_to_png(svg: str, zoom: float = 2.0) -> bytes:
    """Returns the PNG with `zoom` px for each px of the SVG; raises NotDrawn."""
    return await asyncio.get_running_loop().run_in_executor(PNG_THREAD, render_png, svg, zoom)


def render_png(svg: str, zoom: float) -> bytes:
    """Returns the PNG; runs on a thread. Raises NotDrawn."""
    try:
        return bytes(svg_to_bytes(svg_string=svg, zoom=zoom, font_dirs=[str(TTF_FOLDER)], sans_serif_family="Inter"))
    except ValueError as error:
        raise NotDrawn("This chart cannot be drawn as PNG.") from error
