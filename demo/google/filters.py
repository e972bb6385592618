"""Filter expressions: which rows pass."""

import re
from collections.abc import Callable, Mapping, Sequence
from operator import eq, ge, gt, le, lt
from typing import Any

from demo.google.refusal import Refusal

Columns = Mapping[str, Sequence[Any]]
Test = Callable[[Any], bool]

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "EQUAL": eq,
    "LESS_THAN": lt,
    "LESS_THAN_OR_EQUAL": le,
    "GREATER_THAN": gt,
    "GREATER_THAN_OR_EQUAL": ge,
}


def matching_rows(expression: Mapping[str, Any], columns: Columns, size: int) -> list[bool]:
    """Returns for each row whether it passes; an empty expression lets all rows pass."""
    if group := expression.get("andGroup"):
        parts = [matching_rows(part, columns, size) for part in group.get("expressions", [])]
        return [all(row) for row in zip(*parts, strict=True)] if parts else [True] * size
    if group := expression.get("orGroup"):
        parts = [matching_rows(part, columns, size) for part in group.get("expressions", [])]
        return [any(row) for row in zip(*parts, strict=True)] if parts else [True] * size
    if "notExpression" in expression:
        return [not row for row in matching_rows(expression["notExpression"], columns, size)]
    if "filter" not in expression:
        return [True] * size
    column = columns[expression["filter"]["fieldName"]]
    test = make_test(expression["filter"])
    verdicts = {value: test(value) for value in set(column)}
    return [verdicts[value] for value in column]


def filter_fields(expression: Mapping[str, Any]) -> list[str]:
    """Returns the fields in an expression, in order."""
    result = [expression["filter"].get("fieldName", "")] if "filter" in expression else []
    for group in ("andGroup", "orGroup"):
        for part in expression.get(group, {}).get("expressions", []):
            result += filter_fields(part)
    return result + (filter_fields(expression["notExpression"]) if "notExpression" in expression else [])


def make_test(condition: Mapping[str, Any]) -> Test:
    """Returns the test of one filter."""
    if "stringFilter" in condition:
        return of_string(condition["stringFilter"])
    if "inListFilter" in condition:
        expected = condition["inListFilter"]
        fold = str if expected.get("caseSensitive") else str.lower
        values = {fold(value) for value in expected.get("values", [])}
        return lambda value: fold(str(value)) in values
    if "numericFilter" in condition:
        compare = COMPARE[condition["numericFilter"].get("operation", "EQUAL")]
        bound = parse_number(condition["numericFilter"].get("value", {}))
        return lambda value: (result := as_number(value)) is not None and compare(result, bound)
    if "betweenFilter" in condition:
        low = parse_number(condition["betweenFilter"].get("fromValue", {}))
        high = parse_number(condition["betweenFilter"].get("toValue", {}))
        return lambda value: (result := as_number(value)) is not None and low <= result <= high
    if "emptyFilter" in condition:
        return lambda value: value in ("", "(not set)")
    return lambda value: True


def of_string(condition: Mapping[str, Any]) -> Test:
    """Returns the test of a string filter; by default it compares the full text and ignores case."""
    sensitive = bool(condition.get("caseSensitive"))
    fold: Callable[[str], str] = str if sensitive else str.lower
    expected, match = condition.get("value", ""), condition.get("matchType", "EXACT")
    if match.endswith("REGEXP"):
        pattern = compile_pattern(expected, 0 if sensitive else re.IGNORECASE)
        meets = pattern.fullmatch if match == "FULL_REGEXP" else pattern.search
        return lambda value: meets(value) is not None
    word = fold(expected)
    if match == "BEGINS_WITH":
        return lambda value: fold(value).startswith(word)
    if match == "ENDS_WITH":
        return lambda value: fold(value).endswith(word)
    if match == "CONTAINS":
        return lambda value: word in fold(value)
    return lambda value: fold(value) == word


def compile_pattern(pattern: str, flags: int) -> re.Pattern[str]:
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        raise Refusal(400, f"Invalid regular expression: {pattern}") from error


def parse_number(value: Mapping[str, Any]) -> float:
    """Parses a NumericValue; an int64 is text or a number."""
    return float(value.get("doubleValue", value.get("int64Value", 0)))


def as_number(value: Any) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
