"""How wide a text will be, from the advance widths of the font we serve (`static/fonts`)."""

import json
import unicodedata
from functools import cache, lru_cache
from math import ceil
from pathlib import Path

UNKNOWN_CHAR_EM = 0.75
"""em for a character Inter does not have; wide for Latin look-alikes, so that we err towards room."""


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, *, weight: int = 400, tabular: bool = False) -> float:
    """The width of `text` in px at `size` px; kerning is left out, it only ever makes text narrower by a hair."""
    table = char_advances(weight, tabular)
    return size * sum(table.get(c) or fallback_advance(c) for c in text)


def truncate_words(text: str, size: float, room: float, lines: int) -> str:
    """As many words as fit into `lines` lines of `room` px, with an ellipsis when some are left."""
    kept: list[str] = []
    used, at = 1, 0.0
    for word in text.split():
        wide = text_width(word + " ", size)
        over = at + wide > room
        used, at = used + over * max(1, ceil(wide / room)), wide if over else at + wide
        if used > lines:
            whole = " ".join(kept[:-1])
            return (whole or text[: int(lines * room / size)]) + "…"
        kept.append(word)
    return " ".join(kept)


def fallback_advance(character: str) -> float:
    """em of a character that is in no table: nothing for marks and joiners, a square for East Asian ones and emoji."""
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else UNKNOWN_CHAR_EM


@cache
def char_advances(weight: int, tabular: bool) -> dict[str, float]:
    """em by character; weights are 400, 600 and 700, KeyError for another."""
    font = json.loads((Path(__file__).parent / "advances.json").read_text())[str(weight)]
    table = {
        chr(int(first, 16) + place): advance / 1000
        for first, run in font["runs"].items()
        for place, advance in enumerate(run)
    }
    return table | {c: advance / 1000 for c, advance in font["tabular"].items()} if tabular else table
