"""The order of rows: the requested one, and the rule for ties that Google's published figures follow."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from demo.google.filters import as_number


class Row(Protocol):
    """A row that can be ordered."""

    @property
    def key(self) -> tuple[str, ...]: ...
    @property
    def values(self) -> tuple[float, ...]: ...


R = TypeVar("R", bound=Row)


def sort_rows(lines: list[R], request: Mapping[str, Any], dimensions: Sequence[str], metrics: Sequence[str]) -> list[R]:
    """Sorts by `orderBys`, or by the first metric descending; ties by the dimensions from left to right."""
    orders = request.get("orderBys") or ([{"metric": {"metricName": metrics[0]}, "desc": True}] if metrics else [])
    result = sorted(lines, key=lambda line: line.key)
    columns = [*dimensions, "dateRange"]
    for order in reversed(orders):
        down = bool(order.get("desc"))
        if "metric" in order:
            place = metrics.index(order["metric"]["metricName"])
            result.sort(key=lambda line, place=place: line.values[place], reverse=down)  # type: ignore[misc]
        elif "dimension" in order:
            place = columns.index(order["dimension"]["dimensionName"])
            kind = order["dimension"].get("orderType", "ALPHANUMERIC")
            result.sort(key=lambda line, place=place, kind=kind: sort_key(line.key[place], kind), reverse=down)  # type: ignore[misc]
    return result


def sort_key(value: str, kind: str) -> tuple[float, str]:
    """Returns the sort key of a dimension's value; text comes before all numbers."""
    if kind == "NUMERIC":
        number = as_number(value)
        return (float("-inf") if number is None else number, "")
    return (0.0, value.lower() if kind == "CASE_INSENSITIVE_ALPHANUMERIC" else value)
