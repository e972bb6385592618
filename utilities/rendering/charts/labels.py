"""Names from outside as chart labels: one line each, and no longer than the room."""

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
WORD_JOINER = "\N{WORD JOINER}"  # invisible


def one_line(text: object) -> str:
    """Returns the name on one line."""
    line = " ".join(UNPRINTABLE.sub(" ", str(text if text is not None else "")).split())
    return WORD_JOINER + line if line == PROTO_KEY else line or EMPTY_NAME


def shorten_middle(text: str, size: float, room: float) -> str:
    """Returns the text, or its beginning and end when it is too long: both ends of a URL matter."""
    if text_width(text, size) <= room:
        return text
    tail = text[-4:].lstrip()
    while tail and unicodedata.combining(tail[0]):
        tail = tail[1:]
    left = room - text_width("…" + tail, size)
    count = count_fitting_chars(text, size, left)
    if count > 3:
        return f"{text[:count].rstrip()}…{tail}"
    return f"{text[: max(1, count_fitting_chars(text, size, room - text_width('…', size)))].rstrip()}…"


def count_fitting_chars(text: str, size: float, room: float) -> int:
    """Returns how many characters fit into `room` px."""
    count = 0
    while count < len(text) and (room := room - text_width(text[count], size)) >= 0:
        count += 1
    return count


def parse_day(text: object) -> date | None:
    """Returns the day, or None for anything else that a column of days may hold."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def day_labels(names: Sequence[str]) -> tuple[str, ...]:
    """Returns `20 Nov` for a day, `Nov 2026` when the days span more than a year, any other name unchanged."""
    days = [parse_day(name) for name in names]
    valid = [day for day in days if day is not None]
    months = bool(valid) and (max(valid) - min(valid)).days > MAX_SPAN_OF_DAY_LABELS
    return tuple(format_day(day, months) if day else name for day, name in zip(days, names, strict=True))


def format_day(when: date, months: bool) -> str:
    """Returns `20 Nov`, or `Nov 2026` with `months`."""
    return f"{when:%b} {when.year}" if months else format_date(when).split(" ", 1)[1]


def shorten_spoken(name: str) -> str:
    """Returns a name for a sentence, shortened to 80 characters."""
    return name if len(name) <= MAX_SPOKEN_CHARS else f"{name[: MAX_SPOKEN_CHARS - 5].rstrip()}…{name[-4:]}"
