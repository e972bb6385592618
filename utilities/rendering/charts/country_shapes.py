"""The shapes of countries, by name or code."""

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

ATLAS_FILE = Path(__file__).parent / "data" / "world-atlas-2.0.2-countries-110m.json"
OMITTED_SHAPES = ("Antarctica", "Fr. S. Antarctic Lands")

Point = tuple[float, float]
Ring = tuple[Point, ...]

EQUAL_EARTH_COEFFICIENTS = (1.340264, -0.081106, 0.000893, 0.003796)  # Šavrič, Patterson and Jenny, 2018

# Names of Google and tzdata that differ from the atlas's, both as `fold_name` returns them.
SHAPE_ALIASES = {
    "bosnia and herzegovina": "bosnia and herz",
    "britain uk": "united kingdom",
    "central african republic": "central african rep",
    "congo brazzaville": "congo",
    "congo dem rep": "dem rep congo",
    "congo kinshasa": "dem rep congo",
    "congo rep": "congo",
    "czech republic": "czechia",
    "democratic republic of congo": "dem rep congo",
    "dominican republic": "dominican rep",
    "east timor": "timor leste",
    "equatorial guinea": "eq guinea",
    "eswatini swaziland": "eswatini",
    "falkland islands": "falkland is",
    "falkland islands islas malvinas": "falkland is",
    "great britain": "united kingdom",
    "ivory coast": "cote divoire",
    "korea north": "north korea",
    "korea south": "south korea",
    "myanmar burma": "myanmar",
    "north macedonia": "macedonia",
    "palestinian territories": "palestine",
    "russian federation": "russia",
    "solomon islands": "solomon is",
    "south sudan": "s sudan",
    "swaziland": "eswatini",
    "turkiye": "turkey",
    "united states": "united states of america",
    "usa": "united states of america",
    "western sahara": "w sahara",
}


@cache
def country_shapes() -> Mapping[str, tuple[Ring, ...]]:
    """Returns the outlines of each country by its folded name, in Equal Earth with y downwards."""
    atlas = json.loads(ATLAS_FILE.read_text(encoding="utf-8"))
    arcs = [tuple(decode_arc(find_country_shape, atlas["transform"])) for find_country_shape in atlas["arcs"]]
    lands = atlas["objects"]["countries"]["geometries"]
    return {
        fold_name(land["properties"]["name"]): tuple(join_arcs(ring, arcs) for ring in outer_rings(land))
        for land in lands
        if land["properties"]["name"] not in OMITTED_SHAPES
    }


def decode_arc(deltas: Sequence[Sequence[int]], transform: Mapping[str, Any]) -> Iterator[Point]:
    """Yields the points of a TopoJSON arc in degrees; each is stored as its distance from the one before."""
    (wide, high), (left, bottom) = transform["scale"], transform["translate"]
    x = y = 0
    for right, up in deltas:
        x, y = x + right, y + up
        yield x * wide + left, y * high + bottom


def project_equal_earth(longitude: float, latitude: float) -> Point:
    """Returns a point in degrees in the Equal Earth projection."""
    one, two, three, four = EQUAL_EARTH_COEFFICIENTS
    angle = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    square = angle * angle
    slope = one + 3 * two * square + square**3 * (7 * three + 9 * four * square)
    across = 2 * math.radians(longitude) * math.cos(angle) / (math.sqrt(3) * slope)
    return across, -angle * (one + two * square + square**3 * (three + four * square))


def outer_rings(land: Mapping[str, Any]) -> Iterator[Sequence[int]]:
    """Returns the outlines without holes: another country fills every hole in this atlas."""
    parts = [land["arcs"]] if land["type"] == "Polygon" else land["arcs"]
    return (part[0] for part in parts)


def join_arcs(places: Sequence[int], arcs: Sequence[Ring]) -> Ring:
    """Joins arcs end to end and projects them; a negative index means the arc backwards.

    A country that crosses 180 degrees continues beyond it.
    """
    points: list[Point] = []
    turn = 0.0
    for place in places:
        for x, y in arcs[place] if place >= 0 else arcs[~place][::-1]:
            if points and abs(x + turn - points[-1][0]) > 180:
                turn += 360.0 if x + turn < points[-1][0] else -360.0
            points.append((x + turn, y))
    middle = (min(points)[0] + max(points)[0]) / 2
    home = 360.0 if middle < -180 else -360.0 if middle > 180 else 0.0
    return tuple(project_equal_earth(x + home, y) for x, y in points)


@cache
def map_bounds() -> tuple[float, float, float, float]:
    """Returns left, top, right and bottom of all shapes."""
    points = [point for outlines in country_shapes().values() for ring in outlines for point in ring]
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


@lru_cache(2048)
def find_country_shape(name: str) -> str | None:
    """Returns the key of the shape for a name or a two-letter code, or None."""
    key = fold_name(names_by_code().get(name, name))
    key = SHAPE_ALIASES.get(key, key)
    return key if key in country_shapes() else None


def fold_name(name: str) -> str:
    """Returns the name without case, accents, punctuation and articles."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    words = re.sub(r"[^\w\s-]", "", "".join(c for c in letters if not unicodedata.combining(c)))
    return " ".join(word for word in re.split(r"[\s-]+", words) if word and word != "the")


@cache
def names_by_code() -> Mapping[str, str]:
    """Returns English names by two-letter code (ISO 3166-1, from the tzdata package)."""
    lines = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8").splitlines()
    return {line[:2]: line[3:] for line in lines if not line.startswith("#")}
