"""Lines over time or along names: each series with its last figure at its end, the period before dashed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import ConfigDict, Field

from utilities.charts import Picture, picture
from utilities.charts.colours import DARK
from utilities.charts.parts import STROKE, Option, along, base, grid, labels_wide, marks, upright, written
from utilities.charts.rows import BEFORE, Rows, Series, in_words, rows_of
from utilities.frames import Frame
from utilities.sheet import Box
from utilities.sheet.measure import width

MOST_SERIES = 4
"""More lines than that nobody tells apart from six metres."""

TOP, BOTTOM = 0.6, 1.75
"""Above and below the lines, in em of text."""


@dataclass(frozen=True)
class Options:
    """What a board file may say of lines."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is a fault

    series: Annotated[tuple[str, ...], Field(max_length=MOST_SERIES)] = ()  # columns; the first figures when empty


def lined(frame: Frame, box: Box, options: Options, *, filled: bool) -> Picture | None:
    """The picture; None when there is nothing to draw."""
    rows = rows_of(frame, options.series)
    if rows is None or not rows.known:
        return None
    found = marks(rows.known, rows.series[0].kind, ticks_for(box))
    left = labels_wide(found, rows.series[0].kind, box)
    right = max(end_wide(each, box, named=len(rows.series) > 1) for each in rows.series)
    room = box.width - left - right
    option = base(box) | {
        "grid": grid(left, right, TOP * box.text, BOTTOM * box.text),
        "xAxis": along(rows.names, box, room, points=True),
        "yAxis": upright(found, rows.series[0].kind, box),
        "series": list(strokes(rows, ends(rows, found, box), box, filled=filled)),
    }
    return picture(option, box.width, box.height, in_words(rows))


def ticks_for(box: Box) -> int:
    """As many lines as leave the numbers beside them air."""
    return max(1, min(5, int((box.height - (TOP + BOTTOM) * box.text) / (2.2 * box.text))))


def end_wide(each: Series, box: Box, *, named: bool) -> float:
    """The room for what stands at the end of a line, px."""
    last = width(last_of(each), box.figure, weight=700)
    name = width(each.name, box.text) if named else width("before", box.text) if each.before else 0.0
    return max(last, name) + box.text


def last_of(each: Series) -> str:
    known = [value for value in each.values if value is not None]
    return written(known[-1], each.kind) if known else ""


@dataclass(frozen=True)
class End:
    """What stands at the end of a line, and by how much it is moved so that it stands on nothing else."""

    text: str
    rich: Option
    tall: float  # px
    at: float  # px from the top of the chart
    moved: float = 0.0


def ends(rows: Rows, found: Sequence[float], box: Box) -> dict[str, End]:
    """By series and `series:previous`; none for a line that has no last figure."""
    room = box.height - (TOP + BOTTOM) * box.text
    low, high = found[0], found[-1]
    named = len(rows.series) > 1
    wanted: dict[str, End] = {}
    for place, each in enumerate(rows.series):
        if each.values[-1] is not None:
            at = TOP * box.text + (high - each.values[-1]) / (high - low) * room
            wanted[each.key] = last(each, at, DARK.series[place], box, named=named)
        if each.before and each.before[-1] is not None and not named:
            at = TOP * box.text + (high - each.before[-1]) / (high - low) * room
            rich = {"n": {"fontSize": box.text, "color": DARK.quiet}}
            wanted[each.key + BEFORE] = End("{n|before}", rich, 1.15 * box.text, at)
    return apart(wanted, box.height - 1.1 * box.text)


def last(each: Series, at: float, colour: str, box: Box, *, named: bool) -> End:
    """The last figure, and whose it is when there are several."""
    rich = {
        "f": {"fontSize": box.figure, "fontWeight": 700, "color": colour},
        "n": {"fontSize": box.text, "color": DARK.quiet},
    }
    name = "\n{n|" + each.name.replace("{", "(").replace("}", ")") + "}" if named else ""
    tall = 1.1 * box.figure + (1.2 * box.text if named else 0.0)
    return End("{f|" + last_of(each) + "}" + name, rich, tall, at)


