"""What a drawing process runs: `python -m utilities.rendering.charts.drawing_worker svg|png`."""

import json
import sys
from collections.abc import Callable

from utilities.rendering.charts import ChartSpec
from utilities.runtime.process_calls import serve_calls

NICE_LEVELS = {"svg": 0, "png": 5}  # the server and the charts of the walls come first
MAX_DRAWINGS = 2000  # then another process replaces this one
MAX_RESIDENT_BYTES = 320 * 1024 * 1024  # after a drawing; then another process replaces this one
MAX_CALL_SECONDS = 30  # the server gives up earlier; this is for a process whose server has been killed


def make_svg_drawer() -> Callable[[bytes], bytes]:
    """Returns the function that draws a chart: from the fields of a ChartSpec as JSON to the SVG of a page."""
    from utilities.rendering.charts.engine import ChartEngine
    from utilities.rendering.charts.svg import clean_svg

    engine = ChartEngine()

    def draw(request: bytes) -> bytes:
        spec = ChartSpec(**json.loads(request))
        return clean_svg(engine.draw(spec), spec).encode()

    return draw


def make_png_drawer() -> Callable[[bytes], bytes]:
    """Returns the function that converts SVG to PNG."""
    from utilities.rendering.charts.png import render_png

    return lambda request: render_png(request.decode())


if __name__ == "__main__":
    drawers = {"svg": make_svg_drawer, "png": make_png_drawer}
    serve_calls(
        drawers[sys.argv[1]](),
        nice=NICE_LEVELS[sys.argv[1]],
        max_calls=MAX_DRAWINGS,
        max_memory=MAX_RESIDENT_BYTES,
        max_seconds=MAX_CALL_SECONDS,
    )
