"""The baseline of `charts`: matplotlib draws the series that it reads to SVG, and reports how long each took.

It uses the object interface without pyplot, as its documentation advises for servers, and one figure for each chart. It
draws the same picture: as many labels, grid lines, and the last value and the name at the end of each line.
"""

import io
import json
import sys
import time

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

POINTS_PER_INCH = 72  # of SVG


def plot(request: dict) -> bytes:
    figure = Figure(figsize=(request["width"] / POINTS_PER_INCH, request["height"] / POINTS_PER_INCH))
    axes = figure.add_subplot()
    for name, values in request["series"].items():
        axes.plot(request["names"], values)
        axes.annotate(f"{values[-1]:,.0f}\n{name}", (len(values) - 1, values[-1]), (6, 0), textcoords="offset points")
    axes.set_xticks(range(0, len(request["names"]), request["label_step"]))
    axes.grid(axis="y")
    out = io.BytesIO()
    FigureCanvasSVG(figure).print_svg(out)
    return out.getvalue()


for line in sys.stdin:
    request = json.loads(line)
    start = time.process_time(), time.perf_counter()
    svg = plot(request)
    print(json.dumps([time.process_time() - start[0], time.perf_counter() - start[1], len(svg)]), flush=True)
