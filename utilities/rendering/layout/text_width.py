"""The width of texts, from the advance widths of the font in static/fonts."""

import json
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from math import ceil
from pathlib import Path

from utilities.model.text import cut_graphemes, split_graphemes

UNKNOWN_CHAR_EM = 0.75
"""em of a character that Inter does not have; rather too width than too narrow."""


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, *, weight: int = 400, tabular: bool = False) -> float:
    """Returns the width of `text` in px at `size` px, without kerning, which makes it slightly narrower."""
    table = char_advances(weight, tabular)
    if all(c in table for c in text):
        return size * sum(table[c] for c in text)
    return size * sum(grapheme_advance(grapheme, table) for grapheme in split_graphemes(text))


def grapheme_advance(grapheme: str, table: Mapping[str, float]) -> float:
    """Returns em of a grapheme; where Inter lacks a part of it, another font draws it all, and maybe wider."""
    advance = sum(table.get(c) or fallback_advance(c) for c in grapheme)
    is_foreign = any(c not in table and unicodedata.combining(c) for c in grapheme)
    return max(advance, UNKNOWN_CHAR_EM) if is_foreign else advance


def wrap_words(text: str, size: float, room: float, lines: int) -> tuple[str, ...]:
    """Returns the text in at most `lines` lines of words; the last may be wider than `room` px."""
    rows: list[str] = []
    for word in text.split():
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and (len(rows) == lines or text_width(longer, size) <= room):
            rows[-1] = longer
        else:
            rows.append(word)
    return tuple(rows)


def truncate_words(text: str, size: float, room: float, lines: int) -> str:
    """Returns as many words as fit into `lines` lines of `room` px, with an ellipsis when some are left."""
    words: list[str] = []
    used, at = 1, 0.0
    for word in text.split():
        width = text_width(word + " ", size)
        over = at + width > room
        used, at = used + over * max(1, ceil(width / room)), width if over else at + width
        if used > lines:
            fitting = " ".join(words[:-1])
            return (fitting or cut_graphemes(text, max(1, int(lines * room / size)))) + "…"
        words.append(word)
    return " ".join(words)


def count_lines(text: str, size: float, room: float, *, weight: int = 400) -> int:
    """Returns how many lines of `room` px the words of a text take; a longer word is broken."""
    lines, at = 1, 0.0
    for word in text.split(" "):
        width = text_width(word, size, weight=weight)
        if at and at + width > room:
            lines, at = lines + 1, 0.0
        lines += int(width // room) if room > 0 and width > room else 0
        at += width + text_width(" ", size, weight=weight)
    return lines


def fallback_advance(character: str) -> float:
    """Returns em of a character in no table: 0 for marks and joiners, 1 for East Asian characters and emoji."""
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else UNKNOWN_CHAR_EM


@cache
def char_advances(weight: int, tabular: bool) -> dict[str, float]:
    """Returns em by character; raises KeyError for a weight other than 400, 600 and 700."""
    font = json.loads((Path(__file__).parent / "advances.json").read_text())[str(weight)]
    table = {
        chr(int(first, 16) + place): advance / 1000
        for first, run in font["runs"].items()
        for place, advance in enumerate(run)
    }
    return table | {c: advance / 1000 for c, advance in font["tabular"].items()} if tabular else table
