"""Puts the parts of Inter that an SVG file uses into it, so that it looks the same on every machine."""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from utilities.rendering.charts.svg import SVG_NAMESPACE

FONTS_FOLDER = Path(__file__).parents[3] / "static" / "fonts"
FONT_FACE = re.compile(
    r"@font-face \{\s*font-family: Inter;.*?font-weight: (\d+);\s*src: url\(([\w.-]+)\).*?unicode-range: ([^;]+);", re.S
)
WEIGHT_NUMBERS = {"normal": "400", "bold": "700"}
SVG_START = re.compile(r"<svg [^>]*>")


@dataclass(frozen=True)
class FontFile:
    """A file of one weight, with the characters that it has."""

    weight: str
    name: str
    ranges: tuple[tuple[int, int], ...]

    def has_any(self, characters: set[str]) -> bool:
        """Whether it has one of the characters."""
        return any(low <= ord(character) <= high for character in characters for low, high in self.ranges)


@cache
def inter_files() -> tuple[FontFile, ...]:
    """Returns the files of static/fonts/inter.css."""
    css = (FONTS_FOLDER / "inter.css").read_text(encoding="utf-8")
    return tuple(
        FontFile(weight, name, tuple(parse_unicode_range(each) for each in ranges.split(",")))
        for weight, name, ranges in FONT_FACE.findall(css)
    )


def parse_unicode_range(text: str) -> tuple[int, int]:
    """Returns the first and the last code point of `U+0152-0153` or `U+20AC`."""
    first, _, last = text.strip().removeprefix("U+").partition("-")
    return int(first, 16), int(last or first, 16)


@cache
def font_face_css(file: FontFile) -> str:
    """Returns a rule with the whole file inside."""
    data = base64.b64encode((FONTS_FOLDER / file.name).read_bytes()).decode()
    ranges = ",".join(f"U+{low:x}-{high:x}" for low, high in file.ranges)
    source = f"url(data:font/woff2;base64,{data}) format('woff2')"
    return f"@font-face{{font-family:Inter;font-weight:{file.weight};src:{source};unicode-range:{ranges}}}"


def embed_fonts(svg: str) -> str:
    """Returns the SVG with a style that holds the weights and alphabets of its texts."""
    used: dict[str, set[str]] = {}
    for element in ElementTree.fromstring(svg).iter(f"{{{SVG_NAMESPACE}}}text"):  # noqa: S314 (written by ourselves)
        weight = element.get("font-weight", "400")
        used.setdefault(WEIGHT_NUMBERS.get(weight, weight), set()).update("".join(element.itertext()))
    rules = [font_face_css(file) for file in inter_files() if file.has_any(used.get(file.weight, set()))]
    return SVG_START.sub(lambda match: f"{match[0]}<style>{''.join(rules)}</style>", svg, count=1)


def style_hash(svg: str) -> str:
    """Returns the source of a content security policy that allows the style of the file and no other."""
    style = svg.partition("<style>")[2].partition("</style>")[0]
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
