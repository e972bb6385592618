"""What every chart shares: its type, its axes, and room for what is written beside them, in the sizes of its box."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from utilities.charts.colours import DARK
from utilities.formats import day, duration
from utilities.frames import Kind
from utilities.sheet import Box
from utilities.sheet.measure import width

Option = dict[str, Any]

GAP = 0.45  # between an axis and what is written at it, in em of text
STROKE = 0.13  # of a line, in em of text
TICKS = 4  # at most, beside nothing


def base(box: Box) -> Option:
    """What stands in every option."""
    return {
        "animation": False,
        "color": list(DARK.series),
        "textStyle": {"fontFamily": "Inter", "fontSize": box.text, "color": DARK.quiet},
    }


def grid(left: float, right: float, top: float, bottom: float) -> Option:
    """The room between what is written beside a chart, px; all of it is counted here, nothing by ECharts."""
    return {"left": left, "right": right, "top": top, "bottom": bottom, "outerBoundsMode": "none"}


def ticks(low: float, high: float, most: int = TICKS) -> tuple[float, ...]:
    """Round numbers around what is shown, nothing among them unless all is negative; evenly spaced, lowest first."""
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = low + 1
    raw = (high - low) / max(1, most)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= raw * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step)
    return tuple(round(step * place, 10) for place in range(first, last + 1))


def whole(kind: Kind) -> bool:
    return kind in (Kind.INTEGER, Kind.SHARE)


def marks(values: Sequence[float], kind: Kind, most: int = TICKS) -> tuple[float, ...]:
    """The ticks of an axis for these values; counts have no halves."""
    found = ticks(min(values, default=0.0), max(values, default=0.0), most)
    if whole(kind) and found[1] - found[0] < 1:
        return tuple(float(place) for place in range(math.floor(found[0]), math.ceil(found[-1]) + 1))
    return found


def written(value: float | None, kind: Kind) -> str:
    """A figure on a chart, as short as it can be said: `12.5k`, `38%`, `2:51`."""
    if value is None:
        return "–"
    if kind is Kind.FRACTION:
        return f"{value * 100:.3g}%"
    if kind is Kind.SECONDS:
        return duration(value).removeprefix("0:")
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= unit:
            return f"{value / (1e3 if name == 'k' else unit):.3g}{name}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3g}"


def short_day(text: str) -> str:
    """`20 Nov` for a day; anything else as it is."""
    try:
        return day(date.fromisoformat(text)).split(" ", 1)[1]
    except ValueError:
        return text


def upright(found: Sequence[float], kind: Kind, box: Box) -> Option:
    """The axis of figures, on the left: hairlines and numbers, no line of its own.

    What is written at each tick is handed over with it, for JSON has no functions: draw.js looks it up.
    """
    return {
        "type": "value",
        "min": found[0],
        "max": found[-1],
        "interval": found[1] - found[0],
        "axisLabel": {
            "fontSize": box.text,
            "color": DARK.quiet,
            "margin": GAP * box.text,
            "formatter": {"said": [[tick, written(tick, kind)] for tick in found]},
        },
        "splitLine": {"lineStyle": {"color": DARK.line, "width": hair(box)}},
        "axisLine": {"show": False},
        "axisTick": {"show": False},
    }


def hair(box: Box) -> float:
    return max(1.0, round(box.text / 16))


def labels_wide(found: Sequence[float], kind: Kind, box: Box) -> float:
    """The room that an upright axis's numbers take, px."""
    return max(width(written(tick, kind), box.text, tabular=True) for tick in found) + GAP * box.text


def along(names: Sequence[str], box: Box, room: float, *, points: bool) -> Option:
    """The axis of names or days below; as many are written as stand apart."""
    widest = max((width(name, box.text) for name in names), default=0.0)
    fit = max(1, int(room / (widest + 1.2 * box.text)))
    every = max(1, math.ceil((len(names) - 1) / max(1, fit - 1))) if fit > 1 else max(1, len(names))
    over = widest / 2 - (room / max(1, len(names)) / 2 if not points else 0.0)
    last = len(names) - 1 - (len(names) - 1) % every  # the last that is written, and the room behind it
    crowded = over > (len(names) - 1 - last) * room / max(1, len(names))
    return {
        "type": "category",
        "data": list(names),
        "boundaryGap": not points,
        "axisLabel": {
            "fontSize": box.text,
            "color": DARK.quiet,
            "margin": GAP * box.text,
            "interval": every - 1,
            "hideOverlap": True,
            "alignMinLabel": "left" if points else None,
            "alignMaxLabel": "right" if points or crowded else None,
        },
        "axisLine": {"lineStyle": {"color": DARK.rule, "width": hair(box)}},
        "axisTick": {"show": False},
    }


def shortened(text: str, size: float, room: float) -> str:
    """The text, or as much of its beginning and end as has room: both ends of an address tell something."""
    if width(text, size) <= room:
        return text
    tail = text[-4:]
    left = room - width("…" + tail, size)
    kept = 0
    while kept < len(text) and (left := left - width(text[kept], size)) >= 0:
        kept += 1
    return f"{text[:kept].rstrip()}…{tail}" if kept > 3 else f"{text[: max(1, kept + 3)]}…"


class Named(Protocol):
    """A series, as a legend needs to know it."""

    @property
    def name(self) -> str: ...


def legend(series: Sequence[Named], box: Box) -> Option:
    """What each colour means, above the chart; nothing for one colour."""
    if len(series) < 2:
        return {}
    return {
        "legend": {
            "left": 0,
            "top": 0,
            "padding": 0,
            "itemGap": box.text,
            "itemWidth": 0.7 * box.text,
            "itemHeight": 0.7 * box.text,
            "icon": "rect",
            "selectedMode": False,
            "textStyle": {"fontSize": box.text, "color": DARK.ink},
            "data": [each.name for each in series],
        }
    }


def words(text: str, left: float, top: float, size: float, colour: str, *, weight: int = 400) -> Option:
    """Words anywhere on a chart, px from its corner."""
    style = {"text": text, "fill": colour, "fontSize": size, "fontFamily": "Inter", "fontWeight": weight}
    return {"type": "text", "silent": True, "x": left, "y": top, "style": style}


def caption(text: str, box: Box) -> Option:
    """A line of words at the foot of a chart."""
    return words(text, 0, box.height - 1.2 * box.text, box.text, DARK.quiet)


def fitting(texts: Sequence[str], box: Box) -> str:
    """The first that has room on one line; the last when none has."""
    return next((text for text in texts if width(text, box.text) <= box.width), texts[-1])