def apart(wanted: dict[str, End], bottom: float) -> dict[str, End]:
    """Moves what would stand on something else, downwards first, and all of it up again where the chart ends."""
    order = sorted(wanted, key=lambda key: wanted[key].at)
    centres: list[float] = []
    for place, key in enumerate(order):
        end = wanted[key]
        least = centres[-1] + (wanted[order[place - 1]].tall + end.tall) / 2 if centres else end.tall / 2
        centres.append(max(end.at, least))
    over = centres[-1] + wanted[order[-1]].tall / 2 - bottom if centres else 0.0
    for place in reversed(range(len(order))):
        if over <= 0:
            break
        centres[place] -= over
        if place:
            need = (wanted[order[place]].tall + wanted[order[place - 1]].tall) / 2
            over = centres[place - 1] + need - centres[place]
    return {key: replace(wanted[key], moved=at - wanted[key].at) for key, at in zip(order, centres, strict=True)}


def strokes(rows: Rows, ends: dict[str, End], box: Box, *, filled: bool) -> Iterator[Option]:
    """Each series, and behind it the same of the period before: quieter, and dashed, so that no colour is needed."""
    for place, each in enumerate(rows.series):
        if each.before:
            dash = {"color": DARK.quiet, "width": 0.07 * box.text, "type": [0.22 * box.text, 0.18 * box.text]}
            yield stroke(f"{each.name}, before", each.before, dash, ends.get(each.key + BEFORE), box)
        thick = {"color": DARK.series[place], "width": STROKE * box.text}
        line = stroke(each.name, each.values, thick, ends.get(each.key), box)
        if filled and place == 0:
            line["areaStyle"] = {"color": DARK.series[place], "opacity": 0.14, "origin": "start"}
        yield line


def stroke(name: str, values: Sequence[float | None], style: Option, end: End | None, box: Box) -> Option:
    """One line; figures without neighbours are dots, for no line goes to them."""
    said: Option = {"show": False}
    if end is not None:
        offset = [0, end.moved]
        said = {"show": True, "formatter": end.text, "rich": end.rich, "distance": 0.4 * box.text, "offset": offset}
    return {
        "type": "line",
        "name": name,
        "data": list(values),
        "showSymbol": any(alone(values, place) for place in range(len(values))),
        "symbol": "circle",
        "symbolSize": 0.3 * box.text,
        "sampling": "lttb",
        "silent": True,
        "emphasis": {"disabled": True},
        "itemStyle": {"color": style["color"]},
        "lineStyle": {"join": "round", "cap": "round", **style},
        "endLabel": said,
    }


def alone(values: Sequence[float | None], place: int) -> bool:
    """Whether a figure has no neighbour that a line could go to."""
    near = (place - 1, place + 1)
    return values[place] is not None and all(not 0 <= at < len(values) or values[at] is None for at in near)


def coursed(frame: Frame, box: Box, key: str) -> Picture | None:
    """A line without axes, for the course of a figure: as wide as its box, the last figure a dot."""
    rows = rows_of(frame, (key,) if key and frame.has(key) else ())
    if rows is None or len(rows.known) < MOST_SERIES or rows.series[0].values[-1] is None:
        return None
    each = rows.series[0]
    low, high = min(0.0, *rows.known), max(rows.known)
    dot = 0.4 * box.text
    line = stroke(each.name, each.values, {"color": DARK.series[0], "width": STROKE * box.text}, None, box)
    line["areaStyle"] = {"color": DARK.series[0], "opacity": 0.14, "origin": "start"}
    line["markPoint"] = {
        "symbol": "circle",
        "symbolSize": dot,
        "silent": True,
        "label": {"show": False},
        "data": [{"coord": [len(each.values) - 1, each.values[-1]]}],
    }
    option = base(box) | {
        "grid": grid(dot, dot, dot, dot),
        "xAxis": {"type": "category", "data": list(rows.names), "boundaryGap": False, "show": False},
        "yAxis": {"type": "value", "min": low, "max": high if high > low else low + 1, "show": False},
        "series": [line],
    }
    return picture(option, box.width, box.height, in_words(rows))


def least(box: Box) -> tuple[float, float]:
    """Room for two ticks, the names below, the numbers beside and some dozen points between them."""
    return width("00,000", box.text) + width("00,000", box.figure, weight=700) + 12 * box.text, 6 * box.text
