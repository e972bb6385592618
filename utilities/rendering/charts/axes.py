"""What every chart shares: its type, its axes and the room for their labels, in the sizes of its box."""

import math
from collections.abc import Sequence
from typing import Any

from utilities.model.frames import ValueKind
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.number_formats import format_short
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

Option = dict[str, Any]

AXIS_GAP_EM = 0.45  # between an axis and its labels, in em of text
LINE_WIDTH_EM = 0.13  # of a line, in em of text


def base_option(box: Box) -> Option:
    """Returns what every ECharts option contains."""
    return {
        "animation": False,
        "color": list(DARK.series),
        "textStyle": {"fontFamily": "Inter", "fontSize": box.text, "color": DARK.quiet},
    }


def grid_option(left: float, right: float, top: float, bottom: float) -> Option:
    """Returns the margins around the plot, px; we measure all labels, ECharts measures none."""
    return {"left": left, "right": right, "top": top, "bottom": bottom, "outerBoundsMode": "none"}


def value_axis(ticks: Sequence[float], kind: ValueKind, box: Box) -> Option:
    """Returns the axis of values: grid lines and numbers, without a line of its own.

    JSON has no functions, so the label of each tick goes along with it; draw.js looks it up.
    """
    return {
        "type": "value",
        "min": ticks[0],
        "max": ticks[-1],
        "interval": ticks[1] - ticks[0],
        "axisLabel": {
            "fontSize": box.text,
            "color": DARK.quiet,
            "margin": AXIS_GAP_EM * box.text,
            "formatter": {"labels": [[tick, format_short(tick, kind)] for tick in ticks]},
        },
        "splitLine": {"lineStyle": {"color": DARK.line, "width": hairline_width(box)}},
        "axisLine": {"show": False},
        "axisTick": {"show": False},
    }


def names_axis(names: Sequence[str], box: Box) -> Option:
    """Returns the axis of names, on the left."""
    return {
        "type": "category",
        "inverse": True,
        "data": list(names),
        "axisLabel": {"fontSize": box.text, "color": DARK.ink, "margin": AXIS_GAP_EM * box.text, "interval": 0},
        "axisLine": {"show": False},
        "axisTick": {"show": False},
    }


def hairline_width(box: Box) -> float:
    """Returns the width of a grid line, px."""
    return max(1.0, round(box.text / 16))


def axis_labels_width(ticks: Sequence[float], kind: ValueKind, box: Box) -> float:
    """Returns the width of the numbers at a vertical axis, px."""
    return max(text_width(format_short(tick, kind), box.text, tabular=True) for tick in ticks) + AXIS_GAP_EM * box.text


def category_axis(names: Sequence[str], box: Box, room: float, *, points: bool) -> Option:
    """Returns the axis of names or days at the bottom; as many are written as fit."""
    widest = max((text_width(name, box.text) for name in set(names)), default=0.0)
    fit = max(1, int(room / (widest + 1.2 * box.text)))
    every = max(1, math.ceil((len(names) - 1) / max(1, fit - 1))) if fit > 1 else max(1, len(names))
    over = widest / 2 - (room / max(1, len(names)) / 2 if not points else 0.0)
    last = len(names) - 1 - (len(names) - 1) % every  # the last label
    is_crowded = over > (len(names) - 1 - last) * room / max(1, len(names))
    return {
        "type": "category",
        "data": list(names),
        "boundaryGap": not points,
        "axisLabel": {
            "fontSize": box.text,
            "color": DARK.quiet,
            "margin": AXIS_GAP_EM * box.text,
            "interval": every - 1,
            "hideOverlap": True,
            "alignMinLabel": "left" if points or over > 0 else None,  # not below the 0 of the other axis
            "alignMaxLabel": "right" if points or is_crowded else None,
        },
        "axisLine": {"lineStyle": {"color": DARK.rule, "width": hairline_width(box)}},
        "axisTick": {"show": False},
    }


def text_element(
    text: str, left: float, top: float, size: float, colour: str, *, weight: int = 400, at: str = "left top"
) -> Option:
    """Returns text anywhere on a chart; `at` is the point of the text that stands at `left` and `top` px."""
    across, down = at.split()
    style = {"text": text, "fill": colour, "fontSize": size, "fontFamily": "Inter", "fontWeight": weight}
    aligned = {"align": across, "verticalAlign": down}
    return {"type": "text", "silent": True, "x": left, "y": top, "style": style | aligned}


def rectangle_element(left: float, top: float, width: float, height: float, colour: str) -> Option:
    """Returns a filled rectangle, px."""
    shape = {"x": left, "y": top, "width": width, "height": height}
    return {"type": "rect", "silent": True, "shape": shape, "style": {"fill": colour}}


def caption_element(text: str, box: Box) -> Option:
    """Returns a line of text at the bottom of a chart."""
    return text_element(text, 0, box.height - 1.2 * box.text, box.text, DARK.quiet)


def first_fitting(texts: Sequence[str], box: Box) -> str:
    """Returns the first text that fits on one line; the last when none does."""
    return next((text for text in texts if text_width(text, box.text) <= box.width), texts[-1])
