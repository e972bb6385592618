"""Numbers as charts write them, short and never with an exponent."""

import math

from utilities.model.formats import MISSING_VALUE, format_hms
from utilities.model.frames import Value, ValueKind

NUMBER_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
MAX_CLOCK_SECONDS = 360_000  # 100 hours; longer times are written in hours
MAX_NUMBER = 1e300  # sums of larger numbers overflow


def to_number(value: Value) -> float | None:
    """Returns the number in a cell; None for text and for numbers too large for an axis."""
    return float(value) if isinstance(value, int | float) and -MAX_NUMBER < value < MAX_NUMBER else None


def is_count(kind: ValueKind) -> bool:
    """Whether values of this kind are integers."""
    return kind in (ValueKind.INTEGER, ValueKind.SHARE)


def format_short(value: float | None, kind: ValueKind, unit_gap: str = "") -> str:
    """Returns a number in short form: `12.5k`, `38%`, `2:51`, `12,345 h`; counts have no decimals."""
    if value is None:
        return MISSING_VALUE
    if kind is ValueKind.FRACTION:
        return f"{format_compact(value * 100, unit_gap)}%"
    if kind is ValueKind.SECONDS:
        return format_clock(value)
    return format_compact(round(value) if is_count(kind) else value, unit_gap)


def format_clock(seconds: float) -> str:
    """Returns `0:30`, `12:05`, `1:02:05`; from 100 hours on whole hours: `12,345 h`."""
    if round(abs(seconds)) >= MAX_CLOCK_SECONDS:
        total_hours = int(round(seconds) / 3600)
        return f"{total_hours:,} h" if abs(total_hours) < 100_000 else f"{format_compact(total_hours)} h"
    hours, minutes, rest = format_hms(seconds).split(":")
    sign, hours = ("-", hours[1:]) if hours.startswith("-") else ("", hours)
    return f"{sign}{hours}:{minutes}:{rest}" if hours != "0" else f"{sign}{int(minutes)}:{rest}"


def format_compact(value: float, unit_gap: str = "") -> str:
    """Returns numbers below ten thousand in full or with three significant digits, larger ones with a letter."""
    if abs(value) < 1000:
        return format_digits(value)
    if abs(value) < 9999.5:
        return f"{value:,.0f}"
    value = float(f"{value:.3g}")
    unit, letter = next(each for each in NUMBER_UNITS if abs(value) >= each[0])
    return format_digits(value / unit) + unit_gap + letter


def format_brief(value: float, kind: ValueKind) -> str:
    """Returns a still shorter form: `3.9k` for `3,877`."""
    return (
        format_short(value, kind)
        if kind in (ValueKind.FRACTION, ValueKind.SECONDS) or abs(value) < 1000
        else format_thousands(value)
    )


def format_thousands(value: float) -> str:
    """Returns two significant digits and a letter."""
    rounded = float(f"{value:.2g}")
    return format_digits(rounded / 1e3) + "k" if abs(rounded) < 1e6 else format_compact(rounded)


def format_digits(value: float) -> str:
    """Returns three significant digits without trailing zeros: `0.125`, `3.1`, `12`."""
    rounded = float(f"{value:.3g}")
    places = max(0, 2 - math.floor(math.log10(abs(rounded)))) if rounded else 0
    text = f"{rounded:,.{min(places, 6)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
