"""How a figure has changed since the previous period: the words for desks, images and mail."""

from dataclasses import dataclass
from typing import Literal

from utilities.model.formats import format_value
from utilities.model.frames import Column, Value, ValueKind

FALLING_IS_BETTER = frozenset({"bounceRate", "bounces", "position"})  # keys
WHOLE_PER_CENT_FROM = 0.0995  # a smaller change has a decimal


@dataclass(frozen=True)
class FigureChange:
    """How a figure has changed; a rate changes in points."""

    text: str  # `+6.2%`, `−2.0 pt`, `new`
    direction: Literal["up", "down", "level"]
    is_better: bool
    previous: str  # the previous figure, formatted

    @property
    def sentence(self) -> str:
        """The change and the figure that it starts from: `+6.2% from 8,863`."""
        return f"{self.text} from {self.previous}"


def compare_figures(value: Value, previous: Value, column: Column) -> FigureChange | None:
    """Returns the change, None where either figure is unknown.

    Per cent of 0 or less mean nothing: a figure after 0 is new, and other changes are the amount itself.
    """
    if not isinstance(value, int | float) or not isinstance(previous, int | float):
        return None
    gain = value - previous
    before = format_value(previous, column.kind)
    amount = _format_amount(gain, previous, column.kind)
    if not amount:
        return FigureChange("0 pt" if column.kind is ValueKind.FRACTION else "0%", "level", True, before)
    is_better = (gain < 0) == (column.key in FALLING_IS_BETTER)
    text = amount if amount == "new" else f"{'+' if gain > 0 else '−'}{amount}"
    return FigureChange(text, "up" if gain > 0 else "down", is_better, before)


def _format_amount(gain: float, previous: float, kind: ValueKind) -> str:
    """Returns the change without its sign, '' where it rounds to nothing."""
    if kind is ValueKind.FRACTION:
        points = f"{abs(gain) * 100:.1f}"
        return "" if points == "0.0" else f"{points} pt"
    if previous <= 0:
        return "" if not gain else "new" if not previous and gain > 0 else format_value(abs(gain), kind)
    share = abs(gain / previous)
    text = f"{share:,.1%}" if share < WHOLE_PER_CENT_FROM else f"{share:,.0%}"
    return "" if text == "0.0%" else text
