"""Errors of whoever wants to show figures: a column that is not there, and a view that would mislead."""

from collections.abc import Sequence

from utilities.model.near_names import find_near_name


class UnknownColumn(ValueError):
    """There is no such column; the message names the nearest one and all that there are."""

    def __init__(self, key: str, keys: Sequence[str]) -> None:
        near = find_near_name(key, keys)
        guess = f", did you mean {near}?" if near else ""
        super().__init__(f"there is no column {key!r}{guess}; there are {', '.join(keys)}")


class UnfitFigures(ValueError):
    """A view cannot draw these figures truthfully; the message says why, and what to do instead."""
