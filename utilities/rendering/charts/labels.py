"""Names from outside as chart labels: one line each, and no longer than the room."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from utilities.model.formats import format_date
from utilities.model.text import cut_graphemes, limit_marks, split_graphemes
from utilities.rendering.layout.text_width import text_width

EMPTY_NAME = "(none)"
MAX_SPAN_OF_DAY_LABELS = 366  # days, from which on months say more than days
MAX_SPOKEN_CHARS = 80  # characters of a name in a sentence
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")  # breaks, or nothing to be shown
CLOCK_TIME = re.compile("([01][0-9]|2[0-3]):([0-5][0-9])")
PROTO_KEY = "__proto__"  # as a key it would change every object of a script (CWE-1321)
WORD_JOINER = "\N{WORD JOINER}"  # invisible


def one_line(text: object) -> str:
    """Returns the name on one line."""
    line = limit_marks(" ".join(UNPRINTABLE.sub(" ", str(text if text is not None else "")).split()))
    return WORD_JOINER + line if line == PROTO_KEY else line or EMPTY_NAME


def shorten_middle(text: str, size: float, room: float) -> str:
    """Returns the text, or its beginning and end when it is too long: both ends of a URL matter."""
    if text_width(text, size) <= room:
        return text
    graphemes = split_graphemes(text)
    tail = "".join(graphemes[-4:]).lstrip()
    count = count_fitting(graphemes, size, room - text_width("…" + tail, size))
    if count > 3:
        return f"{''.join(graphemes[:count]).rstrip()}…{tail}"
    count = max(1, count_fitting(graphemes, size, room - text_width("…", size)))
    return f"{''.join(graphemes[:count]).rstrip()}…"


def count_fitting(graphemes: Sequence[str], size: float, room: float) -> int:
    """Returns how many of the first graphemes fit into `room` px."""
    count = 0
    while count < len(graphemes) and (room := room - text_width(graphemes[count], size)) >= 0:
        count += 1
    return count


def parse_day(text: object) -> date | None:
    """Returns the day, or None for anything else that a column of days may hold."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def parse_clock_time(text: str) -> int | None:
    """Returns the minute of the day of `10:00`, or None for anything else."""
    match = CLOCK_TIME.fullmatch(text)
    return int(match[1]) * 60 + int(match[2]) if match else None


def day_labels(names: Sequence[str]) -> tuple[str, ...]:
    """Returns `20 Nov` for a day, `Nov 2026` when the days span more than a year, any other name unchanged."""
    days = [parse_day(name) for name in names]
    valid = [day for day in days if day is not None]
    months = bool(valid) and (max(valid) - min(valid)).days > MAX_SPAN_OF_DAY_LABELS
    return tuple(format_day(day, months) if day else name for day, name in zip(days, names, strict=True))


def format_day(when: date, months: bool) -> str:
    """Returns `20 Nov`, or `Nov 2026` with `months`."""
    return f"{when:%b} {when.year}" if months else format_date(when).split(" ", 1)[1]


def week_names(weeks: Sequence[date]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Returns the names of weeks by their Monday; of many weeks only the months, and the weeks in which they begin."""
    if len(weeks) <= 10:
        return tuple(f"{week.day} {week:%b}" for week in weeks), ()
    begins = [at for at, week in enumerate(weeks) if (week + timedelta(days=6)).day <= 7]
    ends = [week + timedelta(days=6) for week in weeks]
    has_years = (weeks[-1] - weeks[0]).days > MAX_SPAN_OF_DAY_LABELS
    texts = [format_day(end, months=True) if has_years else f"{end:%b}" for end in ends]
    return tuple(text if at in begins else "" for at, text in enumerate(texts)), tuple(begins)


def shorten_spoken(name: str) -> str:
    """Returns a name for a sentence, shortened to 80 characters."""
    if len(name) <= MAX_SPOKEN_CHARS:
        return name
    tail = "".join(split_graphemes(name[-MAX_SPOKEN_CHARS:])[-4:])
    return f"{cut_graphemes(name, MAX_SPOKEN_CHARS - 5).rstrip()}…{tail}"
