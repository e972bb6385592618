"""Values as text for people; JSON has them raw."""

import re
from datetime import date, datetime, tzinfo

from utilities.model.frames import DateRange, Frame, LastError, Value, ValueKind
from utilities.model.wall_privacy import mask_personal

MISSING_VALUE = "–"
MIN_HOURS_SECONDS = 36_000  # ten hours; walls write longer times in hours
EMAIL_ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[a-z]+", re.IGNORECASE)
PARENTHESIS = re.compile(r" \([^()]*\)")


def format_value(value: Value, kind: ValueKind) -> str:
    """Returns `21,480`, `3.14`, `12.34%`, `0:02:51` (hours, minutes, seconds), `Fri 20 Nov`. Text is unchanged."""
    if value is None:
        return MISSING_VALUE
    if kind is ValueKind.TEXT or (isinstance(value, str) and kind not in TIME_FORMATS):
        return str(value)
    if kind in TIME_FORMATS:
        return TIME_FORMATS[kind](str(value))
    number = float(value)
    if kind is ValueKind.FRACTION:
        return f"{number:.2%}"
    if kind is ValueKind.SECONDS:
        return format_hms(number)
    if kind in (ValueKind.DECIMAL, ValueKind.MONEY):
        return f"{number:,.2f}"
    return f"{round(number):,}"


def format_for_wall(value: Value, kind: ValueKind) -> str:
    """Returns the text of `format_value`, but times in minutes, `2:51`, and from ten hours on in hours, `12 h`."""
    if kind is not ValueKind.SECONDS or not isinstance(value, int | float):
        return format_value(value, kind)
    total, sign = round(abs(value)), "-" if round(value) < 0 else ""
    return f"{sign}{total // 3600:,} h" if total >= MIN_HOURS_SECONDS else f"{sign}{total // 60}:{total % 60:02d}"


def format_hms(seconds: float) -> str:
    """Returns `h:mm:ss`, rounded to the second; a minus sign in front when negative."""
    total = round(abs(seconds))
    sign = "-" if seconds < 0 and total else ""
    return f"{sign}{total // 3600}:{total % 3600 // 60:02d}:{total % 60:02d}"


def format_age(seconds: float) -> str:
    """Returns an age short enough for a tile: `now`, `4 min`, `3 h`, `2 days`."""
    if seconds < 60:
        return "now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min"
    if seconds < 172_800:
        return f"{int(seconds // 3600)} h"
    return f"{int(seconds // 86_400)} days"


def format_date_text(text: str) -> str:
    """Formats a date in ISO form; returns other text, such as `(other)`, unchanged."""
    try:
        return format_date(date.fromisoformat(text))
    except ValueError:
        return text


def format_moment_text(text: str) -> str:
    """Formats a time in RFC 3339 by its own zone; returns other text unchanged."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{format_date(moment.date())} {moment:%H:%M}"


TIME_FORMATS = {ValueKind.DATE: format_date_text, ValueKind.DATETIME: format_moment_text}


def format_date(when: date) -> str:
    """Returns `Fri 20 Nov`."""
    return f"{when:%a} {when.day} {when:%b}"


def format_time_of_day(moment: datetime, zone: tzinfo) -> str:
    """Returns `09:12`, by the clocks of a time zone."""
    return f"{moment.astimezone(zone):%H:%M}"


def format_date_and_time(moment: datetime, zone: tzinfo) -> str:
    """Returns `Fri 20 Nov 09:12`, by the clocks of a time zone."""
    return f"{format_date(moment.astimezone(zone).date())} {format_time_of_day(moment, zone)}"


def format_moment(moment: datetime, zone: tzinfo, today: datetime, *, with_seconds: bool = False) -> str:
    """Returns `17:45`, or `Tue 1 Dec 17:45` on another day than `today`, and `17:45:30` where seconds count."""
    local = moment.astimezone(zone)
    is_today = local.date() == today.astimezone(zone).date()
    text = format_time_of_day(moment, zone) if is_today else format_date_and_time(moment, zone)
    return f"{text}:{local:%S}" if with_seconds and local.second else text


def format_date_range(date_range: DateRange) -> str:
    """Returns `Fri 13 Nov to Thu 19 Nov 2026, Los Angeles time`; both dates have their year when the years differ."""
    first, last = date_range.first, date_range.last
    first_text = format_date(first) if first.year == last.year else f"{format_date(first)} {first.year}"
    last_text = f"{format_date(last)} {last.year}"
    return f"{last_text if first == last else f'{first_text} to {last_text}'}, {timezone_label(date_range)}"


def timezone_label(date_range: DateRange) -> str:
    """Returns `Los Angeles time` or `UTC`."""
    return timezone_words(date_range.zone)


def timezone_words(zone: str) -> str:
    """Returns `Los Angeles time` or `UTC` for the name of a time zone."""
    city = zone.rsplit("/", 1)[-1].replace("_", " ")
    return city if city == "UTC" else f"{city} time"


def note_sentences(frame: Frame) -> list[str]:
    """Returns the notes as sentences; a note about a column begins with the column's heading."""
    headings = {column.key: column.heading for column in frame.columns}
    return [
        note.text if note.column is None else f"{headings.get(note.column, note.column)}: {note.text}"
        for note in frame.notes
    ]


def failure_text(error: LastError) -> str:
    """Returns the cause for people who see the wall; of a reading by an older version, what its message begins with."""
    return mask_personal(error.wall_text or wall_error_text(error.message))


def wall_error_text(message: str) -> str:
    """Returns the first clause of an error message without e-mail addresses, short enough for a tile."""
    clause = PARENTHESIS.sub("", message.split("; ")[0]).split(" (")[0]
    short = EMAIL_ADDRESS.sub("the account", clause).rstrip(".")
    return f"{short[:1].upper()}{short[1:]}."
