"""What every chart shares: its type, its axes and the room for their labels, in the sizes of its box."""

from collections.abc import Sequence
from typing import Any

from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.number_formats import format_short
from utilities.rendering.charts.series import ChartRows
from utilities.rendering.charts.time_labels import Ruler, axis_label_choices
from utilities.rendering.charts.value_scale import ValueScale
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

Option = dict[str, Any]

AXIS_GAP_EM = 0.45  # between an axis and its labels, in em of text
TICK_EM = 0.2  # length of the mark at a named day or hour, in em of text
KEY_DASH_EM = 0.4  # a dash of a key, in em of text
UNFINISHED_LABEL = "so far"
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


def value_axis(scale: ValueScale, box: Box) -> Option:
    """Returns the axis of values: grid lines and numbers, without a line of its own.

    JSON has no functions, so the label of each tick goes along with it; draw.js looks it up.
    """
    ticks = list(scale.ticks)
    return {
        "type": "value",
        "min": scale.low,
        "max": scale.high,
        "axisLabel": {
            "fontSize": box.text,
            "color": DARK.quiet,
            "margin": AXIS_GAP_EM * box.text,
            "customValues": ticks,
            "formatter": {"labels": [[tick, format_short(tick, scale.kind)] for tick in ticks]},
        },
        "splitLine": {"lineStyle": {"color": DARK.line, "width": hairline_width(box)}},
        "axisLine": {"show": False},
        "axisTick": {"show": False, "customValues": ticks},
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


def axis_labels_width(scale: ValueScale, box: Box) -> float:
    """Returns the width of the numbers at a vertical axis, px."""
    texts = [format_short(tick, scale.kind) for tick in scale.ticks]
    return max(text_width(text, box.text, tabular=True) for text in texts) + AXIS_GAP_EM * box.text


def time_axis(rows: ChartRows, box: Box, left: float, right: float, *, points: bool) -> Option:
    """Returns the axis of days, hours or other names at the bottom, between margins; as many are named as fit."""
    ruler = Ruler(len(rows.labels), left, box.width - left - right, right, box.text, points)
    labels = next((each for each in axis_label_choices(rows) if ruler.has_room_for(each)), [(0, rows.labels[0])])
    if rows.running is not None and not points:
        labels = ruler.without_touching(labels, (rows.running, UNFINISHED_LABEL))
    width, places = hairline_width(box), [place for place, _ in labels]
    return {
        "type": "category",
        "data": list(rows.labels),
        "boundaryGap": not points,
        "axisLabel": {
            "fontSize": box.text,
            "color": DARK.quiet,
            "margin": (AXIS_GAP_EM + TICK_EM) * box.text,
            "interval": 0,
            "customValues": places,
            "formatter": {"labels": [[rows.labels[place], text] for place, text in labels]},
            "alignMinLabel": "left" if ruler.overhang(labels[0]) < 0 else None,
            "alignMaxLabel": "right" if ruler.overhang(labels[-1]) > 0 else None,
        },
        "axisLine": {"lineStyle": {"color": DARK.rule, "width": width}},
        "axisTick": {
            "show": points,
            "length": TICK_EM * box.text,
            "customValues": places,
            "lineStyle": {"color": DARK.rule, "width": width},
        },
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


def circle_element(
    left: float, top: float, radius: float, colour: str, stroke: str = "none", width: float = 0.0
) -> Option:
    """Returns a circle around a point, px."""
    style = {"fill": colour, "stroke": stroke, "lineWidth": width}
    return {"type": "circle", "silent": True, "shape": {"cx": left, "cy": top, "r": radius}, "style": style}


def dashed_key_elements(text: str, box: Box) -> list[Option]:
    """Returns two dashes and what they are, at the top right; nothing without a text."""
    if not text:
        return []
    left = box.width - text_width(text, box.text)
    dash, height = KEY_DASH_EM * box.text, hairline_width(box)
    dashes = [
        rectangle_element(left - (place * 1.6 + 1.8) * dash, 0.7 * box.text, dash, height, DARK.ink) for place in (0, 1)
    ]
    return [*dashes, text_element(text, left, 0.2 * box.text, box.text, DARK.quiet)]


def caption_element(text: str, box: Box) -> Option:
    """Returns a line of text at the bottom of a chart."""
    return text_element(text, 0, box.height - 1.2 * box.text, box.text, DARK.quiet)


def first_fitting(texts: Sequence[str], box: Box) -> str:
    """Returns the first text that fits on one line; the last when none does."""
    return next((text for text in texts if text_width(text, box.text) <= box.width), texts[-1])
