"""Countries, stronger where there was more; the largest are named, because a wall has no tooltips."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pydantic import ConfigDict

from utilities.model.frames import Frame, ValueKind
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import Option, base_option, caption_element, text_element
from utilities.rendering.charts.colours import DARK, ramp_step
from utilities.rendering.charts.country_shapes import Point, country_shapes, find_country_shape, map_bounds
from utilities.rendering.charts.labels import shorten_middle, shorten_spoken
from utilities.rendering.charts.number_formats import format_short, is_count
from utilities.rendering.charts.previous_period import CHANGE_MARK, change_texts, headline_key, previous_phrases
from utilities.rendering.charts.series import build_rows
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import FrameShape, View, shape_of

COUNTRY_KEYS = ("country", "countryId")
NAME_LINE_EM = 1.4  # between two names, in em of text
SIDE_NAME_EM, BELOW_NAME_EM = (
    11.0,
    8.5,
)  # the width of a name and its value, to the right of the map and below it, in em of text
NAME_COLUMN_GAP_EM = 1.5  # two columns of names, in em of text
MIN_MAP_HEIGHT = 0.6  # of the height, that labels to the right must leave to the map
MIN_POINT_DISTANCE_PX = 1.8  # between two points of an outline
MIN_ISLAND_SQUARE_PX = 4.0  # smaller islands are left out
DOT_RADIUS_EM = 0.16  # the radius of the dot for a tiny country, in em of text


@dataclass(frozen=True)
class MapOptions:
    """The options of a map."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is an error

    key: str = ""  # the column of figures; the first when empty


def choropleth(frame: Frame, box: Box, options: MapOptions) -> ChartSpec | None:
    """Returns the first column as countries; None when there is nothing to draw."""
    rows = build_rows(frame, (options.key,) if options.key else ())
    if rows is None or rows.has_days or not rows.known_values:
        return None
    each = rows.series[0]
    figures: dict[str, float] = defaultdict(float)
    for name, value in zip(rows.names, each.values, strict=True):
        if value is not None:
            figures[name] += value
    ranking = sorted(figures.items(), key=lambda pair: -pair[1])
    caption = unmapped_caption([pair for pair in ranking if find_country_shape(pair[0]) is None], each.kind)
    changes = change_texts(frame, rows)
    if not has_room_for_changes(ranking, changes, each.kind, box):
        changes = {}
    since = previous_phrases(frame, rows) if changes else ()
    key = headline_key(since, box, CHANGE_MARK)
    if since and not key:
        caption = " · ".join(one for one in (caption, f"{CHANGE_MARK} {since[-1]}") if one)
    layout, size = layout_labels(box, has_caption=bool(caption), aside=changes_width(changes, box))
    option = base_option(box) | {
        "graphic": [
            *country_elements(figures, size, box),
            *name_elements(ranking, changes, layout, each.kind, box),
            *([caption_element(shorten_middle(caption, box.text, box.width), box)] if caption else []),
        ]
    }
    largest = ", ".join(f"{shorten_spoken(name)} {format_short(value, each.kind)}" for name, value in ranking[:12])
    text = f"{each.name}: {largest}.{f' {caption}.' if caption else ''}"
    return replace(build_chart_spec(option, box, text, since[0] if since else "", key), key_mark=CHANGE_MARK)


def unmapped_caption(lost: Sequence[tuple[str, float]], kind: ValueKind) -> str:
    """Returns what the map cannot show, '' when it shows all."""
    if not lost:
        return ""
    names = ", ".join(shorten_spoken(name) for name, _ in lost[:12])
    total = sum(value for _, value in lost)
    return f"{format_short(total, kind)} elsewhere: {names}" if is_count(kind) else f"not on the map: {names}"


@dataclass(frozen=True)
class LabelLayout:
    """Where names stand: px from the corner, the width of a column, how many lines and columns."""

    left: float
    top: float
    width: float
    lines: int
    columns: int


def layout_labels(box: Box, *, has_caption: bool, aside: float = 0.0) -> tuple[LabelLayout, float]:
    """Returns labels to the right of the map where that leaves its height, else below it; and the width of the map.

    `aside` is the width of what stands after each value, px.
    """
    side, below = (names * box.text + aside for names in (SIDE_NAME_EM, BELOW_NAME_EM))
    gap = NAME_COLUMN_GAP_EM * box.text
    left, top, right, bottom = map_bounds()
    aspect = (right - left) / (bottom - top)
    high = box.height - (NAME_LINE_EM * box.text if has_caption else 0.0)
    map_width = min(box.width - (side + gap), high * aspect)
    if map_width / aspect >= MIN_MAP_HEIGHT * high:
        at = map_width + NAME_COLUMN_GAP_EM * box.text
        columns = max(1, int((box.width - at) / (side + gap)))
        return LabelLayout(at, 0.0, side, max(1, int(high / (NAME_LINE_EM * box.text))), columns), map_width
    lines = max(2, int((high - box.width / aspect) / (NAME_LINE_EM * box.text)))
    size = min(box.width, (high - lines * NAME_LINE_EM * box.text) * aspect)
    columns = max(1, int((box.width + NAME_COLUMN_GAP_EM * box.text) / (below + gap)))
    wide = (box.width - (columns - 1) * NAME_COLUMN_GAP_EM * box.text) / columns
    return LabelLayout(0.0, high - lines * NAME_LINE_EM * box.text, wide, lines, columns), size


