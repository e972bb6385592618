"""Countries, stronger where there was more; the first of them by name, for a wall has no tooltip."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydantic import ConfigDict

from utilities.model.frames import Frame, ValueKind
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import Option, base, caption, words
from utilities.rendering.charts.colours import DARK, ramp_step
from utilities.rendering.charts.country_shapes import Point, edges, found, shapes
from utilities.rendering.charts.labels import shortened, spoken
from utilities.rendering.charts.number_formats import whole, written
from utilities.rendering.charts.series import rows_of
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import FrameShape, View, shape_of

COUNTRY_KEYS = ("country", "countryId")
LINE = 1.4  # between two names, in em of text
BESIDE, BELOW = 11.0, 8.5  # the width of a name and its figure, beside the map and below it, in em of text
BETWEEN = 1.5  # two columns of names, in em of text
ENOUGH = 0.6  # of the height, that the map must keep where names stand beside it
FINE = 1.8  # px between two points that are told apart
SPECK = 4.0  # square px, below which an island is left out
DOT = 0.16  # the radius of a country that is too small to be seen, in em of text


@dataclass(frozen=True)
class Options:
    """What a board file may say of a map."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is a fault

    key: str = ""  # the column of figures; the first when empty


def choropleth(frame: Frame, box: Box, options: Options) -> ChartSpec | None:
    """The first column as countries; None when there is nothing to draw."""
    rows = rows_of(frame, (options.key,) if options.key else ())
    if rows is None or rows.days or not rows.known:
        return None
    each = rows.series[0]
    figures: dict[str, float] = defaultdict(float)
    for name, value in zip(rows.names, each.values, strict=True):
        if value is not None:
            figures[name] += value
    known = sorted(figures.items(), key=lambda pair: -pair[1])
    said = elsewhere([pair for pair in known if found(pair[0]) is None], each.kind)
    places, size = parted(box, said=bool(said))
    option = base(box) | {
        "graphic": [
            *lands(figures, size, box),
            *named(known, places, each.kind, box),
            *([caption(shortened(said, box.text, box.width), box)] if said else []),
        ]
    }
    about = ", ".join(f"{spoken(name)} {written(value, each.kind)}" for name, value in known[:12])
    return build_chart_spec(option, box.width, box.height, f"{each.name}: {about}.{f' {said}.' if said else ''}")


def elsewhere(lost: Sequence[tuple[str, float]], kind: ValueKind) -> str:
    """What the map cannot show, '' when it shows all."""
    if not lost:
        return ""
    names = ", ".join(spoken(name) for name, _ in lost[:12])
    total = sum(value for _, value in lost)
    return f"{written(total, kind)} elsewhere: {names}" if whole(kind) else f"not on the map: {names}"


@dataclass(frozen=True)
class Places:
    """Where names stand: px from the corner, the width of a column, how many lines and columns."""

    left: float
    top: float
    wide: float
    lines: int
    columns: int


def parted(box: Box, *, said: bool) -> tuple[Places, float]:
    """Names beside the map where it keeps its height, else below it; and the width of the map."""
    left, top, right, bottom = edges()
    aspect = (right - left) / (bottom - top)
    high = box.height - (LINE * box.text if said else 0.0)
    beside = min(box.width - (BESIDE + BETWEEN) * box.text, high * aspect)
    if beside / aspect >= ENOUGH * high:
        at = beside + BETWEEN * box.text
        columns = max(1, int((box.width - at) / ((BESIDE + BETWEEN) * box.text)))
        return Places(at, 0.0, BESIDE * box.text, max(1, int(high / (LINE * box.text))), columns), beside
    lines = max(2, int((high - box.width / aspect) / (LINE * box.text)))
    size = min(box.width, (high - lines * LINE * box.text) * aspect)
    columns = max(1, int((box.width + BETWEEN * box.text) / ((BELOW + BETWEEN) * box.text)))
    wide = (box.width - (columns - 1) * BETWEEN * box.text) / columns
    return Places(0.0, high - lines * LINE * box.text, wide, lines, columns), size


def named(known: Sequence[tuple[str, float]], places: Places, kind: ValueKind, box: Box) -> Iterator[Option]:
    """As many countries as have room, each with its figure."""
    for place, (name, value) in enumerate(known[: places.lines * places.columns]):
        column, line = divmod(place, places.lines)
        left = places.left + column * (places.wide + BETWEEN * box.text)
        top = places.top + line * LINE * box.text
        figure = written(value, kind)
        room = places.wide - text_width(figure, box.text, weight=600) - 0.5 * box.text
        yield words(shortened(name, box.text, room), left, top, box.text, DARK.title)
        yield words(figure, left + places.wide, top, box.text, DARK.ink, weight=600, at="right top")


def lands(figures: Mapping[str, float], size: float, box: Box) -> Iterator[Option]:
    """Every country; those with figures stand before the others."""
    values: dict[str, float] = defaultdict(float)
    for name, value in figures.items():
        if shape := found(name):
            values[shape] += value
    most = max(values.values(), default=0.0)
    every = outlines(size)
    for shape in sorted(every, key=lambda name: name in values):
        value = values.get(shape, 0.0)
        colour = DARK.ramp[ramp_step(value, most)]
        edge = DARK.ground if value > 0 else DARK.rule
        largest, largest_area = max(every[shape], key=lambda outline: outline[1])
        if value > 0 and largest_area < 2 * (DOT * box.text) ** 2:
            yield dot(largest, colour, box)
            continue
        for ring, square in every[shape]:
            if square >= SPECK:
                yield outlined(ring, colour, edge)


@lru_cache(8)
def outlines(size: float) -> Mapping[str, Sequence[tuple[Sequence[Point], float]]]:
    """The outlines of each country on a map of so many px, and how many square px they hold."""
    left, top, right, _ = edges()
    scale = size / (right - left)
    sized = {
        shape: [[((x - left) * scale, (y - top) * scale) for x, y in ring] for ring in rings]
        for shape, rings in shapes().items()
    }
    return {shape: [(thinned(ring), area(ring)) for ring in rings] for shape, rings in sized.items()}


def dot(ring: Sequence[Point], colour: str, box: Box) -> Option:
    x, y = (sum(each) / len(ring) for each in zip(*ring, strict=True))
    shape = {"cx": round(x, 1), "cy": round(y, 1), "r": DOT * box.text}
    return {"type": "circle", "silent": True, "shape": shape, "style": {"fill": colour}}


def outlined(ring: Sequence[Point], colour: str, edge: str) -> Option:
    style = {"fill": colour, "stroke": edge, "lineWidth": 0.5}
    return {"type": "polygon", "silent": True, "shape": {"points": ring}, "style": style}


def thinned(ring: Sequence[Point]) -> list[Point]:
    """The outline without what nobody can tell apart."""
    kept = [ring[0]]
    for x, y in ring:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= FINE:
            kept.append((x, y))
    return [(round(x, 1), round(y, 1)) for x, y in kept]


def area(ring: Sequence[Point]) -> float:
    """Square px, by the shoelace formula."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, (*ring[1:], ring[0]), strict=True))) / 2


def min_size(box: Box) -> tuple[float, float]:
    """Room for a map on which continents can be told apart, and two names."""
    return 14 * box.text, 9 * box.text


def fits_countries(frame: Frame) -> int:
    """Returns 10 for names of countries, 0 for every other frame."""
    return 10 if shape_of(frame) is FrameShape.NAMES and frame.columns[0].key in COUNTRY_KEYS else 0


VIEW = View("map", "map", choropleth, fits_countries, min_size, Options)
