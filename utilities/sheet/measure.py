"""How wide a text will be, from the advance widths of the font we serve (`static/fonts`)."""

import json
import unicodedata
from functools import cache
from pathlib import Path

UNKNOWN = 0.75
"""em for a character Inter does not have; wide for Latin look-alikes, so that we err towards room."""


def width(text: str, size: float, *, weight: int = 400, tabular: bool = False) -> float:
    """The width of `text` in px at `size` px; kerning is left out, it only ever makes text narrower by a hair."""
    table = advances(weight, tabular)
    return size * sum(table.get(c) or unlisted(c) for c in text)


def unlisted(character: str) -> float:
    """em of a character that is in no table: nothing for marks, a square for East Asian ones and emoji."""
    if unicodedata.combining(character):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else UNKNOWN


@cache
def advances(weight: int, tabular: bool) -> dict[str, float]:
    """em by character; weights are 400, 600 and 700, KeyError for another."""
    font = json.loads((Path(__file__).parent / "advances.json").read_text())[str(weight)]
    table = {
        chr(int(first, 16) + place): advance / 1000
        for first, run in font["runs"].items()
        for place, advance in enumerate(run)
    }
    return table | {c: advance / 1000 for c, advance in font["tabular"].items()} if tabular else table
