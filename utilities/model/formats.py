"""How values are written for people; JSON carries them raw."""

import csv
import io
import re
from datetime import date

from utilities.model.frames import Covers, Frame, Kind, Note, Value

MISSING = "–"
ACCOUNT = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[a-z]+", re.IGNORECASE)
ASIDE = re.compile(r" \([^()]*\)")
FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")
"""What spreadsheets take for the beginning of a formula (OWASP, CSV injection), and the full-width forms of it."""


def shown(value: Value, kind: Kind) -> str:
    """`21,480`, `3.14`, `12.34%`, `0:02:51` (hours, minutes, seconds), `Fri 20 Nov`, text as it is."""
    if value is None:
        return MISSING
    if kind is Kind.TEXT or (isinstance(value, str) and kind is not Kind.DATE):
        return str(value)
    if kind is Kind.DATE:
        return day_of(str(value))
    number = float(value)
    if kind is Kind.FRACTION:
        return f"{number:.2%}"
    if kind is Kind.SECONDS:
        return duration(number)
    if kind is Kind.DECIMAL:
        return f"{number:,.2f}"
    return f"{round(number):,}"


def duration(seconds: float) -> str:
    """`h:mm:ss`, rounded to the second; a minus sign in front when negative."""
    whole = round(abs(seconds))
    sign = "-" if seconds < 0 and whole else ""
    return f"{sign}{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def ago(seconds: float) -> str:
    """An age in words short enough for a tile: `now`, `4 min`, `3 h`, `2 days`."""
    if seconds < 60:
        return "now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min"
    if seconds < 172_800:
        return f"{int(seconds // 3600)} h"
    return f"{int(seconds // 86_400)} days"


def day_of(text: str) -> str:
    """A column of days may hold `(other)` as well."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def day(when: date) -> str:
    """`Fri 20 Nov`."""
    return f"{when:%a} {when.day} {when:%b}"


def period(covers: Covers) -> str:
    """`Fri 13 Nov to Thu 19 Nov 2026, Los Angeles time`; each day has its year when they differ."""
    first = day(covers.first) if covers.first.year == covers.last.year else f"{day(covers.first)} {covers.first.year}"
    last = f"{day(covers.last)} {covers.last.year}"
    return f"{last if covers.first == covers.last else f'{first} to {last}'}, {zone_of(covers)}"


def zone_of(covers: Covers) -> str:
    """`Los Angeles time`, `UTC`."""
    city = covers.zone.rsplit("/", 1)[-1].replace("_", " ")
    return city if city == "UTC" else f"{city} time"


def noted(frame: Frame) -> list[str]:
    """The notes as sentences; one about a column begins with its heading."""
    headings = {column.key: column.heading for column in frame.columns}

    def said(note: Note) -> str:
        return note.text if note.column is None else f"{headings.get(note.column, note.column)}: {note.text}"

    return [said(note) for note in frame.notes]


def csv_of(frame: Frame) -> str:
    """Headings, then the values as people read them; no cell begins a formula, and every cell is in quotes."""
    kinds = [column.kind for column in frame.columns]
    out = io.StringIO(newline="")
    rows = csv.writer(out, quoting=csv.QUOTE_ALL)
    rows.writerow([harmless(column.heading) for column in frame.columns])
    rows.writerows([harmless(shown(value, kind)) for value, kind in zip(row, kinds, strict=True)] for row in frame.rows)
    return out.getvalue()


def harmless(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would calculate it."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text.replace("\0", "")


def aloud(message: str) -> str:
    """What a wall says of a trouble: its first clause, and nobody's address; the pages at desks have the whole."""
    clause = ASIDE.sub("", message.split("; ")[0]).split(" (")[0]
    said = ACCOUNT.sub("the account", clause).rstrip(".")
    return f"{said[:1].upper()}{said[1:]}."
