"""Countries, stronger where there was more; the first of them by name, for a wall has no tooltip."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydantic import ConfigDict

from utilities.model.frames import Frame, ValueKind
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import Option, base_option, caption_element, text_element
from utilities.rendering.charts.colours import DARK, ramp_step
from utilities.rendering.charts.country_shapes import Point, country_shapes, find_country_shape, map_bounds
from utilities.rendering.charts.labels import shorten_middle, shorten_spoken
from utilities.rendering.charts.number_formats import format_short, is_count
from utilities.rendering.charts.series import build_rows
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import FrameShape, View, shape_of

COUNTRY_KEYS = ("country", "countryId")
NAME_LINE_EM = 1.4  # between two names, in em of text
SIDE_NAME_EM, BELOW_NAME_EM = (
    11.0,
    8.5,
)  # the width of a name and its figure, beside the map and below it, in em of text
NAME_COLUMN_GAP_EM = 1.5  # two columns of names, in em of text
MIN_MAP_HEIGHT = 0.6  # of the height, that the map must keep where names stand beside it
MIN_POINT_DISTANCE_PX = 1.8  # px between two points that are told apart
MIN_ISLAND_SQUARE_PX = 4.0  # square px, below which an island is left out
DOT_RADIUS_EM = 0.16  # the radius of a country that is too small to be seen, in em of text


@dataclass(frozen=True)
class Options:
    """What a board file may say of a map."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is a fault

    key: str = ""  # the column of figures; the first when empty


def choropleth(frame: Frame, box: Box, options: Options) -> ChartSpec | None:
    """The first column as countries; None when there is nothing to draw."""
    rows = build_rows(frame, (options.key,) if options.key else ())
    if rows is None or rows.days or not rows.known:
        return None
    each = rows.series[0]
    figures: dict[str, float] = defaultdict(float)
    for name, value in zip(rows.names, each.values, strict=True):
        if value is not None:
            figures[name] += value
    known = sorted(figures.items(), key=lambda pair: -pair[1])
    said = unmapped_caption([pair for pair in known if find_country_shape(pair[0]) is None], each.kind)
    places, size = layout_labels(box, said=bool(said))
    option = base_option(box) | {
        "graphic": [
            *country_elements(figures, size, box),
            *name_elements(known, places, each.kind, box),
            *([caption_element(shorten_middle(said, box.text, box.width), box)] if said else []),
        ]
    }
    about = ", ".join(f"{shorten_spoken(name)} {format_short(value, each.kind)}" for name, value in known[:12])
    return build_chart_spec(option, box, f"{each.name}: {about}.{f' {said}.' if said else ''}")


def unmapped_caption(lost: Sequence[tuple[str, float]], kind: ValueKind) -> str:
    """What the map cannot show, '' when it shows all."""
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
    wide: float
    lines: int
    columns: int


def layout_labels(box: Box, *, said: bool) -> tuple[LabelLayout, float]:
    """Names beside the map where it keeps its height, else below it; and the width of the map."""
    left, top, right, bottom = map_bounds()
    aspect = (right - left) / (bottom - top)
    high = box.height - (NAME_LINE_EM * box.text if said else 0.0)
    beside = min(box.width - (SIDE_NAME_EM + NAME_COLUMN_GAP_EM) * box.text, high * aspect)
    if beside / aspect >= MIN_MAP_HEIGHT * high:
        at = beside + NAME_COLUMN_GAP_EM * box.text
        columns = max(1, int((box.width - at) / ((SIDE_NAME_EM + NAME_COLUMN_GAP_EM) * box.text)))
        return LabelLayout(
            at, 0.0, SIDE_NAME_EM * box.text, max(1, int(high / (NAME_LINE_EM * box.text))), columns
        ), beside
    lines = max(2, int((high - box.width / aspect) / (NAME_LINE_EM * box.text)))
    size = min(box.width, (high - lines * NAME_LINE_EM * box.text) * aspect)
    columns = max(
        1, int((box.width + NAME_COLUMN_GAP_EM * box.text) / ((BELOW_NAME_EM + NAME_COLUMN_GAP_EM) * box.text))
    )
    wide = (box.width - (columns - 1) * NAME_COLUMN_GAP_EM * box.text) / columns
    return LabelLayout(0.0, high - lines * NAME_LINE_EM * box.text, wide, lines, columns), size


def name_elements(
    known: Sequence[tuple[str, float]], places: LabelLayout, kind: ValueKind, box: Box
) -> Iterator[Option]:
    """As many countries as have room, each with its figure."""
    for place, (name, value) in enumerate(known[: places.lines * places.columns]):
        column, line = divmod(place, places.lines)
        left = places.left + column * (places.wide + NAME_COLUMN_GAP_EM * box.text)
        top = places.top + line * NAME_LINE_EM * box.text
        figure = format_short(value, kind)
        room = places.wide - text_width(figure, box.text, weight=600) - 0.5 * box.text
        yield text_element(shorten_middle(name, box.text, room), left, top, box.text, DARK.title)
        yield text_element(figure, left + places.wide, top, box.text, DARK.ink, weight=600, at="right top")


def country_elements(figures: Mapping[str, float], size: float, box: Box) -> Iterator[Option]:
    """Every country; those with figures stand before the others."""
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
    """The outlines of each country on a map of so many px, and how many square px they hold."""
    left, top, right, _ = map_bounds()
    scale = size / (right - left)
    sized = {
        shape: [[((x - left) * scale, (y - top) * scale) for x, y in ring] for ring in rings]
        for shape, rings in country_shapes().items()
    }
    return {shape: [(thin_outline(ring), polygon_area(ring)) for ring in rings] for shape, rings in sized.items()}


def dot_element(ring: Sequence[Point], colour: str, box: Box) -> Option:
    x, y = (sum(each) / len(ring) for each in zip(*ring, strict=True))
    shape = {"cx": round(x, 1), "cy": round(y, 1), "r": DOT_RADIUS_EM * box.text}
    return {"type": "circle", "silent": True, "shape": shape, "style": {"fill": colour}}


def polygon_element(ring: Sequence[Point], colour: str, edge: str) -> Option:
    style = {"fill": colour, "stroke": edge, "lineWidth": 0.5}
    return {"type": "polygon", "silent": True, "shape": {"points": ring}, "style": style}


def thin_outline(ring: Sequence[Point]) -> list[Point]:
    """The outline without what nobody can tell apart."""
    kept = [ring[0]]
    for x, y in ring:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= MIN_POINT_DISTANCE_PX:
            kept.append((x, y))
    return [(round(x, 1), round(y, 1)) for x, y in kept]


def polygon_area(ring: Sequence[Point]) -> float:
    """Square px, by the shoelace formula."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, (*ring[1:], ring[0]), strict=True))) / 2


def min_size(box: Box) -> tuple[float, float]:
    """Room for a map on which continents can be told apart, and two names."""
    return 14 * box.text, 9 * box.text


def fits_countries(frame: Frame) -> int:
    """Returns 10 for names of countries, 0 for every other frame."""
    return 10 if shape_of(frame) is FrameShape.NAMES and frame.columns[0].key in COUNTRY_KEYS else 0


VIEW = View("map", "map", choropleth, fits_countries, min_size, Options)
