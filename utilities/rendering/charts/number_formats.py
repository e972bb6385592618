"""Figures as charts write them, short and never with an exponent, and the round ones that an axis shows."""

import math
from collections.abc import Sequence

from utilities.model.formats import MISSING_VALUE, format_duration
from utilities.model.frames import Value, ValueKind

TICKS = 4  # at most, beside nothing
NICE = (1, 2, 2.5, 5, 10)  # steps between two ticks, times a power of ten
CLOCK = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
"""Steps of an axis of seconds: round in minutes and hours."""

MOST = 1e300  # beyond it nothing can be added up


def figure(value: Value) -> float | None:
    """The figure in a cell; None for text, and for what no axis could hold."""
    return float(value) if isinstance(value, int | float) and -MOST < value < MOST else None


def whole(kind: ValueKind) -> bool:
    return kind in (ValueKind.INTEGER, ValueKind.SHARE)


def marks(values: Sequence[float], kind: ValueKind, most: int = TICKS) -> tuple[float, ...]:
    """Round figures around what is shown, nothing among them, lowest first; counts have no halves."""
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    if low == high:
        high = 1.0
    step = stepped((high - low) / max(1, most), kind)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(step * place, 10) for place in range(first, last + 1))


def stepped(raw: float, kind: ValueKind) -> float:
    """The least round step that is no smaller than `raw`."""
    if kind is ValueKind.SECONDS and raw <= CLOCK[-1]:
        return next(float(step) for step in CLOCK if step >= raw * 0.999)
    power = 10.0 ** math.floor(math.log10(raw))
    found = next(power * nice for nice in NICE if power * nice >= raw * 0.999)
    if whole(kind):
        return max(1.0, 5.0 if found == 2.5 else found)
    return found


def written(value: float | None, kind: ValueKind) -> str:
    """A figure as short as it can be said: `12.5k`, `38%`, `2:51`; counts are whole."""
    if value is None:
        return MISSING_VALUE
    if kind is ValueKind.FRACTION:
        return f"{compact(value * 100)}%"
    if kind is ValueKind.SECONDS:
        return clock(value)
    return compact(round(value) if whole(kind) else value)


def clock(seconds: float) -> str:
    """`0:30`, `12:05`, `1:02:05`."""
    hours, minutes, rest = format_duration(seconds).split(":")
    sign, hours = ("-", hours[1:]) if hours.startswith("-") else ("", hours)
    return f"{sign}{hours}:{minutes}:{rest}" if hours != "0" else f"{sign}{int(minutes)}:{rest}"


def compact(value: float) -> str:
    """Below ten thousand in full or with three digits that tell something; above with a letter for thousands."""
    if abs(value) < 1000:
        return digits(value)
    if abs(value) < 9999.5:
        return f"{value:,.0f}"
    value = float(f"{value:.3g}")
    for unit, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if abs(value) >= unit:
            return digits(value / unit) + letter
    return digits(value / 1e3) + "k"


def brief(value: float, kind: ValueKind) -> str:
    """The same where room is dear: `3.9k` for `3,877`."""
    return (
        written(value, kind)
        if kind in (ValueKind.FRACTION, ValueKind.SECONDS) or abs(value) < 1000
        else thousands(value)
    )


def thousands(value: float) -> str:
    rounded = float(f"{value:.2g}")
    return digits(rounded / 1e3) + "k" if abs(rounded) < 1e6 else compact(rounded)


def digits(value: float) -> str:
    """Three digits that tell something, no nothings after them: `0.125`, `3.1`, `12`."""
    rounded = float(f"{value:.3g}")
    places = max(0, 2 - math.floor(math.log10(abs(rounded)))) if rounded else 0
    text = f"{rounded:,.{min(places, 6)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
