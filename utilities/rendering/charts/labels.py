"""Names from outside as they stand on a drawing: one line each, and no longer than there is room."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from utilities.model.formats import format_date
from utilities.rendering.layout.text_width import text_width

NAMELESS = "(none)"
LONG = 366  # days, from which on months say more than days
SPOKEN = 80  # characters of a name in a sentence
UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")  # breaks, or nothing to be shown
PROTOTYPE = "__proto__"  # as a key it would change every object of a script (CWE-1321)
JOINER = "\N{WORD JOINER}"  # seen by nobody


def plain(text: object) -> str:
    """The name on one line."""
    said = " ".join(UNREADABLE.sub(" ", str(text if text is not None else "")).split())
    return JOINER + said if said == PROTOTYPE else said or NAMELESS


def shortened(text: str, size: float, room: float) -> str:
    """The text, or as much of its beginning and end as has room: both ends of an address tell something."""
    if text_width(text, size) <= room:
        return text
    tail = text[-4:].lstrip()
    while tail and unicodedata.combining(tail[0]):
        tail = tail[1:]
    left = room - text_width("…" + tail, size)
    kept = held(text, size, left)
    if kept > 3:
        return f"{text[:kept].rstrip()}…{tail}"
    return f"{text[: max(1, held(text, size, room - text_width('…', size)))].rstrip()}…"


def held(text: str, size: float, room: float) -> int:
    """How many characters have room."""
    kept = 0
    while kept < len(text) and (room := room - text_width(text[kept], size)) >= 0:
        kept += 1
    return kept


def day_of(text: object) -> date | None:
    """The day, None for anything else that a column of days may hold."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def labels(names: Sequence[str]) -> tuple[str, ...]:
    """`20 Nov` for a day, `Nov 2026` when they are of more than a year; anything else as it is."""
    days = [day_of(name) for name in names]
    known = [found for found in days if found is not None]
    months = bool(known) and (max(known) - min(known)).days > LONG
    return tuple(short(found, months) if found else name for found, name in zip(days, names, strict=True))


def short(when: date, months: bool) -> str:
    return f"{when:%b} {when.year}" if months else format_date(when).split(" ", 1)[1]


def spoken(name: str) -> str:
    """A name in a sentence."""
    return name if len(name) <= SPOKEN else f"{name[: SPOKEN - 5].rstrip()}…{name[-4:]}"
