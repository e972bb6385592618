"""How values are written for people; JSON carries them raw."""

from datetime import date

from utilities.frames import Kind, Value

MISSING = "–"


def shown(value: Value, kind: Kind) -> str:
    """`21,480`, `3.14`, `12.34%`, `0:02:51` (hours, minutes, seconds), `Fri 20 Nov`, text as it is."""
    if value is None:
        return MISSING
    if kind is Kind.TEXT or (isinstance(value, str) and kind is not Kind.DATE):
        return str(value)
    if kind is Kind.DATE:
        day = date.fromisoformat(str(value))
        return f"{day:%a} {day.day} {day:%b}"
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
