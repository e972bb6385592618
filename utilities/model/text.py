"""Cleaning of untrusted text before it is stored or shown."""

import unicodedata

import regex

INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Control, format (bidi overrides, zero-width, byte-order marks), surrogate and private characters."""

UNASSIGNED_INVISIBLE = ((0x2065, 0x2065), (0xFDD0, 0xFDEF), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF))
"""Code points of category Cn that never become visible: noncharacters and future format characters. All others may be
letters and emoji that are newer than Python's table."""

MAX_MARKS = 4  # on one letter; the most that a script needs, and more leave the line
GRAPHEME = regex.compile(r"\X")  # what a reader sees as one character (UAX 29)
EXCESS_MARKS = regex.compile(rf"(\p{{M}}{{{MAX_MARKS}}})\p{{M}}+")

JOINERS = "\u200c\u200d"  # needed by Persian and Indic spelling and by many emoji


def clean_text(text: str, limit: int = 300) -> str:
    """Returns one line of NFC text without control or bidi characters, cut to `limit` characters with an ellipsis.

    Markup is not escaped: the code that writes HTML or CSV does that.
    """
    # Cut first: a title may be a megabyte.
    visible = "".join(
        " " if c.isspace() else c for c in text[: limit * 4] if c.isspace() or c in JOINERS or is_visible(c)
    )
    line = " ".join(unicodedata.normalize("NFC", visible).split())
    return line if len(line) <= limit else cut_graphemes(line, limit - 1).rstrip() + "…"


def split_graphemes(text: str) -> list[str]:
    """Returns the characters as a reader sees them: a letter with its marks, a flag, a family of emoji."""
    return list(text) if text.isascii() else GRAPHEME.findall(text)


def cut_graphemes(text: str, limit: int) -> str:
    """Returns at most `limit` code points, cut between graphemes; within one only where the first is longer."""
    if len(text) <= limit or text.isascii():
        return text[:limit]
    *_, last = GRAPHEME.finditer(text[: limit + 1])  # the one that holds the first code point too many
    return text[: last.start() or limit]


def limit_marks(text: str) -> str:
    """Returns the text with at most four combining marks on a letter."""
    return text if text.isascii() else EXCESS_MARKS.sub(r"\1", text)


def is_visible(character: str) -> bool:
    """Whether the character is visible or changes how a visible one looks."""
    category = unicodedata.category(character)
    if category != "Cn":
        return category not in INVISIBLE_CATEGORIES
    code = ord(character)
    return code & 0xFFFE != 0xFFFE and not any(first <= code <= last for first, last in UNASSIGNED_INVISIBLE)
