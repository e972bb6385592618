"""Text from outside, made fit to be kept and shown."""

import unicodedata

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Control, format (bidi overrides, zero-width, byte-order marks), surrogate, private and unassigned characters."""

JOINERS = "\u200c\u200d"  # Persian and Indic spelling and many emoji need them


def clean(text: str, limit: int = 300) -> str:
    """One line of NFC text without control or bidi characters, at most `limit` characters, the last one an ellipsis.

    Markup is left as it is: escaping belongs to whoever writes HTML or CSV.
    """
    # Bounded before any work is done on it: a megabyte title is not worth looking through.
    seen = "".join(" " if c.isspace() else c for c in text[: limit * 4] if c.isspace() or c in JOINERS or is_seen(c))
    line = " ".join(unicodedata.normalize("NFC", seen).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def is_seen(character: str) -> bool:
    """Whether the character shows something, or shapes one that does."""
    return unicodedata.category(character) not in UNSEEN
