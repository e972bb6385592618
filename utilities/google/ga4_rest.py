"""The row of all that a ranking of Google Analytics does not list: exact where figures add up, else with a reason."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from math import isclose

from utilities.google.ga4_answer import Ga4Response
from utilities.model.frames import REST_NAME, Column, Frame, Note, Value, ValueKind

Row = tuple[Value, ...]

EVENT_METRICS = frozenset(
    {
        "screenPageViews",
        "eventCount",
        "keyEvents",
        "conversions",
        "eventValue",
        "userEngagementDuration",
        "ecommercePurchases",
        "transactions",
        "purchaseRevenue",
        "grossPurchaseRevenue",
        "totalRevenue",
        "adClicks",
        "adImpressions",
    }
)
"""Metrics of single events: each event is in one row."""

SESSION_METRICS = frozenset({"sessions", "engagedSessions"})
SESSION_DIMENSIONS = re.compile(
    r"session|firstUser|landingPage|(country|countryId|region|city|cityId|continent|continentId|subContinent|browser|"
    r"deviceCategory|deviceModel|language|languageCode|mobileDevice\w+|newVsReturning|operatingSystem\w*|platform|"
    r"platformDeviceCategory|screenResolution)$"
)
"""Dimensions of which a session has one value; of a page or an event it may have several."""

REASONS = {
    "users": "one person may be in several rows",
    "sessions": "one session may be in several rows",
    "others": "it does not add up over rows",
}


def find_rest_obstacle(metric: str, dimensions: Sequence[str]) -> str:
    """Returns why the rows of a metric do not add up to its total, '' where they do."""
    if metric in EVENT_METRICS:
        return ""
    if metric in SESSION_METRICS:
        is_one_value = all(SESSION_DIMENSIONS.match(name) for name in dimensions)
        return "" if is_one_value else REASONS["sessions"]
    return REASONS["users"] if "users" in metric.lower() else REASONS["others"]


def build_rest_row(
    answer: Ga4Response, columns: Sequence[Column], rows: Sequence[Row], totals: Mapping[str, Value]
) -> tuple[Row | None, list[Note]]:
    """Returns the total of all rows minus these, by column, and notes about the figures that it cannot have.

    None instead of a row without any figure.
    """
    names = [header.name for header in answer.dimensions]
    figures: dict[str, Value] = {}
    obstacles: list[tuple[str, str]] = []  # each with the heading of the column
    for place, column in enumerate(columns):
        if place < len(names):
            continue
        obstacle = find_rest_obstacle(column.key, names)
        rest = None if obstacle else subtract_rows(totals.get(column.key), [row[place] for row in rows])
        if rest is not None:
            figures[column.key] = int(rest) if column.kind is ValueKind.INTEGER else round(rest, 6)
        else:
            obstacles.append((obstacle or REASONS["others"], column.heading.lower()))
    if not figures:
        return None, [
            Note(f"There is no row “{REST_NAME}”: {obstacle}", row=REST_NAME) for obstacle, _ in obstacles[:1] if totals
        ]
    notes = []
    for obstacle, group in groupby(sorted(obstacles), key=lambda each: each[0]):
        headings = " and no ".join(heading for _, heading in group)
        notes.append(Note(f"“{REST_NAME}” has no {headings}: {obstacle}", row=REST_NAME))
    return (*[REST_NAME] * len(names), *(figures.get(column.key) for column in columns[len(names) :])), notes


def subtract_rows(total: Value, values: Sequence[Value]) -> float | None:
    """Returns what is left of a total without these values; None without all of them, or where they are more."""
    if not isinstance(total, int | float) or not all(isinstance(value, int | float) for value in values):
        return None
    rest = total - sum(value for value in values if isinstance(value, int | float))
    return rest if rest >= 0 else None


def has_exact_rest(frame: Frame) -> bool:
    """Whether the last row is all others together; what Google itself calls (other) may be only a part of them."""
    if not frame.has_rest:
        return False
    sums = {
        column.key: sum_values(frame.column_values(column.key))
        for column, value in zip(frame.columns, frame.rows[-1], strict=True)
        if column.is_numeric and value is not None
    }
    return bool(sums) and all(
        figure is not None and isinstance(total := frame.totals.get(key), int | float) and isclose(figure, total)
        for key, figure in sums.items()
    )


def previous_rest_row(rest: Row, columns: Sequence[Column], previous: Sequence[Row], named: Sequence[Row]) -> Row:
    """Returns the figures of the previous period for the row of the rest: all its rows without those of the names.

    `previous` are all rows of that period, its own rest among them, and `named` those of names that have rows here.
    """
    return tuple(
        subtract_rows(sum_values([row[place] for row in previous]), [row[place] for row in named])
        if column.is_numeric and rest[place] is not None
        else None
        for place, column in enumerate(columns)
    )


def sum_values(values: Sequence[Value]) -> float | None:
    """Returns the sum, None where a value is missing."""
    return subtract_rows(0, [-value if isinstance(value, int | float) else None for value in values])
