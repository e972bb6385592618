"""The change of a figure in words for walls: more, fewer or less, and than what, in the room that it has."""

from collections.abc import Sequence

from utilities.model.figure_change import WHOLE_PER_CENT_FROM
from utilities.model.formats import format_value
from utilities.model.frames import ValueKind
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

MAX_CHANGE = 10
"""More than so many times as much is written as "over 1,000%"."""

MIN_PERCENT_BASE = 20
"""A count that was smaller has changed by so many, not by so many per cent."""

MIN_CHANGE = 0.005
"""Less than so much is written as "about as many"."""


def fit_phrases(short: str, phrases: Sequence[str], mark: float, box: Box, lines: int) -> tuple[str, str]:
    """Returns the words on the line of the amount, and those on a second line.

    All on one line where the usual words fit there; else broken before "than", or shorter words on the only line.
    """

    def fits(text: str, taken: float = 0.0) -> bool:
        return taken + text_width(text, box.text) <= box.width

    if fits(f"{short} {phrases[0]}", mark):
        return f"{short} {phrases[0]}", ""
    if lines > 1:
        return short, next((each for each in phrases if fits(each)), phrases[-1])
    return next((f"{short} {each}" for each in phrases if fits(f"{short} {each}", mark)), short), ""


def format_change(gain: float, before: float, kind: ValueKind) -> str:
    """Returns per cent, points for a rate, or the amount itself where per cent mean nothing; '' for about the same."""
    if kind is ValueKind.FRACTION:
        return f"{abs(gain) * 100:.1f} points" if round(abs(gain), 3) else ""
    if before <= 0:
        return format_value(abs(gain), kind) if gain else ""
    share = abs(gain / before)
    if share >= MAX_CHANGE:
        return f"over {MAX_CHANGE:,.0%}"
    if before < MIN_PERCENT_BASE and kind in (ValueKind.INTEGER, ValueKind.SHARE):
        return format_value(abs(gain), kind) if gain else ""
    return "" if share < MIN_CHANGE else f"{share:.0%}" if share >= WHOLE_PER_CENT_FROM else f"{share:.1%}"


def change_phrases(direction: str, before: Sequence[str], kind: ValueKind) -> tuple[str, tuple[str, ...]]:
    """Returns the direction in words, or that there is none, and than what, from the longest to the shortest."""
    is_count = kind in (ValueKind.INTEGER, ValueKind.SHARE)
    if direction == "level":
        return "about as many" if is_count else "about the same", tuple(f"as {each}" for each in before)
    more = "more" if direction == "up" else "fewer" if is_count else "less"
    return more, tuple(f"than {each}" for each in before)
