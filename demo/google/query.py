"""Reports computed from the generated visits: grouped, filtered, ordered, cut, and in GA4's format."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.google.filters import filter_fields, matching_rows
from demo.google.metrics import METRICS, Metric, Tally
from demo.google.numbers import format_number
from demo.google.order import sort_rows
from demo.google.table import Table

Request = Mapping[str, Any]
Key = tuple[str, ...]

AGGREGATES = {"TOTAL": ("totals", "RESERVED_TOTAL"), "MAXIMUM": ("maximums", "RESERVED_MAX")} | {
    "MINIMUM": ("minimums", "RESERVED_MIN")
}
DEFAULT_LIMIT, MOST = 10_000, 250_000


@dataclass
class Range:
    """One date or minute range: its name when there are several, its rows, and its groups."""

    name: str
    table: Table
    groups: dict[Key, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A row of the answer."""

    key: Key
    values: tuple[float, ...]


class Query:
    """One report request over its ranges."""

    def __init__(self, request: Request, ranges: Sequence[Range]) -> None:
        self.request = request
        self.ranges = ranges
        self.dimensions = names(request, "dimensions")
        self.metrics = names(request, "metrics")
        self.counts: list[Metric] = [METRICS[name] for name in self.metrics]

    def response_body(self) -> dict[str, Any]:
        """Returns the body from `dimensionHeaders` to `rowCount`; empty keys are absent."""
        lines = self.sorted_rows()
        offset = int(self.request.get("offset", 0))
        limit = min(int(self.request.get("limit", 0)) or DEFAULT_LIMIT, MOST)
        several = ["dateRange"] if len(self.ranges) > 1 else []
        shown = [place for place, m in enumerate(self.request.get("metrics", [])) if not m.get("invisible")]
        body: dict[str, Any] = {
            "dimensionHeaders": [{"name": name} for name in [*self.dimensions, *several]],
            "metricHeaders": [{"name": self.metrics[place], "type": self.counts[place].type} for place in shown],
            "rows": [format_row(line, shown) for line in lines[offset : offset + limit]],
            **self.aggregate_rows(lines, shown),
            "rowCount": len(lines),
        }
        return {name: value for name, value in body.items() if value}

    def sorted_rows(self) -> list[Line]:
        """Returns all rows of the report in order."""
        result = []
        for span in self.ranges:
            self.group_rows(span)
        every = {key for span in self.ranges for key in span.groups}
        keep = self.request.get("keepEmptyRows", False)
        for span in self.ranges:
            for key in every if keep else span.groups:
                values = self.count_metrics(span, span.groups.get(key, []))
                if keep or any(values) or not values:
                    result.append(Line((*key, span.name) if len(self.ranges) > 1 else key, values))
        return sort_rows(self.filter_by_metrics(result), self.request, self.dimensions, self.metrics)

    def group_rows(self, span: Range) -> None:
        """Groups the rows that pass the filter by the values of their dimensions."""
        table = span.table
        expression = self.request.get("dimensionFilter", {})
        rows: Sequence[int] = range(table.size)
        if expression:
            rows = [row for row, passes in enumerate(matching_rows(expression, table, table.size)) if passes]
        groups: defaultdict[Key, list[int]] = defaultdict(list)
        if self.dimensions:
            keys = list(zip(*(table[name] for name in self.dimensions), strict=True))
            for row in rows:
                groups[keys[row]].append(row)
        elif rows:
            groups[()] = list(rows)
        span.groups = dict(groups)

    def count_metrics(self, span: Range, rows: list[int]) -> tuple[float, ...]:
        tally = Tally(span.table, rows)
        return tuple(metric.count(tally) for metric in self.counts)

    def filter_by_metrics(self, lines: list[Line]) -> list[Line]:
        """Returns the rows that pass the metric filter."""
        expression = self.request.get("metricFilter", {})
        if not filter_fields(expression):
            return lines
        columns = {name: [line.values[place] for line in lines] for place, name in enumerate(self.metrics)}
        return [
            line for line, passes in zip(lines, matching_rows(expression, columns, len(lines)), strict=True) if passes
        ]

    def aggregate_rows(self, lines: list[Line], shown: list[int]) -> dict[str, Any]:
        """Returns totals, maximums and minimums, one row for each range; a total counts each user once."""
        result: dict[str, Any] = {}
        for expected in self.request.get("metricAggregations", []):
            name, word = AGGREGATES[expected]
            result[name] = []
            for span in self.ranges:
                own = [line for line in lines if len(self.ranges) == 1 or line.key[-1] == span.name]
                if own:
                    key = (word,) * len(self.dimensions) + ((span.name,) if len(self.ranges) > 1 else ())
                    result[name].append(format_row(Line(key, self.aggregate_range(expected, span, own)), shown))
        return {name: result[name] for name in ("totals", "maximums", "minimums") if name in result}

    def aggregate_range(self, expected: str, span: Range, lines: list[Line]) -> tuple[float, ...]:
        if expected == "TOTAL":
            keys = [line.key[: len(self.dimensions)] for line in lines]
            return self.count_metrics(span, [row for key in keys for row in span.groups.get(key, [])])
        pick = max if expected == "MAXIMUM" else min
        return tuple(pick(values) for values in zip(*(line.values for line in lines), strict=True))


def names(request: Request, what: str) -> list[str]:
    return [one.get("name", "") for one in request.get(what, [])]


def format_row(line: Line, shown: list[int]) -> dict[str, Any]:
    """Returns a row as it is sent: every value is text."""
    row = {
        "dimensionValues": [{"value": value} for value in line.key],
        "metricValues": [{"value": format_number(line.values[place])} for place in shown],
    }
    return {name: values for name, values in row.items() if values}