def name_elements(
    ranking: Sequence[tuple[str, float]], changes: Mapping[str, str], layout: LabelLayout, kind: ValueKind, box: Box
) -> Iterator[Option]:
    """Yields as many countries as fit, each with its value and how it has changed."""
    aside = changes_width(changes, box)
    for place, (name, value) in enumerate(ranking[: layout.lines * layout.columns]):
        column, line = divmod(place, layout.lines)
        left = layout.left + column * (layout.width + NAME_COLUMN_GAP_EM * box.text)
        top = layout.top + line * NAME_LINE_EM * box.text
        figure = format_short(value, kind)
        room = layout.width - aside - text_width(figure, box.text, weight=600) - 0.5 * box.text
        yield text_element(shorten_middle(name, box.text, room), left, top, box.text, DARK.title)
        right = left + layout.width
        yield text_element(figure, right - aside, top, box.text, DARK.ink, weight=600, at="right top")
        if name in changes:
            yield text_element(changes[name], right, top, box.text, DARK.quiet, at="right top")


def changes_width(changes: Mapping[str, str], box: Box) -> float:
    """Returns the width of the column of changes with the gap before it, px; 0 without changes."""
    return max((text_width(text, box.text) + 0.5 * box.text for text in changes.values()), default=0.0)


def has_room_for_changes(
    ranking: Sequence[tuple[str, float]], changes: Mapping[str, str], kind: ValueKind, box: Box
) -> bool:
    """Whether no name is cut for the changes of the countries that are listed."""
    aside = changes_width(changes, box)
    layout, _ = layout_labels(box, has_caption=True, aside=aside)
    left = layout.width - aside - 0.5 * box.text
    return all(
        text_width(name, box.text) + text_width(format_short(value, kind), box.text, weight=600) <= left
        for name, value in ranking[: layout.lines * layout.columns]
    )


def country_elements(figures: Mapping[str, float], size: float, box: Box) -> Iterator[Option]:
    """Yields every country; those with values stand in front of the others."""
    values: dict[str, float] = defaultdict(float)
    for name, value in figures.items():
        if shape := find_country_shape(name):
            values[shape] += value
    most = max(values.values(), default=0.0)
    every = scaled_outlines(size)
    for shape in sorted(every, key=lambda name: name in values):
        value = values.get(shape, 0.0)
        colour = DARK.ramp[ramp_step(value, most)]
        edge = DARK.ground if value > 0 else DARK.rule
        largest, largest_area = max(every[shape], key=lambda outline: outline[1])
        if value > 0 and largest_area < 2 * (DOT_RADIUS_EM * box.text) ** 2:
            yield dot_element(largest, colour, box)
            continue
        for ring, square in every[shape]:
            if square >= MIN_ISLAND_SQUARE_PX:
                yield polygon_element(ring, colour, edge)


@lru_cache(8)
def scaled_outlines(size: float) -> Mapping[str, Sequence[tuple[Sequence[Point], float]]]:
    """Returns the outlines of each country on a map of this width in px, each with its area in square px."""
    left, top, right, _ = map_bounds()
    scale = size / (right - left)
    sized = {
        shape: [[((x - left) * scale, (y - top) * scale) for x, y in ring] for ring in rings]
        for shape, rings in country_shapes().items()
    }
    return {shape: [(thin_outline(ring), polygon_area(ring)) for ring in rings] for shape, rings in sized.items()}


def dot_element(ring: Sequence[Point], colour: str, box: Box) -> Option:
    """Returns a dot in the middle of an outline."""
    x, y = (sum(each) / len(ring) for each in zip(*ring, strict=True))
    shape = {"cx": round(x, 1), "cy": round(y, 1), "r": DOT_RADIUS_EM * box.text}
    return {"type": "circle", "silent": True, "shape": shape, "style": {"fill": colour}}


def polygon_element(ring: Sequence[Point], colour: str, edge: str) -> Option:
    """Returns a filled outline."""
    style = {"fill": colour, "stroke": edge, "lineWidth": 0.5}
    return {"type": "polygon", "silent": True, "shape": {"points": ring}, "style": style}


def thin_outline(ring: Sequence[Point]) -> list[Point]:
    """Returns the outline without points that are too close to see."""
    points = [ring[0]]
    for x, y in ring:
        if abs(x - points[-1][0]) + abs(y - points[-1][1]) >= MIN_POINT_DISTANCE_PX:
            points.append((x, y))
    return [(round(x, 1), round(y, 1)) for x, y in points]


def polygon_area(ring: Sequence[Point]) -> float:
    """Returns the area of an outline, by the shoelace formula."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, (*ring[1:], ring[0]), strict=True))) / 2


def min_size(box: Box) -> tuple[float, float]:
    """Returns the room for a map on which continents can be recognized, and two names."""
    return 14 * box.text, 9 * box.text


def fits_countries(frame: Frame) -> int:
    """Returns 10 for names of countries, 0 for every other frame."""
    return 10 if shape_of(frame) is FrameShape.NAMES and frame.columns[0].key in COUNTRY_KEYS else 0


VIEW = View("map", "map", choropleth, fits_countries, min_size, MapOptions)
