"""The baseline of `charts`: matplotlib draws the series it reads to SVG, and says how long each took.

Its object interface, without pyplot, as its documents advise for servers; one figure is made for each drawing. It draws
the picture that we draw: as many names below, hairlines, and the last figure and the name at the end of each line.
"""

import io
import json
import sys
import time

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INCH = 72  # SVG's points


def plot(asked: dict) -> bytes:
    figure = Figure(figsize=(asked["width"] / INCH, asked["height"] / INCH))
    axes = figure.add_subplot()
    for name, values in asked["series"].items():
        axes.plot(asked["names"], values)
        axes.annotate(f"{values[-1]:,.0f}\n{name}", (len(values) - 1, values[-1]), (6, 0), textcoords="offset points")
    axes.set_xticks(range(0, len(asked["names"]), asked["every"]))
    axes.grid(axis="y")
    out = io.BytesIO()
    FigureCanvasSVG(figure).print_svg(out)
    return out.getvalue()


for line in sys.stdin:
    asked = json.loads(line)
    begun = time.process_time(), time.perf_counter()
    drawn = plot(asked)
    print(json.dumps([time.process_time() - begun[0], time.perf_counter() - begun[1], len(drawn)]), flush=True)
