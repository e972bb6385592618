"""Converts the rows of an engine to the rows of a frame."""

import math
from collections.abc import Sequence
from typing import Any

from utilities.model.errors import BadAnswer
from utilities.model.frames import Column, Value, ValueKind

Row = tuple[Value, ...]


def to_frame_rows(rows: Sequence[Row], columns: Sequence[Column]) -> tuple[Row, ...]:
    """Converts the values to their columns' kinds; raises BadAnswer."""
    try:
        return tuple(
            tuple(to_frame_value(value, column.kind) for value, column in zip(row, columns, strict=True))
            for row in rows
        )
    except (TypeError, ValueError) as error:
        raise BadAnswer(f"the page-view store returned unexpected values: {error}") from error


def has_figures(rows: Sequence[Row]) -> bool:
    """Whether any figure is not 0: queries by day and hour return rows of zeros."""
    figures = [cell for row in rows for cell in row if not isinstance(cell, str)]
    return bool(rows) and (not figures or any(figures))


def to_frame_value(value: Any, kind: ValueKind) -> Value:
    """Converts NULL, 0 and NaN, which engines return for no rows: 0 for a count, None for an average."""
    if not kind.is_numeric:
        return None if value is None else str(value)
    if kind is ValueKind.INTEGER:
        return int(value or 0)
    return None if value is None or math.isnan(value) else float(value)
