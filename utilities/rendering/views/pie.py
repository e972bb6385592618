"""A ring of up to six parts, each with its name and its share to the right."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import ConfigDict, Field

from utilities.model.frames import REST_NAME, Frame, Value, ValueKind
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import Option, base_option, rectangle_element, text_element
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import shorten_middle, shorten_spoken
from utilities.rendering.charts.number_formats import format_short, to_number
from utilities.rendering.charts.previous_period import CHANGE_MARK, change_texts, headline_key, previous_phrases
from utilities.rendering.charts.series import build_rows
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import FrameShape, View, fits_shapes

MAX_PIE_PARTS = 6  # with the merged ones
CAPTION_ROOM_EM = 1.4  # below the names, in em of text
PIE_LINE_EM = 1.5  # between two names, in em of text


@dataclass(frozen=True)
class PieOptions:
    """The options of a ring."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is an error

    key: str = ""  # the column of figures; the first when empty
    parts: Annotated[int, Field(ge=2, le=MAX_PIE_PARTS)] = MAX_PIE_PARTS  # at most; further ones are merged


def pie_chart(frame: Frame, box: Box, options: PieOptions) -> ChartSpec | None:
    """Returns the chart; None when the sum is 0, a part is negative, or the values are rates that do not add up."""
    rows = build_rows(frame, (options.key,) if options.key else ())
    if rows is None or not any(rows.known_values) or min(rows.known_values) < 0:
        return None
    lines = max(2, int(box.height / (PIE_LINE_EM * box.text)))
    each = rows.series[0]
    if each.kind is ValueKind.FRACTION and sum(rows.known_values) > 1.01:
        return None
    names, values = with_rest(rows.labels, each.values, frame.totals.get(each.key))
    has_bound = len(names) > len(rows.labels)  # one person may be in several rows, so those without one may be more
    parts = list(largest_parts(names, values, min(options.parts, lines)))
    total = sum(value for _, value in parts)
    whole = (to_number(frame.totals.get(each.key)) if each.kind is ValueKind.INTEGER else None) or total
    size = min(box.height, 0.42 * box.width)
    left = size + 1.0 * box.text
    top = max(0.0, (box.height - len(parts) * PIE_LINE_EM * box.text) / 2)

    def part_text(name: str, value: float) -> str:
        return ("≥" if has_bound and name == REST_NAME else "") + format_part(value, whole)

    changes = change_texts(frame, rows)
    since = previous_phrases(frame, rows) if changes else ()
    key = headline_key(since, box, CHANGE_MARK)
    has_room = all(text_width(name, box.text) <= name_room(changes.get(name, ""), left, box) for name, _ in parts)
    if not has_room or (since and not key and top < CAPTION_ROOM_EM * box.text):
        changes, since, key = {}, (), ""  # no name is cut for a change, and none stands without its days
    option = base_option(box) | {
        "graphic": [
            *(
                mark
                for n, (name, value) in enumerate(parts)
                for mark in part_elements(name, part_text(name, value), changes.get(name, ""), n, left, top, box)
            ),
            *(
                text_element(f"{CHANGE_MARK} {text}", left, box.height - 1.2 * box.text, box.text, DARK.quiet)
                for text in since[-1:]
                if not key
            ),
            *total_elements(format_short(whole, each.kind), size, box),
        ],
        "series": [ring_series(parts, size, box)],
    }
    shares = ", ".join(f"{shorten_spoken(name)} {part_text(name, value)}" for name, value in parts)
    spec = build_chart_spec(option, box, f"{each.name}: {shares}.", since[0] if since else "", key)
    return replace(spec, key_mark=CHANGE_MARK)


def with_rest(
    names: tuple[str, ...], values: tuple[float | None, ...], total: Value
) -> tuple[tuple[str, ...], tuple[float | None, ...]]:
    """Returns the parts and, where the rows are not all there are, what is missing to the total as (other)."""
    whole = to_number(total)
    rest = 0.0 if whole is None else whole - sum(value or 0.0 for value in values)
    return ((*names, REST_NAME), (*values, rest)) if rest > 0 else (names, values)


def largest_parts(names: tuple[str, ...], values: tuple[float | None, ...], most: int) -> Iterator[tuple[str, float]]:
    """Yields the largest parts, and all others as one together with what the source itself calls (other)."""
    parts = [(name, value) for name, value in zip(names, values, strict=True) if value]
    named = sorted((part for part in parts if part[0] != REST_NAME), key=lambda part: -part[1])
    if len(parts) == len(named) <= most:
        yield from named
        return
    yield from named[: most - 1]
    yield REST_NAME, sum(value for _, value in parts) - sum(value for _, value in named[: most - 1])


def format_part(value: float, total: float) -> str:
    """Returns `34%`, `<1%` or `>99%`."""
    part = 100 * value / total
    return "<1%" if 0 < part < 1 else ">99%" if 99.5 <= part < 100 else f"{part:.0f}%"


def total_elements(total: str, size: float, box: Box) -> list[Option]:
    """Returns the total, where the ring has room for it."""
    wide = text_width(total, box.figure, weight=700)
    middle = size / 2, box.height / 2
    return (
        [text_element(total, *middle, box.figure, DARK.ink, weight=700, at="center middle")]
        if wide < 0.5 * size
        else []
    )


def part_colour(place: int, name: str) -> str:
    """Returns the colour of a part."""
    return DARK.quiet if name == REST_NAME else DARK.series[place]


def part_elements(name: str, share: str, change: str, place: int, left: float, top: float, box: Box) -> list[Option]:
    """Returns a part's colour, its share, its name, and how its figure has changed, on one line."""
    y = top + place * PIE_LINE_EM * box.text
    figures, after = left + box.text, names_left(left, box)
    room = name_room(change, left, box)
    return [
        *([text_element(change, box.width, y, box.text, DARK.quiet, at="right top")] if change else []),
        rectangle_element(left, y + 0.2 * box.text, 0.6 * box.text, 0.6 * box.text, part_colour(place, name)),
        text_element(share, figures, y, box.text, DARK.ink, weight=600),
        text_element(shorten_middle(name, box.text, room), after, y, box.text, DARK.title),
    ]


def names_left(left: float, box: Box) -> float:
    """Returns where names begin, px: to the right of the shares."""
    return left + 1.6 * box.text + text_width(">99%", box.text, weight=600)


def name_room(change: str, left: float, box: Box) -> float:
    """Returns the width of a name next to a change, px."""
    return box.width - names_left(left, box) - (text_width(change, box.text) + 0.6 * box.text if change else 0.0)


def ring_series(parts: list[tuple[str, float]], size: float, box: Box) -> Option:
    """Returns the ring."""
    return {
        "type": "pie",
        "silent": True,
        "emphasis": {"disabled": True},
        "radius": [0.29 * size, 0.49 * size],
        "center": [size / 2, box.height / 2],
        "label": {"show": False},
        "labelLine": {"show": False},
        "itemStyle": {"borderColor": DARK.ground, "borderWidth": max(1, round(box.text / 12))},
        "data": [
            {"value": value, "name": name, "itemStyle": {"color": part_colour(place, name)}}
            for place, (name, value) in enumerate(parts)
        ],
    }


def min_size(box: Box) -> tuple[float, float]:
    """Returns the room for a ring, and for three names of some eight letters."""
    return 16 * box.text, 3 * PIE_LINE_EM * box.text


VIEW = View("pie", "ring", pie_chart, fits_shapes(20, FrameShape.NAMES), min_size, PieOptions)
