"""Names from outside as they stand on a drawing: one line each, and no longer than there is room."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from utilities.model.formats import format_date
from utilities.rendering.layout.text_width import text_width

EMPTY_NAME = "(none)"
OTHER_NAME = "(other)"
MAX_SPAN_OF_DAY_LABELS = 366  # days, from which on months say more than days
MAX_SPOKEN_CHARS = 80  # characters of a name in a sentence
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")  # breaks, or nothing to be shown
PROTO_KEY = "__proto__"  # as a key it would change every object of a script (CWE-1321)
WORD_JOINER = "\N{WORD JOINER}"  # seen by nobody


def one_line(text: object) -> str:
    """The name on one line."""
    said = " ".join(UNPRINTABLE.sub(" ", str(text if text is not None else "")).split())
    return WORD_JOINER + said if said == PROTO_KEY else said or EMPTY_NAME


def shorten_middle(text: str, size: float, room: float) -> str:
    """The text, or as much of its beginning and end as has room: both ends of an address tell something."""
    if text_width(text, size) <= room:
        return text
    tail = text[-4:].lstrip()
    while tail and unicodedata.combining(tail[0]):
        tail = tail[1:]
    left = room - text_width("…" + tail, size)
    kept = count_fitting_chars(text, size, left)
    if kept > 3:
        return f"{text[:kept].rstrip()}…{tail}"
    return f"{text[: max(1, count_fitting_chars(text, size, room - text_width('…', size)))].rstrip()}…"


def count_fitting_chars(text: str, size: float, room: float) -> int:
    """How many characters have room."""
    kept = 0
    while kept < len(text) and (room := room - text_width(text[kept], size)) >= 0:
        kept += 1
    return kept


def parse_day(text: object) -> date | None:
    """The day, None for anything else that a column of days may hold."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def day_labels(names: Sequence[str]) -> tuple[str, ...]:
    """`20 Nov` for a day, `Nov 2026` when they are of more than a year; anything else as it is."""
    days = [parse_day(name) for name in names]
    known = [found for found in days if found is not None]
    months = bool(known) and (max(known) - min(known)).days > MAX_SPAN_OF_DAY_LABELS
    return tuple(format_day(found, months) if found else name for found, name in zip(days, names, strict=True))


def format_day(when: date, months: bool) -> str:
    return f"{when:%b} {when.year}" if months else format_date(when).split(" ", 1)[1]


def shorten_spoken(name: str) -> str:
    """A name in a sentence."""
    return name if len(name) <= MAX_SPOKEN_CHARS else f"{name[: MAX_SPOKEN_CHARS - 5].rstrip()}…{name[-4:]}"
